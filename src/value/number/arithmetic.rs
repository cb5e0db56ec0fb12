//! Arithmetic on numbers.
//!
//! Results are rounded to nearest even at the larger precision of the operands; a product keeps the bits it
//! needs. Nothing here makes a NaN: operations without an answer are errors.

use std::cmp::Ordering;
use std::sync::Arc;

use num_bigint::{BigUint, Sign};
use num_traits::Zero;

use super::{Float, NotANumber, Number, Repr, int_bits};

impl Number {
    /// The same magnitude with the other sign.
    #[must_use]
    pub fn neg(&self) -> Number {
        let repr = match &self.repr {
            Repr::NegativeZero => Repr::Int(0),
            Repr::Int(0) => Repr::NegativeZero,
            Repr::Int(int) => Repr::Int(-*int),
            Repr::Float(float) => Repr::Float(Arc::new(Float {
                negative: !float.negative,
                mantissa: float.mantissa.clone(),
                exponent: float.exponent,
            })),
            Repr::Infinite { negative } => Repr::Infinite { negative: !negative },
        };
        Number {
            repr,
            precision: self.precision,
        }
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Number {
        if self.is_sign_negative() {
            self.neg()
        } else {
            self.clone()
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// Infinities of opposite sign.
    pub fn add(&self, other: &Number) -> Result<Number, NotANumber> {
        self.add_at(other, self.precision.max(other.precision))
    }

    fn add_at(&self, other: &Number, precision: u32) -> Result<Number, NotANumber> {
        if let (Repr::Int(a), Repr::Int(b)) = (&self.repr, &other.repr)
            && let Some(sum) = a.checked_add(*b)
            && sum != i64::MIN
            && int_bits(sum) <= precision
        {
            return Ok(Number {
                repr: Repr::Int(sum),
                precision,
            });
        }
        match (&self.repr, &other.repr) {
            (Repr::Infinite { negative: a }, Repr::Infinite { negative: b }) if a != b => Err(NotANumber),
            (Repr::Infinite { .. }, _) | (_, Repr::NegativeZero) => Ok(self.with_precision(precision)),
            (_, Repr::Infinite { .. }) | (Repr::NegativeZero, _) => Ok(other.with_precision(precision)),
            _ => {
                let (mut a, mut b) = (self.parts(), other.parts());
                let exponent = a.exponent.min(b.exponent);
                a.lower_to(exponent);
                b.lower_to(exponent);
                let sum = a.signed() + b.signed();
                let negative = sum.sign() == Sign::Minus;
                Ok(Number::round(
                    negative,
                    sum.into_parts().1,
                    exponent,
                    false,
                    precision,
                ))
            }
        }
    }

    /// The difference.
    ///
    /// # Errors
    /// Infinities of the same sign.
    pub fn sub(&self, other: &Number) -> Result<Number, NotANumber> {
        self.add(&other.neg())
    }

    /// The product. It has at least the bits it needs to be exact, up to 512.
    ///
    /// # Errors
    /// Zero times infinity.
    pub fn mul(&self, other: &Number) -> Result<Number, NotANumber> {
        let precision = self.precision.max(other.precision);
        if let (Repr::Int(a), Repr::Int(b)) = (&self.repr, &other.repr)
            && let Some(product) = a.checked_mul(*b)
            && product != 0
            && product != i64::MIN
        {
            let needed = int_bits(product) - product.trailing_zeros();
            return Ok(Number {
                repr: Repr::Int(product),
                precision: precision.max(needed),
            });
        }
        let product = self.mul_at(other, Number::TEXT_PRECISION)?;
        Ok(product.with_precision(precision.max(product.needed_bits())))
    }

    pub(super) fn mul_at(&self, other: &Number, precision: u32) -> Result<Number, NotANumber> {
        let negative = self.is_sign_negative() != other.is_sign_negative();
        if self.is_infinite() || other.is_infinite() {
            if self.is_zero() || other.is_zero() {
                return Err(NotANumber);
            }
            let repr = Repr::Infinite { negative };
            return Ok(Number { repr, precision });
        }
        let (a, b) = (self.parts(), other.parts());
        let mantissa = a.mantissa * b.mantissa;
        Ok(Number::round(
            negative,
            mantissa,
            a.exponent + b.exponent,
            false,
            precision,
        ))
    }

    /// The quotient. A finite number divided by zero is infinite.
    ///
    /// # Errors
    /// Zero divided by zero, and infinity divided by infinity.
    pub fn div(&self, other: &Number) -> Result<Number, NotANumber> {
        self.div_at(other, self.precision.max(other.precision))
    }

    pub(super) fn div_at(&self, other: &Number, precision: u32) -> Result<Number, NotANumber> {
        let negative = self.is_sign_negative() != other.is_sign_negative();
        if let (Repr::Int(a), Repr::Int(b)) = (&self.repr, &other.repr)
            && *a != 0
            && a.checked_rem(*b) == Some(0)
            && int_bits(a / b) <= precision
        {
            return Ok(Number {
                repr: Repr::Int(a / b),
                precision,
            });
        }
        match (
            self.is_infinite() || other.is_zero(),
            other.is_infinite() || self.is_zero(),
        ) {
            (true, true) => Err(NotANumber),
            (true, false) => Ok(Number {
                repr: Repr::Infinite { negative },
                precision,
            }),
            (false, true) => Ok(Number::round(negative, BigUint::zero(), 0, false, precision)),
            (false, false) => {
                let (a, b) = (self.parts(), other.parts());
                let wanted = u64::from(precision) + 2 + b.mantissa.bits();
                let shift = wanted.saturating_sub(a.mantissa.bits());
                let (quotient, rest) = num_integer::Integer::div_rem(&(a.mantissa << shift), &b.mantissa);
                let exponent = (a.exponent - b.exponent).saturating_sub_unsigned(shift);
                Ok(Number::round(
                    negative,
                    quotient,
                    exponent,
                    !rest.is_zero(),
                    precision,
                ))
            }
        }
    }

    /// The remainder of division towards zero. A remainder by zero is the number itself.
    ///
    /// # Errors
    /// Zero with an infinity.
    pub fn modulo(&self, other: &Number) -> Result<Number, NotANumber> {
        if self.is_infinite() || other.is_infinite() {
            return self.mul(other);
        }
        if other.is_zero() {
            return Ok(self.clone());
        }
        if let (Repr::Int(a), Repr::Int(b)) = (&self.repr, &other.repr)
            && (self.precision.max(other.precision) >= 126 || int_bits(*a).max(int_bits(*b)) < 31)
            && int_bits(*a) <= self.precision
            && let Some(rest) = a.checked_rem(*b)
        {
            return Ok(Number {
                repr: Repr::Int(rest),
                precision: self.precision,
            });
        }
        let whole = self.div(other)?.trunc().with_precision(self.precision);
        let multiple = other.mul_at(&whole, self.precision)?;
        self.add_at(&multiple.neg(), self.precision)
    }

    /// The nearest integer towards zero, at the same precision.
    #[must_use]
    pub fn trunc(&self) -> Number {
        match &self.repr {
            Repr::Float(float) if float.exponent < 0 => {
                let mantissa = &float.mantissa >> float.exponent.unsigned_abs();
                let negative = float.negative && !mantissa.is_zero();
                Number::round(negative, mantissa, 0, false, self.precision)
            }
            _ => self.clone(),
        }
    }

    /// The nearest integer that is not greater, at the same precision.
    #[must_use]
    pub fn floor(&self) -> Number {
        self.trunc_and_step(Ordering::Less, -1)
    }

    /// The nearest integer that is not less, at the same precision.
    #[must_use]
    pub fn ceil(&self) -> Number {
        self.trunc_and_step(Ordering::Greater, 1)
    }

    fn trunc_and_step(&self, when: Ordering, step: i64) -> Number {
        let whole = self.trunc();
        if self.is_integer() || self.is_infinite() || self.sign() != when {
            return whole;
        }
        whole.add_at(&Number::from(step), self.precision).unwrap_or(whole)
    }
}
