//! The state's laws, over random states.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::journal::{Commit, Journal, Records};
use super::{Event, Instance, Object, OutputRecord, State, Status, export, record, v4, verify};
use crate::addr::{InstanceAddr, InstanceKey, Mode, ModuleInstance, ResourceAddr};
use crate::value::{Number, Path, Type, Value, json};

fn key() -> impl Strategy<Value = InstanceKey> {
    prop_oneof![
        Just(InstanceKey::None),
        (0u64..12).prop_map(InstanceKey::Int),
        "\\PC{0,6}|[\"\\\\$%{}\n\t<&]{1,4}".prop_map(|text| InstanceKey::Str(Arc::from(text))),
    ]
}

fn address() -> impl Strategy<Value = InstanceAddr> {
    (
        proptest::collection::vec(("[a-z]{1,3}", key()), 0..3),
        any::<bool>(),
        "[a-z_]{1,6}",
        "[a-z-]{1,4}",
        key(),
    )
        .prop_filter("words of the address language", |(_, _, type_name, name, _)| {
            !matches!(&**type_name, "module" | "data") && !name.starts_with('-')
        })
        .prop_map(|(module, data, type_name, name, key)| InstanceAddr {
            module: ModuleInstance(
                module
                    .into_iter()
                    .map(|(name, key)| (Arc::from(name), key))
                    .collect(),
            ),
            resource: ResourceAddr {
                mode: if data { Mode::Data } else { Mode::Managed },
                type_name: Arc::from(type_name),
                name: Arc::from(name),
            },
            key,
        })
}

fn path() -> impl Strategy<Value = Path> {
    (
        "[a-z]{1,4}",
        proptest::option::of(0u64..9),
        proptest::option::of("\\PC{0,5}"),
    )
        .prop_map(|(name, index, key)| {
            let mut path = Path::root().attr(name);
            if let Some(index) = index {
                path = path.index(index);
            }
            if let Some(key) = key {
                path = path.key(key);
            }
            path
        })
}

fn object() -> impl Strategy<Value = Object> {
    (
        any::<bool>(),
        0u64..3,
        proptest::collection::btree_map("\\PC{0,4}", "\\PC{0,8}", 0..4),
        proptest::collection::vec(path(), 0..3),
        proptest::option::of("\\PC{0,9}"),
        proptest::collection::btree_set("[a-z]{1,4}\\.[a-z]{1,4}", 0..3),
        any::<bool>(),
    )
        .prop_map(
            |(tainted, schema_version, attributes, sensitive, private, dependencies, first)| Object {
                status: if tainted { Status::Tainted } else { Status::Ready },
                schema_version,
                attributes: {
                    let members = attributes
                        .into_iter()
                        .map(|(name, text)| (name, Value::string(text)));
                    let value = Value::object(members);
                    Arc::from(json::encode(&value, &value.ty()).unwrap())
                },
                sensitive,
                private: private.map(Arc::from),
                dependencies: dependencies
                    .into_iter()
                    .filter(|text| !text.starts_with("data."))
                    .map(Arc::from)
                    .collect(),
                create_before_destroy: first,
            },
        )
}

fn instance() -> impl Strategy<Value = Instance> {
    (
        prop_oneof![
            Just("terraform"),
            Just("giantswarm.west"),
            Just("module.a.giantswarm")
        ],
        proptest::option::of(object()),
        proptest::collection::btree_map("[0-9a-f]{8}", object(), 0..2),
    )
        .prop_filter("rule 1", |(_, current, deposed)| {
            current.is_some() || !deposed.is_empty()
        })
        .prop_map(|(provider, current, deposed)| Instance {
            provider: Arc::from(provider),
            current,
            deposed: deposed
                .into_iter()
                .map(|(key, object)| (Arc::from(key), object))
                .collect(),
        })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "\\PC{0,9}".prop_map(Value::string),
        any::<i64>().prop_map(Value::int),
        any::<bool>().prop_map(Value::bool),
        Just(Value::null(Type::list(Type::String))),
        Just(Value::dynamic_null()),
        proptest::collection::btree_map("[a-z]{1,4}", "\\PC{0,4}", 0..3).prop_map(|members| {
            Value::object(
                members
                    .into_iter()
                    .map(|(name, text)| (name, Value::string(text))),
            )
        }),
        proptest::collection::vec(0u64..9, 0..4).prop_map(|numbers| {
            Value::set(
                Type::Number,
                numbers
                    .into_iter()
                    .map(|n| Value::number(Number::from(n)))
                    .collect(),
            )
        }),
    ]
}

