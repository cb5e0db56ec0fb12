//! Functions of sets.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Marks, Type, Value, set_order};

use super::Answer;
use super::args::{Args, failed};

/// Values told apart as the elements of a set are.
#[derive(Default)]
pub(super) struct Elements(BTreeSet<Element>);

struct Element(Value);

impl PartialEq for Element {
    fn eq(&self, other: &Element) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Element {}

impl PartialOrd for Element {
    fn partial_cmp(&self, other: &Element) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Element {
    fn cmp(&self, other: &Element) -> Ordering {
        set_order(&self.0, &other.0)
    }
}

impl Elements {
    /// Whether it was not there yet.
    pub fn insert(&mut self, value: &Value) -> bool {
        self.0.insert(Element(value.clone()))
    }

    /// Whether it is there.
    pub fn has(&self, value: &Value) -> bool {
        self.0.contains(&Element(value.clone()))
    }
}

pub(super) fn common_type(args: &Args<'_>) -> Answer<Type> {
    let mut types = Vec::new();
    for value in args.values {
        let element = value.ty().element().cloned().unwrap_or(Type::Dynamic);
        // An empty set of no type in particular goes with any other.
        if element == Type::Dynamic && value.items().is_some_and(<[Value]>::is_empty) {
            continue;
        }
        types.push(element);
    }
    if types.is_empty() {
        return Ok(Type::set(Type::Dynamic));
    }
    match unify(&types) {
        Some(element) => Ok(Type::set(element)),
        None => failed("the elements of all sets must have one common type"),
    }
}

/// All sets, converted to the common type.
fn all(args: &Args<'_>, ty: &Type) -> Answer<Vec<Value>> {
    let mut sets = Vec::with_capacity(args.len());
    for (at, value) in args.values.iter().enumerate() {
        match convert(value, ty) {
            Ok(set) => sets.push(set),
            Err(fault) => return args.fault(at, fault.to_string()),
        }
    }
    Ok(sets)
}

fn finish(ty: &Type, elements: Vec<Value>) -> Value {
    Value::set(ty.element().cloned().unwrap_or(Type::Dynamic), elements)
}

pub(super) fn union(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let sets = all(args, ty)?;
    let elements = sets.iter().filter_map(Value::items).flatten().cloned();
    Ok(finish(ty, elements.collect()))
}

pub(super) fn intersection(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    combine(args, ty, |value, others| others.iter().all(|set| set.has(value)))
}

pub(super) fn subtract(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    combine(args, ty, |value, others| !others.iter().any(|set| set.has(value)))
}

/// The elements of the first set that a rule keeps, in view of the other sets.
fn combine(args: &Args<'_>, ty: &Type, keep: impl Fn(&Value, &[Elements]) -> bool) -> Answer<Value> {
    let sets = all(args, ty)?;
    if sets.iter().any(|set| !set.is_wholly_known()) {
        return Ok(Value::unknown(ty.clone()).refine_not_null());
    }
    let Some((first, rest)) = sets.split_first() else {
        return Ok(finish(ty, Vec::new()));
    };
    let others: Vec<Elements> = rest
        .iter()
        .map(|set| {
            let mut elements = Elements::default();
            for item in set.items().unwrap_or_default() {
                elements.insert(item);
            }
            elements
        })
        .collect();
    let kept = first.items().unwrap_or_default().iter();
    Ok(finish(
        ty,
        kept.filter(|value| keep(value, &others)).cloned().collect(),
    ))
}

pub(super) fn product_type(args: &Args<'_>) -> Answer<Type> {
    if args.len() < 2 {
        return failed("it takes at least two arguments");
    }
    let mut types = Vec::with_capacity(args.len());
    let mut ordered = false;
    for at in 0..args.len() {
        types.push(match args.ty(at) {
            Type::Set(element) => (*element).clone(),
            Type::List(element) => {
                ordered = true;
                (*element).clone()
            }
            Type::Tuple(elements) => {
                ordered = true;
                match unify(&elements) {
                    _ if elements.is_empty() => Type::Dynamic,
                    Some(element) => element,
                    None => return args.fault(at, "all elements must have one common type"),
                }
            }
            Type::Dynamic => return Ok(Type::Dynamic),
            _ => return args.fault(at, "a set or a list is required"),
        });
    }
    let element = Type::tuple(types);
    Ok(if ordered {
        Type::list(element)
    } else {
        Type::set(element)
    })
}

/// The most combinations that `setproduct` makes.
const PRODUCT: usize = 1 << 20;

pub(super) fn product(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let Some(Type::Tuple(types)) = ty.element().cloned() else {
        return Ok(Value::unknown(ty.clone()));
    };
    // How many elements a set has is not known before they are.
    if args.values.iter().any(|value| !value.length().is_known()) {
        let all = |marks: Marks, value: &Value| marks | value.deep_marks();
        let marks = args.values.iter().fold(Marks::NONE, all);
        return Ok(Value::unknown(ty.clone()).refine_not_null().mark(marks));
    }
    let mut marks = Marks::NONE;
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (at, value) in args.values.iter().enumerate() {
        marks |= value.marks();
        let element = types.get(at).unwrap_or(&Type::Dynamic);
        let mut column = Vec::new();
        for item in value.items().unwrap_or_default() {
            match convert(item, element) {
                Ok(item) => column.push(item),
                Err(fault) => return args.fault(at, fault.to_string()),
            }
        }
        if rows.len().saturating_mul(column.len()) > PRODUCT {
            return failed(format!("there would be more than {PRODUCT} combinations"));
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                column.iter().map(|item| {
                    let mut row = row.clone();
                    row.push(item.clone());
                    row
                })
            })
            .collect();
    }
    let rows = rows.into_iter().map(Value::tuple).collect();
    let element = Type::Tuple(types);
    let result = match ty {
        Type::Set(_) => Value::set(element, rows),
        _ => Value::list(element, rows),
    };
    Ok(result.mark(marks))
}
