//! `workspace`: states beside each other for the same configuration.
//!
//! Which workspace is selected is kept where Terraform keeps it, in the data directory; see `host::workspace`. Each has
//! a state, a lock and a history of its own.

use clap::{ArgAction, Args, Subcommand};

use crate::addr::InstanceAddr;
use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::host::{Environment, workspace as selection};
use crate::ports::StateStore;
use crate::render::{Ink, escape};
use crate::state::select::in_order;
use crate::state::workspace::{DEFAULT, LONGEST, is_name};
use crate::state::{State, v4};

use super::locking::Locking;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, codes};

/// Options of `workspace`.
#[derive(Args, Debug)]
pub struct Workspace {
    /// What to do
    #[command(subcommand)]
    pub command: WorkspaceCommand,
}

/// Commands of `workspace`.
#[derive(Debug, Subcommand)]
pub enum WorkspaceCommand {
    /// List all workspaces
    List,
    /// Show the name of the selected workspace
    Show,
    /// Make a workspace and select it
    New(New),
    /// Select another workspace
    Select(Select),
    /// Delete a workspace and its state
    Delete(Delete),
}

/// Options of `workspace new`.
#[derive(Args, Debug)]
pub struct New {
    /// About the lock
    #[command(flatten)]
    pub locking: Locking,
    /// Begin with this state, in Terraform's format
    #[arg(long, value_name = "FILE")]
    pub state: Option<std::path::PathBuf>,
    /// Its name
    pub name: String,
}

/// Options of `workspace select`.
#[derive(Args, Debug)]
pub struct Select {
    /// Make it if it does not exist
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", default_value_t = false, require_equals = true, action = ArgAction::Set)]
    pub or_create: bool,
    /// Its name
    pub name: String,
}

/// Options of `workspace delete`.
#[derive(Args, Debug)]
pub struct Delete {
    /// About the lock
    #[command(flatten)]
    pub locking: Locking,
    /// Even if it holds resources, which nothing manages any more then
    #[arg(long)]
    pub force: bool,
    /// Its name
    pub name: String,
}

/// Runs one of them.
pub async fn run(ui: &mut Ui, options: &Workspace) -> Answer {
    let place = Place::new(None)?;
    match &options.command {
        WorkspaceCommand::List => list(ui, &place),
        WorkspaceCommand::Show => {
            ui.print(&format!("{}\n", place.workspace.name));
            Ok(0)
        }
        WorkspaceCommand::New(options) => new(ui, &place, options).await,
        WorkspaceCommand::Select(options) => select(ui, &place, options),
        WorkspaceCommand::Delete(options) => delete(ui, &place, options).await,
    }
}

fn fault(detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::WORKSPACE, detail)
}

fn list(ui: &Ui, place: &Place) -> Answer {
    let names = Place::workspaces().list().map_err(|error| store_fault(&error))?;
    for name in names {
        let star = if name == place.workspace.name { '*' } else { ' ' };
        ui.print(&format!("{star} {name}\n"));
    }
    if place.workspace.forced {
        ui.print(&format!(
            "\nTF_WORKSPACE is set, so commands work in \"{}\", whatever is selected.\n",
            place.workspace.name
        ));
    } else {
        ui.print("\n");
    }
    Ok(0)
}

/// The name of a workspace to select, if it may be one and `TF_WORKSPACE` does not override what is selected. One that is
/// made may be the one that the variable names.
fn chosen<'a>(place: &Place, name: &'a str, made: bool) -> Result<&'a str, Diagnostic> {
    if !is_name(name) {
        return Err(fault(format!(
            "\"{}\" cannot be the name of a workspace. A name has letters and digits of ASCII and the signs \
             - _ . ~ $ & + = : @ alone, {LONGEST} at most, and it is neither \".\" nor \"..\".",
            escape::line(name)
        )));
    }
    if place.workspace.forced && !(made && place.workspace.name == name) {
        return Err(fault(format!(
            "TF_WORKSPACE is set to \"{}\" and overrides what is selected. Set it to \"{name}\" instead, or unset it first.",
            place.workspace.name
        )));
    }
    Ok(name)
}

fn missing(name: &str) -> Diagnostic {
    let names = Place::workspaces().list().unwrap_or_default();
    let hint = crate::diag::did_you_mean(name, names.iter().map(String::as_str));
    fault(format!(
        "There is no workspace \"{}\".{hint} `swarmform workspace new` makes one, and so does `workspace select` with \
         -or-create.",
        escape::line(name)
    ))
}

