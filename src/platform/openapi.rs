//! The OpenAPI 3 document of the platform, made from the table of methods, so that it cannot name a path that is
//! not there or forget one that is. The shapes of bodies and answers are written out here; the rules of names and
//! definitions are only hinted at, for the platform itself says them better.

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::platform::routes::{Access, Entry, Hidden, METHODS};

/// Where the document is served: beside `/v1/`, under which all paths of the API lie.
pub const PATH: &str = "/openapi.json";

/// The whole document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for entry in METHODS {
        for (number, path) in entry.paths.iter().enumerate() {
            let item = paths
                .entry((*path).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Some(item) = item.as_object_mut() {
                item.insert(
                    entry.method.as_str().to_ascii_lowercase(),
                    operation(entry, path, number),
                );
            }
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Giant Swarm API V1",
            "version": "1.0",
            "description": "The thirty methods of the Giant Swarm API V1 as swarmform's platform answers them. \
                Every answer but plain text carries a response code, 10000 to 10016, beside the HTTP code.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "`giantswarm TOKEN`, with the token that a login answered",
                },
            },
            "schemas": schemas(),
            "responses": responses(),
        },
    })
}

fn operation(entry: &Entry, path: &str, number: usize) -> Value {
    let id = match number {
        0 => entry.section.to_owned(),
        _ => format!("{}WithSlash", entry.section),
    };
    let group = match path.split('/').nth(2) {
        Some("user" | "token") => "User",
        Some("ping") => "Connection",
        _ if path.contains("/instance/") => "Instance",
        _ if path.contains("/component/") => "Component",
        _ if path.contains("/service/") => "Service",
        _ if path.contains("/app/") => "Application",
        _ => "Organization",
    };
    let mut out = Map::new();
    out.insert("operationId".to_owned(), id.into());
    out.insert("summary".to_owned(), summary(entry.section).into());
    out.insert("tags".to_owned(), json!([group]));
    let mut parameters: Vec<Value> = path.split('/').filter_map(parameter).collect();
    if entry.section == "LogInstance" {
        parameters.push(
            json!({ "name": "t", "in": "query", "description": "How many of the last lines; 10 if absent",
            "schema": { "type": "integer", "minimum": 0 } }),
        );
        parameters.push(json!({ "name": "follow", "in": "query", "description": "Whether the stream goes on with new lines",
            "schema": { "type": "string", "enum": ["true", "false"] } }));
    }
    if !parameters.is_empty() {
        out.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some((required, schema)) = body(entry.section) {
        out.insert(
            "requestBody".to_owned(),
            json!({ "required": required, "content": { "application/json": { "schema": schema } } }),
        );
    }
    if entry.access != Access::Open {
        out.insert("security".to_owned(), json!([{ "token": [] }]));
    }
    out.insert("responses".to_owned(), answers(entry));
    Value::Object(out)
}

fn parameter(part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let schema = match name {
        "scale" => json!({ "type": "integer", "minimum": 1, "maximum": 10 }),
        _ => json!({ "type": "string", "minLength": 1 }),
    };
    Some(json!({ "name": name, "in": "path", "required": true, "schema": schema }))
}

fn summary(section: &str) -> &'static str {
    match section {
        "ListEnvironments" => "The environments of an organization that hold applications",
        "CreateOrganization" => "Make an organization; the caller becomes its member",
        "DeleteOrganization" => "Remove an organization without applications",
        "GetOrganization" => "An organization and its members",
        "AddOrganizationMember" => "Add a member",
        "RemoveOrganizationMember" => "Remove a member",
        "ListApps" => "The applications of an environment",
        "CreateApp" => "Make an application out of a definition; it is down until it is started",
        "DeleteApp" => "Delete an application with its volumes",
        "StartApp" => "Start an application",
        "StopApp" => "Stop an application; its volumes stay",
        "StatusApp" => "The status of an application, its services, components and instances",
        "ConfigApp" => "The definition of an application",
        "StartService" => "Start a service",
        "StopService" => "Stop a service; it answers 10004 and the text of 10005",
        "StatusService" => "The status of a service",
        "StatusComponent" => "The status of a component",
        "UpdateComponent" => "Update a component to another version of its image",
        "ScaleUpComponent" => "Add instances to a component, or to all of its pod",
        "ScaleDownComponent" => "Take instances from a component, or from all of its pod",
        "LogInstance" => "The last lines that an instance wrote",
        "StatInstance" => "What an instance uses",
        "ExecInstance" => "Run a command inside an instance",
        "Ping" => "Whether the platform works",
        "LoginUser" => "A new token for a user",
        "LogoutUser" => "End the token of this request",
        "UpdateEmail" => "Change the caller's email address",
        "UpdatePassword" => "Change the caller's password; all tokens of the caller end",
        "GetMe" => "Who the caller is",
        _ => "The names of the caller's organizations",
    }
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Whether a body is needed, and its shape.
fn body(section: &str) -> Option<(bool, Value)> {
    let text = || json!({ "type": "string" });
    let base64 = || json!({ "type": "string", "format": "byte", "description": "Encoded in base64, without a line end" });
    Some(match section {
        "CreateOrganization" => {
            let name = json!({ "type": "string", "pattern": "^[a-z0-9_]{4,30}$" });
            (true, object(&["org_id"], json!({ "org_id": name })))
        }
        "AddOrganizationMember" | "RemoveOrganizationMember" => {
            (true, object(&["username"], json!({ "username": text() })))
        }
        "CreateApp" => (true, reference("Definition")),
        "UpdateComponent" => {
            let names = json!({ "type": "string", "enum": ["one-by-one", "all-at-once", "hot-swap"] });
            (false, object(&[], json!({ "strategy": names })))
        }
        "ExecInstance" => {
            let flag = || json!({ "type": "boolean" });
            let size = || json!({ "type": "integer", "minimum": 0, "maximum": 65535 });
            let command = json!({ "type": "array", "minItems": 1, "items": text() });
            let keys = json!({ "cmd": command, "detach": flag(), "attach-stdin": flag(), "attach-stdout": flag(),
                "attach-stderr": flag(), "raw": flag(), "tty": flag(),
                "exit-code": flag(), "rows": size(), "columns": size() });
            (true, object(&["cmd"], keys))
        }
        "LoginUser" => (true, object(&["password"], json!({ "password": base64() }))),
        "UpdateEmail" => {
            let keys = json!({ "old_email": text(), "new_email": text() });
            (true, object(&["old_email", "new_email"], keys))
        }
        "UpdatePassword" => {
            let keys = json!({ "old_password": base64(), "new_password": base64() });
            (true, object(&["old_password", "new_password"], keys))
        }
        _ => return None,
    })
}

/// The data of a good answer; `None` where there is only a code.
fn data(section: &str) -> Option<Value> {
    let text = || json!({ "type": "string" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    Some(match section {
        "ListEnvironments" => {
            let mut names = list(object(&["name"], json!({ "name": text() })));
            if let Some(names) = names.as_object_mut() {
                names.insert("nullable".to_owned(), true.into());
            }
            object(&["environments"], json!({ "environments": names }))
        }
        "GetOrganization" => {
            let keys = json!({ "default_cluster": text(), "id": text(), "members": list(text()) });
            object(&["default_cluster", "id", "members"], keys)
        }
        "ListApps" => {
            let keys = ["app", "company", "created", "env", "org"];
            let all: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), text())).collect();
            list(object(&keys, Value::Object(all)))
        }
        "StatusApp" => {
            let keys = json!({ "name": text(), "status": reference("State"), "services": list(reference("ServiceStatus")) });
            object(&["name", "services", "status"], keys)
        }
        "ConfigApp" => reference("Definition"),
        "StatusService" => reference("ServiceStatus"),
        "StatusComponent" => {
            let keys = json!({ "instances": list(reference("Instance")) });
            json!({ "allOf": [reference("ServiceStatus"), object(&["instances"], keys)] })
        }
        "StatInstance" => {
            let numbers = [
                "MemoryUsageMb",
                "MemoryCapacityMb",
                "MemoryUsagePercent",
                "CpuUsagePercent",
            ];
            let mut keys: Map<String, Value> = numbers
                .iter()
                .map(|key| ((*key).to_owned(), json!({ "type": "number" })))
                .collect();
            keys.insert("ComponentName".to_owned(), text());
            object(&numbers, Value::Object(keys))
        }
        "LoginUser" => object(&["Id"], json!({ "Id": text() })),
        "GetMe" => object(
            &["email", "username"],
            json!({ "email": text(), "username": text() }),
        ),
        "GetMemberships" => list(text()),
        _ => return None,
    })
}

