//! Which parts of an object are attributes and which are nested blocks: schemas by resource type.

use std::collections::BTreeMap;

use crate::addr::{Mode, ResourceAddr};
use crate::schema::{ProviderSchema, ResourceSchema};

/// The schemas of all providers of a run, by mode and type name.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    resources: BTreeMap<(Mode, String), ResourceSchema>,
}

impl Schemas {
    /// The schemas of these providers; where two offer the same type, the first is taken.
    pub fn new<'a>(providers: impl IntoIterator<Item = &'a ProviderSchema>) -> Schemas {
        let mut resources = BTreeMap::new();
        for provider in providers {
            let managed = provider.resources.iter().map(|(name, schema)| (Mode::Managed, name, schema));
            let data = provider.data_sources.iter().map(|(name, schema)| (Mode::Data, name, schema));
            for (mode, name, schema) in managed.chain(data) {
                resources.entry((mode, (*name).to_owned())).or_insert_with(|| schema.clone());
            }
        }
        Schemas { resources }
    }

    /// The schema of a resource's type, if it is known.
    pub fn of(&self, resource: &ResourceAddr) -> Option<&ResourceSchema> {
        self.resources.get(&(resource.mode, resource.type_name.to_string()))
    }
}
