use proptest::prelude::*;

use super::generate::{any_number, any_type, any_value, forget};
use crate::value::{
    Marks, Number, OpError, Path, Type, Value, conversion_exists, convert, fulfils, json, set_order, unify,
};

type Operator = fn(&Value, &Value) -> Result<Value, OpError>;

const OPERATORS: &[(&str, Operator)] = &[
    ("+", Value::add),
    ("-", Value::sub),
    ("*", Value::mul),
    ("/", Value::div),
    ("%", Value::modulo),
    ("<", Value::less),
    (">", Value::greater),
    ("<=", Value::less_eq),
    (">=", Value::greater_eq),
    ("&&", Value::and),
    ("||", Value::or),
    ("==", |a, b| Ok(a.equals(b))),
    ("!=", |a, b| Ok(a.not_equals(b))),
];

fn chooser(choices: Vec<u8>) -> impl FnMut() -> u8 {
    let mut at = 0;
    move || {
        at += 1;
        choices[at % choices.len()]
    }
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..12)
}

/// Operands that operators take, besides any others.
fn operand() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => any_number().prop_map(Value::number),
        2 => any::<bool>().prop_map(Value::bool),
        1 => any_value(false, false),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conversion_is_idempotent_and_gives_the_type(value in any_value(true, true), ty in any_type(true)) {
        if let Ok(once) = convert(&value, &ty) {
            prop_assert!(conversion_exists(&value.ty(), &ty));
            if !ty.has_dynamic() {
                prop_assert_eq!(once.ty(), ty.without_optional());
            }
            let twice = convert(&once, &ty);
            prop_assert_eq!(twice.as_ref(), Ok(&once));
        }
    }

    #[test]
    fn conversion_keeps_marks(value in any_value(true, true), ty in any_type(false)) {
        if let Ok(converted) = convert(&value, &ty) {
            prop_assert!(converted.marks().contains(value.marks()));
            // Attributes that an object type leaves out take their marks with them.
            if !matches!(ty, Type::Object(_)) && value.ty().is_collection() {
                let unmarked = convert(&value.clone().unmark_deep().0, &ty).unwrap();
                let same = unmarked == converted.unmark_deep().0;
                prop_assert!(same);
            }
        }
    }

    #[test]
    fn conversion_of_an_unknown_never_contradicts_that_of_what_it_becomes(
        value in any_value(false, false), ty in any_type(true), choices in choices(),
    ) {
        let unknown = forget(&value, &mut chooser(choices));
        // A common type is chosen at once, in the hope that unknowns of no type will fit it.
        prop_assume!(!ty.has_dynamic() || !unknown.ty().has_dynamic());
        match (convert(&unknown, &ty), convert(&value, &ty)) {
            (Ok(earlier), Ok(later)) => {
                let verdict = fulfils(&earlier, &later);
                prop_assert!(verdict.is_ok(), "{verdict:?}");
            }
            (Err(error), Ok(later)) if !unknown.ty().has_dynamic() => {
                prop_assert!(false, "{error}, but later {later:?}");
            }
            _ => {}
        }
    }

    #[test]
    fn every_type_converts_to_the_unified_one(types in prop::collection::vec(any_type(false), 1..4)) {
        if let Some(unified) = unify(&types) {
            for ty in &types {
                prop_assert!(conversion_exists(ty, &unified), "{ty} to {unified}");
            }
        }
    }

    #[test]
    fn unification_ignores_repetition(types in prop::collection::vec(any_type(false), 1..4)) {
        let twice: Vec<Type> = types.iter().chain(&types).cloned().collect();
        prop_assert_eq!(unify(&types), unify(&twice));
    }

    #[test]
    fn equality_is_symmetric_and_reflexive(a in any_value(true, true), b in any_value(true, true)) {
        let (left, right) = (a.equals(&b), b.equals(&a));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(left.marks(), a.deep_marks() | b.deep_marks());
        if a.is_wholly_known() && !a.ty().has_dynamic() {
            prop_assert_eq!(a.equals(&a).as_bool(), Some(true));
        }
        prop_assert!(a == a.clone());
        prop_assert_eq!(a == b, b == a);
    }

    #[test]
    fn operators_keep_all_marks(a in operand(), b in operand(), own in 0..4_u8) {
        let mark = |bits: u8| match bits {
            1 => Marks::SENSITIVE,
            2 => Marks::EPHEMERAL,
            3 => Marks::SENSITIVE | Marks::EPHEMERAL,
            _ => Marks::NONE,
        };
        let (a, b) = (a.mark(mark(own)), b.mark(mark(3 - own)));
        for (name, operate) in OPERATORS {
            if let Ok(result) = operate(&a, &b) {
                prop_assert_eq!(result.marks(), a.deep_marks() | b.deep_marks(), "{}", name);
            }
        }
        for result in [a.not(), a.neg()].into_iter().flatten() {
            prop_assert_eq!(result.marks(), a.marks());
        }
        prop_assert_eq!(a.length().marks(), a.marks());
    }

    #[test]
    fn operators_on_unknowns_never_contradict_what_comes_later(
        a in operand(), b in operand(), left in choices(), right in choices(),
    ) {
        let unknown_a = forget(&a, &mut chooser(left));
        let unknown_b = forget(&b, &mut chooser(right));
        for (name, operate) in OPERATORS {
            match (operate(&unknown_a, &unknown_b), operate(&a, &b)) {
                (Ok(earlier), Ok(later)) => {
                    let verdict = fulfils(&earlier, &later);
                    prop_assert!(verdict.is_ok(), "{unknown_a:?} {name} {unknown_b:?}: {verdict:?}");
                }
                (Err(error), Ok(_)) => prop_assert!(false, "{unknown_a:?} {name} {unknown_b:?}: {error}"),
                _ => {}
            }
        }
        for (earlier, later) in [(unknown_a.neg(), a.neg()), (unknown_a.not(), a.not())] {
            if let (Ok(earlier), Ok(later)) = (earlier, later) {
                let verdict = fulfils(&earlier, &later);
                prop_assert!(verdict.is_ok(), "{verdict:?}");
            }
        }
    }

    #[test]
    fn equality_of_unknowns_never_contradicts_what_comes_later(
        a in any_value(false, false), b in any_value(false, false), alike in any::<bool>(),
        left in choices(), right in choices(),
    ) {
        let b = if alike { a.clone() } else { b };
        let earlier = forget(&a, &mut chooser(left)).equals(&forget(&b, &mut chooser(right)));
        let later = a.equals(&b);
        if let (Some(earlier), Some(later)) = (earlier.as_bool(), later.as_bool()) {
            prop_assert_eq!(earlier, later);
        }
    }

    #[test]
    fn lengths_of_unknowns_never_contradict_what_comes_later(
        value in any_value(false, false), choices in choices(),
    ) {
        if value.can_iterate() {
            let verdict = fulfils(&forget(&value, &mut chooser(choices)).length(), &value.length());
            prop_assert!(verdict.is_ok(), "{verdict:?}");
        }
    }

    #[test]
    fn parts_of_unknowns_never_contradict_what_comes_later(
        value in any_value(false, false), choices in choices(), key in 0..4_usize,
    ) {
        let unknown = forget(&value, &mut chooser(choices));
        let keys = [Value::int(0), Value::int(1), Value::string("a"), Value::string("b")];
        let key = &keys[key];
        match (unknown.index(key), value.index(key)) {
            (Ok(earlier), Ok(later)) => {
                let verdict = fulfils(&earlier, &later);
                prop_assert!(verdict.is_ok(), "{verdict:?}");
            }
            (Err(error), Ok(_)) => prop_assert!(false, "{unknown:?}[{key:?}]: {error}"),
            _ => {}
        }
        if let (Ok(earlier), Ok(later)) = (unknown.has_index(key), value.has_index(key)) {
            let verdict = fulfils(&earlier, &later);
            prop_assert!(verdict.is_ok(), "{verdict:?}");
        }
    }

    #[test]
    fn has_index_tells_whether_index_answers(value in any_value(true, true), key in 0..4_usize) {
        let keys = [Value::int(0), Value::int(2), Value::string("a"), Value::string("c")];
        let key = &keys[key];
        if let Ok(has) = value.has_index(key) {
            match has.as_bool() {
                Some(has) => prop_assert_eq!(has, value.index(key).is_ok()),
                None => prop_assert!(value.index(key).is_ok()),
            }
        }
    }

    #[test]
    fn typed_json_gives_the_value_back(value in any_value(false, false), wrapped in any::<bool>()) {
        let ty = if wrapped { Type::Dynamic } else { value.ty() };
        let text = json::encode(&value, &ty).unwrap();
        let back = json::decode(&text, &ty).unwrap();
        prop_assert_eq!(&back, &value, "{}", text);
        prop_assert_eq!(json::encode(&back, &ty).unwrap(), text);
    }

    #[test]
    fn plain_json_gives_back_what_converts_to_the_value(value in any_value(false, false)) {
        let text = json::to_json_string(&value).unwrap();
        let implied = json::parse_implied(&text).unwrap();
        prop_assert_eq!(json::to_json_string(&implied).unwrap(), text.clone());
        let raw = json::to_raw(&value).unwrap();
        prop_assert_eq!(raw.get(), &text);
        let pretty = json::to_json_pretty(&value).unwrap();
        let same = json::parse_implied(&pretty).unwrap() == implied;
        prop_assert!(same);
    }

    #[test]
    fn types_come_back_from_json(ty in any_type(true)) {
        prop_assert_eq!(json::decode_type(&json::encode_type(&ty)), Ok(ty));
    }

    #[test]
    fn marks_come_back_to_their_paths(value in any_value(true, true)) {
        let (bare, marks) = value.clone().unmark_deep_paths();
        prop_assert!(!bare.has_marks_deep());
        prop_assert_eq!(marks.iter().fold(Marks::NONE, |all, (_, own)| all | *own), value.deep_marks());
        prop_assert_eq!(bare.mark_paths(&marks), value);
    }

    #[test]
    fn transforming_by_nothing_changes_nothing(value in any_value(true, true)) {
        let same = value.transform(&mut |_, part| Ok::<_, ()>(part)).unwrap();
        prop_assert_eq!(same, value);
    }

    #[test]
    fn every_walked_path_leads_to_its_part(value in any_value(true, false)) {
        let mut parts: Vec<(Path, Value)> = Vec::new();
        value.walk(&mut |path, part| {
            parts.push((path.clone(), part.clone()));
            true
        });
        for (path, part) in parts {
            let found = value.get_path(&path);
            prop_assert_eq!(found.as_ref(), Ok(&part), "{}", path);
        }
    }

    #[test]
    fn set_order_is_total_and_sets_are_arranged_by_it(
        a in any_value(true, false), b in any_value(true, false), c in any_value(true, false),
    ) {
        prop_assert_eq!(set_order(&a, &b), set_order(&b, &a).reverse());
        if set_order(&a, &b).is_le() && set_order(&b, &c).is_le() {
            prop_assert!(set_order(&a, &c).is_le());
        }
    }

    #[test]
    fn sets_ignore_order_and_repetition(numbers in prop::collection::vec(any_number(), 0..8)) {
        let values: Vec<Value> = numbers.into_iter().map(Value::number).collect();
        let set = Value::set(Type::Number, values.clone());
        let reversed: Vec<Value> = values.iter().rev().chain(&values).cloned().collect();
        prop_assert_eq!(&set, &Value::set(Type::Number, reversed));
        let items = set.items().unwrap();
        prop_assert!(items.windows(2).all(|pair| set_order(&pair[0], &pair[1]).is_le()));
    }

    #[test]
    fn debug_output_never_shows_a_secret(value in any_value(true, true)) {
        let secret = Value::string("hunter2").mark(Marks::SENSITIVE);
        let debug = format!("{:?}", Value::tuple(vec![value, secret.clone(), Value::tuple(vec![secret])]));
        prop_assert!(!debug.contains("hunter2"));
    }

    #[test]
    fn json_reading_never_panics(text in "[\\[\\]{}\",:0-9a-z\\\\ .eE+-]{0,40}") {
        if let Ok(value) = json::parse_implied(&text) {
            let round = json::to_json_string(&value);
            prop_assert!(round.is_ok());
        }
    }
}

#[test]
fn numbers_that_only_differ_in_precision_are_one_element_of_a_set() {
    let double = Value::number(Number::from_f64(0.1).unwrap());
    let text = Value::number(Number::parse("0.1").unwrap());
    let set = Value::set(Type::Number, vec![double, text]);
    assert_eq!(set.items().unwrap().len(), 1);
}
