//! Numbers: binary floating-point values of arbitrary precision.
//!
//! A [`Number`] is exactly what the language's users measure elsewhere: a sign, a mantissa, an exponent and a
//! precision of its own. Literals and strings have 512 bits, integers from lengths 64, numbers from a double
//! 53; the result of an operation has the larger precision of its operands, rounded to nearest even. That is
//! the behaviour of a Go `big.Float` with a fresh receiver, and `0.1 + 0.2` prints `0.3` because of it.
//!
//! There is no NaN: an operation that would make one is an error. Exponents are bounded
//! ([`Number::MAX_EXPONENT`]), so that no number can exhaust memory; beyond the bound a result is infinite or
//! zero and a text is refused. Reading is in `parse`, printing in `text`.

mod parse;
mod text;

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, ToPrimitive, Zero};

/// An operation without a numeric answer: `0/0`, `Inf/Inf`, `Inf-Inf` or `0*Inf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result is not a number")]
pub struct NotANumber;

/// A number. Cloning is cheap. `Eq`, `Ord` and `Hash` go by the exact value and ignore the precision; what the
/// language calls equal is [`Number::same`].
#[derive(Clone)]
pub struct Number {
    repr: Repr,
    precision: u32,
}

/// The value. Every value has exactly one representation, apart from the sign of zero.
#[derive(Clone)]
enum Repr {
    /// `-0`, which prints as such and is equal to zero.
    NegativeZero,
    /// An integer of magnitude below 2^63.
    Int(i64),
    /// Any other finite value.
    Float(Arc<Float>),
    /// Positive or negative infinity.
    Infinite { negative: bool },
}

/// `mantissa * 2^exponent`; the mantissa is odd.
#[derive(PartialEq, Eq, Hash)]
struct Float {
    negative: bool,
    mantissa: BigUint,
    exponent: i64,
}

impl Float {
    /// The exponent of the power of two just above the magnitude.
    fn top(&self) -> i64 {
        self.exponent.saturating_add_unsigned(self.mantissa.bits())
    }
}

/// A finite magnitude, taken apart for arithmetic.
struct Parts {
    negative: bool,
    mantissa: BigUint,
    exponent: i64,
}

impl Number {
    /// Precision in bits of literals and of numbers read from text.
    pub const TEXT_PRECISION: u32 = 512;
    /// Precision in bits of integers that come from counting.
    pub const INTEGER_PRECISION: u32 = 64;
    /// Precision in bits of numbers that come from double arithmetic.
    pub const DOUBLE_PRECISION: u32 = 53;
    /// Largest magnitude of a binary exponent: some 39,000 decimal digits.
    pub const MAX_EXPONENT: i64 = 1 << 17;

    /// Zero.
    pub fn zero() -> Number {
        Number::from(0_i64)
    }

    /// Positive or negative infinity.
    pub fn infinity(negative: bool) -> Number {
        Number {
            repr: Repr::Infinite { negative },
            precision: Number::INTEGER_PRECISION,
        }
    }

    /// The exact value of a double, at 53 bits; `None` for NaN.
    pub fn from_f64(double: f64) -> Option<Number> {
        if double.is_nan() {
            return None;
        }
        let negative = double.is_sign_negative();
        if double.is_infinite() {
            return Some(Number::infinity(negative).with_precision(Number::DOUBLE_PRECISION));
        }
        let bits = double.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let (mantissa, exponent) = if biased == 0 {
            (fraction, -1074)
        } else {
            (fraction | (1 << 52), biased - 1075)
        };
        let number = Number::round(
            negative,
            BigUint::from(mantissa),
            exponent,
            false,
            Number::DOUBLE_PRECISION,
        );
        Some(number)
    }

    /// An integer of any size, with the precision it needs, at least 64 bits.
    pub fn from_bigint(integer: &BigInt) -> Number {
        let bits = u32::try_from(integer.bits()).unwrap_or(u32::MAX);
        let precision = bits.max(Number::INTEGER_PRECISION);
        let negative = integer.sign() == Sign::Minus;
        Number::round(negative, integer.magnitude().clone(), 0, false, precision)
    }

