//! What a plan that only destroys looks at in the configuration: the variables of the root module.
//!
//! Nothing else is evaluated: what goes is told by the state.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::{ModuleAddr, ModuleInstance};
use crate::graph::ConfigNode;

use super::checks::{Checkable, Checked, Status};
use super::planner::Planner;

impl Planner {
    /// The variables of the root module, for a plan that only destroys: what is given must be valid all the same.
    /// How conditions stand is left open.
    pub(super) fn visit_inputs(&mut self) {
        let config = Arc::clone(&self.evaluator.config);
        let root = ModuleAddr::root();
        let Some(module) = config.modules.get(&root) else {
            return;
        };
        let of = |name: &Arc<str>| ConfigNode::Variable(root.clone(), Arc::clone(name));
        let inputs: Vec<ConfigNode> = module.variables.keys().map(of).collect();
        let needs = self.graph.closure(inputs.iter());
        let plain = |node: &ConfigNode| matches!(node, ConfigNode::Variable(..) | ConfigNode::Local(..));
        let checks = self.world.checks.clone();
        // Those that need nothing but each other.
        let mut alone: BTreeSet<ConfigNode> = BTreeSet::new();
        for node in self.graph.order.clone() {
            let fits = needs.contains(&node) && plain(&node);
            if !fits
                || !self
                    .graph
                    .needs(&node)
                    .into_iter()
                    .all(|need| alone.contains(need))
            {
                continue;
            }
            if !self.done.contains(&node) {
                self.visit_value(&node);
            }
            alone.insert(node);
        }
        self.world.checks = checks;
        self.walked = !self.faults.has_errors();
        for output in module
            .outputs
            .values()
            .filter(|output| !output.preconditions.is_empty())
        {
            let of = Checkable::Output(root.clone(), Arc::clone(&output.name));
            let whole = Checked::Module(ModuleInstance::root());
            self.world.checks.note(&of, whole, Status::Unknown, None);
        }
    }
}
