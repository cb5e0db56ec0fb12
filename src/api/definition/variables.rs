//! Variables of a definition: `$name` is replaced in the raw text, before it is read as JSON.
//!
//! So `"port": $redis_port` is legal. The longest known name wins (`$redis_port` before `$redis`). A `$name`
//! without a value is an error where JSON has no use for it, and a warning within a string, where the
//! platform would have kept it (`"echo $HOME"`). Faults in the replaced text are placed in the original
//! text, and their offending text is hidden when it came from a variable.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::api::definition::fault::{Fault, FaultKind, JsonPath, quote};
use crate::api::definition::json::{self, Json, number_text};
use crate::diag::did_you_mean;

/// The values of variables.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl std::fmt::Debug for Variables {
    /// Names alone: a value may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Variables {
    /// None at all.
    pub fn new() -> Variables {
        Variables::default()
    }

    /// The built-in variables of an organization and environment.
    pub fn built_in(organization: &str, environment: &str, login_name: Option<&str>) -> Variables {
        let mut variables = Variables::new();
        variables.set("GIANTSWARM_ORGANIZATION", organization);
        variables.set("GIANTSWARM_ENVIRONMENT", environment);
        variables.set("GIANTSWARM_ENV", environment);
        if let Some(name) = login_name {
            variables.set("GIANTSWARM_LOGIN_NAME", name);
        }
        variables
    }

    /// Sets one value; a later one wins. The order of precedence from low to high: built-in,
    /// `swarmvars.json`, a given file, given values.
    pub fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Sets many.
    pub fn extend<'a>(&mut self, values: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (name, value) in values {
            self.set(name, value);
        }
    }

    /// The longest known name at the beginning of the text.
    fn longest<'a>(&self, text: &'a str, longest_name: usize) -> Option<(&'a str, &str)> {
        let mut end = longest_name.min(text.len());
        loop {
            if let Some(name) = text.get(..end)
                && !name.is_empty()
                && let Some(value) = self.values.get(name)
            {
                return Some((name, value));
            }
            end = end.checked_sub(1)?;
        }
    }
}

/// A text with its variables replaced, and the way back to the original.
#[derive(Clone, Default)]
pub struct Substituted {
    /// The replaced text. It may hold secrets.
    pub text: String,
    pieces: Vec<Piece>,
    /// Variables without a value.
    pub faults: Vec<Fault>,
}

/// A replaced stretch: where it stands now, and where its `$name` stood.
#[derive(Clone)]
struct Piece {
    now: Range<usize>,
    before: Range<usize>,
}

impl Substituted {
    /// The place in the original text of a place in the replaced text, and whether any of it came from a
    /// variable. A place within a value is its whole `$name`.
    pub fn original(&self, span: &Range<usize>) -> (Range<usize>, bool) {
        let (start, from_start) = self.map(span.start, false);
        let (end, from_end) = self.map(span.end, true);
        let touched = self
            .pieces
            .iter()
            .any(|piece| piece.now.start < span.end.max(span.start + 1) && span.start < piece.now.end);
        (start..end.max(start), from_start || from_end || touched)
    }

    fn map(&self, at: usize, is_end: bool) -> (usize, bool) {
        let next = self.pieces.partition_point(|piece| {
            piece.now.start < at || (!is_end && piece.now.start == at && !piece.now.is_empty())
        });
        let Some(piece) = next.checked_sub(1).and_then(|last| self.pieces.get(last)) else {
            return (at, false);
        };
        if at < piece.now.end || (is_end && at == piece.now.end) {
            let place = if is_end {
                piece.before.end
            } else {
                piece.before.start
            };
            return (place, true);
        }
        (piece.before.end + (at - piece.now.end), false)
    }

    /// The faults of the replaced text, placed in the original and without text from variables.
    #[must_use]
    pub fn place(&self, faults: Vec<Fault>) -> Vec<Fault> {
        faults
            .into_iter()
            .map(|mut fault| {
                let (span, from_variable) = self.original(&fault.span);
                fault.span = span;
                if from_variable && !fault.text.is_empty() {
                    let shown = format!("{}", fault.text.escape_debug());
                    for text in [quote(&fault.text), format!("'{shown}'"), shown] {
                        fault.message = fault.message.replace(&text, "(value of a variable)");
                    }
                    fault.text.clear();
                }
                fault
            })
            .collect()
    }
}

fn is_name_start(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_'
}

