//! Which provider configuration a reference means: declared in the module, passed by its call, or inherited.

use std::sync::Arc;

use crate::addr::ModuleAddr;

use super::{Config, ProviderRef};

impl Config {
    /// Where the provider configuration stands that `reference` means in `module`: a module that has a `provider`
    /// block for it, or the root module, where a provider without a block has an empty configuration.
    ///
    /// A module's own `provider` block comes first, then what its call passes by `providers`, then, for a
    /// reference without alias, the module above.
    pub fn provider_of(&self, module: &ModuleAddr, reference: &ProviderRef) -> (ModuleAddr, ProviderRef) {
        let mut at = module.clone();
        let mut reference = reference.clone();
        loop {
            let declared = self
                .modules
                .get(&at)
                .is_some_and(|module| module.providers.contains_key(&reference));
            let Some((name, above)) = at.0.split_last() else {
                return (at, reference);
            };
            if declared {
                return (at, reference);
            }
            let above = ModuleAddr(above.to_vec());
            let call = self.modules.get(&above).and_then(|module| module.calls.get(name));
            if let Some(ours) = call.and_then(|call| call.providers.get(&reference)) {
                reference = ProviderRef {
                    name: Arc::clone(&ours.name),
                    alias: ours.alias.clone(),
                };
            }
            at = above;
        }
    }
}
