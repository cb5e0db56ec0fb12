//! Facts about single values and operations.

use crate::value::{
    AccessError, Kind, Marks, Number, OpError, Path, PathStep, Refinement, Type, Value, convert, unify,
};

fn unknown(ty: Type) -> Value {
    Value::unknown(ty)
}

fn strings(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(Value::string).collect()
}

fn set_of(values: Vec<Value>) -> Value {
    convert(&Value::tuple(values), &Type::set(Type::Dynamic)).unwrap()
}

#[track_caller]
fn shows(value: &Value, expected: &str) {
    assert_eq!(format!("{value:?}"), expected);
}

#[test]
fn strings_and_names_are_normalized() {
    assert_eq!(Value::string("e\u{301}").as_str(), Some("é"));
    let object = Value::object([("e\u{301}", Value::int(1))]);
    assert_eq!(object.get_attr("é").unwrap(), Value::int(1));
    assert_eq!(object.get_attr("e\u{301}").unwrap(), Value::int(1));
}

#[test]
fn sets_have_the_order_of_the_language() {
    let number = |text: &str| Value::number(Number::parse(text).unwrap());
    let object = |text: &str| Value::object([("a", number(text))]);
    shows(
        &set_of(strings(&["b", "a", "B", "a"])),
        "set(string)[\"B\", \"a\", \"b\"]",
    );
    shows(
        &set_of(vec![number("10"), number("9"), number("0.1")]),
        "set(number)[0.1, 9, 10]",
    );
    shows(
        &set_of(vec![Value::bool(true), Value::dynamic_null(), Value::bool(false)]),
        "set(bool)[false, true, null(bool)]",
    );
    shows(
        &set_of(vec![object("10"), object("9"), object("100"), object("1e12")]),
        "set(object({a=number}))[{\"a\": 100}, {\"a\": 10}, {\"a\": 1000000000000}, {\"a\": 9}]",
    );
    shows(
        &set_of(vec![
            Value::string("c"),
            unknown(Type::String),
            Value::string("a"),
        ]),
        "set(string)[\"a\", \"c\", unknown(string)]",
    );
}

#[test]
fn marks_of_elements_become_marks_of_their_set() {
    let set = set_of(vec![
        Value::string("a").mark(Marks::SENSITIVE),
        Value::string("b"),
    ]);
    assert!(set.is_sensitive());
    assert!(set.items().unwrap().iter().all(|item| item.marks().is_empty()));
}

#[test]
fn a_set_with_unknown_elements_has_no_certain_length() {
    let set = set_of(vec![
        Value::string("a"),
        unknown(Type::String),
        Value::string("c"),
    ]);
    let length = set.length();
    assert!(!length.is_known());
    assert_eq!(length.less_eq(&Value::int(3)).unwrap(), Value::bool(true));
    assert_eq!(length.greater(&Value::int(0)).unwrap(), Value::bool(true));
    assert_eq!(set_of(vec![unknown(Type::String)]).length(), Value::int(1));
    let list = convert(&set, &Type::list(Type::String)).unwrap();
    assert!(!list.is_known());
    assert_eq!(set.has_element(&Value::string("a")).unwrap(), Value::bool(true));
    assert!(!set.has_element(&Value::string("z")).unwrap().is_known());
}

#[test]
fn refinements_decide_comparisons() {
    let prefixed = Value::unknown_refined(Type::String, Refinement::not_null().with_prefix("pre-"));
    assert_eq!(prefixed.known_prefix(), Some("pre-"));
    assert_eq!(prefixed.equals(&Value::string("zzz")), Value::bool(false));
    assert!(!prefixed.equals(&Value::string("pre-a")).is_known());
    assert_eq!(prefixed.equals(&Value::dynamic_null()), Value::bool(false));
    assert!(!unknown(Type::String).equals(&Value::dynamic_null()).is_known());
    // The last letter may still be changed by an accent that follows.
    let letters = Value::unknown_refined(Type::String, Refinement::not_null().with_prefix("abc"));
    assert_eq!(letters.known_prefix(), Some("ab"));
    let small = Refinement::not_null().with_range(Some(0.into()), Some(9.into()));
    let small = Value::unknown_refined(Type::Number, small);
    assert_eq!(
        small.add(&Value::int(1)).unwrap().less(&Value::int(1)).unwrap(),
        Value::bool(false)
    );
    assert_eq!(small.equals(&Value::int(10)), Value::bool(false));
    let exact = Refinement::not_null().with_length(2, Some(2));
    shows(
        &Value::unknown_refined(Type::list(Type::Bool), exact),
        "list(bool)[unknown(bool), unknown(bool)]",
    );
}

