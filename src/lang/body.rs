//! Decoding a block's body by a provider schema.
//!
//! The result is an object of the schema's type: arguments converted, nested blocks gathered by their nesting,
//! `dynamic` blocks expanded. It also tells where each argument was written, so that a later fault can show the
//! line. Whether the values are sensible is the provider's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::schema::{Attribute, Block as Schema, NestedBlock, Nesting, Usage};
use crate::source::Span;
use crate::syntax::ast::{self, Body, Ident};
use crate::value::convert::convert;
use crate::value::{Members, Path, Type, Value};

use super::eval::{Cx, eval};
use super::fault::{article, explain, unfit};
use super::scope::Scope;
use super::{codes, dynamic};

/// A decoded body.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// An object of the schema's type.
    pub value: Value,
    /// Where arguments and nested blocks were written.
    pub spans: BTreeMap<Path, Span>,
}

/// Decodes a body by a schema. On errors the value is as whole as it can be, with unknowns in the gaps.
pub fn decode_body(body: &Body, schema: &Schema, scope: &dyn Scope) -> (Decoded, Diagnostics) {
    let mut decoder = Decoder::default();
    let value = decoder.block(body, schema, body.span.head(), &Path::root(), Cx::new(scope));
    let decoded = Decoded {
        value,
        spans: decoder.spans,
    };
    (decoded, decoder.faults)
}

#[derive(Default)]
pub(super) struct Decoder {
    pub faults: Diagnostics,
    spans: BTreeMap<Path, Span>,
}

/// Blocks of one type, as far as they are decoded.
#[derive(Default)]
pub(super) struct Gathered {
    items: Vec<(Option<Arc<str>>, Value)>,
    /// A dynamic block does not know yet how many it makes.
    pub unknown: bool,
    seen: Option<Span>,
}

impl Decoder {
    fn block(&mut self, body: &Body, schema: &Schema, header: Span, path: &Path, cx: Cx<'_>) -> Value {
        let mut members = Members::new();
        for attribute in body.attributes() {
            self.argument(attribute, body.json, schema, &mut members, path, cx);
        }
        for (name, attribute) in &schema.attributes {
            if members.contains_key(name) {
                continue;
            }
            // One that is there and misspelt has been told of.
            let misspelt = || {
                let strange = body
                    .attributes()
                    .filter(|given| !schema.attributes.contains_key(&given.name.name));
                strange
                    .into_iter()
                    .any(|given| crate::diag::closest(&given.name.name, settable(schema)) == Some(&**name))
            };
            if attribute.usage == Usage::Required && !misspelt() {
                self.faults.push(
                    Diagnostic::error(
                        &codes::MISSING_ARGUMENT,
                        format!("The argument \"{name}\" is required, but it is not set."),
                    )
                    .at(header),
                );
            }
            members.insert(Arc::clone(name), Value::null(attribute.ty.without_optional()));
        }
        let mut gathered: BTreeMap<Arc<str>, Gathered> = BTreeMap::new();
        self.blocks(body, schema, path, cx, &mut gathered);
        for (name, nested) in &schema.blocks {
            let found = gathered.remove(name).unwrap_or_default();
            let value = self.nested(name, nested, found, header);
            members.insert(Arc::clone(name), value);
        }
        Value::object_members(members)
    }

    fn argument(
        &mut self,
        given: &ast::Attribute,
        json: bool,
        schema: &Schema,
        members: &mut Members,
        path: &Path,
        cx: Cx<'_>,
    ) {
        let name = &given.name.name;
        let Some(attribute) = schema.attributes.get(name) else {
            let is_block = schema.blocks.contains_key(name);
            if !(json && (is_block || &**name == "dynamic" || &**name == "//")) {
                self.faults.push(unsupported_argument(&given.name, schema));
            }
            return;
        };
        if attribute.usage == Usage::Computed {
            self.faults.push(
                Diagnostic::error(
                    &codes::COMPUTED_ARGUMENT,
                    format!("The attribute \"{name}\" is set by the provider alone. Remove it here."),
                )
                .at(given.name.span),
            );
            return;
        }
        // The parser has told of a second one.
        if members.contains_key(name) {
            return;
        }
        let path = path.attr(Arc::clone(name));
        self.spans.insert(path, given.expr.span);
        let value = self.value(given, attribute, cx);
        members.insert(Arc::clone(name), value);
    }

