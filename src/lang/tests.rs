mod unknowns;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::on_a_stack;
use crate::schema::{Attribute, Block as Schema, NestedBlock, Nesting};
use crate::source::{FileId, Span};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::syntax::{parse_expression, parse_file};
use crate::value::json::to_json_string;
use crate::value::{Marks, Path, Type, Value};

use super::{
    Decoded, Effects, Files, NamesScope, NoFiles, ResolvedStep, Scope, apply_defaults, decode_body, evaluate,
    functions, parse_type,
};

/// Names for most tests: `n` is 3, `text` is "abc", `secret` is sensitive, `later` is unknown, ...
fn names() -> NamesScope<'static> {
    let people = Value::tuple(vec![
        Value::object([("name", Value::string("ann")), ("age", Value::int(30))]),
        Value::object([("name", Value::string("bob")), ("age", Value::int(40))]),
    ]);
    let names: BTreeMap<Arc<str>, Value> = [
        ("n", Value::int(3)),
        ("text", Value::string("abc")),
        ("secret", Value::string("hush").mark(Marks::SENSITIVE)),
        ("later", Value::unknown(Type::Dynamic)),
        ("later_list", Value::unknown(Type::list(Type::String))),
        ("people", people),
    ]
    .into_iter()
    .map(|(name, value)| (Arc::from(name), value))
    .collect();
    NamesScope::new(names, &NoFiles)
}

fn parse(text: &str) -> Expr {
    parse_expression(text, FileId(0), 0).unwrap()
}

fn value_of(text: &str) -> Result<Value, Diagnostics> {
    evaluate(&parse(text), &names())
}

/// The value as JSON, `unknown`, `sensitive`, or the first fault.
fn answer(text: &str) -> String {
    match value_of(text) {
        Ok(value) if value.has_mark_deep(Marks::SENSITIVE) => "sensitive".to_owned(),
        Ok(value) if !value.is_wholly_known() => "unknown".to_owned(),
        Ok(value) => to_json_string(&value).unwrap(),
        Err(faults) => {
            let fault = first(&faults);
            format!("{}: {}", fault.summary, fault.detail)
        }
    }
}

fn first(faults: &Diagnostics) -> &Diagnostic {
    faults.iter().next().unwrap()
}

fn check(text: &str, wanted: &str) {
    assert_eq!(answer(text), wanted, "{text}");
}

#[test]
fn a_fault_tells_the_values_in_scope_but_never_a_secret() {
    let faults = value_of("text + secret").unwrap_err();
    let told: Vec<(String, String)> = faults
        .iter()
        .flat_map(|fault| &fault.values)
        .map(|value| (value.traversal.clone(), value.statement.clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("text".to_owned(), "is \"abc\"".to_owned()),
            ("secret".to_owned(), "has a sensitive value".to_owned())
        ]
    );
    assert!(!format!("{faults:?}").contains("hush"));
    let faults = value_of("people[n].name").unwrap_err();
    assert!(first(&faults).detail.contains("has 2 elements"));
}

#[test]
fn a_fault_of_a_sensitive_argument_does_not_show_it() {
    for text in [
        "tonumber(secret)",
        "base64decode(secret)",
        "parseint(secret, 10)",
        "{a = 1}[secret]",
        "jsondecode(secret)",
        "file(secret)",
        "timeadd(secret, \"1h\")",
        "cidrhost(secret, 1)",
        "{for x in [1, 2] : secret => x}",
        "lookup({a = 1}, secret)",
        "formatdate(secret, \"2020-01-01T00:00:00Z\")",
        "uuidv5(secret, \"x\")",
        "regex(secret, 1)",
        "format(secret, 1)",
        "fileset(\".\", secret)",
        "textencodebase64(\"a\", secret)",
        "csvdecode(\"${secret},${secret}\")",
        "yamldecode(\"${secret}: [\")",
        "strcontains(secret, [])",
    ] {
        let outcome = value_of(text);
        let shown = format!("{outcome:?}");
        assert!(!shown.contains("hush"), "{text}: {shown}");
    }
}

