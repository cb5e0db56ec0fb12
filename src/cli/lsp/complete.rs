//! What can stand at a cursor: blocks, types of resources, arguments, and references.

use serde_json::{Value, json};

use crate::addr::{Mode, ModuleAddr, ResourceAddr};
use crate::lang::functions;
use crate::schema::{Block, Nesting};

use super::cursor::Cursor;
use super::texts::Analysis;

/// The blocks of a file, and what each is for.
const TOP: [(&str, &str); 12] = [
    ("resource", "An object that is managed here"),
    ("data", "Something that is only read"),
    ("variable", "A value that is given from outside"),
    ("locals", "Values with a name"),
    ("output", "A value that is shown and kept"),
    ("module", "Another directory of blocks"),
    ("provider", "How a platform is reached"),
    ("terraform", "Settings of the configuration"),
    ("moved", "Another name for what is in the state"),
    ("removed", "What is no longer managed here"),
    ("import", "An object that comes under management"),
    ("check", "Conditions that only warn"),
];

/// Arguments and blocks that every resource takes.
const META: [(&str, &str); 5] = [
    ("count", "How many instances there are"),
    ("for_each", "An instance for each element"),
    ("depends_on", "What has to be there before"),
    ("provider", "The provider block that is meant"),
    ("lifecycle", "How the object is replaced and kept"),
];

/// Kinds of the protocol.
const FUNCTION: u8 = 3;
const FIELD: u8 = 5;
const VARIABLE: u8 = 6;
const CLASS: u8 = 7;
const PROPERTY: u8 = 10;
const KEYWORD: u8 = 14;

struct Item {
    label: String,
    kind: u8,
    about: String,
}

fn item(label: impl Into<String>, kind: u8, about: impl Into<String>) -> Item {
    Item {
        label: label.into(),
        kind,
        about: about.into(),
    }
}

/// All that can stand at a cursor. The editor picks what fits what is typed.
pub fn at(analysis: &Analysis, cursor: &Cursor) -> Value {
    let items = if cursor.in_string {
        types(analysis, cursor)
    } else if cursor.in_value {
        references(analysis, cursor)
    } else {
        match cursor.blocks.split_first() {
            None => TOP
                .iter()
                .map(|(name, about)| item(*name, KEYWORD, *about))
                .collect(),
            Some((header, inner)) => arguments(analysis, header, inner),
        }
    };
    let items: Vec<Value> = items
        .into_iter()
        .map(|item| json!({ "label": item.label, "kind": item.kind, "detail": item.about }))
        .collect();
    json!(items)
}

/// In the first label of a resource: the types there are.
fn types(analysis: &Analysis, cursor: &Cursor) -> Vec<Item> {
    let mut words = cursor.before.split_whitespace();
    let mode = match (words.next(), words.next(), words.next()) {
        (Some("resource"), Some(_), None) => Mode::Managed,
        (Some("data"), Some(_), None) => Mode::Data,
        _ => return Vec::new(),
    };
    let found = analysis.schemas.types(mode);
    found
        .map(|(name, schema)| item(name, CLASS, schema.description))
        .collect()
}

/// The schema of a block by its header and the headers of the blocks in it.
pub fn schema<'a>(analysis: &'a Analysis, header: &[String], inner: &[Vec<String>]) -> Option<&'a Block> {
    let (kind, labels) = header.split_first()?;
    let mut at = match (kind.as_str(), labels) {
        ("resource", [ty, name, ..]) => {
            let addr = ResourceAddr::managed(ty.as_str(), name.as_str());
            &analysis.schemas.of(&addr)?.block
        }
        ("data", [ty, name, ..]) => {
            let addr = ResourceAddr::data(ty.as_str(), name.as_str());
            &analysis.schemas.of(&addr)?.block
        }
        ("provider", [name, ..]) => analysis.schemas.of_provider(name)?,
        _ => return None,
    };
    for words in inner {
        // The content of a dynamic block is what the block itself takes.
        match words.split_first()? {
            (kind, [name, ..]) if kind == "dynamic" => at = &at.blocks.get(name.as_str())?.block,
            (kind, _) if kind == "content" => {}
            (kind, _) => at = &at.blocks.get(kind.as_str())?.block,
        }
    }
    Some(at)
}

