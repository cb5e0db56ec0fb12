//! Laws of unknown and sensitive values, for every function, operator and form of expression: an answer given
//! while something is unknown is never contradicted later, and no mark is lost on the way. And measured answers
//! that are known though something in them is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::functions::{self, Fault, Function, Surroundings, Want};
use super::super::{NamesScope, evaluate};
use super::NoFiles;
use crate::source::FileId;
use crate::syntax::parse_expression;
use crate::value::convert::convert;
use crate::value::{Kind, Marks, Number, Refinement, Type, Value, fulfils};

/// A sequence of choices that is the same every time.
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

fn texts() -> Vec<Value> {
    let texts = [
        "",
        "a",
        "b",
        "a-b",
        "abc",
        "A b",
        "1",
        "-2.5",
        "true",
        "é",
        " x ",
        "a,b",
        "-",
        ",",
        "10.0.0.0/8",
        "fd00::/48",
        "2020-01-01T00:00:00Z",
        "1h",
        "YYYY",
        "[1]",
        "{\"a\":[1]}",
        "a: 1",
        "a,b\n1,2",
        "a+",
        "(a)(b)?",
        "/a/",
        "%s",
        "%d-%v",
        "%%",
        "YQ==",
        "UTF-8",
        "dns",
        "a\nb\n",
        "h\u{301}",
        "x",
        "(?P<n>.)",
    ];
    texts.iter().map(|text| Value::string(*text)).collect()
}

fn numbers() -> Vec<Value> {
    let fractions = ["0.5", "-1.5", "1e3"];
    let fractions = fractions
        .iter()
        .map(|text| Value::number(Number::parse(text).unwrap()));
    [-1, 0, 1, 2, 3, 4, 8, 10, 16]
        .into_iter()
        .map(Value::int)
        .chain(fractions)
        .collect()
}

fn bools() -> Vec<Value> {
    vec![Value::bool(true), Value::bool(false)]
}

fn sequences() -> Vec<Value> {
    let tuple = |texts: &[&str]| Value::tuple(texts.iter().map(|text| Value::string(*text)).collect());
    let mut tuples = vec![
        tuple(&[]),
        tuple(&["a"]),
        tuple(&["a", "b"]),
        tuple(&["b", "", "a", "a"]),
        tuple(&["1", "2"]),
        Value::tuple(vec![Value::int(1), Value::int(3), Value::int(2)]),
        Value::tuple(bools()),
        Value::tuple(vec![Value::bool(true)]),
        Value::tuple(vec![Value::string("a"), Value::int(1)]),
        Value::tuple(vec![tuple(&["a"]), tuple(&["b", "c"])]),
        Value::tuple(vec![
            Value::object([("x", Value::int(1))]),
            Value::object([("x", Value::int(2))]),
        ]),
    ];
    for wanted in [Type::list(Type::Dynamic), Type::set(Type::Dynamic)] {
        let converted: Vec<Value> = tuples
            .iter()
            .take(10)
            .filter_map(|value| convert(value, &wanted).ok())
            .collect();
        tuples.extend(converted);
    }
    tuples
}

fn mappings() -> Vec<Value> {
    let mut objects = vec![
        Value::empty_object(),
        Value::object([("a", Value::string("x"))]),
        Value::object([("a", Value::string("x")), ("b", Value::string("y"))]),
        Value::object([("a", Value::int(1)), ("x", Value::bool(true))]),
        Value::object([
            ("a", Value::tuple(vec![Value::string("k")])),
            ("b", Value::tuple(vec![Value::string("k")])),
        ]),
    ];
    let maps: Vec<Value> = objects
        .iter()
        .filter_map(|value| convert(value, &Type::map(Type::Dynamic)).ok())
        .collect();
    objects.extend(maps);
    objects
}

fn anything() -> Vec<Value> {
    [
        texts(),
        numbers(),
        bools(),
        sequences(),
        mappings(),
        vec![Value::dynamic_null()],
    ]
    .concat()
}

fn pool(want: Want) -> Vec<Value> {
    match want {
        Want::Any => anything(),
        Want::Bool => bools(),
        Want::Number => numbers(),
        Want::String => texts(),
        Want::List | Want::ListOfBool | Want::ListOfString | Want::Set => sequences(),
        Want::Map | Want::MapOfListOfString => mappings(),
    }
}

