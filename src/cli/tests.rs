//! The command line before it does anything: options, the environment's arguments, values of variables.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches};

use super::args::{Assignment, assignments, normalize};
use super::options::{Cli, Command};
use super::variables::{Declared, Surroundings, answered, collect, missing};
use crate::config::Variable;
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::parse_type;
use crate::source::{SourceMap, Span};
use crate::syntax::parse_expression;
use crate::value::Value;

fn normal(args: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    let environment: BTreeMap<&str, &str> = environment.iter().copied().collect();
    let read = |name: &str| environment.get(name).map(|value| (*value).to_owned());
    normalize(args.iter().map(|arg| (*arg).to_owned()).collect(), &read).unwrap()
}

fn parse(args: &[&str]) -> Result<(Cli, Vec<Assignment>), clap::Error> {
    let all = std::iter::once("swarmform".to_owned()).chain(normal(args, &[]));
    let matches = Cli::command().try_get_matches_from(all)?;
    Ok((Cli::from_arg_matches(&matches)?, assignments(&matches)))
}

#[test]
fn the_definition_of_the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn long_options_take_one_dash_or_two() {
    for dash in ["-", "--"] {
        let given = [
            format!("{dash}chdir=x"),
            "plan".to_owned(),
            format!("{dash}refresh=false"),
            format!("{dash}out"),
            "-p".to_owned(),
        ];
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        assert_eq!(
            normal(&given, &[]),
            ["--chdir=x", "plan", "--refresh=false", "--out=-p"]
        );
    }
    assert_eq!(normal(&["-h"], &[]), ["-h"]);
    assert_eq!(normal(&["plan", "--", "-x"], &[]), ["plan", "--", "-x"]);
    assert_eq!(normal(&["plan", "-var", "a=-b"], &[]), ["plan", "--var=a=-b"]);
}

#[test]
fn arguments_of_the_environment_stand_before_those_given() {
    let environment = [
        ("TF_CLI_ARGS", "-no-color"),
        ("TF_CLI_ARGS_plan", "-var 'a=b c' -lock=false"),
    ];
    assert_eq!(
        normal(&["-chdir=d", "plan", "-json"], &environment),
        [
            "--chdir=d",
            "plan",
            "--var=a=b c",
            "--lock=false",
            "--no-color",
            "--json"
        ]
    );
    assert_eq!(
        normal(&["state", "list", "a.b"], &[("TF_CLI_ARGS_state_list", "-id=x")]),
        ["state", "list", "--id=x", "a.b"]
    );
    let read = |_: &str| Some("'open".to_owned());
    assert!(
        normalize(vec!["plan".to_owned()], &read)
            .unwrap_err()
            .contains("not closed")
    );
}

