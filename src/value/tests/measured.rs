//! What Terraform 1.11.4 answered: `conversions.jsonl` has calls of `tolist`, `toset`, `tomap` and conditionals
//! over literals, `equalities.jsonl` has `==` over literals and such calls.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::value::{Path, Type, Value, convert, json, unify};

fn literal(text: &RawValue) -> Value {
    json::parse_implied(text.get()).unwrap()
}

fn wanted(function: &str) -> Type {
    match function {
        "tolist" => Type::list(Type::Dynamic),
        "toset" => Type::set(Type::Dynamic),
        "tomap" => Type::map(Type::Dynamic),
        _ => Type::Dynamic,
    }
}

/// A literal, perhaps in a call of a conversion function.
fn operand(function: &str, text: &RawValue) -> Option<Value> {
    convert(&literal(text), &wanted(function)).ok()
}

/// `true ? a : b`.
fn conditional(a: &Value, b: &Value) -> Option<Value> {
    let (type_a, type_b) = (a.ty(), b.ty());
    // A literal null takes the type of the other arm.
    let ty = match (
        a.is_null() && type_a == Type::Dynamic,
        b.is_null() && type_b == Type::Dynamic,
    ) {
        (true, _) => type_b,
        (false, true) => type_a,
        (false, false) => unify(&[type_a, type_b])?,
    };
    convert(a, &ty).ok()
}

#[derive(Deserialize)]
struct Conversion {
    f: String,
    wrap: String,
    a: Box<RawValue>,
    b: Box<RawValue>,
    #[serde(rename = "type")]
    ty: Option<String>,
    json: Option<String>,
}

#[test]
fn conversions_and_conditionals_agree_with_every_measurement() {
    let mut wrong = Vec::new();
    for line in include_str!("conversions.jsonl").lines() {
        let case: Conversion = serde_json::from_str(line).unwrap();
        let result = match case.f.as_str() {
            "cond" => operand(&case.wrap, &case.a).and_then(|a| conditional(&a, &literal(&case.b))),
            function => operand(function, &case.a),
        };
        let ty = result.as_ref().map(|value| value.ty().to_string());
        let json = result.as_ref().map(|value| json::to_json_string(value).unwrap());
        if (&ty, &json) != (&case.ty, &case.json) {
            wrong.push(format!("{line}\n   gave {ty:?} {json:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[derive(Deserialize)]
struct Equality {
    f: String,
    a: Box<RawValue>,
    g: String,
    b: Box<RawValue>,
    equal: bool,
}

#[test]
fn equality_agrees_with_every_measurement() {
    let mut wrong = Vec::new();
    for line in include_str!("equalities.jsonl").lines() {
        let case: Equality = serde_json::from_str(line).unwrap();
        let (a, b) = (
            operand(&case.f, &case.a).unwrap(),
            operand(&case.g, &case.b).unwrap(),
        );
        if a.equals(&b).as_bool() != Some(case.equal) {
            wrong.push(format!("{line}\n   gave {:?}", a.equals(&b)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[track_caller]
fn refuses(value: &Value, ty: &Type, path: &Path, message: &str) {
    let error = convert(value, ty).unwrap_err();
    assert_eq!((error.message.as_str(), &error.path), (message, path));
}

#[test]
fn refused_conversions_say_what_is_required_and_where() {
    let root = Path::root();
    let object = |names: &[&str]| Type::object(names.iter().map(|name| (*name, Type::String)));
    let text = Value::string("x");
    refuses(&text, &Type::Number, &root, "a number is required");
    refuses(&text, &Type::Bool, &root, "a bool is required");
    refuses(
        &Value::string("True"),
        &Type::Bool,
        &root,
        "a bool is required; to convert from string, use lowercase \"true\"",
    );
    refuses(&Value::int(1), &Type::Bool, &root, "bool required");
    refuses(&Value::empty_tuple(), &Type::String, &root, "string required");
    refuses(&text, &Type::list(Type::String), &root, "list of string required");
    refuses(
        &text,
        &Type::list(Type::Dynamic),
        &root,
        "list of any single type required",
    );
    refuses(
        &Value::empty_object(),
        &object(&["x"]),
        &root,
        "attribute \"x\" is required",
    );
    refuses(
        &Value::empty_object(),
        &object(&["x", "y"]),
        &root,
        "attributes \"x\" and \"y\" are required",
    );
    refuses(
        &Value::empty_object(),
        &object(&["x", "y", "z"]),
        &root,
        "attributes \"x\", \"y\", and \"z\" are required",
    );
    let nested = Value::tuple(vec![text.clone(), Value::empty_tuple()]);
    refuses(
        &nested,
        &Type::list(Type::String),
        &root,
        "element 1: string required",
    );
    refuses(
        &nested,
        &Type::list(Type::Dynamic),
        &root,
        "all list elements must have the same type",
    );
    let member = Value::object([("a", Value::object([("b", Value::tuple(vec![text]))]))]);
    let ty = Type::object([("a", Type::map(Type::list(Type::Number)))]);
    refuses(
        &member,
        &ty,
        &root.attr("a").key("b").index(0),
        "a number is required",
    );
    assert_eq!(
        convert(&member, &ty).unwrap_err().to_string(),
        ".a[\"b\"][0]: a number is required"
    );
    let map = Value::map_from(Type::String, [("a", Value::string("1"))]);
    refuses(
        &map,
        &object(&["b"]),
        &root,
        "map has no element for required attribute \"b\"",
    );
}

#[test]
fn missing_optional_attributes_become_null() {
    let text = r#"["object",{"a":"string","b":["object",{"c":"number"},["c"]]},["a","b"]]"#;
    let ty = json::decode_type(text).unwrap();
    let converted = convert(&Value::empty_object(), &ty).unwrap();
    assert_eq!(converted.ty(), ty.without_optional());
    assert!(converted.get_attr("b").unwrap().is_null());
    let list = convert(
        &Value::tuple(vec![Value::empty_object(), converted]),
        &Type::list(ty.clone()),
    )
    .unwrap();
    assert_eq!(list.ty(), Type::list(ty.without_optional()));
}
