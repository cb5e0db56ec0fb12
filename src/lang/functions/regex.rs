//! Regular expressions.
//!
//! The language is RE2's, which users know from the Go world: ASCII classes, `\Q...\E`, repeats up to 1000, no
//! look-around and no back-references. A pattern is translated for the engine beneath, which gives the same
//! leftmost-first matches in linear time.

use regex::{Captures, Regex, RegexBuilder};

use crate::value::{Members, Type, Value};

use super::Answer;
use super::args::{Args, failed};

/// Compiles a pattern; the error is the reason.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = Translator::new(pattern).run()?;
    RegexBuilder::new(&translated)
        .size_limit(32 << 20)
        .build()
        .map_err(|fault| match fault {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            regex::Error::Syntax(text) => {
                let reason = text.lines().last().unwrap_or_default();
                format!(
                    "the pattern is not a regular expression: {}",
                    reason.trim_start_matches("error: ")
                )
            }
            _ => "the pattern is not a regular expression".to_owned(),
        })
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
    /// Something stands before that can be repeated.
    can_repeat: bool,
    /// A repetition stands before.
    repeated: bool,
    depth: usize,
}

const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0C\r ";

impl<'a> Translator<'a> {
    fn new(pattern: &'a str) -> Translator<'a> {
        Translator {
            rest: pattern,
            out: String::with_capacity(pattern.len() + 16),
            can_repeat: false,
            repeated: false,
            depth: 0,
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next()?;
        self.rest = letters.as_str();
        Some(letter)
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn atom(&mut self) {
        self.can_repeat = true;
        self.repeated = false;
    }

    fn run(mut self) -> Result<String, String> {
        while let Some(letter) = self.next() {
            match letter {
                '\\' => self.escape()?,
                '[' => {
                    self.class()?;
                    self.atom();
                }
                '(' => self.group()?,
                ')' => {
                    if self.depth == 0 {
                        return Err("there is a closing parenthesis too many".to_owned());
                    }
                    self.depth -= 1;
                    self.out.push(')');
                    self.atom();
                }
                '*' | '+' | '?' => self.repeat(&letter.to_string())?,
                '{' => match counted(self.rest) {
                    Some((text, low, high)) => {
                        if low > 1000 || high.is_some_and(|high| high > 1000 || high < low) {
                            return Err(format!("the repeat count {{{text} is out of range"));
                        }
                        self.rest = self.rest.get(text.len()..).unwrap_or_default();
                        self.repeat(&format!("{{{text}"))?;
                    }
                    None => {
                        self.out.push_str("\\{");
                        self.atom();
                    }
                },
                '|' => {
                    self.out.push('|');
                    self.can_repeat = false;
                    self.repeated = false;
                }
                '}' | ']' => {
                    self.out.push('\\');
                    self.out.push(letter);
                    self.atom();
                }
                other => {
                    self.out.push(other);
                    self.atom();
                }
            }
        }
        if self.depth > 0 {
            return Err("a closing parenthesis is missing".to_owned());
        }
        Ok(self.out)
    }

    fn repeat(&mut self, operator: &str) -> Result<(), String> {
        if self.repeated {
            return Err(format!(
                "a repetition such as \"{operator}\" cannot be repeated itself"
            ));
        }
        if !self.can_repeat {
            return Err(format!("there is nothing before \"{operator}\" to repeat"));
        }
        self.out.push_str(operator);
        if self.eat("?") {
            self.out.push('?');
        }
        self.repeated = true;
        Ok(())
    }

    fn group(&mut self) -> Result<(), String> {
        self.can_repeat = false;
        self.repeated = false;
        if !self.rest.starts_with('?') {
            self.depth += 1;
            self.out.push('(');
            return Ok(());
        }
        let bad = |rest: &str| {
            let shown: String = rest.chars().take(3).collect();
            Err(format!("the group \"({shown}\" is of no known kind"))
        };
        let body = self.rest.get(1..).unwrap_or_default();
        let named = body.strip_prefix("P<").or_else(|| {
            body.strip_prefix('<')
                .filter(|rest| !rest.starts_with(['=', '!']))
        });
        if let Some(named) = named {
            let Some((name, rest)) = named.split_once('>') else {
                return bad(self.rest);
            };
            let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            if name.is_empty() || !name.chars().all(fits) {
                return Err(format!("\"{name}\" is not a name for a group"));
            }
            self.out.push_str(&format!("(?P<{name}>"));
            self.rest = rest;
            self.depth += 1;
            return Ok(());
        }
        let flags: String = body
            .chars()
            .take_while(|letter| "imsU-".contains(*letter))
            .collect();
        let end = body.get(flags.len()..).and_then(|rest| rest.chars().next());
        match end {
            Some(':') => self.depth += 1,
            Some(')') if !flags.is_empty() => {}
            _ => return bad(self.rest),
        }
        let length = 1 + flags.len() + 1;
        self.out.push('(');
        self.out.push_str(self.rest.get(..length).unwrap_or_default());
        self.rest = self.rest.get(length..).unwrap_or_default();
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(letter) = self.next() else {
            return Err("the pattern ends with a backslash".to_owned());
        };
        match letter {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str(&format!("[{WORD}]")),
            'W' => self.out.push_str(&format!("[^{WORD}]")),
            's' => self.out.push_str(&format!("[{SPACE}]")),
            'S' => self.out.push_str(&format!("[^{SPACE}]")),
            'b' => self.out.push_str(r"(?-u:\b)"),
            'B' => self.out.push_str(r"(?:\b{start-half}\b{end-half}|\B)"),
            'A' => self.out.push_str(r"\A"),
            'z' => self.out.push_str(r"\z"),
            'p' | 'P' => self.property(letter)?,
            'Q' => {
                let (literal, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                self.out.push_str(&regex::escape(literal));
                self.rest = rest;
            }
            'E' => return Ok(()),
            other => {
                let literal = self.literal(other)?;
                self.push_literal(literal);
            }
        }
        self.atom();
        Ok(())
    }

    fn push_literal(&mut self, letter: char) {
        self.out.push_str(&format!("\\x{{{:X}}}", u32::from(letter)));
    }

    /// `\pN`, `\p{Greek}`, `\p{^Greek}`
    fn property(&mut self, letter: char) -> Result<(), String> {
        let Some(first) = self.next() else {
            return Err("a name must follow \"\\p\"".to_owned());
        };
        if first != '{' {
            self.out.push_str(&format!("\\{letter}{first}"));
            return Ok(());
        }
        let Some((name, rest)) = self.rest.split_once('}') else {
            return Err("the brace behind \"\\p\" is not closed".to_owned());
        };
        let (name, inverted) = match name.strip_prefix('^') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let letter = if (letter == 'P') == inverted { 'p' } else { 'P' };
        self.out.push_str(&format!("\\{letter}{{{name}}}"));
        self.rest = rest;
        Ok(())
    }

    /// The character that an escape stands for.
    fn literal(&mut self, letter: char) -> Result<char, String> {
        let unknown = |letter: char| Err(format!("there is no escape sequence \"\\{letter}\""));
        Ok(match letter {
            'a' => '\u{7}',
            'f' => '\u{c}',
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'v' => '\u{b}',
            'x' => {
                let digits: &str = if self.eat("{") {
                    let Some((digits, rest)) = self.rest.split_once('}') else {
                        return unknown('x');
                    };
                    self.rest = rest;
                    digits
                } else {
                    let Some((digits, rest)) = self.rest.split_at_checked(2) else {
                        return unknown('x');
                    };
                    self.rest = rest;
                    digits
                };
                match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
                    Some(letter) => letter,
                    None => return unknown('x'),
                }
            }
            '0'..='7' => {
                let more: String = self
                    .rest
                    .chars()
                    .take(2)
                    .take_while(|digit| ('0'..='7').contains(digit))
                    .collect();
                if letter != '0' && more.is_empty() {
                    return unknown(letter);
                }
                self.rest = self.rest.get(more.len()..).unwrap_or_default();
                let code = u32::from_str_radix(&format!("{letter}{more}"), 8).unwrap_or(0);
                char::from_u32(code).unwrap_or('\0')
            }
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => other,
            other => return unknown(other),
        })
    }

    /// `[...]`, from behind the bracket.
    fn class(&mut self) -> Result<(), String> {
        let whole = self.rest;
        let missing = || {
            let shown: String = whole.chars().take(12).collect();
            Err(format!("the closing bracket of \"[{shown}\" is missing"))
        };
        self.out.push('[');
        if self.eat("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let Some(letter) = self.next() else {
                return missing();
            };
            match letter {
                ']' if !first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.rest.starts_with(':') => {
                    let Some((name, rest)) = self.rest.split_once(":]") else {
                        self.out.push_str("\\[");
                        first = false;
                        continue;
                    };
                    self.out.push_str(&format!("[{name}:]"));
                    self.rest = rest;
                }
                '\\' if self.eat("d") => self.out.push_str("0-9"),
                '\\' if self.eat("D") => self.out.push_str("[^0-9]"),
                '\\' if self.eat("w") => self.out.push_str(WORD),
                '\\' if self.eat("W") => self.out.push_str(&format!("[^{WORD}]")),
                '\\' if self.eat("s") => self.out.push_str(SPACE),
                '\\' if self.eat("S") => self.out.push_str(&format!("[^{SPACE}]")),
                '\\' if self.eat("p") => self.property('p')?,
                '\\' if self.eat("P") => self.property('P')?,
                letter => {
                    let low = self.class_letter(letter)?;
                    self.push_literal(low);
                    // A dash at either end is itself.
                    if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                        self.eat("-");
                        let Some(letter) = self.next() else {
                            return missing();
                        };
                        let high = self.class_letter(letter)?;
                        if high < low {
                            return Err(format!("the range from \"{low}\" to \"{high}\" runs backwards"));
                        }
                        self.out.push('-');
                        self.push_literal(high);
                    }
                }
            }
            first = false;
        }
    }

    /// A character of a class, as it is or escaped.
    fn class_letter(&mut self, letter: char) -> Result<char, String> {
        match letter {
            '\\' => match self.next() {
                Some(letter) => self.literal(letter),
                None => Err("the pattern ends with a backslash".to_owned()),
            },
            plain => Ok(plain),
        }
    }
}

/// `n}`, `n,}` or `n,m}` at the beginning of a text, and the two numbers.
fn counted(rest: &str) -> Option<(&str, u32, Option<u32>)> {
    let (body, _) = rest.split_once('}')?;
    let number = |text: &str| -> Option<u32> {
        if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        Some(text.parse().unwrap_or(u32::MAX))
    };
    let (low, high) = match body.split_once(',') {
        None => (number(body)?, Some(number(body)?)),
        Some((low, "")) => (number(low)?, None),
        Some((low, high)) => (number(low)?, Some(number(high)?)),
    };
    Some((rest.get(..=body.len())?, low, high))
}

/// What a match of the pattern gives.
fn match_type(regex: &Regex) -> Result<Type, String> {
    let mut named = Vec::new();
    let mut unnamed = 0_usize;
    for name in regex.capture_names().skip(1) {
        match name {
            Some(name) => named.push(name),
            None => unnamed += 1,
        }
    }
    match (named.is_empty(), unnamed) {
        (true, 0) => Ok(Type::String),
        (true, count) => Ok(Type::tuple(std::iter::repeat_n(Type::String, count))),
        (false, 0) => Ok(Type::object(named.into_iter().map(|name| (name, Type::String)))),
        _ => Err("named and unnamed groups cannot be mixed in one pattern".to_owned()),
    }
}

fn match_value(regex: &Regex, found: &Captures<'_>, ty: &Type) -> Value {
    let group = |text: Option<regex::Match<'_>>| match text {
        Some(text) => Value::string(text.as_str()),
        None => Value::null(Type::String),
    };
    match ty {
        Type::Tuple(_) => Value::tuple(found.iter().skip(1).map(group).collect()),
        Type::Object(_) => Value::object_members(
            regex
                .capture_names()
                .flatten()
                .map(|name| (name.into(), group(found.name(name))))
                .collect::<Members>(),
        ),
        _ => group(found.get(0)),
    }
}

fn pattern(args: &Args<'_>) -> Answer<Regex> {
    match compile(args.text(0)) {
        Ok(regex) => Ok(regex),
        Err(reason) => args.fault(0, reason),
    }
}

pub(super) fn regex_type(args: &Args<'_>) -> Answer<Type> {
    if !args.get(0)?.is_known() {
        return Ok(Type::Dynamic);
    }
    match match_type(&pattern(args)?) {
        Ok(ty) => Ok(ty),
        Err(reason) => args.fault(0, reason),
    }
}

pub(super) fn regexall_type(args: &Args<'_>) -> Answer<Type> {
    Ok(Type::list(regex_type(args)?))
}

pub(super) fn regex(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let regex = pattern(args)?;
    match regex.captures(args.text(1)) {
        Some(found) => Ok(match_value(&regex, &found, ty)),
        None => failed("the pattern matches no part of the string"),
    }
}

pub(super) fn regexall(args: &Args<'_>, ty: &Type) -> Answer<Value> {
    let regex = pattern(args)?;
    let element = ty.element().cloned().unwrap_or(Type::String);
    let all = regex
        .captures_iter(args.text(1))
        .map(|found| match_value(&regex, &found, &element))
        .collect();
    Ok(Value::list(element, all))
}
