//! `format` and `formatlist`: format strings with verbs.
//!
//! The verbs are `%v %#v %t %b %d %o %x %X %e %E %f %g %G %s %q %%`, with flags, width, precision and an
//! argument's number in brackets, as in other tools of this kind. Width and precision of strings count
//! characters as people see them.

use unicode_segmentation::UnicodeSegmentation;

use crate::value::convert::convert;
use crate::value::json::to_json_string;
use crate::value::{Kind, Marks, Refinement, Type, Value};

use super::args::{Args, failed, strings};
use super::{Answer, Fault, number_text};

/// One `%...` of a format string.
#[derive(Clone, Debug, Default)]
struct Verb {
    text: String,
    letter: char,
    argument: usize,
    alternate: bool,
    plus: bool,
    space: bool,
    zero: bool,
    left: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// A format string, taken apart.
enum Piece {
    Text(String),
    Verb(Verb),
}

/// The widest that a verb may be.
const WIDEST: usize = 1 << 16;

fn parse(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut next_argument = 0;
    let mut letters = format.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let mut verb = Verb {
            argument: next_argument,
            ..Verb::default()
        };
        let mut stage = Stage::Flags;
        loop {
            let Some((at, letter)) = letters.next() else {
                return Err(format!(
                    "the format string ends within the verb at offset {start}"
                ));
            };
            match letter {
                '0' if stage == Stage::Flags => verb.zero = true,
                '#' if stage == Stage::Flags => verb.alternate = true,
                '-' if stage == Stage::Flags => verb.left = true,
                '+' if stage == Stage::Flags => verb.plus = true,
                ' ' if stage == Stage::Flags => verb.space = true,
                '1'..='9' if stage == Stage::Flags => {
                    stage = Stage::Width;
                    verb.width = Some(digits(letter, &mut letters)?);
                }
                '.' if stage < Stage::Precision => {
                    stage = Stage::Precision;
                    verb.precision = Some(match letters.peek() {
                        Some((_, digit)) if digit.is_ascii_digit() => {
                            let digit = *digit;
                            letters.next();
                            digits(digit, &mut letters)?
                        }
                        _ => 0,
                    });
                }
                '[' if stage < Stage::Argument => {
                    stage = Stage::Argument;
                    let number = match letters.next() {
                        Some((_, digit)) if digit.is_ascii_digit() => digits(digit, &mut letters)?,
                        _ => return Err(format!("a number must follow \"[\" at offset {at}")),
                    };
                    if letters.next().map(|(_, end)| end) != Some(']') || number == 0 {
                        return Err(format!("\"[\" at offset {at} is not an argument's number"));
                    }
                    verb.argument = number - 1;
                }
                letter if letter.is_ascii_alphabetic() || letter == '%' => {
                    verb.letter = letter;
                    let end = at + letter.len_utf8();
                    verb.text = format.get(start..end).unwrap_or_default().to_owned();
                    break;
                }
                other => {
                    return Err(format!(
                        "the character {:?} at offset {at} is not part of a verb",
                        other
                    ));
                }
            }
        }
        if verb.letter == '%' {
            text.push('%');
            continue;
        }
        if !"vtbdoxXeEfgGsq".contains(verb.letter) {
            return Err(format!(
                "there is no verb \"{}\" as in \"{}\" at offset {start}",
                verb.letter, verb.text
            ));
        }
        next_argument = verb.argument + 1;
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Verb(verb));
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Stage {
    Flags,
    Width,
    Precision,
    Argument,
}

fn digits(
    first: char,
    letters: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
) -> Result<usize, String> {
    let mut number = first.to_digit(10).unwrap_or(0) as usize;
    while let Some((_, letter)) = letters.peek() {
        let Some(digit) = letter.to_digit(10) else { break };
        number = number * 10 + digit as usize;
        if number > WIDEST {
            return Err(format!(
                "a width, a precision or an argument's number is above {WIDEST}"
            ));
        }
        letters.next();
    }
    Ok(number)
}

pub(super) fn format(args: &Args<'_>, _: &Type) -> Answer<Value> {
    let Some(format) = args.get(0)?.as_str() else {
        return Ok(Value::unknown(Type::String).refine_not_null());
    };
    let pieces = parse(format).map_err(|reason| Fault::Argument(0, reason))?;
    let arguments = args.from(1);
    check_counts(args, &pieces, arguments.len())?;
    match render(&pieces, arguments) {
        Ok(text) => Ok(text),
        Err(reason) => failed(reason),
    }
}

fn check_counts(args: &Args<'_>, pieces: &[Piece], given: usize) -> Answer<()> {
    let mut used = 0;
    for piece in pieces {
        if let Piece::Verb(verb) = piece {
            if verb.argument >= given {
                return failed(format!(
                    "there is no argument {} for \"{}\": there are {given} behind the format string",
                    verb.argument + 1,
                    verb.text
                ));
            }
            used = used.max(verb.argument + 1);
        }
    }
    if given > used {
        return args.fault(
            used + 1,
            format!("the format string uses {used} of the {given} arguments behind it"),
        );
    }
    Ok(())
}

/// The text, or an unknown with what is known of its beginning.
fn render(pieces: &[Piece], arguments: &[Value]) -> Result<Value, String> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Verb(verb) => {
                let Some(value) = arguments.get(verb.argument) else {
                    return Err(format!("there is no argument for \"{}\"", verb.text));
                };
                if !value.is_wholly_known() {
                    let beginning = Refinement::not_null().with_prefix(&out);
                    return Ok(Value::unknown_refined(Type::String, beginning));
                }
                out.push_str(&one(verb, value)?);
            }
        }
    }
    Ok(Value::string(out))
}

