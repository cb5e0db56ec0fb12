//! Static checks of module calls: inputs against variables, providers against provider configurations.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::ModuleAddr;
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;

use super::check::module_name;
use super::{Config, Module, ModuleCall, ProviderRef, Repetition, codes};

/// Checks the calls and the provider references of one module.
pub(super) fn check(config: &Config, addr: &ModuleAddr, module: &Module, found: &mut Diagnostics) {
    for call in module.calls.values() {
        let Some(child) = config.modules.get(&addr.child(Arc::clone(&call.name))) else {
            continue;
        };
        inputs(call, child, found);
        passed_providers(module, call, child, found);
        if !matches!(call.repetition, Repetition::One) || !call.depends_on.is_empty() {
            own_providers(config, &addr.child(Arc::clone(&call.name)), call, found);
        }
    }
    for resource in module.resources.values() {
        provider(module, &resource.provider, resource.span, found);
    }
    for import in &module.imports {
        if let Some(reference) = &import.provider {
            provider(module, reference, import.span, found);
        }
    }
}

fn inputs(call: &ModuleCall, child: &Module, found: &mut Diagnostics) {
    for (name, place) in &call.input_names {
        if !child.variables.contains_key(name) {
            let hint = did_you_mean(name, child.variables.keys().map(|name| &**name));
            let detail = format!(
                "The called module (\"{}\") declares no variable \"{name}\".{hint}",
                child.dir
            );
            found.push(
                Diagnostic::error(&codes::UNDECLARED_INPUT, detail)
                    .at(*place)
                    .within(call.span),
            );
        }
    }
    for variable in child.variables.values() {
        if variable.default.is_none() && !call.inputs.contains_key(&variable.name) {
            let detail = format!(
                "The variable \"{}\" of the called module (\"{}\") has no default, so it must be set here.",
                variable.name, child.dir
            );
            found.push(Diagnostic::error(&codes::MISSING_INPUT, detail).at(call.span));
        }
    }
}

/// Whether a module has a provider configuration of this name and alias: its own, one that calls must pass, or
/// the default one, which every module has.
fn has(module: &Module, reference: &ProviderRef) -> bool {
    let required = module.settings.required_providers.get(&reference.name);
    reference.alias.is_none()
        || module.providers.contains_key(reference)
        || required.is_some_and(|required| required.aliases.contains(reference))
}

fn provider(module: &Module, reference: &ProviderRef, at: Span, found: &mut Diagnostics) {
    if has(module, reference) {
        return;
    }
    let aliases = module
        .providers
        .keys()
        .filter(|known| known.name == reference.name);
    let aliases: Vec<String> = aliases.map(ToString::to_string).collect();
    let detail = format!(
        "There is no provider configuration \"{reference}\" in {}. Declare it by a provider \"{}\" block with this \
         alias.{}",
        module_name(module),
        reference.name,
        did_you_mean(&reference.to_string(), aliases.iter().map(String::as_str))
    );
    found.push(Diagnostic::error(&codes::UNDECLARED_PROVIDER, detail).at(at));
}

fn passed_providers(module: &Module, call: &ModuleCall, child: &Module, found: &mut Diagnostics) {
    for (theirs, ours) in &call.providers {
        provider(module, ours, call.span, found);
        if !has(child, theirs) {
            let detail = format!(
                "The called module (\"{}\") takes no provider configuration \"{theirs}\". It must list it in \
                 configuration_aliases of its required_providers.",
                child.dir
            );
            found.push(Diagnostic::error(&codes::UNDECLARED_PROVIDER, detail).at(call.span));
        }
    }
    for required in child.settings.required_providers.values() {
        for alias in required
            .aliases
            .iter()
            .filter(|alias| !call.providers.contains_key(alias))
        {
            let detail = format!(
                "The called module (\"{}\") needs the provider configuration \"{alias}\". Pass it: \
                 providers = {{ {alias} = ... }}.",
                child.dir
            );
            found.push(Diagnostic::error(&codes::UNDECLARED_PROVIDER, detail).at(call.span));
        }
    }
}

/// Provider blocks in a module that is called with repetition or `depends_on`, or in one below it.
fn own_providers(config: &Config, addr: &ModuleAddr, call: &ModuleCall, found: &mut Diagnostics) {
    let mut dirs = BTreeSet::new();
    // Addresses of modules below this one follow it in order.
    let below = config
        .modules
        .range(addr.clone()..)
        .take_while(|(below, _)| below.0.starts_with(&addr.0));
    for (_, module) in below {
        let configured = module
            .providers
            .values()
            .any(|provider| !provider.body.items.is_empty());
        if configured && dirs.insert(&module.dir) {
            let detail = format!(
                "The module in \"{}\" has provider blocks of its own, so it cannot be called with count, for_each or \
                 depends_on. Move the provider blocks to the root module and pass them by the providers argument.",
                module.dir
            );
            found.push(Diagnostic::error(&codes::MODULE_WITH_PROVIDERS, detail).at(call.span));
        }
    }
}