/// The ways in which a value may not be known yet: wholly, with what is certain of it, or in a part.
fn forgotten(value: &Value) -> Vec<Value> {
    if value.is_null() {
        return Vec::new();
    }
    let mut known = Refinement::not_null();
    if let Some(text) = value.as_str() {
        let half = text
            .char_indices()
            .nth(text.chars().count() / 2)
            .map_or(0, |(at, _)| at);
        known = known.with_prefix(&text[..half]);
    }
    if let Some(number) = value.as_number() {
        known = known.with_range(Some(number.floor()), Some(number.ceil()));
    }
    if value.ty().is_collection() {
        let length = value.length().as_number().and_then(Number::to_usize).unwrap();
        known = known.with_length(length.saturating_sub(1), Some(length + 1));
    }
    let mut first = true;
    let part = value.transform(&mut |path, part: Value| {
        let inside = !path.steps().is_empty();
        let leaf = part.items().is_none() && part.members().is_none() && !part.is_null();
        if !inside || !leaf || !std::mem::take(&mut first) {
            return Ok::<_, ()>(part);
        }
        Ok(Value::unknown(part.ty()).refine_not_null())
    });
    let wholly = Value::unknown(value.ty());
    let mut ways = vec![
        wholly.refine_not_null(),
        wholly,
        Value::unknown_refined(value.ty(), known),
    ];
    ways.extend(part.ok().filter(|part| part != value));
    ways
}

/// A set of which some elements are not known is gone through as if each were another and in its place, as
/// Terraform does. It is the one exception from the law: without it no key could be made from such elements.
fn is_vague(value: &Value) -> bool {
    matches!(value.kind(), Kind::Set(..)) && !value.is_wholly_known()
}

fn call(function: &Function, values: Vec<Value>) -> Result<Value, Fault> {
    let scope = NamesScope::empty();
    let surroundings = Surroundings {
        scope: &scope,
        in_template: false,
    };
    functions::call(function, values, surroundings)
}

/// Functions that need files, keys or time, or an expression rather than a value.
const ELSEWHERE: &[&str] = &[
    "bcrypt",
    "rsadecrypt",
    "templatefile",
    "templatestring",
    "try",
    "can",
    "type",
    "timestamp",
    "plantimestamp",
    "uuid",
    "pathexpand",
];

/// Arguments that a function takes more often than those chosen at random.
fn hints(name: &str) -> Vec<Vec<Value>> {
    let text = |text: &str| Value::string(text);
    let int = Value::int;
    match name {
        "cidrhost" => vec![vec![text("10.0.0.0/8"), int(3)]],
        "cidrnetmask" => vec![vec![text("10.0.0.0/8")]],
        "cidrsubnet" => vec![vec![text("10.0.0.0/8"), int(8), int(2)]],
        "cidrsubnets" => vec![vec![text("10.0.0.0/8"), int(8), int(4)]],
        "formatdate" => vec![vec![text("YYYY"), text("2020-01-01T00:00:00Z")]],
        "timeadd" => vec![vec![text("2020-01-01T00:00:00Z"), text("1h")]],
        "timecmp" => vec![vec![text("2020-01-01T00:00:00Z"), text("2020-01-01T00:00:00Z")]],
        "uuidv5" => vec![vec![text("dns"), text("a")]],
        "textdecodebase64" => vec![vec![text("YQ=="), text("UTF-8")]],
        "textencodebase64" => vec![vec![text("a"), text("UTF-8")]],
        "format" => vec![
            vec![text("%s-%v"), text("a"), int(1)],
            vec![text("a-%s"), text("b")],
        ],
        "formatlist" => vec![vec![text("%s"), sequences()[2].clone()]],
        "parseint" => vec![vec![text("1"), int(10)]],
        "zipmap" => vec![vec![sequences()[2].clone(), sequences()[4].clone()]],
        "chunklist" => vec![vec![
            convert(&sequences()[3], &Type::list(Type::String)).unwrap(),
            int(2),
        ]],
        "slice" => vec![vec![sequences()[3].clone(), int(1), int(2)]],
        "matchkeys" => vec![vec![
            sequences()[2].clone(),
            sequences()[4].clone(),
            sequences()[4].clone(),
        ]],
        "substr" => vec![vec![text("abc"), int(1), int(1)]],
        _ => Vec::new(),
    }
}

/// So many answers of a function or form are looked at.
const ENOUGH: usize = 30;

