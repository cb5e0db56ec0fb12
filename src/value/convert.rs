//! (under construction)
#[derive(Clone, Debug)]
pub struct ConvertError;
