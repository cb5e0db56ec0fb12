//! Kills a process that commits, with SIGKILL, and looks at what is left.
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

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarmform::addr::parse_instance;
use swarmform::ports::{Clock, Ids, StateStore};
use swarmform::state::{Event, Instance, Object, OutputRecord, State, Status};
use swarmform::store::{self, Owner, SledStore};
use swarmform::value::Value;

/// Names the state directory for the child.
const DIR: &str = "SWARMFORM_TEST_KILL_DIR";
/// Says with which number the child begins.
const FIRST: &str = "SWARMFORM_TEST_KILL_FIRST";

struct Zero;

impl Clock for Zero {
    fn now_unix_nanos(&self) -> i128 {
        0
    }
}

impl Ids for Zero {
    fn uuid(&self) -> String {
        std::process::id().to_string()
    }
}

fn open(dir: &Path) -> SledStore {
    store::open(
        dir,
        Owner {
            who: "test@vm".to_owned(),
            clock: Arc::new(Zero),
            ids: Arc::new(Zero),
        },
    )
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// What commit number `number` changes: one instance comes, one goes at times, and an output counts.
fn events(number: u64) -> Vec<Event> {
    let address = |slot: u64| parse_instance(&format!("terraform_data.a[{slot}]")).unwrap();
    let object = Object {
        status: Status::Ready,
        schema_version: 0,
        attributes: Arc::from(format!(
            "{{\"id\":\"{number}-{}\"}}",
            "x".repeat((number % 900) as usize)
        )),
        sensitive: Vec::new(),
        private: None,
        dependencies: Vec::new(),
        create_before_destroy: false,
    };
    let instance = Instance {
        provider: Arc::from("terraform"),
        current: Some(object),
        deposed: Default::default(),
    };
    let count = OutputRecord {
        value: Value::int(number as i64),
        sensitive: false,
    };
    let mut events = vec![
        Event::Put(address(number % 50), instance),
        Event::PutOutput(Arc::from("count"), count),
    ];
    if number.is_multiple_of(7) {
        events.push(Event::Remove(address((number + 25) % 50)));
    }
    events
}

fn expected(last: Option<u64>) -> State {
    let mut state = State::default();
    for number in 0..last.map_or(0, |last| last + 1) {
        state.lineage = "aaaa".to_owned();
        state.serial = 1;
        events(number).into_iter().for_each(|event| state.apply(event));
    }
    state
}

/// The number of the last commit in a state, which must be exactly the one that those commits make.
fn check_whole(state: &State) -> Option<u64> {
    let last = state
        .outputs
        .get("count")
        .map(|output| output.value.as_number().unwrap().to_u64().unwrap());
    assert_eq!(state, &expected(last), "the state is not that of a commit");
    last
}

#[test]
#[ignore = "the child of the test below: it commits until it is killed"]
fn the_child() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let first: u64 = std::env::var(FIRST).unwrap().parse().unwrap();
    block_on(async {
        let store = open(Path::new(&dir));
        let _lock = store.lock("apply", Duration::from_secs(10)).await.unwrap();
        for number in first.. {
            store.commit("aaaa", 1, &events(number)).await.unwrap();
            let mut out = std::io::stdout().lock();
            writeln!(out, "\nack {number}").unwrap();
            out.flush().unwrap();
            // Ends of runs, so that a kill may strike between export and journal.
            if number % 40 == 39 {
                store.finish().await.unwrap();
            }
        }
    });
}

#[test]
fn nothing_that_was_acknowledged_is_lost_by_a_kill() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("state");
    let mut last = None;
    for round in 0u64..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_child", "--ignored", "--nocapture"])
            .env(DIR, &dir)
            .env(FIRST, last.map_or(0, |last: u64| last + 1).to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged = |line: &str| line.strip_prefix("ack ").and_then(|number| number.parse().ok());
        let mut acked: u64 = lines
            .by_ref()
            .find_map(|line| acknowledged(&line.unwrap()))
            .unwrap();

        // Reading beside the run, without the lock, gives whole states that never go back.
        let end = Instant::now() + Duration::from_millis(40 + round * 67 % 211);
        let mut seen = acked;
        while Instant::now() < end {
            let read = check_whole(&block_on(open(&dir).read()).unwrap()).unwrap();
            assert!(
                read >= seen,
                "commit {seen} was acknowledged, and then {read} was read"
            );
            seen = read;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            acked = acknowledged(&line.unwrap()).unwrap_or(acked);
        }

        let store = open(&dir);
        let lock = block_on(store.lock("plan", Duration::ZERO)).expect("a kill leaves no lock");
        let found = check_whole(&block_on(store.read()).unwrap()).unwrap();
        assert!(
            found == acked || found == acked + 1,
            "round {round}: {acked} was acknowledged, {found} was found"
        );
        assert_eq!(store.notices(), Vec::<String>::new());
        drop(lock);
        last = Some(found);
    }
    assert!(
        last.unwrap() > 50,
        "the rounds were too short to mean anything: {last:?}"
    );
}