fn arguments(analysis: &Analysis, header: &[String], inner: &[Vec<String>]) -> Vec<Item> {
    let named = |names: &[&str]| {
        names
            .iter()
            .map(|name| item(*name, PROPERTY, ""))
            .collect::<Vec<_>>()
    };
    let kind = header.first().map(String::as_str).unwrap_or_default();
    let mut found = Vec::new();
    if let Some(block) = schema(analysis, header, inner) {
        for (name, attribute) in block
            .attributes
            .iter()
            .filter(|(_, attribute)| attribute.is_argument())
        {
            found.push(item(
                &**name,
                PROPERTY,
                format!("{}: {}", attribute.ty, attribute.description),
            ));
        }
        for (name, nested) in &block.blocks {
            let label = if nested.nesting == Nesting::Map {
                " (with a label)"
            } else {
                ""
            };
            found.push(item(
                &**name,
                CLASS,
                format!("block{label}: {}", nested.description),
            ));
        }
    }
    if inner.is_empty() && matches!(kind, "resource" | "data") {
        found.extend(META.iter().map(|(name, about)| item(*name, PROPERTY, *about)));
    }
    let last = inner.last().and_then(|words| words.first()).map(String::as_str);
    match (kind, last) {
        (_, Some("lifecycle")) => found.extend(named(&[
            "create_before_destroy",
            "prevent_destroy",
            "ignore_changes",
            "replace_triggered_by",
            "precondition",
            "postcondition",
        ])),
        (_, Some("precondition" | "postcondition" | "validation" | "assert")) => {
            found.extend(named(&["condition", "error_message"]));
        }
        ("variable", None) => found.extend(named(&[
            "type",
            "default",
            "description",
            "sensitive",
            "nullable",
            "ephemeral",
            "validation",
        ])),
        ("output", None) => found.extend(named(&[
            "value",
            "description",
            "sensitive",
            "depends_on",
            "precondition",
        ])),
        ("module", None) => {
            found.extend(named(&["source", "count", "for_each", "depends_on", "providers"]));
            let child = header.get(1).map(|name| ModuleAddr::root().child(name.as_str()));
            let inputs = child.and_then(|child| analysis.config.modules.get(&child));
            for variable in inputs.into_iter().flat_map(|module| module.variables.values()) {
                let about = variable.description.clone().unwrap_or_default();
                found.push(item(&*variable.name, PROPERTY, about));
            }
        }
        ("moved", None) => found.extend(named(&["from", "to"])),
        ("import", None) => found.extend(named(&["to", "id", "for_each", "provider"])),
        ("removed", None) => found.extend(named(&["from", "lifecycle"])),
        ("check", None) => found.extend(named(&["assert", "data"])),
        ("terraform", None) => found.extend(named(&["required_version", "required_providers", "backend"])),
        _ => {}
    }
    found
}

fn references(analysis: &Analysis, cursor: &Cursor) -> Vec<Item> {
    let Some(root) = analysis.config.modules.get(&ModuleAddr::root()) else {
        return Vec::new();
    };
    let parts: Vec<&str> = cursor.path.split('.').collect();
    let of = |addr: ResourceAddr| -> Vec<Item> {
        let Some(schema) = root.resources.get(&addr).and_then(|_| analysis.schemas.of(&addr)) else {
            return Vec::new();
        };
        let attributes = schema.block.attributes.iter();
        let attributes = attributes.map(|(name, attribute)| item(&**name, FIELD, attribute.description));
        let blocks = schema
            .block
            .blocks
            .iter()
            .map(|(name, nested)| item(&**name, FIELD, nested.description));
        attributes.chain(blocks).collect()
    };
    let names = |mode: Mode, ty: &str| -> Vec<Item> {
        let resources = root
            .resources
            .keys()
            .filter(|addr| addr.mode == mode && &*addr.type_name == ty);
        resources
            .map(|addr| item(&*addr.name, VARIABLE, addr.to_string()))
            .collect()
    };
    match parts.as_slice() {
        ["var", _] => root
            .variables
            .values()
            .map(|variable| {
                item(
                    &*variable.name,
                    VARIABLE,
                    variable.description.clone().unwrap_or_default(),
                )
            })
            .collect(),
        ["local", _] => root
            .locals
            .keys()
            .map(|name| item(&**name, VARIABLE, ""))
            .collect(),
        ["module", _] => root
            .calls
            .values()
            .map(|call| item(&*call.name, VARIABLE, &*call.source))
            .collect(),
        ["module", name, _] => {
            let child = analysis.config.modules.get(&ModuleAddr::root().child(*name));
            let outputs = child.into_iter().flat_map(|module| module.outputs.values());
            outputs
                .map(|output| {
                    item(
                        &*output.name,
                        FIELD,
                        output.description.clone().unwrap_or_default(),
                    )
                })
                .collect()
        }
        ["data", _] => {
            let types = root.resources.keys().filter(|addr| addr.mode == Mode::Data);
            types.map(|addr| item(&*addr.type_name, CLASS, "")).collect()
        }
        ["data", ty, _] => names(Mode::Data, ty),
        ["data", ty, name, _] => of(ResourceAddr::data(*ty, *name)),
        ["each", _] => vec![item("key", FIELD, ""), item("value", FIELD, "")],
        ["count", _] => vec![item("index", FIELD, "")],
        ["path", _] => ["module", "root", "cwd"].map(|name| item(name, FIELD, "")).into(),
        [_] | [] => {
            let mut found: Vec<Item> = ["var", "local", "module", "data", "each", "count", "path"]
                .map(|name| item(name, KEYWORD, ""))
                .into();
            let managed = root.resources.keys().filter(|addr| addr.mode == Mode::Managed);
            found.extend(managed.map(|addr| item(addr.to_string(), VARIABLE, "")));
            found.extend(functions::all().map(|function| item(function.name, FUNCTION, function.summary)));
            found
        }
        [ty, _] => names(Mode::Managed, ty),
        [ty, name, _] => of(ResourceAddr::managed(*ty, *name)),
        _ => Vec::new(),
    }
}
