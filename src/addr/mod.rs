//! Addresses: the names of everything a configuration declares.
//!
//! A *config address* has no instance keys; an *instance address* has them. Addresses are ordered as people
//! read them (root module first, then by name, integer keys by number), they print as users write them, and
//! they parse from what they print. They say nothing about what exists.

mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use parse::{ParseError, Target, is_name, parse_instance, parse_module, parse_target};

/// The key of one instance of a resource or module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// Neither `count` nor `for_each`.
    #[default]
    None,
    /// Of `count`.
    Int(u64),
    /// Of `for_each`.
    Str(Arc<str>),
}

/// A managed resource or a data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
}

/// `type.name` or `data.type.name`, within its module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceAddr {
    /// Managed or data.
    pub mode: Mode,
    /// The resource type.
    pub type_name: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

/// The config address of a module: the names of its calls from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleAddr(pub Vec<Arc<str>>);

/// The instance address of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleInstance(pub Vec<(Arc<str>, InstanceKey)>);

/// The config address of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// Its module.
    pub module: ModuleAddr,
    /// Its name there.
    pub resource: ResourceAddr,
}

/// The instance address of a resource instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceAddr {
    /// Its module instance.
    pub module: ModuleInstance,
    /// Its name there.
    pub resource: ResourceAddr,
    /// Its key.
    pub key: InstanceKey,
}

/// By mode, type and name. Most addresses share the text of their type, which then is not read.
impl Ord for ResourceAddr {
    fn cmp(&self, other: &ResourceAddr) -> Ordering {
        let by_type = || match Arc::ptr_eq(&self.type_name, &other.type_name) {
            true => Ordering::Equal,
            false => self.type_name.cmp(&other.type_name),
        };
        self.mode
            .cmp(&other.mode)
            .then_with(by_type)
            .then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for ResourceAddr {
    fn partial_cmp(&self, other: &ResourceAddr) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ResourceAddr {
    /// `type.name`
    pub fn managed(type_name: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> ResourceAddr {
        ResourceAddr {
            mode: Mode::Managed,
            type_name: type_name.into(),
            name: name.into(),
        }
    }

    /// `data.type.name`
    pub fn data(type_name: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> ResourceAddr {
        ResourceAddr {
            mode: Mode::Data,
            type_name: type_name.into(),
            name: name.into(),
        }
    }
}

impl ModuleAddr {
    /// The root module.
    pub fn root() -> ModuleAddr {
        ModuleAddr::default()
    }

    /// The module of a call in this one.
    #[must_use]
    pub fn child(&self, name: impl Into<Arc<str>>) -> ModuleAddr {
        let mut names = self.0.clone();
        names.push(name.into());
        ModuleAddr(names)
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl ModuleInstance {
    /// The root module's only instance.
    pub fn root() -> ModuleInstance {
        ModuleInstance::default()
    }

    /// The instance of a call in this one.
    #[must_use]
    pub fn child(&self, name: impl Into<Arc<str>>, key: InstanceKey) -> ModuleInstance {
        let mut steps = self.0.clone();
        steps.push((name.into(), key));
        ModuleInstance(steps)
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The same without instance keys.
    pub fn config(&self) -> ModuleAddr {
        ModuleAddr(self.0.iter().map(|(name, _)| Arc::clone(name)).collect())
    }

    /// The module instance that this one's call stands in, and the call's name and key; none for the root.
    pub fn parent(&self) -> Option<(ModuleInstance, &Arc<str>, &InstanceKey)> {
        let ((name, key), before) = self.0.split_last()?;
        Some((ModuleInstance(before.to_vec()), name, key))
    }
}

impl ConfigResource {
    /// A resource of the root module.
    pub fn root(resource: ResourceAddr) -> ConfigResource {
        ConfigResource {
            module: ModuleAddr::root(),
            resource,
        }
    }
}

impl InstanceAddr {
    /// The same without instance keys.
    pub fn config(&self) -> ConfigResource {
        ConfigResource {
            module: self.module.config(),
            resource: self.resource.clone(),
        }
    }

    /// The instance with another key.
    #[must_use]
    pub fn with_key(&self, key: InstanceKey) -> InstanceAddr {
        InstanceAddr { key, ..self.clone() }
    }
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstanceKey::None => Ok(()),
            InstanceKey::Int(index) => write!(f, "[{index}]"),
            InstanceKey::Str(key) => write!(f, "[{}]", Quoted(key)),
        }
    }
}

/// A string as HCL writes it: quoted, with escapes, and with `${` and `%{` doubled.
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        let mut letters = self.0.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '$' | '%' if letters.peek() == Some(&'{') => write!(f, "{letter}{letter}")?,
                other if other.is_control() => write!(f, "\\u{:04x}", u32::from(other))?,
                other => write!(f, "{other}")?,
            }
        }
        f.write_str("\"")
    }
}

impl fmt::Display for ResourceAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = if self.mode == Mode::Data { "data." } else { "" };
        write!(f, "{data}{}.{}", self.type_name, self.name)
    }
}

impl fmt::Display for ModuleAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let dot = if at > 0 { "." } else { "" };
            write!(f, "{dot}module.{name}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ModuleInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, key)) in self.0.iter().enumerate() {
            let dot = if at > 0 { "." } else { "" };
            write!(f, "{dot}module.{name}{key}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}", self.resource)
    }
}

impl fmt::Display for InstanceAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}{}", self.resource, self.key)
    }
}
