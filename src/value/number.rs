//! Numbers (under construction).
#[derive(Clone, Debug)]
pub struct Number;
