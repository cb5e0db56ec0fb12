//! What the store keeps, notices and refuses.

use super::*;

fn put(key: &str, value: &str) -> Change {
    Change {
        key: key.to_owned(),
        value: Some(value.as_bytes().to_vec()),
    }
}

fn reopen(dir: &Path) -> Result<(Store, Records), PlatformError> {
    Store::open(dir, Duration::from_millis(300))
}

#[test]
fn what_was_committed_is_there_after_a_reopen() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, records) = reopen(dir.path()).unwrap();
    assert!(records.is_empty());
    store.commit(&[put("a\0b", "1"), put("c", "2")]).unwrap();
    store
        .commit(&[Change {
            key: "c".into(),
            value: None,
        }])
        .unwrap();
    drop(store);
    let (_store, records) = reopen(dir.path()).unwrap();
    assert_eq!(records, Records::from([("a\0b".to_owned(), b"1".to_vec())]));
}

#[test]
fn a_second_owner_is_told_who_the_first_is() {
    let dir = tempfile::tempdir().unwrap();
    let _first = reopen(dir.path()).unwrap();
    let Err(error) = Store::open(dir.path(), Duration::from_millis(30)) else {
        panic!("opened twice")
    };
    assert!(
        error
            .to_string()
            .contains(&format!("process {}", std::process::id())),
        "{error}"
    );
}

#[test]
fn the_leftover_of_a_killed_snapshot_does_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = reopen(dir.path()).unwrap();
    store.commit(&[put("a", "1")]).unwrap();
    drop(store);
    fs::write(dir.path().join("db/snap.00000000000000FF.generating"), b"half").unwrap();
    assert_eq!(reopen(dir.path()).unwrap().1.len(), 1);
}

#[test]
fn a_damaged_snapshot_is_set_aside_and_the_log_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = reopen(dir.path()).unwrap();
    store.commit(&[put("a", "1")]).unwrap();
    drop(store);
    fs::write(
        dir.path().join("db/snap.00000000000000FF"),
        b"not a snapshot at all",
    )
    .unwrap();
    assert_eq!(reopen(dir.path()).unwrap().1.len(), 1);
}

#[test]
fn a_store_without_its_database_is_filled_from_the_export() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = reopen(dir.path()).unwrap();
    store.commit(&[put("a", "{\"x\":1}")]).unwrap();
    store.export().unwrap();
    drop(store);
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    assert_eq!(reopen(dir.path()).unwrap().1.len(), 1);
}

#[test]
fn the_export_is_written_once_for_each_state_even_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = reopen(dir.path()).unwrap();
    store.commit(&[put("a", "1")]).unwrap();
    drop(store);
    let (mut store, _) = reopen(dir.path()).unwrap();
    assert!(store.dirty);
    store.export().unwrap();
    drop(store);
    assert!(!reopen(dir.path()).unwrap().0.dirty);
}

#[test]
fn a_record_that_does_not_match_its_checksum_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = reopen(dir.path()).unwrap();
    store.commit(&[put("org\0bantic", "1")]).unwrap();
    store.db.insert("org\0bantic", b"12345678{}".as_slice()).unwrap();
    drop(store);
    let Err(error) = reopen(dir.path()) else {
        panic!("opened")
    };
    assert!(error.to_string().contains("org/bantic"), "{error}");
}

#[test]
fn a_store_whose_last_commits_were_lost_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(dir.path(), Duration::ZERO).unwrap();
    store.commit(&[put("org\0a", "1")]).unwrap();
    drop(store);
    let old = dir.path().join("old");
    copy_dir(&dir.path().join("db"), &old).unwrap();
    let (mut store, _) = Store::open(dir.path(), Duration::from_secs(1)).unwrap();
    store.commit(&[put("org\0b", "2")]).unwrap();
    store.commit(&[put("org\0c", "3")]).unwrap();
    drop(store);
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    fs::rename(&old, dir.path().join("db")).unwrap();
    let error = Store::open(dir.path(), Duration::from_secs(1)).err().unwrap();
    assert!(
        error.to_string().contains("its last 2 commits are missing"),
        "{error}"
    );
}

#[test]
fn a_record_larger_than_a_segment_survives_the_end_of_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let large = format!("\"{}\"", "x".repeat(2 * 1024 * 1024));
    let (mut store, _) = Store::open(dir.path(), Duration::ZERO).unwrap();
    store.commit(&[put("org\0a", &large)]).unwrap();
    assert!(!store.blobs.is_empty());
    drop(store);
    let (_, records) = Store::open(dir.path(), Duration::from_secs(1)).unwrap();
    assert_eq!(records.get("org\0a").map(Vec::as_slice), Some(large.as_bytes()));
}