/// Calls every function with arguments that it takes, and hands them on with the answer.
fn each_call(mut told: impl FnMut(&Function, &[Value], &Value)) {
    let mut choices = Choices(0x9e37_79b9_7f4a_7c15);
    let mut pools: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for function in functions::all().filter(|function| !ELSEWHERE.contains(&function.name)) {
        let mut taken = 0;
        let hinted = hints(function.name);
        for attempt in 0..300 {
            if taken == ENOUGH {
                break;
            }
            let values: Vec<Value> = match hinted.get(attempt) {
                Some(values) => values.clone(),
                None => {
                    let more = function.variadic.map_or(0, |_| choices.below(3));
                    let alike = choices.below(2) == 0;
                    let mut values: Vec<Value> = Vec::new();
                    for at in 0..function.params.len() + more {
                        let want = function.param(at).unwrap().want;
                        let pool = pools.entry(format!("{want:?}")).or_insert_with(|| pool(want));
                        let value = match values.last() {
                            Some(last) if alike && at >= function.params.len() => last.clone(),
                            _ => choices.of(pool),
                        };
                        values.push(value);
                    }
                    values
                }
            };
            if let Ok(answer) = call(function, values.clone()) {
                taken += 1;
                told(function, &values, &answer);
            }
        }
        let least = if function.name.starts_with("file") { 0 } else { 1 };
        assert!(taken >= least, "{} took no arguments", function.name);
    }
}

