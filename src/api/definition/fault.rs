//! Faults of an application definition: what is wrong, at which JSON path, under which bytes.
//!
//! A [`Fault`] is data. It knows nothing of HCL or of HTTP: the provider turns it into a diagnostic, the
//! platform into an answer. It never quotes the value of an environment variable.

use std::fmt;
use std::ops::Range;

/// One step of a [`JsonPath`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JsonStep {
    /// The member of an object, by its lowered key.
    Key(String),
    /// The element of an array, from 0.
    Index(usize),
}

/// Where a fault lies: `["services"][0]["components"][1]["image"]`. The empty path is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPath(pub Vec<JsonStep>);

impl JsonPath {
    /// The path of a member.
    #[must_use]
    pub fn key(&self, key: &str) -> JsonPath {
        let mut steps = self.0.clone();
        steps.push(JsonStep::Key(key.to_owned()));
        JsonPath(steps)
    }

    /// The path of an element.
    #[must_use]
    pub fn index(&self, index: usize) -> JsonPath {
        let mut steps = self.0.clone();
        steps.push(JsonStep::Index(index));
        JsonPath(steps)
    }

    /// The path of the enclosing value; the root is its own parent.
    #[must_use]
    pub fn parent(&self) -> JsonPath {
        let mut steps = self.0.clone();
        steps.pop();
        JsonPath(steps)
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                JsonStep::Key(key) => write!(f, "[{}]", quote(key))?,
                JsonStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The text as a JSON string, with control characters escaped.
pub(crate) fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

/// What kind of rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The text is not JSON.
    Syntax,
    /// A value of the wrong JSON type.
    WrongType,
    /// A key that no definition has.
    UnknownKey,
    /// A required key is missing.
    MissingKey,
    /// A key is present but empty (`[]`, `{}`, `""`, `0`, `false`, `null`), which the API rejects.
    Empty,
    /// One key is written twice in an object; the last one counts.
    RepeatedKey,
    /// Not a port, or not a known protocol.
    Port,
    /// Not an image name.
    Image,
    /// Not a domain name.
    Domain,
    /// Not a volume size.
    Size,
    /// `env` is neither an object of strings nor an array of strings.
    Env,
    /// Scaling: an unknown placement, a number out of range, or a minimum above the maximum.
    Scaling,
    /// A volume that mixes or lacks its settings.
    Volume,
    /// A volume refers to a component or path that it cannot use.
    VolumeReference,
    /// Two volumes of one component have the same path.
    DuplicateVolume,
    /// `volumes-from` goes in a circle.
    VolumeCycle,
    /// Pods: used once only, used in two services, or with different scaling.
    Pod,
    /// Two components of a pod export the same port.
    PodPort,
    /// Two dependencies of a pod have the same alias but differ.
    PodDependency,
    /// Not a name of an app, service or component.
    Name,
    /// Two services, or two components of a service, have the same name.
    DuplicateName,
    /// A dependency on a component that does not exist.
    MissingDependency,
    /// Dependencies go in a circle.
    DependencyCycle,
    /// A list that must have members has none.
    EmptyList,
    /// A domain leads to a port that the component does not export.
    DomainPort,
    /// A variable without a value.
    UnknownVariable,
    /// A variables file of the wrong form.
    VariableFile,
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The definition is accepted.
    Warning,
    /// The definition is refused.
    Error,
}

/// One thing that is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON path.
    pub path: JsonPath,
    /// Where, in bytes of the text that was given; empty at 0 when there was no text.
    pub span: Range<usize>,
    /// Which rule.
    pub kind: FaultKind,
    /// How bad.
    pub level: Level,
    /// One or two full sentences or clauses, without a final full stop, naming the offending text.
    pub message: String,
    /// The offending text, unescaped; empty where there is none or where it may be secret.
    pub text: String,
}

impl Fault {
    /// An error.
    pub(crate) fn error(kind: FaultKind, path: &JsonPath, span: &Range<usize>, message: String) -> Fault {
        Fault {
            path: path.clone(),
            span: span.clone(),
            kind,
            level: Level::Error,
            message,
            text: String::new(),
        }
    }

    /// The same as a warning.
    pub(crate) fn warning(mut self) -> Fault {
        self.level = Level::Warning;
        self
    }

    /// The same with its offending text.
    pub(crate) fn text(mut self, text: &str) -> Fault {
        text.clone_into(&mut self.text);
        self
    }

    /// Whether the definition is refused for it.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
