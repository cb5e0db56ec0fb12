//! Formats of earlier and later versions.

use super::*;

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
    let v1 = include_bytes!("../../../state/fixtures/v1/example.export.json");
    let v2 = include_bytes!("../../../state/fixtures/v2/example.export.json");
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