#[test]
fn a_suggestion_follows_a_name_that_is_nearly_right() {
    check(
        "people[0].nmae",
        "Unsupported attribute: This object does not have an attribute named \"nmae\". Did you mean \"name\"?",
    );
    check(
        "uper(\"a\")",
        "Call to unknown function: There is no function named \"uper\". Did you mean \"upper\"?",
    );
}

#[test]
fn try_and_can_catch_faults_of_values_but_not_of_the_configuration() {
    check("try(people[7].name, \"nobody\")", "\"nobody\"");
    check("can(tonumber(text))", "false");
    check("try(later.a, 1)", "unknown");
    assert!(value_of("try(undeclared, 1)").is_err());
    assert!(value_of("can(undeclared)").is_err());
}

#[test]
fn unknown_and_sensitive_spread_as_far_as_they_must_and_no_further() {
    check("later + 1", "unknown");
    check("secret == \"hush\"", "sensitive");
    check("startswith(\"pre-${later}\", \"pre-\")", "true");
    check("length([later, later])", "2");
    check("false ? later : 2", "2");
    check("[for x in later_list : x]", "unknown");
    check("\"${secret}!\"", "sensitive");
    check("nonsensitive(secret)", "\"hush\"");
    check("length(people)", "2");
}

#[test]
fn all_operands_with_faults_are_told() {
    let faults = value_of("[1] + {}").unwrap_err();
    assert_eq!(faults.iter().count(), 2);
}

#[test]
fn a_long_chain_of_operators_costs_no_stack() {
    let span = Span::new(FileId(0), 0, 0);
    let one = || Expr {
        kind: ExprKind::number("1"),
        span,
    };
    let mut sum = one();
    for _ in 0..20_000 {
        sum = Expr {
            kind: ExprKind::Binary(BinaryOp::Add, Box::new(sum), Box::new(one())),
            span,
        };
    }
    let value = evaluate(&sum, &names()).unwrap();
    assert_eq!(to_json_string(&value).unwrap(), "20001");
}

#[test]
fn whatever_syntax_takes_evaluates() {
    on_a_stack(nestings);
}

fn nestings() {
    for (open, close) in [
        ("[", "]"),
        ("{a = ", "}"),
        ("(true ? ", " : 2)"),
        ("(false ? 2 : ", ")"),
        ("abs(", ")"),
        ("try(", ")"),
        ("[for x in [1] : ", "]"),
        ("{for x in [1] : x => ", "}"),
        ("[for x in [1] : x if 1 == ", "]"),
        ("merge({a = ", "}, {})"),
        ("!(1 == ", ")"),
        ("[1][0 * ", "]"),
        ("\"a${", "}\""),
        ("\"a%{if true}${", "}%{endif}\""),
    ] {
        let mut evaluated = 0;
        for depth in [20, 40, 60, 90, 120, 160, 240, 490] {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            if let Ok(expr) = parse_expression(&text, FileId(0), 0) {
                let _ = evaluate(&expr, &names());
                evaluated += 1;
            }
        }
        assert!(evaluated > 0, "{open}");
    }
}

#[test]
fn values_may_be_nested_deeply_but_not_without_end() {
    on_a_stack(|| {
        for wrapped in [
            "[x]",
            "{a = x}",
            "tolist([x])",
            "[for y in [1] : x]",
            "concat([x], [])",
            "setproduct([x], [1])",
        ] {
            let expr = parse_expression(wrapped, FileId(0), 0).unwrap();
            let mut value = Value::int(1);
            let mut levels = 0;
            let fault = loop {
                let names = NamesScope::new([("x".into(), value.clone())].into(), &NoFiles);
                match evaluate(&expr, &names) {
                    Ok(deeper) => value = deeper,
                    Err(faults) => break faults.into_iter().next().unwrap(),
                }
                levels += 1;
            };
            assert_eq!(fault.code.id, "lang/value-too-deep", "{wrapped} {levels}");
            assert!((150..=500).contains(&levels), "{wrapped} {levels}");
        }
        // What is not known yet is as deep as its type says.
        let expr = parse_expression("chunklist(x, 2)", FileId(0), 0).unwrap();
        let mut value = Value::unknown(Type::list(Type::String));
        for _ in 0..499 {
            let names = NamesScope::new([("x".into(), value)].into(), &NoFiles);
            value = evaluate(&expr, &names).unwrap();
        }
        assert_eq!(value.depth(), 500);
        let names = NamesScope::new([("x".into(), value)].into(), &NoFiles);
        assert_eq!(
            evaluate(&expr, &names).unwrap_err().0[0].code.id,
            "lang/value-too-deep"
        );
    });
}

