//! A state as text: every object with its attributes, and the outputs. Sensitive values are hidden.

use crate::addr::InstanceAddr;
use crate::state::{Instance, State, Status};

use super::schemas::Schemas;
use super::style::Style;
use super::{escape, output, resource};

/// The whole state.
pub fn show(state: &State, schemas: &Schemas, style: Style) -> String {
    if state.is_empty() {
        return "The state is empty. No resources are represented.\n".to_owned();
    }
    let mut out = String::new();
    for (addr, instance) in &state.instances {
        show_into(&mut out, addr, instance, schemas, style);
        out.push('\n');
    }
    if !state.outputs.is_empty() {
        out.push_str("\nOutputs:\n\n");
        out.push_str(&output::listed(&state.outputs, "(sensitive value)"));
    }
    out
}

/// One resource instance.
pub fn show_instance(addr: &InstanceAddr, instance: &Instance, schemas: &Schemas, style: Style) -> String {
    let mut out = String::new();
    show_into(&mut out, addr, instance, schemas, style);
    out
}

fn show_into(out: &mut String, addr: &InstanceAddr, instance: &Instance, schemas: &Schemas, style: Style) {
    if let Some(object) = &instance.current {
        let tainted = if object.status == Status::Tainted {
            " (tainted)"
        } else {
            ""
        };
        let value = schemas.decode(&addr.resource, object);
        resource::object(
            out,
            style,
            schemas,
            &format!("{addr}{tainted}"),
            &addr.resource,
            &value,
        );
    }
    for (key, object) in &instance.deposed {
        let value = schemas.decode(&addr.resource, object);
        let title = format!("{addr} (deposed object {})", escape::line(key));
        resource::object(out, style, schemas, &title, &addr.resource, &value);
    }
}

/// Addresses, a line each.
pub fn list<'a>(addresses: impl IntoIterator<Item = &'a InstanceAddr>) -> String {
    let mut out = String::new();
    for addr in addresses {
        out.push_str(&escape::line(&addr.to_string()));
        out.push('\n');
    }
    out
}
