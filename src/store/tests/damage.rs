//! Files and records that are damaged: mended where that is without doubt, else told; never a panic.

use super::*;

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