#[test]
fn unknowns_keep_what_is_known_of_them_when_converted() {
    let tuple = unknown(Type::tuple([Type::Number, Type::String]));
    let list = convert(&tuple.refine_not_null(), &Type::list(Type::String)).unwrap();
    assert_eq!(list.length(), Value::int(2));
    let set = convert(&tuple, &Type::set(Type::String)).unwrap();
    assert_eq!(set.ty(), Type::set(Type::String));
    assert!(!set.is_not_null());
    assert_eq!(set.refinement().unwrap().max_length, Some(2));
}

#[test]
fn null_operands_are_errors_except_for_equality() {
    let null = Value::dynamic_null();
    assert_eq!(null.add(&Value::int(1)), Err(OpError::Null));
    assert_eq!(Value::null(Type::Bool).not(), Err(OpError::Null));
    assert_eq!(null.equals(&Value::null(Type::String)), Value::bool(true));
    assert_eq!(
        Value::int(1).less(&Value::string("1")).unwrap_err().to_string(),
        "number required"
    );
    let zero = Value::int(0);
    assert_eq!(zero.div(&zero), Err(OpError::Indeterminate));
    assert_eq!(
        Value::bool(false).and(&unknown(Type::Bool)),
        Ok(Value::bool(false))
    );
}

#[test]
fn parts_are_found_or_the_error_says_why() {
    let list = Value::list(Type::String, strings(&["a", "b"]));
    let map = Value::map_from(Type::String, [("k", Value::string("v"))]);
    let object = Value::object([("k", Value::int(1))]);
    assert_eq!(list.index(&Value::string("1")).unwrap(), Value::string("b"));
    assert_eq!(
        list.index(&Value::int(2)),
        Err(AccessError::OutOfRange { length: 2 })
    );
    assert_eq!(list.index(&Value::int(-1)), Err(AccessError::Negative));
    let half = Value::number(Number::parse("0.5").unwrap());
    assert_eq!(list.index(&half), Err(AccessError::Fraction));
    assert_eq!(
        list.index(&Value::string("x")),
        Err(AccessError::WrongKey("a number is required".to_owned()))
    );
    assert_eq!(
        list.index(&Value::bool(true)),
        Err(AccessError::WrongKey("number required".to_owned()))
    );
    assert_eq!(list.index(&Value::dynamic_null()), Err(AccessError::NullKey));
    assert_eq!(
        list.get_attr("x"),
        Err(AccessError::NoAttributes(Type::list(Type::String)))
    );
    assert_eq!(map.get_attr("k").unwrap(), Value::string("v"));
    assert_eq!(
        map.index(&Value::string("z")),
        Err(AccessError::NoElement { key: "z".into() })
    );
    assert_eq!(
        object.get_attr("z"),
        Err(AccessError::NoAttribute { name: "z".into() })
    );
    assert_eq!(
        set_of(strings(&["a"])).index(&Value::int(0)),
        Err(AccessError::SetIndex)
    );
    assert_eq!(
        Value::int(5).index(&Value::int(0)),
        Err(AccessError::NotIndexable(Type::Number))
    );
    assert_eq!(Value::dynamic_null().get_attr("x"), Err(AccessError::Null));
    shows(&unknown(object.ty()).get_attr("k").unwrap(), "unknown(number)");
    shows(&list.index(&unknown(Type::Number)).unwrap(), "unknown(string)");
    shows(&Value::dynamic_unknown().get_attr("any").unwrap(), "unknown(any)");
}

#[test]
fn access_carries_the_marks_of_container_and_key() {
    let list = Value::list(Type::String, strings(&["a"])).mark(Marks::SENSITIVE);
    let element = list.index(&Value::int(0).mark(Marks::EPHEMERAL)).unwrap();
    assert_eq!(element.marks(), Marks::SENSITIVE | Marks::EPHEMERAL);
    let (key, element) = list.iter_elements().next().unwrap();
    assert!(key.is_sensitive() && element.is_sensitive());
    let path = Path::root().index(0);
    assert!(list.get_path(&path).unwrap().is_sensitive());
}

#[test]
fn marks_go_to_their_paths_and_only_there() {
    let value = Value::object([
        ("a", Value::tuple(strings(&["x", "y"]))),
        ("s", set_of(strings(&["z"]))),
    ]);
    let secret = Marks::SENSITIVE;
    let marked = value.clone().mark_paths(&[
        (Path::root().attr("a").index(1), secret),
        (
            Path::root()
                .attr("s")
                .child(PathStep::element(Value::string("z"))),
            secret,
        ),
        (Path::root().attr("nowhere").index(7), secret),
    ]);
    shows(
        &marked,
        "{\"a\": [\"x\", (sensitive string)], \"s\": (sensitive set of string)}",
    );
    let (bare, marks) = marked.unmark_deep_paths();
    assert_eq!(bare, value);
    let paths: Vec<String> = marks.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, [".a[1]", ".s"]);
}

