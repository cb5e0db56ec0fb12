//! `plan`: show what has to change, tell its digest and save it if asked to.

use std::path::Path;

use crate::diag::Diagnostics;
use crate::render::{escape, report};

use super::args::Assignment;
use super::options::Plan;
use super::ui::Ui;
use super::{Answer, adopt, flow, plan_file};

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Plan, assignments: &[Assignment]) -> Answer {
    let out = options.out.as_deref();
    plan_file::spares("-out", out, None)?;
    plan_file::spares("-html", options.html.as_deref(), out.map(|out| ("-out", out)))?;
    let generate = options.generate_config_out.as_deref();
    let mut prepared = flow::plan(ui, &options.planning, assignments, "plan", generate).await?;
    if options.digest && ui.stream().is_none() {
        ui.say(&format!("\nDigest: {}\n", prepared.digest()));
    }
    let empty = prepared.session.planned.plan.is_empty();
    if options.unmanaged
        && let Err(faults) = unmanaged(ui, &prepared).await
    {
        prepared.close().await;
        return Err(faults.into());
    }
    let generated = prepared.generated.take();
    let saved = out.map(|path| prepared.save(path));
    let written = options.html.as_deref().map(|path| prepared.page(path, &ui.words));
    prepared.close().await;
    if let Some(saved) = saved {
        saved?;
    }
    if let Some(written) = written {
        written?;
    }
    if let Some(generated) = generated {
        let text = format!(
            "Configuration was written to {}. Look through it and edit it before it goes into version control.",
            escape::line(&generated.file)
        );
        let how = "Variables stand in the configuration. This plan knows their values; give them to later ones with \
                   TF_VAR_NAME, -var-file or another way.";
        ui.say(&format!(
            "\n{}\n\n{}\n{}",
            ui.style().rule(),
            ui.style().wrap(&text),
            adopt::secrets(ui, &generated.secrets, how)
        ));
    }
    if !ui.automation && (!empty || out.is_some()) {
        ui.say(&hint(ui, out));
    }
    // Lost output is an error, whatever the plan holds.
    let lost = ui.lost().is_some();
    Ok(if options.detailed_exitcode && !empty && !lost {
        2
    } else {
        0
    })
}

/// Tells what is on the platform and nobody manages here.
async fn unmanaged(ui: &mut Ui, prepared: &flow::Prepared) -> Result<(), Diagnostics> {
    let found = prepared.session.unmanaged().await?;
    ui.say(&format!("\n{}", report::unmanaged(&found, ui.style())));
    for one in &found {
        let text = format!("{} {} is not managed", one.type_name, one.id);
        ui.emit(|stream| stream.log(&text));
    }
    Ok(())
}

/// How to go on.
fn hint(ui: &Ui, out: Option<&Path>) -> String {
    let style = ui.style();
    let text = match out {
        Some(path) => format!(
            "Saved the plan to: {0}\n\nTo perform exactly these actions, run the following command to apply:\n    \
             swarmform apply \"{0}\"",
            path.display()
        ),
        None => "Note: The plan was not saved. \"swarmform apply\" plans again and asks for approval; with -out=FILE \
                 a plan is kept, to be applied exactly as it is shown here."
            .to_owned(),
    };
    format!("\n{}\n\n{}\n", style.rule(), style.wrap(&text))
}
