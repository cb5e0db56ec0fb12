//! The operators: arithmetic, comparison, logic.
//!
//! Operands must have the operator's type already (`lang` converts them). Every result carries the marks of
//! both operands; a result of an unknown is an unknown that is narrowed by what is known of the operand, and
//! is known where nothing else is possible. Null is an error.

use crate::value::{Kind, Number, Refinement, Type, Value};

/// Why an operation has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// An operand is null.
    #[error("argument must not be null")]
    Null,
    /// An operand has the wrong type.
    #[error("{} required", .want.friendly_name())]
    Type {
        /// What the operator takes.
        want: Type,
        /// What it was given.
        have: Type,
    },
    /// Zero divided by zero, or infinity by infinity.
    #[error("can't divide zero by zero or infinity by infinity")]
    Indeterminate,
    /// Zero times infinity, or infinity minus infinity.
    #[error("can't compute with opposing infinities or with zero and infinity")]
    Infinities,
}

/// A checked operand.
enum Operand<T> {
    Known(T),
    Unknown,
}

fn operand<'a, T>(
    value: &'a Value,
    want: &Type,
    known: impl FnOnce(&'a Kind) -> Option<T>,
) -> Result<Operand<T>, OpError> {
    match value.kind() {
        Kind::Null(ty) if ty == want || *ty == Type::Dynamic => return Err(OpError::Null),
        Kind::Unknown(ty, _) if ty == want || *ty == Type::Dynamic => return Ok(Operand::Unknown),
        kind => {
            if let Some(known) = known(kind) {
                return Ok(Operand::Known(known));
            }
        }
    }
    Err(OpError::Type {
        want: want.clone(),
        have: value.ty(),
    })
}

fn number(value: &Value) -> Result<Operand<&Number>, OpError> {
    operand(value, &Type::Number, |kind| match kind {
        Kind::Number(number) => Some(number),
        _ => None,
    })
}

fn truth(value: &Value) -> Result<Operand<bool>, OpError> {
    operand(value, &Type::Bool, |kind| match kind {
        Kind::Bool(value) => Some(*value),
        _ => None,
    })
}

fn unknown_bool() -> Value {
    Value::unknown_refined(Type::Bool, Refinement::not_null())
}

/// The bounds of a number, known or not, as inclusive.
struct Range {
    min: Number,
    max: Number,
}

impl Range {
    fn of(value: &Value) -> Range {
        match value.kind() {
            Kind::Number(number) => Range {
                min: number.clone(),
                max: number.clone(),
            },
            Kind::Unknown(_, refinement) => {
                let min = refinement.min.as_ref().map(|bound| bound.number.clone());
                let max = refinement.max.as_ref().map(|bound| bound.number.clone());
                Range {
                    min: min.unwrap_or_else(|| Number::infinity(true)),
                    max: max.unwrap_or_else(|| Number::infinity(false)),
                }
            }
            _ => Range {
                min: Number::infinity(true),
                max: Number::infinity(false),
            },
        }
    }
}

impl Range {
    /// The same range with bounds that lose nothing in an operation, as far as that is possible.
    fn widened(&self) -> Range {
        Range {
            min: self
                .min
                .with_precision(Number::TEXT_PRECISION.max(self.min.precision())),
            max: self
                .max
                .with_precision(Number::TEXT_PRECISION.max(self.max.precision())),
        }
    }
}

/// An unknown number within the bounds that a monotone operation gives for the ends of its operands' ranges.
fn unknown_number(a: &Value, b: &Value, operate: impl Fn(&Number, &Number) -> Option<Number>) -> Value {
    let (a, b) = (Range::of(a).widened(), Range::of(b).widened());
    let corners = [
        operate(&a.min, &b.min),
        operate(&a.min, &b.max),
        operate(&a.max, &b.min),
        operate(&a.max, &b.max),
    ];
    let corners: Option<Vec<Number>> = corners.into_iter().collect();
    let corners = corners.unwrap_or_default();
    let range =
        Refinement::not_null().with_range(corners.iter().min().cloned(), corners.iter().max().cloned());
    Value::unknown_refined(Type::Number, range)
}

