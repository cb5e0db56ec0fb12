//! Reading addresses back from text, as in `-target` and in the state commands.
//!
//! It reads exactly what the addresses print, plus white space around the whole. It does not evaluate: a key
//! is a number or a quoted string without interpolation.

use std::fmt;
use std::sync::Arc;

use super::{InstanceAddr, InstanceKey, Mode, ModuleInstance, ResourceAddr};

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, as a full sentence.
    pub message: String,
    /// Byte offset of the fault.
    pub at: usize,
}

impl ParseError {
    /// The message with the beginning of the text that is in order.
    pub fn behind(&self, text: &str) -> String {
        match text.get(..self.at).filter(|before| !before.is_empty()) {
            Some(before) => {
                let mut message = self.message.clone();
                if let Some(first) = message.get_mut(..1) {
                    first.make_ascii_lowercase();
                }
                format!("Behind \"{before}\", {message}")
            }
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What `-target` and its like name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A module instance, or all instances of a call when the last key is none.
    Module(ModuleInstance),
    /// A resource instance, or all instances when the key is none.
    Resource(InstanceAddr),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Module(module) => module.fmt(f),
            Target::Resource(addr) => addr.fmt(f),
        }
    }
}

/// Whether a text can be a name: a letter or an underscore, then letters, digits, combining marks, underscores and dashes.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(starts_name) && letters.all(continues_name)
}

fn starts_name(letter: char) -> bool {
    letter == '_' || unicode_ident::is_xid_start(letter)
}

fn continues_name(letter: char) -> bool {
    letter == '-' || unicode_ident::is_xid_continue(letter)
}

/// `module.a["k"].type.name[0]`
pub fn parse_instance(text: &str) -> Result<InstanceAddr, ParseError> {
    match parse_target(text)? {
        Target::Resource(address) => Ok(address),
        Target::Module(_) => Err(ParseError {
            message: "A resource address is needed here: a resource type and a name, joined by a dot."
                .to_owned(),
            at: text.len(),
        }),
    }
}

/// `module.a["k"].module.b`
pub fn parse_module(text: &str) -> Result<ModuleInstance, ParseError> {
    match parse_target(text)? {
        Target::Module(module) => Ok(module),
        Target::Resource(_) => Err(ParseError {
            message: "A module address is needed here, such as module.network.".to_owned(),
            at: 0,
        }),
    }
}

