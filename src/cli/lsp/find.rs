//! What the word at a cursor means, and where it is declared.

use serde_json::{Value, json};

use crate::addr::{Mode, ModuleAddr, ResourceAddr};
use crate::lang::functions;
use crate::source::Span;

use super::complete::schema;
use super::cursor::Cursor;
use super::texts::Analysis;

/// What the word at a cursor means, as Markdown.
pub fn hover(analysis: &Analysis, cursor: &Cursor) -> Value {
    let text = if cursor.in_string {
        of_type(analysis, cursor)
    } else if cursor.in_value {
        of_reference(analysis, &cursor.whole).or_else(|| of_function(&cursor.whole))
    } else {
        of_argument(analysis, cursor)
    };
    match text {
        Some(text) => json!({ "contents": { "kind": "markdown", "value": text } }),
        None => Value::Null,
    }
}

fn of_type(analysis: &Analysis, cursor: &Cursor) -> Option<String> {
    let mode = match cursor.before.split_whitespace().next()? {
        "resource" => Mode::Managed,
        "data" => Mode::Data,
        _ => return None,
    };
    let mut found = analysis.schemas.types(mode);
    let (name, schema) = found.find(|(name, _)| *name == cursor.whole)?;
    Some(format!("**{name}**\n\n{}", schema.description))
}

fn of_argument(analysis: &Analysis, cursor: &Cursor) -> Option<String> {
    let (header, inner) = cursor.blocks.split_first()?;
    let block = schema(analysis, header, inner)?;
    if let Some(attribute) = block.attributes.get(cursor.whole.as_str()) {
        return Some(attribute_text(&cursor.whole, attribute));
    }
    let nested = block.blocks.get(cursor.whole.as_str())?;
    Some(format!("**{}** block\n\n{}", cursor.whole, nested.description))
}

fn attribute_text(name: &str, attribute: &crate::schema::Attribute) -> String {
    let replaces = if attribute.forces_replacement {
        "\n\nA change replaces the object."
    } else {
        ""
    };
    format!(
        "**{name}** `{}`\n\n{}{replaces}",
        attribute.ty, attribute.description
    )
}

fn of_function(name: &str) -> Option<String> {
    let function = functions::find(name)?;
    Some(format!(
        "```hcl\n{}\n```\n\n{}",
        function.signature(),
        function.summary
    ))
}

fn of_reference(analysis: &Analysis, path: &str) -> Option<String> {
    let root = analysis.config.modules.get(&ModuleAddr::root())?;
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        ["var", name, ..] => {
            let variable = root.variables.get(*name)?;
            let about = variable
                .description
                .as_deref()
                .unwrap_or("A variable without a description.");
            Some(format!("**var.{name}** `{}`\n\n{about}", variable.constraint.ty))
        }
        ["local", name, ..] => {
            let local = root.locals.get(*name)?;
            let text = analysis.sources.text(local.expr.span)?;
            Some(format!("```hcl\n{name} = {text}\n```"))
        }
        _ => {
            let (addr, rest) = resource(&parts)?;
            root.resources.get(&addr)?;
            let schema = analysis.schemas.of(&addr)?;
            match rest
                .first()
                .and_then(|name| Some((name, schema.block.attributes.get(*name)?)))
            {
                Some((name, attribute)) => Some(attribute_text(name, attribute)),
                None => Some(format!("**{addr}**\n\n{}", schema.description)),
            }
        }
    }
}

fn resource<'a>(parts: &'a [&'a str]) -> Option<(ResourceAddr, &'a [&'a str])> {
    match parts {
        ["data", ty, name, rest @ ..] => Some((ResourceAddr::data(*ty, *name), rest)),
        [ty, name, rest @ ..] => Some((ResourceAddr::managed(*ty, *name), rest)),
        _ => None,
    }
}

/// Where the name at a cursor is declared.
pub fn definition(analysis: &Analysis, cursor: &Cursor) -> Value {
    let found = declared(analysis, &cursor.whole).and_then(|span| analysis.location(span));
    found.unwrap_or_default()
}

fn declared(analysis: &Analysis, path: &str) -> Option<Span> {
    let root = analysis.config.modules.get(&ModuleAddr::root())?;
    let parts: Vec<&str> = path.split('.').collect();
    match parts.as_slice() {
        ["var", name, ..] => root.variables.get(*name).map(|variable| variable.span),
        ["local", name, ..] => root.locals.get(*name).map(|local| local.span),
        ["module", name] => root.calls.get(*name).map(|call| call.span),
        ["module", name, output, ..] => {
            let child = analysis.config.modules.get(&ModuleAddr::root().child(*name))?;
            child.outputs.get(*output).map(|output| output.span)
        }
        _ => {
            let (addr, _) = resource(&parts)?;
            root.resources.get(&addr).map(|resource| resource.span)
        }
    }
}
