//! The page of a plan as a file: written for its owner alone, for it shows the values of the plan.

use std::path::Path;

use crate::diag::Diagnostic;
use crate::host::files;
use crate::plan::planner::Planned;
use crate::render::Schemas;
use crate::render::closing::GoOn;
use crate::render::html::{Page, Times, page};
use crate::source::SourceMap;

use super::codes;

/// Writes it, in place of what is there.
pub fn write(
    path: &Path,
    planned: &Planned,
    schemas: &Schemas,
    sources: &SourceMap,
    (digest, approve): (&str, &GoOn),
    times: Option<Times>,
) -> Result<(), Diagnostic> {
    let environment = &planned.evaluator.environment;
    let text = page(Page {
        plan: &planned.plan,
        schemas,
        sources,
        workspace: &environment.workspace,
        time: &environment.plan_timestamp,
        digest,
        approve,
        times,
    });
    files::write_private(path, text.as_bytes()).map_err(|reason| {
        let detail = format!(
            "The page could not be written to \"{}\": {reason}.",
            path.display()
        );
        Diagnostic::error(&codes::FILE, detail)
    })
}
