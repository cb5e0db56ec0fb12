//! Functions of time.
//!
//! A time is RFC 3339 text. Days are counted by the proleptic Gregorian calendar; there are no leap seconds.
//! What time it is comes through the scope.

use crate::lang::fault::quote;
use crate::value::{Type, Value};

use super::Answer;
use super::args::Args;

/// A point in time as it was written: local date and time, and the offset from UTC in minutes.
#[derive(Clone, Copy)]
struct Time {
    year: i64,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanosecond: u32,
    offset: i64,
}

/// Days since 1970-01-01 of a date (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = i64::from((month + 9) % 12);
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970-01-01.
fn date(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (
        year,
        u32::try_from(month).unwrap_or(1),
        u32::try_from(day).unwrap_or(1),
    )
}

fn days_in(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Time {
    /// Nanoseconds since 1970 in UTC.
    fn instant(&self) -> i128 {
        let seconds = days(self.year, self.month, self.day) * 86_400
            + i64::from(self.hour * 3600 + self.minute * 60 + self.second)
            - self.offset * 60;
        i128::from(seconds) * 1_000_000_000 + i128::from(self.nanosecond)
    }

    fn at(instant: i128, offset: i64) -> Time {
        let seconds = instant.div_euclid(1_000_000_000);
        let local = i64::try_from(seconds).unwrap_or(i64::MAX / 4) + offset * 60;
        let (year, month, day) = date(local.div_euclid(86_400));
        let of_day = u32::try_from(local.rem_euclid(86_400)).unwrap_or(0);
        Time {
            year,
            month,
            day,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            nanosecond: u32::try_from(instant.rem_euclid(1_000_000_000)).unwrap_or(0),
            offset,
        }
    }

    fn zone(&self, colon: bool) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        let colon = if colon { ":" } else { "" };
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }

    /// RFC 3339 with whole seconds.
    fn show(&self) -> String {
        let zone = if self.offset == 0 {
            "Z".to_owned()
        } else {
            self.zone(true)
        };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

/// Whether text is a time, for other families of functions; as it would be shown.
pub(super) fn normal(text: &str) -> Option<String> {
    parse(text).ok().map(|time| time.show())
}

fn parse(text: &str) -> Result<Time, String> {
    let mut rest = text;
    let year = digits(&mut rest, 4, "a year of four digits", 0, 9999)?;
    mark(&mut rest, &['-'], "\"-\" and the month")?;
    let month = digits(&mut rest, 2, "a month from 01 to 12", 1, 12)?;
    mark(&mut rest, &['-'], "\"-\" and the day")?;
    let day = digits(&mut rest, 2, "a day of two digits", 1, 31)?;
    if day > days_in(i64::from(year), month) {
        return Err("the month has no such day".to_owned());
    }
    mark(&mut rest, &['T'], "\"T\" and the time")?;
    let hour = digits(&mut rest, 2, "an hour from 00 to 23", 0, 23)?;
    mark(&mut rest, &[':'], "\":\" and the minute")?;
    let minute = digits(&mut rest, 2, "a minute from 00 to 59", 0, 59)?;
    mark(&mut rest, &[':'], "\":\" and the second")?;
    let second = digits(&mut rest, 2, "a second from 00 to 59", 0, 59)?;
    let mut nanosecond = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let (part, behind) = fraction.split_at_checked(count).unwrap_or((fraction, ""));
        if part.is_empty() {
            return Err("digits must follow the point of the seconds".to_owned());
        }
        let nine: String = part.chars().chain("000000000".chars()).take(9).collect();
        nanosecond = nine.parse().unwrap_or(0);
        rest = behind;
    }
    let offset = match rest.strip_prefix('Z') {
        Some(behind) => {
            rest = behind;
            0
        }
        None => {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            mark(&mut rest, &['+', '-'], "\"Z\" or an offset such as +01:00")?;
            let hours = digits(&mut rest, 2, "the hours of an offset", 0, 23)?;
            mark(&mut rest, &[':'], "\":\" and the minutes of the offset")?;
            let minutes = digits(&mut rest, 2, "the minutes of an offset", 0, 59)?;
            sign * i64::from(hours * 60 + minutes)
        }
    };
    if !rest.is_empty() {
        return Err(format!("{} does not belong to it", quote(rest)));
    }
    Ok(Time {
        year: i64::from(year),
        month,
        day,
        hour,
        minute,
        second,
        nanosecond,
        offset,
    })
}

fn digits(rest: &mut &str, count: usize, what: &str, low: u32, high: u32) -> Result<u32, String> {
    let part = rest
        .get(..count)
        .filter(|part| part.bytes().all(|digit| digit.is_ascii_digit()));
    let number = part.and_then(|part| part.parse::<u32>().ok());
    match number.filter(|number| (low..=high).contains(number)) {
        Some(number) => {
            *rest = rest.get(count..).unwrap_or_default();
            Ok(number)
        }
        None => Err(format!("{what} is expected at {}", quote(rest))),
    }
}

fn mark(rest: &mut &str, marks: &[char], what: &str) -> Result<(), String> {
    match rest.strip_prefix(marks) {
        Some(behind) => {
            *rest = behind;
            Ok(())
        }
        None => Err(format!("{what} is expected at {}", quote(rest))),
    }
}

fn time(args: &Args<'_>, at: usize) -> Answer<Time> {
    match parse(args.text(at)) {
        Ok(time) => Ok(time),
        Err(reason) => args.fault(at, format!("it is not an RFC 3339 timestamp: {reason}")),
    }
}

pub(super) fn timecmp(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let order = time(args, 0)?.instant().cmp(&time(args, 1)?.instant());
    Ok(Value::int(order as i64))
}

pub(super) fn timeadd(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let time = time(args, 0)?;
    match duration(args.text(1)) {
        Some(span) => Ok(Value::string(Time::at(time.instant() + span, time.offset).show())),
        None => args.fault(
            1,
            "a duration is a sequence of numbers with the units h, m, s, ms, us and ns, such as \"1h30m\", and of at most some \
             292 years",
        ),
    }
}

/// Nanoseconds of `-1h30m`, `1.5s`, ...
fn duration(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, behind) = rest.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let end = behind
            .find(|letter: char| letter.is_ascii_digit() || letter == '.')
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(end)?;
        let nanoseconds: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        if whole.len() > 19 {
            return None;
        }
        total = total.saturating_add(whole.parse::<i128>().unwrap_or(0) * nanoseconds);
        let fraction: String = fraction.chars().take(15).collect();
        if !fraction.is_empty() {
            let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
            total += fraction.parse::<i128>().ok()? * nanoseconds / scale;
        }
        rest = behind;
    }
    // As long as other tools take, which is some 292 years.
    if total > i128::from(i64::MAX) {
        return None;
    }
    Some(if negative { -total } else { total })
}

