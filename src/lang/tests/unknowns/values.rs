//! Values of every kind to try the laws on, and what could be known of each before.

use super::*;

/// A sequence of choices that is the same every time.
pub(super) struct Choices(pub(super) u64);

impl Choices {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }

    pub(super) fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

pub(super) fn texts() -> Vec<Value> {
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

pub(super) fn numbers() -> Vec<Value> {
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

pub(super) fn bools() -> Vec<Value> {
    vec![Value::bool(true), Value::bool(false)]
}

pub(super) fn sequences() -> Vec<Value> {
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

pub(super) fn mappings() -> Vec<Value> {
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

pub(super) fn anything() -> Vec<Value> {
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

pub(super) fn pool(want: Want) -> Vec<Value> {
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
pub(super) fn forgotten(value: &Value) -> Vec<Value> {
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
pub(super) fn is_vague(value: &Value) -> bool {
    matches!(value.kind(), Kind::Set(..)) && !value.is_wholly_known()
}
