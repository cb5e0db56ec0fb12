//! SIGINT and SIGTERM: once, what runs ends and nothing new starts; twice, the program stops now.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Place, Ran};

const OBJECTS: usize = 6;

/// Objects whose creation takes as long as a command that tells of its beginning and its end.
fn objects(pause: &str) -> Place {
    let place = Place::new();
    place.write(
        "main.tf",
        &format!(
            r#"
            resource "terraform_data" "r" {{
              count = {OBJECTS}
              provisioner "local-exec" {{
                command = "echo $$ > began-${{count.index}}; {pause}; touch ended-${{count.index}}"
              }}
            }}
            "#
        ),
    );
    place
}

fn told(place: &Place, what: &str) -> usize {
    let files = std::fs::read_dir(place.path()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(what)).count()
}

/// The process ids of the commands that began.
fn commands(place: &Place) -> Vec<String> {
    let ids = (0..OBJECTS).map(|at| std::fs::read_to_string(place.path().join(format!("began-{at}"))));
    ids.filter_map(Result::ok)
        .map(|id| id.trim().to_owned())
        .collect()
}

/// Whether a process runs. One that nobody has waited for yet has no command line any more.
fn runs(id: &str) -> bool {
    std::fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}

fn wait_for(what: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if what() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("what was waited for did not happen");
}

fn apply(place: &Place) -> Child {
    let mut command = place.command(&["apply", "-auto-approve", "-parallelism=2"]);
    // What the children of a killed program write must not hold up whoever waits for that program.
    let out = std::fs::File::create(place.path().join("out")).unwrap();
    let child = command.stderr(out.try_clone().unwrap()).stdout(out);
    child.stdin(Stdio::null()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn end(place: &Place, child: Child) -> Ran {
    let mut ran = Ran::from(child.wait_with_output().unwrap());
    ran.out = std::fs::read_to_string(place.path().join("out")).unwrap();
    ran
}

fn ids(place: &Place) -> Vec<String> {
    let shown = place.run(&["show", "-json"]).expect(0).out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let all = shown["values"]["root_module"]["resources"].as_array().cloned();
    let mut ids: Vec<String> = all
        .unwrap_or_default()
        .iter()
        .map(|one| one["values"]["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn one_signal_lets_what_runs_end_and_the_next_apply_goes_on() {
    for name in ["-INT", "-TERM"] {
        let place = objects("sleep 1");
        let child = apply(&place);
        wait_for(|| told(&place, "began") == 2);
        signal(&child, name);
        end(&place, child)
            .expect(1)
            .says("Interrupt received")
            .never_says("panicked");
        // Both ended, and no third one began.
        assert_eq!((told(&place, "began"), told(&place, "ended")), (2, 2), "{name}");
        let first = ids(&place);
        assert_eq!(first.len(), 2);
        place.run(&["apply", "-auto-approve"]).expect(0).says("4 added");
        let all = ids(&place);
        assert_eq!(all.len(), OBJECTS);
        assert!(first.iter().all(|id| all.contains(id)), "one was made anew");
        place.run(&["plan", "-detailed-exitcode"]).expect(0);
    }
}

#[test]
fn a_second_signal_stops_at_once_and_what_was_cut_is_known_to_the_next_run() {
    for names in [["-INT", "-INT"], ["-TERM", "-INT"]] {
        let place = objects("sleep 600");
        let child = apply(&place);
        wait_for(|| told(&place, "began") == 2);
        signal(&child, names[0]);
        let out = place.path().join("out");
        wait_for(|| {
            std::fs::read_to_string(&out)
                .unwrap()
                .contains("Interrupt received")
        });
        signal(&child, names[1]);
        end(&place, child)
            .expect(1)
            .says("Cut off, 2 in all.")
            .never_says("panicked");
        assert_eq!(told(&place, "ended"), 0);
        wait_for(|| commands(&place).iter().all(|id| !runs(id)));
        assert!(!place.path().join("state/lock.json").exists());
        // Made, but not made ready: these two are made anew.
        place.edit("main.tf", "sleep 600", "true");
        place
            .run(&["apply", "-auto-approve"])
            .expect(0)
            .says("6 added, 0 changed, 2 destroyed");
        assert_eq!(told(&place, "ended"), OBJECTS);
        assert_eq!(ids(&place).len(), OBJECTS);
    }
}