pub(super) fn timestamp(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    Ok(match args.surroundings.scope.effects() {
        Some(effects) => Value::string(effects.timestamp()),
        None => Value::unknown(ty.clone()).refine_not_null(),
    })
}

pub(super) fn plantimestamp(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    Ok(match args.surroundings.scope.plan_timestamp() {
        Some(time) => Value::string(time),
        None => Value::unknown(ty.clone()).refine_not_null(),
    })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) fn formatdate(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let time = time(args, 1)?;
    let mut out = String::new();
    let mut rest = args.text(0);
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            let (literal, behind) = match literal(rest.get(1..).unwrap_or_default()) {
                Some(found) => found,
                None => return args.fault(0, "a quoted part has no closing quote"),
            };
            out.push_str(&literal);
            rest = behind;
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            out.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            continue;
        }
        let count = rest.chars().take_while(|next| *next == letter).count();
        let (verb, behind) = rest.split_at_checked(count).unwrap_or((rest, ""));
        match part(&time, verb) {
            Some(text) => out.push_str(&text),
            None => {
                return args.fault(
                    0,
                    format!(
                        "there is no date verb {}; write letters that are not verbs in single quotes",
                        quote(verb)
                    ),
                );
            }
        }
        rest = behind;
    }
    Ok(Value::string(out))
}

/// A quoted part, from behind its first quote; two quotes stand for one.
fn literal(mut rest: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    loop {
        let (text, behind) = rest.split_once('\'')?;
        out.push_str(text);
        match behind.strip_prefix('\'') {
            Some(more) => {
                out.push('\'');
                rest = more;
            }
            None => return Some((out, behind)),
        }
    }
}

fn part(time: &Time, verb: &str) -> Option<String> {
    let twelve = match time.hour % 12 {
        0 => 12,
        hour => hour,
    };
    let short = |name: &str| name.get(..3).unwrap_or(name).to_owned();
    let month = || MONTHS.get(time.month as usize - 1).copied().unwrap_or_default();
    let weekday = || {
        // 1970-01-01 was a Thursday.
        let day = (days(time.year, time.month, time.day) + 4).rem_euclid(7);
        let day = usize::try_from(day).unwrap_or(0);
        DAYS.get(day).copied().unwrap_or_default()
    };
    let half = if time.hour < 12 { "am" } else { "pm" };
    let utc = time.offset == 0;
    Some(match verb {
        "YYYY" => format!("{:04}", time.year),
        "YY" => format!("{:02}", time.year % 100),
        "MMMM" => month().to_owned(),
        "MMM" => short(month()),
        "MM" => format!("{:02}", time.month),
        "M" => time.month.to_string(),
        "DD" => format!("{:02}", time.day),
        "D" => time.day.to_string(),
        "EEEE" => weekday().to_owned(),
        "EEE" => short(weekday()),
        "hh" => format!("{:02}", time.hour),
        "h" => time.hour.to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => half.to_uppercase(),
        "aa" => half.to_owned(),
        "mm" => format!("{:02}", time.minute),
        "m" => time.minute.to_string(),
        "ss" => format!("{:02}", time.second),
        "s" => time.second.to_string(),
        "Z" if utc => "Z".to_owned(),
        "ZZZ" if utc => "UTC".to_owned(),
        "Z" | "ZZZZZ" => time.zone(true),
        "ZZZ" | "ZZZZ" => time.zone(false),
        _ => return None,
    })
}
