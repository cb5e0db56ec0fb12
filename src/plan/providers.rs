//! Which provider serves which resource, and what its types are.
//!
//! A provider reference of a child module leads, through the `providers` arguments of module calls, to a block
//! of some module above, or to the root's implicit one. Types are looked up often, so their implied value type
//! is computed once.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::addr::{Mode, ModuleAddr, ResourceAddr};
use crate::config::{Config, ProviderRef};
use crate::schema::ResourceSchema;
use crate::value::Type;

use super::semantics::Semantics;

/// One configured provider: the module of its block, its name and alias.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderKey {
    /// The module whose block configures it; the root for implicit ones.
    pub module: ModuleAddr,
    /// Name and alias.
    pub provider: ProviderRef,
}

impl fmt::Display for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}", self.provider)
    }
}

impl ProviderKey {
    /// From what [`fmt::Display`] prints, as stored in the state.
    pub fn parse(text: &str) -> ProviderKey {
        let mut parts = text.split('.').peekable();
        let mut module = ModuleAddr::root();
        while parts.peek() == Some(&"module") {
            parts.next();
            module = module.child(parts.next().unwrap_or_default());
        }
        let name = Arc::from(parts.next().unwrap_or_default());
        let alias = parts.next().map(Arc::from);
        ProviderKey {
            module,
            provider: ProviderRef { name, alias },
        }
    }
}

/// The configured provider that a reference in a module means.
pub fn resolve_provider(config: &Config, module: &ModuleAddr, reference: &ProviderRef) -> ProviderKey {
    let mut module = module.clone();
    let mut provider = reference.clone();
    loop {
        let has = config
            .modules
            .get(&module)
            .is_some_and(|m| m.providers.contains_key(&provider));
        let Some(name) = module.0.last().cloned().filter(|_| !has) else {
            return ProviderKey { module, provider };
        };
        module.0.pop();
        let call = config
            .modules
            .get(&module)
            .and_then(|parent| parent.calls.get(&name));
        if let Some(passed) = call.and_then(|call| call.providers.get(&provider)) {
            provider = passed.clone();
        }
    }
}

/// One resource or data source type.
#[derive(Debug)]
pub struct TypeInfo {
    /// Its schema.
    pub schema: ResourceSchema,
    /// The type of its objects.
    pub ty: Type,
}

/// The pure halves of all providers.
#[derive(Clone, Default)]
pub struct Semantic {
    providers: BTreeMap<Arc<str>, Arc<dyn Semantics>>,
    types: BTreeMap<(Mode, Arc<str>), Arc<TypeInfo>>,
}

impl Semantic {
    /// Of these providers, by name.
    pub fn new(providers: impl IntoIterator<Item = (Arc<str>, Arc<dyn Semantics>)>) -> Semantic {
        let mut all = Semantic::default();
        for (name, semantics) in providers {
            let schema = semantics.schema();
            let managed = schema
                .resources
                .iter()
                .map(|(ty, schema)| (Mode::Managed, *ty, schema));
            let data = schema
                .data_sources
                .iter()
                .map(|(ty, schema)| (Mode::Data, *ty, schema));
            for (mode, type_name, schema) in managed.chain(data) {
                let info = TypeInfo {
                    ty: schema.block.implied_type(),
                    schema: schema.clone(),
                };
                all.types.insert((mode, Arc::from(type_name)), Arc::new(info));
            }
            all.providers.insert(name, semantics);
        }
        all
    }

    /// A provider.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Semantics>> {
        self.providers.get(name)
    }

    /// The provider of a resource type.
    pub fn of_type(&self, type_name: &str) -> Option<&Arc<dyn Semantics>> {
        let has = |semantics: &&Arc<dyn Semantics>| {
            let mut names = semantics.schema().resources.keys();
            names.any(|name| *name == type_name)
        };
        self.providers.values().find(has)
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.providers.keys()
    }

    /// A type.
    pub fn type_info(&self, resource: &ResourceAddr) -> Option<&Arc<TypeInfo>> {
        self.types.get(&(resource.mode, Arc::clone(&resource.type_name)))
    }

    /// The names of all types of a mode, for suggestions.
    pub fn type_names(&self, mode: Mode) -> impl Iterator<Item = &str> {
        self.types
            .keys()
            .filter(move |(of, _)| *of == mode)
            .map(|(_, name)| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_key_parses_from_what_it_prints() {
        for text in ["giantswarm", "giantswarm.other", "module.a.module.b.giantswarm.x"] {
            assert_eq!(ProviderKey::parse(text).to_string(), text);
        }
    }
}