/// An event that the integrity rules allow.
fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (address(), instance()).prop_map(|(address, mut instance)| {
            if address.resource.mode == Mode::Data {
                let mut object = instance.current.take().or_else(|| instance.deposed.values().next().cloned());
                if let Some(object) = &mut object {
                    object.status = Status::Ready;
                }
                instance = Instance { current: object, deposed: BTreeMap::new(), ..instance };
            }
            Event::Put(address, instance)
        }),
        1 => address().prop_map(Event::Remove),
        2 => ("[a-z]{1,2}", value(), any::<bool>()).prop_map(|(name, value, sensitive)| {
            Event::PutOutput(Arc::from(name), OutputRecord { value, sensitive })
        }),
        1 => "[a-z]{1,2}".prop_map(|name| Event::RemoveOutput(Arc::from(name))),
    ]
}

/// Runs of commits: a serial a run, several commits in each.
fn commits() -> impl Strategy<Value = Vec<Vec<Event>>> {
    proptest::collection::vec(proptest::collection::vec(event(), 0..5), 0..8)
}

fn fold(runs: &[Vec<Event>]) -> State {
    let mut state = State {
        lineage: "4c6f".to_owned(),
        ..State::default()
    };
    for (at, events) in runs.iter().enumerate() {
        state.serial = at as u64 + 1;
        for event in events {
            state.apply(event.clone());
        }
    }
    state
}

fn journal(runs: &[Vec<Event>]) -> Vec<Commit> {
    (1u64..)
        .zip(runs)
        .map(|(number, events)| Commit::of(number, "4c6f", number, events).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_journal_folded_over_an_export_gives_the_state_back(runs in commits(), cut in 0usize..8) {
        let state = fold(&runs);
        prop_assert_eq!(verify(&state), vec![]);
        let commits = journal(&runs);
        let cut = cut.min(commits.len());

        // An export somewhere in the middle, and a journal that begins before it.
        let mut records = Records { lineage: "4c6f".to_owned(), ..Records::default() };
        for commit in &commits[..cut] {
            records.apply(commit).unwrap();
        }
        let mut records = export::read(&export::write(&records)).unwrap();
        let text: String = std::iter::once(Journal::header(0, ""))
            .chain(commits.iter().map(|commit| commit.line() + "\n"))
            .collect();
        let journal = Journal::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&journal.damage, &None);
        prop_assert_eq!(&journal.commits, &commits);
        for commit in &journal.commits {
            records.apply(commit).unwrap();
        }
        prop_assert_eq!(records.state().unwrap(), state.clone());
        prop_assert_eq!(&records, &Records::of(&state, commits.len() as u64).unwrap());
    }

    #[test]
    fn a_journal_that_is_cut_anywhere_gives_a_prefix_of_its_commits(runs in commits(), at in 0.0f64..1.0) {
        let commits = journal(&runs);
        let text: String = std::iter::once(Journal::header(0, ""))
            .chain(commits.iter().map(|commit| commit.line() + "\n"))
            .collect();
        let cut = (text.len() as f64 * at) as usize;
        if let Ok(journal) = Journal::parse(&text.as_bytes()[..cut]) {
            prop_assert_eq!(journal.damage, None);
            prop_assert!(commits.starts_with(&journal.commits));
        }
    }

    #[test]
    fn a_flipped_bit_in_an_export_is_found(runs in commits(), at in 0.0f64..1.0, bit in 0u8..8) {
        let records = Records::of(&fold(&runs), 9).unwrap();
        let mut bytes = export::write(&records).into_bytes();
        let place = (bytes.len() as f64 * at) as usize;
        bytes[place] ^= 1 << bit;
        // White space between the records may differ without harm.
        if let Some(read) = String::from_utf8(bytes.clone()).ok().and_then(|text| export::read(&text).ok()) {
            prop_assert_eq!(read, records.clone());
        }
        let (rest, damages) = export::read_lenient(&bytes);
        let whole = rest.bodies.iter().all(|(key, body)| records.bodies.get(key) == Some(body));
        prop_assert!(whole && (!damages.is_empty() || rest.bodies == records.bodies));
    }

    #[test]
    fn terraforms_state_format_gives_the_state_back(runs in commits()) {
        let state = fold(&runs);
        let text = v4::to_v4(&state).unwrap();
        prop_assert_eq!(v4::from_v4(&text).unwrap(), state);
        let again = v4::to_v4(&v4::from_v4(&text).unwrap()).unwrap();
        prop_assert_eq!(again, text);
    }

    #[test]
    fn reading_a_record_never_panics(text in "\\PC{0,40}") {
        let _ = record::unseal(&text, "here");
        let _ = record::to_event(&text, Some(&text));
        let _ = Journal::parse(text.as_bytes());
        let _ = export::read_lenient(text.as_bytes());
        let _ = v4::from_v4(&text);
    }
}

