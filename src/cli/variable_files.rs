//! Variables files: assignments of constants, in HCL or in JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::{NamesScope, evaluate};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Expr, ExprKind, Item};
use crate::syntax::{parse_file, walk};
use crate::value::{Value, json};

use super::codes;

/// Values by name, each with its place.
pub type Values = BTreeMap<Arc<str>, (Value, Span)>;

/// The values of a file with this text. `name` ends in `.json` for JSON.
pub fn read(name: &str, text: &str, sources: &mut SourceMap, faults: &mut Diagnostics) -> Values {
    let file = sources.add(name, text);
    if name.ends_with(".json") {
        read_json(name, text, file, faults)
    } else {
        read_hcl(text, file, faults)
    }
}

fn read_hcl(text: &str, file: FileId, faults: &mut Diagnostics) -> Values {
    let (body, more) = parse_file(text, file);
    faults.extend(more);
    let mut values = Values::new();
    for item in &body.items {
        match item {
            Item::Attribute(attribute) => {
                if let Some(value) = faults.take_all(constant(&attribute.expr)) {
                    values.insert(Arc::clone(&attribute.name.name), (value, attribute.span));
                }
            }
            Item::Block(block) => faults.push(
                Diagnostic::error(
                    &codes::BAD_VARIABLES_FILE,
                    format!(
                        "A variables file holds only assignments such as {0} = \"...\", and this is a block. Did you \
                         mean {0} = {{ ... }}? Variables themselves are declared in a .tf file.",
                        block.kind.name
                    ),
                )
                .at(block.header),
            ),
        }
    }
    values
}

/// The value of an expression that refers to nothing and calls no function.
pub fn constant(expr: &Expr) -> Result<Value, Diagnostics> {
    let mut faults = Diagnostics::new();
    walk(expr, &mut |part| {
        if let ExprKind::Call(call) = &part.kind {
            let detail = format!(
                "A value given for a variable is a constant, so it cannot call {}().",
                call.name.name
            );
            faults.push(Diagnostic::error(&codes::NOT_CONSTANT, detail).at(call.name.span));
        }
    });
    let value = faults.take_all(evaluate(expr, &NamesScope::empty()));
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => Err(faults),
    }
}

fn read_json(name: &str, text: &str, file: FileId, faults: &mut Diagnostics) -> Values {
    let whole = Span::new(file, 0, text.len());
    let fault = |detail: String| Diagnostic::error(&codes::BAD_VARIABLES_FILE, detail).at(whole.head());
    let value = match json::parse_implied(text) {
        Ok(value) => value,
        Err(error) => {
            faults.push(fault(format!("The file \"{name}\" is not valid JSON: {error}.")));
            return Values::new();
        }
    };
    let Some(members) = value.members() else {
        faults.push(fault(format!(
            "The file \"{name}\" must hold one JSON object, with a member for each variable."
        )));
        return Values::new();
    };
    // The place of a member is where its key first stands; good enough to find it.
    let place = |key: &str| {
        let start = text.find(&format!("\"{key}\""));
        start.map_or(whole.head(), |start| {
            Span::new(file, start, start + key.len() + 2)
        })
    };
    members
        .iter()
        .map(|(key, member)| (Arc::clone(key), (member.clone(), place(key))))
        .collect()
}

/// The names of the files that are read without being asked for, in the order of their precedence: of these files
/// of a directory.
pub fn automatic(names: &[String]) -> Vec<&str> {
    let has = |wanted: &str| names.iter().find(|name| *name == wanted).map(String::as_str);
    let mut found: Vec<&str> = ["terraform.tfvars", "terraform.tfvars.json"]
        .into_iter()
        .filter_map(has)
        .collect();
    let auto = |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    let mut autos: Vec<&str> = names.iter().filter(auto).map(String::as_str).collect();
    autos.sort_unstable();
    found.extend(autos);
    found
}

/// The names of all that lies in the working directory.
pub fn names() -> Result<Vec<String>, Diagnostic> {
    match crate::host::files::entries(Path::new(".")) {
        Ok(entries) => Ok(entries.into_iter().map(|(name, _)| name).collect()),
        Err(reason) => Err(Diagnostic::error(
            &codes::FILE,
            format!("The directory \".\" cannot be read for variables files: {reason}."),
        )),
    }
}

/// The text of a variables file that is read so, or a fault that names it.
pub fn text(path: &str, read: fn(&Path) -> Result<String, String>) -> Result<String, Diagnostic> {
    read(Path::new(path)).map_err(|reason| {
        Diagnostic::error(
            &codes::FILE,
            format!("The variables file \"{path}\" cannot be read: {reason}."),
        )
    })
}
