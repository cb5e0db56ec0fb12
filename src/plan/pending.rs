//! Questions about changes already decided: does something still have to happen there, and does it trigger a
//! replacement elsewhere? And what a node needs beside what it was evaluated from.

use std::collections::BTreeSet;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ResourceAddr};
use crate::diag::Diagnostic;
use crate::graph::ConfigNode;
use crate::syntax::ast::Expr;
use crate::syntax::{Step, traversal};
use crate::value::{Path, PathStep};

use super::change::{Action, ResourceChange};
use super::codes;
use super::evaluate::Used;
use super::planner::Planner;
use super::providers::ProviderKey;
use super::scope::Need;

impl Planner {
    /// Whether something is still to be done there before its values can be trusted.
    pub(super) fn is_pending(&self, need: &Need) -> bool {
        let mut seen = BTreeSet::new();
        self.pending_below(need, &mut seen)
    }

    fn pending_below(&self, need: &Need, seen: &mut BTreeSet<ConfigNode>) -> bool {
        match need {
            Need::Instance(addr) => {
                let change = self.change_index.get(addr).and_then(|at| self.changes.get(*at));
                change.is_some_and(|change| change.action != Action::NoOp)
            }
            Need::Resource(resource) => self
                .changes_of(resource)
                .any(|change| change.action != Action::NoOp),
            Need::Node(node) => {
                seen.insert(node.clone())
                    && self
                        .node_used
                        .get(node)
                        .is_some_and(|used| used.iter().any(|need| self.pending_below(need, seen)))
            }
        }
    }

    /// What a node names without having been evaluated (such as `depends_on`) is needed as a whole.
    pub(super) fn add_static_needs(&self, node: &ConfigNode, used: &mut Used) {
        let of: BTreeSet<ConfigNode> = used
            .iter()
            .map(|need| match need {
                Need::Instance(addr) => ConfigNode::Resource(addr.config()),
                Need::Resource(resource) => ConfigNode::Resource(resource.clone()),
                Need::Node(node) => node.clone(),
            })
            .collect();
        for need in self.graph.needs(node) {
            if of.contains(need) {
                continue;
            }
            match need {
                ConfigNode::Resource(resource) => {
                    used.insert(Need::Resource(resource.clone()));
                }
                // What a provider waits for, its resources wait for too.
                ConfigNode::Provider(module, provider) => {
                    let key = ProviderKey {
                        module: module.clone(),
                        provider: provider.clone(),
                    };
                    if self.late.has(&key) {
                        self.add_static_needs(need, used);
                    }
                }
                ConfigNode::Check(..) => {}
                value => {
                    used.insert(Need::Node(value.clone()));
                }
            }
        }
    }

    fn changes_of<'a>(&'a self, resource: &'a ConfigResource) -> impl Iterator<Item = &'a ResourceChange> {
        let of = self
            .changes_by_resource
            .get(resource)
            .map_or(&[][..], Vec::as_slice);
        of.iter().filter_map(|at| self.changes.get(*at))
    }

    /// Whether one of the `replace_triggered_by` references of an instance names something that changes. The
    /// error is a reference to an instance that is not there.
    pub(super) fn is_triggered(&self, addr: &InstanceAddr, triggers: &[Expr]) -> Result<bool, Diagnostic> {
        let mut any = false;
        for trigger in triggers {
            any |= self.triggers(addr, trigger)?;
        }
        Ok(any)
    }

    fn triggers(&self, addr: &InstanceAddr, trigger: &Expr) -> Result<bool, Diagnostic> {
        let Some((resource, key, path)) = trigger_of(addr, trigger) else {
            return Ok(false);
        };
        let config = ConfigResource {
            module: addr.module.config(),
            resource,
        };
        let of_module = || {
            self.changes_of(&config)
                .filter(|change| change.addr.module == addr.module)
        };
        let is_named = |change: &&ResourceChange| key.as_ref().is_none_or(|key| *key == change.addr.key);
        let mut named = of_module().filter(is_named).peekable();
        // Of a resource without any instance, none can trigger anything. Validation does not know the instances yet.
        let is_missing = named.peek().is_none() && of_module().next().is_some() && !self.evaluator.validating;
        if let (true, Some(key), None) = (is_missing, &key, &self.targeted) {
            let detail = format!(
                "replace_triggered_by of {addr} names {}{key}, and there is no such instance.",
                config.resource
            );
            return Err(Diagnostic::error(&codes::NO_TRIGGER, detail).about(addr));
        }
        Ok(named.any(|change| {
            let changes = change.action == Action::Update || change.action.is_replace();
            changes
                && (path.is_root() || change.before.get_path(&path).ok() != change.after.get_path(&path).ok())
        }))
    }
}

/// What a trigger names: a resource of the same module, an instance of it, an attribute of that. A key of
/// `each.key` or `count.index` is the instance's own.
pub(super) fn trigger_of(
    addr: &InstanceAddr,
    trigger: &Expr,
) -> Option<(ResourceAddr, Option<InstanceKey>, Path)> {
    use crate::syntax::ast::ExprKind;
    let mut links = Vec::new();
    let mut at = trigger;
    let root = loop {
        match &at.kind {
            ExprKind::Variable(name) => break name.clone(),
            ExprKind::GetAttr(base, name) => {
                links.push(PathStep::attr(name.name.clone()));
                at = base;
            }
            ExprKind::Index(base, index) => {
                links.push(step_of(&addr.key, index)?);
                at = base;
            }
            _ => return None,
        }
    };
    links.reverse();
    let mut links = links.into_iter();
    let Some(PathStep::Attr(name)) = links.next() else {
        return None;
    };
    let mut rest: Vec<PathStep> = links.collect();
    let key = match rest.first() {
        Some(step @ PathStep::Index(_)) => {
            let key = instance_key(step);
            rest.remove(0);
            key
        }
        _ => None,
    };
    Some((ResourceAddr::managed(root, name), key, Path(rest)))
}

/// The key that a step behind a resource names; none of an attribute.
pub(super) fn instance_key(step: &PathStep) -> Option<InstanceKey> {
    let PathStep::Index(key) = step else { return None };
    let key = key.to_value();
    match (key.as_arc_str(), key.as_number()) {
        (Some(key), _) => Some(InstanceKey::Str(key.clone())),
        (_, Some(index)) => index.to_u64().map(InstanceKey::Int),
        _ => None,
    }
}

/// The step that an index makes, in a block whose own instance has this key; none where only evaluation can tell.
pub(super) fn step_of(own: &InstanceKey, index: &Expr) -> Option<PathStep> {
    use crate::syntax::ast::ExprKind;
    match &index.kind {
        ExprKind::String(key) => Some(PathStep::key(key.clone())),
        ExprKind::Number(number) => Some(PathStep::int(number.value.as_ref()?.to_usize()?)),
        _ => {
            let reference = traversal(index)?;
            let attribute = match reference.steps.as_slice() {
                [Step::Attr(name)] => &*name.name,
                _ => return None,
            };
            match (&*reference.root.name, attribute, own) {
                ("each", "key", InstanceKey::Str(key)) => Some(PathStep::key(key.clone())),
                ("count", "index", InstanceKey::Int(index)) => {
                    usize::try_from(*index).ok().map(PathStep::int)
                }
                _ => None,
            }
        }
    }
}
