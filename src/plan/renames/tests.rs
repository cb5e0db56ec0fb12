//! Renames among changes that are made up. Whole sessions are in `tests/renames.rs`.

use crate::addr::parse_instance;
use crate::schema::{Attribute, Usage};
use crate::value::Type;

use super::*;

fn change(addr: &str, action: Action, name: &str, zone: Option<&str>) -> ResourceChange {
    let object = |id: Value, zone: Value| Value::object([("id", id), ("name", name.into()), ("zone", zone)]);
    let text = || Value::unknown(Type::String);
    let zone = zone.map_or_else(text, Value::string);
    let (before, after) = match action {
        Action::Create => (Value::dynamic_null(), object(text(), zone)),
        Action::Delete => (object("1".into(), zone), Value::dynamic_null()),
        _ => (object("1".into(), zone.clone()), object("1".into(), zone)),
    };
    let provider = crate::config::ProviderRef {
        name: Arc::from("fake"),
        alias: None,
    };
    ResourceChange::new(parse_instance(addr).unwrap(), provider, action, before, after)
}

/// Renames as text, among changes where nothing is declared but what comes or stays.
fn renames(mut changes: Vec<ResourceChange>) -> Vec<String> {
    changes.sort_by(|a, b| (&a.addr, &a.deposed).cmp(&(&b.addr, &b.deposed)));
    let block = Block::new([
        ("id", Attribute::computed(Type::String, "")),
        ("name", Attribute::required(Type::String, "")),
        ("zone", Attribute::new(Type::String, Usage::OptionalComputed, "")),
    ]);
    let known = Known {
        schema: &|_| Some(&block),
        is_declared: &|_, _| false,
    };
    let found = find(&changes, &known);
    let told = found
        .iter()
        .map(|one| format!("{} > {} ({})", one.from, one.to, one.objects));
    told.collect()
}

fn goes(addr: &str, name: &str) -> ResourceChange {
    change(addr, Action::Delete, name, Some("a"))
}

fn comes(addr: &str, name: &str) -> ResourceChange {
    change(addr, Action::Create, name, None)
}

#[test]
fn what_the_provider_may_choose_counts_only_where_it_is_written() {
    assert_eq!(
        renames(vec![goes("t.old", "x"), comes("t.new", "x")]),
        ["t.old > t.new (1)"]
    );
    let written = |zone| change("t.new", Action::Create, "x", Some(zone));
    assert_eq!(
        renames(vec![goes("t.old", "x"), written("a")]),
        ["t.old > t.new (1)"]
    );
    assert!(renames(vec![goes("t.old", "x"), written("b")]).is_empty());
}

#[test]
fn an_object_is_of_one_type_and_one_provider() {
    assert!(renames(vec![goes("t.old", "x"), comes("u.new", "x")]).is_empty());
    let mut other = comes("t.new", "x");
    other.provider.alias = Some(Arc::from("west"));
    assert!(renames(vec![goes("t.old", "x"), other]).is_empty());
}

#[test]
fn one_that_could_be_two_is_none() {
    // What is known of one fits the same old object as all that is known of the other.
    let known = change("t.one", Action::Create, "x", Some("a"));
    assert!(renames(vec![goes("t.old", "x"), known, comes("t.two", "x")]).is_empty());
    assert!(renames(vec![goes("t.a", "x"), goes("t.b", "x"), comes("t.c", "x")]).is_empty());
}

#[test]
fn what_is_more_than_a_new_name_is_left_alone() {
    let mut left = goes("t.old", "x");
    left.deposed = Some(Arc::from("00"));
    assert!(renames(vec![goes("t.old", "x"), left, comes("t.new", "x")]).is_empty());
    let mut again = comes("t.new", "x");
    again.reason = Reason::DeletedOutside;
    assert!(renames(vec![goes("t.old", "x"), again]).is_empty());
    let mut imported = comes("t.new", "x");
    imported.importing = Some(Arc::from("1"));
    assert!(renames(vec![goes("t.old", "x"), imported]).is_empty());
}

#[test]
fn a_module_is_one_only_if_all_of_it_is_the_same() {
    let whole = |other: &str| {
        vec![
            goes("module.old[\"k\"].t.a", "x"),
            goes("module.old[\"k\"].module.deep.t.b", "y"),
            comes("module.new[\"k\"].t.a", "x"),
            comes("module.new[\"k\"].module.deep.t.b", other),
        ]
    };
    assert_eq!(renames(whole("y")), ["module.old > module.new (2)"]);
    let part = ["module.old[\"k\"].t.a > module.new[\"k\"].t.a (1)"];
    assert_eq!(renames(whole("z")), part);
    // Something stays in the old module, so it is not the module that has another name.
    let mut stays = whole("y");
    stays.push(change("module.old[\"k\"].t.c", Action::NoOp, "z", Some("a")));
    let parts = [
        "module.old[\"k\"].t.a > module.new[\"k\"].t.a (1)",
        "module.old[\"k\"].module.deep > module.new[\"k\"].module.deep (1)",
    ];
    assert_eq!(renames(stays), parts);
}

#[test]
fn a_module_tells_of_those_within() {
    let of = |key: &str, name: &str, change: fn(&str, &str) -> ResourceChange| {
        let addr = |rest: &str| format!("module.m[{key}].{rest}");
        [change(&addr("t.a"), name), change(&addr("module.deep.t.b"), name)]
    };
    let changes = [
        of("0", "x", goes),
        of("1", "y", goes),
        of("\"a\"", "y", comes),
        of("\"b\"", "x", comes),
    ];
    let expected = [
        "module.m[0] > module.m[\"b\"] (2)",
        "module.m[1] > module.m[\"a\"] (2)",
    ];
    assert_eq!(renames(changes.into_iter().flatten().collect()), expected);
}

#[test]
fn many_that_are_all_alike_or_all_different_take_no_long_time() {
    let many = |name: &dyn Fn(usize) -> String| {
        let pairs = (0..20_000).flat_map(|at| {
            [
                goes(&format!("t.x[{at}]"), &name(at)),
                comes(&format!("t.x[\"k{at}\"]"), &name(at)),
            ]
        });
        renames(pairs.collect()).len()
    };
    assert_eq!(many(&|at| format!("n{at}")), 20_000);
    assert_eq!(many(&|_| "same".to_owned()), 0);
}
