//! What the planner is asked for, from the command line. It reads no address that the configuration would have to know.

use std::collections::BTreeSet;

use crate::addr::{InstanceAddr, Mode, Target, parse_instance, parse_target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::change::PlanMode;
use crate::plan::planner::PlanOptions;

use super::codes;
use super::groups::{Choice, Planning};

/// The options of `plan` and its like, or what is wrong with them.
pub fn options(planning: &Planning) -> Result<PlanOptions, Diagnostics> {
    read(planning.mode(), &planning.choice)
}

/// The options, or what is wrong with them.
pub fn read(mode: PlanMode, choice: &Choice) -> Result<PlanOptions, Diagnostics> {
    let mut faults = Diagnostics::new();
    let fault = |option: &str, text: &str, error: crate::addr::ParseError| {
        Diagnostic::error(
            &codes::BAD_ADDRESS,
            format!("{option}=\"{text}\" is not an address. {}", error.behind(text)),
        )
    };
    let mut targets: Vec<Target> = Vec::new();
    for text in &choice.target {
        targets.extend(faults.take(parse_target(text).map_err(|error| fault("-target", text, error))));
    }
    let mut excludes: Vec<Target> = Vec::new();
    for text in &choice.exclude {
        excludes.extend(faults.take(parse_target(text).map_err(|error| fault("-exclude", text, error))));
    }
    let mut replace: Vec<InstanceAddr> = Vec::new();
    for text in &choice.replace {
        replace.extend(faults.take(parse_instance(text).map_err(|error| fault("-replace", text, error))));
    }
    let given = targets.iter().map(|target| ("-target", target));
    for (option, target) in given.chain(excludes.iter().map(|target| ("-exclude", target))) {
        if let Target::Resource(addr) = target
            && ["var", "local", "each", "count", "self", "path", "terraform"]
                .contains(&&*addr.resource.type_name)
        {
            let detail = format!(
                "{option}=\"{addr}\" is a reference to something that has no address of its own. A target is a resource \
                 or a module."
            );
            faults.push(Diagnostic::error(&codes::BAD_ADDRESS, detail));
        }
    }
    for addr in replace.iter().filter(|addr| addr.resource.mode == Mode::Data) {
        let detail = format!("-replace=\"{addr}\" names a data source, which is read and never replaced.");
        faults.push(Diagnostic::error(&codes::BAD_ADDRESS, detail));
    }
    if !replace.is_empty() && mode != PlanMode::Normal {
        let detail = "-replace asks for new objects, and this plan makes none: it goes with neither -destroy nor \
                      -refresh-only.";
        faults.push(Diagnostic::error(&codes::USAGE, detail));
    }
    if faults.has_errors() {
        return Err(faults);
    }
    Ok(PlanOptions {
        mode,
        skip_refresh: !choice.refresh,
        targets,
        excludes,
        replace,
        imports: Vec::new(),
        settling: false,
        unwritten: BTreeSet::new(),
    })
}
