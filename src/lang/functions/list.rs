//! Functions of lists and tuples.
//!
//! A tuple stays a tuple where the function can tell each element's type, and becomes a list where it cannot.

use crate::value::convert::convert;
use crate::value::unify::unify;
use crate::value::{Kind, Marks, Refinement, Type, Value};

use super::Answer;
use super::args::{Args, failed, strings};
use super::numeric::whole;

fn unknown(ty: &Type) -> Value {
    Value::unknown(ty.clone()).refine_not_null()
}

pub(super) fn concat_type(args: &Args<'_>) -> Answer<Type> {
    let types: Vec<Type> = args.values.iter().map(Value::ty).collect();
    if types.is_empty() {
        return failed("it takes at least one argument");
    }
    if types.iter().all(|ty| matches!(ty, Type::List(_)))
        && let Some(common) = unify(&types)
    {
        return Ok(common);
    }
    let mut elements = Vec::new();
    for (at, (value, ty)) in args.values.iter().zip(&types).enumerate() {
        match ty {
            Type::Tuple(types) => elements.extend(types.iter().cloned()),
            Type::List(element) => match value.items() {
                Some(items) => elements.extend(items.iter().map(|_| (**element).clone())),
                None => return Ok(Type::Dynamic),
            },
            Type::Dynamic => return Ok(Type::Dynamic),
            other => {
                return args.fault(
                    at,
                    format!("a list or a tuple is required, not {}", other.friendly_name()),
                );
            }
        }
    }
    Ok(Type::tuple(elements))
}

pub(super) fn concat(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let mut all = Vec::new();
    let mut marks = Marks::NONE;
    for (at, value) in args.values.iter().enumerate() {
        marks |= value.marks();
        if matches!(ty, Type::List(_)) {
            match convert(value, ty) {
                Ok(list) => all.extend(list.items().unwrap_or_default().iter().cloned()),
                Err(fault) => return args.fault(at, fault.to_string()),
            }
        } else {
            all.extend(value.items().unwrap_or_default().iter().cloned());
        }
    }
    let result = match ty {
        Type::List(element) => Value::list((**element).clone(), all),
        _ => Value::tuple(all),
    };
    Ok(result.mark(marks))
}

pub(super) fn flatten_type(args: &Args<'_>) -> Answer<Type> {
    let value = args.get(0)?;
    if !value.is_wholly_known() {
        return Ok(Type::Dynamic);
    }
    match value.ty() {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => {}
        other => {
            return failed(format!(
                "a list, set or tuple is required, not {}",
                other.friendly_name()
            ));
        }
    }
    let mut flat = Vec::new();
    flatten_into(value, &mut flat, &mut Marks::NONE.clone());
    Ok(Type::tuple(flat.iter().map(Value::ty)))
}

pub(super) fn flatten(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let value = args.get(0)?;
    let mut flat = Vec::new();
    let mut marks = Marks::NONE;
    let known = flatten_into(value, &mut flat, &mut marks);
    let result = if known {
        Value::tuple(flat)
    } else {
        Value::unknown(ty.clone())
    };
    Ok(result.mark(marks))
}

/// False when something may yet turn out to be a list.
fn flatten_into(value: &Value, flat: &mut Vec<Value>, marks: &mut Marks) -> bool {
    *marks |= value.marks();
    let mut known = value.length().is_known();
    for item in value.items().unwrap_or_default() {
        match item.kind() {
            Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => {
                known &= flatten_into(item, flat, marks);
            }
            Kind::Unknown(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_), _) => {
                *marks |= item.marks();
                known = false;
            }
            _ => flat.push(item.clone()),
        }
    }
    known
}

pub(super) fn element_type(args: &Args<'_>) -> Answer<Type> {
    let ty = args.ty(0);
    match &ty {
        Type::List(element) => Ok((**element).clone()),
        Type::Tuple(types) => {
            if !args.get(1)?.is_known() {
                return Ok(Type::Dynamic);
            }
            let at = wrapped(args, types.len())?;
            Ok(types.get(at).cloned().unwrap_or(Type::Dynamic))
        }
        Type::Dynamic => Ok(Type::Dynamic),
        other => failed(format!(
            "a list or a tuple is required, not {}",
            other.friendly_name()
        )),
    }
}

