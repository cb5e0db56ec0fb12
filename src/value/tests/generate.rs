//! Generated types and values for the laws.

use std::sync::Arc;

use proptest::prelude::*;

use crate::value::equal::could_conform;
use crate::value::{Marks, Number, ObjectType, Refinement, Type, Value, convert};

/// Any type of moderate depth; objects may have optional attributes if `optional`.
pub fn any_type(optional: bool) -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Bool),
        Just(Type::Number),
        Just(Type::String),
        Just(Type::Dynamic),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let attributes = prop::collection::btree_map("[abc]".prop_map(Arc::from), inner.clone(), 0..3);
        let names =
            prop::collection::btree_set("[abc]".prop_map(|name| -> Arc<str> { Arc::from(name) }), 0..3);
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner, 0..3).prop_map(Type::tuple),
            (attributes, names).prop_map(move |(attributes, names)| {
                let present = names
                    .into_iter()
                    .filter(|name| optional && attributes.contains_key(name));
                let optional = present.collect();
                Type::Object(Arc::new(ObjectType { attributes, optional }))
            }),
        ]
    })
}

/// Any known number, of any of the three usual precisions.
pub fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-5..5_i64).prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        (-1e6..1e6_f64).prop_map(|double| Number::from_f64(double).unwrap()),
        "-?[0-9]{1,20}\\.[0-9]{1,20}".prop_map(|text| Number::parse(&text).unwrap()),
    ]
}

fn any_marks() -> impl Strategy<Value = Marks> {
    prop_oneof![
        8 => Just(Marks::NONE),
        1 => Just(Marks::SENSITIVE),
        1 => Just(Marks::EPHEMERAL),
    ]
}

fn any_unknown() -> impl Strategy<Value = Value> {
    prop_oneof![
        any_type(false).prop_map(Value::unknown),
        Just(Value::unknown_refined(
            Type::String,
            Refinement::not_null().with_prefix("a-")
        )),
        (0..3_i64, 3..5_i64).prop_map(|(min, max)| {
            let range = Refinement::not_null().with_range(Some(min.into()), Some(max.into()));
            Value::unknown_refined(Type::Number, range)
        }),
        (0..2_usize, 2..4_usize, any_type(false)).prop_map(|(min, max, ty)| {
            let range = Refinement::not_null().with_length(min, Some(max));
            Value::unknown_refined(Type::list(ty), range)
        }),
    ]
}

/// Any value; with unknowns and marks if so wished.
pub fn any_value(unknowns: bool, marks: bool) -> BoxedStrategy<Value> {
    let known = prop_oneof![
        any::<bool>().prop_map(Value::bool),
        any_number().prop_map(Value::number),
        "[ab1é<\u{301}\"]{0,3}".prop_map(Value::string),
        prop_oneof![Just("true"), Just("1"), Just("-2.5"), Just("a-b")].prop_map(Value::string),
        Just(Value::dynamic_null()),
        any_type(false).prop_map(Value::null),
    ];
    let leaf = if unknowns {
        prop_oneof![5 => known, 1 => any_unknown()].boxed()
    } else {
        known.boxed()
    };
    let any = leaf.prop_recursive(3, 20, 4, move |inner| {
        let inner = (inner, any_marks())
            .prop_map(move |(value, mark)| if marks { value.mark(mark) } else { value })
            .boxed();
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::tuple),
            prop::collection::vec((inner.clone(), inner.clone()), 0..3).prop_map(|pairs| Value::tuple(
                pairs.into_iter().flat_map(|(a, b)| [a.clone(), b, a]).collect()
            )),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(|members| Value::object(
                members.into_iter().map(|(name, value)| (Arc::from(name), value))
            )),
        ]
        .prop_flat_map(|value: Value| {
            (Just(value), 0..4_u8).prop_map(|(value, shape)| {
                let ty = match shape {
                    0 => Type::list(Type::Dynamic),
                    1 => Type::set(Type::Dynamic),
                    2 => Type::map(Type::Dynamic),
                    _ => Type::Dynamic,
                };
                convert(&value, &ty).unwrap_or(value)
            })
        })
    });
    (any, any_marks())
        .prop_map(move |(value, mark)| if marks { value.mark(mark) } else { value })
        .boxed()
}

/// The value with its parts replaced by unknowns of the same type wherever `choose` says so; now and then the
/// unknown is refined by what is true of the value.
pub fn forget(value: &Value, choose: &mut impl FnMut() -> u8) -> Value {
    let forgotten = value
        .transform(&mut |_, part: Value| {
            let own = part.marks();
            let unknown = match choose() % 6 {
                0 => Value::unknown(part.ty()),
                1 if !part.is_null() && part.is_known() => refined(&part),
                2 => Value::dynamic_unknown(),
                _ => return Ok::<_, ()>(part),
            };
            Ok(unknown.mark(own))
        })
        .unwrap();
    // Parts that no longer share a type make an object of a map, which can never become the map again.
    if could_conform(&forgotten.ty(), &value.ty()) {
        forgotten
    } else {
        value.clone()
    }
}

fn refined(value: &Value) -> Value {
    let mut refinement = Refinement::not_null();
    if let Some(text) = value.as_str() {
        refinement = refinement.with_prefix(text);
    }
    if let Some(number) = value.as_number() {
        let bound = |number: Number, step: i64| number.add(&Number::from(step)).unwrap().with_precision(53);
        let (min, max) = (bound(number.floor(), -1), bound(number.ceil(), 1));
        if min < *number && *number < max {
            refinement = refinement.with_range(Some(min), Some(max));
        }
    }
    if value.ty().is_collection() && value.is_wholly_known() {
        let length = value.length().as_number().unwrap().to_usize().unwrap();
        refinement = refinement.with_length(length.saturating_sub(1), Some(length + 1));
    }
    Value::unknown_refined(value.ty(), refinement)
}
