//! The functions of the language as JSON for programs, in the shape of `metadata functions -json`: each under its name
//! and once more in the namespace `core`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::functions::{self, Function, Param};

use super::json::{Json, type_json};

/// The document.
pub fn document() -> Json {
    let mut signatures: BTreeMap<Arc<str>, Json> = BTreeMap::new();
    // `type` is for the console alone.
    for function in functions::all().filter(|function| function.name != "type") {
        let signature = signature(function);
        signatures.insert(Arc::from(format!("core::{}", function.name)), signature.clone());
        signatures.insert(Arc::from(function.name), signature);
    }
    Json::object([
        ("format_version", Json::text("1.0")),
        (
            "function_signatures",
            Json::Object(signatures.into_iter().collect()),
        ),
    ])
}

fn signature(function: &Function) -> Json {
    let mut json = Json::object([
        ("description", Json::text(function.summary)),
        ("return_type", type_json(&function.result())),
    ]);
    if !function.params.is_empty() {
        let params = function.params.iter().map(parameter).collect();
        json.insert("parameters", Json::Array(params));
    }
    json.insert_some("variadic_parameter", function.variadic.as_ref().map(parameter));
    json
}

fn parameter(param: &Param) -> Json {
    let mut json = Json::object([("name", Json::text(param.name))]);
    json.insert_some("is_nullable", param.nullable.then_some(Json::Bool(true)));
    json.insert("type", type_json(&param.want.ty()));
    json
}
