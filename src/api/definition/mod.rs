//! The application definition (`swarm.json`) as a pure library.
//!
//! [`parse`] accepts exactly what the original platform's parser accepted, and names every fault with its
//! JSON path and its place in the text. [`check`] holds the further rules that a platform may have.
//! [`substitute`] fills in variables, [`Definition::normalized`] and [`difference`] compare by meaning, and
//! [`Definition::to_json`] writes the canonical wire form. No file is read here and no call is made.

mod check;
mod fault;
mod image;
mod json;
mod model;
mod normal;
mod read;
mod reader;
mod relations;
mod variables;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use check::{INSTANCES_MAX, check};
pub use fault::{Fault, FaultKind, JsonPath, JsonStep, Level};
pub use image::{Image, is_tag};
pub use model::{Component, Definition, Dependency, Places, ScalingPolicy, Service, Volume};
pub use normal::{Change, Normal, Place, difference};
pub use variables::{Substituted, VariableFile, Variables, parse_variable_file, substitute};
pub use words::{Port, PortForm, Protocol, Size, domain_fault, is_name, is_organization_name};

/// Reads a definition by the rules of the original parser. On success the definition may still have faults
/// that [`check`] finds; on failure every fault found is listed, the one that the original parser would name
/// first at the front.
pub fn parse(text: &str) -> Result<Definition, Vec<Fault>> {
    parse_with_warnings(text).map(|(definition, _)| definition)
}

/// Like [`parse`], together with the warnings of a definition that is accepted.
pub fn parse_with_warnings(text: &str) -> Result<(Definition, Vec<Fault>), Vec<Fault>> {
    let root = json::read(text).map_err(|fault| vec![fault])?;
    let (definition, mut faults) = read::read(&root, false);
    if !faults.iter().any(Fault::is_error) {
        faults.extend(relations::relations(&definition));
    }
    if faults.iter().any(Fault::is_error) {
        return Err(faults);
    }
    Ok((definition, faults))
}

/// Reads a definition with variables and applies all rules, [`check`] included: what a plan needs. The
/// faults are placed in the original text; the warnings come with an accepted definition.
pub fn load(text: &str, variables: &Variables) -> Result<(Definition, Vec<Fault>), Vec<Fault>> {
    let substituted = substitute(text, variables);
    let mut faults = substituted.faults.clone();
    if faults.iter().any(Fault::is_error) {
        faults.retain(Fault::is_error);
        return Err(faults);
    }
    match parse_with_warnings(&substituted.text) {
        Ok((mut definition, warnings)) => {
            faults.extend(substituted.place(warnings));
            faults.extend(substituted.place(check(&definition)));
            if faults.iter().any(Fault::is_error) {
                return Err(faults);
            }
            for span in definition.places.0.values_mut() {
                *span = substituted.original(span).0;
            }
            Ok((definition, faults))
        }
        Err(found) => {
            faults.extend(substituted.place(found));
            Err(faults)
        }
    }
}

/// Reads a definition as a server shows it: empties and unknown keys are ignored, relations are not checked.
pub fn parse_answer(text: &str) -> Result<Definition, Vec<Fault>> {
    let root = json::read(text).map_err(|fault| vec![fault])?;
    let (definition, mut faults) = read::read(&root, true);
    faults.retain(Fault::is_error);
    if faults.is_empty() {
        Ok(definition)
    } else {
        Err(faults)
    }
}