/// Replaces every variable of a text.
pub fn substitute(text: &str, variables: &Variables) -> Substituted {
    let mut out = Substituted::default();
    let longest_name = variables.values.keys().map(String::len).max().unwrap_or(0);
    let bytes = text.as_bytes();
    let mut in_string = false;
    // Everything before `kept` is in the output already; every stop of the loop is a character boundary,
    // because only ASCII bytes are looked at.
    let mut kept = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if in_string && bytes.get(at + 1) != Some(&b'$') => at += 1,
            b'"' => in_string = !in_string,
            b'$' => {
                let rest = text.get(at + 1..).unwrap_or_default();
                if let Some((name, value)) = variables.longest(rest, longest_name)
                    && (in_string || !value_goes_on(rest, name))
                {
                    out.text.push_str(text.get(kept..at).unwrap_or_default());
                    let start = out.text.len();
                    out.text.push_str(value);
                    kept = at + 1 + name.len();
                    out.pieces.push(Piece {
                        now: start..out.text.len(),
                        before: at..kept,
                    });
                    at = kept;
                    continue;
                }
                if rest.starts_with(is_name_start) {
                    out.faults.push(unknown(at, rest, in_string, variables));
                }
            }
            _ => {}
        }
        at += 1;
    }
    out.text.push_str(text.get(kept..).unwrap_or_default());
    out
}

/// Whether a name outside of a string goes on with letters behind a shorter known one, so that another
/// variable is meant: `$redis_prt` is not `$redis`.
fn value_goes_on(rest: &str, name: &str) -> bool {
    rest.get(name.len()..)
        .is_some_and(|more| more.starts_with(|letter: char| is_name_start(letter) || letter.is_ascii_digit()))
}

fn unknown(at: usize, rest: &str, in_string: bool, variables: &Variables) -> Fault {
    let end = rest
        .find(|letter| !is_name_start(letter) && !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let name = rest.get(..end).unwrap_or_default();
    let hint = did_you_mean(name, variables.values.keys().map(String::as_str));
    let message = if in_string {
        format!("the variable ${name} has no value; it stays in the text as it is.{hint}")
    } else {
        format!("the variable ${name} has no value.{hint}")
    };
    let fault = Fault::error(
        FaultKind::UnknownVariable,
        &JsonPath::default(),
        &(at..at + 1 + end),
        message.trim_end_matches('.').to_owned(),
    )
    .text(name);
    if in_string { fault.warning() } else { fault }
}

/// The variables of each environment, as a variables file gives them.
pub type VariableFile = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a variables file (`swarmvars.json`), an object keyed by `organization/environment`. A value is a
/// string, a number or a boolean; it is used as text.
pub fn parse_variable_file(text: &str) -> Result<VariableFile, Vec<Fault>> {
    let root = json::read(text).map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    let mut file = VariableFile::new();
    let path = JsonPath::default();
    let mut fault = |path: &JsonPath, span: &Range<usize>, message: String| {
        faults.push(Fault::error(FaultKind::VariableFile, path, span, message));
    };
    let Json::Object(environments) = &root.value else {
        fault(
            &path,
            &root.span,
            format!(
                "a variables file must be an object keyed by \"organization/environment\", not {}",
                root.value.kind()
            ),
        );
        return Err(faults);
    };
    for environment in environments {
        let path = path.key(&environment.key);
        if environment.key.split('/').filter(|part| !part.is_empty()).count() != 2 {
            fault(
                &path,
                &environment.key_span,
                format!("{path} is not of the form \"organization/environment\""),
            );
        }
        let Json::Object(values) = &environment.node.value else {
            fault(
                &path,
                &environment.node.span,
                format!(
                    "{path} must be an object of variables, not {}",
                    environment.node.value.kind()
                ),
            );
            continue;
        };
        let variables = file.entry(environment.key.clone()).or_default();
        for value in values {
            let path = path.key(&value.key);
            let text = match &value.node.value {
                Json::String(text) => text.clone(),
                Json::Number(number) => number_text(*number),
                Json::Bool(truth) => truth.to_string(),
                other => {
                    fault(
                        &path,
                        &value.node.span,
                        format!(
                            "{path} must be a string, a number or a boolean, not {}",
                            other.kind()
                        ),
                    );
                    continue;
                }
            };
            variables.insert(value.key.clone(), text);
        }
    }
    if faults.is_empty() { Ok(file) } else { Err(faults) }
}
