//! Type constraints: `list(object({name = string, port = optional(number, 80)}))`.
//!
//! It reads an expression as a type, never as a value. Constants behind `optional` are evaluated without any
//! name in scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::syntax::ast::{Call, Expr, ExprKind, ObjectKey};
use crate::syntax::traverse::keyword;
use crate::value::convert::convert;
use crate::value::{ObjectType, Type};

use super::codes;
use super::defaults::Defaults;
use super::eval::evaluate;
use super::scope::NamesScope;

/// A type that values are converted to, and the defaults of its optional attributes.
#[derive(Clone, Debug)]
pub struct TypeConstraint {
    /// The type; optional attributes are noted in it.
    pub ty: Type,
    /// What optional attributes are when they are left out.
    pub defaults: Defaults,
}

impl TypeConstraint {
    /// Any type, without defaults.
    pub fn any() -> TypeConstraint {
        TypeConstraint::plain(Type::Dynamic)
    }

    fn plain(ty: Type) -> TypeConstraint {
        TypeConstraint {
            ty,
            defaults: Defaults::None,
        }
    }
}

impl Default for TypeConstraint {
    fn default() -> TypeConstraint {
        TypeConstraint::any()
    }
}

const NAMES: [&str; 9] = [
    "string", "number", "bool", "any", "list", "set", "map", "tuple", "object",
];

/// Reads a type constraint.
pub fn parse_type(expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    match &expr.kind {
        ExprKind::Parens(inner) => parse_type(inner),
        ExprKind::Call(call) => constructor(call, expr),
        _ => match keyword(expr) {
            Some("string") => Ok(TypeConstraint::plain(Type::String)),
            Some("number") => Ok(TypeConstraint::plain(Type::Number)),
            Some("bool") => Ok(TypeConstraint::plain(Type::Bool)),
            Some("any") => Ok(TypeConstraint::any()),
            Some(name @ ("list" | "set" | "map")) => Err(fault(
                expr,
                format!("The type \"{name}\" needs the type of its elements: {name}(string), for example."),
            )),
            Some("tuple") => Err(fault(
                expr,
                "The type \"tuple\" needs the types of its elements: tuple([string, number]), for example."
                    .to_owned(),
            )),
            Some("object") => Err(fault(
                expr,
                "The type \"object\" needs its attributes: object({name = string}), for example.".to_owned(),
            )),
            Some(name) => Err(fault(
                expr,
                format!("There is no type \"{name}\".{}", did_you_mean(name, NAMES)),
            )),
            None => Err(fault(
                expr,
                "A type is a keyword such as string, or a constructor such as list(string).".to_owned(),
            )),
        },
    }
}

fn fault(expr: &Expr, detail: String) -> Diagnostics {
    Diagnostic::error(&codes::TYPE_CONSTRAINT, detail)
        .at(expr.span)
        .into()
}

fn constructor(call: &Call, expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    let name = &*call.name.name;
    let only = match call.args.as_slice() {
        [only] if !call.expand_final => Some(only),
        _ => None,
    };
    let element = |make: fn(Type) -> Type| {
        let Some(only) = only else {
            return Err(fault(
                expr,
                format!("The type \"{name}\" takes one argument: the type of its elements."),
            ));
        };
        let element = parse_type(only)?;
        Ok(TypeConstraint {
            ty: make(element.ty),
            defaults: Defaults::element(element.defaults),
        })
    };
    match name {
        "list" => element(Type::list),
        "set" => element(Type::set),
        "map" => element(Type::map),
        "tuple" => match only.map(|only| &only.kind) {
            Some(ExprKind::Tuple(items)) => tuple(items),
            _ => Err(fault(
                expr,
                "The type \"tuple\" takes a list of types in brackets: tuple([string, number]).".to_owned(),
            )),
        },
        "object" => match only {
            Some(only) => object(only),
            None => Err(fault(
                expr,
                "The type \"object\" takes its attributes in braces: object({name = string}).".to_owned(),
            )),
        },
        "optional" => Err(fault(
            expr,
            "\"optional\" is for attributes of an object type alone.".to_owned(),
        )),
        "string" | "number" | "bool" | "any" => {
            Err(fault(expr, format!("The type \"{name}\" takes no arguments.")))
        }
        other => Err(fault(
            expr,
            format!("There is no type \"{other}\".{}", did_you_mean(other, NAMES)),
        )),
    }
}

