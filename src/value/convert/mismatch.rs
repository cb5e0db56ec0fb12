//! Saying why one type does not convert to another.

use crate::value::Type;
use crate::value::convert::conversion_exists;

/// Why no value of one type converts to the other, as a reason without a full stop: `string required`,
/// `attribute "x" is required`, `element 0: string required`.
pub fn mismatch(got: &Type, want: &Type) -> String {
    match (got, want) {
        (Type::Object(_), Type::Object(_)) => objects(got, want),
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => {
            "all list elements must have the same type".to_owned()
        }
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => {
            "all set elements must have the same type".to_owned()
        }
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => {
            "all map elements must have the same type".to_owned()
        }
        (Type::Tuple(elements), Type::List(want) | Type::Set(want)) => {
            let bad = elements
                .iter()
                .enumerate()
                .find(|(_, got)| !conversion_exists(got, want));
            match bad {
                Some((at, got)) => format!("element {at}: {}", mismatch(got, want)),
                None => format!("all elements must be {}", want.constraint_name()),
            }
        }
        (Type::Object(object), Type::Map(want)) => {
            let bad = object
                .attributes
                .iter()
                .find(|(_, got)| !conversion_exists(got, want));
            match bad {
                Some((name, got)) => format!("element {name:?}: {}", mismatch(got, want)),
                None => format!("all elements must be {}", want.constraint_name()),
            }
        }
        (Type::List(got) | Type::Set(got), Type::List(want)) => {
            format!("incorrect list element type: {}", mismatch(got, want))
        }
        (Type::List(got) | Type::Set(got), Type::Set(want)) => {
            format!("incorrect set element type: {}", mismatch(got, want))
        }
        (Type::Map(got), Type::Map(want)) => {
            format!("incorrect map element type: {}", mismatch(got, want))
        }
        _ => format!("{} required", want.constraint_name()),
    }
}

fn objects(got: &Type, want: &Type) -> String {
    let (Type::Object(got), Type::Object(want)) = (got, want) else {
        return "incorrect object attributes".to_owned();
    };
    let missing: Vec<String> = want
        .attributes
        .keys()
        .filter(|name| !got.attributes.contains_key(*name) && !want.optional.contains(*name))
        .map(|name| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one} is required"),
        [one, two] => return format!("attributes {one} and {two} are required"),
        [first @ .., last] => return format!("attributes {}, and {last} are required", first.join(", ")),
    }
    let bad = want.attributes.iter().find_map(|(name, want)| {
        let got = got.attributes.get(name)?;
        (!conversion_exists(got, want)).then(|| format!("attribute {name:?}: {}", mismatch(got, want)))
    });
    bad.unwrap_or_else(|| "incorrect object attributes".to_owned())
}
