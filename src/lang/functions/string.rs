//! Functions of strings.
//!
//! Characters are grapheme clusters, as people count them; letters change their case one by one (so that a
//! string never changes its length by it).

use unicode_segmentation::UnicodeSegmentation;

use crate::value::{Kind, Type, Value};

use super::args::{Args, failed, strings};
use super::numeric::whole;
use super::{Answer, regex};

fn text(text: impl AsRef<str>) -> Answer<Value> {
    Ok(Value::string(text))
}

pub(super) fn upper(args: &Args<'_>, _: &Type) -> Answer<Value> {
    text(args.text(0).chars().map(upper_letter).collect::<String>())
}

fn upper_letter(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => letter,
    }
}

pub(super) fn lower(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let lowered = args
        .text(0)
        .chars()
        .map(|letter| letter.to_lowercase().next().unwrap_or(letter));
    text(lowered.collect::<String>())
}

pub(super) fn title(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let mut before = ' ';
    let mut out = String::new();
    for letter in args.text(0).chars() {
        let starts = if before.is_ascii() {
            !before.is_ascii_alphanumeric() && before != '_'
        } else {
            !before.is_alphanumeric() && before.is_whitespace()
        };
        out.push(match letter {
            // Letters for two: only the first of them becomes a capital.
            'Ǆ' | 'ǆ' if starts => 'ǅ',
            'Ǉ' | 'ǉ' if starts => 'ǈ',
            'Ǌ' | 'ǌ' if starts => 'ǋ',
            'Ǳ' | 'ǳ' if starts => 'ǲ',
            letter if starts => upper_letter(letter),
            letter => letter,
        });
        before = letter;
    }
    text(out)
}

pub(super) fn chomp(args: &Args<'_>, _: &Type) -> Answer<Value> {
    text(args.text(0).trim_end_matches(['\r', '\n']))
}

pub(super) fn trimspace(args: &Args<'_>, _: &Type) -> Answer<Value> {
    text(args.text(0).trim())
}

pub(super) fn trim(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let cut = args.text(1);
    text(args.text(0).trim_matches(|letter| cut.contains(letter)))
}

pub(super) fn trimprefix(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let whole = args.text(0);
    text(whole.strip_prefix(args.text(1)).unwrap_or(whole))
}

pub(super) fn trimsuffix(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let whole = args.text(0);
    text(whole.strip_suffix(args.text(1)).unwrap_or(whole))
}

pub(super) fn startswith(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let (value, prefix) = (args.get(0)?, args.get(1)?);
    let unknown = || Ok(Value::unknown(Type::Bool).refine_not_null());
    let Some(prefix) = prefix.as_str() else {
        return unknown();
    };
    // The beginning may be known while the end is not.
    let known = value.known_prefix().unwrap_or_default();
    if known.starts_with(prefix) {
        return Ok(Value::bool(true));
    }
    if value.is_known() || !prefix.starts_with(known) {
        return Ok(Value::bool(false));
    }
    unknown()
}

pub(super) fn endswith(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::bool(args.text(0).ends_with(args.text(1))))
}

pub(super) fn strcontains(args: &Args<'_>, _: &Type) -> Answer<Value> {
    Ok(Value::bool(args.text(0).contains(args.text(1))))
}

/// The longest result that a function of strings makes.
pub(super) const LONGEST: usize = 64 << 20;

pub(super) fn indent(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let Ok(spaces) = usize::try_from(whole(args, 0, "the number of spaces")?) else {
        return args.fault(0, "the number of spaces must not be negative");
    };
    let lines = args.text(1).matches('\n').count();
    if spaces.saturating_mul(lines.max(1)) > LONGEST {
        return args.fault(0, "the indented text would be too long");
    }
    text(args.text(1).replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

pub(super) fn join(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let lists = args.from(1);
    if lists.is_empty() {
        return failed("it takes at least one list");
    }
    let mut parts = Vec::new();
    for (list, value) in lists.iter().enumerate() {
        for (at, item) in value.items().unwrap_or_default().iter().enumerate() {
            match item.kind() {
                Kind::String(part) => parts.push(&**part),
                Kind::Null(_) => {
                    return args.fault(
                        list + 1,
                        format!("element {at} is null, and null cannot be joined"),
                    );
                }
                _ => return Ok(Value::unknown(Type::String).refine_not_null()),
            }
        }
    }
    text(parts.join(args.text(0)))
}

pub(super) fn split(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let (separator, whole) = (args.text(0), args.text(1));
    if separator.is_empty() {
        let mut buffer = [0; 4];
        return Ok(strings(
            whole
                .chars()
                .map(|letter| letter.encode_utf8(&mut buffer).to_owned()),
        ));
    }
    Ok(strings(whole.split(separator)))
}

pub(super) fn strrev(args: &Args<'_>, _: &Type) -> Answer<Value> {
    text(args.text(0).graphemes(true).rev().collect::<String>())
}

pub(super) fn substr(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let letters: Vec<&str> = args.text(0).graphemes(true).collect();
    let offset = whole(args, 1, "the offset")?;
    let length = whole(args, 2, "the length")?;
    let count = i64::try_from(letters.len()).unwrap_or(i64::MAX);
    // A negative offset counts from the end.
    let start = if offset < 0 {
        count.saturating_add(offset).max(0)
    } else {
        offset.min(count)
    };
    // Nothing of a part that is counted from the end means all of it.
    let end = if length < 0 || (length == 0 && offset < 0) {
        count
    } else {
        start.saturating_add(length).min(count)
    };
    let at = |position: i64| usize::try_from(position).unwrap_or(0);
    text(letters.get(at(start)..at(end)).unwrap_or_default().concat())
}

pub(super) fn replace(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let (whole, part, with) = (args.text(0), args.text(1), args.text(2));
    let pattern = part.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let replaced = match pattern {
        Some(pattern) => match regex::compile(pattern) {
            Ok(regex) => regex.replace_all(whole, with).into_owned(),
            Err(reason) => return args.fault(1, reason),
        },
        None => {
            let times = if part.is_empty() {
                whole.len() + 1
            } else {
                whole.len() / part.len()
            };
            if times.saturating_mul(with.len()) > LONGEST {
                return failed("the result would be too long");
            }
            whole.replace(part, with)
        }
    };
    text(replaced)
}
