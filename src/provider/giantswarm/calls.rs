//! The calls that a plan announces.

use crate::plan::semantics::PlannedCall;

/// What stands for a part of a path or a body that is not known yet.
pub(crate) const LATER: &str = "(known after apply)";

fn call(method: &str, path: String, body: Option<String>) -> PlannedCall {
    PlannedCall {
        method: method.to_owned(),
        path,
        body,
        mutating: method != "GET",
    }
}

/// A read.
pub(crate) fn get(path: String) -> PlannedCall {
    call("GET", path, None)
}

/// A mutation without a body.
pub(crate) fn post(path: String) -> PlannedCall {
    call("POST", path, None)
}

/// A mutation with a body, which holds no secret any more.
pub(crate) fn post_body(path: String, body: String) -> PlannedCall {
    call("POST", path, Some(body))
}

/// A deletion.
pub(crate) fn delete(path: String) -> PlannedCall {
    call("DELETE", path, None)
}

/// A part of a path: as it is known, or its name in braces. Braces are kept as they are.
pub(crate) struct Parts(Vec<(String, String)>);

impl Parts {
    pub fn new() -> Parts {
        Parts(Vec::new())
    }

    /// The part, or a placeholder that [`Parts::fill`] turns into `{name}`.
    pub fn part(&mut self, name: &str, value: Option<&str>) -> String {
        if let Some(value) = value {
            return value.to_owned();
        }
        let placeholder = format!("unknown-{name}-{}", self.0.len());
        self.0.push((placeholder.clone(), format!("{{{name}}}")));
        placeholder
    }

    /// The path with its placeholders as `{name}`.
    pub fn fill(&self, mut path: String) -> String {
        for (placeholder, shown) in &self.0 {
            path = path.replace(placeholder, shown);
        }
        path
    }
}
