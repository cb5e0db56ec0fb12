//! What is written reads as the same object, in the canonical layout, and without a secret.

use std::sync::Arc;

use proptest::prelude::*;

use super::{Names, Writing, expression, laid_out, quoted, write_block};
use crate::lang::{NamesScope, decode_body, evaluate};
use crate::schema::{Attribute, Block, NestedBlock, Nesting};
use crate::source::FileId;
use crate::syntax::ast::Item;
use crate::syntax::{parse_expression, parse_file};
use crate::value::{Marks, Members, Path, Type, Value, convert};

fn schema() -> Block {
    let inner = Block::new([
        ("path", Attribute::required(Type::String, "")),
        ("size", Attribute::optional(Type::Number, "")),
        ("for", Attribute::optional(Type::Bool, "")),
        ("made", Attribute::computed(Type::String, "")),
    ]);
    let outer = Block::new([
        ("text", Attribute::optional(Type::String, "")),
        ("map", Attribute::optional(Type::map(Type::String), "")),
    ])
    .with_blocks([
        ("volume", NestedBlock::new(Nesting::List, inner.clone(), "")),
        ("element", NestedBlock::new(Nesting::Set, inner.clone(), "")),
    ]);
    Block::new([
        ("name", Attribute::required(Type::String, "")),
        ("kind", Attribute::optional(Type::String, "")),
        ("ports", Attribute::optional(Type::list(Type::String), "")),
        ("tags", Attribute::optional(Type::set(Type::Number), "")),
        (
            "deep",
            Attribute::optional(Type::list(Type::map(Type::list(Type::String))), ""),
        ),
        ("secret", Attribute::optional(Type::String, "").sensitive()),
        ("id", Attribute::computed(Type::String, "")),
    ])
    .with_blocks([
        ("service", NestedBlock::new(Nesting::Map, outer, "")),
        ("policy", NestedBlock::new(Nesting::Single, inner, "")),
    ])
}

/// Texts made of all that means something in a literal.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "b c",
        "${",
        "%{",
        "$",
        "%",
        "$$",
        "}",
        "{",
        "\"",
        "\\",
        "\\n",
        "\n",
        "\n",
        "  ",
        "\t",
        "\r",
        "EOT",
        "EOT\n",
        "for",
        "null",
        "é",
        "\u{202e}",
        "\u{1f600}",
        "\u{0}",
        "~",
        "#",
        "//",
        "<<X",
        ",",
        "=",
        "-",
        "\u{feff}",
    ]);
    prop::collection::vec(pieces, 0..7)
        .prop_map(|pieces| Value::string(pieces.concat()).as_str().unwrap().to_owned())
}

fn text() -> impl Strategy<Value = Value> {
    any_text().prop_map(Value::string)
}

fn or_null(ty: Type, value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::option::of(value).prop_map(move |value| value.unwrap_or_else(|| Value::null(ty.clone())))
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::int),
        "-?[0-9]{1,12}\\.[0-9]{1,12}(e-?[0-9]{1,2})?"
            .prop_map(|text| Value::number(crate::value::Number::parse(&text).unwrap())),
    ]
}

fn map_of(value: impl Strategy<Value = Value>, ty: Type) -> impl Strategy<Value = Value> {
    prop::collection::btree_map(any_text(), value, 0..4).prop_map(move |members| {
        let members: Members = members
            .into_iter()
            .map(|(key, value)| (Value::string(key).as_arc_str().unwrap().clone(), value))
            .collect();
        Value::map(ty.clone(), members)
    })
}

fn list_of(value: impl Strategy<Value = Value>, ty: Type) -> impl Strategy<Value = Value> {
    prop::collection::vec(value, 0..4).prop_map(move |items| Value::list(ty.clone(), items))
}

fn inner() -> impl Strategy<Value = Value> {
    (
        text(),
        or_null(Type::Number, number()),
        or_null(Type::Bool, any::<bool>().prop_map(Value::bool)),
    )
        .prop_map(|(path, size, yes)| {
            Value::object([
                ("path", path),
                ("size", size),
                ("for", yes),
                ("made", Value::null(Type::String)),
            ])
        })
}

fn object() -> impl Strategy<Value = Value> {
    let inner_type = || schema().blocks["policy"].block.implied_type();
    let outer_type = schema().blocks["service"].block.implied_type();
    let set = prop::collection::vec(inner(), 0..3).prop_map(move |items| Value::set(inner_type(), items));
    let outer = (
        or_null(Type::String, text()),
        or_null(Type::map(Type::String), map_of(text(), Type::String)),
        list_of(inner(), inner_type()),
        set,
    )
        .prop_map(|(text, map, volume, element)| {
            Value::object([
                ("text", text),
                ("map", map),
                ("volume", volume),
                ("element", element),
            ])
        });
    let deep = Type::map(Type::list(Type::String));
    (
        text(),
        or_null(Type::String, text()),
        or_null(
            Type::list(Type::String),
            list_of(or_null(Type::String, text()), Type::String),
        ),
        or_null(
            Type::set(Type::Number),
            prop::collection::vec(number(), 0..4).prop_map(|items| Value::set(Type::Number, items)),
        ),
        or_null(
            Type::list(deep.clone()),
            list_of(
                map_of(list_of(text(), Type::String), Type::list(Type::String)),
                deep,
            ),
        ),
        map_of(outer, outer_type),
        or_null(inner_type(), inner()),
    )
        .prop_map(|(name, kind, ports, tags, deep, service, policy)| {
            Value::object([
                ("name", name),
                ("kind", kind),
                ("ports", ports),
                ("tags", tags),
                ("deep", deep),
                ("secret", Value::null(Type::String)),
                ("id", Value::null(Type::String)),
                ("service", service),
                ("policy", policy),
            ])
        })
}

