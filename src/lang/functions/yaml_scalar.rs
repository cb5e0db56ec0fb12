//! What a plain YAML scalar means.
//!
//! The rules are YAML 1.1's as its users know them from configuration tools: `yes` is true, `0o17` and `0x1F` are
//! numbers, `017` is seventeen, a date is text in RFC 3339 form.

use crate::value::{Number, Type, Value};

use super::date;

/// The value of a scalar without quotes; the error is for what no value can hold.
pub(super) fn plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::null(Type::Dynamic),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::bool(false)
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::number(Number::infinity(false)),
        "-.inf" | "-.Inf" | "-.INF" => Value::number(Number::infinity(true)),
        ".nan" | ".NaN" | ".NAN" => return Err("\"not a number\" is not a number here".to_owned()),
        _ => match number(text).or_else(|| timestamp(text)) {
            Some(value) => value,
            None => Value::string(text),
        },
    })
}

fn number(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    for (prefix, base) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            let fits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
            let magnitude = num_bigint::BigInt::parse_bytes(digits.as_bytes(), base).filter(|_| fits)?;
            let integer = if sign.is_empty() { magnitude } else { -magnitude };
            return Some(Value::number(Number::from_bigint(&integer)));
        }
    }
    let starts = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let fits = |letter: char| letter.is_ascii_digit() || ".eE+-".contains(letter);
    if !starts || digits == "." || !digits.chars().all(fits) {
        return None;
    }
    Number::parse(&format!("{sign}{digits}")).map(Value::number)
}

/// `2001-12-14`, `2001-12-14T21:59:43.10-05:00`, `2001-1-2 3:04:05`
fn timestamp(text: &str) -> Option<Value> {
    let (day, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim_start()),
        None => (text, "00:00:00Z"),
    };
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |part: &str| (1..=2).contains(&part.len());
    if year.len() != 4 || !short(month) || !short(day) || parts.next().is_some() {
        return None;
    }
    let end = clock
        .find(|letter: char| !letter.is_ascii_digit() && !":.".contains(letter))
        .unwrap_or(clock.len());
    let (clock, zone) = clock.split_at_checked(end)?;
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let zone = if zone.is_empty() { "Z" } else { zone };
    let seconds = second.split('.').next()?;
    let fraction = second.get(seconds.len()..)?;
    let normal =
        format!("{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{seconds:0>2}{fraction}{zone}");
    date::normal(&normal).map(Value::string)
}