/// A module or resource address.
pub fn parse_target(text: &str) -> Result<Target, ParseError> {
    let mut reader = Reader {
        text,
        at: text.len() - text.trim_start().len(),
    };
    let mut module = ModuleInstance::root();
    loop {
        let name = reader.name()?;
        match name {
            "module" => {
                reader.dot()?;
                let call = reader.name()?;
                let key = reader.key()?;
                module.0.push((Arc::from(call), key));
                if reader.done() {
                    return Ok(Target::Module(module));
                }
                reader.dot()?;
            }
            "data" => {
                reader.dot()?;
                let type_name = reader.name()?;
                return reader.resource(module, Mode::Data, type_name);
            }
            type_name => return reader.resource(module, Mode::Managed, type_name),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn done(&self) -> bool {
        self.rest().trim().is_empty()
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError {
            message: message.into(),
            at: self.at,
        })
    }

    fn name(&mut self) -> Result<&'a str, ParseError> {
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(at, letter)| !(starts_name(*letter) || *at > 0 && continues_name(*letter)))
            .map_or(rest.len(), |(at, _)| at);
        if end == 0 {
            return self
                .fault("An address is made of names joined by dots, such as giantswarm_org.team[\"a\"].");
        }
        self.at += end;
        Ok(rest.get(..end).unwrap_or(""))
    }

    fn dot(&mut self) -> Result<(), ParseError> {
        if !self.rest().starts_with('.') {
            return self.fault("A dot and a name must follow here.");
        }
        self.at += 1;
        Ok(())
    }

    fn resource(mut self, module: ModuleInstance, mode: Mode, type_name: &str) -> Result<Target, ParseError> {
        self.dot()?;
        let name = self.name()?;
        let key = self.key()?;
        if !self.done() {
            return self.fault("Nothing may follow the resource instance in an address.");
        }
        let resource = ResourceAddr {
            mode,
            type_name: Arc::from(type_name),
            name: Arc::from(name),
        };
        Ok(Target::Resource(InstanceAddr {
            module,
            resource,
            key,
        }))
    }

    fn key(&mut self) -> Result<InstanceKey, ParseError> {
        if !self.rest().starts_with('[') {
            return Ok(InstanceKey::None);
        }
        self.at += 1;
        let key = if self.rest().starts_with('"') {
            self.string_key()?
        } else {
            self.number_key()?
        };
        if !self.rest().starts_with(']') {
            return self.fault("An instance key ends with a closing bracket.");
        }
        self.at += 1;
        Ok(key)
    }

    fn number_key(&mut self) -> Result<InstanceKey, ParseError> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        match rest.get(..end).and_then(|digits| digits.parse().ok()) {
            Some(index) => {
                self.at += end;
                Ok(InstanceKey::Int(index))
            }
            None => self.fault("An instance key is a whole number or a string in double quotes."),
        }
    }

    fn string_key(&mut self) -> Result<InstanceKey, ParseError> {
        let start = self.at;
        self.at += 1;
        let mut key = String::new();
        let mut letters = self.rest().char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += at + 1;
                    return Ok(InstanceKey::Str(Arc::from(key)));
                }
                '\\' => match letters.next().map(|(_, escaped)| escaped) {
                    Some('n') => key.push('\n'),
                    Some('r') => key.push('\r'),
                    Some('t') => key.push('\t'),
                    Some('u') => {
                        let digits: String = letters.by_ref().take(4).map(|(_, digit)| digit).collect();
                        match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                            Some(decoded) => key.push(decoded),
                            None => return self.fault("\\u needs four hexadecimal digits."),
                        }
                    }
                    Some(other) => key.push(other),
                    None => break,
                },
                '$' | '%' => {
                    key.push(letter);
                    let doubled = letters.peek().is_some_and(|(_, next)| *next == letter);
                    let brace = self
                        .rest()
                        .get(at + 2..)
                        .is_some_and(|rest| rest.starts_with('{'));
                    if doubled && brace {
                        letters.next();
                    }
                }
                other => key.push(other),
            }
        }
        self.at = start;
        self.fault("The string of this instance key has no closing quote.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        let printed = match parse_target(text).unwrap() {
            Target::Module(module) => module.to_string(),
            Target::Resource(address) => address.to_string(),
        };
        assert_eq!(printed, text);
    }

    #[test]
    fn an_address_parses_from_what_it_prints() {
        check("giantswarm_org.team");
        check("giantswarm_org.team[12]");
        check("data.giantswarm_org.team[\"a \\\"b\\\" \\n $${x} $y\"]");
        check("module.a");
        check("module.a[0].module.b[\"x.y\"].terraform_data.c-d[3]");
    }

    #[test]
    fn a_text_that_is_no_address_is_refused_at_its_fault() {
        let at = |text| parse_instance(text).map_err(|fault| fault.at);
        assert_eq!(at("giantswarm_org"), Err(14));
        assert_eq!(at("a.b[\"x"), Err(4));
        assert_eq!(at("a.b[x]"), Err(4));
        assert_eq!(at("a.b.c"), Err(3));
        assert_eq!(at(""), Err(0));
        assert_eq!(at("module.a"), Err(8));
    }

    #[test]
    fn integer_keys_are_ordered_by_number() {
        let mut keys = [
            InstanceKey::Int(10),
            InstanceKey::Int(9),
            InstanceKey::Str("1".into()),
            InstanceKey::None,
        ];
        keys.sort();
        assert_eq!(keys.map(|key| key.to_string()), ["", "[9]", "[10]", "[\"1\"]"]);
    }
}
