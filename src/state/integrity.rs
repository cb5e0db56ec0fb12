//! Integrity: what is true of every state, whatever happened to it.
//!
//! A store checks each change before it writes it, and each record after it has read it. A rule is here only
//! if no crash, no interrupted run and no command may break it; what is merely unusual (instances with and
//! without a key side by side while a run replaces the one by the others, a dependency on something that is
//! gone) is no violation.
//!
//! 1. An instance has a current object or at least one deposed object.
//! 2. The key of a deposed object is eight lower-case hexadecimal digits.
//! 3. The attributes of an object are one JSON object.
//! 4. A dependency is the address of a resource or of a resource instance.
//! 5. A provider is `name` or `name.alias`, after the address of a module if it is not the root's.
//! 6. A sensitive path begins with an attribute, and it does not lead into a set, which is sensitive as a
//!    whole.
//! 7. A data source has no deposed object and is not tainted.
//! 8. An address reads back, from the text that it prints, as itself.
//! 9. The name of an output is an identifier.
//! 10. The value of an output is wholly known and has no marks.
//! 11. A state that holds anything, or whose serial is not 0, has a lineage.
//! 12. A pending operation has the digest of its order, and a wish unless it deletes; its provider and its wish
//!     obey rules 3 to 6, its address rule 8.
//! 13. An operation begins on an object that has no pending one, and ends when it has begun; between the two
//!     the object's record does not change. This one is about the order of changes: see `pending::TRANSITIONS`.

use std::fmt;
use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, Mode, Target, is_name, parse_instance, parse_target};
use crate::value::PathStep;
use crate::value::path::Key;

use super::json::fault_of_object;
use super::{Deed, Event, Instance, Object, OutputRecord, Pending, State, Status, Subject};

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The number of the rule, as listed in the documentation of this file.
    pub rule: u8,
    /// The record: an address, `output.NAME`, or `meta`.
    pub record: String,
    /// What is wrong, as a clause without a full stop. It holds no attribute values.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} (integrity rule {})",
            self.record, self.message, self.rule
        )
    }
}

/// All violations of a state, in its order. Linear in its size.
pub fn verify(state: &State) -> Vec<Violation> {
    let mut found = Vec::new();
    verify_lineage(&state.lineage, state.serial, state.is_empty(), &mut found);
    for (address, instance) in &state.instances {
        verify_instance(address, instance, &mut found);
    }
    for (name, output) in &state.outputs {
        verify_output(name, output, &mut found);
    }
    for (subject, pending) in &state.pending {
        verify_pending(subject, pending, &mut found);
    }
    found
}

/// The violations that carrying out these changes would bring. All rules but 11 and 13 concern one
/// record each, so that a change is checked without the rest of the state.
pub fn verify_events(lineage: &str, serial: u64, events: &[Event]) -> Vec<Violation> {
    let mut found = Vec::new();
    verify_lineage(lineage, serial, events.is_empty(), &mut found);
    for event in events {
        match event {
            Event::Put(address, instance) => verify_instance(address, instance, &mut found),
            Event::PutOutput(name, output) => verify_output(name, output, &mut found),
            Event::Begin(subject, pending) => verify_pending(subject, pending, &mut found),
            Event::Remove(_) | Event::RemoveOutput(_) | Event::End(_) => {}
        }
    }
    found
}

fn verify_lineage(lineage: &str, serial: u64, empty: bool, found: &mut Vec<Violation>) {
    if lineage.is_empty() && (!empty || serial > 0) {
        found.push(Violation {
            rule: 11,
            record: "meta".to_owned(),
            message: "the state has records but no lineage".to_owned(),
        });
    }
}