fn good(section: &str) -> Value {
    let content = match section {
        "LogInstance" => json!({ "text/plain": { "schema": { "type": "string" } } }),
        "Ping" => json!({ "application/json": { "schema": { "type": "string", "enum": ["OK"] } } }),
        "ExecInstance" => json!({
            "application/json": { "schema": reference("Status") },
            "text/plain": { "schema": { "type": "string" } },
        }),
        _ => {
            let schema = match data(section) {
                None => reference("Status"),
                Some(data) => {
                    let more = object(&["data"], json!({ "data": data }));
                    json!({ "allOf": [reference("Status"), more] })
                }
            };
            json!({ "application/json": { "schema": schema } })
        }
    };
    json!({ "description": summary(section), "content": content })
}

fn answers(entry: &Entry) -> Value {
    let mut out = Map::new();
    let mut put = |code: &str, name: &str| {
        let link = json!({ "$ref": format!("#/components/responses/{name}") });
        out.insert(code.to_owned(), link);
    };
    if entry.section == "Ping" {
        put("500", "Failed");
    } else {
        put("400", "BadRequest");
        put("404", "NotFound");
        put("500", "ServerError");
    }
    if entry.access != Access::Open {
        put("401", "Unauthorized");
    }
    if matches!(entry.access, Access::Member(hidden) if hidden != Hidden::NotFound404) {
        put("403", "Forbidden");
    }
    put("408", "TimedOut");
    put("431", "HeadTooLarge");
    if entry.method == Method::POST {
        put("413", "BodyTooLarge");
    }
    if matches!(entry.section, "LoginUser" | "UpdatePassword") {
        put("429", "Throttled");
    }
    if matches!(entry.section, "LogInstance" | "ExecInstance") {
        put("503", "Crowded");
    }
    if entry.section == "ExecInstance" {
        put("101", "Stream");
    }
    out.insert("200".to_owned(), good(entry.section));
    out.sort_keys();
    Value::Object(out)
}

