//! The law of unknowns: what an expression answers while a name in it is unknown is never contradicted by what it
//! answers once the name is known, and it does not fail where it will have an answer.
//!
//! The first byte chooses the name and what is known of it; the rest is the expression.
#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use swarmform::lang::{NamesScope, NoFiles, evaluate};
use swarmform::source::FileId;
use swarmform::syntax::parse_expression;
use swarmform::value::{Refinement, Type, Value, convert, fulfils};

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Ok(expr) = parse_expression(text, FileId(0), 0) else {
        return;
    };
    let names = names();
    let Ok(later) = evaluate(&expr, &NamesScope::new(names.clone(), &NoFiles)) else {
        return;
    };
    let mut before = names.clone();
    let (name, value) = names.iter().nth(usize::from(*choice / 3) % names.len()).expect("there are names");
    // Elements of a set are gone through as if each were another and in its place: the one exception.
    let goes_through = ["for", "*", "...", "reverse"].iter().any(|word| text.contains(word));
    if goes_through && (text.contains("set") || &**name == "u") {
        return;
    }
    before.insert(Arc::clone(name), forget(value, choice % 3));
    match evaluate(&expr, &NamesScope::new(before, &NoFiles)) {
        Ok(earlier) => {
            if let Err(why) = fulfils(&earlier, &later) {
                panic!("{text} without {name} ({}): {why}", choice % 3);
            }
        }
        Err(faults) => panic!("{text} without {name} ({}): {faults:?}, but later {later:?}", choice % 3),
    }
});

/// A value of each kind, by a name of one letter.
fn names() -> BTreeMap<Arc<str>, Value> {
    let words = Value::tuple(vec![Value::string("a"), Value::string("b"), Value::string("a")]);
    let of = |ty: Type| convert(&words, &ty).expect("words convert");
    let object = Value::object([("a", Value::string("x")), ("b", Value::int(2))]);
    let map = Value::map_from(Type::String, [("a", Value::string("b")), ("b", Value::string("a"))]);
    let objects = Value::tuple(vec![object.clone(), object.clone()]);
    [
        ("b", Value::bool(true)),
        ("l", of(Type::list(Type::String))),
        ("m", map),
        ("n", Value::int(2)),
        ("o", object),
        ("p", objects),
        ("s", Value::string("a-b")),
        ("t", words.clone()),
        ("u", of(Type::set(Type::String))),
    ]
    .map(|(name, value)| (Arc::from(name), value))
    .into()
}

/// The value while nothing but its type is known, while it is known not to be null and where it lies, or while its
/// elements are not known.
fn forget(value: &Value, how: u8) -> Value {
    let ty = value.ty();
    let elements: Vec<Value> =
        value.items().unwrap_or_default().iter().map(|item| Value::unknown(item.ty()).refine_not_null()).collect();
    match (how, &ty) {
        (0, _) => Value::unknown(ty),
        (1, Type::List(element)) => Value::list((**element).clone(), elements),
        (1, Type::Set(element)) => Value::set((**element).clone(), elements),
        (1, Type::Tuple(_)) => Value::tuple(elements),
        (1, Type::String) => Value::unknown_refined(ty, Refinement::not_null().with_prefix("a-")),
        (1, Type::Number) => {
            let range = Refinement::not_null().with_range(Some(1_i64.into()), Some(3_i64.into()));
            Value::unknown_refined(ty, range)
        }
        _ => Value::unknown(ty).refine_not_null(),
    }
}