fn tuple(items: &[Expr]) -> Result<TypeConstraint, Diagnostics> {
    let mut faults = Diagnostics::new();
    let parts: Vec<TypeConstraint> = items
        .iter()
        .filter_map(|item| faults.take_all(parse_type(item)))
        .collect();
    if faults.has_errors() {
        return Err(faults);
    }
    let (types, defaults): (Vec<Type>, Vec<Defaults>) =
        parts.into_iter().map(|part| (part.ty, part.defaults)).unzip();
    Ok(TypeConstraint {
        ty: Type::tuple(types),
        defaults: Defaults::tuple(defaults),
    })
}

fn object(expr: &Expr) -> Result<TypeConstraint, Diagnostics> {
    let ExprKind::Object(items) = &expr.kind else {
        return Err(fault(
            expr,
            "The type \"object\" takes its attributes in braces: object({name = string}).".to_owned(),
        ));
    };
    let mut faults = Diagnostics::new();
    let mut attributes = BTreeMap::new();
    let mut optional = BTreeSet::new();
    let mut values = BTreeMap::new();
    let mut children = BTreeMap::new();
    for item in items {
        let name = match &item.key {
            ObjectKey::Ident(name) => Some(Arc::clone(&name.name)),
            ObjectKey::Expr(key) => match &key.kind {
                ExprKind::String(name) => Some(Arc::clone(name)),
                _ => keyword(key).map(Arc::from),
            },
            ObjectKey::Ambiguous(_) => None,
        };
        let Some(name) = name else {
            faults.extend(fault(
                &item.value,
                "An attribute of an object type has a plain name.".to_owned(),
            ));
            continue;
        };
        if attributes.contains_key(&name) {
            faults.extend(fault(
                &item.value,
                format!("The attribute \"{name}\" is there twice."),
            ));
            continue;
        }
        let (ty, default) = match optional_parts(&item.value, &mut faults) {
            Some((ty, default)) => {
                optional.insert(Arc::clone(&name));
                (ty, default)
            }
            None => (&item.value, None),
        };
        let Some(part) = faults.take_all(parse_type(ty)) else {
            continue;
        };
        if let Some(default) = default {
            let value = faults.take_all(constant(default, &part));
            values.extend(value.map(|value| (Arc::clone(&name), value)));
        }
        attributes.insert(Arc::clone(&name), part.ty);
        if part.defaults.is_some() {
            children.insert(name, part.defaults);
        }
    }
    if faults.has_errors() {
        return Err(faults);
    }
    Ok(TypeConstraint {
        ty: Type::Object(Arc::new(ObjectType { attributes, optional })),
        defaults: Defaults::object(values, children),
    })
}

/// Type and default of `optional(type, default)`.
fn optional_parts<'e>(expr: &'e Expr, faults: &mut Diagnostics) -> Option<(&'e Expr, Option<&'e Expr>)> {
    let ExprKind::Call(call) = &expr.kind else {
        return None;
    };
    if &*call.name.name != "optional" {
        return None;
    }
    match call.args.as_slice() {
        [ty] => Some((ty, None)),
        [ty, default] => Some((ty, Some(default))),
        _ => {
            faults.extend(fault(
                expr,
                "\"optional\" takes a type, and a default if there is one.".to_owned(),
            ));
            call.args.first().map(|ty| (ty, None))
        }
    }
}

fn constant(expr: &Expr, part: &TypeConstraint) -> Result<crate::value::Value, Diagnostics> {
    let value = evaluate(expr, &NamesScope::empty())?;
    // Defaults inside the attribute's own type apply to the default as well.
    let value = part.defaults.apply(&value);
    convert(&value, &part.ty).map_err(|reason| {
        Diagnostic::error(
            &codes::OPTIONAL_DEFAULT,
            format!("The default does not convert to the type of its attribute: {reason}."),
        )
        .at(expr.span)
        .into()
    })
}
