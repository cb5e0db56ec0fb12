//! What is on the platforms and no configuration names.
//!
//! The providers of a plan list what there is; what the plan speaks of, and what its state holds, is left out. It only
//! reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::codes;
use crate::ports::Listed;
use crate::value::Value;

use super::Session;

impl Session {
    /// The objects that nothing here manages, in the order of types and ids.
    ///
    /// # Errors
    /// A platform could not tell.
    pub async fn unmanaged(&self) -> Result<Vec<Listed>, Diagnostics> {
        let named = self.named();
        let mut found = BTreeSet::new();
        let mut faults = Diagnostics::new();
        for (key, provider) in &self.providers {
            match provider.list().await {
                Ok(listed) => found.extend(listed),
                Err(fault) => {
                    let detail = format!(
                        "What the provider {key} manages cannot be listed. {}",
                        fault.detail
                    );
                    faults.push(Diagnostic::error(&codes::READ_FAILED, detail).summary(fault.summary));
                }
            }
        }
        if faults.has_errors() {
            return Err(faults);
        }
        let unnamed = |listed: &Listed| {
            let ids = named.get(&listed.type_name);
            ids.is_none_or(|ids| !ids.contains(&*listed.id))
        };
        Ok(found.into_iter().filter(unnamed).collect())
    }

    /// Ids of what the plan speaks of, by type.
    fn named(&self) -> BTreeMap<Arc<str>, BTreeSet<String>> {
        let mut named: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
        let plan = &self.planned.plan;
        let mut note = |type_name: &Arc<str>, object: &Value| {
            let semantics = self.planned.semantics.of_type(type_name);
            if let Some(id) = semantics.and_then(|semantics| semantics.import_id(type_name, object)) {
                named.entry(Arc::clone(type_name)).or_default().insert(id);
            }
        };
        for change in &plan.changes {
            let type_name = &change.addr.resource.type_name;
            note(type_name, &change.before);
            note(type_name, &change.after);
        }
        for (addr, instance) in &plan.prior.instances {
            let objects = instance.current.iter().chain(instance.deposed.values());
            let info = self.planned.semantics.type_info(&addr.resource);
            for (object, info) in objects.filter_map(|object| Some((object, info?))) {
                if let Ok(object) = crate::value::json::decode(&object.attributes, &info.ty) {
                    note(&addr.resource.type_name, &object);
                }
            }
        }
        named
    }
}
