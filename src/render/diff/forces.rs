//! Which parts of an object force its replacement, as a tree of path steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::path::Key;
use crate::value::{Path, PathStep};

/// The paths below one part that force replacement.
#[derive(Clone, Debug, Default)]
pub struct Forces {
    /// Whether the part itself does.
    pub here: bool,
    below: BTreeMap<PathStep, Forces>,
}

static NONE: Forces = Forces {
    here: false,
    below: BTreeMap::new(),
};

impl Forces {
    /// Nothing forces anything.
    pub fn none() -> &'static Forces {
        &NONE
    }

    /// The tree of these paths.
    pub fn new(paths: &[Path]) -> Forces {
        let mut root = Forces::default();
        for path in paths {
            let mut at = &mut root;
            for step in path.steps() {
                at = at.below.entry(step.clone()).or_default();
            }
            at.here = true;
        }
        root
    }

    /// Whether anything below the part does.
    pub fn is_deeper(&self) -> bool {
        !self.below.is_empty()
    }

    /// What is below a step.
    pub fn step(&self, step: &PathStep) -> &Forces {
        if self.below.is_empty() {
            &NONE
        } else {
            self.below.get(step).unwrap_or(&NONE)
        }
    }

    /// What is below an attribute or map key.
    pub fn member(&self, name: &Arc<str>) -> &Forces {
        if self.below.is_empty() {
            return &NONE;
        }
        let attribute = self.below.get(&PathStep::Attr(Arc::clone(name)));
        let key = || self.below.get(&PathStep::Index(Key::Str(Arc::clone(name))));
        attribute.or_else(key).unwrap_or(&NONE)
    }
}