    /// The precision in bits.
    pub fn precision(&self) -> u32 {
        self.precision
    }

    /// The same value rounded to another precision (at least one bit).
    #[must_use]
    pub fn with_precision(&self, bits: u32) -> Number {
        let bits = bits.max(1);
        match &self.repr {
            Repr::Float(float) => Number::round(
                float.negative,
                float.mantissa.clone(),
                float.exponent,
                false,
                bits,
            ),
            Repr::Int(int) if int_bits(*int) > bits => {
                let magnitude = BigUint::from(int.unsigned_abs());
                Number::round(*int < 0, magnitude, 0, false, bits)
            }
            repr => Number {
                repr: repr.clone(),
                precision: bits,
            },
        }
    }

    /// Whether it is positive or negative infinity.
    pub fn is_infinite(&self) -> bool {
        matches!(self.repr, Repr::Infinite { .. })
    }

    /// Whether it is zero of either sign.
    pub fn is_zero(&self) -> bool {
        matches!(self.repr, Repr::NegativeZero | Repr::Int(0))
    }

    /// Whether it is finite and has no fraction.
    pub fn is_integer(&self) -> bool {
        match &self.repr {
            Repr::NegativeZero | Repr::Int(_) => true,
            Repr::Float(float) => float.exponent >= 0,
            Repr::Infinite { .. } => false,
        }
    }

    /// `Less`, `Equal` or `Greater` for negative, zero or positive.
    pub fn sign(&self) -> Ordering {
        match &self.repr {
            Repr::NegativeZero => Ordering::Equal,
            Repr::Int(int) => int.cmp(&0),
            Repr::Float(float) => sign_of(float.negative),
            Repr::Infinite { negative } => sign_of(*negative),
        }
    }

    /// Whether the sign bit is set: true of negative zero too.
    pub fn is_sign_negative(&self) -> bool {
        matches!(self.repr, Repr::NegativeZero) || self.sign() == Ordering::Less
    }

