//! The life of a resource beyond creation and change: moves, imports, removals, commands, half-made objects.

use super::*;
use crate::plan::change::Action;

/// What a plan says, a line for each change that says anything.
fn told(planned: &Planned) -> Vec<String> {
    let changes = planned.plan.changes.iter();
    changes
        .filter(|change| {
            change.action != Action::NoOp || change.previous.is_some() || change.importing.is_some()
        })
        .map(|change| {
            let previous = change.previous.as_ref().map(|from| format!(" from {from}"));
            let importing = change.importing.as_ref().map(|id| format!(" importing {id}"));
            format!(
                "{:?} {}{}{}",
                change.action,
                change.addr,
                previous.unwrap_or_default(),
                importing.unwrap_or_default()
            )
        })
        .collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Plans `text` over what `before` made; expects these changes, and that a plan after them has none.
fn check(before: &'static str, text: &'static str, expected: &str) {
    let planned = plan(text, &applied(before));
    assert_eq!(told(&planned), lines(expected));
    let (_, report, state) = walk(planned, &[]);
    assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
    assert_eq!(told(&plan(text, &state)), Vec::<String>::new());
}

/// Plans `text` over what `before` made; expects these summaries of errors.
fn refuses(before: &'static str, text: &'static str, expected: &str) {
    let faults = plan_with(text, &applied(before), PlanOptions::default())
        .err()
        .unwrap_or_else(|| panic!("nothing is refused"));
    let summaries: Vec<&str> = faults
        .iter()
        .filter(|fault| fault.is_error())
        .map(|fault| &*fault.summary)
        .collect();
    assert_eq!(summaries, lines(expected));
}

#[test]
fn what_moved_keeps_its_object() {
    check(
        r#"resource "thing_one" "a" {}"#,
        r#"
        resource "thing_one" "c" {}
        moved {
          from = thing_one.b
          to   = thing_one.c
        }
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
        "#,
        "NoOp thing_one.c from thing_one.a",
    );
}

#[test]
fn a_move_of_a_resource_takes_all_instances_and_one_of_an_instance_takes_it_alone() {
    let before = r#"
        resource "thing_one" "a" {
          count = 2
        }
    "#;
    check(
        before,
        r#"
        resource "thing_one" "b" {
          count = 2
        }
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
        "#,
        "NoOp thing_one.b[0] from thing_one.a[0]
         NoOp thing_one.b[1] from thing_one.a[1]",
    );
    check(
        before,
        r#"
        resource "thing_one" "a" {
          for_each = toset(["x"])
        }
        moved {
          from = thing_one.a[1]
          to   = thing_one.a["x"]
        }
        "#,
        r#"Delete thing_one.a[0]
           NoOp thing_one.a["x"] from thing_one.a[1]"#,
    );
}

#[test]
fn count_that_comes_or_goes_moves_by_itself() {
    let one = r#"resource "thing_one" "a" {}"#;
    let many = r#"
        resource "thing_one" "a" {
          count = 2
        }
    "#;
    check(
        one,
        many,
        "NoOp thing_one.a[0] from thing_one.a\n Create thing_one.a[1]",
    );
    check(
        many,
        one,
        "NoOp thing_one.a from thing_one.a[0]\n Delete thing_one.a[1]",
    );
}

#[test]
fn nothing_moves_onto_an_object_that_is_there() {
    let planned = plan(
        r#"
        resource "thing_one" "b" {}
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
        "#,
        &applied("resource \"thing_one\" \"a\" {}\nresource \"thing_one\" \"b\" {}"),
    );
    assert_eq!(told(&planned), ["Delete thing_one.a"]);
    assert!(
        planned
            .plan
            .warnings
            .iter()
            .any(|fault| fault.detail.contains("thing_one.a could not move"))
    );
}

#[test]
fn what_depends_on_a_moved_object_still_goes_before_it() {
    let before = r#"
        resource "thing_one" "a" {}
        resource "thing_one" "user" { name = thing_one.a.id }
    "#;
    let renamed = r#"
        resource "thing_one" "b" {}
        resource "thing_one" "user" { name = thing_one.b.id }
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
    "#;
    let (_, _, state) = walk(plan(renamed, &applied(before)), &[]);
    let planned = plan("", &state);
    assert_eq!(
        planned.plan.steps.print(&planned.plan.changes),
        "delete thing_one.user\ndelete thing_one.b <- delete thing_one.user\n"
    );
}

#[test]
fn moves_that_cannot_be_are_refused() {
    let moved = r#"
        resource "thing_one" "a" {}
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
    "#;
    refuses("", moved, "Moved object still exists");
    let twice = r#"
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
        moved {
          from = thing_one.a
          to   = thing_one.c
        }
    "#;
    refuses("", twice, "Ambiguous move statements");
    let round = r#"
        moved {
          from = thing_one.a
          to   = thing_one.b
        }
        moved {
          from = thing_one.b
          to   = thing_one.a
        }
    "#;
    refuses("", round, "Cyclic dependency in move statements");
}

#[test]
fn an_import_is_planned_like_an_object_of_the_state() {
    check(
        "",
        r#"
        locals { ids = { x = "one", y = "two" } }
        resource "thing_one" "a" {
          for_each = local.ids
          name     = each.key == "x" ? "found" : "other"
        }
        import {
          for_each = local.ids
          to       = thing_one.a[each.key]
          id       = each.value
        }
        "#,
        r#"NoOp thing_one.a["x"] importing one
           Update thing_one.a["y"] importing two"#,
    );
}

#[test]
fn an_import_comes_into_the_state_before_it_is_replaced() {
    let text = r#"
        resource "thing_one" "a" {
          name = "found"
          hard = "x"
        }
        import {
          to = thing_one.a
          id = "one"
        }
    "#;
    let planned = plan(text, &State::default());
    assert_eq!(
        planned.plan.steps.print(&planned.plan.changes),
        "import thing_one.a
delete thing_one.a <- import thing_one.a
create thing_one.a <- import thing_one.a, delete thing_one.a
"
    );
}

#[test]
fn imports_that_cannot_be_are_refused() {
    let import =
        |to, id| format!("import {{\n  to = {to}\n  id = {id}\n}}\nresource \"thing_one\" \"a\" {{}}");
    let refused = |to, id, expected| {
        let text: &'static str = Box::leak(import(to, id).into_boxed_str());
        refuses("", text, expected);
    };
    refused(
        "thing_one.a",
        "\"none\"",
        "Cannot import non-existent remote object",
    );
    refused(
        "thing_one.b",
        "\"one\"",
        "Configuration for import target does not exist",
    );
    refused(
        "thing_one.a[0]",
        "\"one\"",
        "Configuration for import target does not exist",
    );
    refused("thing_one.a", "\"\"", "Invalid import id argument");
    refused("thing_one.a", "null", "Invalid import id argument");
}

#[test]
fn what_is_removed_is_destroyed_or_forgotten() {
    let before = "resource \"thing_one\" \"a\" {}\nresource \"thing_one\" \"b\" {}";
    check(
        before,
        r#"
        removed {
          from = thing_one.a
          lifecycle {
            destroy = false
          }
        }
        removed {
          from = thing_one.b
          lifecycle {
            destroy = true
          }
        }
        "#,
        "Forget thing_one.a
         Delete thing_one.b",
    );
    refuses(
        before,
        "resource \"thing_one\" \"a\" {}\nremoved {\n  from = thing_one.a\n}",
        "Removed resource still exists",
    );
}

const PROVISIONED: &str = r#"
    resource "thing_one" "a" {
      provisioner "local-exec" {
        command = "echo ${self.id}"
      }
    }
    resource "thing_one" "b" { name = thing_one.a.id }
"#;

#[test]
fn commands_run_between_an_object_and_what_uses_it() {
    check_steps(
        "",
        PROVISIONED,
        "create thing_one.a
         provision thing_one.a <- create thing_one.a
         create thing_one.b <- provision thing_one.a",
    );
}

#[test]
fn an_object_whose_commands_failed_is_replaced() {
    let mut walker = Walker::new(plan(PROVISIONED, &State::default()));
    while let Some((id, work)) = walker.next(1).into_iter().next() {
        let outcome = match work {
            Work::Apply { order, .. } => Outcome::Applied(Box::new(Applied {
                state: made(&order.planned, "new"),
                private: None,
                error: None,
                in_doubt: false,
                notes: Vec::new(),
            })),
            Work::Run(execs) => {
                assert_eq!(execs[0].argv, ["/bin/sh", "-c", "echo new"]);
                let failure = Failure {
                    reason: "exit status 3".to_owned(),
                    output: "no".to_owned(),
                };
                Outcome::Ran(Err((0, failure)))
            }
            other => panic!("{other:?}"),
        };
        walker.done(id, outcome);
    }
    let (report, state) = walker.finish(false);
    let because = Because::Failed("provision thing_one.a".to_owned());
    assert_eq!(untried(&report), [("create thing_one.b", &because)]);
    assert!(
        report
            .diagnostics
            .iter()
            .any(|fault| fault.detail.contains("exit status 3"))
    );
    assert_eq!(
        told(&plan(PROVISIONED, &state)),
        ["DeleteThenCreate thing_one.a", "Create thing_one.b"]
    );
}

#[test]
fn an_old_object_comes_back_when_its_successor_cannot_be_made() {
    let text = |hard| {
        format!(
            "resource \"thing_one\" \"a\" {{\n  hard = \"{hard}\"\n  lifecycle {{\n    create_before_destroy = true\n  }}\n}}"
        )
    };
    let old: &'static str = Box::leak(text("old").into_boxed_str());
    let new: &'static str = Box::leak(text("new").into_boxed_str());
    let (_, report, state) = walk(plan(new, &applied(old)), &["thing_one.a"]);
    assert!(report.diagnostics.has_errors());
    let instance = state.instances.values().next().unwrap();
    assert!(
        instance.current.is_some() && instance.deposed.is_empty(),
        "{instance:?}"
    );
}

#[test]
fn what_needs_something_that_failed_is_not_planned() {
    let text = r#"
        resource "thing_one" "a" { name = "forbidden" }
        resource "thing_one" "b" { name = thing_one.a.id }
    "#;
    refuses("", text, "Name is forbidden");
}

#[test]
fn ignored_arguments_are_kept_unless_the_object_is_replaced() {
    let before = r#"
        resource "thing_one" "a" {
          name = "old"
          hard = "one"
        }
    "#;
    let text = r#"
        resource "thing_one" "a" {
          name = "new"
          hard = "two"
          lifecycle { ignore_changes = [name] }
        }
    "#;
    let planned = plan(text, &applied(before));
    let after = planned.plan.changes[0].after.members().unwrap();
    assert_eq!(after.get("name").unwrap().as_str(), Some("new"));
    refuses(
        before,
        "resource \"thing_one\" \"a\" {\n  lifecycle {\n    ignore_changes = [colour]\n  }\n}",
        "Unsupported attribute",
    );
}
