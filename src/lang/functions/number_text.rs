//! Numbers as text in a wanted form: `%e`, `%f`, `%g`, and integers in a base.
//!
//! Digits are exact: a number is rounded as the binary value it is, half to even, and never by way of a double.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{Signed, Zero};

use crate::value::Number;

/// The most digits behind the point, so that a format string cannot exhaust memory.
pub(super) const MOST_DIGITS: usize = 10_000;

/// `%f`: with this many digits behind the point.
pub(super) fn fixed(number: &Number, places: usize) -> Option<String> {
    let scaled = scale(&number.abs(), i64::try_from(places).ok()?)?;
    let digits = format!("{scaled:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - places)?;
    let sign = if number.is_sign_negative() { "-" } else { "" };
    Some(if places == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    })
}

/// `%e`: with this many digits behind the point; `None` for as many as needed.
pub(super) fn scientific(number: &Number, places: Option<usize>, letter: char) -> Option<String> {
    let (digits, exponent) = match places {
        Some(places) => significant(number, places + 1)?,
        None => shortest(number),
    };
    Some(write_scientific(number, &digits, exponent, letter))
}

/// `%g`: with this many significant digits; `None` for as many as needed.
pub(super) fn general(number: &Number, precision: Option<usize>, letter: char) -> Option<String> {
    let (digits, exponent) = match precision {
        Some(count) => {
            let (digits, exponent) = significant(number, count.max(1))?;
            let trimmed = digits.trim_end_matches('0');
            let kept = if trimmed.is_empty() { "0" } else { trimmed };
            (kept.to_owned(), exponent)
        }
        None => shortest(number),
    };
    let length = i64::try_from(digits.len()).ok()?;
    let limit = match precision {
        None => 6,
        Some(count) => {
            let count = i64::try_from(count.max(1)).ok()?;
            if count > length && length > exponent {
                length
            } else {
                count
            }
        }
    };
    if exponent < -4 || exponent >= limit {
        return Some(write_scientific(number, &digits, exponent, letter));
    }
    Some(write_plain(number, &digits, exponent))
}

fn write_plain(number: &Number, digits: &str, exponent: i64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let point = exponent + 1;
    match usize::try_from(point) {
        Err(_) | Ok(0) => {
            let zeros = usize::try_from(-point).unwrap_or(0);
            format!("{sign}0.{}{digits}", "0".repeat(zeros))
        }
        Ok(point) => match digits.split_at_checked(point) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(point - digits.len())),
        },
    }
}

fn write_scientific(number: &Number, digits: &str, exponent: i64, letter: char) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    format!(
        "{sign}{first}{point}{rest}{letter}{exponent_sign}{:02}",
        exponent.abs()
    )
}

/// The shortest digits that tell the number, and the exponent of the first.
fn shortest(number: &Number) -> (String, i64) {
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0');
    if digits.is_empty() {
        return ("0".to_owned(), 0);
    }
    let exponent = i64::try_from(whole.len()).unwrap_or(0) - i64::try_from(leading).unwrap_or(0) - 1;
    (digits.to_owned(), exponent)
}

/// Exactly this many significant digits, rounded, and the exponent of the first.
fn significant(number: &Number, count: usize) -> Option<(String, i64)> {
    if number.is_zero() {
        return Some(("0".repeat(count), 0));
    }
    let exponent = shortest(number).1;
    let places = i64::try_from(count).ok()? - 1 - exponent;
    let digits = scale(&number.abs(), places)?.to_string();
    if digits.len() > count {
        // Rounding carried into a new digit.
        return Some((digits.get(..count)?.to_owned(), exponent + 1));
    }
    Some((digits, exponent))
}

/// `number * 10^places`, rounded half to even. The number is finite and not negative.
fn scale(number: &Number, places: i64) -> Option<BigUint> {
    let (numerator, denominator) = ratio(number)?;
    let power = BigInt::from(10).pow(u32::try_from(places.unsigned_abs()).ok()?);
    let (numerator, denominator) = if places >= 0 {
        (numerator * power, denominator)
    } else {
        (numerator, denominator * power)
    };
    let (quotient, rest): (BigInt, BigInt) = numerator.div_rem(&denominator);
    let twice = rest * 2_u32;
    let up = match twice.cmp(&denominator) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => quotient.is_odd(),
    };
    (if up { quotient + 1 } else { quotient }).to_biguint()
}

/// The number as a fraction of integers, exactly.
fn ratio(number: &Number) -> Option<(BigInt, BigInt)> {
    let mut number = number.clone();
    let mut denominator = BigInt::from(1);
    // Doubling is exact in binary, so the fraction is gone after as many steps as it has bits.
    let step = Number::from_bigint(&(BigInt::from(1) << 64_u32)).with_precision(number.precision());
    for _ in 0..2_000 {
        if number.is_integer() {
            return Some((number.to_bigint()?, denominator));
        }
        number = number.mul(&step).ok()?;
        denominator <<= 64_u32;
    }
    None
}

/// `%d`, `%b`, `%o`, `%x`: digits in a base, without sign.
pub(super) fn integer(integer: &BigInt, base: u32) -> (bool, String) {
    let text = integer.abs().to_str_radix(base);
    (integer.sign() == Sign::Minus && !integer.is_zero(), text)
}
