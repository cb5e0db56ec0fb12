//! What is understood of a configuration without fault, in both syntaxes.

use crate::addr::ModuleAddr;
use crate::config::{IgnoreChanges, Module, Repetition};
use crate::syntax::ast::ExprKind;

use super::{check_files, good};

fn root(files: &[(&str, &str)]) -> Module {
    good(files).modules.remove(&ModuleAddr::root()).unwrap()
}

const JSON: &str = r#"{
  "//": "comment",
  "variable": {"v": {"type": "list(string)", "default": ["a", "b"]}},
  "locals": {"n": "${length(var.v)}", "lit": "$${x}", "obj": {"k": "${upper(\"z\")}"}},
  "resource": {"terraform_data": {
    "a": {"//": "c", "input": "${var.v[0]}-${local.n}", "count": 2, "lifecycle": {"ignore_changes": ["triggers_replace"]}},
    "b": [{"for_each": "${toset(var.v)}", "input": "${each.key}", "depends_on": ["terraform_data.a"]}]
  }},
  "output": [{"o": {"value": "${terraform_data.a[*].output}"}}, {"l": {"value": "${local.lit}"}}],
  "moved": [{"from": "terraform_data.x", "to": "terraform_data.a[0]"}]
}"#;

#[test]
fn json_and_native_files_make_one_module() {
    let more = "output \"native\" { value = [for r in terraform_data.b : r.output] }";
    let module = root(&[("main.tf.json", JSON), ("more.tf", more)]);
    assert_eq!(
        module.outputs.keys().map(|name| &**name).collect::<Vec<_>>(),
        ["l", "native", "o"]
    );
    assert_eq!(module.files, ["main.tf.json", "more.tf"]);
    let resources: Vec<_> = module.resources.values().collect();
    assert!(matches!(&resources[0].repetition, Repetition::Count(_)));
    assert!(
        matches!(&resources[0].lifecycle.ignore_changes, IgnoreChanges::Paths(paths) if paths.len() == 1)
    );
    assert!(matches!(&resources[1].repetition, Repetition::ForEach(_)));
    assert!(matches!(resources[1].depends_on[0].kind, ExprKind::GetAttr(..)));
    let arguments: Vec<&str> = resources[0]
        .body
        .attributes()
        .map(|attribute| &*attribute.name.name)
        .collect();
    assert_eq!(arguments, ["input"]);
    assert_eq!(module.moved.len(), 1);
}

#[test]
fn a_fault_in_json_has_its_place() {
    check_files(
        &[(
            "main.tf.json",
            "{\"output\": {\"o\": {\n\"value\": \"${nope}\"}}}",
        )],
        "main.tf.json line 2: invalid-reference: nope",
    );
    check_files(
        &[("main.tf.json", "{\"outputs\": {}}")],
        "main.tf.json line 1: unsupported-argument: \"outputs\"",
    );
}

#[test]
fn a_body_keeps_what_belongs_to_the_provider() {
    let module = root(&[(
        "main.tf",
        "resource \"x_y\" \"a\" {\n  count = 1\n  name = \"n\"\n  dynamic \"service\" {\n    for_each = []\n    content {}\n  }\n  service \"web\" {\n  }\n  \
         lifecycle {\n    prevent_destroy = false\n    ignore_changes = all\n  }\n}",
    )]);
    let resource = module.resources.values().next().unwrap();
    assert_eq!(resource.body.attributes().count(), 1);
    assert_eq!(resource.body.blocks().count(), 2);
    assert!(resource.lifecycle.prevent_destroy.is_none());
    assert!(matches!(resource.lifecycle.ignore_changes, IgnoreChanges::All));
}

#[test]
fn a_variable_has_its_arguments() {
    let module = root(&[(
        "main.tf",
        "variable \"v\" {\n  type = string\n  default = \"x\"\n  description = <<-EOT\n    Two\n    lines\n  EOT\n  sensitive = true\n  nullable = false\n  \
         ephemeral = true\n}",
    )]);
    let variable = &module.variables["v"];
    assert_eq!(variable.description.as_deref(), Some("Two\nlines\n"));
    assert!(variable.sensitive && variable.ephemeral && !variable.nullable);
    assert_eq!(variable.constraint.ty, crate::value::Type::String);
}

#[test]
fn a_configuration_loads_the_same_every_time() {
    let files = [("main.tf.json", JSON), ("b.tf", "variable \"w\" {}")];
    let first = format!("{:?}", good(&files));
    assert_eq!(format!("{:?}", good(&files)), first);
}
