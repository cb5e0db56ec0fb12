//! Numbers from and to the numbers of Rust.
//!
//! What has no exact counterpart is refused, but for [`Number::to_f64`], which rounds.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{ToPrimitive, Zero};

use super::{Float, Number, Repr, round_bits};

impl Number {
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