    /// The value, if it is an integer within range.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.repr {
            Repr::NegativeZero => Some(0),
            Repr::Int(int) => Some(*int),
            Repr::Float(_) => self.to_bigint()?.to_i64(),
            Repr::Infinite { .. } => None,
        }
    }

    /// The value, if it is an integer within range.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.repr {
            Repr::NegativeZero => Some(0),
            Repr::Int(int) => u64::try_from(*int).ok(),
            Repr::Float(float) if float.top() <= 64 => self.to_bigint()?.to_u64(),
            Repr::Float(_) | Repr::Infinite { .. } => None,
        }
    }

    /// The value, if it is an integer within range.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_u64().and_then(|value| usize::try_from(value).ok())
    }

    /// The value, if it is an integer.
    pub fn to_bigint(&self) -> Option<BigInt> {
        match &self.repr {
            Repr::NegativeZero => Some(BigInt::zero()),
            Repr::Int(int) => Some(BigInt::from(*int)),
            Repr::Float(float) => {
                let shift = u64::try_from(float.exponent).ok()?;
                let sign = if float.negative { Sign::Minus } else { Sign::Plus };
                Some(BigInt::from_biguint(sign, &float.mantissa << shift))
            }
            Repr::Infinite { .. } => None,
        }
    }

    /// The nearest double, rounding to even; infinite beyond its range.
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounding to the nearest double is the purpose"
    )]
    pub fn to_f64(&self) -> f64 {
        match &self.repr {
            Repr::NegativeZero => -0.0,
            Repr::Int(int) => *int as f64,
            Repr::Infinite { negative: true } => f64::NEG_INFINITY,
            Repr::Infinite { negative: false } => f64::INFINITY,
            Repr::Float(float) => {
                let magnitude = float_magnitude_to_f64(float);
                if float.negative { -magnitude } else { magnitude }
            }
        }
    }

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

    /// The least precision that holds the value exactly.
    fn needed_bits(&self) -> u32 {
        match &self.repr {
            Repr::Float(float) => u32::try_from(float.mantissa.bits()).unwrap_or(u32::MAX),
            Repr::Int(int) if *int != 0 => int_bits(*int) - int.trailing_zeros(),
            _ => 0,
        }
    }

    /// Whether so many bits hold the value exactly.
    pub fn fits(&self, bits: u32) -> bool {
        self.needed_bits() <= bits
    }

    fn mul_at(&self, other: &Number, precision: u32) -> Result<Number, NotANumber> {
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

    fn div_at(&self, other: &Number, precision: u32) -> Result<Number, NotANumber> {
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

    /// What the language calls equal: both print the same. `0.1` at 53 bits and at 512 bits are the same though
    /// their exact values differ; negative zero is zero.
    pub fn same(&self, other: &Number) -> bool {
        if self.precision == other.precision {
            return self == other || self.same_text(other);
        }
        self.same_text(other)
    }

    fn same_text(&self, other: &Number) -> bool {
        if let (Some(a), Some(b)) = (self.exact_int(), other.exact_int()) {
            return a == b;
        }
        if self.is_infinite() || other.is_infinite() || self.is_zero() || other.is_zero() {
            return self == other;
        }
        if self.sign() != other.sign() || (self.top() - other.top()).abs() > 1 {
            return false;
        }
        self.to_string() == other.to_string()
    }

    /// The integer, if it is small and prints exactly.
    fn exact_int(&self) -> Option<i64> {
        match &self.repr {
            Repr::Int(int) if int_bits(*int) <= self.precision => Some(*int),
            Repr::NegativeZero => Some(0),
            _ => None,
        }
    }

    fn top(&self) -> i64 {
        match &self.repr {
            Repr::Int(int) => i64::from(int_bits(*int)),
            Repr::Float(float) => float.top(),
            Repr::NegativeZero | Repr::Infinite { .. } => 0,
        }
    }

    /// The parts of a finite number; of an infinity, those of zero.
    fn parts(&self) -> Parts {
        match &self.repr {
            Repr::NegativeZero | Repr::Infinite { .. } => Parts {
                negative: self.is_sign_negative(),
                mantissa: BigUint::zero(),
                exponent: 0,
            },
            Repr::Int(int) => Parts {
                negative: *int < 0,
                mantissa: BigUint::from(int.unsigned_abs()),
                exponent: 0,
            },
            Repr::Float(float) => Parts {
                negative: float.negative,
                mantissa: float.mantissa.clone(),
                exponent: float.exponent,
            },
        }
    }

    /// `mantissa * 2^exponent` rounded to nearest even; `sticky` tells that a little more follows the mantissa,
    /// which then has at least two bits more than the precision.
    fn round(negative: bool, mantissa: BigUint, exponent: i64, sticky: bool, precision: u32) -> Number {
        let (mantissa, exponent) = round_bits(mantissa, exponent, sticky, u64::from(precision));
        let Some(zeros) = mantissa.trailing_zeros() else {
            let repr = if negative {
                Repr::NegativeZero
            } else {
                Repr::Int(0)
            };
            return Number { repr, precision };
        };
        let top = exponent.saturating_add_unsigned(mantissa.bits());
        let repr = if top > Number::MAX_EXPONENT {
            Repr::Infinite { negative }
        } else if top < -Number::MAX_EXPONENT {
            if negative {
                Repr::NegativeZero
            } else {
                Repr::Int(0)
            }
        } else {
            let float = Float {
                negative,
                mantissa: mantissa >> zeros,
                exponent: exponent.saturating_add_unsigned(zeros),
            };
            float_repr(float, top)
        };
        Number { repr, precision }
    }
}

impl Parts {
    /// Shifts the mantissa so that the exponent becomes the given lower one.
    fn lower_to(&mut self, exponent: i64) {
        if self.mantissa.is_zero() {
            self.exponent = exponent;
            return;
        }
        let shift = self.exponent.abs_diff(exponent);
        self.mantissa <<= shift;
        self.exponent = exponent;
    }

    fn signed(self) -> BigInt {
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        BigInt::from_biguint(sign, self.mantissa)
    }
}

/// Bits of the magnitude.
fn int_bits(int: i64) -> u32 {
    64 - int.unsigned_abs().leading_zeros()
}

fn sign_of(negative: bool) -> Ordering {
    if negative {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// The one representation of a finite non-zero value.
fn float_repr(float: Float, top: i64) -> Repr {
    if (0..=63).contains(&float.exponent)
        && top <= 63
        && let Some(mantissa) = float.mantissa.to_i64()
    {
        let magnitude = mantissa << float.exponent;
        return Repr::Int(if float.negative { -magnitude } else { magnitude });
    }
    Repr::Float(Arc::new(float))
}

/// Rounds to nearest even, keeping at most `bits` bits.
fn round_bits(mantissa: BigUint, exponent: i64, sticky: bool, bits: u64) -> (BigUint, i64) {
    let excess = mantissa.bits().saturating_sub(bits);
    if excess == 0 {
        return (mantissa, exponent);
    }
    let half = mantissa.bit(excess - 1);
    let more = sticky || mantissa.trailing_zeros().is_some_and(|zeros| zeros < excess - 1);
    let mut kept = mantissa >> excess;
    if half && (more || kept.bit(0)) {
        kept += BigUint::one();
    }
    (kept, exponent.saturating_add_unsigned(excess))
}

#[expect(clippy::cast_precision_loss, reason = "at most 53 bits remain")]
fn float_magnitude_to_f64(float: &Float) -> f64 {
    let top = float.top();
    if top > 1024 {
        return f64::INFINITY;
    }
    // Below the smallest normal double the precision shrinks, down to one bit at 2^-1074.
    let bits = if top < -1021 { top + 1074 } else { 53 };
    let Ok(bits) = u64::try_from(bits) else {
        return 0.0;
    };
    let (mantissa, exponent) = round_bits(float.mantissa.clone(), float.exponent, false, bits);
    let mantissa = mantissa.to_u64().unwrap_or(0) as f64;
    // Two steps, so that neither factor leaves the range of a double.
    let first = exponent / 2;
    mantissa * power_of_two(first) * power_of_two(exponent - first)
}

fn power_of_two(exponent: i64) -> f64 {
    2_f64.powi(i32::try_from(exponent).unwrap_or(0))
}

impl From<i64> for Number {
    fn from(int: i64) -> Number {
        if int == i64::MIN {
            return Number::from_bigint(&BigInt::from(int));
        }
        Number {
            repr: Repr::Int(int),
            precision: Number::INTEGER_PRECISION,
        }
    }
}

impl From<i32> for Number {
    fn from(int: i32) -> Number {
        Number::from(i64::from(int))
    }
}

impl From<u64> for Number {
    fn from(int: u64) -> Number {
        match i64::try_from(int) {
            Ok(int) => Number::from(int),
            Err(_) => Number::from_bigint(&BigInt::from(int)),
        }
    }
}

impl From<usize> for Number {
    fn from(int: usize) -> Number {
        Number::from(int as u64)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        if let (Repr::Int(a), Repr::Int(b)) = (&self.repr, &other.repr) {
            return a.cmp(b);
        }
        let sign = self.sign();
        if sign != other.sign() || sign == Ordering::Equal {
            return sign.cmp(&other.sign());
        }
        let magnitude = match (self.is_infinite(), other.is_infinite()) {
            (false, false) => self.top().cmp(&other.top()).then_with(|| {
                let (mut a, mut b) = (self.parts(), other.parts());
                let exponent = a.exponent.min(b.exponent);
                a.lower_to(exponent);
                b.lower_to(exponent);
                a.mantissa.cmp(&b.mantissa)
            }),
            (a, b) => a.cmp(&b),
        };
        if sign == Ordering::Less {
            magnitude.reverse()
        } else {
            magnitude
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.repr {
            Repr::NegativeZero => 0_i64.hash(state),
            Repr::Int(int) => int.hash(state),
            Repr::Float(float) => float.hash(state),
            Repr::Infinite { negative } => negative.hash(state),
        }
    }
}

#[cfg(test)]
mod tests;
