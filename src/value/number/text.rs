//! Printing numbers as decimal text.
//!
//! The text is the shortest decimal that reads back as the same number at its precision, without an exponent.
//! The rule is Go's `Text('f', -1)`, including its treatment of the interval's ends.

use std::fmt;

use num_bigint::BigUint;
use num_traits::One;

use super::{Float, Number, Repr, int_bits};

/// Decimal digits `0.d1 d2 d3... * 10^point`, without zeros at either end.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// `mantissa * 2^exponent`, exactly.
    fn exact(mantissa: &BigUint, exponent: i64) -> Decimal {
        let (integer, scale) = match u64::try_from(exponent) {
            Ok(shift) => (mantissa << shift, 0),
            Err(_) => {
                // Remove factors of two first: m/2^k is m*5^k/10^k.
                let zeros = mantissa
                    .trailing_zeros()
                    .unwrap_or(0)
                    .min(exponent.unsigned_abs());
                let power = exponent.unsigned_abs() - zeros;
                let five = BigUint::from(5_u8).pow(u32::try_from(power).unwrap_or(u32::MAX));
                (
                    (mantissa >> zeros) * five,
                    i64::try_from(power).unwrap_or(i64::MAX),
                )
            }
        };
        let mut digits = integer.to_str_radix(10).into_bytes();
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX) - scale;
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Decimal { digits, point: 0 };
        }
        Decimal { digits, point }
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(b'0')
    }

    fn round_down(&mut self, count: usize) {
        self.digits.truncate(count);
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
    }

    fn round_up(&mut self, count: usize) {
        self.digits.truncate(count);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(digit) => *digit += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    /// Rounds to so many digits, to nearest even.
    fn round(&mut self, count: usize) {
        if count >= self.digits.len() {
            return;
        }
        let next = self.at(count);
        let exactly_half = next == b'5' && self.digits.len() == count + 1;
        let up = if exactly_half {
            count > 0 && (self.at(count - 1) - b'0') % 2 == 1
        } else {
            next >= b'5'
        };
        if up {
            self.round_up(count);
        } else {
            self.round_down(count);
        }
    }

    /// The shortest digits that still identify the number among those of the same precision.
    fn shorten(&mut self, float: &Float, precision: u32) {
        // Scale so that the last bit is half a unit in the last place.
        let bits = float.mantissa.bits();
        let shift = (u64::from(precision) + 1).saturating_sub(bits);
        let mantissa = &float.mantissa << shift;
        let exponent = float.exponent.saturating_sub_unsigned(shift);
        let lower = Decimal::exact(&(&mantissa - BigUint::one()), exponent);
        let upper = Decimal::exact(&(&mantissa + BigUint::one()), exponent);
        let inclusive = !mantissa.bit(1);
        for index in 0..self.digits.len() {
            let (low, digit, high) = (lower.at(index), self.at(index), upper.at(index));
            let down = low != digit || (inclusive && index + 1 == lower.digits.len());
            let up = digit != high && (inclusive || digit + 1 < high || index + 1 < upper.digits.len());
            match (down, up) {
                (true, true) => return self.round(index + 1),
                (true, false) => return self.round_down(index + 1),
                (false, true) => return self.round_up(index + 1),
                (false, false) => {}
            }
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = std::str::from_utf8(&self.digits).unwrap_or_default();
        let Ok(point) = usize::try_from(self.point) else {
            let zeros = usize::try_from(self.point.unsigned_abs()).unwrap_or(0);
            return write!(f, "0.{:0>zeros$}{digits}", "");
        };
        match digits.split_at_checked(point) {
            Some((whole, fraction)) => {
                f.write_str(if whole.is_empty() { "0" } else { whole })?;
                if fraction.is_empty() {
                    return Ok(());
                }
                write!(f, ".{fraction}")
            }
            None => write!(f, "{digits}{:0>zeros$}", "", zeros = point - digits.len()),
        }
    }
}

impl Number {
    /// The number with ten significant digits, with an exponent where it is large or small. Not for people:
    /// it takes part in the order of sets.
    pub(in crate::value) fn ten_digits(&self) -> String {
        const COUNT: i64 = 10;
        let sign = if self.is_sign_negative() { "-" } else { "" };
        if self.is_infinite() || self.is_zero() {
            return self.to_string();
        }
        let parts = self.parts();
        let mut decimal = Decimal::exact(&parts.mantissa, parts.exponent);
        decimal.round(10);
        let length = i64::try_from(decimal.digits.len()).unwrap_or(COUNT);
        let limit = if COUNT > length && length >= decimal.point {
            length
        } else {
            COUNT
        };
        let exponent = decimal.point - 1;
        if (-4..limit).contains(&exponent) {
            let plain = fmt::from_fn(|f| decimal.write(f));
            return format!("{sign}{plain}");
        }
        let digits = std::str::from_utf8(&decimal.digits).unwrap_or_default();
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{first}{dot}{rest}e{exponent_sign}{:02}", exponent.abs())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide;
        let float = match &self.repr {
            Repr::NegativeZero => return f.write_str("-0"),
            Repr::Infinite { negative: true } => return f.write_str("-Inf"),
            Repr::Infinite { negative: false } => return f.write_str("+Inf"),
            Repr::Int(int) if int_bits(*int) <= self.precision => return write!(f, "{int}"),
            Repr::Int(_) => {
                let parts = self.parts();
                wide = Float {
                    negative: parts.negative,
                    mantissa: parts.mantissa,
                    exponent: parts.exponent,
                };
                &wide
            }
            Repr::Float(float) => float,
        };
        let mut decimal = Decimal::exact(&float.mantissa, float.exponent);
        let bits = float.mantissa.bits();
        if float.exponent < 0 || float.top() > i64::from(self.precision) {
            let odd_bits = bits - float.mantissa.trailing_zeros().unwrap_or(0);
            if odd_bits <= u64::from(self.precision) {
                let normal = Float {
                    negative: float.negative,
                    mantissa: &float.mantissa >> (bits - odd_bits),
                    exponent: float.exponent.saturating_add_unsigned(bits - odd_bits),
                };
                decimal.shorten(&normal, self.precision);
            }
        }
        if float.negative {
            f.write_str("-")?;
        }
        decimal.write(f)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
