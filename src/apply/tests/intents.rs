//! Intents and what becomes of them when nobody lived to record the outcome.

use super::*;
use crate::apply::settle::{Verdict, questions};
use crate::plan::semantics::Found;
use crate::state::Event;

/// The event's first word and what it is about.
fn told(event: &Event) -> String {
    match event {
        Event::Put(addr, instance) => {
            let tainted = instance
                .current
                .as_ref()
                .is_some_and(|object| object.status == crate::state::Status::Tainted);
            format!("{} {addr}", if tainted { "taint" } else { "put" })
        }
        Event::Remove(addr) => format!("remove {addr}"),
        Event::Begin(subject, pending) => format!("begin {} {subject}", pending.deed.as_str()),
        Event::End(subject) => format!("end {subject}"),
        Event::PutOutput(name, _) | Event::RemoveOutput(name) => format!("output {name}"),
    }
}

fn drain(walker: &mut Walker) -> Vec<String> {
    walker.take_events().iter().map(told).collect()
}

/// The outcome of an order that goes well.
fn well(work: &Work) -> Outcome {
    let Work::Apply { order, .. } = work else {
        panic!("no order");
    };
    let state = if order.planned.is_null() {
        order.planned.clone()
    } else {
        made(&order.planned, "new")
    };
    Outcome::Applied(Box::new(Applied {
        state,
        private: None,
        error: None,
        in_doubt: false,
        notes: Vec::new(),
    }))
}

#[test]
fn an_intent_comes_with_the_work_and_ends_with_its_outcome() {
    let mut walker = Walker::new(plan(CHAIN, &State::default()));
    let work = walker.next(9);
    assert_eq!(drain(&mut walker), ["begin create thing_one.a"]);
    walker.done(work[0].0, well(&work[0].1));
    let _second = walker.next(9);
    assert_eq!(
        drain(&mut walker),
        ["end thing_one.a", "put thing_one.a", "begin create thing_one.b"]
    );
}

#[test]
fn the_events_of_a_run_obey_the_table_of_transitions() {
    let before = applied(CHAIN);
    for text in [
        "",
        r#"
        resource "thing_one" "a" {
          name = "a"
          hard = "new"
          lifecycle { create_before_destroy = true }
        }
        resource "thing_one" "b" { name = thing_one.a.id }
        "#,
        r#"
        resource "thing_one" "a" {
          name = "a"
          hard = "new"
        }
        resource "thing_one" "b" { name = thing_one.a.id }
        "#,
    ] {
        let mut walker = Walker::new(plan(text, &before));
        let mut open = crate::state::pending::Open::default();
        let mut begun = 0;
        loop {
            let work = walker.next(9);
            let events = walker.take_events();
            begun += events
                .iter()
                .filter(|event| matches!(event, Event::Begin(..)))
                .count();
            open = open
                .after(&events)
                .unwrap_or_else(|violation| panic!("{violation}"));
            if work.is_empty() {
                break;
            }
            for (id, work) in work {
                walker.done(id, well(&work));
            }
        }
        assert!(begun >= 2);
        assert_eq!(open, crate::state::pending::Open::default());
    }
}

#[test]
fn what_is_in_doubt_stays_pending_and_nothing_is_recorded_of_it() {
    let mut walker = Walker::new(plan(CHAIN, &State::default()));
    let work = walker.next(9);
    walker.take_events();
    let fault = Fault::error(Path::root(), "No answer", "None came.");
    let applied = Applied {
        state: Value::dynamic_null(),
        private: None,
        error: Some(fault),
        in_doubt: true,
        notes: Vec::new(),
    };
    walker.done(work[0].0, Outcome::Applied(Box::new(applied)));
    assert!(walker.next(9).is_empty());
    assert_eq!(drain(&mut walker), Vec::<String>::new());
    assert_eq!(walker.state().pending.len(), 1);
    assert!(walker.finish(false).0.diagnostics.has_errors());
}

#[test]
fn work_that_was_not_started_is_taken_back() {
    let mut walker = Walker::new(plan(CHAIN, &State::default()));
    let work = walker.next(9);
    walker.withdraw(work[0].0);
    assert_eq!(
        drain(&mut walker),
        ["begin create thing_one.a", "end thing_one.a"]
    );
    let (report, state) = walker.finish(true);
    assert_eq!(
        untried(&report),
        [
            ("create thing_one.a", &Because::Ended),
            ("create thing_one.b", &Because::Ended)
        ]
    );
    assert!(state.is_empty());
}

/// Applies `before`, goes over to `after` and dies in its first step; then the platform shows this object. The
/// verdict, the events, and what the plan of `after` then does.
#[track_caller]
fn check_settled(
    before: &'static str,
    after: &'static str,
    found: impl Fn(&State) -> Found,
    verdict: Verdict,
    expected: &str,
) {
    let state = applied(before);
    let mut walker = Walker::new(plan(after, &state));
    walker.next(1);
    let mut state = walker.state().clone();
    state.lineage = "test".to_owned();
    let semantics = semantics();
    let asked = questions(&state, &semantics).unwrap();
    assert_eq!(asked.len(), 1);
    let (events, settled) = asked[0].answer(&state, &semantics, found(&state)).unwrap();
    assert_eq!(settled.verdict, verdict, "{settled}");
    let mut text: Vec<String> = events.iter().map(told).collect();
    for event in events {
        state.apply(event);
    }
    assert!(state.pending.is_empty());
    assert_eq!(crate::state::verify(&state), []);
    let planned = plan(after, &state);
    text.push(planned.plan.steps.print(&planned.plan.changes).trim().to_owned());
    assert_eq!(text.join("; ").trim_end_matches("; "), expected);
}

