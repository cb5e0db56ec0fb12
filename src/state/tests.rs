//! The state's laws, over random states.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::journal::{Commit, Journal, Records};
use super::pending::{Move, Open, Stage, transition};
use super::{
    Deed, Event, Instance, Object, OutputRecord, Pending, State, Status, Subject, export, record, v4, verify,
};
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
        2 => (subject(), pending()).prop_map(|(subject, pending)| Event::Begin(subject, pending)),
        1 => subject().prop_map(Event::End),
    ]
}

fn subject() -> impl Strategy<Value = Subject> {
    (address(), proptest::option::of("[0-9a-f]{8}")).prop_map(|(addr, deposed)| Subject {
        addr,
        deposed: deposed.map(Arc::from),
    })
}

fn pending() -> impl Strategy<Value = Pending> {
    (0usize..3, object(), proptest::collection::vec("\\PC{0,9}", 0..3)).prop_map(|(deed, object, calls)| {
        let deed = Deed::ALL[deed].0;
        Pending {
            deed,
            provider: Arc::from("giantswarm"),
            calls,
            digest: Arc::from("0123456789abcdef"),
            wish: (deed != Deed::Delete).then_some(object),
        }
    })
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
        let mut state = fold(&runs);
        // Terraform knows no pending operations.
        state.pending.clear();
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
        current: Some(Object::ready(0, Arc::from("{}"), Vec::new())),
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

fn an_intent(deed: Deed) -> Pending {
    let state = a_state(|_, _| ());
    let object = state
        .instances
        .values()
        .next()
        .and_then(|instance| instance.current.clone());
    Pending {
        deed,
        provider: Arc::from("giantswarm"),
        calls: vec!["POST /v1/org/".to_owned()],
        digest: Arc::from("0123456789abcdef"),
        wish: object.filter(|_| deed != Deed::Delete),
    }
}

#[test]
fn a_pending_operation_says_wholly_what_it_was_to_do() {
    let check = |change: fn(&mut Subject, &mut Pending), broken: &[u8]| {
        let mut state = a_state(|_, _| ());
        let mut pending = an_intent(Deed::Create);
        let mut subject = subject_of("terraform_data.a");
        change(&mut subject, &mut pending);
        state.pending.insert(subject, pending);
        check(&state, broken);
    };
    check(|_, _| (), &[]);
    check(|_, pending| pending.wish = None, &[12]);
    check(|_, pending| pending.deed = Deed::Delete, &[12]);
    check(|_, pending| pending.digest = Arc::from(""), &[12]);
    check(|_, pending| pending.provider = Arc::from("a b"), &[5]);
    check(
        |_, pending| pending.wish.as_mut().unwrap().attributes = Arc::from("1"),
        &[3],
    );
    check(|subject, _| subject.addr.resource.name = Arc::from("a b"), &[8]);
}

/// `TYPE.NAME`, or `TYPE.NAME (deposed KEY)` as it is shown.
fn subject_of(text: &str) -> Subject {
    let (addr, deposed) = match text.split_once(" (deposed ") {
        Some((addr, key)) => (addr, Some(Arc::from(key.trim_end_matches(')')))),
        None => (text, None),
    };
    let addr = crate::addr::parse_instance(addr).unwrap();
    Subject { addr, deposed }
}

#[test]
fn every_move_of_an_operation_is_in_the_table_or_refused() {
    use Move::{Begin, Change, End};
    use Stage::{Open, Settled};
    for (from, step, to) in [
        (Settled, Begin, Some(Open)),
        (Settled, Change, Some(Settled)),
        (Settled, End, None),
        (Open, Begin, None),
        (Open, Change, None),
        (Open, End, Some(Settled)),
    ] {
        assert_eq!(transition(from, step), to, "{from:?} {step:?}");
    }
}

/// Commits on `a.a`, whose instance has the deposed object 00000001: `begin`, `begin 1`, `end`, `end 1`, `put`, `put
/// bare` (without the deposed object), `remove`. The last commit is expected to be legal or not.
#[track_caller]
fn check_moves(commits: &[&str], legal: bool) {
    let subject = |deposed: bool| subject_of(if deposed { "a.a (deposed 00000001)" } else { "a.a" });
    let addr = subject(false).addr;
    let state = a_state(|_, _| ());
    let bare = state.instances.values().next().unwrap().clone();
    let mut whole = bare.clone();
    whole
        .deposed
        .insert(Arc::from("00000001"), bare.current.clone().unwrap());
    let event = |word: &str| match word {
        "begin" => Event::Begin(subject(false), an_intent(Deed::Update)),
        "begin 1" => Event::Begin(subject(true), an_intent(Deed::Delete)),
        "end" => Event::End(subject(false)),
        "end 1" => Event::End(subject(true)),
        "put" => Event::Put(addr.clone(), whole.clone()),
        "put bare" => Event::Put(addr.clone(), bare.clone()),
        "remove" => Event::Remove(addr.clone()),
        other => panic!("{other}"),
    };
    let mut open = Open::default();
    for (at, commit) in commits.iter().enumerate() {
        let events: Vec<Event> = commit.split(", ").map(event).collect();
        let last = at + 1 == commits.len();
        match open.after(&events) {
            Ok(after) if legal || !last => open = after,
            Err(violation) if !legal && last => assert_eq!(violation.rule, 13),
            other => panic!("{commit}: {other:?}"),
        }
    }
}

#[test]
fn a_record_is_changed_only_when_the_outcome_of_its_operation_is_known() {
    check_moves(&["begin", "end, put"], true);
    check_moves(&["put, begin", "end, put, begin", "end, remove"], true);
    check_moves(&["begin", "put"], false);
    check_moves(&["begin", "remove"], false);
    check_moves(&["begin", "put, end"], false);
    check_moves(&["begin", "begin"], false);
    check_moves(&["end"], false);
    check_moves(&["begin, end", "end"], false);
}

#[test]
fn the_objects_of_one_instance_may_have_an_operation_each() {
    check_moves(&["begin, begin 1", "end 1, put bare", "end, put bare"], true);
    check_moves(&["begin, begin 1", "end, put", "end 1, put bare"], true);
    check_moves(&["begin, begin 1", "end, put bare"], false);
    check_moves(&["begin 1", "put bare"], false);
    check_moves(&["begin 1", "put"], true);
    check_moves(&["begin 1", "remove"], false);
    check_moves(&["begin, begin 1", "end 1, remove", "end, put bare"], true);
    check_moves(&["begin, begin 1", "end, remove"], false);
}
