//! Providers of a plan: which there are, where they are declared, and what they are configured with.
//!
//! It asks for configured providers and does not wait for them; that is the planner's.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Again, Diagnostic, did_you_mean};
use crate::lang::decode_body;
use crate::source::Span;

use super::codes;
use super::planner::{Planner, Request};
use super::providers::{ProviderKey, resolve_provider};

impl Planner {
    /// Where a provider block stands, if there is one.
    pub(super) fn provider_span(&self, key: &ProviderKey) -> Option<Span> {
        let module = self.evaluator.config.modules.get(&key.module)?;
        module.providers.get(&key.provider).map(|block| block.span)
    }

    /// The first block that uses a provider.
    pub(super) fn first_use(&self, key: &ProviderKey) -> Option<Span> {
        let config = &self.evaluator.config;
        let blocks = config.modules.iter().flat_map(|(module, declared)| {
            let of = |resource: &&crate::config::Resource| {
                resolve_provider(config, module, &resource.provider) == *key
            };
            declared
                .resources
                .values()
                .filter(of)
                .map(|resource| resource.span)
                .collect::<Vec<_>>()
        });
        blocks.min()
    }

    /// The providers that the configuration's resources and the state's objects use.
    pub(super) fn used_providers(&mut self) -> BTreeMap<ProviderKey, Arc<str>> {
        let mut keys = BTreeMap::new();
        let mut unknown: BTreeMap<Arc<str>, Vec<Span>> = BTreeMap::new();
        let config = Arc::clone(&self.evaluator.config);
        for (module, declared) in &config.modules {
            for resource in declared.resources.values() {
                let key = resolve_provider(&config, module, &resource.provider);
                let name = Arc::clone(&key.provider.name);
                if self.semantics.get(&name).is_some() {
                    keys.insert(key, name);
                } else {
                    unknown.entry(name).or_default().push(resource.span);
                }
            }
            for (provider, block) in &declared.providers {
                if self.semantics.get(&provider.name).is_none() {
                    unknown
                        .entry(Arc::clone(&provider.name))
                        .or_default()
                        .push(block.span);
                }
            }
        }
        for (name, places) in unknown {
            self.no_provider(&name, places);
        }
        let stored = self.state.instances.values().map(|instance| &instance.provider);
        let pending = self.state.pending.values().map(|pending| &pending.provider);
        for provider in stored.chain(pending) {
            let key = ProviderKey::parse(provider);
            if self.semantics.get(&key.provider.name).is_some() {
                let name = Arc::clone(&key.provider.name);
                keys.insert(key, name);
            }
        }
        keys
    }

    /// Tells of a provider that does not exist, once for all blocks that name it.
    fn no_provider(&mut self, name: &str, mut places: Vec<Span>) {
        let known: Vec<&str> = self.semantics.names().map(|name| &**name).collect();
        let detail = format!(
            "There is no provider \"{name}\".{} swarmform has the providers {} built in, and takes no others.",
            did_you_mean(name, known.iter().copied()),
            known.join(" and ")
        );
        places.sort_unstable();
        let mut places = places.into_iter();
        let mut fault = Diagnostic::error(&codes::NO_PROVIDER, detail);
        fault.subject = places.next();
        fault.again = places
            .map(|place| Again {
                subject: Some(place),
                address: None,
            })
            .collect();
        self.faults.push(fault);
    }

    /// Evaluates a provider block and asks for the provider to be configured with it.
    pub(super) fn configure(&mut self, key: ProviderKey, name: Arc<str>) {
        let Some(semantics) = self.semantics.get(&name).cloned() else {
            return;
        };
        let schema = &semantics.schema().config;
        let config = Arc::clone(&self.evaluator.config);
        let block = config
            .modules
            .get(&key.module)
            .and_then(|module| module.providers.get(&key.provider));
        let mut value = schema.empty_value();
        if let Some(block) = block {
            let instance = self
                .world
                .instances(&key.module)
                .into_iter()
                .next()
                .unwrap_or_default();
            let scope = match self.evaluator.scope(&self.world, &instance) {
                Ok(scope) => scope,
                Err(faults) => return self.faults.extend(faults),
            };
            let (decoded, faults) = decode_body(&block.body, schema, &scope);
            let failed = faults.has_errors();
            self.faults.extend(faults);
            if failed {
                return;
            }
            value = decoded.value.clone();
            let (plain, _) = value.clone().unmark_deep();
            let faults = semantics.validate_config(&plain);
            let failed = self.report(faults, &decoded.spans, block.span, None);
            if failed {
                return;
            }
        }
        let marked = schema.mark_sensitive(&value);
        let (value, _) = value.unmark_deep();
        if !value.is_wholly_known() {
            let mut diagnostic = Diagnostic::error(
                &codes::PROVIDER_UNKNOWN,
                format!(
                    "An argument of the provider \"{name}\" is known only after apply, and the provider is needed for \
                     planning. Give it a value that is known before, such as a variable."
                ),
            );
            diagnostic.subject = self.provider_span(&key);
            return self.faults.push(diagnostic);
        }
        self.providers.insert(key.clone(), (Arc::clone(&name), marked));
        self.ask(Request::Configure {
            provider: key,
            name,
            config: value,
        });
    }
}
