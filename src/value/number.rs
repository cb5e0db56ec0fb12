//! Numbers: binary floating-point values of arbitrary precision.
//!
//! A [`Number`] is exactly what the language's users measure elsewhere: a sign, a mantissa, an exponent and a
//! precision of its own. Literals and strings have 512 bits, integers from lengths 64, numbers from a double
//! 53; the result of an operation has the larger precision of its operands, rounded to nearest even. That is
//! the behaviour of a Go `big.Float` with a fresh receiver, and `0.1 + 0.2` prints `0.3` because of it.
//!
//! There is no NaN: an operation that would make one is an error. Exponents are bounded
//! ([`Number::MAX_EXPONENT`]), so that no number can exhaust memory; beyond the bound a result is infinite or
//! zero and a text is refused. Reading is in `parse`, printing in
//! `text`, the operations are in `arithmetic`.

mod arithmetic;
mod native;
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
