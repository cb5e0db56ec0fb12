//! The small words of a definition: ports, volume sizes, domain names and names.
//!
//! Each keeps what the user wrote as far as the API shows it again: a port remembers whether it was a
//! number, a short string or `number/protocol`; a size is always written as `N GB`.

use std::fmt;

use serde_json::Value;

/// The protocol of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// The default.
    Tcp,
    /// Must be named.
    Udp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        })
    }
}

/// How a port was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortForm {
    /// `5000`
    Number,
    /// `"5000"`
    Short,
    /// `"5000/tcp"`
    Full,
}

/// A port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// 1 to 65535.
    pub number: u16,
    /// The protocol, named or not.
    pub protocol: Protocol,
    /// How it was written.
    pub form: PortForm,
    /// The digits as written (`080`).
    pub digits: String,
}

impl Port {
    /// Reads a port from the text of a string (`"80"`, `"80/udp"`) or of a number.
    pub fn parse(text: &str, was_number: bool) -> Result<Port, String> {
        let shown = text.escape_debug();
        let pieces: Vec<&str> = text.split('/').collect();
        let (digits, protocol) = match pieces.as_slice() {
            [digits] => (*digits, None),
            [digits, protocol] => (*digits, Some(*protocol)),
            _ => {
                return Err(format!(
                    "Invalid format, must be either <port> or <port>/<protocol>, got '{shown}'"
                ));
            }
        };
        let number: i64 = digits
            .parse()
            .map_err(|_| format!("Port must be a number, got '{}'", digits.escape_debug()))?;
        let number = u16::try_from(number)
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| format!("Port must be a number between 1 and 65535, got '{digits}'"))?;
        let protocol = match protocol {
            None | Some("tcp") => Protocol::Tcp,
            Some("udp") => Protocol::Udp,
            Some("") => return Err(format!("Protocol must not be empty in '{shown}'")),
            Some(other) => {
                return Err(format!(
                    "Unknown protocol: '{}' in '{shown}', must be tcp or udp",
                    other.escape_debug()
                ));
            }
        };
        let form = match (was_number, pieces.len()) {
            (true, _) => PortForm::Number,
            (false, 1) => PortForm::Short,
            (false, _) => PortForm::Full,
        };
        Ok(Port {
            number,
            protocol,
            form,
            digits: digits.to_owned(),
        })
    }

    /// A plain TCP port, written as a number.
    pub fn tcp(number: u16) -> Port {
        Port {
            number,
            protocol: Protocol::Tcp,
            form: PortForm::Number,
            digits: number.to_string(),
        }
    }

    /// Number and protocol, which is what makes two ports the same.
    pub fn key(&self) -> (u16, Protocol) {
        (self.number, self.protocol)
    }

    /// The port in JSON, in its original form.
    pub fn to_json(&self) -> Value {
        match self.form {
            PortForm::Number => Value::from(self.number),
            PortForm::Short => Value::from(self.digits.as_str()),
            PortForm::Full => Value::from(self.to_string()),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.digits, self.protocol)
    }
}

/// A volume size in whole gigabytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u32);

impl Size {
    /// Reads `5 GB`, `5g`, `5`; no other unit is known.
    pub fn parse(text: &str) -> Option<Size> {
        // A bare number stands alone, without the spaces that a number with a unit may have around it.
        let bare = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let digits = if bare {
            text
        } else {
            let upper_end = trim_end(text);
            let without_unit = ["GB", "G"].into_iter().find_map(|unit| {
                let at = upper_end.len().checked_sub(unit.len())?;
                let tail = upper_end.get(at..)?;
                tail.eq_ignore_ascii_case(unit)
                    .then(|| upper_end.get(..at))
                    .flatten()
            })?;
            trim_start(trim_end(without_unit))
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Size)
    }
}

const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\u{c}'];

fn trim_end(text: &str) -> &str {
    text.trim_end_matches(SPACE)
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches(SPACE)
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} GB", self.0)
    }
}

/// Why a text is not a domain name, or nothing when it is one.
pub fn domain_fault(domain: &str) -> Option<&'static str> {
    if domain.chars().count() > 255 {
        return Some("it is longer than 255 characters");
    }
    let labels: Vec<&str> = domain.split('.').collect();
    if labels.len() > 128 {
        return Some("it has more than 128 labels");
    }
    for label in &labels {
        if label.is_empty() {
            return Some("it has an empty label");
        }
        if label.len() > 63 {
            return Some("it has a label longer than 63 characters");
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Some("a label begins or ends with '-'");
        }
        if !label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Some("a label has a character other than A-Z, a-z, 0-9 and '-'");
        }
    }
    let top = labels.last().map(|label| label.to_ascii_lowercase());
    if top.is_some_and(|top| tld::exist(&top)) {
        None
    } else {
        Some("its top-level domain does not exist")
    }
}

/// Whether the text is a name of an app, a service or a component: 1 to 100 bytes, beginning with a letter
/// or a digit, without `/`, white space and control characters. Real files have names such as
/// `redis:latest`, so other signs are allowed; a path escapes them.
pub fn is_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.chars().next().is_some_and(char::is_alphanumeric)
        && !text
            .chars()
            .any(|letter| letter == '/' || letter.is_whitespace() || letter.is_control())
}

/// Whether the text is the name of an organization: 4 to 30 of `[a-z0-9_]`.
pub fn is_organization_name(text: &str) -> bool {
    (4..=30).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Lowers a key as the original parser did: `appName` is `app_name`, `volumes-From` is `volumes-from`. An
/// upper-case letter becomes lower-case, with `_` before it when a letter stands there.
pub(crate) fn lower_key(key: &str) -> String {
    let mut lowered = String::with_capacity(key.len() + 2);
    let mut after_letter = false;
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            if after_letter {
                lowered.push('_');
            }
            lowered.push(letter.to_ascii_lowercase());
            after_letter = true;
        } else {
            lowered.push(letter);
            after_letter = letter.is_ascii_lowercase();
        }
    }
    lowered
}
