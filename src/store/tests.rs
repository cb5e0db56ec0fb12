use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::addr::{InstanceAddr, parse_instance};
use crate::state::{Deed, Instance, Object, OutputRecord, Pending, Status, Subject, export};
use crate::value::Value;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

struct At(i128);

impl Clock for At {
    fn now_unix_nanos(&self) -> i128 {
        self.0
    }
}

struct Fixed;

impl Ids for Fixed {
    fn uuid(&self) -> String {
        "6f1c2f1e-0000-4000-8000-000000000001".to_owned()
    }
}

fn owner(who: &str) -> Owner {
    Owner {
        who: who.to_owned(),
        clock: Arc::new(At(1_700_000_000_000_000_000)),
        ids: Arc::new(Fixed),
    }
}

/// A state directory that goes with the test.
struct Home {
    _root: tempfile::TempDir,
    dir: PathBuf,
}

impl Home {
    fn new() -> Home {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("state");
        Home { _root: root, dir }
    }

    /// A store as another process would open it.
    fn store(&self) -> SledStore {
        open(&self.dir, owner("ann@vm"))
    }

    fn layout(&self) -> Layout {
        Layout {
            dir: self.dir.clone(),
        }
    }

    /// A run of `count` commits of one instance each, ended as a run ends or as a kill ends it.
    fn run(&self, count: u64, serial: u64, finished: bool) -> State {
        let store = self.store();
        let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
        for number in 0..count {
            block_on(store.commit("aaaa", serial, &[put(number, serial)])).unwrap();
        }
        if finished {
            block_on(store.finish()).unwrap();
        }
        block_on(store.read()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn address(number: u64) -> InstanceAddr {
    parse_instance(&format!("terraform_data.a[{number}]")).unwrap()
}

fn instance(text: &str) -> Instance {
    Instance {
        provider: Arc::from("terraform"),
        current: Some(Object {
            status: Status::Ready,
            schema_version: 0,
            attributes: Arc::from(format!("{{\"id\":{text:?}}}")),
            sensitive: Vec::new(),
            private: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
        }),
        deposed: Default::default(),
    }
}

fn put(number: u64, serial: u64) -> Event {
    Event::Put(
        address(number),
        instance(&format!("{serial}-{number}-{}", "x".repeat(300))),
    )
}

fn damaged(result: Result<State, StoreError>) -> (String, String) {
    match result.unwrap_err() {
        StoreError::Damaged { record, reason } => (record, reason),
        other => panic!("another error: {other}"),
    }
}

#[test]
fn an_absent_store_is_an_empty_state_and_reading_it_makes_nothing() {
    let home = Home::new();
    assert_eq!(block_on(home.store().read()).unwrap(), State::default());
    assert!(!home.dir.exists());
}

#[test]
fn a_run_that_commits_nothing_leaves_nothing() {
    let home = Home::new();
    let store = home.store();
    let lock = block_on(store.lock("plan", Duration::ZERO)).unwrap();
    assert_eq!(home.names(), ["lock.json"]);
    assert_eq!(block_on(store.read()).unwrap(), State::default());
    block_on(store.finish()).unwrap();
    drop(lock);
    assert!(!home.dir.exists());
}

#[test]
fn what_was_committed_is_read_again() {
    let home = Home::new();
    let written = home.run(20, 1, true);
    assert_eq!(
        (written.serial, &*written.lineage, written.instances.len()),
        (1, "aaaa", 20)
    );
    assert_eq!(block_on(home.store().read()).unwrap(), written);
    assert_eq!(
        home.names(),
        ["db", "db.lock", "export.json", "history", "journal.jsonl"]
    );

    let store = home.store();
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    let output = OutputRecord {
        value: Value::string("s"),
        sensitive: true,
    };
    let events = [
        Event::Remove(address(3)),
        Event::PutOutput(Arc::from("o"), output.clone()),
        Event::Put(address(4), instance("first")),
        Event::Put(address(4), instance("second")),
        Event::Remove(address(99)),
    ];
    block_on(store.commit("", 2, &events)).unwrap();
    drop(lock);
    let mut expected = written;
    expected.serial = 2;
    for event in events {
        expected.apply(event);
    }
    assert_eq!(block_on(home.store().read()).unwrap(), expected);
    assert_eq!(home.store().notices(), Vec::<String>::new());
}

#[test]
fn a_second_writer_is_told_who_holds_the_lock() {
    let home = Home::new();
    home.run(1, 1, true);
    let first = home.store();
    let lock = block_on(first.lock("apply", Duration::ZERO)).unwrap();
    let second = open(&home.dir, owner("bob@vm"));
    let begun = Instant::now();
    match block_on(second.lock("plan", Duration::from_millis(120)))
        .map(|_| ())
        .unwrap_err()
    {
        StoreError::Locked(info) => {
            assert_eq!(*info, lock.info().clone());
            assert_eq!((&*info.who, &*info.operation), ("ann@vm", "apply"));
            assert_eq!(info.created, "2023-11-14T22:13:20Z");
            assert_eq!(info.pid, std::process::id());
        }
        other => panic!("another error: {other}"),
    }
    assert!(begun.elapsed() >= Duration::from_millis(120));
    drop(lock);
    let lock = block_on(second.lock("plan", Duration::ZERO)).unwrap();
    assert_eq!(lock.info().who, "bob@vm");
}

#[test]
fn a_lock_that_is_let_go_while_another_waits_is_taken_by_it() {
    let home = Home::new();
    let lock = block_on(home.store().lock("apply", Duration::ZERO)).unwrap();
    let waiting = home.store();
    let thread = std::thread::spawn(move || block_on(waiting.lock("plan", Duration::from_secs(20))).is_ok());
    std::thread::sleep(Duration::from_millis(50));
    drop(lock);
    assert!(thread.join().unwrap());
}

#[test]
fn a_lock_is_forced_by_its_id_alone() {
    let home = Home::new();
    let store = home.store();
    assert!(
        block_on(store.force_unlock("x"))
            .unwrap_err()
            .to_string()
            .contains("not locked")
    );
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    assert!(
        block_on(store.force_unlock("x"))
            .unwrap_err()
            .to_string()
            .contains("another id")
    );
    block_on(store.force_unlock(&lock.info().id)).unwrap();
    let taken = block_on(home.store().lock("plan", Duration::ZERO)).unwrap();
    drop(lock);
    assert!(
        home.layout().lock().exists(),
        "the first lock must not remove the second one's file"
    );
    drop(taken);
}

#[test]
fn a_reader_sees_every_commit_of_a_run_that_goes_on() {
    let home = Home::new();
    home.run(5, 1, true);
    let writer = home.store();
    let _lock = block_on(writer.lock("apply", Duration::ZERO)).unwrap();
    for number in 3..9 {
        block_on(writer.commit("aaaa", 2, &[put(number, 2)])).unwrap();
        let begun = Instant::now();
        let reader = home.store();
        assert_eq!(block_on(reader.read()).unwrap(), block_on(writer.read()).unwrap());
        assert!(
            begun.elapsed() < Duration::from_millis(250),
            "a reader waits for nobody"
        );
        assert_eq!(reader.notices(), Vec::<String>::new());
    }
    block_on(writer.finish()).unwrap();
    assert_eq!(
        block_on(home.store().read()).unwrap(),
        block_on(writer.read()).unwrap()
    );
}

#[test]
fn a_commit_of_another_lineage_or_of_an_older_serial_is_refused() {
    let home = Home::new();
    home.run(1, 5, true);
    let store = home.store();
    let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    let other = block_on(store.commit("bbbb", 6, &[put(1, 1)]))
        .unwrap_err()
        .to_string();
    assert!(
        other.contains("lineage aaaa") && other.contains("lineage bbbb"),
        "{other}"
    );
    let older = block_on(store.commit("aaaa", 4, &[put(1, 1)]))
        .unwrap_err()
        .to_string();
    assert!(
        older.contains("serial 5") && older.contains("serial 4"),
        "{older}"
    );
    let mut broken = instance("x");
    broken.current = None;
    let broken = block_on(store.commit("aaaa", 6, &[Event::Put(address(1), broken)])).unwrap_err();
    assert!(broken.to_string().contains("terraform_data.a[1]"), "{broken}");
    assert_eq!(block_on(store.read()).unwrap().serial, 5);
}

#[test]
fn commits_of_many_at_once_are_all_kept_and_only_the_bad_ones_refused() {
    let home = Home::new();
    let store = home.store();
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let failed = runtime.block_on(async {
        let tasks: Vec<_> = (0..200)
            .map(|number| {
                let store = store.clone();
                let lineage = if number % 10 == 9 { "bbbb" } else { "aaaa" };
                tokio::spawn(async move { store.commit(lineage, 1, &[put(number, 1)]).await.is_err() })
            })
            .collect();
        let mut failed = Vec::new();
        for (number, task) in (0u64..).zip(tasks) {
            if task.await.unwrap() {
                failed.push(number);
            }
        }
        failed
    });
    drop(lock);
    let state = block_on(home.store().read()).unwrap();
    let kept: Vec<u64> = (0..200)
        .filter(|number| state.instances.contains_key(&address(*number)))
        .collect();
    assert_eq!(kept.len() + failed.len(), 200);
    // Whichever lineage came first is the state's, and the commits of the other were refused.
    assert!(failed.len() == 20 || failed.len() == 180, "{failed:?}");
    assert!(kept.iter().all(|number| !failed.contains(number)));
}

#[test]
fn a_run_that_was_killed_goes_on_from_its_last_commit() {
    let home = Home::new();
    home.run(5, 1, true);
    let written = home.run(9, 2, false);
    assert_eq!(block_on(home.store().read()).unwrap(), written);
    let store = home.store();
    let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    assert_eq!(block_on(store.read()).unwrap(), written);
    assert_eq!(store.notices(), Vec::<String>::new());
}

#[test]
fn each_run_keeps_what_it_left_and_one_that_was_killed_is_kept_by_the_next() {
    let home = Home::new();
    let first = home.run(3, 1, true);
    let killed = home.run(5, 2, false);
    let third = home.run(2, 3, true);
    let kept = block_on(home.store().history()).unwrap();
    let told: Vec<(u64, String)> = kept
        .iter()
        .map(|kept| (kept.serial, kept.content.as_ref().unwrap().0.operation.clone()))
        .collect();
    let apply = "apply".to_owned();
    assert_eq!(
        told,
        [(1, apply.clone()), (2, "interrupted".to_owned()), (3, apply)]
    );
    let states: Vec<State> = kept.into_iter().map(|kept| kept.content.unwrap().1).collect();
    assert_eq!(states, [first, killed, third]);

    // No more are kept than are wanted, the newest of them.
    let store = home.store().keeping(2);
    let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    block_on(store.commit("aaaa", 4, &[put(9, 4)])).unwrap();
    block_on(store.finish()).unwrap();
    let serials: Vec<u64> = block_on(store.history())
        .unwrap()
        .iter()
        .map(|kept| kept.serial)
        .collect();
    assert_eq!(serials, [3, 4]);
}

#[test]
fn a_half_written_snapshot_of_sled_does_no_harm() {
    let home = Home::new();
    let written = home.run(5, 1, true);
    fs::write(
        home.layout().database().join("snap.00000000000000FF.generating"),
        b"half",
    )
    .unwrap();
    assert_eq!(block_on(home.store().read()).unwrap(), written);
}

#[test]
fn a_damaged_snapshot_of_sled_is_thrown_away_and_told() {
    let home = Home::new();
    let written = home.run(5, 1, true);
    fs::write(home.layout().database().join("snap.00000000000000FF"), b"half").unwrap();
    let store = home.store();
    let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    assert_eq!(block_on(store.read()).unwrap(), written);
    let notices = store.notices();
    assert!(
        matches!(&*notices, [told] if told.contains("nothing is lost")),
        "{notices:?}"
    );
    assert!(home.names().contains(&"db.damaged-1".to_owned()));
}

#[test]
fn a_database_that_is_gone_is_restored_from_the_export_and_the_journal() {
    for finished in [true, false] {
        let home = Home::new();
        home.run(5, 1, true);
        let written = home.run(8, 2, finished);
        fs::remove_dir_all(home.layout().database()).unwrap();
        assert_eq!(block_on(home.store().read()).unwrap(), written);
        let store = home.store();
        let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
        assert_eq!(block_on(store.read()).unwrap(), written);
        assert!(store.notices().iter().any(|told| told.contains("restored")));
        drop(lock);
        assert_eq!(block_on(home.store().read()).unwrap(), written);
    }
}

#[test]
fn an_export_that_is_gone_or_damaged_is_written_again() {
    let home = Home::new();
    let written = home.run(5, 1, true);
    let export = fs::read(home.layout().export()).unwrap();
    fs::remove_file(home.layout().export()).unwrap();
    drop(block_on(home.store().lock("apply", Duration::ZERO)).unwrap());
    assert_eq!(fs::read(home.layout().export()).unwrap(), export);
    fs::write(home.layout().journal(), b"{\"key\":\"journal\"}\n").unwrap();
    assert_eq!(block_on(home.store().read()).unwrap(), written);
    drop(block_on(home.store().lock("apply", Duration::ZERO)).unwrap());
    assert_eq!(block_on(home.store().read()).unwrap(), written);
}

/// Changes what stands under a key in the database, past the store.
fn tamper(home: &Home, change: impl FnOnce(&sled::Db)) {
    let (db, _) = ground::open(&home.layout().database(), &home.layout().aside()).unwrap();
    change(&db);
    db.flush().unwrap();
}

#[test]
fn a_damaged_record_is_named_and_the_others_are_still_read() {
    let home = Home::new();
    let written = home.run(5, 1, true);
    let key = "instance terraform_data.a[2]";
    tamper(&home, |db| {
        let mut line = db.get(key).unwrap().unwrap().to_vec();
        let at = line.iter().rposition(|byte| *byte == b'x').unwrap();
        line[at] = b'y';
        db.insert(key, line).unwrap();
    });
    let (record, reason) = damaged(block_on(home.store().read()));
    assert_eq!(
        (&*record, &*reason),
        ("terraform_data.a[2]", "its checksum does not match")
    );
    let (rest, damages) = block_on(home.store().read_lenient()).unwrap();
    assert_eq!(
        damages,
        [Damage::new("terraform_data.a[2]", "its checksum does not match")]
    );
    let mut expected = written.clone();
    expected.instances.remove(&address(2));
    assert_eq!(rest, expected);

    // A run is told the same, and recovering takes the record from the export.
    let store = home.store();
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    assert_eq!(damaged(block_on(store.read())).0, "terraform_data.a[2]");
    let told = block_on(store.recover()).unwrap();
    assert!(
        told.restored[0].contains("terraform_data.a[2] was restored"),
        "{told:?}"
    );
    assert!(told.lost.is_empty(), "{told:?}");
    assert_eq!(block_on(store.read()).unwrap(), written);
    drop(lock);
    assert_eq!(block_on(home.store().read()).unwrap(), written);
}

#[test]
fn a_record_that_vanished_or_stands_under_another_key_is_found_out() {
    let home = Home::new();
    home.run(5, 1, true);
    tamper(&home, |db| {
        drop(db.remove("instance terraform_data.a[1]").unwrap())
    });
    let (record, reason) = damaged(block_on(home.store().read()));
    assert_eq!(
        (&*record, &*reason),
        ("meta", "it counts 5 records, but there are 4")
    );

    let home = Home::new();
    home.run(5, 1, true);
    tamper(&home, |db| {
        let line = db.get("instance terraform_data.a[1]").unwrap().unwrap();
        db.insert("instance terraform_data.a[2]", line).unwrap();
    });
    let (record, reason) = damaged(block_on(home.store().read()));
    assert_eq!(
        (&*record, &*reason),
        ("terraform_data.a[2]", "another record stands in its place")
    );
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let home = Home::new();
    home.run(2, 1, true);
    let meta = "{\"format\":3,\"lineage\":\"aaaa\",\"serial\":1,\"commit\":2,\"count\":2}";
    tamper(&home, |db| {
        db.insert("meta", crate::state::record::seal("meta", meta).into_bytes())
            .unwrap();
    });
    let store = home.store();
    for error in [
        block_on(store.read()).unwrap_err(),
        block_on(store.lock("apply", Duration::ZERO))
            .map(|_| ())
            .unwrap_err(),
    ] {
        assert!(
            matches!(error, StoreError::TooNew { found: 3, known: 2 }),
            "{error}"
        );
    }
}

#[test]
fn a_state_is_replaced_whole() {
    let home = Home::new();
    home.run(3, 7, true);
    let store = home.store();
    let lock = block_on(store.lock("state push", Duration::ZERO)).unwrap();
    let mut state = State {
        lineage: "cccc".to_owned(),
        serial: 2,
        ..State::default()
    };
    state.apply(put(9, 2));
    block_on(store.replace(&state)).unwrap();
    drop(lock);
    assert_eq!(block_on(home.store().read()).unwrap(), state);
    drop(block_on(home.store().lock("apply", Duration::ZERO)).unwrap());
    assert_eq!(block_on(home.store().read()).unwrap(), state);
}

/// A small generator of places, so that a failure can be run again by its seed.
fn places(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    }
}

/// A store that a kill left behind: a run that ended, and then one that did not.
fn killed() -> (Home, State) {
    let home = Home::new();
    home.run(40, 1, true);
    let written = home.run(60, 2, false);
    (home, written)
}

/// Damages a copy of a store's database and looks at what becomes of it.
fn check_damage(
    (model, written): &(Home, State),
    seed: u64,
    with_export: bool,
    damage: impl Fn(&mut Vec<u8>, &mut dyn FnMut(usize) -> usize),
) {
    let home = Home::new();
    files::copy_dir(&model.dir, &home.dir).unwrap();
    let mut places = places(seed);
    let path = home.layout().database().join("db");
    let mut bytes = fs::read(&path).unwrap();
    damage(&mut bytes, &mut places);
    fs::write(&path, bytes).unwrap();
    if !with_export {
        fs::remove_file(home.layout().export()).unwrap();
    }

    let check = |result: Result<State, StoreError>, notices: Vec<String>| match result {
        Ok(state) if state == *written => {}
        Ok(state) => panic!(
            "seed {seed}: {} of {} instances, silently: {notices:?}",
            state.instances.len(),
            written.instances.len()
        ),
        Err(StoreError::Damaged { record, .. }) => assert!(!record.is_empty()),
        Err(other) => panic!("seed {seed}: {other}"),
    };
    let reader = home.store();
    check(block_on(reader.read()), reader.notices());
    block_on(reader.read_lenient()).unwrap();
    let writer = home.store();
    let result = block_on(async {
        let _lock = writer.lock("apply", Duration::ZERO).await?;
        writer.read().await
    });
    if with_export {
        assert_eq!(result.as_ref().unwrap(), written, "seed {seed}");
    }
    check(result, writer.notices());
}

#[test]
fn flipped_bytes_are_reported_or_restored_and_never_panic() {
    let model = killed();
    for seed in 0..24 {
        check_damage(&model, seed, seed % 2 == 0, |bytes, places| {
            for _ in 0..(1 << (seed % 6)) {
                let at = places(bytes.len().min(60_000));
                bytes[at] ^= 1 << places(8);
            }
        });
    }
}

#[test]
fn a_truncated_database_is_reported_or_restored_and_never_panics() {
    let model = killed();
    for seed in 0..12 {
        check_damage(&model, seed, seed % 2 == 0, |bytes, places| {
            let length = places(bytes.len().min(80_000));
            bytes.truncate(length);
        });
    }
}

#[test]
fn the_memory_store_keeps_the_same_promises_and_fails_on_demand() {
    let store = MemoryStore::new();
    store.fail(Operation::Commit, 1, When::After, "cut off");
    store.fail(Operation::Commit, 0, When::Before, "full");
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    assert!(matches!(
        block_on(store.lock("plan", Duration::ZERO)),
        Err(StoreError::Locked(_))
    ));
    block_on(store.commit("aaaa", 1, &[put(0, 1)])).unwrap();
    assert_eq!(
        block_on(store.commit("aaaa", 1, &[put(1, 1)]))
            .unwrap_err()
            .to_string(),
        "cut off"
    );
    assert_eq!(
        block_on(store.commit("aaaa", 1, &[put(2, 1)]))
            .unwrap_err()
            .to_string(),
        "full"
    );
    assert!(block_on(store.commit("bbbb", 1, &[])).is_err());
    assert_eq!(store.commits().len(), 2);
    let addresses: Vec<_> = block_on(store.read()).unwrap().instances.into_keys().collect();
    assert_eq!(addresses, [address(0), address(1)]);
    drop(lock);
    assert!(!store.is_locked());
}

/// Reads a checked-in export, lets a run make a database of it, and expects this export of it.
fn check_fixture(fixture: &[u8], exported: &[u8]) -> State {
    let home = Home::new();
    fs::create_dir(&home.dir).unwrap();
    fs::write(home.layout().export(), fixture).unwrap();
    let state = block_on(home.store().read()).unwrap();
    let addresses: Vec<String> = state.instances.keys().map(ToString::to_string).collect();
    assert_eq!(
        addresses,
        [
            "giantswarm_member.staff[\"ann\"]",
            "giantswarm_org.acme",
            "terraform_data.note",
            "module.site[\"eu\"].terraform_data.page[0]",
        ]
    );
    assert_eq!(
        (state.serial, &*state.lineage),
        (7, "2f0b8f6e-3f5a-4a53-9c5f-0d6e7c1b2a10")
    );
    let note = &state.instances[&parse_instance("terraform_data.note").unwrap()];
    assert_eq!(note.current.as_ref().unwrap().status, Status::Tainted);
    assert_eq!(note.deposed.len(), 1);
    assert!(state.outputs["token"].sensitive);
    let store = home.store();
    let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    assert_eq!(block_on(store.read()).unwrap(), state);
    block_on(store.finish()).unwrap();
    let written = fs::read(home.layout().export()).unwrap();
    assert_eq!(written, exported, "{}", String::from_utf8_lossy(&written));
    state
}

#[test]
fn the_checked_in_export_of_each_format_is_still_read() {
    let v1 = include_bytes!("../../state/fixtures/v1/example.export.json");
    let v2 = include_bytes!("../../state/fixtures/v2/example.export.json");
    // What was of an older format is written in the newest.
    let records = export::read(std::str::from_utf8(v1).unwrap()).unwrap();
    let state = check_fixture(v1, export::write(&records).as_bytes());
    assert_eq!(state.pending.len(), 0);
    let state = check_fixture(v2, v2);
    let pending: Vec<String> = state
        .pending
        .iter()
        .map(|(subject, pending)| format!("{} {subject}", pending.deed.as_str()))
        .collect();
    assert_eq!(
        pending,
        [
            "create giantswarm_org.team",
            "delete terraform_data.note (deposed 0a1b2c3d)",
        ]
    );
}

#[test]
fn an_operation_outlives_a_kill_and_is_guarded_after_it() {
    let home = Home::new();
    let subject = Subject {
        addr: address(1),
        deposed: None,
    };
    let pending = Pending {
        deed: Deed::Create,
        provider: Arc::from("terraform"),
        calls: vec!["POST /v1/org/".to_owned()],
        digest: Arc::from("0123456789abcdef"),
        wish: instance("1").current,
    };
    let begin = Event::Begin(subject.clone(), pending.clone());
    let store = home.store();
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    block_on(store.commit("aaaa", 1, &[put(0, 1), begin.clone()])).unwrap();
    // Another command sees it, and that its run is at work.
    assert_eq!(block_on(home.store().read()).unwrap().pending.len(), 1);
    assert!(block_on(home.store().is_in_use()) && !block_on(store.is_in_use()));
    // No export, no goodbye.
    drop(lock);

    let store = home.store();
    let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    let state = block_on(store.read()).unwrap();
    assert_eq!(state.pending.get(&subject), Some(&pending));
    for events in [vec![begin], vec![put(1, 1)], vec![Event::Remove(address(1))]] {
        let (record, reason) = damaged(block_on(store.commit("aaaa", 1, &events)).map(|()| state.clone()));
        assert!(
            record == address(1).to_string() && reason.contains("rule 13"),
            "{record}: {reason}"
        );
    }
    assert!(block_on(store.replace(&state)).is_err());
    block_on(store.commit("aaaa", 1, &[Event::End(subject), put(1, 1)])).unwrap();
    assert_eq!(block_on(store.read()).unwrap().pending.len(), 0);
}

/// Not a law but a measure: `cargo test --release --lib store::tests::speed -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let home = Home::new();
    let store = home.store();
    let lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for number in 0..1_000 {
            let events: Vec<Event> = (0..10).map(|slot| put(number * 10 + slot, 1)).collect();
            let count = 1 + (number as usize) % 10;
            store.commit("aaaa", 1, &events[..count]).await.unwrap();
        }
    });
    println!("1,000 commits of 1-10 records: {:?}", begun.elapsed());
    let begun = Instant::now();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..10)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0..100 {
                        store
                            .commit("aaaa", 1, &[put(task * 100 + number, 1)])
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    println!("1,000 commits of ten at once: {:?}", begun.elapsed());
    let events: Vec<Event> = (0..10_000).map(|slot| put(slot, 1)).collect();
    let begun = Instant::now();
    block_on(store.commit("aaaa", 1, &events)).unwrap();
    println!("one commit of 10,000 records: {:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(block_on(store.read()).unwrap().instances.len(), 10_000);
    println!("read 10,000, open: {:?}", begun.elapsed());
    let begun = Instant::now();
    block_on(store.finish()).unwrap();
    println!("export 10,000: {:?}", begun.elapsed());
    let begun = Instant::now();
    drop(lock);
    println!("close: {:?}", begun.elapsed());
    for _ in 0..3 {
        let begun = Instant::now();
        block_on(home.store().read()).unwrap();
        println!("open and read 10,000: {:?}", begun.elapsed());
    }
    let begun = Instant::now();
    drop(block_on(home.store().lock("plan", Duration::ZERO)).unwrap());
    println!("lock and close: {:?}", begun.elapsed());
    let small = Home::new();
    small.run(10, 1, true);
    let begun = Instant::now();
    block_on(small.store().read()).unwrap();
    println!("open and read 10: {:?}", begun.elapsed());
}
