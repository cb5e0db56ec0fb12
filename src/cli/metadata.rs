//! `metadata functions`: the functions of the language for programs.

use clap::{Args, Subcommand};

use crate::render::json_functions;

use super::Answer;
use super::ui::Ui;

/// Options of `metadata`.
#[derive(Args, Debug)]
pub struct Metadata {
    /// What to tell
    #[command(subcommand)]
    pub command: MetadataCommand,
}

/// Commands of `metadata`.
#[derive(Debug, Subcommand)]
pub enum MetadataCommand {
    /// Print the signatures of all functions
    Functions(MetadataFunctions),
}

/// Options of `metadata functions`.
#[derive(Args, Debug)]
pub struct MetadataFunctions {
    /// Print for programs; there is no other form
    #[arg(long, required = true)]
    pub json: bool,
}

/// Runs it.
pub fn run(ui: &mut Ui, options: &Metadata) -> Answer {
    let MetadataCommand::Functions(_) = &options.command;
    ui.print(&(json_functions::document().compact() + "\n"));
    Ok(0)
}