fn one(verb: &Verb, value: &Value) -> Result<String, String> {
    let fault = |reason: &str| format!("\"{}\" does not take this value: {reason}", verb.text);
    let as_type = |ty: &Type| match convert(value, ty) {
        Ok(value) if value.is_null() => Err(fault("it is null")),
        Ok(value) => Ok(value),
        Err(reason) => Err(fault(&reason.to_string())),
    };
    match verb.letter {
        'v' => match value.kind() {
            Kind::String(text) if !verb.alternate => Ok(pad_text(verb, text)),
            Kind::Number(number) if !verb.alternate => {
                let text = match number.is_infinite() {
                    true => None,
                    false => number_text::general(number, None, 'e'),
                };
                Ok(pad_text(verb, &text.unwrap_or_else(|| number.to_string())))
            }
            _ => {
                let json = to_json_string(value).map_err(|reason| fault(&reason.to_string()))?;
                Ok(pad_text(verb, &json))
            }
        },
        't' => {
            let answer = as_type(&Type::Bool)?.as_bool().unwrap_or_default();
            Ok(answer.to_string())
        }
        's' | 'q' => {
            let value = as_type(&Type::String)?;
            let mut text = value.as_str().unwrap_or_default().to_owned();
            if let Some(count) = verb.precision {
                text = text.graphemes(true).take(count).collect();
            }
            if verb.letter == 'q' {
                text = to_json_string(&Value::string(&text)).map_err(|reason| fault(&reason.to_string()))?;
            }
            Ok(pad_text(verb, &text))
        }
        _ => {
            let value = as_type(&Type::Number)?;
            let Some(number) = value.as_number() else {
                return Err(fault("it is no number"));
            };
            if number.is_infinite() {
                return Ok(pad(verb, &number.to_string()));
            }
            if verb
                .precision
                .is_some_and(|count| count > number_text::MOST_DIGITS)
            {
                return Err(fault("it has too many digits behind the point"));
            }
            let (negative, digits) = match verb.letter {
                'b' | 'd' | 'o' | 'x' | 'X' => {
                    let Some(integer) = number.to_bigint().filter(|_| number.is_integer()) else {
                        return Err(fault("it is not a whole number"));
                    };
                    integer_digits(verb, &integer)
                }
                letter => {
                    let exponent = if letter.is_ascii_uppercase() { 'E' } else { 'e' };
                    let text = match letter {
                        'e' | 'E' => {
                            number_text::scientific(number, Some(verb.precision.unwrap_or(6)), exponent)
                        }
                        'f' => number_text::fixed(number, verb.precision.unwrap_or(6)),
                        _ => number_text::general(number, verb.precision, exponent),
                    };
                    let Some(text) = text else {
                        return Err(fault("its digits are too many"));
                    };
                    match text.strip_prefix('-') {
                        Some(digits) => (true, digits.to_owned()),
                        None => (false, text),
                    }
                }
            };
            Ok(signed(verb, negative, &digits))
        }
    }
}

