//! What becomes of one object: the provider is asked, and what asks for a new object beside it is counted in.

use crate::addr::InstanceAddr;
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::value::{Path, Value};

use super::change::{Action, Reason};
use super::codes;
use super::instance::Context;
use super::merge;
use super::semantics::{Decision, Fault, Proposal};

/// What asks for a new object, whatever the provider says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forced {
    /// The object was made half way.
    pub tainted: bool,
    /// `-replace` names the instance.
    pub request: bool,
    /// Something that `replace_triggered_by` names changes.
    pub trigger: bool,
}

impl Forced {
    /// Whether anything does.
    fn is_any(self) -> bool {
        self.tainted || self.request || self.trigger
    }

    /// The reason of an action that was decided so.
    pub fn reason(self, action: Action, deleted_outside: bool) -> Reason {
        match () {
            // As Terraform has it: also where there was nothing to replace, and whatever else is a reason.
            () if self.trigger => Reason::ByTriggers,
            () if action == Action::Create && deleted_outside => Reason::DeletedOutside,
            () if !action.is_replace() => Reason::None,
            () if self.tainted => Reason::Tainted,
            () if self.request => Reason::ByRequest,
            () => Reason::CannotUpdate,
        }
    }
}

/// The error of a provider whose plan is not what the configuration says.
pub(super) fn contradicted(addr: &InstanceAddr, path: &Path, span: Span) -> Diagnostic {
    let detail = format!(
        "The provider plans {addr}{path} with another value than the configured one. This is a bug of the provider, not \
         of the configuration; please report it."
    );
    Diagnostic::error(&codes::PROVIDER_BUG, detail)
        .at(span)
        .about(addr)
}

/// What the provider makes of it, and whether the object is replaced. The configuration comes with its ignored
/// parts kept, and as it is: a new object has nothing to keep.
pub(super) fn decide(
    context: &Context<'_>,
    prior: &Value,
    (kept, config): (&Value, &Value),
    forced: Forced,
) -> Result<(Decision, bool), Vec<Fault>> {
    let block = &context.info.schema.block;
    let type_name = &*context.resource.resource.type_name;
    let plan = |prior: &Value, config: &Value| {
        let proposed = merge::proposed(block, prior, config);
        context.semantics.plan(Proposal {
            type_name,
            prior,
            config,
            proposed: &proposed,
        })
    };
    let first = plan(prior, kept)?;
    if prior.is_null() || (first.replace.is_empty() && !forced.is_any()) {
        return Ok((first, false));
    }
    let again = plan(&Value::null(prior.ty()), config)?;
    let mut faults = first.faults;
    faults.extend(
        again
            .faults
            .iter()
            .filter(|fault| !faults.contains(fault))
            .cloned()
            .collect::<Vec<_>>(),
    );
    let delete_first = first.delete_first || again.delete_first;
    Ok((
        Decision {
            replace: first.replace,
            faults,
            delete_first,
            ..again
        },
        true,
    ))
}
