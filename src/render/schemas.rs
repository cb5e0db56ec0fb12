//! Which parts of an object are attributes and which are nested blocks: schemas by resource type.

use std::collections::BTreeMap;

use crate::addr::{Mode, ResourceAddr};
use crate::schema::{Block, ProviderSchema, ResourceSchema};
use crate::state::Object;
use crate::value::{Marks, Path, Type, Value, json};

/// The schemas of all providers of a run, by mode and type name.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    resources: BTreeMap<(Mode, String), (ResourceSchema, Type)>,
    providers: BTreeMap<&'static str, Block>,
}

impl Schemas {
    /// The schemas of these providers; where two offer the same type, the first is taken.
    pub fn new<'a>(providers: impl IntoIterator<Item = &'a ProviderSchema>) -> Schemas {
        let mut resources = BTreeMap::new();
        let mut configs = BTreeMap::new();
        for provider in providers {
            configs.insert(provider.name, provider.config.clone());
            let managed = provider
                .resources
                .iter()
                .map(|(name, schema)| (Mode::Managed, name, schema));
            let data = provider
                .data_sources
                .iter()
                .map(|(name, schema)| (Mode::Data, name, schema));
            for (mode, name, schema) in managed.chain(data) {
                let entry = resources.entry((mode, (*name).to_owned()));
                entry.or_insert_with(|| (schema.clone(), schema.block.implied_type()));
            }
        }
        Schemas {
            resources,
            providers: configs,
        }
    }

    /// The schema of a resource's type, if it is known.
    pub fn of(&self, resource: &ResourceAddr) -> Option<&ResourceSchema> {
        self.get(resource).map(|(schema, _)| schema)
    }

    /// All types of a mode by name.
    pub fn types(&self, mode: Mode) -> impl Iterator<Item = (&str, &ResourceSchema)> {
        let all = self.resources.iter().filter(move |((of, _), _)| *of == mode);
        all.map(|((_, name), (schema, _))| (name.as_str(), schema))
    }

    /// What the configuration block of a provider takes, if the provider is known.
    pub fn of_provider(&self, name: &str) -> Option<&Block> {
        self.providers.get(name)
    }

    /// The schema of a resource's type with the type of its objects, if it is known.
    pub fn get(&self, resource: &ResourceAddr) -> Option<&(ResourceSchema, Type)> {
        self.resources
            .get(&(resource.mode, resource.type_name.to_string()))
    }

    /// The value of a stored object, with its sensitive parts marked. An object of an unknown type, or one that
    /// does not fit its schema any more, is read as plain JSON; null if it is not even that.
    pub fn decode(&self, resource: &ResourceAddr, object: &Object) -> Value {
        let known = self.get(resource);
        let typed = known.and_then(|(_, ty)| json::decode(&object.attributes, ty).ok());
        let fits = typed.is_some();
        let value = typed.or_else(|| json::parse_implied(&object.attributes).ok());
        let value = value.unwrap_or_else(Value::dynamic_null);
        let marks: Vec<(Path, Marks)> = object
            .sensitive
            .iter()
            .map(|path| (path.clone(), Marks::SENSITIVE))
            .collect();
        match known {
            Some((schema, _)) if fits => schema.block.with_marks(value, marks),
            _ => value.mark_paths(&marks),
        }
    }
}
