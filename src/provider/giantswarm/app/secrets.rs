//! The body of a planned call with its secrets taken out.
//!
//! Whatever text is marked as sensitive anywhere in the arguments is searched for in the body and replaced, so
//! that no way through variables or templates can let it slip. How that is done is the planner's.

use crate::api::definition::Definition;
use crate::plan::secrets::{HIDDEN, Secrets};
use crate::provider::object::get;
use crate::value::Value;

/// The JSON of a definition, fit to be shown.
pub(crate) fn body(arguments: &Value, definition: &Definition) -> String {
    let whole = get(arguments, "definition").is_some_and(Value::is_sensitive);
    if whole || arguments.is_sensitive() {
        return HIDDEN.to_owned();
    }
    Secrets::of(arguments).body(&definition.to_json())
}
