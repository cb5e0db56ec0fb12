//! Providers of a plan: which there are, where they are declared, and what they are configured with.
//!
//! It asks for configured providers and does not wait for them; that is the planner's.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Again, Diagnostic, Diagnostics, did_you_mean};
use crate::lang::decode_body;
use crate::source::Span;
use crate::value::Value;

use super::codes;
use super::evaluate::Evaluator;
use super::instance;
use super::planner::{Planner, Request};
use super::providers::{ProviderKey, Semantic, resolve_provider};
use super::secrets::Secrets;
use super::world::World;

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
    pub(super) fn configure(&mut self, key: &ProviderKey, name: &Arc<str>) -> Configuring {
        let evaluated = configuration(&self.evaluator, &self.world, &self.semantics, key);
        let configuration = match evaluated {
            Ok(Some(configuration)) => configuration,
            Ok(None) => return Configuring::Failed,
            Err(faults) => {
                self.faults.extend(faults);
                return Configuring::Failed;
            }
        };
        self.faults.extend(configuration.warnings);
        self.secrets.add_everywhere(&configuration.marked);
        // A validation asks nobody anything.
        if self.evaluator.validating || !configuration.plain.is_wholly_known() {
            return Configuring::Later;
        }
        self.providers
            .insert(key.clone(), (Arc::clone(name), configuration.marked));
        self.ask(Request::Configure {
            provider: key.clone(),
            name: Arc::clone(name),
            config: configuration.plain,
        });
        Configuring::Asked
    }
}

/// How configuring a provider went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Configuring {
    /// It was asked for.
    Asked,
    /// The values are not all known yet.
    Later,
    /// Errors were found.
    Failed,
}

/// What a provider is configured with.
pub struct Configuration {
    /// Without marks, for the provider.
    pub plain: Value,
    /// With the sensitive parts marked, for people.
    pub marked: Value,
    /// What there is to be told of it.
    pub warnings: Diagnostics,
}

/// Evaluates the block of a provider; without a block every argument is null. None where there is no such provider.
///
/// # Errors
/// The block cannot be evaluated, or the provider refuses what it says.
pub fn configuration(
    evaluator: &Evaluator,
    world: &World,
    semantics: &Semantic,
    key: &ProviderKey,
) -> Result<Option<Configuration>, Diagnostics> {
    let Some(semantics) = semantics.get(&key.provider.name) else {
        return Ok(None);
    };
    let schema = &semantics.schema().config;
    let module = evaluator.config.modules.get(&key.module);
    let (mut value, mut warnings) = (schema.empty_value(), Diagnostics::new());
    if let Some(block) = module.and_then(|module| module.providers.get(&key.provider)) {
        let instance = world.instances(&key.module).into_iter().next();
        let instance = instance.unwrap_or_default();
        let scope = evaluator.scope(world, &instance)?;
        let (decoded, faults) = decode_body(&block.body, schema, &scope);
        warnings.extend(faults);
        if !warnings.has_errors() {
            let (plain, _) = decoded.value.clone().unmark_deep();
            let secrets = Secrets::of(&schema.mark_hidden(&decoded.value));
            let found = semantics.validate_config(&plain).into_iter();
            let found = found.map(|fault| secrets.fault(fault)).collect();
            warnings.extend(instance::placed(found, &decoded.spans, block.span, None));
        }
        if warnings.has_errors() {
            return Err(warnings);
        }
        value = decoded.value;
    }
    let marked = schema.mark_sensitive(&value);
    let (plain, _) = value.unmark_deep();
    Ok(Some(Configuration {
        plain,
        marked,
        warnings,
    }))
}