fn integer_digits(verb: &Verb, integer: &num_bigint::BigInt) -> (bool, String) {
    let (base, prefix) = match verb.letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' | 'X' => (16, "0x"),
        _ => (10, ""),
    };
    let (negative, mut digits) = number_text::integer(integer, base);
    if let Some(count) = verb.precision {
        digits = format!("{digits:0>count$}");
    }
    if verb.alternate {
        digits.insert_str(0, prefix);
    }
    if verb.letter == 'X' {
        digits = digits.to_uppercase();
    }
    (negative, digits)
}

/// Sign and padding of a number.
fn signed(verb: &Verb, negative: bool, digits: &str) -> String {
    let sign = match (negative, verb.plus, verb.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let width = verb.width.unwrap_or(0);
    let length = sign.len() + digits.len();
    let exact = verb.precision.is_some() && "bdoxX".contains(verb.letter);
    if verb.zero && !verb.left && !exact && length < width {
        return format!("{sign}{}{digits}", "0".repeat(width - length));
    }
    pad(verb, &format!("{sign}{digits}"))
}

fn pad(verb: &Verb, text: &str) -> String {
    fill(verb, text, " ")
}

/// What is no number is filled with zeros like a text, on either side.
fn pad_text(verb: &Verb, text: &str) -> String {
    fill(verb, text, if verb.zero { "0" } else { " " })
}

fn fill(verb: &Verb, text: &str, with: &str) -> String {
    let width = verb.width.unwrap_or(0);
    let length = text.graphemes(true).count();
    if length >= width {
        return text.to_owned();
    }
    let fill = with.repeat(width - length);
    if verb.left {
        format!("{text}{fill}")
    } else {
        format!("{fill}{text}")
    }
}

pub(super) fn formatlist(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let Some(format) = args.get(0)?.as_str() else {
        return Ok(Value::unknown(ty.clone()).refine_not_null());
    };
    let arguments = args.from(1);
    let mut length: Option<(usize, usize)> = None;
    for (at, value) in arguments.iter().enumerate() {
        let is_list = matches!(value.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
        match value.items() {
            // Elements of a set that are not known yet may turn out to be equal.
            Some(_) if !value.length().is_known() => {
                return Ok(Value::unknown(ty.clone()).refine_not_null());
            }
            Some(items) => match length {
                Some((first, count)) if count != items.len() => {
                    return args.fault(
                        at + 1,
                        format!(
                            "its length is {}, but the length of argument {} is {count}",
                            items.len(),
                            first + 1
                        ),
                    );
                }
                _ => length = length.or(Some((at, items.len()))),
            },
            None if !value.is_known() && (is_list || value.ty() == Type::Dynamic) => {
                return Ok(Value::unknown(ty.clone()).refine_not_null());
            }
            None => {}
        }
    }
    let count = length.map_or(1, |(_, count)| count);
    if count == 0 {
        // The format is looked at for each element, so for none of them.
        return Ok(strings(Vec::<String>::new()));
    }
    let pieces = parse(format).map_err(|reason| Fault::Argument(0, reason))?;
    check_counts(args, &pieces, arguments.len())?;
    let mut results = Vec::with_capacity(count);
    for row in 0..count {
        let cells: Vec<Value> = arguments
            .iter()
            .map(|value| match value.items() {
                Some(items) => items.get(row).cloned().unwrap_or_else(Value::dynamic_null),
                None => value.clone(),
            })
            .collect();
        match render(&pieces, &cells) {
            Ok(text) => results.push(text.mark(Marks::NONE)),
            Err(reason) => return failed(format!("for element {row}, {reason}")),
        }
    }
    Ok(Value::list(Type::String, results))
}
