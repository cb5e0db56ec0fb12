//! Elements that have a key: one that comes, goes, changes or moves is shown as that, whatever its neighbours do.

use super::*;

fn component(name: &str, image: &str, port: &str, replicas: i64) -> Value {
    object([
        ("image", image.into()),
        ("name", name.into()),
        ("ports", strings([port])),
        ("replicas", Value::int(replicas)),
    ])
}

/// The lines of an attribute, from its own line to the end of its value.
fn lines_of(attribute: &str, before: Value, after: Value) -> String {
    lines_forced(attribute, before, after, Vec::new())
}

fn lines_forced(attribute: &str, before: Value, after: Value, replace_paths: Vec<Path>) -> String {
    let whole = |value| object([("id", "1".into()), (attribute, value)]);
    let mut update = change("fake_app.a", Action::Update, whole(before), whole(after));
    update.replace_paths = replace_paths;
    let text = shown(&plan(vec![update]), false);
    let (_, text) = text.split_once("        id").unwrap();
    let (_, text) = text.split_once('\n').unwrap();
    text.split_once("\n    }\n").unwrap().0.to_owned()
}

fn check_lines(attribute: &str, before: Value, after: Value, expected: &str) {
    let text = lines_of(attribute, before, after);
    assert_eq!(text, expected.trim_matches('\n'), "\n{text}");
}

#[test]
fn one_that_comes_one_that_goes_and_one_that_changes_are_shown_as_that() {
    let before = Value::tuple(vec![
        component("gateway", "nginx:1.27", "80/tcp", 2),
        component("web", "shop/web:4", "5000/tcp", 3),
        component("api", "shop/api:4", "5001/tcp", 3),
        component("worker", "shop/worker:4", "5002/tcp", 1),
        component("redis", "redis:7", "6379/tcp", 1),
    ]);
    let after = Value::tuple(vec![
        component("gateway", "nginx:1.27", "80/tcp", 2),
        component("cache", "varnish:7", "6081/tcp", 1),
        component("web", "shop/web:4", "5000/tcp", 3),
        component("api", "shop/api:5", "5001/tcp", 3),
        component("redis", "redis:7", "6379/tcp", 1),
    ]);
    let expected = r#"
      ~ input = [
            # (1 unchanged element hidden: "gateway")
          + {
              + image    = "varnish:7"
              + name     = "cache"
              + ports    = [
                  + "6081/tcp",
                ]
              + replicas = 1
            },
            # (1 unchanged element hidden: "web")
          ~ {
              ~ image    = "shop/api:4" -> "shop/api:5"
                name     = "api"
                # (2 unchanged attributes hidden)
            },
          - {
              - image    = "shop/worker:4"
              - name     = "worker"
              - ports    = [
                  - "5002/tcp",
                ]
              - replicas = 1
            },
            # (1 unchanged element hidden: "redis")
        ]
"#;
    check_lines("input", before, after, expected);
    // Terraform 1.11.4 pairs them by position: three components change, none comes or goes, in 42 lines.
    assert_eq!(expected.trim().lines().count(), 26);
}

#[test]
fn others_in_another_order_are_named_in_a_line_each() {
    let all = |names: &[&str]| {
        let items = names
            .iter()
            .map(|name| component(name, &format!("shop/{name}"), "80", 1));
        Value::tuple(items.collect())
    };
    check_lines(
        "input",
        all(&["a", "b", "c", "d"]),
        all(&["d", "a", "b", "c"]),
        r#"
      ~ input = [
          ~ # element "d" moves from [3] to [0]
            # (3 unchanged elements hidden: "a" to "c")
        ]
"#,
    );
    let text = lines_of(
        "input",
        all(&["a", "b", "c", "d", "e", "f", "g", "h"]),
        all(&["h", "g", "f", "e", "d", "c", "b", "a"]),
    );
    assert!(text.contains("          ~ # 2 more elements move\n"), "{text}");
    assert!(text.lines().count() < 11, "{text}");
}

#[test]
fn a_block_that_moves_and_changes_is_one_block() {
    let volume = Block::new([
        ("name", Attribute::required(Type::String, "")),
        ("size", Attribute::required(Type::Number, "")),
    ]);
    let ty = volume.implied_type();
    let schema = Block::new([]).with_blocks([("volume", NestedBlock::new(Nesting::List, volume, ""))]);
    let blocks = |all: &[(&str, i64)]| {
        let one =
            |(name, size): &(&str, i64)| object([("name", Value::string(name)), ("size", Value::int(*size))]);
        object([("volume", Value::list(ty.clone(), all.iter().map(one).collect()))])
    };
    let shown = |before: Value, after: Value, path: Path| {
        let diff = crate::render::diff::block(
            Some(&schema),
            Some(&before),
            Some(&after),
            &crate::render::diff::Forces::new(&[path]),
        );
        let mut out = String::new();
        crate::render::print::Printer::plan(Style::PLAIN).block(&mut out, 0, &diff);
        out
    };
    let at = |index| Path::root().attr("volume").index(index).attr("size");
    let before = blocks(&[("data", 5), ("logs", 1), ("cache", 2)]);
    let after = blocks(&[("cache", 2), ("tmp", 9), ("data", 6), ("logs", 1)]);
    let text = shown(before.clone(), after, at(2));
    let expected = r#"{
      ~ # volume "cache" moves from [2] to [0]
      + volume {
          + name = "tmp"
          + size = 9
        }
      ~ volume {
            name = "data"
          ~ size = 5 -> 6 # forces replacement
        }

        # (1 unchanged block hidden)
    }"#;
    assert_eq!(text, expected, "\n{text}");
    // A provider that compares by position says that the first is another one. It is the same, at another place.
    let text = shown(before, blocks(&[("logs", 1), ("cache", 2)]), at(0));
    let expected = r#"{
      - volume { # forces replacement
          - name = "data" -> null
          - size = 5 -> null
        }

        # (2 unchanged blocks hidden)
    }"#;
    assert_eq!(text, expected, "\n{text}");
}

