//! An explanation for programs. `docs/schemas/explain.schema.json` describes it; within a major version of the format only
//! members are added. Values that are sensitive anywhere are left out.

use crate::addr::InstanceAddr;
use crate::plan::explain::{Affected, Cause, Effect, Fact, How, Line, Remark, Still, Told, Waiting, Why};
use crate::plan::steps::{StepKind, label};
use crate::render::drift;
use crate::render::json::{self, Json};
use crate::render::json_plan::{actions, reason};
use crate::render::json_state::VERSION;
use crate::value::{Path, Value};

use super::{Seen, words};

/// The version of the format.
const FORMAT: &str = "1.0";

/// The document.
pub fn document(seen: Seen<'_>) -> Json {
    let explanation = seen.explanation;
    let question = &explanation.question;
    let program = Program(seen);
    let mut document = Json::object([
        ("format_version", Json::text(FORMAT)),
        ("swarmform_version", Json::text(VERSION)),
        ("address", Json::text(question.addr.to_string())),
    ]);
    let asked = (!question.path.is_root()).then(|| Json::text(drift::attribute(&question.path)));
    document.insert_some("attribute", asked);
    let objects = explanation.objects.iter().map(|told| program.told(told));
    document.insert("objects", Json::Array(objects.collect()));
    let effects = explanation.effects.iter().map(|effect| program.effect(effect));
    document.insert("effects", Json::Array(effects.collect()));
    let steps = explanation.steps.iter().map(|waiting| program.waiting(waiting));
    document.insert("steps", Json::Array(steps.collect()));
    document
}

/// The view of a program.
struct Program<'a>(Seen<'a>);

impl Program<'_> {
    fn told(&self, told: &Told) -> Json {
        let mut json = Json::object([
            ("actions", actions(told.action)),
            (
                "message",
                Json::text(words::head(&self.0.explanation.question, told)),
            ),
        ]);
        json.insert_some("deposed", told.deposed.as_ref().map(Json::text));
        json.insert_some("action_reason", reason(told.reason).map(Json::text));
        let causes = told.causes.iter().map(|cause| self.cause(cause));
        json.insert("causes", Json::Array(causes.collect()));
        let still = told.still.iter().map(|remark| self.remark(remark));
        json.insert("unchanged_because", Json::Array(still.collect()));
        json
    }

    fn cause(&self, cause: &Cause) -> Json {
        let mut json = Json::object([
            ("kind", Json::text(kind(&cause.fact))),
            ("message", Json::text(words::fact(&cause.fact))),
        ]);
        match &cause.fact {
            Fact::Change { addr, action } => {
                json.insert("address", Json::text(addr.to_string()));
                json.insert("actions", actions(*action));
            }
            Fact::Attribute {
                path,
                before,
                after,
                forces,
            } => {
                json.insert("attribute", Json::text(drift::attribute(path)));
                json.insert("forces_replacement", Json::Bool(*forces));
                values(&mut json, ("before", before), ("after", after));
            }
            Fact::Drift { last, now } => values(&mut json, ("last_applied", last), ("platform_now", now)),
            Fact::Argument(path) | Fact::Unset(path) => {
                json.insert("attribute", Json::text(drift::attribute(path)));
            }
            Fact::Data(addr) | Fact::Moved(addr) => json.insert("address", Json::text(addr.to_string())),
            Fact::CreateFirst(of) | Fact::DeleteFirst(of) => {
                let named = |addr: &InstanceAddr| Json::text(addr.to_string());
                json.insert_some("address", of.as_ref().map(named));
            }
            _ => {}
        }
        self.line(&mut json, cause.line);
        json.insert("told_before", Json::Bool(cause.above));
        let because = cause.because.iter().map(|cause| self.cause(cause));
        json.insert("causes", Json::Array(because.collect()));
        json
    }

    fn remark(&self, remark: &Remark) -> Json {
        let name = match &remark.still {
            Still::Equal => "equal",
            Still::Ignored { .. } => "ignored",
            Still::SameMeaning { .. } => "same_meaning",
            Still::TakenOver { .. } => "taken_over",
            Still::LeftOut => "left_out",
            Still::ReadNow => "read_while_planning",
            Still::Unchanged(_) => "unchanged",
        };
        let mut json = Json::object([
            ("kind", Json::text(name)),
            ("message", Json::text(words::still(&remark.still))),
        ]);
        let at = |json: &mut Json, path: &Path| json.insert("attribute", Json::text(drift::attribute(path)));
        match &remark.still {
            Still::Ignored { path, written, there } | Still::SameMeaning { path, written, there } => {
                at(&mut json, path);
                values(&mut json, ("written", written), ("there", there));
            }
            Still::TakenOver { path, last, now, .. } => {
                at(&mut json, path);
                values(&mut json, ("last_applied", last), ("platform_now", now));
            }
            _ => {}
        }
        self.line(&mut json, remark.line);
        json
    }

    fn effect(&self, effect: &Effect) -> Json {
        let mut json = Json::object([("message", Json::text(words::effect(effect, self.0.plan)))]);
        match &effect.what {
            Affected::Output(name) => json.insert("output", Json::text(name)),
            Affected::Change(at) => {
                if let Some(change) = self.0.plan.changes.get(*at) {
                    json.insert("address", Json::text(change.addr.to_string()));
                    json.insert("actions", actions(change.action));
                }
            }
        }
        let how = match &effect.how {
            How::Attributes(_) | How::Value => "value",
            How::Repetition => "repetition",
            How::Trigger => "replace_triggered_by",
            How::ReadLater => "read_later",
        };
        json.insert("how", Json::text(how));
        if let How::Attributes(paths) = &effect.how {
            let names = paths.iter().map(|path| Json::text(drift::attribute(path)));
            json.insert("attributes", Json::Array(names.collect()));
        }
        json.insert(
            "through",
            Json::Array(effect.through.iter().map(Json::text).collect()),
        );
        let effects = effect.effects.iter().map(|effect| self.effect(effect));
        json.insert("effects", Json::Array(effects.collect()));
        json
    }

    fn waiting(&self, waiting: &Waiting) -> Json {
        let waits = waiting.waits.iter().map(|wait| {
            let through = wait.through.iter().map(|step| self.step(step));
            Json::object([
                ("step", self.step(&wait.step)),
                ("why", Json::text(why(wait.why))),
                ("message", Json::text(words::why(wait.why))),
                ("through", Json::Array(through.collect())),
            ])
        });
        Json::object([
            ("step", self.step(&waiting.step)),
            ("waits_for", Json::Array(waits.collect())),
        ])
    }

    fn step(&self, step: &StepKind) -> Json {
        Json::text(label(step, &self.0.plan.changes))
    }

    fn line(&self, json: &mut Json, line: Option<Line>) {
        let Some(written) = line.and_then(|line| self.0.written(line)) else {
            return;
        };
        let mut source = Json::object([
            ("file", Json::text(&written.file)),
            ("line", Json::count(written.line)),
        ]);
        source.insert_some("excerpt", written.excerpt.map(Json::text));
        json.insert("source", source);
    }
}

