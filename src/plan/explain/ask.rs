//! What a question means: the instance that an address names, and the attribute of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleInstance, ResourceAddr};
use crate::config::Repetition;
use crate::diag::closest;
use crate::plan::planner::Planned;
use crate::syntax::Step;
use crate::value::{Number, Path, PathStep};

use super::references::static_step;

/// What is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The instance.
    pub addr: InstanceAddr,
    /// The attribute, or the part of it; the root for all of the object.
    pub path: Path,
}

/// Why nothing is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Lost {
    /// It is no address of a resource instance.
    Unreadable,
    /// There is no such instance; perhaps another was meant.
    Unknown(String, Option<String>),
    /// There are several.
    Ambiguous(String, Vec<String>),
    /// The instance is there, and its type has no such attribute; perhaps another was meant.
    NoAttribute(InstanceAddr, Arc<str>, Option<String>),
}

/// What an address, as its first name and the steps behind it, means in a plan: an instance that the configuration or the
/// state has, and an attribute of it.
///
/// # Errors
/// It means nothing, or more than one thing.
pub fn question(planned: &Planned, first: &Arc<str>, steps: &[Step]) -> Result<Question, Lost> {
    let (wanted, behind) = read(first, steps).ok_or(Lost::Unreadable)?;
    let known = instances(planned, &wanted.config());
    let addr = if known.contains(&wanted) || (known.is_empty() && is_left_out(planned, &wanted)) {
        wanted
    } else {
        lost(planned, &wanted, &known)?
    };
    let mut path = Path::root();
    for step in behind {
        path.push(static_step(step).ok_or(Lost::Unreadable)?);
    }
    if let (Some(PathStep::Attr(name)), Some(info)) =
        (path.steps().first(), planned.semantics.type_info(&addr.resource))
    {
        let names: Vec<&str> = info.schema.block.names().collect();
        if !names.contains(&&**name) {
            let meant = closest(name, names).map(str::to_owned);
            return Err(Lost::NoAttribute(addr, Arc::clone(name), meant));
        }
    }
    Ok(Question { addr, path })
}

/// Whether it is an instance of a block that the plan has not come to look at.
fn is_left_out(planned: &Planned, wanted: &InstanceAddr) -> bool {
    let module = planned.evaluator.config.modules.get(&wanted.module.config());
    let declared = module.and_then(|module| module.resources.get(&wanted.resource));
    let fits = |repetition: &Repetition| match repetition {
        Repetition::One => wanted.key == InstanceKey::None,
        Repetition::Count(_) => matches!(wanted.key, InstanceKey::Int(_)),
        Repetition::ForEach(_) => matches!(wanted.key, InstanceKey::Str(_)),
    };
    planned.plan.partial && declared.is_some_and(|declared| fits(&declared.repetition))
}

fn lost(
    planned: &Planned,
    wanted: &InstanceAddr,
    known: &BTreeSet<InstanceAddr>,
) -> Result<InstanceAddr, Lost> {
    if wanted.key == InstanceKey::None && !known.is_empty() {
        let mut of_module = known.iter().filter(|addr| addr.module == wanted.module);
        return match (of_module.next(), of_module.next()) {
            (Some(only), None) => Ok(only.clone()),
            _ => Err(Lost::Ambiguous(
                wanted.to_string(),
                known.iter().map(ToString::to_string).collect(),
            )),
        };
    }
    let all = match known.is_empty() {
        true => everything(planned),
        false => known.clone(),
    };
    let names: Vec<String> = all.iter().map(ToString::to_string).collect();
    let text = wanted.to_string();
    let meant = closest(&text, names.iter().map(String::as_str)).map(str::to_owned);
    Err(Lost::Unknown(text, meant))
}

/// The instances of a resource that there are in the plan, in the state, or in the configuration.
fn instances(planned: &Planned, resource: &ConfigResource) -> BTreeSet<InstanceAddr> {
    let mut found: BTreeSet<InstanceAddr> = BTreeSet::new();
    let changes = planned.plan.changes.iter().map(|change| &change.addr);
    let all = changes.chain(planned.plan.prior.instances.keys());
    found.extend(all.filter(|addr| addr.config() == *resource).cloned());
    for module in planned.world.instances(&resource.module) {
        let world = planned.world.resource(&module, &resource.resource);
        for key in world.into_iter().flat_map(|world| world.expansion.keys()) {
            found.insert(InstanceAddr {
                module: module.clone(),
                resource: resource.resource.clone(),
                key,
            });
        }
    }
    found
}

fn everything(planned: &Planned) -> BTreeSet<InstanceAddr> {
    let changes = planned.plan.changes.iter().map(|change| &change.addr);
    changes
        .chain(planned.plan.prior.instances.keys())
        .cloned()
        .collect()
}

/// `module.a["k"].type.name[0].attribute`: the instance, and the steps behind it.
fn read<'s>(first: &Arc<str>, steps: &'s [Step]) -> Option<(InstanceAddr, &'s [Step])> {
    let mut module = ModuleInstance::root();
    let mut first = Arc::clone(first);
    let mut rest = steps;
    while &*first == "module" {
        let call = name(&mut rest)?;
        let key = key(&mut rest)?;
        module = module.child(call, key);
        first = name(&mut rest)?;
    }
    let resource = match &*first {
        "data" => {
            let type_name = name(&mut rest)?;
            ResourceAddr::data(type_name, name(&mut rest)?)
        }
        _ => ResourceAddr::managed(first, name(&mut rest)?),
    };
    let key = key(&mut rest)?;
    let addr = InstanceAddr {
        module,
        resource,
        key,
    };
    Some((addr, rest))
}

fn name(rest: &mut &[Step]) -> Option<Arc<str>> {
    let (Step::Attr(name), behind) = rest.split_first()? else {
        return None;
    };
    *rest = behind;
    Some(Arc::clone(&name.name))
}

/// A key, if there is one; none for a number that is no key.
fn key(rest: &mut &[Step]) -> Option<InstanceKey> {
    let key = match rest.first() {
        Some(Step::Key(key, _)) => InstanceKey::Str(Arc::clone(key)),
        Some(Step::Index(text, _)) => InstanceKey::Int(Number::parse(text)?.to_u64()?),
        _ => return Some(InstanceKey::None),
    };
    *rest = rest.get(1..).unwrap_or_default();
    Some(key)
}
