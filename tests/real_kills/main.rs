//! Real processes, really ended: interrupted (`signals`), out of room (`full_disk`), and killed here: `apply` and `destroy` of 200 organizations against a `serve` in another process,
//! and then that process too. Ten rounds; `SWARMFORM_SOAK=300` makes it 300, `SWARMFORM_SEED` repeats the moments.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

#[path = "../support/chance.rs"]
mod chance;
mod full_disk;
mod served;
mod signals;
#[path = "../support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use chance::Chance;
use served::{PASSWORD, Platform};
use support::{Place, Ran};

const ORGANIZATIONS: u64 = 200;
const MEMBERS: u64 = 20;

/// The moments of a test, each test with its own; they are printed, to be repeated.
fn moments(salt: u64) -> Chance {
    let seed = chance::given_seed().unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        u64::from(now.unwrap().subsec_nanos())
    });
    println!("SWARMFORM_SEED={seed}");
    Chance(seed ^ (salt << 40))
}

fn rounds(usual: u64) -> u64 {
    chance::soak().unwrap_or(usual)
}

/// A configuration of 200 organizations and 20 members, its state, and the platform it is about.
struct Round<'a> {
    place: Place,
    prefix: String,
    platform: &'a mut Platform,
    /// What the killed runs left open, as the next one told.
    settled: usize,
}

impl<'a> Round<'a> {
    fn new(number: u64, platform: &'a mut Platform) -> Round<'a> {
        swarmform::host::tls::install_crypto();
        let (place, prefix) = (Place::new(), format!("round{number}_"));
        place.write(
            "main.tf",
            &format!(
                r#"
                provider "giantswarm" {{
                  endpoint = "{}"
                  username = "admin"
                  password = "{PASSWORD}"
                }}
                resource "giantswarm_org" "o" {{
                  count = {ORGANIZATIONS}
                  name  = format("{prefix}%03d", count.index)
                }}
                resource "giantswarm_member" "m" {{
                  count    = {MEMBERS}
                  org      = giantswarm_org.o[count.index].name
                  username = "grace"
                }}
                "#,
                platform.endpoint()
            ),
        );
        Round {
            place,
            prefix,
            platform,
            settled: 0,
        }
    }

    /// Starts a command and strikes once it has told of so many finished steps, and a moment later.
    fn strike(&mut self, command: &str, after: u64, moment: Duration, platform: bool) -> Ran {
        let mut child = self
            .place
            .command(&[command, "-auto-approve"])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(self.place.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let mut out = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut complete = 0;
        while complete < after
            && let Some(Ok(line)) = lines.next()
        {
            complete += u64::from(line.contains("complete after"));
            out += &(line + "\n");
        }
        std::thread::sleep(moment);
        if platform {
            self.platform.kill();
        } else {
            child.kill().unwrap();
        }
        for line in lines.map_while(Result::ok) {
            out += &(line + "\n");
        }
        let ended = child.wait_with_output().unwrap();
        if platform {
            self.platform.restart();
        }
        let mut ran = Ran::from(ended);
        ran.out = out;
        self.count(&ran);
        ran
    }

    fn count(&mut self, ran: &Ran) {
        self.settled += ran
            .out
            .lines()
            .filter(|line| line.starts_with("Settled: "))
            .count();
    }

    /// Runs a command to its end and holds platform and state against what they should be.
    #[track_caller]
    fn finish(&mut self, command: &str, organizations: u64, members: u64) {
        let ran = self.place.run(&[command, "-auto-approve"]).expect(0);
        self.count(&ran);
        let (names, with_member) = self.platform.organizations(&self.prefix, MEMBERS as usize);
        let wanted: Vec<String> = (0..organizations)
            .map(|at| format!("{}{at:03}", self.prefix))
            .collect();
        assert_eq!(names, wanted);
        assert_eq!(with_member, members);
        let listed = self.place.run(&["state", "list"]).expect(0);
        assert_eq!(listed.err, "", "something is still open");
        assert_eq!(listed.out.lines().count() as u64, organizations + members);
        if organizations > 0 {
            self.place.run(&["plan", "-detailed-exitcode"]).expect(0);
        }
        assert!(!self.place.path().join("state/lock.json").exists());
    }
}

#[test]
fn an_apply_that_is_killed_at_any_moment_loses_nothing_and_makes_nothing_twice() {
    let home = Place::new();
    let mut platform = Platform::start(&home);
    let mut chance = moments(1);
    let mut settled = 0;
    for number in 0..rounds(10) {
        let mut round = Round::new(number, &mut platform);
        for _ in 0..1 + chance.below(2) {
            let moment = Duration::from_micros(chance.below(5_000));
            round.strike("apply", chance.below(ORGANIZATIONS + MEMBERS), moment, false);
        }
        round.finish("apply", ORGANIZATIONS, MEMBERS);
        let moment = Duration::from_micros(chance.below(5_000));
        round.strike("destroy", chance.below(ORGANIZATIONS + MEMBERS), moment, false);
        round.finish("destroy", 0, 0);
        settled += round.settled;
    }
    println!("{settled} operations were settled");
    assert!(settled > 0, "no kill struck anything");
}

#[test]
fn a_platform_that_is_killed_under_an_apply_leaves_nothing_unknown() {
    let home = Place::new();
    let mut platform = Platform::start(&home);
    let mut chance = moments(2);
    for number in 0..rounds(10).div_ceil(4) {
        let mut round = Round::new(number, &mut platform);
        let moment = Duration::from_micros(chance.below(5_000));
        round
            .strike("apply", 1 + chance.below(ORGANIZATIONS - 20), moment, true)
            .expect(1);
        round.finish("apply", ORGANIZATIONS, MEMBERS);
        let moment = Duration::from_micros(chance.below(5_000));
        round
            .strike("destroy", 1 + chance.below(ORGANIZATIONS - 20), moment, true)
            .expect(1);
        round.finish("destroy", 0, 0);
    }
}
