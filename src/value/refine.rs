//! Refinements: what is known of an unknown value.
//!
//! An unknown of a known type may be known to be not null, to start with some text, to lie between bounds, or
//! to have a length between bounds. A refinement only ever narrows; the value that comes later must lie
//! within it. This file does not compute refinements of results (that is `ops` and `convert`).

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use crate::value::construct::normalize;
use crate::value::{Kind, Number, Type, Value};

/// What is known of an unknown value. The default knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// If a string: it starts with this, in normalization form C. Empty: nothing known.
    pub prefix: Option<Arc<str>>,
    /// If a number: its lower bound.
    pub min: Option<Bound>,
    /// If a number: its upper bound.
    pub max: Option<Bound>,
    /// If a list, set or map: its least length.
    pub min_length: usize,
    /// If a list, set or map: its greatest length.
    pub max_length: Option<usize>,
}

/// One end of a range of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The bound.
    pub number: Number,
    /// Whether the bound itself is in the range.
    pub inclusive: bool,
}

impl Refinement {
    /// Known not to be null, and no more.
    pub fn not_null() -> Refinement {
        Refinement {
            not_null: true,
            ..Refinement::default()
        }
    }

    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        *self == Refinement::default()
    }

    /// A not-null string that starts with `prefix`. Text that follows may change the last character of the
    /// prefix (an accent that combines with it), so it is shortened to what is certain.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Refinement {
        let safe = safe_prefix(prefix);
        self.prefix = (!safe.is_empty()).then(|| Arc::from(safe));
        self
    }

    /// Within these inclusive bounds.
    #[must_use]
    pub fn with_range(mut self, min: Option<Number>, max: Option<Number>) -> Refinement {
        let bound = |number: Number| {
            (!number.is_infinite()).then_some(Bound {
                number,
                inclusive: true,
            })
        };
        self.min = min.and_then(bound);
        self.max = max.and_then(bound);
        self
    }

    /// With a length within these inclusive bounds.
    #[must_use]
    pub fn with_length(mut self, min: usize, max: Option<usize>) -> Refinement {
        self.min_length = min;
        self.max_length = max;
        self
    }

    /// What is known of a value: of an unknown its refinement, of anything known what could be said of it if it
    /// were unknown.
    pub fn of(value: &Value) -> Refinement {
        let mut refinement = match value.kind() {
            Kind::Unknown(_, refinement) => return (**refinement).clone(),
            Kind::Null(_) => return Refinement::default(),
            _ => Refinement::not_null(),
        };
        if let Some(text) = value.as_arc_str() {
            refinement.prefix = Some(Arc::clone(text));
        }
        if let Some(number) = value.as_number() {
            refinement = refinement.with_range(Some(number.clone()), Some(number.clone()));
        }
        if value.kind_is_collection() {
            let (least, most) = value.length_bounds();
            refinement = refinement.with_length(least, most);
        }
        refinement
    }

    /// What is known of a value that is one of two: what both refinements say.
    #[must_use]
    pub fn either(&self, other: &Refinement) -> Refinement {
        let outer = |a: &Option<Bound>, b: &Option<Bound>, wider: fn(&Number, &Number) -> bool| match (a, b) {
            (Some(a), Some(b)) if wider(&a.number, &b.number) => Some(a.clone()),
            (Some(a), Some(b)) if a.number == b.number => Some(Bound {
                number: a.number.clone(),
                inclusive: a.inclusive || b.inclusive,
            }),
            (Some(_), Some(b)) => Some(b.clone()),
            _ => None,
        };
        let prefix = match (&self.prefix, &other.prefix) {
            (Some(a), Some(b)) => Some(Arc::from(common_prefix(a, b))),
            _ => None,
        };
        Refinement {
            not_null: self.not_null && other.not_null,
            prefix: prefix.filter(|prefix: &Arc<str>| !prefix.is_empty()),
            min: outer(&self.min, &other.min, |a, b| a < b),
            max: outer(&self.max, &other.max, |a, b| a > b),
            min_length: self.min_length.min(other.min_length),
            max_length: self.max_length.zip(other.max_length).map(|(a, b)| a.max(b)),
        }
    }

    /// Only what makes sense for the type.
    fn for_type(mut self, ty: &Type) -> Refinement {
        if *ty != Type::String {
            self.prefix = None;
        }
        if *ty != Type::Number {
            self.min = None;
            self.max = None;
        }
        if !ty.is_collection() {
            self.min_length = 0;
            self.max_length = None;
        }
        if *ty == Type::Dynamic {
            self.not_null = false;
        }
        self.prefix = self.prefix.filter(|prefix| !prefix.is_empty());
        self
    }

    /// Whether a known, unmarked value may be what this becomes.
    pub(in crate::value) fn allows(&self, value: &Value) -> bool {
        if value.is_null() {
            return !self.not_null;
        }
        if let (Some(prefix), Some(text)) = (&self.prefix, value.as_str())
            && !text.starts_with(&**prefix)
        {
            return false;
        }
        if let Some(number) = value.as_number() {
            let above = self
                .min
                .as_ref()
                .is_none_or(|min| number > &min.number || (min.inclusive && number.same(&min.number)));
            let below = self
                .max
                .as_ref()
                .is_none_or(|max| number < &max.number || (max.inclusive && number.same(&max.number)));
            if !above || !below {
                return false;
            }
        }
        if value.kind_is_collection() {
            let (least, most) = value.length_bounds();
            if most.is_some_and(|most| most < self.min_length)
                || self.max_length.is_some_and(|max| least > max)
            {
                return false;
            }
        }
        true
    }
}

