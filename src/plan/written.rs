//! What is written of objects: kept for those that differ from what was last applied, and for those that change, so that
//! drift can be told beside the configuration. Nothing is decided by it.

use crate::addr::InstanceAddr;
use crate::config::Resource;
use crate::lang::{Decoded, decode_body};
use crate::schema::Block;

use super::planner::Planner;
use super::scope::Here;

impl Planner {
    /// Whether the object of an instance is not as it was last applied.
    pub(super) fn has_drifted(&self, addr: &InstanceAddr) -> bool {
        let prior = self.priors.get(&(addr.clone(), None));
        prior.is_some_and(|prior| prior.now.as_ref() != Some(&prior.last))
    }

    /// Notes what is written of an object, with what its schema hides marked.
    pub(super) fn note_written(&mut self, addr: &InstanceAddr, schema: &Block, mut decoded: Decoded) {
        decoded.value = schema.mark_sensitive(&decoded.value);
        self.written.insert(addr.clone(), decoded);
    }

    /// Evaluates what is written of an object that has drifted, for a plan that leaves it alone. What cannot be
    /// evaluated is unknown.
    pub(super) fn look_at_written(
        &mut self,
        addr: &InstanceAddr,
        declared: &Resource,
        schema: &Block,
        here: Here,
    ) {
        if !self.has_drifted(addr) {
            return;
        }
        let scope = self.evaluator.scope(&self.world, &addr.module);
        let decoded = scope.map(|scope| decode_body(&declared.body, schema, &scope.with(here)).0);
        if let Ok(decoded) = decoded {
            self.note_written(addr, schema, decoded);
        }
    }
}
