//! The status objects of applications, services, components and instances, as the sections "Get an Application's
//! Status" and "Query the Status of an Existing Component" show them. Worst wins.

use serde_json::{Value, json};

use crate::platform::clock::{Millis, rfc3339};
use crate::platform::model::{App, Component, Instance, Service};
use crate::platform::runtime::Runtime;
use crate::platform::timeline::{Phase, of_component, phase, worst};

/// `{name, status, services}`.
pub fn of_app(app: &App, runtime: &dyn Runtime, now: Millis) -> Value {
    let services: Vec<Value> = app
        .services
        .iter()
        .map(|service| of_service(service, runtime, now))
        .collect();
    let status = worst(app.services.iter().map(|service| service_phase(service, now)));
    json!({ "name": app.key.app, "services": services, "status": status.word() })
}

/// `{name, status, min, max, components}`.
pub fn of_service(service: &Service, runtime: &dyn Runtime, now: Millis) -> Value {
    let components: Vec<Value> = service
        .components
        .iter()
        .map(|component| component_object(component, runtime, now))
        .collect();
    json!({
        "components": components,
        "max": service.max,
        "min": service.min,
        "name": service.name,
        "status": service_phase(service, now).word(),
    })
}

/// The superset of the two documented shapes: the service's name with the component inside `components`, and the
/// component's instances, bounds and status at the top too.
pub fn of_one_component(
    service: &Service,
    component: &Component,
    runtime: &dyn Runtime,
    now: Millis,
) -> Value {
    let inner = component_object(component, runtime, now);
    json!({
        "components": [inner],
        "instances": instances(component, runtime, now),
        "max": component.max,
        "min": component.min,
        "name": service.name,
        "status": of_component(component, now).word(),
    })
}

fn service_phase(service: &Service, now: Millis) -> Phase {
    worst(
        service
            .components
            .iter()
            .map(|component| of_component(component, now)),
    )
}

fn component_object(component: &Component, runtime: &dyn Runtime, now: Millis) -> Value {
    json!({
        "instances": instances(component, runtime, now),
        "max": component.max,
        "min": component.min,
        "name": component.name,
        "status": of_component(component, now).word(),
    })
}

fn instances(component: &Component, runtime: &dyn Runtime, now: Millis) -> Vec<Value> {
    let seen = component
        .instances
        .iter()
        .filter(|instance| phase(instance, now).visible());
    seen.map(|instance| instance_object(instance, runtime, now))
        .collect()
}

fn instance_object(instance: &Instance, runtime: &dyn Runtime, now: Millis) -> Value {
    // An image is fetched by the first start; before that its hash is not known.
    let fetched = instance.runs.iter().any(|run| run.start <= now);
    json!({
        "create_date": rfc3339(instance.created),
        "id": instance.id,
        "image": instance.image,
        "image_hash": if fetched { runtime.image_hash(&instance.image) } else { String::new() },
        "status": phase(instance, now).word(),
    })
}
