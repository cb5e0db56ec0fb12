//! (under construction)
#[derive(Clone, Debug)]
pub struct Path;
#[derive(Clone, Debug)]
pub struct PathStep;
