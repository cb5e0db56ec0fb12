//! Functions of numbers.
//!
//! `pow` and `log` answer with the 53 bits of a double, as their users know; everything else is exact.

use num_bigint::BigInt;

use crate::value::{Number, Type, Value};

use super::Answer;
use super::args::{Args, WHOLE, failed};

pub(super) fn abs(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::number(args.number(0)?.abs()))
}

pub(super) fn ceil(args: &Args<'_>, _: &Type) -> Answer<Value> {
    whole_of(args.number(0)?.ceil())
}

pub(super) fn floor(args: &Args<'_>, _: &Type) -> Answer<Value> {
    whole_of(args.number(0)?.floor())
}

/// A whole number, which has one zero.
fn whole_of(number: Number) -> Answer<Value> {
    let zero = Number::from(0_i64);
    Ok(Value::number(if number == zero { zero } else { number }))
}

pub(super) fn signum(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::int(args.whole(0)?.signum()))
}

pub(super) fn max(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let numbers = args.values.iter().filter_map(Value::as_number);
    match numbers.reduce(|best, next| if next > best { next } else { best }) {
        Some(number) => Ok(Value::number(number.clone())),
        None => failed("it takes at least one number"),
    }
}

pub(super) fn min(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let numbers = args.values.iter().filter_map(Value::as_number);
    match numbers.reduce(|best, next| if next < best { next } else { best }) {
        Some(number) => Ok(Value::number(number.clone())),
        None => failed("it takes at least one number"),
    }
}

pub(super) fn pow(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let (base, power) = (double(args, 0)?, double(args, 1)?);
    match Number::from_f64(power_of(base, power)) {
        Some(number) => Ok(Value::number(number)),
        None => failed("a negative number has no power with a fraction among the real numbers"),
    }
}

/// An argument as a double, if it is not beyond all of them.
fn double(args: &Args<'_>, at: usize) -> Answer<f64> {
    let number = args.number(at)?;
    let double = number.to_f64();
    if double.is_infinite() && !number.is_infinite() {
        return args.fault(
            at,
            "its magnitude is above 1.8e308, the most that this function takes",
        );
    }
    Ok(double)
}

/// A power by repeated squaring of the mantissa, the exponent apart: its last bit is the one that users of the
/// function know, which a platform's own `pow` does not promise.
fn power_of(base: f64, power: f64) -> f64 {
    if power == 0.0 || base == 1.0 {
        return 1.0;
    }
    if power.abs() == 0.5 {
        let root = base.sqrt();
        return if power < 0.0 { 1.0 / root } else { root };
    }
    let whole = power.abs().trunc();
    if !base.is_normal() || !power.is_finite() || whole >= 9.0e18 || (base < 0.0 && whole != power.abs()) {
        return base.powf(power);
    }
    let (mut whole, mut fraction) = (whole, power.abs().fract());
    let mut mantissa = 1.0_f64;
    let mut exponent = 0_i64;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        mantissa = exponential(fraction * logarithm(base));
    }
    let (mut square, mut square_exponent) = split(base);
    let mut left = whole as u64;
    while left != 0 {
        if square_exponent.abs() > 1 << 12 {
            exponent += square_exponent;
            break;
        }
        if left & 1 == 1 {
            mantissa *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        left >>= 1;
    }
    if power < 0.0 {
        mantissa = 1.0 / mantissa;
        exponent = -exponent;
    }
    // In two steps, for a result below the least normal number.
    let half = exponent.clamp(-4000, 4000) / 2;
    mantissa * 2.0_f64.powi(half as i32) * 2.0_f64.powi((exponent.clamp(-4000, 4000) - half) as i32)
}

/// The exponential function near zero, by a Taylor series of a sixteenth of the number, then squared four times.
fn exponential(number: f64) -> f64 {
    const LN2_HIGH: f64 = 0.693_147_180_559_663;
    const LN2_LOW: f64 = 2.823_529_056_303_157_7e-13;
    let doublings = (number * std::f64::consts::LOG2_E).round_ties_even();
    let rest = doublings.mul_add(-LN2_HIGH, number);
    let part = doublings.mul_add(-LN2_LOW, rest) * 0.0625;
    let terms = [40_320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0];
    let series = terms
        .iter()
        .fold(0.0_f64, |sum, term| sum.mul_add(part, 1.0 / term));
    let mut less_one = part * series;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    less_one.mul_add(less_one + 2.0, 1.0) * 2.0_f64.powi(doublings as i32)
}

/// Mantissa in [0.5, 1) and exponent of a normal number.
fn split(number: f64) -> (f64, i64) {
    let bits = number.to_bits();
    let exponent = ((bits >> 52) & 0x7FF) as i64 - 1022;
    let mantissa = f64::from_bits((bits & !(0x7FF << 52)) | (1022 << 52));
    (mantissa, exponent)
}

