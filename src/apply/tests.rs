//! The whole decision without a world: configuration text in, step graph out, walked against a made-up provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{InstanceAddr, parse_instance};
use crate::config::load::{Reader, load};
use crate::diag::Diagnostics;
use crate::graph::config_graph;
use crate::lang::NoFiles;
use crate::plan::change::PlanMode;
use crate::plan::evaluate::Evaluator;
use crate::plan::planner::{Answer, PlanOptions, Planned, Planner, Request};
use crate::plan::providers::Semantic;
use crate::plan::provision::Failure;
use crate::plan::scope::Environment;
use crate::plan::semantics::{Applied, Decision, Fault, Proposal, Semantics};
use crate::schema::{Attribute, Block, ProviderSchema, ResourceSchema};
use crate::source::SourceMap;
use crate::state::State;
use crate::value::{Path, Type, Value};

use super::{Because, Outcome, Report, Walker, Work};

mod intents;
mod lifecycle;

/// A provider with one type: `thing_one { name, size, hard }`, where `hard` cannot be changed in place.
struct Things {
    schema: ProviderSchema,
}

impl Things {
    fn new() -> Things {
        let optional = |ty| Attribute::optional(ty, "");
        let block = Block::new([
            ("id", Attribute::computed(Type::String, "")),
            ("name", optional(Type::String)),
            ("size", optional(Type::Number)),
            ("hard", optional(Type::String).forces_replacement()),
        ]);
        let resource = ResourceSchema {
            block: block.clone(),
            ..ResourceSchema::default()
        };
        let data = ResourceSchema {
            block,
            ..ResourceSchema::default()
        };
        let mut schema = ProviderSchema {
            name: "thing",
            ..ProviderSchema::default()
        };
        schema.resources.insert("thing_one", resource);
        schema.data_sources.insert("thing_one", data);
        Things { schema }
    }
}

impl Semantics for Things {
    fn schema(&self) -> &ProviderSchema {
        &self.schema
    }
    fn validate_config(&self, _: &Value) -> Vec<Fault> {
        Vec::new()
    }
    fn validate_resource(&self, _: &str, config: &Value) -> Vec<Fault> {
        match config.get_attr("name").ok().as_ref().and_then(Value::as_str) {
            Some("forbidden") => {
                vec![Fault::error(
                    Path::root().attr("name"),
                    "Name is forbidden",
                    "Take another one.",
                )]
            }
            _ => Vec::new(),
        }
    }
    fn validate_data(&self, _: &str, _: &Value) -> Vec<Fault> {
        Vec::new()
    }
    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Fault>> {
        let hard = |value: &Value| value.members().and_then(|members| members.get("hard").cloned());
        let mut replace = Vec::new();
        if !proposal.prior.is_null() && hard(proposal.prior) != hard(proposal.proposed) {
            replace.push(Path::root().attr("hard"));
        }
        Ok(Decision {
            planned: proposal.proposed.clone(),
            replace,
            delete_first: false,
            calls: Vec::new(),
            faults: Vec::new(),
        })
    }
    fn plan_delete(&self, _: &str, _: &Value) -> (Vec<crate::plan::semantics::PlannedCall>, Vec<Fault>) {
        Default::default()
    }
}