struct Applying;

impl Effects for Applying {
    fn timestamp(&self) -> String {
        "2026-01-02T03:04:05Z".to_owned()
    }
    fn uuid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }
    fn salt(&self) -> [u8; 16] {
        [7; 16]
    }
}

struct ApplyScope;

impl Scope for ApplyScope {
    fn resolve(&self, _: &str, _: &[ResolvedStep], _: Span) -> Result<(Value, usize), Diagnostic> {
        Ok((Value::dynamic_null(), 0))
    }
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
    fn files(&self) -> &dyn Files {
        &NoFiles
    }
    fn effects(&self) -> Option<&dyn Effects> {
        Some(&Applying)
    }
    fn plan_timestamp(&self) -> Option<String> {
        Some("2026-01-01T00:00:00Z".to_owned())
    }
}

#[test]
fn time_and_randomness_are_unknown_while_planning_and_come_from_the_scope_while_applying() {
    for call in ["timestamp()", "uuid()", "bcrypt(\"x\", 4)"] {
        check(call, "unknown");
    }
    let at_apply = |text| {
        evaluate(&parse(text), &ApplyScope)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(at_apply("timestamp()"), "2026-01-02T03:04:05Z");
    assert_eq!(at_apply("plantimestamp()"), "2026-01-01T00:00:00Z");
    assert!(at_apply("uuid()").ends_with("4000-8000-000000000000"));
    let hash = at_apply("bcrypt(\"x\", 4)");
    assert!(hash.starts_with("$2a$04$") && bcrypt::verify("x", &hash).unwrap());
}

#[test]
fn the_table_of_functions_is_in_order_and_every_function_is_described() {
    let all: Vec<_> = functions::all().collect();
    assert_eq!(all.len(), 119);
    for pair in all.windows(2) {
        assert!(pair[0].name < pair[1].name, "{} {}", pair[0].name, pair[1].name);
    }
    for function in all {
        assert!(function.summary.ends_with(['.', '?']) || function.summary.contains("..."));
        assert!(function.signature().starts_with(function.name));
        assert!(functions::find(function.name).is_some());
    }
}

#[test]
fn no_function_panics_on_odd_arguments() {
    let odd = [
        "null",
        "\"\"",
        "\"a\"",
        "-1",
        "1e400",
        "0.5",
        "1/0",
        "-1/0",
        "[]",
        "{}",
        "[null]",
        "true",
        "later",
        "secret",
        "later_list",
        "toset([])",
        "{a = null}",
        "\"\\u0000\"",
        "tostring(null)",
        "\"2020-01-01T00:00:00Z\"",
        "\"10.0.0.0/8\"",
        "\"%s%d%[9]v\"",
        "\"[\"",
        "[[1], [\"a\"]]",
    ];
    for function in functions::all() {
        let takes = |count: usize| {
            count >= function.params.len() && (function.variadic.is_some() || count == function.params.len())
        };
        for a in odd {
            if takes(1) {
                let _ = value_of(&format!("{}({a})", function.name));
            }
            for b in odd.iter().step_by(2) {
                if takes(2) {
                    let _ = value_of(&format!("{}({a}, {b})", function.name));
                }
                for c in ["null", "\"a\"", "2", "[1]"] {
                    if takes(3) && function.params.len() >= 2 {
                        let _ = value_of(&format!("{}({a}, {b}, {c})", function.name));
                    }
                }
            }
        }
    }
}

#[test]
fn a_type_constraint_fills_in_defaults_wherever_objects_lack_attributes() {
    let constraint = parse_type(&parse(
        "list(object({name = string, port = optional(number, \"80\"), tags = optional(map(string)), at = optional(object({x = optional(bool, true)}), {})}))",
    ))
    .unwrap();
    let given = value_of("[{name = 1}, {name = \"b\", port = null, extra = 2, at = {x = null}}]").unwrap();
    let filled = apply_defaults(&given, &constraint);
    let value = crate::value::convert(&filled, &constraint.ty).unwrap();
    assert_eq!(
        to_json_string(&value).unwrap(),
        r#"[{"at":{"x":true},"name":"1","port":80,"tags":null},{"at":{"x":true},"name":"b","port":80,"tags":null}]"#
    );
}

#[test]
fn a_type_that_is_none_is_told_with_a_suggestion() {
    let told = |text: &str| first(&parse_type(&parse(text)).unwrap_err()).detail.clone();
    assert_eq!(
        told("strnig"),
        "There is no type \"strnig\". Did you mean \"string\"?"
    );
    assert!(told("list").starts_with("The type \"list\" needs"));
    assert!(told("list(string, number)").starts_with("The type \"list\" takes one"));
    assert!(told("optional(string)").contains("object type alone"));
    assert!(told("object({a = optional(number, \"x\")})").starts_with("The default does not convert"));
    assert!(told("1 + 1").starts_with("A type is a keyword"));
}

fn schema() -> Schema {
    let volume = Schema::new([
        ("path", Attribute::required(Type::String, "Where.")),
        ("size", Attribute::optional(Type::Number, "How large.")),
    ]);
    let component = Schema::new([("image", Attribute::required(Type::String, "What runs."))])
        .with_blocks([("volume", NestedBlock::new(Nesting::List, volume, "Volumes."))]);
    let mut policy = NestedBlock::new(
        Nesting::Single,
        Schema::new([("max", Attribute::optional(Type::Number, "The most."))]),
        "Limits.",
    );
    policy.max = 1;
    Schema::new([
        ("name", Attribute::required(Type::String, "Its name.")),
        ("ports", Attribute::optional(Type::set(Type::Number), "Ports.")),
        ("id", Attribute::computed(Type::String, "Its id.")),
    ])
    .with_blocks([
        (
            "component",
            NestedBlock::new(Nesting::Map, component, "Components."),
        ),
        ("policy", policy),
    ])
}

fn decode(text: &str) -> (Decoded, Diagnostics) {
    let (body, faults) = parse_file(text, FileId(0));
    assert!(faults.is_empty(), "{faults:?}");
    decode_body(&body, &schema(), &names())
}

fn decoded(text: &str) -> String {
    let (decoded, faults) = decode(text);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(decoded.value.ty(), schema().implied_type());
    match decoded.value.is_wholly_known() {
        true => to_json_string(&decoded.value).unwrap(),
        false => format!("{:?}", decoded.value),
    }
}

fn faults(text: &str) -> Vec<String> {
    decode(text).1.iter().map(|fault| fault.detail.clone()).collect()
}

#[test]
fn a_body_becomes_an_object_of_the_schema() {
    assert_eq!(
        decoded(
            "name = n\nports = [80, \"443\"]\ncomponent \"web\" {\n  image = \"x\"\n  volume {\n    path = \"/a\"\n  }\n}\n"
        ),
        r#"{"component":{"web":{"image":"x","volume":[{"path":"/a","size":null}]}},"id":null,"name":"3","policy":null,"ports":[80,443]}"#
    );
}

#[test]
fn a_decoded_body_knows_where_things_were_written() {
    let text = "name = \"a\"\ncomponent \"web\" {\n  image = \"x\"\n  volume {\n    path = \"/a\"\n  }\n}\n";
    let (decoded, _) = decode(text);
    let at = |path: Path| {
        let span = decoded.spans.get(&path).unwrap();
        text.get(span.range()).unwrap().to_owned()
    };
    let web = Path::root().attr("component").key("web");
    assert_eq!(at(Path::root().attr("name")), "\"a\"");
    assert_eq!(at(web.attr("image")), "\"x\"");
    assert_eq!(at(web.attr("volume").index(0).attr("path")), "\"/a\"");
    assert_eq!(at(web), "component \"web\"");
}

#[test]
fn a_body_that_does_not_fit_is_told_part_by_part() {
    assert_eq!(
        faults("nmae = \"a\"\nid = \"x\"\ncomponnent \"a\" {\n}\npolicy = {}\n"),
        [
            "An argument named \"nmae\" is not expected here. Did you mean \"name\"?",
            "The attribute \"id\" is set by the provider alone. Remove it here.",
            "An argument named \"policy\" is not expected here. There is a block of this name: write policy { ... } without an equals sign.",
            "Blocks of type \"componnent\" are not expected here. Did you mean \"component\"?",
        ]
    );
    assert_eq!(
        faults("name = null\nports = \"a\"\npolicy {\n}\npolicy {\n}\n"),
        [
            "The argument \"name\" is required, but its value is null.",
            "The argument \"ports\" must be a set of number: set of number required.",
            "There may be at most 1 block \"policy\" here, but there are 2.",
        ]
    );
    assert_eq!(
        faults(
            "name = \"a\"\ncomponent {\n}\ncomponent \"b\" {\n  image = \"x\"\n}\ncomponent \"b\" {\n  image = \"y\"\n}\n"
        ),
        [
            "A block \"component\" has exactly one label: component \"name\" { ... }.",
            "There is already a block \"component\" with the label \"b\" here.",
        ]
    );
}

#[test]
fn a_dynamic_block_makes_one_block_for_each_element() {
    let text = "name = \"a\"\ndynamic \"component\" {\n  for_each = people\n  iterator = each_one\n  labels = [each_one.value.name]\n  content {\n    image = \"i${each_one.key}\"\n    dynamic \"volume\" {\n      for_each = [each_one.value.age]\n      content {\n        path = \"/${each_one.value.name}\"\n        size = volume.value\n      }\n    }\n  }\n}\n";
    assert_eq!(
        decoded(text),
        r#"{"component":{"ann":{"image":"i0","volume":[{"path":"/ann","size":30}]},"bob":{"image":"i1","volume":[{"path":"/bob","size":40}]}},"id":null,"name":"a","policy":null,"ports":null}"#
    );
}

#[test]
fn a_dynamic_block_over_something_unknown_makes_unknown_blocks() {
    let text = "name = \"a\"\ncomponent \"b\" {\n  image = \"x\"\n  dynamic \"volume\" {\n    for_each = later\n    content {\n      path = \"/\"\n    }\n  }\n}\n";
    let (decoded, faults) = decode(text);
    assert!(faults.is_empty());
    let path = Path::root().attr("component").key("b").attr("volume");
    let volumes = decoded.value.get_path(&path).unwrap();
    assert!(!volumes.is_known());
    assert!(matches!(volumes.ty(), Type::List(_)));
}

#[test]
fn a_dynamic_block_that_is_not_one_is_told() {
    let content = "content {\n    image = \"x\"\n  }\n";
    let told = |inner: &str| {
        faults(&format!(
            "name = \"a\"\ndynamic \"component\" {{\n  {inner}\n}}\n"
        ))
    };
    assert_eq!(
        told(&format!("for_each = secret\n labels = [\"a\"]\n {content}")),
        ["A sensitive value cannot make blocks, for their number and keys would show it."]
    );
    assert_eq!(told("for_each = []"), ["The block \"content\" is missing."]);
    assert_eq!(told(content), ["The argument \"for_each\" is missing."]);
    assert_eq!(
        told(&format!("for_each = [1]\n {content}")),
        ["Blocks of this type have a label, so the dynamic block needs labels = [...]."]
    );
}

#[test]
fn codes_are_distinct_and_explained() {
    let mut ids: Vec<&str> = super::CODES.iter().map(|code| code.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(super::CODES.iter().all(|code| code.explanation.len() > 40));
}
