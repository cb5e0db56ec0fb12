use super::*;

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(to_json_string(&parse_implied(text).unwrap()).unwrap(), expected);
}

#[test]
fn plain_json_comes_back_with_sorted_keys_and_exact_numbers() {
    reads(" [ 1 , \"a\" ] ", "[1,\"a\"]");
    reads("{\"b\":1,\"a\":{\"c\":null}}", "{\"a\":{\"c\":null},\"b\":1}");
    reads("123456789012345678901234567890", "123456789012345678901234567890");
    reads("0.1", "0.1");
    reads("1.5e3", "1500");
    reads("-0", "-0");
    reads("{\"a\":1,\"a\":2}", "{\"a\":2}");
    reads(
        "\"\\ud83d\\ude00 \\ud83d \\ude00x\\/\"",
        "\"😀 \u{fffd} \u{fffd}x/\"",
    );
}

#[test]
fn strings_are_escaped_as_jsonencode_does() {
    let text = Value::string("<>&\u{2028}\u{2029}\"\\\n\t\r\u{8}\u{c}\u{0}\u{1f}\u{7f}/é");
    assert_eq!(
        to_json_string(&text).unwrap(),
        "\"\\u003c\\u003e\\u0026\\u2028\\u2029\\\"\\\\\\n\\t\\r\\b\\f\\u0000\\u001f\u{7f}/é\""
    );
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for (text, message) in [
        ("", "unexpected end of JSON input (line 1, column 1)"),
        ("{", "unexpected end of JSON input (line 1, column 2)"),
        (
            "nul",
            "invalid character 'n', looking for the beginning of a value (line 1, column 1)",
        ),
        (
            "[1,]",
            "invalid character ']', looking for the beginning of a value (line 1, column 4)",
        ),
        (
            "[1\n 2]",
            "invalid character '2', looking for a comma or the end of an array (line 2, column 2)",
        ),
        (
            "{a:1}",
            "invalid character 'a', looking for the key of an object, in quotes (line 1, column 2)",
        ),
        ("1 2", "extraneous data after the JSON value (line 1, column 3)"),
        ("01", "extraneous data after the JSON value (line 1, column 2)"),
        ("1.", "unexpected end of JSON input (line 1, column 3)"),
        (
            "\"\\x\"",
            "invalid character 'x', which is no escape in a string (line 1, column 3)",
        ),
        ("\"a", "unexpected end of JSON input (line 1, column 3)"),
        ("1e1000000000", "a number is required"),
        ("{\"a\":1,\"a\":\"x\"}", "duplicate \"a\" property in JSON object"),
    ] {
        assert_eq!(parse_implied(text).unwrap_err().message, message, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    crate::on_a_stack(move || {
        assert!(parse_implied(&nested(MAX_DEPTH)).is_ok());
        assert!(parse_implied(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse_implied(&"[".repeat(1_000_000)).is_err());
    });
}

#[test]
fn unknown_and_infinite_values_have_no_json() {
    let unknown = Value::object([("a", Value::tuple(vec![Value::unknown(Type::String)]))]);
    let error = to_json_string(&unknown).unwrap_err();
    assert_eq!(error.to_string(), ".a[0]: value is not known");
    assert_eq!(encode(&unknown, &unknown.ty()).unwrap_err(), error);
    let infinite = Value::number(Number::infinity(false));
    assert_eq!(
        to_json_string(&infinite).unwrap_err().message,
        "cannot serialize infinity as JSON"
    );
}

#[test]
fn the_type_is_written_where_the_schema_leaves_it_open() {
    let list = Value::list(Type::String, vec![Value::string("x")]);
    let text = encode(&list, &Type::Dynamic).unwrap();
    assert_eq!(text, "{\"value\":[\"x\"],\"type\":[\"list\",\"string\"]}");
    assert_eq!(decode(&text, &Type::Dynamic).unwrap(), list);
    let null = Value::null(Type::map(Type::Number));
    let text = encode(&null, &Type::Dynamic).unwrap();
    assert_eq!(text, "{\"value\":null,\"type\":[\"map\",\"number\"]}");
    assert_eq!(decode(&text, &Type::Dynamic).unwrap(), null);
    assert_eq!(encode(&Value::dynamic_null(), &Type::Dynamic).unwrap(), "null");
}

#[test]
fn typed_json_that_does_not_fit_its_type_is_refused() {
    let object = Type::object([("a", Type::Number), ("b", Type::set(Type::String))]);
    let value = decode("{\"a\":\"1\"}", &object).unwrap();
    assert_eq!(value.get_attr("a").unwrap(), Value::int(1));
    assert_eq!(value.get_attr("b").unwrap(), Value::null(Type::set(Type::String)));
    for (text, ty, message) in [
        ("{\"c\":1}", object.clone(), "unsupported attribute \"c\""),
        ("{\"a\":true}", object.clone(), ".a: number is required"),
        ("{\"b\":[\"x\",[]]}", object, ".b[1]: string is required"),
        ("[1]", Type::tuple([]), "0 tuple elements required, but have 1"),
        (
            "{\"type\":\"string\"}",
            Type::Dynamic,
            "missing value in dynamically-typed value",
        ),
        (
            "{\"value\":1,\"type\":\"float\"}",
            Type::Dynamic,
            "unknown type \"float\"",
        ),
    ] {
        assert_eq!(decode(text, &ty).unwrap_err().to_string(), message);
    }
}

#[test]
fn serde_values_keep_integers_and_round_the_rest() {
    let value = parse_implied("{\"b\":18446744073709551615,\"a\":[-1,0.5,\"x\",null,true]}").unwrap();
    let json = to_serde(&value).unwrap();
    assert_eq!(
        json.to_string(),
        "{\"a\":[-1,0.5,\"x\",null,true],\"b\":18446744073709551615}"
    );
    assert_eq!(from_serde(&json).unwrap(), value);
    assert_eq!(
        to_serde(&parse_implied("1e400").unwrap()).unwrap_err().message,
        "number is too large for a double"
    );
}
