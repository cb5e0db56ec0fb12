//! What providers offer, as JSON for programs, in the shape of `providers schema -json`.

use std::sync::Arc;

use crate::schema::{Block, Nesting, ProviderSchema, ResourceSchema, Usage};

use super::json::{Json, type_json};

/// The document.
pub fn document<'a>(providers: impl IntoIterator<Item = &'a ProviderSchema>) -> Json {
    let providers = providers
        .into_iter()
        .map(|provider| (Arc::from(provider.name), one(provider)));
    Json::object([
        ("format_version", Json::text("1.0")),
        ("provider_schemas", Json::Object(providers.collect())),
    ])
}

fn one(provider: &ProviderSchema) -> Json {
    let config = Json::object([
        ("version", Json::int(0u64)),
        ("block", block(&provider.config, "")),
    ]);
    let mut json = Json::object([("provider", config)]);
    for (key, types) in [
        ("resource_schemas", &provider.resources),
        ("data_source_schemas", &provider.data_sources),
    ] {
        if !types.is_empty() {
            let types = types
                .iter()
                .map(|(name, schema)| (Arc::from(*name), resource(schema)));
            json.insert(key, Json::Object(types.collect()));
        }
    }
    json
}

fn resource(schema: &ResourceSchema) -> Json {
    let block = block(&schema.block, schema.description);
    Json::object([("version", Json::int(schema.version)), ("block", block)])
}

fn block(block: &Block, description: &str) -> Json {
    let mut json = Json::Object(Vec::new());
    if !block.attributes.is_empty() {
        let attributes = block.attributes.iter().map(|(name, attribute)| {
            let mut json = Json::object([("type", type_json(&attribute.ty))]);
            if !attribute.description.is_empty() {
                json.insert("description", Json::text(attribute.description));
            }
            json.insert("description_kind", Json::text("plain"));
            let usage: &[&str] = match attribute.usage {
                Usage::Required => &["required"],
                Usage::Optional => &["optional"],
                Usage::OptionalComputed => &["optional", "computed"],
                Usage::Computed => &["computed"],
            };
            for word in usage {
                json.insert(word, Json::Bool(true));
            }
            for (word, holds) in [
                ("sensitive", attribute.sensitive),
                ("write_only", attribute.write_only),
            ] {
                if holds {
                    json.insert(word, Json::Bool(true));
                }
            }
            (Arc::clone(name), json)
        });
        json.insert("attributes", Json::Object(attributes.collect()));
    }
    if !block.blocks.is_empty() {
        let blocks = block.blocks.iter().map(|(name, nested)| {
            let nesting = match nested.nesting {
                Nesting::Single => "single",
                Nesting::List => "list",
                Nesting::Set => "set",
                Nesting::Map => "map",
            };
            let inner = self::block(&nested.block, nested.description);
            let mut json = Json::object([("nesting_mode", Json::text(nesting)), ("block", inner)]);
            for (key, bound) in [("min_items", nested.min), ("max_items", nested.max)] {
                if bound > 0 {
                    json.insert(key, Json::count(bound));
                }
            }
            (Arc::clone(name), json)
        });
        json.insert("block_types", Json::Object(blocks.collect()));
    }
    if !description.is_empty() {
        json.insert("description", Json::text(description));
    }
    json.insert("description_kind", Json::text("plain"));
    json
}
