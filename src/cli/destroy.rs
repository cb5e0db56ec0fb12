//! `destroy`: take down everything that is managed here; `apply -destroy` by another name.

use crate::diag::Diagnostic;

use super::args::Assignment;
use super::options::Destroy;
use super::ui::Ui;
use super::{Answer, apply, codes};

/// Runs it.
pub async fn run(ui: &mut Ui, mut options: Destroy, assignments: &[Assignment]) -> Answer {
    if options.planning.refresh_only {
        let detail = "-refresh-only and destroying exclude each other: one changes nothing on the platform.";
        return Err(Diagnostic::error(&codes::USAGE, detail).into());
    }
    options.planning.choice.destroy = true;
    apply::fresh(ui, &options.planning, assignments, &options.approval, "destroy").await
}