    fn value(&mut self, given: &ast::Attribute, attribute: &Attribute, cx: Cx<'_>) -> Value {
        let name = &given.name.name;
        let expr = &given.expr;
        let missing = || Value::unknown(attribute.ty.without_optional());
        let Some(value) = self.faults.take_all(eval(expr, cx)) else {
            return missing();
        };
        let value = match convert(&value, &attribute.ty) {
            Ok(value) => value,
            Err(fault) => {
                let wanted = attribute.ty.without_optional();
                self.faults.extend(explain(
                    Diagnostic::error(
                        &codes::TYPE_MISMATCH,
                        format!(
                            "The argument \"{name}\" must be {}{}.",
                            article(&wanted.friendly_name()),
                            unfit(&value, &wanted, &fault)
                        ),
                    )
                    .at(expr.span)
                    .within(given.span),
                    expr,
                    cx,
                ));
                return missing();
            }
        };
        if value.is_null() && attribute.usage == Usage::Required {
            self.faults.extend(explain(
                Diagnostic::error(
                    &codes::MISSING_ARGUMENT,
                    format!("The argument \"{name}\" is required, but its value is null."),
                )
                .at(expr.span)
                .within(given.span),
                expr,
                cx,
            ));
        }
        value
    }

    fn blocks(
        &mut self,
        body: &Body,
        schema: &Schema,
        path: &Path,
        cx: Cx<'_>,
        gathered: &mut BTreeMap<Arc<str>, Gathered>,
    ) {
        if body.json {
            for (name, nested) in &schema.blocks {
                let labels = usize::from(nested.nesting == Nesting::Map);
                let (blocks, faults) = body.json_blocks(name, labels);
                self.faults.extend(faults);
                for block in &blocks {
                    self.one_block(block, schema, path, cx, gathered);
                }
            }
            let has_dynamic = body.attributes().any(|given| &*given.name.name == "dynamic");
            if has_dynamic && !schema.attributes.contains_key("dynamic") {
                let (blocks, faults) = body.json_blocks("dynamic", 1);
                self.faults.extend(faults);
                for block in &blocks {
                    self.one_block(block, schema, path, cx, gathered);
                }
            }
            return;
        }
        for block in body.blocks() {
            self.one_block(block, schema, path, cx, gathered);
        }
    }

    fn one_block(
        &mut self,
        block: &ast::Block,
        schema: &Schema,
        path: &Path,
        cx: Cx<'_>,
        gathered: &mut BTreeMap<Arc<str>, Gathered>,
    ) {
        let kind = &block.kind.name;
        if &**kind == "dynamic" && !schema.blocks.contains_key("dynamic") {
            dynamic::expand(self, block, schema, path, cx, gathered);
            return;
        }
        let Some((name, nested)) = schema.blocks.get_key_value(kind) else {
            self.faults.push(unsupported_block(&block.kind, schema));
            return;
        };
        let label = match (nested.nesting, block.labels.as_slice()) {
            (Nesting::Map, [label]) => Some(Arc::clone(&label.name)),
            (Nesting::Map, _) => {
                self.faults.push(
                    Diagnostic::error(
                        &codes::BLOCK_LABELS,
                        format!("A block \"{kind}\" has exactly one label: {kind} \"name\" {{ ... }}."),
                    )
                    .at(block.header),
                );
                return;
            }
            (_, []) => None,
            (_, [label, ..]) => {
                self.faults.push(
                    Diagnostic::error(&codes::BLOCK_LABELS, format!("A block \"{kind}\" has no labels."))
                        .at(label.span)
                        .within(block.header),
                );
                return;
            }
        };
        let into = gathered.entry(Arc::clone(name)).or_default();
        self.instance((name, nested), label, &block.body, block.header, path, cx, into);
    }

    /// Decodes one block of a type and keeps it.
    #[allow(clippy::too_many_arguments)]
    pub fn instance(
        &mut self,
        (name, nested): (&Arc<str>, &NestedBlock),
        label: Option<Arc<str>>,
        body: &Body,
        header: Span,
        path: &Path,
        cx: Cx<'_>,
        into: &mut Gathered,
    ) {
        if let Some(label) = &label
            && into.items.iter().any(|(other, _)| other.as_ref() == Some(label))
        {
            self.faults.push(
                Diagnostic::error(
                    &codes::BLOCK_LABELS,
                    format!("There is already a block \"{name}\" with the label \"{label}\" here."),
                )
                .at(header),
            );
            return;
        }
        let whole = path.attr(Arc::clone(name));
        let own = match (nested.nesting, &label) {
            (Nesting::List, _) => whole.index(into.items.len() as u64),
            (Nesting::Map, Some(label)) => whole.key(Arc::clone(label)),
            _ => whole.clone(),
        };
        self.spans.entry(whole).or_insert(header);
        self.spans.entry(own.clone()).or_insert(header);
        let value = self.block(body, &nested.block, header, &own, cx);
        into.seen = Some(header);
        into.items.push((label, value));
    }