fn choose(name: &str) -> Result<(), Diagnostic> {
    selection::select(&Environment::of_process(), name).map_err(fault)
}

async fn new(ui: &mut Ui, place: &Place, options: &New) -> Answer {
    let name = chosen(place, &options.name, true)?;
    if Place::workspaces().has(name) {
        return Err(fault(format!(
            "The workspace \"{name}\" exists already. Select it with `swarmform workspace select {name}`."
        ))
        .into());
    }
    let first = options.state.as_deref().map(first_state).transpose()?;
    make(ui, name)?;
    if let Some(mut state) = first {
        let place = place.in_workspace(name);
        let store = place.store();
        let lock = options.locking.take(&store, "workspace new").await?;
        if state.lineage.is_empty() {
            state.lineage = place.uuid();
        }
        store.replace(&state).await.map_err(|error| store_fault(&error))?;
        drop(lock);
    }
    Ok(0)
}

fn first_state(path: &std::path::Path) -> Result<State, Diagnostic> {
    let text = crate::host::files::text(path).map_err(|reason| {
        let detail = format!("The state \"{}\" cannot be read: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    })?;
    v4::from_v4(&text).map_err(|error| {
        let detail = format!(
            "\"{}\" is not a state that can be taken over. At {}: {} No workspace was made.",
            path.display(),
            error.place,
            error.message
        );
        Diagnostic::error(&codes::BAD_STATE_FILE, detail)
    })
}

fn make(ui: &Ui, name: &str) -> Result<(), Diagnostic> {
    Place::workspaces()
        .make(name)
        .map_err(|error| store_fault(&error))?;
    choose(name)?;
    let done = format!("Created and switched to workspace \"{name}\"!");
    let hint = ui.style().wrap(
        "Its state is its own and empty so far: a plan made here knows nothing of what other workspaces hold.",
    );
    ui.print(&format!("{}\n\n{hint}\n", ui.style().paint(Ink::Green, &done)));
    Ok(())
}

fn select(ui: &Ui, place: &Place, options: &Select) -> Answer {
    let name = chosen(place, &options.name, false)?;
    if !Place::workspaces().has(name) {
        if !options.or_create {
            return Err(missing(name).into());
        }
        make(ui, name)?;
    } else if name != place.workspace.name {
        choose(name)?;
        let done = format!("Switched to workspace \"{name}\".");
        ui.print(&format!("{}\n", ui.style().paint(Ink::Green, &done)));
    }
    Ok(0)
}

async fn delete(ui: &Ui, place: &Place, options: &Delete) -> Answer {
    let name = &*options.name;
    if !is_name(name) || !Place::workspaces().has(name) {
        return Err(missing(name).into());
    }
    if name == DEFAULT {
        return Err(fault("The workspace \"default\" is always there and cannot be deleted.").into());
    }
    if name == place.workspace.name {
        return Err(fault(format!(
            "The workspace \"{name}\" is selected. Select another one first, such as `swarmform workspace select default`."
        ))
        .into());
    }
    let store = place.in_workspace(name).store();
    let lock = if options.force {
        // A state that is too damaged to be opened can still be deleted.
        options.locking.take_unopened(&store, "workspace delete").await?
    } else {
        options.locking.take(&store, "workspace delete").await?
    };
    let held = match store.read().await {
        Ok(state) => in_order(state.instances.keys())
            .into_iter()
            .map(InstanceAddr::to_string)
            .collect(),
        Err(_) if options.force => vec!["a state that cannot be read".to_owned()],
        Err(error) => return Err(store_fault(&error).into()),
    };
    if !held.is_empty() && !options.force {
        let list: String = held
            .iter()
            .map(|addr| format!("\n  - {}", escape::line(addr)))
            .collect();
        let detail = format!(
            "The workspace \"{name}\" still manages these resource instances:{list}\n\nDestroy them first, or nothing \
             will know of their objects any more. With -force the workspace is deleted all the same."
        );
        return Err(fault(detail).into());
    }
    Place::workspaces()
        .remove(name)
        .map_err(|error| store_fault(&error))?;
    drop(lock);
    let done = format!("Deleted workspace \"{name}\"!");
    ui.print(&format!("{}\n", ui.style().paint(Ink::Green, &done)));
    if !held.is_empty() {
        let left = format!(
            "It was not empty: {} resource instance(s) may still exist, and nothing manages them any more.",
            held.len()
        );
        ui.print(&format!("{}\n", ui.style().wrap(&left)));
    }
    Ok(0)
}
