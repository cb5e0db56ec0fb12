//! Reading numbers from decimal text.
//!
//! The result is the same, bit for bit, as that of the usual tools: the digits are read exactly, rounded to
//! 512 bits and scaled by a power of five that has 64 bits more. No base but ten is understood here, no
//! separators and no spaces; a text whose exponent is out of bounds is refused, not rounded to infinity.

use num_bigint::BigUint;
use num_traits::Zero;

use super::{Number, Repr};

/// Digits that are read exactly; further ones only decide the rounding.
const MAX_DIGITS: usize = 5_000;
/// Decimal exponents beyond this are refused: the same bound as [`Number::MAX_EXPONENT`].
const MAX_DECIMAL_EXPONENT: i64 = 39_000;
/// The highest power of five that fits 64 bits.
const POWER_OF_FIVE: u32 = 27;

impl Number {
    /// Reads a number: an optional sign, decimal digits with at most one point, an optional exponent; or
    /// `Inf`. The precision is 512 bits. `None` if it is not a number or its exponent is out of bounds.
    pub fn parse(text: &str) -> Option<Number> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        if rest == "Inf" || rest == "inf" {
            return Some(Number::infinity(negative).with_precision(Number::TEXT_PRECISION));
        }
        let scan = Scan::new(rest)?;
        if scan.exponents_are_zero()
            && scan.digits.len() <= 18
            && let Ok(int) = scan.digits.parse::<i64>()
        {
            let repr = match (int, negative) {
                (0, true) => Repr::NegativeZero,
                (int, true) => Repr::Int(-int),
                (int, false) => Repr::Int(int),
            };
            let precision = Number::TEXT_PRECISION;
            return Some(Number { repr, precision });
        }
        let mantissa = BigUint::parse_bytes(scan.digits.as_bytes(), 10)?;
        if mantissa.is_zero() {
            return Some(Number::round(
                negative,
                mantissa,
                0,
                false,
                Number::TEXT_PRECISION,
            ));
        }
        let digits = i64::try_from(scan.digits.len()).ok()?;
        let magnitude = scan.five.checked_add(digits)?;
        if magnitude.abs() > MAX_DECIMAL_EXPONENT || scan.two.abs() > Number::MAX_EXPONENT {
            return None;
        }
        let number = Number::round(negative, mantissa, scan.two, false, Number::TEXT_PRECISION);
        let number = if scan.five == 0 {
            Some(number)
        } else {
            let power = power_of_five(scan.five.unsigned_abs(), Number::TEXT_PRECISION + 64)?;
            if scan.five < 0 {
                number.div_at(&power, Number::TEXT_PRECISION).ok()
            } else {
                number.mul_at(&power, Number::TEXT_PRECISION).ok()
            }
        };
        number.filter(|number| !number.is_infinite() && !number.is_zero())
    }
}

/// Digits, and the powers of five and two to scale them by.
struct Scan {
    digits: String,
    five: i64,
    two: i64,
}

impl Scan {
    fn new(text: &str) -> Option<Scan> {
        let split = text.find(['e', 'E', 'p', 'P']);
        let (mantissa, exponent) = match split {
            Some(at) => (text.get(..at)?, text.get(at..)?),
            None => (text, ""),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        if !(whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits = String::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole.trim_start_matches('0'));
        digits.push_str(fraction);
        let mut ten = -i64::try_from(fraction.len()).ok()?;
        if digits.len() > MAX_DIGITS {
            let cut = digits.len() - MAX_DIGITS;
            let more = digits.bytes().skip(MAX_DIGITS).any(|byte| byte != b'0');
            digits.truncate(MAX_DIGITS);
            ten = ten.checked_add(i64::try_from(cut).ok()?)?;
            if more {
                digits.push('1');
                ten -= 1;
            }
        }
        if digits.is_empty() {
            digits.push('0');
        }
        let mut scan = Scan {
            digits,
            five: ten,
            two: ten,
        };
        if let Some(kind) = exponent.as_bytes().first() {
            let exponent = read_exponent(exponent.get(1..)?)?;
            scan.two = scan.two.checked_add(exponent)?;
            if matches!(kind, b'e' | b'E') {
                scan.five = scan.five.checked_add(exponent)?;
            }
        }
        Some(scan)
    }

    fn exponents_are_zero(&self) -> bool {
        self.five == 0 && self.two == 0
    }
}

fn read_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A power of five by repeated squaring, rounded at every step.
fn power_of_five(power: u64, precision: u32) -> Option<Number> {
    let small = |power: u32| Number::from(5_i64.pow(power)).with_precision(precision);
    if power <= u64::from(POWER_OF_FIVE) {
        return Some(small(u32::try_from(power).ok()?));
    }
    let mut product = small(POWER_OF_FIVE);
    let mut rest = power - u64::from(POWER_OF_FIVE);
    let mut factor = Number::from(5_i64).with_precision(precision + 64);
    while rest > 0 {
        if rest & 1 == 1 {
            product = product.mul_at(&factor, precision).ok()?;
        }
        factor = factor.mul_at(&factor, precision + 64).ok()?;
        rest >>= 1;
    }
    Some(product)
}