/// Two values of one thing. What is not known yet is left out.
fn values(json: &mut Json, (first, a): (&str, &Value), (second, b): (&str, &Value)) {
    let hidden = a.has_marks_deep() || b.has_marks_deep();
    json.insert("sensitive", Json::Bool(hidden));
    if !hidden {
        for (name, value) in [(first, a), (second, b)] {
            json.insert_some(name, value.is_wholly_known().then(|| json::known(value)));
        }
    }
}

fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Change { .. } => "change",
        Fact::Attribute { .. } => "attribute",
        Fact::Drift { .. } => "drift",
        Fact::DeletedOutside => "deleted_outside",
        Fact::Argument(_) => "argument",
        Fact::Unset(_) => "not_written",
        Fact::Computed => "computed",
        Fact::Variable(..) => "variable",
        Fact::Local(..) => "local",
        Fact::Output(..) => "output",
        Fact::Count => "count",
        Fact::ForEach => "for_each",
        Fact::All(_) => "instances",
        Fact::Data(_) => "data",
        Fact::New => "new",
        Fact::Tainted => "tainted",
        Fact::Requested => "requested",
        Fact::Triggered => "replace_triggered_by",
        Fact::Orphan(_) => "orphan",
        Fact::Removed => "removed",
        Fact::Destroying => "destroying",
        Fact::Deposed => "deposed",
        Fact::Moved(_) => "moved",
        Fact::Imported(_) => "imported",
        Fact::CreateFirst(_) => "create_first",
        Fact::DeleteFirst(_) => "delete_first",
        Fact::Needs => "depends_on",
        Fact::CheckNested => "check",
    }
}

fn why(why: Why) -> &'static str {
    match why {
        Why::Uses => "uses",
        Why::ImportFirst => "import_first",
        Why::OldFirst => "old_object_first",
        Why::NameFree => "name_must_be_free",
        Why::SetAside => "set_aside",
        Why::NewFirst => "new_object_first",
        Why::Commands => "commands",
        Why::UsersGone => "users_go_first",
        Why::UsersChanged => "users_change_first",
    }
}