/// The natural logarithm by the series of Sun's library of elementary functions, whose last bit is the one that
/// users of the function know: with `s = f / (2 + f)`, `log(1 + f)` is `2s` and a polynomial in `s`.
fn logarithm(number: f64) -> f64 {
    const HALF_ROOT: f64 = std::f64::consts::FRAC_1_SQRT_2;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const ODD: [f64; 4] = [
        6.666_666_666_666_735e-1,
        2.857_142_874_366_239e-1,
        1.818_357_216_161_805e-1,
        1.479_819_860_511_658_6e-1,
    ];
    const EVEN: [f64; 3] = [
        3.999_999_999_940_942e-1,
        2.222_219_843_214_978_4e-1,
        1.531_383_769_920_937_3e-1,
    ];
    if !number.is_normal() || number < 0.0 {
        return number.ln();
    }
    let (mut mantissa, mut exponent) = split(number);
    if mantissa < HALF_ROOT {
        mantissa *= 2.0;
        exponent -= 1;
    }
    let (f, k) = (mantissa - 1.0, exponent as f64);
    let s = f / (2.0 + f);
    let (s2, s4) = (s * s, s * s * (s * s));
    let [o0, o1, o2, o3] = ODD;
    let [e0, e1, e2] = EVEN;
    let rest = s2 * (o0 + s4 * (o1 + s4 * (o2 + s4 * o3))) + s4 * (e0 + s4 * (e1 + s4 * e2));
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + rest) + k * LN2_LOW)) - f)
}

pub(super) fn log(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let (number, base) = (double(args, 0)?, double(args, 1)?);
    match Number::from_f64(logarithm(number) / logarithm(base)) {
        Some(number) => Ok(Value::number(number)),
        None => failed("this number has no logarithm of this base"),
    }
}

pub(super) fn parseint_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::String | Type::Dynamic => Ok(Type::Number),
        other => args.fault(0, format!("a string is required, not {}", other.friendly_name())),
    }
}

pub(super) fn parseint(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let base = args.number(1)?.to_i64().unwrap_or(0);
    let Some(base) = u32::try_from(base).ok().filter(|base| (2..=62).contains(base)) else {
        return args.fault(1, "a base is a whole number from 2 to 62");
    };
    let text = args.text(0);
    match parse_integer(text, base) {
        Some(integer) => Ok(Value::number(Number::from_bigint(&integer))),
        None if args.get(0)?.marks().is_empty() => args.fault(
            0,
            format!(
                "{} is not an integer in base {base}",
                crate::lang::fault::quote(text)
            ),
        ),
        None => args.fault(0, format!("it is not an integer in base {base}")),
    }
}

/// Digits of a base up to 62: up to base 36 letters of either case, beyond it first lower then upper case.
fn parse_integer(text: &str, base: u32) -> Option<BigInt> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let values: Option<Vec<u8>> = digits
        .iter()
        .map(|digit| {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'z' => digit - b'a' + 10,
                b'A'..=b'Z' if base <= 36 => digit - b'A' + 10,
                b'A'..=b'Z' => digit - b'A' + 36,
                _ => return None,
            };
            (u32::from(value) < base).then_some(value)
        })
        .collect();
    let sign = if negative {
        num_bigint::Sign::Minus
    } else {
        num_bigint::Sign::Plus
    };
    BigInt::from_radix_be(sign, &values?, base)
}

/// The most numbers that `range` makes.
const RANGE: usize = 1024;

pub(super) fn range(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let zero = Number::from(0_i64);
    let one = Number::from(1_i64);
    let (start, end, step) = match args.len() {
        1 => (zero.clone(), args.number(0)?.clone(), None),
        2 => (args.number(0)?.clone(), args.number(1)?.clone(), None),
        3 => (
            args.number(0)?.clone(),
            args.number(1)?.clone(),
            Some(args.number(2)?.clone()),
        ),
        _ => return failed("it takes one, two or three numbers"),
    };
    let step = step.unwrap_or_else(|| if end < start { one.neg() } else { one });
    let down = step < zero;
    if down && end > start {
        return args.fault(0, "the end must be below the start when the step is negative");
    }
    if !down && end < start {
        return args.fault(1, "the end must be above the start when the step is positive");
    }
    let mut numbers = Vec::new();
    let mut at = start;
    while if down { at > end } else { at < end } {
        if numbers.len() == RANGE {
            return failed(format!(
                "there would be more than {RANGE} numbers; bring start and end closer or take a larger step"
            ));
        }
        numbers.push(Value::number(at.clone()));
        at = match at.add(&step) {
            Ok(next) => next,
            Err(_) => return failed("the sum of these numbers is not a number"),
        };
    }
    Ok(Value::list(Type::Number, numbers))
}

pub(super) fn sum_type(args: &Args<'_>) -> Answer<Type> {
    match args.ty(0) {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic => Ok(Type::Number),
        other => args.fault(
            0,
            format!("a list, set or tuple is required, not {}", other.friendly_name()),
        ),
    }
}

pub(super) fn sum(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let mut total: Option<Number> = None;
    let mut known = true;
    for item in args.items(0) {
        let Ok(number) = crate::value::convert::convert(item, &Type::Number) else {
            return args.fault(0, "all elements must be numbers");
        };
        if number.is_null() {
            return args.fault(0, "no element may be null");
        }
        match number.as_number() {
            None => known = false,
            Some(number) => {
                total = Some(match total {
                    None => number.clone(),
                    Some(total) => match total.add(number) {
                        Ok(total) => total,
                        Err(_) => return failed("the sum of opposite infinities is not a number"),
                    },
                });
            }
        }
    }
    match total {
        _ if !known => Ok(Value::unknown(Type::Number).refine_not_null()),
        Some(total) => Ok(Value::number(total)),
        None => args.fault(0, "an empty list has no sum"),
    }
}

/// Reads an argument as a whole number for a function that says what it is.
pub(super) fn whole(args: &Args<'_>, at: usize, what: &str) -> Answer<i64> {
    match args.number(at)?.to_i64() {
        Some(whole) => Ok(whole),
        None => args.fault(at, format!("{what}: {WHOLE}")),
    }
}
