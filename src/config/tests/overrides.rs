//! Override files.

use crate::addr::ModuleAddr;
use crate::config::{Module, Repetition};
use crate::syntax::ast::{ExprKind, Item};

use super::{check_files, good};

fn root(files: &[(&str, &str)]) -> Module {
    good(files).modules.remove(&ModuleAddr::root()).unwrap()
}

#[test]
fn an_argument_replaces_the_argument_of_its_name() {
    let module = root(&[
        (
            "a_override.tf",
            "resource \"x_y\" \"a\" {\n  b = 3\n  c = 4\n  for_each = {}\n}",
        ),
        (
            "main.tf",
            "resource \"x_y\" \"a\" {\n  a = 1\n  b = 2\n  count = 1\n}",
        ),
    ]);
    let resource = module.resources.values().next().unwrap();
    let items: Vec<(String, String)> = resource
        .body
        .attributes()
        .map(|attribute| match &attribute.expr.kind {
            ExprKind::Number(number) => (attribute.name.name.to_string(), number.text.to_string()),
            _ => panic!("a number was written"),
        })
        .collect();
    let expected = [("a", "1"), ("b", "3"), ("c", "4")];
    assert_eq!(
        items,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert!(matches!(resource.repetition, Repetition::ForEach(_)));
}

#[test]
fn nested_blocks_replace_those_of_their_type_and_lifecycle_is_merged() {
    let module = root(&[
        (
            "main.tf",
            "resource \"x_y\" \"a\" {\n  p {\n  }\n  p {\n  }\n  q {\n  }\n  lifecycle {\n    prevent_destroy = true\n  }\n}",
        ),
        (
            "override.tf",
            "resource \"x_y\" \"a\" {\n  dynamic \"p\" {\n    for_each = []\n    content {}\n  }\n  lifecycle {\n    create_before_destroy = true\n  }\n}",
        ),
    ]);
    let resource = module.resources.values().next().unwrap();
    let kinds: Vec<&str> = resource
        .body
        .items
        .iter()
        .map(|item| match item {
            Item::Block(block) => &*block.kind.name,
            Item::Attribute(attribute) => &*attribute.name.name,
        })
        .collect();
    assert_eq!(kinds, ["q", "dynamic"]);
    assert!(resource.lifecycle.prevent_destroy.is_some());
    assert_eq!(resource.lifecycle.create_before_destroy, Some(true));
}

#[test]
fn what_is_not_declared_cannot_be_overridden() {
    check_files(
        &[(
            "override.tf",
            "resource \"x_y\" \"a\" {}\nvariable \"v\" {}\nlocals {\n  l = 1\n}\nmoved {\n  from = a.b\n  to = a.c\n}\nprovider \"x\" {\n  alias = \"b\"\n}",
        )],
        "override.tf line 1: invalid-override: resource \"x_y\" \"a\"
         override.tf line 2: invalid-override: variable \"v\"
         override.tf line 4: invalid-override: l
         override.tf line 6: invalid-override: moved
         override.tf line 10: invalid-override: provider \"x\"",
    );
}

#[test]
fn locals_providers_and_settings_are_replaced() {
    let module = root(&[
        (
            "main.tf",
            "locals {\n  a = 1\n  b = 2\n}\nterraform {\n  required_version = \">= 1.0\"\n  required_providers {\n    x = {\n      source = \"a/x\"\n    }\n    y = {\n      source = \"a/y\"\n    }\n  }\n  backend \"local\" {}\n}",
        ),
        (
            "override.tf",
            "locals {\n  b = 3\n}\nprovider \"x\" {}\nterraform {\n  required_version = \">= 1.5\"\n  required_providers {\n    y = {\n      source = \"b/y\"\n    }\n    z = {\n      source = \"b/z\"\n    }\n  }\n  backend \"memory\" {}\n}",
        ),
    ]);
    let locals: Vec<String> = module
        .locals
        .values()
        .map(|local| format!("{:?}", local.expr.kind))
        .collect();
    assert_eq!(locals, ["Number(\"1\")", "Number(\"3\")"]);
    assert_eq!(module.providers.len(), 1);
    let settings = &module.settings;
    assert_eq!(
        settings
            .required_version
            .iter()
            .map(|(text, _)| text.as_str())
            .collect::<Vec<_>>(),
        [">= 1.5"]
    );
    let sources: Vec<_> = settings
        .required_providers
        .values()
        .map(|entry| entry.source.as_deref().unwrap())
        .collect();
    assert_eq!(sources, ["a/x", "b/y", "b/z"]);
    assert_eq!(&*settings.backend.as_ref().unwrap().0, "memory");
}

#[test]
fn depends_on_is_not_overridden() {
    check_files(
        &[
            ("main.tf", "resource \"x_y\" \"a\" {}"),
            ("override.tf", "resource \"x_y\" \"a\" {\n  depends_on = []\n}"),
        ],
        "override.tf line 2: invalid-override: depends_on = []",
    );
}

#[test]
fn an_override_is_written_in_the_same_syntax() {
    let over = r#"{"variable": {"v": {"default": 2}}}"#;
    let (_, _, faults) = super::loaded(&[("main.tf", "variable \"v\" {}"), ("override.tf.json", over)]);
    assert_eq!(
        faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>(),
        ["config/invalid-override"]
    );
    let module = root(&[
        ("main.tf.json", r#"{"variable": {"v": {"default": 1}}}"#),
        ("override.tf.json", over),
    ]);
    let default = module.variables.values().next().unwrap().default.clone().unwrap();
    assert_eq!(default.kind, ExprKind::number("2"));
}
