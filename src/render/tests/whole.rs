//! What holds for the whole text of a plan: symbols, colour, secrets, size.

use super::*;

#[test]
fn only_used_symbols_are_explained_and_colour_is_only_colour() {
    let one = plan(vec![change(
        "fake_app.a",
        Action::Create,
        null(),
        object([("id", unknown())]),
    )]);
    let plain = shown(&one, false);
    assert!(
        plain.contains("  + create\n") && !plain.contains("update in-place"),
        "{plain}"
    );
    let colour = text(
        &one,
        View {
            style: Style {
                colour: true,
                width: 78,
            },
            schemas: &schemas(),
            calls: false,
            brief: false,
        },
    );
    assert!(colour.contains("\u{1b}[32m+\u{1b}[0m create"), "{colour:?}");
    let mut bare = String::new();
    let mut letters = colour.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters
                .by_ref()
                .take_while(|letter| *letter != 'm')
                .for_each(drop);
        } else {
            bare.push(letter);
        }
    }
    assert_eq!(bare, plain);
}

#[test]
fn a_secret_is_in_no_part_of_the_text() {
    let secret = |text: &str| Value::string(text).mark(Marks::SENSITIVE);
    let before = object([
        ("id", "1".into()),
        ("map", Value::map_from(Type::String, [("k", secret("hunter1"))])),
        ("set", Value::set(Type::String, vec![secret("hunter2")])),
        ("text", secret("hunter3\nhunter3")),
        ("shown", secret("hunter4")),
    ]);
    let after = object([
        ("id", "1".into()),
        ("map", Value::map_from(Type::String, [("k", secret("hunter5"))])),
        ("set", Value::set(Type::String, vec![secret("hunter6")])),
        ("text", Value::unknown(Type::String)),
        ("shown", Value::string("open")),
    ]);
    for action in [
        Action::Update,
        Action::DeleteThenCreate,
        Action::Delete,
        Action::Create,
    ] {
        let (before, after) = match action {
            Action::Delete => (before.clone(), null()),
            Action::Create => (null(), after.clone()),
            _ => (before.clone(), after.clone()),
        };
        let text = shown(&plan(vec![change("fake_app.a", action, before, after)]), true);
        assert!(!text.contains("hunter"), "{text}");
    }
}

#[test]
fn each_of_many_changes_adds_the_same() {
    let size = |count: usize| {
        let one = |at: usize| {
            let after = nested_app(&[("api", &[("go", "a/b:1"), ("db", "c/d:2")])]);
            let addr = format!("fake_nested.many[{}]", 1000 + at);
            let mut change = change(&addr, Action::Create, null(), after);
            change.calls = vec![call("POST", "/v1/org/", Some("{}"), true)];
            change
        };
        shown(&plan((0..count).map(one).collect()), true).len()
    };
    let (ten, twenty, thirty) = (size(10), size(20), size(30));
    assert_eq!(thirty - twenty, twenty - ten);
}
