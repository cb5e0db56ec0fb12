//! `-target`: which part of the configuration and state a plan is about.
//!
//! A target is in, with all that it depends on; when destroying, with all that depends on it. Everything else
//! is left as it is.

use std::collections::BTreeSet;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleInstance, Target};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::graph::{ConfigGraph, ConfigNode};
use crate::state::State;

use super::change::PlanMode;
use super::codes;
use super::planner::PlanOptions;

/// What is in.
#[derive(Debug)]
pub struct Targeted {
    targets: Vec<Target>,
    /// Resources in as a whole, because a target depends on them (or they on it, when destroying).
    whole: BTreeSet<ConfigResource>,
    /// Resources of which a target names some instances.
    some: BTreeSet<ConfigResource>,
    nodes: BTreeSet<ConfigNode>,
    /// Sentences about targets that name nothing.
    unknown: Vec<String>,
}

impl Targeted {
    /// The warning that only a part is planned.
    pub fn warning(&self) -> Diagnostic {
        let detail = format!(
            "-target leaves out whatever the addresses given do not need, so the platform may not be as the \
             configuration says after this plan. Plan again without -target once the trouble is over.{}",
            self.unknown.concat()
        );
        Diagnostic::warning(&codes::TARGETED, detail)
    }

    /// Whether an instance is in.
    pub fn has_instance(&self, addr: &InstanceAddr) -> bool {
        self.whole.contains(&addr.config()) || self.targets.iter().any(|target| matches(target, addr))
    }

    /// Whether a node is in.
    pub fn has_node(&self, node: &ConfigNode) -> bool {
        match node {
            ConfigNode::Resource(resource) => self.whole.contains(resource) || self.some.contains(resource),
            other => self.nodes.contains(other),
        }
    }
}

/// Whether a target names an instance: a key that is left out means all keys.
pub fn matches(target: &Target, addr: &InstanceAddr) -> bool {
    let module_matches = |wanted: &ModuleInstance, whole: bool| {
        let enough = if whole {
            wanted.0.len() == addr.module.0.len()
        } else {
            wanted.0.len() <= addr.module.0.len()
        };
        enough
            && wanted
                .0
                .iter()
                .zip(&addr.module.0)
                .all(|((name, key), (other, actual))| {
                    name == other && (*key == InstanceKey::None || key == actual)
                })
    };
    match target {
        Target::Module(module) => module_matches(module, false),
        Target::Resource(wanted) => {
            module_matches(&wanted.module, true)
                && wanted.resource == addr.resource
                && (wanted.key == InstanceKey::None || wanted.key == addr.key)
        }
    }
}

fn names_resource(target: &Target, resource: &ConfigResource) -> bool {
    match target {
        Target::Module(module) => resource.module.0.starts_with(&module.config().0),
        Target::Resource(wanted) => wanted.config() == *resource,
    }
}

/// What the options' targets mean; none without targets.
pub fn targeted(
    config: &Config,
    graph: &ConfigGraph,
    state: &State,
    options: &PlanOptions,
) -> Option<Targeted> {
    if options.targets.is_empty() {
        return None;
    }
    let declared = config.modules.iter().flat_map(|(module, declared)| {
        declared.resources.keys().map(|resource| ConfigResource {
            module: module.clone(),
            resource: resource.clone(),
        })
    });
    let stored = state.instances.keys().map(InstanceAddr::config);
    let known: BTreeSet<ConfigResource> = declared.chain(stored).collect();
    let mut some = BTreeSet::new();
    let mut unknown = Vec::new();
    for target in &options.targets {
        let named: Vec<&ConfigResource> = known
            .iter()
            .filter(|resource| names_resource(target, resource))
            .collect();
        if named.is_empty() {
            let text = match target {
                Target::Module(module) => module.to_string(),
                Target::Resource(addr) => addr.to_string(),
            };
            let names: Vec<String> = known.iter().map(ToString::to_string).collect();
            let hint = crate::diag::did_you_mean(&text, names.iter().map(String::as_str));
            unknown.push(format!("\n\n{text} is neither in the configuration nor in the state.{hint}"));
        }
        some.extend(named.into_iter().cloned());
    }
    let start: Vec<ConfigNode> = some.iter().cloned().map(ConfigNode::Resource).collect();
    let mut nodes = graph.closure(start.iter());
    if options.mode == PlanMode::Destroy {
        let ids = graph.graph().closure_of_dependents(start.iter());
        nodes = ids
            .into_iter()
            .filter_map(|id| graph.graph().node(id).cloned())
            .collect();
    }
    let whole = nodes.iter().filter_map(|node| match node {
        ConfigNode::Resource(resource) if !some.contains(resource) => Some(resource.clone()),
        _ => None,
    });
    let mut whole: BTreeSet<ConfigResource> = whole.collect();
    if options.mode == PlanMode::Destroy {
        whole.extend(dependents_in_state(state, &some));
    }
    Some(Targeted {
        targets: options.targets.clone(),
        whole,
        some,
        nodes,
        unknown,
    })
}

/// Resources of the state that depend on these, however indirectly.
fn dependents_in_state(state: &State, of: &BTreeSet<ConfigResource>) -> BTreeSet<ConfigResource> {
    let mut found: BTreeSet<ConfigResource> = BTreeSet::new();
    loop {
        let before = found.len();
        for (addr, instance) in &state.instances {
            let resource = addr.config();
            if of.contains(&resource) || found.contains(&resource) {
                continue;
            }
            let needs = instance.current.iter().flat_map(|object| &object.dependencies);
            let hit = needs
                .filter_map(|text| crate::addr::parse_instance(text).ok())
                .any(|need| of.contains(&need.config()) || found.contains(&need.config()));
            if hit {
                found.insert(resource);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