/// The index, wrapped around either end. A tuple has no element before its first.
fn wrapped(args: &Args<'_>, length: usize) -> Answer<usize> {
    let at = whole(args, 1, "the index")?;
    let Some(wrapped) = at.checked_rem_euclid(i64::try_from(length).unwrap_or(i64::MAX)) else {
        return failed("an empty list has no elements");
    };
    if at < 0 && wrapped != 0 && matches!(args.ty(0), Type::Tuple(_)) {
        return args.fault(
            1,
            "the index of a tuple must not be negative; tolist() makes a list of it",
        );
    }
    Ok(usize::try_from(wrapped).unwrap_or_default())
}

pub(super) fn element(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let (list, index) = (args.get(0)?, args.get(1)?);
    let marks = list.marks() | index.marks();
    let answer = match (list.items(), index.is_known()) {
        (Some(items), true) => items.get(wrapped(args, items.len())?).cloned(),
        _ => None,
    };
    Ok(answer.unwrap_or_else(|| Value::unknown(ty.clone())).mark(marks))
}

pub(super) fn index_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::List(_) | Type::Tuple(_) | Type::Dynamic => Ok(Type::Number),
        _ => failed("the first argument must be a list or a tuple"),
    }
}

pub(super) fn index(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let items = args.items(0);
    if items.is_empty() {
        return failed("an empty list has no elements");
    }
    for (at, item) in items.iter().enumerate() {
        match item.equals(args.get(1)?).as_bool() {
            Some(true) => return Ok(Value::int(i64::try_from(at).unwrap_or(i64::MAX))),
            Some(false) => {}
            None => return Ok(unknown(ty)),
        }
    }
    failed("no element is equal to the given value")
}

pub(super) fn slice_type(args: &Args<'_>) -> Answer<Type> {
    let ty = args.ty(0);
    match &ty {
        Type::List(_) => Ok(ty),
        Type::Tuple(types) => {
            if !args.get(1)?.is_known() || !args.get(2)?.is_known() {
                return Ok(Type::Dynamic);
            }
            let (start, end) = bounds(args, Some(types.len()))?;
            Ok(Type::tuple(
                types.get(start..end).unwrap_or_default().iter().cloned(),
            ))
        }
        Type::Dynamic => Ok(Type::Dynamic),
        Type::Set(_) => args.fault(
            0,
            "elements of a set have no position; convert it with tolist() if their order does not matter",
        ),
        other => args.fault(
            0,
            format!("a list or a tuple is required, not {}", other.friendly_name()),
        ),
    }
}

fn bounds(args: &Args<'_>, length: Option<usize>) -> Answer<(usize, usize)> {
    let start = whole(args, 1, "the start index")?;
    let end = whole(args, 2, "the end index")?;
    let Ok(start) = usize::try_from(start) else {
        return args.fault(1, "the start index must not be below zero");
    };
    let end = usize::try_from(end).unwrap_or(0);
    if start > end {
        return args.fault(1, "the start index must not be greater than the end index");
    }
    if length.is_some_and(|length| end > length) {
        return args.fault(2, "the end index must not be greater than the length of the list");
    }
    Ok((start, end))
}

pub(super) fn slice(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let list = args.get(0)?;
    let items = args.items(0);
    let (start, end) = bounds(args, Some(items.len()))?;
    let part = items.get(start..end).unwrap_or_default().to_vec();
    let result = match ty {
        Type::List(element) => Value::list((**element).clone(), part),
        _ => Value::tuple(part),
    };
    Ok(result.mark(list.marks()))
}

pub(super) fn reverse_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::List(element) | Type::Set(element) => Ok(Type::list((*element).clone())),
        Type::Tuple(types) => Ok(Type::tuple(types.iter().rev().cloned())),
        Type::Dynamic => Ok(Type::Dynamic),
        other => args.fault(
            0,
            format!("a list or a tuple is required, not {}", other.friendly_name()),
        ),
    }
}

pub(super) fn reverse(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let turned: Vec<Value> = args.items(0).iter().rev().cloned().collect();
    let result = match ty {
        Type::List(element) => Value::list((**element).clone(), turned),
        _ => Value::tuple(turned),
    };
    Ok(result.mark(args.get(0)?.marks()))
}

