//! (under construction)
#[derive(Clone, Debug, Default)]
pub struct Refinement;
