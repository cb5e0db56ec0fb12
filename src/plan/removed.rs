//! `removed` blocks: what is no longer declared, and whether it is to be destroyed or only forgotten.

use crate::addr::{ConfigResource, InstanceAddr, Mode, ModuleAddr};
use crate::config::{Config, Removed, target};
use crate::diag::{Diagnostic, Diagnostics};

use super::change::{Action, ResourceChange};
use super::codes;

/// The block that speaks of an instance, or of a module around it. If there are several, one that lets the object live
/// wins, and then the closest.
pub fn of<'a>(config: &'a Config, addr: &InstanceAddr) -> Option<&'a Removed> {
    let wanted = addr.config();
    let mut found: Option<((bool, usize), &Removed)> = None;
    for (outer, module) in &config.modules {
        for removed in &module.removed {
            let Some((module, resource)) = named(outer, removed) else {
                continue;
            };
            let meant = match &resource {
                Some(resource) => *resource == wanted,
                None => wanted.module.0.starts_with(&module.0),
            };
            let rank = (!removed.destroy, module.0.len() + usize::from(resource.is_some()));
            if meant && found.is_none_or(|(best, _)| rank > best) {
                found = Some((rank, removed));
            }
        }
    }
    found.map(|(_, removed)| removed)
}

/// The module that a block names, or the resource with its module.
fn named(outer: &ModuleAddr, removed: &Removed) -> Option<(ModuleAddr, Option<ConfigResource>)> {
    let pattern = target::pattern(&removed.from).ok()?;
    let mut module = outer.clone();
    module.0.extend(pattern.module.into_iter().map(|(name, _)| name));
    let resource = pattern.resource.map(|(resource, _)| ConfigResource {
        module: module.clone(),
        resource,
    });
    Some((module, resource))
}

/// What is said to be removed, but is still declared.
pub fn check(config: &Config) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (outer, module) in &config.modules {
        for removed in &module.removed {
            let (what, name, span) = match named(outer, removed) {
                Some((_, Some(resource))) => {
                    let declared = config.modules.get(&resource.module);
                    let block = declared.and_then(|module| module.resources.get(&resource.resource));
                    ("resource", resource.to_string(), block.map(|block| block.span))
                }
                Some((module, None)) => {
                    let mut parent = module.clone();
                    let call = parent.0.pop();
                    let declared = config.modules.get(&parent);
                    let call = call.and_then(|call| declared.and_then(|module| module.calls.get(&call)));
                    ("module", module.to_string(), call.map(|call| call.span))
                }
                None => continue,
            };
            let Some(span) = span else { continue };
            let detail = format!(
                "A removed block says that {name} was removed, but it is still declared here. Remove one of the two."
            );
            found.push(
                Diagnostic::error(&codes::REMOVED_EXISTS, detail)
                    .summary(format!("Removed {what} still exists"))
                    .at(span),
            );
        }
    }
    found
}

/// The warning that objects will be left to themselves.
pub fn forgotten(changes: &[ResourceChange]) -> Option<Diagnostic> {
    let names: Vec<String> = changes
        .iter()
        .filter(|change| change.action == Action::Forget && change.addr.resource.mode == Mode::Managed)
        .map(|change| format!("\n  - {}", change.addr))
        .collect();
    (!names.is_empty()).then(|| {
        let detail = format!(
            "When this plan is applied, swarmform forgets the following objects and does not delete them:{}\n\nThey are \
             then nobody's. To manage one again, import it.",
            names.concat()
        );
        Diagnostic::warning(&codes::FORGOTTEN, detail)
    })
}