#[test]
fn paths_are_written_like_expressions() {
    let path = Path::root()
        .attr("a")
        .key("k\"")
        .index(3)
        .child(PathStep::element(Value::string("e")));
    assert_eq!(path.to_string(), ".a[\"k\\\"\"][3][\"e\"]");
    let secret = PathStep::element(Value::string("e").mark(Marks::SENSITIVE));
    assert_eq!(secret.to_string(), "[...]");
    assert!(path.starts_with(&Path::root().attr("a")));
    assert!(Path::root().attr("b") < Path::root().index(0));
}

#[test]
fn transforming_list_elements_keeps_a_common_type() {
    let list = Value::list(Type::String, strings(&["1", "x"]));
    let lengths = list.transform(&mut |path, value: Value| match value.as_str() {
        Some(text) if !path.is_root() => Ok::<_, ()>(Value::number(Number::from(text.len()))),
        _ => Ok(value),
    });
    shows(&lengths.unwrap(), "list(number)[1, 1]");
    let mixed = list.transform(&mut |path, value: Value| match value.as_str() {
        Some("1") if !path.is_root() => Ok::<_, ()>(Value::empty_object()),
        _ => Ok(value),
    });
    assert!(matches!(mixed.unwrap().kind(), Kind::Tuple(_)));
}

#[test]
fn one_of_two_values_has_what_is_true_of_both() {
    let of = |value: &Value| Refinement::of(value);
    let both = of(&Value::string("abc")).either(&of(&Value::string("abd")));
    assert_eq!((both.prefix.as_deref(), both.not_null), (Some("ab"), true));
    let both = of(&Value::int(3)).either(&of(&Value::int(7)));
    let seven = Value::unknown_refined(Type::Number, both);
    assert_eq!(seven.less(&Value::int(8)).unwrap(), Value::bool(true));
    assert_eq!(seven.less(&Value::int(3)).unwrap(), Value::bool(false));
    assert!(!of(&Value::int(3)).either(&of(&Value::dynamic_null())).not_null);
    let lists = [2, 5].map(|length| Value::list(Type::Bool, vec![Value::bool(true); length]));
    let both = of(&lists[0]).either(&of(&lists[1]));
    assert_eq!((both.min_length, both.max_length), (2, Some(5)));
}

#[test]
fn nested_literals_without_a_common_type_do_not_explode() {
    let null = Value::dynamic_null;
    let mut values = [Value::int(1), Value::int(1), Value::int(1), Value::int(1)];
    for depth in 0..60 {
        let [a, b, c, d] = values;
        values = [
            Value::tuple(vec![a, Value::empty_tuple()]),
            Value::tuple(vec![Value::empty_tuple(), b, null()]),
            Value::object([("a", c), ("b", Value::empty_object())]),
            if depth % 2 == 0 {
                Value::tuple(vec![d, null()])
            } else {
                Value::object([("a", d), ("b", Value::tuple(vec![null()]))])
            },
        ];
    }
    for value in &values {
        for other in &values {
            let _ = unify(&[
                value.ty(),
                other.ty(),
                Type::list(Type::Dynamic),
                Type::map(Type::Dynamic),
            ]);
            let _ = unify(&[value.ty(), other.ty()]);
        }
        for ty in [
            Type::list(Type::Dynamic),
            Type::set(Type::Dynamic),
            Type::map(Type::Dynamic),
        ] {
            let _ = convert(value, &ty);
        }
    }
}

#[test]
fn deep_types_and_wide_tuples_unify_in_reasonable_time() {
    let mut deep = Type::String;
    for _ in 0..200 {
        deep = Type::tuple([deep.clone(), Type::tuple([])]);
    }
    assert_eq!(unify(&[deep.clone(), deep.clone()]), Some(deep));
    let objects: Vec<Value> = (0..20_000_i64)
        .map(|at| Value::object([("a", Value::int(at))]))
        .collect();
    let list = convert(&Value::tuple(objects), &Type::list(Type::Dynamic)).unwrap();
    assert_eq!(list.length(), Value::int(20_000));
    let set = convert(&list, &Type::set(Type::Dynamic)).unwrap();
    assert_eq!(set.length(), Value::int(20_000));
}