/// The violations of one instance.
pub fn verify_instance(address: &InstanceAddr, instance: &Instance, found: &mut Vec<Violation>) {
    let record = address.to_string();
    let mut broken = |rule: u8, message: String| {
        found.push(Violation {
            rule,
            record: record.clone(),
            message,
        });
    };
    if instance.current.is_none() && instance.deposed.is_empty() {
        broken(1, "it has neither a current nor a deposed object".to_owned());
    }
    for key in instance.deposed.keys() {
        if key.len() != 8
            || !key
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        {
            broken(
                2,
                format!("the deposed key {key:?} is not eight lower-case hexadecimal digits"),
            );
        }
    }
    for object in instance.current.iter().chain(instance.deposed.values()) {
        verify_object(object, &mut broken);
    }
    verify_provider(&instance.provider, &mut broken);
    if address.resource.mode == Mode::Data {
        let tainted = instance
            .current
            .as_ref()
            .is_some_and(|object| object.status == Status::Tainted);
        if tainted || !instance.deposed.is_empty() {
            broken(
                7,
                "a data source can neither be tainted nor have deposed objects".to_owned(),
            );
        }
    }
    if parse_instance(&record).as_ref() != Ok(address) {
        broken(8, "the address does not read back as itself".to_owned());
    }
}

/// The violations of one pending operation.
pub fn verify_pending(subject: &Subject, pending: &Pending, found: &mut Vec<Violation>) {
    let record = subject.addr.to_string();
    let mut broken = |rule: u8, message: String| {
        found.push(Violation {
            rule,
            record: format!("pending {subject}"),
            message,
        });
    };
    if pending.digest.is_empty() || pending.wish.is_none() != (pending.deed == Deed::Delete) {
        let deed = pending.deed.as_str();
        broken(12, format!("it does not say wholly what it was to {deed}"));
    }
    if let Some(wish) = &pending.wish {
        verify_object(wish, &mut broken);
    }
    verify_provider(&pending.provider, &mut broken);
    if parse_instance(&record).as_ref() != Ok(&subject.addr) {
        broken(8, "the address does not read back as itself".to_owned());
    }
}

fn verify_provider(provider: &str, broken: &mut impl FnMut(u8, String)) {
    if parse_provider(provider).is_none() {
        broken(
            5,
            format!("the provider {provider:?} is not a name or name.alias"),
        );
    }
}

fn verify_object(object: &Object, broken: &mut impl FnMut(u8, String)) {
    if let Some(fault) = fault_of_object(&object.attributes) {
        broken(3, format!("its attributes are {fault}"));
    }
    for dependency in &object.dependencies {
        if !matches!(parse_target(dependency), Ok(Target::Resource(_))) {
            broken(
                4,
                format!("the dependency {dependency:?} is not a resource address"),
            );
        }
    }
    for path in &object.sensitive {
        let into_set = path
            .steps()
            .iter()
            .any(|step| matches!(step, PathStep::Index(Key::Element(_))));
        if into_set || !matches!(path.steps().first(), Some(PathStep::Attr(_))) {
            broken(
                6,
                "a sensitive path does not begin with an attribute, or leads into a set".to_owned(),
            );
        }
    }
}

fn verify_output(name: &Arc<str>, output: &OutputRecord, found: &mut Vec<Violation>) {
    let mut broken = |rule: u8, message: &str| {
        found.push(Violation {
            rule,
            record: format!("output.{name}"),
            message: message.to_owned(),
        });
    };
    if !is_name(name) {
        broken(9, "its name is not an identifier");
    }
    if !output.value.is_wholly_known() || output.value.has_marks_deep() {
        broken(10, "its value is not wholly known, or it has marks");
    }
}

/// The module address, name and alias of a provider as [`Instance::provider`] holds it: `name` or `name.alias`,
/// or either after a module address. None when the text is not one.
pub fn parse_provider(text: &str) -> Option<(String, Arc<str>, Option<Arc<str>>)> {
    // A provider has the form of a resource address whose name may be left out.
    let (target, aliased) = match parse_target(text) {
        Ok(target) => (target, true),
        Err(_) => (parse_target(&format!("{text}.x")).ok()?, false),
    };
    let Target::Resource(InstanceAddr {
        module,
        resource,
        key: InstanceKey::None,
    }) = target
    else {
        return None;
    };
    if resource.mode != Mode::Managed || text.trim() != text {
        return None;
    }
    Some((
        module.to_string(),
        resource.type_name,
        aliased.then_some(resource.name),
    ))
}