struct Text(&'static str);

impl Reader for Text {
    fn files(&self, _: &str) -> Result<Vec<(String, String)>, String> {
        Ok(vec![("main.tf".to_owned(), self.0.to_owned())])
    }
}

fn semantics() -> Semantic {
    let things: Arc<dyn Semantics> = Arc::new(Things::new());
    Semantic::new([(Arc::from("thing"), things)])
}

fn plan_with(text: &'static str, state: &State, options: PlanOptions) -> Result<Planned, Diagnostics> {
    let mut sources = SourceMap::new();
    let (config, faults) = load(&Text(text), &mut sources);
    if faults.has_errors() {
        return Err(faults);
    }
    let graph = Arc::new(config_graph::build(&config, &sources)?);
    let environment = Environment {
        files: Arc::new(NoFiles),
        effects: None,
        plan_timestamp: "2020-01-01T00:00:00Z".to_owned(),
        workspace: "default".to_owned(),
        root_dir: ".".to_owned(),
    };
    let variables = BTreeMap::new();
    let evaluator = Evaluator {
        config: Arc::new(config),
        environment,
        variables,
        places: BTreeMap::new(),
        validating: false,
    };
    let mut planner = Planner::new(evaluator, graph, state.clone(), options, semantics());
    loop {
        let requests = planner.advance();
        if requests.is_empty() {
            return planner.finish().map_err(|refused| refused.faults);
        }
        for (id, request) in requests {
            let answer = match request {
                Request::Configure { .. } => Answer::Configured(Ok(())),
                Request::Read { prior, .. } => Answer::Read(Ok(Some(prior))),
                Request::Import { id, .. } => Answer::Imported(Ok(found(&id))),
                Request::ReadData { config, .. } => Answer::Data(Ok(made(&config, "data"))),
            };
            planner.answer(id, answer);
        }
    }
}

/// The object that an import finds: none of the id `none`.
fn found(id: &str) -> Option<Value> {
    let text = |text: &str| Value::string(text);
    (id != "none").then(|| {
        Value::object([
            ("id", text(id)),
            ("name", text("found")),
            ("size", Value::null(Type::Number)),
            ("hard", Value::null(Type::String)),
        ])
    })
}

/// The object with its `id`.
fn made(planned: &Value, id: &str) -> Value {
    let mut members = planned.members().unwrap().clone();
    let id_is_known = members.get("id").is_some_and(|id| !id.is_null() && id.is_known());
    if !id_is_known {
        members.insert("id".into(), Value::string(id));
    }
    Value::object_members(members)
}

/// Walks a plan, one step at a time; the names in `fail` fail.
fn walk(planned: Planned, fail: &[&str]) -> (Vec<String>, Report, State) {
    let mut walker = Walker::new(planned);
    let mut log = Vec::new();
    loop {
        let work = walker.next(1);
        let Some((id, work)) = work.into_iter().next() else {
            break;
        };
        let (kind, addr) = walker.step(id).unwrap();
        let name = crate::plan::steps::label(kind, &walker.plan().changes);
        let fails = fail.contains(&addr.to_string().as_str());
        log.push(name);
        let outcome = match work {
            Work::Apply { order, .. } => {
                let state = if order.planned.is_null() || fails {
                    Value::null(order.prior.ty())
                } else {
                    made(&order.planned, &format!("id-{}", log.len()))
                };
                let error = fails.then(|| Fault::error(Path::root(), "It failed", "As it was told to."));
                Outcome::Applied(Box::new(Applied {
                    state,
                    private: None,
                    error,
                    in_doubt: false,
                    notes: Vec::new(),
                }))
            }
            Work::Run(execs) => Outcome::Ran(match execs.iter().position(|exec| !exec.may_fail) {
                Some(at) if fails => Err((
                    at,
                    Failure {
                        reason: "exit status 1".to_owned(),
                        output: String::new(),
                    },
                )),
                _ => Ok(()),
            }),
            Work::Adopt(_) => Outcome::Adopted,
            Work::ReadData { config, .. } => Outcome::Data(Ok(made(&config, "data"))),
        };
        walker.done(id, outcome);
    }
    walker.settle_outputs();
    let (report, state) = walker.finish(false);
    (log, report, state)
}

fn plan(text: &'static str, state: &State) -> Planned {
    plan_with(text, state, PlanOptions::default()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// The state after applying a configuration to nothing.
fn applied(text: &'static str) -> State {
    let (_, report, state) = walk(plan(text, &State::default()), &[]);
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    state
}

/// Plans `text` over what `before` made; expects these steps.
fn check_steps(before: &'static str, text: &'static str, expected: &str) {
    let state = applied(before);
    let planned = plan(text, &state);
    let printed = planned.plan.steps.print(&planned.plan.changes);
    let trimmed: Vec<&str> = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), trimmed, "\n{printed}");
}

const CHAIN: &str = r#"
    resource "thing_one" "a" { name = "a" }
    resource "thing_one" "b" { name = thing_one.a.id }
"#;

#[test]
fn what_is_used_is_made_first() {
    check_steps(
        "",
        CHAIN,
        "create thing_one.a\n create thing_one.b <- create thing_one.a",
    );
}

#[test]
fn a_second_plan_is_empty() {
    let state = applied(CHAIN);
    let planned = plan(CHAIN, &state);
    assert!(planned.plan.is_empty());
    assert!(planned.plan.steps.steps.is_empty());
}

#[test]
fn what_is_used_goes_last() {
    check_steps(
        CHAIN,
        "",
        "delete thing_one.b\n delete thing_one.a <- delete thing_one.b",
    );
}

#[test]
fn a_replacement_deletes_then_creates_and_its_users_are_changed_after() {
    check_steps(
        CHAIN,
        r#"
        resource "thing_one" "a" {
          name = "a"
          hard = "new"
        }
        resource "thing_one" "b" { name = thing_one.a.id }
        "#,
        "delete thing_one.a
         create thing_one.a <- delete thing_one.a
         update thing_one.b <- create thing_one.a",
    );
}

#[test]
fn what_goes_for_good_does_not_wait_for_users_that_wait_for_what_it_used() {
    check_steps(
        r#"
        resource "thing_one" "a" { name = "a" }
        resource "thing_one" "b" { name = thing_one.a.id }
        resource "thing_one" "c" { name = thing_one.b.id }
        "#,
        r#"
        resource "thing_one" "a" {
          name = "a"
          hard = "new"
        }
        resource "thing_one" "c" { name = thing_one.a.id }
        "#,
        "delete thing_one.b
         delete thing_one.a <- delete thing_one.b
         create thing_one.a <- delete thing_one.a
         update thing_one.c <- create thing_one.a",
    );
}

#[test]
fn create_before_destroy_keeps_the_old_object_until_its_users_have_moved() {
    check_steps(
        CHAIN,
        r#"
        resource "thing_one" "a" {
          name = "a"
          hard = "new"
          lifecycle { create_before_destroy = true }
        }
        resource "thing_one" "b" { name = thing_one.a.id }
        "#,
        "depose thing_one.a
         create thing_one.a <- depose thing_one.a
         update thing_one.b <- create thing_one.a
         delete thing_one.a (deposed bd0d661d) <- create thing_one.a, update thing_one.b",
    );
}

#[test]
fn an_instance_waits_only_for_the_instances_it_uses() {
    check_steps(
        "",
        r#"
        resource "thing_one" "a" {
          for_each = toset(["x", "y"])
          name     = each.key
        }
        resource "thing_one" "b" {
          for_each = toset(["x", "y"])
          name     = thing_one.a[each.key].id
        }
        "#,
        r#"create thing_one.a["x"]
           create thing_one.a["y"]
           create thing_one.b["x"] <- create thing_one.a["x"]
           create thing_one.b["y"] <- create thing_one.a["y"]"#,
    );
}

#[test]
fn a_whole_resource_is_waited_for_through_one_join() {
    check_steps(
        "",
        r#"
        resource "thing_one" "a" {
          count = 2
          name  = "a${count.index}"
        }
        resource "thing_one" "b" {
          count      = 2
          depends_on = [thing_one.a]
        }
        "#,
        "create thing_one.a[0]
         create thing_one.a[1]
         ready thing_one.a <- create thing_one.a[0], create thing_one.a[1]
         create thing_one.b[0] <- ready thing_one.a
         create thing_one.b[1] <- ready thing_one.a",
    );
}

#[test]
fn a_failed_step_holds_back_only_what_waits_for_it() {
    let text = r#"
        resource "thing_one" "a" { name = "a" }
        resource "thing_one" "b" { name = thing_one.a.id }
        resource "thing_one" "c" { name = "c" }
    "#;
    let (log, report, state) = walk(plan(text, &State::default()), &["thing_one.a"]);
    assert_eq!(log, ["create thing_one.a", "create thing_one.c"]);
    let because = Because::Failed("create thing_one.a".to_owned());
    assert_eq!(untried(&report), [("create thing_one.b", &because)]);
    let failed: Vec<&str> = report.failed.iter().map(|failed| &*failed.step).collect();
    assert_eq!(failed, ["create thing_one.a"]);
    assert!(report.diagnostics.has_errors());
    let left: Vec<String> = state.instances.keys().map(InstanceAddr::to_string).collect();
    assert_eq!(left, ["thing_one.c"]);
}

#[test]
fn outputs_take_their_values_once_they_are_known() {
    let state = applied(
        r#"
        resource "thing_one" "a" { name = "a" }
        locals { doubled = "${thing_one.a.id}/${thing_one.a.id}" }
        output "ids" { value = local.doubled }
    "#,
    );
    assert_eq!(state.outputs["ids"].value.as_str(), Some("id-1/id-1"));
}

#[test]
fn a_provider_fault_points_at_its_argument() {
    let text = "resource \"thing_one\" \"a\" {\n  name = \"forbidden\"\n}\n";
    let faults = plan_with(text, &State::default(), PlanOptions::default())
        .err()
        .unwrap();
    let fault = &faults.0[0];
    let span = fault.subject.unwrap();
    assert_eq!(&text[span.range()], "\"forbidden\"");
    assert_eq!(fault.address.as_deref(), Some("thing_one.a"));
}

#[test]
fn destroy_takes_everything_down_in_reverse() {
    let state = applied(CHAIN);
    let options = PlanOptions {
        mode: PlanMode::Destroy,
        ..PlanOptions::default()
    };
    let planned = plan_with(CHAIN, &state, options).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let (log, _, state) = walk(planned, &[]);
    assert_eq!(log, ["delete thing_one.b", "delete thing_one.a"]);
    assert!(state.is_empty());
}

#[test]
fn a_target_brings_what_it_depends_on() {
    let text = r#"
        resource "thing_one" "a" { name = "a" }
        resource "thing_one" "b" { name = thing_one.a.id }
        resource "thing_one" "c" { name = thing_one.b.id }
    "#;
    let targets = vec![crate::addr::parse_target("thing_one.b").unwrap()];
    let options = PlanOptions {
        targets,
        ..PlanOptions::default()
    };
    let planned = plan_with(text, &State::default(), options).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let named: Vec<String> = planned
        .plan
        .changes
        .iter()
        .map(|change| change.addr.to_string())
        .collect();
    assert_eq!(named, ["thing_one.a", "thing_one.b"]);
    assert!(planned.plan.partial);
}

#[test]
fn a_data_source_with_known_arguments_is_read_while_planning() {
    let planned = plan(
        r#"
        data "thing_one" "d" { name = "d" }
        resource "thing_one" "a" { name = data.thing_one.d.id }
        "#,
        &State::default(),
    );
    let name = planned.plan.changes[0].after.get_attr("name").unwrap();
    assert_eq!(name.as_str(), Some("data"));
}

#[test]
fn a_data_source_that_waits_is_read_by_a_step() {
    check_steps(
        "",
        r#"
        resource "thing_one" "a" { name = "a" }
        data "thing_one" "d" { name = thing_one.a.id }
        resource "thing_one" "b" { name = data.thing_one.d.id }
        "#,
        "create thing_one.a
         read data.thing_one.d <- create thing_one.a
         create thing_one.b <- read data.thing_one.d",
    );
}

#[test]
fn ignored_changes_do_not_count() {
    let before = r#"resource "thing_one" "a" { size = 1 }"#;
    let state = applied(before);
    let text = r#"
        resource "thing_one" "a" {
          size = 2
          lifecycle { ignore_changes = [size] }
        }
    "#;
    assert!(plan(text, &state).plan.is_empty());
}

#[test]
fn prevent_destroy_refuses_the_plan() {
    let before = r#"resource "thing_one" "a" { hard = "x" }"#;
    let state = applied(before);
    let text = r#"
        resource "thing_one" "a" {
          hard = "y"
          lifecycle { prevent_destroy = true }
        }
    "#;
    let faults = plan_with(text, &state, PlanOptions::default()).err().unwrap();
    assert_eq!(faults.0[0].code.id, "plan/prevent-destroy");
}

#[test]
fn a_thousand_instances_cost_a_thousand_edges() {
    let planned = plan(
        r#"
        resource "thing_one" "a" {
          count = 1000
          name  = "a${count.index}"
        }
        resource "thing_one" "b" {
          count      = 1000
          name       = thing_one.a[count.index].id
          depends_on = [thing_one.a]
        }
        "#,
        &State::default(),
    );
    let edges: usize = planned.plan.steps.steps.iter().map(|step| step.needs.len()).sum();
    assert_eq!(planned.plan.changes.len(), 2000);
    assert!(edges <= 4000, "{edges}");
}

#[test]
fn a_replacement_on_request_says_so() {
    let state = applied(CHAIN);
    let replace = vec![parse_instance("thing_one.a").unwrap()];
    let options = PlanOptions {
        replace,
        ..PlanOptions::default()
    };
    let planned = plan_with(CHAIN, &state, options).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(
        planned.plan.changes[0].reason,
        crate::plan::change::Reason::ByRequest
    );
    assert_eq!(planned.plan.counts().add, 1);
}

/// Steps that were not tried, and why.
fn untried(report: &Report) -> Vec<(&str, &Because)> {
    let skipped = report.skipped.iter();
    skipped
        .map(|skipped| (&*skipped.step, &skipped.because))
        .collect()
}