fn responses() -> Value {
    let said = |description: &str| json!({ "description": description, "content": { "application/json": { "schema": reference("Status") } } });
    json!({
        "BadRequest": said("The response code says why: 10008 not found, 10009 exists, 10010 wrong credentials, \
            10013 wrong input, 10015 an organization exists, 10016 no version"),
        "Unauthorized": said("There is no token, or it is no good any more"),
        "Forbidden": said("It is not there, or not the caller's business"),
        "NotFound": said("It is not there"),
        "TimedOut": said("The request took too long"),
        "BodyTooLarge": said("The body is larger than the platform takes"),
        "HeadTooLarge": { "description": "The head of the request is larger than the platform takes" },
        "Throttled": {
            "description": "Too many failed logins",
            "headers": { "Retry-After": { "description": "Seconds until the next try", "schema": { "type": "integer" } } },
            "content": { "application/json": { "schema": reference("Status") } },
        },
        "Crowded": said("Too many streams and commands at once"),
        "ServerError": said("The platform failed; its log says why"),
        "Failed": {
            "description": "Changes cannot be kept at present",
            "content": { "application/json": { "schema": { "type": "string", "enum": ["FAILED"] } } },
        },
        "Stream": { "description": "The connection now carries the command's input and outputs; without `raw` and \
            `tty` the outputs come in docker's frames" },
    })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let count = || json!({ "type": "integer", "minimum": 0 });
    let component_status = json!({ "name": text(), "status": reference("State"), "min": count(), "max": count(),
        "instances": list(reference("Instance")) });
    let service_status = json!({ "name": text(), "status": reference("State"), "min": count(), "max": count(),
        "components": list(reference("ComponentStatus")) });
    let instance = json!({ "id": text(), "status": reference("State"), "image": text(), "image_hash": text(),
        "create_date": { "type": "string", "format": "date-time" } });
    let port =
        json!({ "oneOf": [{ "type": "integer", "minimum": 1, "maximum": 65535 }, { "type": "string" }] });
    let env = json!({ "oneOf": [list(text()), { "type": "object", "additionalProperties": text() }] });
    let policy = object(&[], json!({ "min": count(), "max": count() }));
    let component = json!({ "component_name": text(), "image": text(), "entrypoint": text(), "args": list(text()),
        "ports": list(port.clone()), "env": env, "volumes": list(json!({ "type": "object" })),
        "dependencies": list(json!({ "type": "object" })),
        "domains": { "type": "object", "additionalProperties": port },
        "scaling_policy": policy, "pod": text() });
    let service = json!({ "service_name": text(), "components": list(reference("Component")), "scaling_policy": policy });
    json!({
        "Status": object(&["status_code", "status_text"], json!({
            "status_code": { "type": "integer", "minimum": 10000, "maximum": 10016 },
            "status_text": text(),
        })),
        "State": { "type": "string", "enum": ["failed", "down", "starting", "stopping", "up"] },
        "Instance": object(&["create_date", "id", "image", "image_hash", "status"], instance),
        "ComponentStatus": object(&["instances", "max", "min", "name", "status"], component_status),
        "ServiceStatus": object(&["components", "max", "min", "name", "status"], service_status),
        "Component": object(&["component_name", "image"], component),
        "Service": object(&["service_name", "components"], service),
        "Definition": object(&["app_name", "services"], json!({
            "app_name": text(), "services": list(reference("Service")),
        })),
    })
}