#[test]
fn what_forces_replacement_is_told_of_the_element_at_the_place() {
    let list = |items: &[(&str, &str)]| {
        Value::tuple(
            items
                .iter()
                .map(|(name, image)| component(name, image, "80", 1))
                .collect(),
        )
    };
    let path = |at: u64| Path::root().attr("input").index(at).attr("image");
    let text = lines_forced(
        "input",
        list(&[("a", "a:1"), ("b", "b:1"), ("c", "c:1")]),
        list(&[("b", "b:1"), ("x", "x:1"), ("c", "c:2")]),
        vec![path(2)],
    );
    assert!(
        text.contains("\"c:1\" -> \"c:2\" # forces replacement\n"),
        "{text}"
    );
    assert_eq!(text.matches("forces").count(), 1, "{text}");
    let text = lines_forced(
        "input",
        list(&[("a", "a:1"), ("b", "b:1")]),
        list(&[("b", "b:1")]),
        vec![path(0)],
    );
    assert!(
        text.starts_with("      ~ input = [ # forces replacement\n"),
        "{text}"
    );
    assert_eq!(text.matches("forces").count(), 1, "{text}");
}

#[test]
fn an_element_of_a_set_changes_under_its_key() {
    let rule = |name: &str, port: i64| object([("name", name.into()), ("port", Value::int(port))]);
    let ty = Type::object([("name", Type::String), ("port", Type::Number)]);
    let set = |items: Vec<Value>| Value::set(ty.clone(), items);
    check_lines(
        "rules",
        set(vec![rule("dns", 53), rule("http", 80), rule("ssh", 22)]),
        set(vec![rule("dns", 53), rule("http", 8080), rule("smtp", 25)]),
        r#"
      ~ rules = [
          ~ {
                name = "http"
              ~ port = 80 -> 8080
            },
          - {
              - name = "ssh"
              - port = 22
            },
          + {
              + name = "smtp"
              + port = 25
            },
            # (1 unchanged element hidden)
        ]
"#,
    );
}

#[test]
fn without_a_key_the_ones_that_are_most_alike_are_compared() {
    let rule = |from: i64, to: i64, protocol: &str| {
        object([
            ("from", Value::int(from)),
            ("protocol", protocol.into()),
            ("to", Value::int(to)),
        ])
    };
    check_lines(
        "rules",
        Value::tuple(vec![rule(1, 2, "tcp"), rule(53, 53, "udp")]),
        Value::tuple(vec![rule(80, 81, "tcp"), rule(9, 9, "icmp"), rule(53, 54, "udp")]),
        r#"
      ~ rules = [
          ~ {
              ~ from     = 1 -> 80
              ~ to       = 2 -> 81
                # (1 unchanged attribute hidden)
            },
          + {
              + from     = 9
              + protocol = "icmp"
              + to       = 9
            },
          ~ {
              ~ to       = 53 -> 54
                # (2 unchanged attributes hidden)
            },
        ]
"#,
    );
}

#[test]
fn json_in_a_string_has_keys_too() {
    let json = |text: &str| Value::string(text);
    check_lines(
        "policy",
        json(
            r#"[{"id":1,"on":true,"to":["a"]},{"id":2,"on":true,"to":["b"]},{"id":3,"on":true,"to":["c"]}]"#,
        ),
        json(r#"[{"id":1,"on":true,"to":["a"]},{"id":3,"on":false,"to":["c"]}]"#),
        r#"
      ~ policy = jsonencode(
          ~ [
                # (1 unchanged element hidden: 1)
              - {
                  - id = 2
                  - on = true
                  - to = [
                      - "b",
                    ]
                },
              ~ {
                    id = 3
                  ~ on = true -> false
                    # (1 unchanged attribute hidden)
                },
            ]
        )
"#,
    );
}

#[test]
fn what_is_sensitive_or_unknown_is_no_key() {
    let secret = |text: &str| Value::string(text).mark(Marks::SENSITIVE);
    let one =
        |name: Value, id: Value, size: i64| object([("id", id), ("name", name), ("size", Value::int(size))]);
    let before = Value::tuple(vec![
        one(secret("hunter1"), "a".into(), 1),
        one(secret("hunter2"), "b".into(), 2),
        one(secret("hunter3"), "c".into(), 3),
    ]);
    let after = Value::tuple(vec![
        one(secret("hunter1"), unknown(), 1),
        one(secret("hunter9"), "b".into(), 2),
        one(secret("hunter3"), "c".into(), 4),
    ]);
    let text = lines_of("input", before, after);
    assert!(!text.contains("hunter"), "{text}");
    assert!(
        !text.contains("hidden:"),
        "an id is unknown and the names are secret: {text}"
    );
    let whole = |name: &str| one(name.into(), name.into(), 1).mark(Marks::SENSITIVE);
    let open = |name: &str, size| one(name.into(), name.into(), size);
    let text = lines_of(
        "input",
        Value::tuple(vec![open("a", 1), whole("hunter4"), open("c", 1)]),
        Value::tuple(vec![open("a", 1), unknown(), whole("hunter5"), open("c", 2)]),
    );
    let expected = r#"
      ~ input = [
            # (1 unchanged element hidden: "a")
          + (known after apply),
          ~ (sensitive value),
          ~ {
                id   = "c"
                name = "c"
              ~ size = 1 -> 2
            },
        ]
"#;
    assert_eq!(text, expected.trim_matches('\n'), "\n{text}");
}