    /// All blocks of one type as a value.
    fn nested(&mut self, name: &str, nested: &NestedBlock, found: Gathered, header: Span) -> Value {
        let single = nested.nesting == Nesting::Single;
        let count = found.items.len();
        let most = if single { 1 } else { nested.max };
        if most > 0 && count > most {
            let plural = if most == 1 { "" } else { "s" };
            self.faults.push(
                Diagnostic::error(
                    &codes::BLOCK_COUNT,
                    format!(
                        "There may be at most {most} block{plural} \"{name}\" here, but there are {count}."
                    ),
                )
                .summary("Too many blocks")
                .at(found.seen.unwrap_or(header)),
            );
        }
        if count < nested.min && !found.unknown {
            let plural = if nested.min == 1 { "" } else { "s" };
            self.faults.push(
                Diagnostic::error(
                    &codes::BLOCK_COUNT,
                    format!(
                        "There must be at least {} block{plural} \"{name}\" here, but there {} {count}.",
                        nested.min,
                        if count == 1 { "is" } else { "are" }
                    ),
                )
                .summary("Not enough blocks")
                .at(header),
            );
        }
        if found.unknown {
            return Value::unknown(nested.implied_type());
        }
        if count == 0 {
            return nested.absent();
        }
        let element = nested.block.implied_type();
        if single {
            let last = found.items.into_iter().next_back();
            return last.map_or_else(|| nested.absent(), |(_, value)| value);
        }
        let mut values: Vec<Value> = found.items.iter().map(|(_, value)| value.clone()).collect();
        let element = same_type(&mut values, &element);
        match (nested.nesting, element) {
            (Nesting::Map, Some(element)) => Value::map(element, labelled(found, values)),
            (Nesting::Map, None) => Value::object_members(labelled(found, values)),
            (Nesting::Set, Some(element)) => Value::set(element, values),
            (_, Some(element)) => Value::list(element, values),
            (_, None) => Value::tuple(values),
        }
    }
}

fn labelled(found: Gathered, values: Vec<Value>) -> Members {
    let labels = found.items.into_iter().filter_map(|(label, _)| label);
    labels.zip(values).collect()
}

/// The one type of all values, converting them where an argument takes any type; `None` when there is none.
fn same_type(values: &mut Vec<Value>, element: &Type) -> Option<Type> {
    if !element.has_dynamic() {
        return Some(element.clone());
    }
    let types: Vec<Type> = values.iter().map(Value::ty).collect();
    let common = crate::value::unify::unify(&types)?;
    let converted: Option<Vec<Value>> = values.iter().map(|value| convert(value, &common).ok()).collect();
    *values = converted?;
    Some(common)
}

fn settable(schema: &Schema) -> impl Iterator<Item = &str> {
    schema
        .attributes
        .iter()
        .filter(|(_, attribute)| attribute.is_argument())
        .map(|(name, _)| &**name)
}

/// What blocks of all types take besides, for suggestions.
const GENERAL_ARGUMENTS: [&str; 4] = ["count", "for_each", "depends_on", "provider"];
const GENERAL_BLOCKS: [&str; 2] = ["lifecycle", "dynamic"];

fn unsupported_argument(name: &Ident, schema: &Schema) -> Diagnostic {
    let text = &*name.name;
    let hint = if schema.blocks.contains_key(text) {
        format!(" There is a block of this name: write {text} {{ ... }} without an equals sign.")
    } else {
        did_you_mean(text, settable(schema).chain(GENERAL_ARGUMENTS))
    };
    Diagnostic::error(
        &codes::UNSUPPORTED_ARGUMENT,
        format!("An argument named \"{text}\" is not expected here.{hint}"),
    )
    .at(name.span)
}

pub(super) fn unsupported_block(name: &Ident, schema: &Schema) -> Diagnostic {
    let text = &*name.name;
    let hint = match schema.attributes.get(text) {
        Some(attribute) if attribute.is_argument() => {
            format!(" There is an argument of this name: write {text} = ... instead.")
        }
        _ => did_you_mean(
            text,
            schema.blocks.keys().map(|name| &**name).chain(GENERAL_BLOCKS),
        ),
    };
    Diagnostic::error(
        &codes::UNSUPPORTED_BLOCK,
        format!("Blocks of type \"{text}\" are not expected here.{hint}"),
    )
    .at(name.span)
}
