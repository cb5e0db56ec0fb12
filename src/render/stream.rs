//! The stream of events that `-json` asks for: one JSON object a line, in the shape of Terraform's machine-readable
//! UI, version 1.2. Readers may rely on `type` and on the members beside it; `@message` is for people.

use std::time::Duration;

use crate::addr::{InstanceAddr, Mode};
use crate::diag::{Diagnostic, Severity};
use crate::plan::change::{Action, Counts, Drift, OutputChange, Reason, ResourceChange};
use crate::plan::renames::Rename;
use crate::source::SourceMap;
use crate::state::OutputRecord;

use super::json::{self, Json};
use super::json_state::{VERSION, index};
use super::progress::{Event, elapsed};
use super::{diag_json, json_plan, renames};

/// An RFC 3339 time of microseconds, from nanoseconds since the Unix epoch.
pub fn timestamp(unix_nanos: i128) -> String {
    match jiff::Timestamp::from_nanosecond(unix_nanos) {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        Err(_) => String::new(),
    }
}

/// Which operation a summary is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A plan was made.
    Plan,
    /// It was applied.
    Apply,
    /// Everything was destroyed.
    Destroy,
}

/// Makes lines that all have the same time.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The time, as [`timestamp`] writes it.
    pub time: String,
}

impl Stream {
    fn line(&self, level: &str, message: &str, members: Vec<(&str, Json)>, kind: &str) -> String {
        let mut json = Json::object([
            ("@level", Json::text(level)),
            ("@message", Json::text(message)),
            ("@module", Json::text("swarmform.ui")),
            ("@timestamp", Json::text(&self.time)),
        ]);
        for (key, member) in members {
            json.insert(key, member);
        }
        json.insert("type", Json::text(kind));
        json.compact()
    }

    /// The first line.
    pub fn version(&self) -> String {
        let members = vec![("swarmform", Json::text(VERSION)), ("ui", Json::text("1.2"))];
        self.line("info", &format!("swarmform {VERSION}"), members, "version")
    }

    /// A remark.
    pub fn log(&self, message: &str) -> String {
        self.line("info", message, Vec::new(), "log")
    }

