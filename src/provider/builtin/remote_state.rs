//! `data "terraform_remote_state"`: the outputs of another configuration's state, read from this machine.
//!
//! The backend is `local`. Its `path` is a state file of format version 4; where there is none, the state directory
//! that swarmform keeps beside the configuration there is read as of the end of its last run. Nothing is written, and
//! nothing is known here of how that state came about.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use crate::plan::semantics::Fault;
use crate::provider::object::{at, get, with};
use crate::schema::build::{optional, required_text};
use crate::schema::{Attribute, ResourceSchema};
use crate::state::v4::from_v4;
use crate::state::{State, export};
use crate::value::{Members, Path, Type, Value};

/// The type's name.
pub const NAME: &str = "terraform_remote_state";

/// The file of a state in the directory of its configuration.
const FILE: &str = "terraform.tfstate";
/// Where files of other workspaces lie.
const WORKSPACES: &str = "terraform.tfstate.d";

/// The schema.
pub fn schema() -> ResourceSchema {
    let outputs = Attribute::computed(Type::Dynamic, "The outputs, an attribute each.");
    ResourceSchema::data(
        "Outputs of the root module of another state.",
        [
            required_text("backend", "Where the state is: \"local\"."),
            optional(
                "config",
                Type::Dynamic,
                "An object with the path of the state file.",
            ),
            optional(
                "defaults",
                Type::Dynamic,
                "Values of outputs that the state does not have.",
            ),
            ("outputs", outputs.copy_of("defaults")),
            optional(
                "workspace",
                Type::String,
                "The workspace, \"default\" if not given.",
            ),
        ],
    )
}

/// What is wrong with a configuration, as far as it is known.
pub fn validate(config: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let backend = get(config, "backend").filter(|backend| backend.is_known());
    if let Some(name) = backend.and_then(Value::as_str)
        && name != "local"
    {
        faults.push(Fault::error(
            at("backend"),
            "Invalid backend configuration",
            format!(
                "States are read from this machine alone, by the backend \"local\"; there is no \"{name}\"."
            ),
        ));
    }
    for name in ["config", "defaults"] {
        let given = get(config, name).filter(|given| given.is_known() && !given.is_null());
        if given.is_some_and(|given| given.members().is_none()) {
            faults.push(Fault::error(
                at(name),
                "Invalid remote state configuration",
                format!("\"{name}\" must be an object, with a value for each name."),
            ));
        }
    }
    faults
}

/// Reads it.
pub fn read(config: &Value) -> Result<Value, Fault> {
    let workspace = get(config, "workspace")
        .and_then(Value::as_str)
        .filter(|name| *name != "default");
    let option = |name: &str| {
        get(config, "config")
            .and_then(|config| get(config, name))
            .and_then(Value::as_str)
    };
    let path = match workspace {
        None => PathBuf::from(option("path").unwrap_or(FILE)),
        Some(name) => FilePath::new(option("workspace_dir").unwrap_or(WORKSPACES))
            .join(name)
            .join(FILE),
    };
    let state = load(&path)?.ok_or_else(|| {
        fault(format!(
            "There is no state at {}, and none that swarmform keeps beside it. Apply that configuration first.",
            path.display()
        ))
    })?;
    let defaults = get(config, "defaults").and_then(Value::members).cloned();
    let mut outputs: Members = defaults.unwrap_or_default();
    outputs.extend(
        state
            .outputs
            .iter()
            .map(|(name, output)| (Arc::clone(name), output.value.clone())),
    );
    Ok(with(config, [("outputs", Value::object_members(outputs))]))
}

fn fault(detail: String) -> Fault {
    Fault::error(Path::root(), "Unable to find remote state", detail)
}

/// The state of a file, or of the state directory in its stead.
fn load(path: &FilePath) -> Result<Option<State>, Fault> {
    if path.is_file() {
        let text = text(path)?;
        let state = from_v4(&text).map_err(|error| {
            fault(format!(
                "The file {} is no state of format version 4: {error}",
                path.display()
            ))
        })?;
        return Ok(Some(state));
    }
    let beside = || path.parent().unwrap_or(FilePath::new("")).join("state");
    let dir = if path.is_dir() { path.to_owned() } else { beside() };
    let export_path = dir.join("export.json");
    if !export_path.is_file() {
        return Ok(None);
    }
    let text = text(&export_path)?;
    let records = export::read(&text).map_err(|_| {
        fault(format!(
            "{} is damaged, or was written by a newer swarmform.",
            export_path.display()
        ))
    })?;
    let state = records
        .state()
        .map_err(|damage| fault(format!("{}: {damage}.", export_path.display())))?;
    Ok(Some(state))
}

fn text(path: &FilePath) -> Result<String, Fault> {
    std::fs::read_to_string(path)
        .map_err(|error| fault(format!("The state {} cannot be read: {error}.", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(path: &FilePath) -> Value {
        Value::object([
            ("backend", Value::string("local")),
            (
                "config",
                Value::object([("path", Value::string(path.to_string_lossy()))]),
            ),
            (
                "defaults",
                Value::object([("size", Value::int(1)), ("zone", Value::string("a"))]),
            ),
            ("outputs", Value::dynamic_null()),
            ("workspace", Value::null(Type::String)),
        ])
    }

    #[test]
    fn outputs_of_a_state_file_win_over_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.tfstate");
        let text = r#"{"version":4,"serial":1,"lineage":"l","outputs":{"size":{"value":3,"type":"number"}},"resources":[]}"#;
        std::fs::write(&path, text).unwrap();
        let read = read(&config(&path)).unwrap();
        let expected = Value::object([("size", Value::int(3)), ("zone", Value::string("a"))]);
        assert_eq!(get(&read, "outputs"), Some(&expected));
    }

    #[test]
    fn a_state_that_is_not_there_is_a_fault_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let fault = read(&config(&dir.path().join("terraform.tfstate"))).unwrap_err();
        assert!(fault.detail.contains("terraform.tfstate"), "{}", fault.detail);
    }

    #[test]
    fn another_backend_is_refused() {
        let faults = validate(&Value::object([("backend", Value::string("s3"))]));
        assert_eq!(faults.len(), 1);
    }
}
