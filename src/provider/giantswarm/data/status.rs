//! The status of an app, a service, a component and an instance as values.
//!
//! What is in a list comes in the platform's own order, which is that of the definition.

use crate::api::wire::{AppStatus, ComponentStatus, InstanceStatus, ServiceStatus};
use crate::value::{Type, Value};

/// The type of an instance.
pub(super) fn instance_type() -> Type {
    Type::object([
        ("id", Type::String),
        ("status", Type::String),
        ("image", Type::String),
        ("image_hash", Type::String),
        ("created", Type::String),
    ])
}

/// The type of a component.
pub(super) fn component_type() -> Type {
    Type::object([
        ("name", Type::String),
        ("status", Type::String),
        ("min", Type::Number),
        ("max", Type::Number),
        ("instances", Type::list(instance_type())),
    ])
}

/// The type of a service.
pub(super) fn service_type() -> Type {
    Type::object([
        ("name", Type::String),
        ("status", Type::String),
        ("min", Type::Number),
        ("max", Type::Number),
        ("components", Type::list(component_type())),
    ])
}

/// What is computed of an app.
pub(super) fn app(id: &str, found: &AppStatus) -> [(&'static str, Value); 3] {
    let services = found.services.iter().map(|service| {
        Value::object([
            ("name", Value::string(&service.name)),
            ("status", Value::string(service.status.as_str())),
            ("min", Value::int(service.min)),
            ("max", Value::int(service.max)),
            ("components", components(&service.components)),
        ])
    });
    [
        ("id", Value::string(id)),
        ("status", Value::string(found.status.as_str())),
        ("services", Value::list(service_type(), services.collect())),
    ]
}

/// What is computed of a service.
pub(super) fn service(id: &str, found: &ServiceStatus) -> [(&'static str, Value); 5] {
    [
        ("id", Value::string(id)),
        ("status", Value::string(found.status.as_str())),
        ("min", Value::int(found.min)),
        ("max", Value::int(found.max)),
        ("components", components(&found.components)),
    ]
}

/// What is computed of a component.
pub(super) fn component(id: &str, found: &ComponentStatus) -> [(&'static str, Value); 5] {
    [
        ("id", Value::string(id)),
        ("status", Value::string(found.status.as_str())),
        ("min", Value::int(found.min)),
        ("max", Value::int(found.max)),
        ("instances", instances(&found.instances)),
    ]
}

fn components(found: &[ComponentStatus]) -> Value {
    let rows = found.iter().map(|component| {
        Value::object([
            ("name", Value::string(&component.name)),
            ("status", Value::string(component.status.as_str())),
            ("min", Value::int(component.min)),
            ("max", Value::int(component.max)),
            ("instances", instances(&component.instances)),
        ])
    });
    Value::list(component_type(), rows.collect())
}

fn instances(found: &[InstanceStatus]) -> Value {
    let rows = found.iter().map(|instance| {
        Value::object([
            ("id", Value::string(&instance.id)),
            ("status", Value::string(instance.status.as_str())),
            ("image", Value::string(&instance.image)),
            ("image_hash", Value::string(&instance.image_hash)),
            ("created", Value::string(&instance.create_date)),
        ])
    });
    Value::list(instance_type(), rows.collect())
}
