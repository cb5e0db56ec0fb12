//! Visiting and rebuilding whole values.

use std::sync::Arc;

use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Kind, Members, Number, Path, PathStep, Type, Value};

impl Value {
    /// Visits the value and everything in it, parents first. `visit` tells whether to go on below.
    pub fn walk(&self, visit: &mut impl FnMut(&Path, &Value) -> bool) {
        walk(self, &mut Path::root(), visit);
    }

    /// Where the first infinite number in it is, if one is.
    pub fn infinite(&self) -> Option<Path> {
        let mut found = None;
        self.walk(&mut |path, part| {
            if found.is_none() && part.as_number().is_some_and(Number::is_infinite) {
                found = Some(path.clone());
            }
            found.is_none()
        });
        found
    }

    /// Rebuilds the value from its parts: `change` is called with every part, children first, and then with
    /// the container made of the results, which has its marks again. Where changed elements no longer share a
    /// type, a list or set becomes a tuple and a map an object, unless a common type exists.
    ///
    /// # Errors
    /// The first error of `change`.
    pub fn transform<E>(
        &self,
        change: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
    ) -> Result<Value, E> {
        transform(self, &mut Path::root(), change)
    }
}

fn walk(value: &Value, path: &mut Path, visit: &mut impl FnMut(&Path, &Value) -> bool) {
    if !visit(path, value) {
        return;
    }
    for (step, child) in steps(value) {
        path.push(step);
        walk(child, path, visit);
        path.pop();
    }
}

/// The children of a value with the steps to them.
pub(in crate::value) fn steps(value: &Value) -> impl Iterator<Item = (PathStep, &Value)> {
    let is_set = matches!(value.kind(), Kind::Set(..));
    let is_object = matches!(value.kind(), Kind::Object(_));
    let items = value.items().unwrap_or_default().iter().enumerate();
    let items = items.map(move |(at, item)| {
        let step = if is_set {
            PathStep::element(item.clone())
        } else {
            PathStep::int(at)
        };
        (step, item)
    });
    let members = value.members().into_iter().flatten();
    let members = members.map(move |(key, member)| {
        let key = Arc::clone(key);
        let step = if is_object {
            PathStep::attr(key)
        } else {
            PathStep::key(key)
        };
        (step, member)
    });
    items.chain(members)
}

fn transform<E>(
    value: &Value,
    path: &mut Path,
    change: &mut impl FnMut(&Path, Value) -> Result<Value, E>,
) -> Result<Value, E> {
    if !value.can_iterate() {
        return change(path, value.clone());
    }
    let mut changed = Vec::new();
    for (step, child) in steps(value) {
        path.push(step);
        let child = transform(child, path, change);
        path.pop();
        changed.push(child?);
    }
    let rebuilt = match value.kind() {
        Kind::List(element, _) => match common(element, changed) {
            Ok((element, items)) => Value::list(element, items),
            Err(items) => Value::tuple(items),
        },
        Kind::Set(element, _) => match common(element, changed) {
            Ok((element, items)) => Value::set(element, items),
            Err(items) => Value::tuple(items),
        },
        Kind::Map(element, members) => match common(element, changed) {
            Ok((element, items)) => Value::map(element, rejoin(members, items)),
            Err(items) => Value::object_members(rejoin(members, items)),
        },
        Kind::Object(members) => Value::object_members(rejoin(members, changed)),
        _ => Value::tuple(changed),
    };
    change(path, rebuilt.mark(value.marks()))
}

fn rejoin(members: &Members, values: Vec<Value>) -> Members {
    members.keys().cloned().zip(values).collect()
}

/// The elements brought to one type, or unchanged if there is none.
fn common(element: &Type, values: Vec<Value>) -> Result<(Type, Vec<Value>), Vec<Value>> {
    if values.iter().all(|value| value.type_equals(element)) {
        return Ok((element.clone(), values));
    }
    // Nulls and unknowns of no type take the type of the others.
    let mut types: Vec<Type> = values.iter().map(Value::ty).collect();
    if types.iter().any(|ty| *ty != Type::Dynamic) {
        types.retain(|ty| *ty != Type::Dynamic);
    }
    let Some(ty) = unify(&types) else {
        return Err(values);
    };
    let converted: Result<Vec<Value>, _> = values.iter().map(|value| convert(value, &ty)).collect();
    match converted {
        Ok(converted) if converted.iter().all(|value| value.type_equals(&ty)) => Ok((ty, converted)),
        _ => Err(values),
    }
}
