//! Laws of unknown and sensitive values, for every function, operator and form of expression: an answer given
//! while something is unknown is never contradicted later, and no mark is lost on the way. And measured answers
//! that are known though something in them is not.

mod calls;
mod forms;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::functions::{self, Fault, Function, Surroundings, Want};
use super::super::{NamesScope, evaluate};
use super::NoFiles;
use crate::source::FileId;
use crate::syntax::parse_expression;
use crate::value::convert::convert;
use crate::value::{Kind, Marks, Number, Refinement, Type, Value, fulfils};
use values::*;

/// So many answers of a function or form are looked at.
const ENOUGH: usize = 30;

/// Measured with Terraform 1.11: what is known though `s` (a string), `l` (a list of strings), `n` (the length of a
/// string), `t` (a bool) and `d` (of no known type) are not. `?` is "(known after apply)".
const MEASURED: &[(&str, &str)] = &[
    ("length(l) > -1", "true"),
    ("length(l) == -1", "false"),
    ("length(l) != -5", "true"),
    ("length(l) == 0", "?"),
    ("n < -1", "false"),
    ("length(\"abc-${s}\") >= 1", "true"),
    ("length([s, \"a\"])", "2"),
    ("length(toset([s, \"a\"]))", "?"),
    ("length(setproduct(toset([s, \"a\"]), [\"x\", \"y\"]))", "?"),
    ("length(setproduct([s, \"a\"], [\"x\", \"y\"]))", "4"),
    ("flatten([toset([s, \"a\"])])", "?"),
    ("formatlist(\"%s\", toset([s, \"a\"]))", "?"),
    ("length([for x in toset([s, \"a\"]) : \"k\"])", "2"),
    ("length(flatten([[s], [\"a\"]]))", "2"),
    ("alltrue([for x in l : x == \"a\"])", "?"),
    ("length(keys({a = s}))", "1"),
    ("length(concat([s], [\"a\"]))", "2"),
    ("s == null", "false"),
    ("\"${s}\" == null", "false"),
    ("\"a-${s}\" == \"b\"", "false"),
    ("\"a-${s}\" == \"a-x\"", "?"),
    ("startswith(s, \"\")", "true"),
    ("startswith(\"a-${s}\", \"a-\")", "true"),
    ("startswith(\"a-${s}\", \"b\")", "false"),
    ("(t ? 1 : 2) > 0", "true"),
    ("(t ? 1 : 2) == 3", "false"),
    ("t ? 1 : 1", "1"),
    ("t ? \"a\" : \"b\"", "?"),
    ("(t ? \"a\" : \"b\") == null", "false"),
    ("(t ? \"a\" : null) == null", "?"),
    ("(t ? null : null) == null", "true"),
    ("length(t ? [\"a\"] : [\"b\"])", "1"),
    ("length(t ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) < 3", "true"),
    ("length(t ? tolist([\"a\"]) : tolist([\"b\"]))", "1"),
    ("length(t ? toset([]) : toset([]))", "0"),
    ("(t ? {a = 1} : {a = 2}).a", "?"),
    ("coalesce(s, \"x\") == null", "false"),
    ("coalesce(\"x\", s)", "\"x\""),
    ("lookup({a = s}, \"a\", \"b\") == null", "false"),
    ("one([s]) == null", "false"),
    ("startswith(jsonencode({a = s}), \"{\")", "true"),
    ("startswith(jsonencode([s]), \"[\")", "true"),
    ("startswith(jsonencode(\"a-${s}\"), \"\\\"\")", "true"),
    ("jsonencode([s]) == \"x\"", "false"),
    ("startswith(jsonencode(l), \"[\")", "true"),
    ("d == null", "?"),
    ("t && false", "?"),
    ("contains([\"a\", s], \"a\")", "true"),
    ("{for k, v in {a = s} : k => v == null}.a", "false"),
];

#[test]
fn what_can_be_known_is_known() {
    let text = Value::unknown(Type::String).refine_not_null();
    let least = Refinement::not_null().with_range(Some(0_i64.into()), None);
    let names: BTreeMap<Arc<str>, Value> = [
        ("s", text),
        ("l", Value::unknown(Type::list(Type::String)).refine_not_null()),
        ("n", Value::unknown_refined(Type::Number, least)),
        ("t", Value::unknown(Type::Bool).refine_not_null()),
        ("d", Value::dynamic_unknown()),
    ]
    .map(|(name, value)| (Arc::from(name), value))
    .into();
    let scope = NamesScope::new(names, &NoFiles);
    for (text, wanted) in MEASURED {
        let expr = parse_expression(text, FileId(0), 0).unwrap();
        let answer = evaluate(&expr, &scope).unwrap();
        let found = match answer.is_wholly_known() {
            true => crate::value::json::to_json_string(&answer).unwrap(),
            false => "?".to_owned(),
        };
        assert_eq!(found, *wanted, "{text}");
    }
}