const ONE: &str = r#"resource "thing_one" "a" { size = 1 }"#;
const TWO: &str = r#"resource "thing_one" "a" { size = 2 }"#;

fn thing(size: i64) -> Found {
    Found::Object(Value::object([
        ("id", Value::string("made")),
        ("name", Value::null(Type::String)),
        ("size", Value::int(size)),
        ("hard", Value::null(Type::String)),
    ]))
}

#[test]
fn a_creation_is_recorded_if_its_object_is_there_and_made_if_it_is_not() {
    check_settled(
        "",
        ONE,
        |_| thing(1),
        Verdict::Done,
        "end thing_one.a; put thing_one.a",
    );
    check_settled(
        "",
        ONE,
        |_| thing(7),
        Verdict::Partly,
        "end thing_one.a; put thing_one.a; update thing_one.a",
    );
    check_settled(
        "",
        ONE,
        |_| Found::Nothing,
        Verdict::NotDone,
        "end thing_one.a; create thing_one.a",
    );
    let half = |_: &State| match thing(1) {
        Found::Object(value) => Found::Half(value),
        other => other,
    };
    check_settled(
        "",
        ONE,
        half,
        Verdict::Half,
        "end thing_one.a; taint thing_one.a; delete thing_one.a\ncreate thing_one.a <- delete thing_one.a",
    );
    let fault = Fault::error(Path::root(), "Not plainly ours", "It may be another's");
    check_settled(
        "",
        ONE,
        |_| Found::Foreign(fault.clone()),
        Verdict::Foreign(fault.clone()),
        "end thing_one.a; create thing_one.a",
    );
}

#[test]
fn a_creation_whose_commands_may_not_have_run_is_recorded_as_half_made() {
    let with = |when: &str| {
        let text = format!(
            r#"resource "thing_one" "a" {{
              size = 1
              provisioner "local-exec" {{
                {when}
                command = "true"
              }}
            }}"#
        );
        &*text.leak()
    };
    check_settled(
        "",
        with(""),
        |_| thing(1),
        Verdict::Unprovisioned,
        "end thing_one.a; taint thing_one.a; delete thing_one.a\ncreate thing_one.a <- delete thing_one.a\nprovision \
         thing_one.a <- create thing_one.a",
    );
    check_settled(
        "",
        with(""),
        |_| Found::Nothing,
        Verdict::NotDone,
        "end thing_one.a; create thing_one.a\nprovision thing_one.a <- create thing_one.a",
    );
    // Commands of the destruction are no part of a creation.
    check_settled(
        "",
        with("when = destroy"),
        |_| thing(1),
        Verdict::Done,
        "end thing_one.a; put thing_one.a",
    );
}

#[test]
fn an_update_is_recorded_as_far_as_it_came() {
    let read = |size: i64| {
        move |state: &State| {
            let object = state.instances.values().next().unwrap().current.as_ref().unwrap();
            let ty = semantics()
                .type_info(&parse_instance("thing_one.a").unwrap().resource)
                .unwrap()
                .ty
                .clone();
            let mut members = crate::value::json::decode(&object.attributes, &ty)
                .unwrap()
                .members()
                .unwrap()
                .clone();
            members.insert("size".into(), Value::int(size));
            Found::Object(Value::object_members(members))
        }
    };
    check_settled(
        ONE,
        TWO,
        read(2),
        Verdict::Done,
        "end thing_one.a; put thing_one.a",
    );
    check_settled(
        ONE,
        TWO,
        read(1),
        Verdict::NotDone,
        "end thing_one.a; put thing_one.a; update thing_one.a",
    );
    check_settled(
        ONE,
        TWO,
        read(5),
        Verdict::Partly,
        "end thing_one.a; put thing_one.a; update thing_one.a",
    );
    check_settled(
        ONE,
        TWO,
        |_| Found::Nothing,
        Verdict::Gone,
        "end thing_one.a; remove thing_one.a; create thing_one.a",
    );
}

#[test]
fn a_deletion_is_recorded_if_its_object_is_gone_and_made_if_it_is_not() {
    check_settled(
        ONE,
        "",
        |_| Found::Nothing,
        Verdict::Done,
        "end thing_one.a; remove thing_one.a",
    );
    check_settled(
        ONE,
        "",
        |_| thing(1),
        Verdict::NotDone,
        "end thing_one.a; delete thing_one.a",
    );
}

#[test]
fn what_was_made_half_way_in_a_replacement_keeps_the_old_object_until_it_is_deleted() {
    let text = r#"
        resource "thing_one" "a" {
          hard = "new"
          lifecycle { create_before_destroy = true }
        }
    "#;
    let new = |_: &State| {
        Found::Object(Value::object([
            ("id", Value::string("made")),
            ("name", Value::null(Type::String)),
            ("size", Value::null(Type::Number)),
            ("hard", Value::string("new")),
        ]))
    };
    let before = r#"resource "thing_one" "a" { hard = "old" }"#;
    check_settled(
        before,
        text,
        new,
        Verdict::Done,
        "end thing_one.a; put thing_one.a; keep thing_one.a\ndelete thing_one.a (deposed bd0d661d)",
    );
}