    /// An error or warning.
    pub fn diagnostic(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> String {
        let (level, word) = match diagnostic.severity {
            Severity::Error => ("error", "Error"),
            Severity::Warning => ("warn", "Warning"),
        };
        let message = format!("{word}: {}", diagnostic.summary);
        let members = vec![("diagnostic", diag_json::one(diagnostic, sources))];
        self.line(level, &message, members, "diagnostic")
    }

    /// A difference found outside.
    pub fn drift(&self, drift: &Drift) -> String {
        let action = match drift.action() {
            Action::Delete => "delete",
            Action::NoOp => "move",
            _ => "update",
        };
        let mut change = Json::object([("resource", resource(&drift.addr))]);
        change.insert_some("previous_resource", drift.previous.as_ref().map(resource));
        change.insert("action", Json::text(action));
        change.insert("swarmform", json_plan::own_drift(drift));
        let message = format!("{}: Drift detected ({action})", drift.addr);
        self.line("info", &message, vec![("change", change)], "resource_drift")
    }

    /// A change that is planned.
    pub fn planned(&self, change: &ResourceChange) -> String {
        let action = planned_action(change);
        let mut json = Json::object([("resource", resource(&change.addr))]);
        json.insert_some("previous_resource", change.previous.as_ref().map(resource));
        json.insert("action", Json::text(action));
        json.insert_some("reason", reason(change.reason).map(Json::text));
        if let Some(id) = &change.importing {
            json.insert("importing", Json::object([("id", Json::text(id))]));
        }
        json.insert_some("generated_config", change.generated.as_ref().map(Json::text));
        let calls = change.calls.iter().filter(|call| call.mutating).map(|call| {
            Json::object([
                ("method", Json::text(&call.method)),
                ("path", Json::text(&call.path)),
            ])
        });
        let mut own = json_plan::own_reason(change.reason).unwrap_or(Json::Object(Vec::new()));
        own.insert("calls", Json::Array(calls.collect()));
        json.insert("swarmform", own);
        let message = format!("{}: Plan to {action}", change.addr);
        self.line("info", &message, vec![("change", json)], "planned_change")
    }

    /// How much is planned, or was done; the digest of a plan, and what it recognized as renamed.
    pub fn summary(
        &self,
        operation: Operation,
        counts: Counts,
        message: &str,
        digest: Option<&str>,
        renames: &[Rename],
    ) -> String {
        let name = match operation {
            Operation::Plan => "plan",
            Operation::Apply => "apply",
            Operation::Destroy => "destroy",
        };
        let mut changes = Json::object([
            ("add", Json::count(counts.add)),
            ("change", Json::count(counts.change)),
            ("import", Json::count(counts.import)),
            ("remove", Json::count(counts.destroy)),
            ("operation", Json::text(name)),
        ]);
        let mut own = Json::Object(Vec::new());
        own.insert_some("digest", digest.map(Json::text));
        own.insert_some("renames", (!renames.is_empty()).then(|| renames::json(renames)));
        let says = digest.is_some() || !renames.is_empty();
        changes.insert_some("swarmform", says.then_some(own));
        self.line("info", message, vec![("changes", changes)], "change_summary")
    }

    /// What happens to outputs.
    pub fn output_changes(&self, outputs: &[OutputChange]) -> String {
        let members = outputs.iter().map(|output| {
            let action = match output.action {
                Action::NoOp => "noop",
                Action::Create => "create",
                Action::Delete => "delete",
                _ => "update",
            };
            let json = Json::object([
                ("sensitive", Json::Bool(output.sensitive)),
                ("action", Json::text(action)),
            ]);
            (std::sync::Arc::clone(&output.name), json)
        });
        let message = format!("Outputs: {}", outputs.len());
        self.line(
            "info",
            &message,
            vec![("outputs", Json::Object(members.collect()))],
            "outputs",
        )
    }

    /// Outputs after an apply; values of sensitive ones are left out.
    pub fn outputs(&self, outputs: &super::output::Outputs) -> String {
        let record = |output: &OutputRecord| {
            let mut json = Json::object([
                ("sensitive", Json::Bool(output.sensitive)),
                ("type", json::type_json(&output.value.ty())),
            ]);
            if !output.sensitive {
                json.insert("value", json::known(&output.value));
            }
            json
        };
        let members = outputs
            .iter()
            .map(|(name, output)| (std::sync::Arc::clone(name), record(output)));
        let message = format!("Outputs: {}", outputs.len());
        self.line(
            "info",
            &message,
            vec![("outputs", Json::Object(members.collect()))],
            "outputs",
        )
    }

    /// Something that happened; `took` is how long the step has run.
    pub fn event(&self, event: Event<'_>, took: Duration) -> String {
        let hook = |addr: &InstanceAddr, action: Option<Action>, id: Option<&str>, seconds: bool| {
            let mut json = Json::object([("resource", resource(addr))]);
            json.insert_some("action", action.map(|action| Json::text(step_action(action))));
            if let Some(id) = id {
                json.insert("id_key", Json::text("id"));
                json.insert("id_value", Json::text(id));
            }
            if seconds {
                json.insert("elapsed_seconds", Json::int(took.as_secs()));
            }
            vec![("hook", json)]
        };
        let with_id = |id: Option<&str>| id.map(|id| format!(" [id={id}]")).unwrap_or_default();
        match event {
            Event::RefreshStart(addr, id) => {
                let message = format!("{addr}: Refreshing state...{}", with_id(id));
                self.line("info", &message, hook(addr, None, id, false), "refresh_start")
            }
            Event::RefreshDone(addr, id) => {
                let message = format!("{addr}: Refresh complete{}", with_id(id));
                self.line("info", &message, hook(addr, None, id, false), "refresh_complete")
            }
            // Which object of the address it is makes no difference to programs.
            Event::StartDeposed(addr, _, id) => self.event(Event::Start(addr, Action::Delete, id), took),
            Event::Start(addr, action, id) => {
                let message = format!("{addr}: {}...{}", capital(doing(action)), with_id(id));
                self.line(
                    "info",
                    &message,
                    hook(addr, Some(action), id, false),
                    "apply_start",
                )
            }
            Event::Done(addr, action, id) => {
                let id = if action == Action::Delete { None } else { id };
                let done = match action {
                    Action::Create => "Creation complete",
                    Action::Delete => "Destruction complete",
                    Action::Read => "Read complete",
                    _ => "Modifications complete",
                };
                let message = format!("{addr}: {done} after {}{}", elapsed(took), with_id(id));
                self.line(
                    "info",
                    &message,
                    hook(addr, Some(action), id, true),
                    "apply_complete",
                )
            }
            Event::Failed(addr, action) => {
                let failed = match action {
                    Action::Create => "Creation errored",
                    Action::Delete => "Destruction errored",
                    Action::Read => "Read errored",
                    _ => "Modifications errored",
                };
                let message = format!("{addr}: {failed} after {}", elapsed(took));
                self.line(
                    "info",
                    &message,
                    hook(addr, Some(action), None, true),
                    "apply_errored",
                )
            }
            Event::ProvisionStart(addr) => {
                let message = format!("{addr}: Provisioning with 'local-exec'...");
                self.line("info", &message, provision(addr, None), "provision_start")
            }
            Event::ProvisionLine(addr, output) => {
                let message = format!("{addr}: (local-exec): {output}");
                self.line(
                    "info",
                    &message,
                    provision(addr, Some(output)),
                    "provision_progress",
                )
            }
            Event::ProvisionEnd(addr, failed) => {
                let (how, kind) = match failed {
                    true => ("errored", "provision_errored"),
                    false => ("complete", "provision_complete"),
                };
                let message = format!("{addr}: (local-exec) Provisioning {how}");
                self.line("info", &message, provision(addr, None), kind)
            }
            Event::Importing(addr, id) => {
                let message = format!("{addr}: Importing...{}", with_id(Some(id)));
                self.line(
                    "info",
                    &message,
                    hook(addr, None, Some(id), false),
                    "import_start",
                )
            }
            Event::Imported(addr, id) => {
                let message = format!("{addr}: Import complete{}", with_id(Some(id)));
                self.line(
                    "info",
                    &message,
                    hook(addr, None, Some(id), false),
                    "import_complete",
                )
            }
            Event::Note(addr, text) => self.log(&format!("{addr}: {text}")),
        }
    }

    /// A step that lasts.
    pub fn lasting(&self, addr: &InstanceAddr, action: Action, ran: Duration) -> String {
        let hook = Json::object([
            ("resource", resource(addr)),
            ("action", Json::text(step_action(action))),
            ("elapsed_seconds", Json::int(ran.as_secs())),
        ]);
        let message = format!("{addr}: Still {}... [{} elapsed]", doing(action), elapsed(ran));
        self.line("info", &message, vec![("hook", hook)], "apply_progress")
    }
}

fn provision(addr: &InstanceAddr, output: Option<&str>) -> Vec<(&'static str, Json)> {
    let mut hook = Json::object([
        ("resource", resource(addr)),
        ("provisioner", Json::text("local-exec")),
    ]);
    hook.insert_some("output", output.map(Json::text));
    vec![("hook", hook)]
}

fn doing(action: Action) -> &'static str {
    match action {
        Action::Create => "creating",
        Action::Delete => "destroying",
        Action::Read => "reading",
        Action::Forget => "forgetting",
        _ => "modifying",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

fn step_action(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Delete => "delete",
        Action::Read => "read",
        Action::Forget => "remove",
        _ => "update",
    }
}

fn planned_action(change: &ResourceChange) -> &'static str {
    match change.action {
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp if change.previous.is_some() => "move",
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Forget => "remove",
    }
}

/// Here replacements have shorter names than in the plan's JSON.
fn reason(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Tainted => Some("tainted"),
        Reason::CannotUpdate => Some("cannot_update"),
        Reason::ByRequest => Some("requested"),
        Reason::ByTriggers => Some("replace_triggered_by"),
        other => json_plan::reason(other),
    }
}

fn resource(addr: &InstanceAddr) -> Json {
    let module = if addr.module.is_root() {
        String::new()
    } else {
        addr.module.to_string()
    };
    let data = if addr.resource.mode == Mode::Data {
        "data."
    } else {
        ""
    };
    let local = format!(
        "{data}{}.{}{}",
        addr.resource.type_name, addr.resource.name, addr.key
    );
    let provider = addr.resource.type_name.split('_').next().unwrap_or_default();
    Json::object([
        ("addr", Json::text(addr.to_string())),
        ("module", Json::text(module)),
        ("resource", Json::text(local)),
        ("implied_provider", Json::text(provider)),
        ("resource_type", Json::text(&addr.resource.type_name)),
        ("resource_name", Json::text(&addr.resource.name)),
        ("resource_key", index(&addr.key).unwrap_or(Json::Null)),
    ])
}