fn a_state(change: impl FnOnce(&mut InstanceAddr, &mut Instance)) -> State {
    let mut address = crate::addr::parse_instance("terraform_data.a").unwrap();
    let mut instance = Instance {
        provider: Arc::from("terraform"),
        current: Some(Object {
            status: Status::Ready,
            schema_version: 0,
            attributes: Arc::from("{}"),
            sensitive: Vec::new(),
            private: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
        }),
        deposed: BTreeMap::new(),
    };
    change(&mut address, &mut instance);
    let mut state = State {
        lineage: "x".to_owned(),
        serial: 1,
        ..State::default()
    };
    state.instances.insert(address, instance);
    state
}

/// The rules that a state breaks.
fn check(state: &State, broken: &[u8]) {
    let found: Vec<u8> = verify(state).iter().map(|violation| violation.rule).collect();
    assert_eq!(found, broken);
}

#[test]
fn each_integrity_rule_is_checked() {
    fn object(instance: &mut Instance) -> &mut Object {
        instance.current.as_mut().unwrap()
    }
    check(&State::default(), &[]);
    check(&a_state(|_, _| ()), &[]);
    check(&a_state(|_, instance| instance.current = None), &[1]);
    check(
        &a_state(|_, instance| {
            let object = instance.current.take().unwrap();
            instance.deposed.insert(Arc::from("0A1B2C3D"), object);
        }),
        &[2],
    );
    check(
        &a_state(|_, instance| object(instance).attributes = Arc::from("[]")),
        &[3],
    );
    check(
        &a_state(|_, instance| object(instance).attributes = Arc::from("{\"a\":}")),
        &[3],
    );
    check(
        &a_state(|_, instance| object(instance).dependencies = vec![Arc::from("module.a")]),
        &[4],
    );
    check(
        &a_state(|_, instance| object(instance).dependencies = vec![Arc::from("module.a.b.c[0]")]),
        &[],
    );
    check(
        &a_state(|_, instance| instance.provider = Arc::from("a.b.c")),
        &[5],
    );
    check(&a_state(|_, instance| instance.provider = Arc::from("")), &[5]);
    check(
        &a_state(|_, instance| instance.provider = Arc::from("module.x[\"y\"].a.b")),
        &[],
    );
    check(
        &a_state(|_, instance| object(instance).sensitive = vec![Path::root().index(0)]),
        &[6],
    );
    check(
        &a_state(|address, instance| {
            address.resource.mode = Mode::Data;
            object(instance).status = Status::Tainted;
        }),
        &[7],
    );
    check(
        &a_state(|address, _| address.resource.name = Arc::from("a b")),
        &[8],
    );
    let mut state = a_state(|_, _| ());
    state.outputs.insert(
        Arc::from("a.b"),
        OutputRecord {
            value: Value::int(1),
            sensitive: false,
        },
    );
    check(&state, &[9]);
    let mut state = a_state(|_, _| ());
    state.outputs.insert(
        Arc::from("a"),
        OutputRecord {
            value: Value::unknown(Type::String),
            sensitive: false,
        },
    );
    check(&state, &[10]);
    let mut state = a_state(|_, _| ());
    state.lineage.clear();
    check(&state, &[11]);
}
