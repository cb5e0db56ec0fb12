//! One writer at a time, and readers that wait for nobody.

use super::*;

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