impl Value {
    /// An unknown of a type of which something is known. If only one value is possible, that value.
    pub fn unknown_refined(ty: Type, refinement: Refinement) -> Value {
        let refinement = refinement.for_type(&ty);
        if refinement.not_null
            && let Some(known) = only_value(&ty, &refinement)
        {
            return known;
        }
        Value::from_kind(Kind::Unknown(ty, Arc::new(refinement)))
    }

    /// The refinement of an unknown; for anything known `None`.
    pub fn refinement(&self) -> Option<&Refinement> {
        match self.kind() {
            Kind::Unknown(_, refinement) => Some(refinement),
            _ => None,
        }
    }

    /// Narrows an unknown by what else is known of it; a known value stays as it is.
    #[must_use]
    pub fn refine(&self, narrow: impl FnOnce(Refinement) -> Refinement) -> Value {
        let Kind::Unknown(ty, refinement) = self.kind() else {
            return self.clone();
        };
        Value::unknown_refined(ty.clone(), narrow((**refinement).clone())).mark(self.marks())
    }

    /// Narrows an unknown to be not null; a known value stays as it is.
    #[must_use]
    pub fn refine_not_null(&self) -> Value {
        self.refine(|refinement| Refinement {
            not_null: true,
            ..refinement
        })
    }

    /// Whether it is certainly not null, though perhaps unknown.
    pub fn is_not_null(&self) -> bool {
        match self.kind() {
            Kind::Unknown(_, refinement) => refinement.not_null,
            Kind::Null(_) => false,
            _ => true,
        }
    }

    /// The text it certainly starts with; for a known string the whole of it.
    pub fn known_prefix(&self) -> Option<&str> {
        match self.kind() {
            Kind::Unknown(_, refinement) => refinement.prefix.as_deref(),
            _ => self.as_str(),
        }
    }
}

fn common_prefix<'a>(a: &'a str, b: &str) -> &'a str {
    let pairs = a.chars().zip(b.chars());
    let length: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    a.get(..length).unwrap_or_default()
}

/// The single value that a not-null refinement leaves, if there is only one shape left.
fn only_value(ty: &Type, refinement: &Refinement) -> Option<Value> {
    if let (Some(min), Some(max)) = (&refinement.min, &refinement.max)
        && min.inclusive
        && max.inclusive
        && min.number.same(&max.number)
    {
        return Some(Value::number(min.number.clone()));
    }
    let element = ty.element()?;
    let length = refinement
        .max_length
        .filter(|max| *max == refinement.min_length)?;
    match ty {
        Type::List(_) => {
            let elements = vec![Value::unknown(element.clone()); length];
            Some(Value::list(element.clone(), elements))
        }
        Type::Set(_) if length <= 1 => {
            let elements = vec![Value::unknown(element.clone()); length];
            Some(Value::set(element.clone(), elements))
        }
        Type::Map(_) if length == 0 => Some(Value::map(element.clone(), Default::default())),
        _ => None,
    }
}

/// The part of a prefix that no following text can change: without its last grapheme cluster, unless that is
/// a punctuation mark which combines with nothing.
pub fn safe_prefix(prefix: &str) -> String {
    const FIRM: &str = "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'";
    let mut prefix = normalize(prefix).into_owned();
    let last = prefix
        .grapheme_indices(true)
        .next_back()
        .map(|(at, cluster)| (at, cluster.to_owned()));
    if let Some((at, cluster)) = last {
        let mut chars = cluster.chars();
        let firm = chars.next().is_some_and(|first| FIRM.contains(first)) && chars.next().is_none();
        if !firm {
            prefix.truncate(at);
        }
    }
    prefix
}