impl Value {
    /// The sum of two numbers.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn add(&self, other: &Value) -> Result<Value, OpError> {
        let sum = match (number(self)?, number(other)?) {
            (Operand::Known(a), Operand::Known(b)) => {
                Value::number(a.add(b).map_err(|_| OpError::Infinities)?)
            }
            _ => unknown_number(self, other, |a, b| a.add(b).ok()),
        };
        Ok(sum.mark(self.marks() | other.marks()))
    }

    /// The difference of two numbers.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn sub(&self, other: &Value) -> Result<Value, OpError> {
        let difference = match (number(self)?, number(other)?) {
            (Operand::Known(a), Operand::Known(b)) => {
                Value::number(a.sub(b).map_err(|_| OpError::Infinities)?)
            }
            _ => unknown_number(self, other, |a, b| a.sub(b).ok()),
        };
        Ok(difference.mark(self.marks() | other.marks()))
    }

    /// The product of two numbers.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn mul(&self, other: &Value) -> Result<Value, OpError> {
        let product = match (number(self)?, number(other)?) {
            (Operand::Known(a), Operand::Known(b)) => {
                Value::number(a.mul(b).map_err(|_| OpError::Infinities)?)
            }
            _ => unknown_number(self, other, |a, b| a.mul(b).ok()),
        };
        Ok(product.mark(self.marks() | other.marks()))
    }

    /// The quotient of two numbers; infinite if only the divisor is zero.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn div(&self, other: &Value) -> Result<Value, OpError> {
        self.number_op(other, Number::div, OpError::Indeterminate)
    }

    /// The remainder of a division towards zero; the number itself if the divisor is zero.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn modulo(&self, other: &Value) -> Result<Value, OpError> {
        self.number_op(other, Number::modulo, OpError::Infinities)
    }

    fn number_op(
        &self,
        other: &Value,
        operate: fn(&Number, &Number) -> Result<Number, crate::value::number::NotANumber>,
        error: OpError,
    ) -> Result<Value, OpError> {
        let result = match (number(self)?, number(other)?) {
            (Operand::Known(a), Operand::Known(b)) => Value::number(operate(a, b).map_err(|_| error)?),
            _ => Value::unknown_refined(Type::Number, Refinement::not_null()),
        };
        Ok(result.mark(self.marks() | other.marks()))
    }

    /// The number with the other sign.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn neg(&self) -> Result<Value, OpError> {
        let negative = match number(self)? {
            Operand::Known(number) => Value::number(number.neg()),
            Operand::Unknown => {
                let Range { min, max } = Range::of(self);
                let range = Refinement::not_null().with_range(Some(max.neg()), Some(min.neg()));
                Value::unknown_refined(Type::Number, range)
            }
        };
        Ok(negative.mark(self.marks()))
    }

    /// Whether one number is less than another.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn less(&self, other: &Value) -> Result<Value, OpError> {
        self.order(other, |a, b| a < b, |a, b| a.max < b.min, |a, b| a.min >= b.max)
    }

    /// Whether one number is greater than another.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn greater(&self, other: &Value) -> Result<Value, OpError> {
        other.less(self)
    }

    /// Whether one number is less than another or equal to it.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn less_eq(&self, other: &Value) -> Result<Value, OpError> {
        self.order(
            other,
            |a, b| a < b || a.same(b),
            |a, b| a.max <= b.min,
            |a, b| a.min > b.max && !a.min.same(&b.max),
        )
    }

    /// Whether one number is greater than another or equal to it.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn greater_eq(&self, other: &Value) -> Result<Value, OpError> {
        other.less_eq(self)
    }

    fn order(
        &self,
        other: &Value,
        exact: impl Fn(&Number, &Number) -> bool,
        certainly: impl Fn(&Range, &Range) -> bool,
        certainly_not: impl Fn(&Range, &Range) -> bool,
    ) -> Result<Value, OpError> {
        let answer = match (number(self)?, number(other)?) {
            (Operand::Known(a), Operand::Known(b)) => Value::bool(exact(a, b)),
            _ => {
                let (a, b) = (Range::of(self), Range::of(other));
                if certainly(&a, &b) {
                    Value::bool(true)
                } else if certainly_not(&a, &b) {
                    Value::bool(false)
                } else {
                    unknown_bool()
                }
            }
        };
        Ok(answer.mark(self.marks() | other.marks()))
    }

    /// The opposite of a bool.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn not(&self) -> Result<Value, OpError> {
        let answer = match truth(self)? {
            Operand::Known(value) => Value::bool(!value),
            Operand::Unknown => unknown_bool(),
        };
        Ok(answer.mark(self.marks()))
    }

    /// Whether both are true. False whatever an unknown becomes if the other is false; note that the `&&` of
    /// the language does not use that and is unknown if either operand is.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn and(&self, other: &Value) -> Result<Value, OpError> {
        let answer = match (truth(self)?, truth(other)?) {
            (Operand::Known(a), Operand::Known(b)) => Value::bool(a && b),
            (Operand::Known(false), _) | (_, Operand::Known(false)) => Value::bool(false),
            _ => unknown_bool(),
        };
        Ok(answer.mark(self.marks() | other.marks()))
    }

    /// Whether either is true. True whatever an unknown becomes if the other is true; note that the `||` of
    /// the language does not use that and is unknown if either operand is.
    ///
    /// # Errors
    /// See [`OpError`].
    pub fn or(&self, other: &Value) -> Result<Value, OpError> {
        let answer = match (truth(self)?, truth(other)?) {
            (Operand::Known(a), Operand::Known(b)) => Value::bool(a || b),
            (Operand::Known(true), _) | (_, Operand::Known(true)) => Value::bool(true),
            _ => unknown_bool(),
        };
        Ok(answer.mark(self.marks() | other.marks()))
    }
}