#[test]
fn no_function_contradicts_later_what_it_said_of_unknowns() {
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    let mut count = 0;
    each_call(|function, values, later| {
        for at in 0..values.len() {
            for unknown in forgotten(&values[at]) {
                if function.name == "reverse" && is_vague(&unknown) {
                    continue;
                }
                let mut changed = values.to_vec();
                changed[at] = unknown;
                let verdict = match call(function, changed.clone()) {
                    Ok(earlier) => fulfils(&earlier, later),
                    Err(fault) => Err(format!("{fault:?}, but later {later:?}")),
                };
                count += 1;
                if let Err(why) = verdict {
                    wrong
                        .entry(function.name)
                        .or_insert_with(|| format!("{}({changed:?}): {why}", function.name));
                }
            }
        }
    });
    assert!(count > 5_000, "{count}");
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn no_function_loses_a_mark() {
    // These answer about marks, or take them away by their purpose.
    const ABOUT_MARKS: &[&str] = &["issensitive", "nonsensitive"];
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    each_call(|function, values, _| {
        for at in 0..values.len() {
            let mut changed = values.to_vec();
            changed[at] = changed[at].clone().mark(Marks::SENSITIVE);
            let kept =
                call(function, changed.clone()).is_ok_and(|answer| answer.has_mark_deep(Marks::SENSITIVE));
            // The default of a lookup is passed over with its marks when there is an element.
            let passed_over = function.name == "lookup" && at == 2;
            if !kept && !passed_over && !ABOUT_MARKS.contains(&function.name) {
                wrong
                    .entry(function.name)
                    .or_insert_with(|| format!("{}({changed:?}), argument {at}", function.name));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}

/// Expressions of every form, over the names `a`, `b` and `c`.
const FORMS: &[&str] = &[
    "a + b",
    "a - b",
    "a * b",
    "a / b",
    "a % b",
    "a < b",
    "a <= b",
    "a > b",
    "a >= b",
    "a == b",
    "a != b",
    "a && b",
    "a || b",
    "!a",
    "-a",
    "a ? b : c",
    "a == b ? b : c",
    "[a, b]",
    "[a, b][c]",
    "{x = a, y = b}",
    "{(a) = b}",
    "{x = a}[b]",
    "a[b]",
    "a[0]",
    "a[\"a\"]",
    "a.a",
    "a.x",
    "a[*]",
    "a[*].x",
    "a.*.x",
    "a[*][0]",
    "[a, b][*].a",
    "[for x in a : x]",
    "[for i, x in a : [i, x]]",
    "[for x in a : x if x != b]",
    "{for x in a : x => b}",
    "{for k, v in a : k => v}",
    "{for k, v in a : v => k...}",
    "[for x in [a, b] : \"${x}-\"]",
    "\"${a}\"",
    "\"x${a}y${b}\"",
    "\"${a}${b}\"",
    "\"%{if a}${b}%{else}${c}%{endif}\"",
    "\"-%{for x in a}${x}%{endfor}\"",
    "\"%{for i, x in a}${i}%{endfor}${b}\"",
    "length(a) > 1",
    "length(a) == length(b)",
    "max(a...)",
    "merge(a...)",
    "concat(a...)",
    "try(a.x, b)",
    "try(a[b], c)",
    "can(a.x)",
    "can(tonumber(a))",
    "(a)",
    "[a == null, b != null]",
    "a == null ? b : a",
    "[for x in a : x][0]",
    "(b ? [a] : [])[*]",
    "keys(a)[0]",
    "[for x in a : x == b]",
    "toset([a, b])",
    "toset(a) == toset(b)",
    "length(toset([a, b]))",
    "tolist(a)[0] == b",
    "a == [b]",
    "{a = b} == a",
    "tolist(toset([a, b]))",
    "join(\",\", toset([a, b]))",
    "flatten([toset([a, b]), c])",
    "coalesce(a, b)",
    "coalescelist(a, b)",
    "sum(a)",
    "startswith(\"${a}-${b}\", c)",
    "jsonencode([a, b]) == c",
    "formatlist(\"%s\", toset([a, b]))",
];

fn in_scope(values: &[Value]) -> NamesScope<'static> {
    let names = ["a", "b", "c"]
        .into_iter()
        .map(Arc::from)
        .zip(values.iter().cloned());
    NamesScope::new(names.collect(), &NoFiles)
}

/// Evaluates every form with values for which it has an answer, and hands them on with it.
fn each_form(mut told: impl FnMut(&str, &crate::syntax::ast::Expr, &[Value], &Value)) {
    let values = anything();
    let mut choices = Choices(0x2545_f491_4f6c_dd1d);
    for form in FORMS {
        let expr = parse_expression(form, FileId(0), 0).unwrap();
        let mut taken = 0;
        for _ in 0..1200 {
            if taken == ENOUGH {
                break;
            }
            let mut chosen: Vec<Value> = (0..3).map(|_| choices.of(&values)).collect();
            if choices.below(3) == 0 {
                chosen[1] = chosen[0].clone();
            }
            if choices.below(3) == 0 {
                chosen[2] = chosen[1].clone();
            }
            if let Ok(answer) = evaluate(&expr, &in_scope(&chosen)) {
                taken += 1;
                told(form, &expr, &chosen, &answer);
            }
        }
        assert!(taken > 3, "{form} took only {taken}");
    }
}

#[test]
fn no_expression_contradicts_later_what_it_said_of_unknowns() {
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    each_form(|form, expr, values, later| {
        for at in 0..values.len() {
            for unknown in forgotten(&values[at]) {
                let goes_through = ["for ", "*", "..."].iter().any(|word| form.contains(word));
                if goes_through && is_vague(&unknown) {
                    continue;
                }
                let mut changed = values.to_vec();
                changed[at] = unknown;
                let verdict = match evaluate(expr, &in_scope(&changed)) {
                    Ok(earlier) => fulfils(&earlier, later),
                    Err(faults) => Err(format!("{:?}, but later {later:?}", faults.0[0].detail)),
                };
                if let Err(why) = verdict {
                    wrong
                        .entry(form.to_owned())
                        .or_insert_with(|| format!("{form} of {changed:?}: {why}"));
                }
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn no_expression_loses_a_mark() {
    // Whether it fails is all that `can` tells; `try` and a conditional pass over what they do not take.
    let passes_over = |form: &str| {
        form.contains("can(") || form.contains("try(") || form.contains('?') || form.contains("%{if")
    };
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    each_form(|form, expr, values, later| {
        for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
            let used = form
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == name);
            if passes_over(form) || !used {
                continue;
            }
            let mut changed = values.to_vec();
            changed[at] = changed[at].clone().mark(Marks::SENSITIVE);
            let answer = evaluate(expr, &in_scope(&changed));
            // Of nothing, nothing is made.
            let nothing = form.contains("for ")
                && at > 0
                && later
                    .length()
                    .as_number()
                    .is_some_and(|n| n.to_usize() == Some(0));
            // An index or key leaves behind what it does not take.
            let left = answer
                .as_ref()
                .is_ok_and(|answer| answer.clone().unmark_deep().0 == *later)
                && ["[a, b][c]", "{x = a}[b]", "[for x in a : x][0]", "keys(a)[0]"].contains(&form);
            if !answer.is_ok_and(|answer| answer.has_mark_deep(Marks::SENSITIVE)) && !left && !nothing {
                wrong
                    .entry(form.to_owned())
                    .or_insert_with(|| format!("{form} of {changed:?}, {name}"));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}

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