#[test]
fn variables_keep_their_order_across_both_options() {
    let (_, found) = parse(&["plan", "-var", "a=1", "-var-file=f", "-var=b=2"]).unwrap();
    let expected = [
        Assignment::Var("a=1".to_owned()),
        Assignment::File("f".to_owned()),
        Assignment::Var("b=2".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn switches_take_true_and_false() {
    let planning = |args: &[&str]| match parse(args).unwrap().0.command {
        Some(Command::Apply(apply)) => (apply.planning, apply.approval.auto_approve),
        other => panic!("{other:?}"),
    };
    let (default, approved) = planning(&["apply"]);
    assert!(default.choice.refresh && default.locking.lock && !approved && default.parallelism == 10);
    let (changed, approved) = planning(&[
        "apply",
        "-refresh=false",
        "-lock=false",
        "-auto-approve=true",
        "-parallelism=3",
    ]);
    assert!(!changed.choice.refresh && !changed.locking.lock && approved && changed.parallelism == 3);
    assert!(planning(&["apply", "-auto-approve"]).1);
    assert!(parse(&["plan", "-destroy", "-refresh-only"]).is_err());
    assert!(parse(&["plan", "-parallelism=0"]).is_err());
    assert!(parse(&["output", "-raw"]).is_err());
}

/// Files and environment of a test.
#[derive(Default)]
struct Around {
    environment: BTreeMap<String, String>,
    files: BTreeMap<String, String>,
}

impl Surroundings for Around {
    fn environment(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    fn names(&self) -> Result<Vec<String>, Diagnostic> {
        Ok(self.files.keys().cloned().collect())
    }

    fn beside(&self, name: &str) -> Result<String, Diagnostic> {
        self.text(name)
    }

    fn text(&self, path: &str) -> Result<String, Diagnostic> {
        let missing = || Diagnostic::error(&super::codes::FILE, "missing");
        self.files.get(path).cloned().ok_or_else(missing)
    }
}

fn declared(sources: &mut SourceMap, variables: &[(&str, &str)]) -> Declared {
    let mut declare = |name: &str, ty: &str| {
        let file = sources.add("types", ty);
        let constraint = parse_type(&parse_expression(ty, file, 0).unwrap()).unwrap();
        Variable {
            name: Arc::from(name),
            takes_text: ["string", "number", "bool"].contains(&ty),
            constraint,
            default: None,
            description: None,
            sensitive: name.starts_with("secret"),
            ephemeral: false,
            nullable: true,
            validations: Vec::new(),
            span: Span::new(file, 0, 0),
        }
    };
    variables
        .iter()
        .map(|(name, ty)| (Arc::from(*name), declare(name, ty)))
        .collect()
}

fn given(variables: &[(&str, &str)], around: &Around, args: &[Assignment]) -> (String, Diagnostics) {
    let mut sources = SourceMap::new();
    let declared = declared(&mut sources, variables);
    let (values, faults) = collect(&declared, args, around, &mut sources);
    let shown = |value: &Value| crate::render::json::known(value).compact();
    let text: Vec<String> = values
        .values
        .iter()
        .map(|(name, value)| format!("{name}={}", shown(value)))
        .collect();
    (text.join(" "), faults)
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn the_later_source_of_a_value_wins() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (*name, "string")).collect();
    let all = |from: usize, mark: &str| {
        names
            .iter()
            .skip(from)
            .map(|name| format!("{name} = \"{mark}\"\n"))
            .collect::<String>()
    };
    let json = |from: usize, mark: &str| {
        let members: Vec<String> = names
            .iter()
            .skip(from)
            .map(|name| format!("\"{name}\": \"{mark}\""))
            .collect();
        format!("{{{}}}", members.join(","))
    };
    let around = Around {
        environment: names
            .iter()
            .map(|name| (format!("TF_VAR_{name}"), "env".to_owned()))
            .collect(),
        files: BTreeMap::from([
            ("terraform.tfvars".to_owned(), all(1, "tfvars")),
            ("terraform.tfvars.json".to_owned(), json(2, "json")),
            ("b.auto.tfvars".to_owned(), all(4, "auto b")),
            ("a.auto.tfvars.json".to_owned(), json(3, "auto a")),
            ("named".to_owned(), all(6, "named")),
        ]),
    };
    let args = [
        Assignment::Var("f=var".to_owned()),
        Assignment::Var("g=var".to_owned()),
        Assignment::File("named".to_owned()),
    ];
    let (text, faults) = given(&variables, &around, &args);
    assert_eq!(
        text,
        r#"a="env" b="tfvars" c="json" d="auto a" e="auto b" f="var" g="named""#
    );
    assert!(faults.is_empty());
}

#[test]
fn text_is_a_string_or_an_expression_by_the_type_of_the_variable() {
    let around = Around::default();
    let variables = [
        ("list", "list(number)"),
        ("n", "number"),
        ("s", "string"),
        ("any", "any"),
        ("o", "object({a=string})"),
    ];
    let var = |text: &str| Assignment::Var(text.to_owned());
    let args = [
        var("list=[1, 2]"),
        var("n= 3 "),
        var("s=[x] ${y} "),
        var("any=[true]"),
        var("o={ a = \"b=c\" }"),
    ];
    let (text, faults) = given(&variables, &around, &args);
    assert_eq!(text, r#"any=[true] list=[1,2] n="3" o={"a":"b=c"} s="[x] ${y} ""#);
    assert!(faults.is_empty());
}

#[test]
fn an_undeclared_name_is_an_error_a_warning_or_nothing_by_its_source() {
    let environment = pairs(&[("TF_VAR_nope", "1")]);
    let files = pairs(&[("terraform.tfvars", "scael = 1\n")]);
    let (_, faults) = given(&[("scale", "number")], &Around { environment, files }, &[]);
    assert_eq!(faults.0.len(), 1);
    assert!(!faults.has_errors() && faults.0[0].detail.contains("Did you mean \"scale\"?"));
    let (_, faults) = given(&[], &Around::default(), &[Assignment::Var("nope=1".to_owned())]);
    assert!(faults.has_errors());
}

#[test]
fn faults_in_files_have_a_place_and_secrets_are_not_quoted() {
    let files = pairs(&[("terraform.tfvars", "a = 1\nb {\n}\nc = var.x\n")]);
    let (_, faults) = given(
        &[("a", "number")],
        &Around {
            files,
            ..Around::default()
        },
        &[],
    );
    assert_eq!(
        faults
            .iter()
            .filter(|fault| fault.is_error() && fault.subject.is_some())
            .count(),
        2
    );
    let (_, faults) = given(
        &[("secret", "list(string)")],
        &Around::default(),
        &[Assignment::Var("secret=[hunter2".to_owned())],
    );
    assert!(faults.has_errors());
    assert!(
        faults
            .iter()
            .all(|fault| !format!("{fault:?}").contains("hunter2")),
        "{faults:?}"
    );
    assert!(
        faults.iter().all(|fault| fault.subject.is_none()),
        "a source line would show it"
    );
}

#[test]
fn a_variables_file_of_json_holds_one_object() {
    let check = |text: &str, expected: &str| {
        let files = pairs(&[("x.auto.tfvars.json", text)]);
        let (_, faults) = given(
            &[],
            &Around {
                files,
                ..Around::default()
            },
            &[],
        );
        assert!(
            faults.has_errors() && faults.0[0].detail.contains(expected),
            "{faults:?}"
        );
    };
    check("[1]", "must hold one JSON object");
    check("{", "is not valid JSON");
}

#[test]
fn only_variables_without_default_and_value_are_asked_for() {
    let mut sources = SourceMap::new();
    let mut all = declared(
        &mut sources,
        &[("a", "number"), ("b", "list(string)"), ("c", "string")],
    );
    let file = sources.add("default", "1");
    if let Some(variable) = all.get_mut("c") {
        variable.default = Some(parse_expression("1", file, 0).unwrap());
    }
    let values = BTreeMap::from([(Arc::from("a"), Value::int(1))]);
    let open: Vec<&str> = missing(&all, &values)
        .into_iter()
        .map(|variable| &*variable.name)
        .collect();
    assert_eq!(open, ["b"]);
    let answer = answered(&all["b"], "[\"x\"]", &mut sources).unwrap();
    assert_eq!(crate::render::json::known(&answer).compact(), "[\"x\"]");
    assert!(answered(&all["b"], "[", &mut sources).is_err());
}