fn written(object: &Value, codes: &[(Path, String)]) -> String {
    let writing = Writing {
        schema: &schema(),
        object,
        codes,
        first: &[],
    };
    write_block("thing \"a\"", &writing)
}

fn read(text: &str) -> Value {
    let (body, faults) = parse_file(text, FileId(0));
    assert!(!faults.has_errors(), "{text}\n{faults:?}");
    let Item::Block(block) = &body.items[0] else {
        panic!("no block: {text}");
    };
    let (decoded, faults) = decode_body(&block.body, &schema(), &NamesScope::empty());
    assert!(!faults.has_errors(), "{text}\n{faults:?}");
    decoded.value
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same_object(object in object()) {
        let text = written(&object, &[]);
        prop_assert!(read(&text) == object, "{}", text);
        prop_assert_eq!(laid_out(text.clone()), text, "it is in the canonical layout");
    }

    #[test]
    fn every_text_reads_as_itself(text in any_text()) {
        let expr = parse_expression(&quoted(&text), FileId(0), 0).unwrap();
        let value = evaluate(&expr, &NamesScope::empty()).unwrap();
        prop_assert_eq!(value.as_str(), Some(text.as_str()));
    }

    #[test]
    fn every_expression_evaluates_to_its_value(value in list_of(map_of(text(), Type::String), Type::map(Type::String))) {
        let expr = parse_expression(&expression(&value), FileId(0), 0).unwrap();
        let found = evaluate(&expr, &NamesScope::empty()).unwrap();
        prop_assert!(convert(&found, &value.ty()).unwrap() == value);
    }

    #[test]
    fn nothing_sensitive_is_written(object in object()) {
        let hidden = Value::string("hidden treasure");
        let mut members = object.members().unwrap().clone();
        members.insert(Arc::from("secret"), hidden.clone());
        members.insert(Arc::from("kind"), hidden.clone().mark(Marks::SENSITIVE));
        members.insert(
            Arc::from("ports"),
            Value::list(Type::String, vec![Value::string("80"), hidden.mark(Marks::SENSITIVE)]),
        );
        let text = written(&Value::object_members(members), &[]);
        prop_assert!(!text.contains("treasure"), "{}", text);
        prop_assert!(read(&text).is_wholly_known());
    }
}

#[test]
fn a_block_reads_as_a_person_would_write_it() {
    let pod = Value::object([
        ("path", Value::string("/data")),
        ("size", Value::int(5)),
        ("for", Value::null(Type::Bool)),
        ("made", Value::string("yesterday")),
    ]);
    let service = Value::object([
        ("text", Value::string("one\n  two ${three}\n")),
        (
            "map",
            Value::map_from(
                Type::String,
                [
                    ("KEY", Value::string("v")),
                    ("a.b", Value::string("w")),
                    ("for", Value::string("x")),
                ],
            ),
        ),
        ("volume", Value::list(pod.ty(), vec![pod.clone()])),
        ("element", Value::set(pod.ty(), Vec::new())),
    ]);
    let object = Value::object([
        ("name", Value::string("x")),
        ("kind", Value::string("hush").mark(Marks::SENSITIVE)),
        (
            "ports",
            Value::list(Type::String, vec![Value::string("80"), Value::string("53/udp")]),
        ),
        ("secret", Value::string("hush")),
        ("id", Value::string("x")),
        (
            "service",
            Value::map_from(service.ty(), [("web", service.clone())]),
        ),
        ("policy", pod),
    ]);
    let code = [(Path::root().attr("name"), "giantswarm_org.lab.name".to_owned())];
    assert_eq!(
        written(&object, &code),
        r#"thing "a" {
  name   = giantswarm_org.lab.name
  kind   = null # sensitive
  ports  = ["80", "53/udp"]
  secret = null # sensitive

  policy {
    path = "/data"
    size = 5
  }

  service "web" {
    map = {
      KEY   = "v"
      "a.b" = "w"
      "for" = "x"
    }
    text = <<-EOT
    one
      two $${three}
    EOT

    volume {
      path = "/data"
      size = 5
    }
  }
}
"#
    );
}

#[test]
fn names_are_identifiers_and_no_two_are_the_same() {
    let mut names = Names::new();
    let given: Vec<String> = ["web", "web", "3d", "a/b", "a.b", ""]
        .map(|text| names.give(text))
        .into();
    assert_eq!(given, ["web", "web_2", "_3d", "a_b", "a_b_2", "_"]);
}
