//! What a store promises: what was committed is read again, whatever ended the run.

use super::*;

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