pub(super) fn sort(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let items = args.items(0);
    if !args.get(0)?.is_wholly_known() {
        let length = Refinement::not_null().with_length(items.len(), Some(items.len()));
        return Ok(Value::unknown_refined(ty.clone(), length));
    }
    let mut texts = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        match item.as_arc_str() {
            Some(text) => texts.push(std::sync::Arc::clone(text)),
            None => return failed(format!("element {at} is null, and null has no place in an order")),
        }
    }
    texts.sort();
    Ok(Value::list(
        Type::String,
        texts.into_iter().map(Value::string_arc).collect(),
    ))
}

pub(super) fn list_type(args: &Args<'_>) -> Answer<Type> {
    Ok(args.ty(0))
}

pub(super) fn distinct(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    if !args.get(0)?.is_wholly_known() {
        return Ok(unknown(ty));
    }
    let mut seen = super::set::Elements::default();
    let kept = args
        .items(0)
        .iter()
        .filter(|item| seen.insert(item))
        .cloned()
        .collect();
    Ok(Value::list(ty.element().cloned().unwrap_or(Type::Dynamic), kept))
}

pub(super) fn compact(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    if !args.get(0)?.is_wholly_known() {
        return Ok(unknown(ty));
    }
    let kept = args.items(0).iter().filter_map(Value::as_str);
    Ok(strings(kept.filter(|text| !text.is_empty())))
}

pub(super) fn chunklist_type(args: &Args<'_>) -> Answer<Type> {
    Ok(Type::list(args.ty(0)))
}

pub(super) fn chunklist(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let items = args.items(0);
    let Ok(size) = usize::try_from(whole(args, 1, "the size")?) else {
        return args.fault(1, "the size must not be negative");
    };
    let ty = args.ty(0);
    let element = ty.element().cloned().unwrap_or(Type::Dynamic);
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items
        .chunks(size)
        .map(|chunk| Value::list(element.clone(), chunk.to_vec()))
        .collect();
    Ok(Value::list(ty, chunks).mark(args.get(0)?.marks()))
}

pub(super) fn matchkeys_type(args: &Args<'_>) -> Answer<Type> {
    match unify(&[args.ty(1), args.ty(2)]) {
        Some(_) => Ok(args.ty(0)),
        None => failed("the keys and the searchset must have one common type"),
    }
}

pub(super) fn matchkeys(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let element = ty.element().cloned().unwrap_or(Type::Dynamic);
    let Some(common) = unify(&[args.ty(1), args.ty(2)]) else {
        return failed("the keys and the searchset must have one common type");
    };
    let as_common = |at: usize| match convert(args.get(at)?, &common) {
        Ok(list) => Ok(list),
        Err(fault) => args.fault(at, fault.to_string()),
    };
    let (keys, wanted) = (as_common(1)?, as_common(2)?);
    let (values, keys_of) = (args.items(0), keys.items().unwrap_or_default());
    if values.len() != keys_of.len() {
        return failed("there must be as many keys as values");
    }
    if !keys.is_wholly_known() || !wanted.is_wholly_known() {
        return Ok(unknown(ty));
    }
    let mut set = super::set::Elements::default();
    for item in wanted.items().unwrap_or_default() {
        set.insert(item);
    }
    let kept = values
        .iter()
        .zip(keys_of)
        .filter(|(_, key)| set.has(key))
        .map(|(value, _)| value.clone())
        .collect();
    Ok(Value::list(element, kept))
}

pub(super) fn coalescelist_type(args: &Args<'_>) -> Answer<Type> {
    let mut common: Option<Type> = None;
    for value in args.values {
        if !value.is_known() {
            return Ok(Type::Dynamic);
        }
        let ty = value.ty();
        if !matches!(ty, Type::List(_) | Type::Tuple(_)) {
            return failed("all arguments must be lists or tuples");
        }
        common = Some(match common {
            Some(common) if common != ty => Type::Dynamic,
            _ => ty,
        });
    }
    match common {
        Some(ty) => Ok(ty),
        None => failed("it takes at least one argument"),
    }
}

pub(super) fn coalescelist(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    for value in args.values {
        match value.items() {
            None if value.is_null() => {}
            None => return Ok(Value::unknown(ty.clone()).mark(value.marks())),
            Some([]) => {}
            Some(_) => return Ok(value.clone()),
        }
    }
    failed("every argument is null or empty")
}
