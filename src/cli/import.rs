//! `import`: bring one object that exists under management, at once and without a plan to approve.
//!
//! The resource must be declared. It is an `import` block by another name, limited to its one address.

use std::sync::Arc;

use crate::addr::{InstanceAddr, Mode, parse_instance};
use crate::diag::Diagnostic;

use super::args::Assignment;
use super::options::Import;
use super::ui::Ui;
use super::{Answer, codes, flow};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Import, assignments: &[Assignment]) -> Answer {
    let text = &options.address;
    let addr: InstanceAddr = parse_instance(text).map_err(|error| {
        Diagnostic::error(
            &codes::BAD_ADDRESS,
            format!("\"{text}\" is not an address: {error}"),
        )
    })?;
    let mut wrong = options.planning.planning_options();
    wrong.retain(|option| !option.starts_with("-var"));
    if !wrong.is_empty() {
        let detail = format!(
            "An import is not a plan, so {} cannot be given with it.",
            wrong.join(", ")
        );
        return Err(Diagnostic::error(&codes::USAGE, detail).into());
    }
    if addr.resource.mode == Mode::Data {
        let detail = format!("{addr} is a data source; it is read each time, so there is nothing to import.");
        return Err(Diagnostic::error(&codes::BAD_ADDRESS, detail).into());
    }
    let wanted = (addr, Arc::from(options.id.as_str()));
    let prepared = flow::import(ui, &options.planning, assignments, wanted).await?;
    Ok(prepared.apply(ui).await)
}
