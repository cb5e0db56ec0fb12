//! References to what is and is not declared.

use super::{check, good, says};

/// An output of this value beside some declarations, on line 9.
fn output(value: &str) -> String {
    format!(
        "variable \"name\" {{\n  default = 1\n}}\nlocals {{\n  loc = 1\n}}\nresource \"terraform_data\" \"thing\" {{\n}}\n\
         output \"o\" {{ value = {value} }}"
    )
}

#[test]
fn a_name_must_be_declared() {
    check(&output("var.nam"), "9: undeclared-variable: var.nam");
    says(&output("var.nam"), "Did you mean \"name\"?");
    check(&output("local.lock"), "9: undeclared-local: local.lock");
    says(&output("local.lock"), "Did you mean \"loc\"?");
    check(
        &output("terraform_data.thin.id"),
        "9: undeclared-resource: terraform_data.thin.id",
    );
    says(&output("terraform_data.thin.id"), "Did you mean \"thing\"?");
    says(
        &output("terraform_datum.thing.id"),
        "Did you mean \"terraform_data\"?",
    );
    says(
        &output("data.terraform_data.thing.id"),
        "Did you mean \"terraform_data.thing\"?",
    );
    check(&output("module.zip.x"), "9: undeclared-module: module.zip.x");
    check(&output("data.x.y.z"), "9: undeclared-resource: data.x.y.z");
    says(&output("vars.name"), "Did you mean \"var\"?");
}

#[test]
fn the_form_of_a_reference_is_known() {
    check(&output("var"), "9: invalid-reference: var");
    check(&output("nope"), "9: invalid-reference: nope");
    check(&output("path.nope"), "9: invalid-reference: nope");
    check(&output("data.x"), "9: invalid-reference: data.x");
    check(&output("each.nope"), "9: invalid-reference: nope");
    check(
        &output("[path.module, path.root, path.cwd, terraform.workspace]"),
        "",
    );
}

#[test]
fn count_each_and_self_have_their_places() {
    check(&output("each.value"), "9: not-available-here: each.value");
    check(&output("count.index"), "9: not-available-here: count.index");
    check(&output("self.id"), "9: not-available-here: self.id");
    let resource = |body: &str| format!("resource \"terraform_data\" \"x\" {{\n{body}\n}}");
    check(&resource("count = 1\ninput = count.index"), "");
    check(
        &resource("count = 1\ninput = each.key"),
        "3: not-available-here: each.key",
    );
    check(&resource("for_each = {}\ninput = each.key"), "");
    check(
        &resource("for_each = {}\ninput = count.index"),
        "3: not-available-here: count.index",
    );
    check(
        &resource("count = count.index"),
        "2: not-available-here: count.index",
    );
    let condition = |kind| {
        resource(&format!(
            "lifecycle {{\n{kind} {{\ncondition = self.id != \"\"\nerror_message = \"m\"\n}}\n}}"
        ))
    };
    check(&condition("postcondition"), "");
    check(&condition("precondition"), "4: not-available-here: self.id");
}

#[test]
fn names_that_an_expression_binds_are_its_own() {
    check(&output("[for var in [1] : var]"), "");
    check(&output("[for x in [1] : x.y]"), "");
    check(&output("\"%{ for x in [1] }${x}%{ endfor }\""), "");
    check(&output("[for x in [1] : y]"), "9: invalid-reference: y");
}

#[test]
fn a_resource_does_not_refer_to_itself() {
    check(
        "resource \"terraform_data\" \"a\" {\n  input = terraform_data.a.id\n}",
        "2: self-reference: terraform_data.a.id",
    );
    check(
        "resource \"terraform_data\" \"a\" {\n  count = length(terraform_data.a)\n}",
        "2: self-reference: terraform_data.a",
    );
}

#[test]
fn an_instance_is_told_by_its_key() {
    check(&output("terraform_data.thing[\"x\"]"), "9: instance-key: [\"x\"]");
    check(&output("terraform_data.thing[*].id"), "");
    let counted = |value| {
        format!("resource \"terraform_data\" \"x\" {{\n  count = 2\n}}\noutput \"o\" {{ value = {value} }}")
    };
    check(
        &counted("terraform_data.x.id"),
        "4: instance-key: terraform_data.x.id",
    );
    for value in [
        "terraform_data.x[1].id",
        "terraform_data.x[*].id",
        "terraform_data.x",
        "[for x in terraform_data.x : x.id]",
    ] {
        check(&counted(value), "");
    }
}

#[test]
fn iterators_of_dynamic_blocks_are_known_in_their_content() {
    let dynamic = |head, value| {
        format!(
            "resource \"x_y\" \"a\" {{\n  dynamic \"service\" {{\n    for_each = {head}\n    content {{\n      name = {value}\n    }}\n  }}\n}}"
        )
    };
    check(&dynamic("[1]", "service.value"), "");
    check(
        &dynamic("[service.value]", "1"),
        "3: undeclared-resource: service.value",
    );
    check(&dynamic("[1]\n    iterator = it", "it.key"), "");
    check(
        &dynamic("[1]\n    iterator = it", "service.key"),
        "6: undeclared-resource: service.key",
    );
}

#[test]
fn depends_on_names_things() {
    let resource = |list| {
        format!(
            "resource \"terraform_data\" \"b\" {{}}\nresource \"terraform_data\" \"a\" {{\n  depends_on = {list}\n}}"
        )
    };
    check(&resource("[terraform_data.b]"), "");
    check(
        &resource("[\"terraform_data.b\"]"),
        "3: invalid-expression-form: \"terraform_data.b\"",
    );
    check(
        &resource("[terraform_data.c]"),
        "3: undeclared-resource: terraform_data.c",
    );
    check(&resource("[1]"), "3: invalid-expression-form: 1");
    check(
        &resource("[upper(terraform_data.b)]"),
        "3: invalid-expression-form: upper(terraform_data.b)",
    );
    check(
        &resource("terraform_data.b"),
        "3: invalid-expression-form: terraform_data.b",
    );
}

#[test]
fn a_validation_is_about_its_own_variable() {
    let variable = |condition| {
        format!(
            "variable \"w\" {{}}\nvariable \"v\" {{\n  validation {{\n    condition = {condition}\n    error_message = \"m\"\n  }}\n}}"
        )
    };
    check(&variable("var.v > 1"), "");
    check(&variable("var.v > var.w"), "");
    check(&variable("var.w > 1"), "4: invalid-condition: var.w > 1");
}

#[test]
fn the_data_source_of_a_check_is_known_in_it_alone() {
    let check_block = "check \"c\" {\n  data \"x_y\" \"d\" {\n    name = \"n\"\n  }\n  assert {\n    condition = data.x_y.d.ok\n    \
                       error_message = \"m\"\n  }\n}\n";
    check(check_block, "");
    check(
        &format!("{check_block}output \"o\" {{ value = data.x_y.d.ok }}"),
        "10: scoped-resource: data.x_y.d.ok",
    );
}

#[test]
fn an_import_leads_to_what_is_declared() {
    check(
        "import {\n  to = module.nope.terraform_data.a\n  id = \"q\"\n}",
        "2: invalid-import: module.nope.terraform_data.a",
    );
    check(
        "resource \"terraform_data\" \"m\" {\n  for_each = toset([\"p\"])\n}\nimport {\n  for_each = { p = \"i\" }\n  \
         to       = terraform_data.m[each.key]\n  id       = each.value\n}",
        "",
    );
    check(
        "resource \"terraform_data\" \"m\" {}\nimport {\n  to = terraform_data.m\n  id = each.value\n}",
        "4: not-available-here: each.value",
    );
}

#[test]
fn an_alias_must_be_declared() {
    let with = |provider| format!("{provider}\nresource \"x_y\" \"a\" {{\n  provider = x.b\n}}");
    check(&with("provider \"x\" {\n  alias = \"b\"\n}"), "");
    check(
        &with("provider \"x\" {\n  alias = \"c\"\n}"),
        "4: undeclared-provider: resource \"x_y\" \"a\"",
    );
}

#[test]
fn outputs_of_the_root_are_not_ephemeral() {
    check(
        "output \"o\" {\n  value     = 1\n  ephemeral = true\n}",
        "1: ephemeral-root-output: output \"o\"",
    );
}

#[test]
fn a_resource_has_the_provider_of_its_types_prefix() {
    let config = good(&[(
        "main.tf",
        "resource \"terraform_data\" \"a\" {}\nresource \"x\" \"b\" {}",
    )]);
    let root = &config.modules[&crate::addr::ModuleAddr::root()];
    let providers: Vec<String> = root
        .resources
        .values()
        .map(|resource| resource.provider.to_string())
        .collect();
    assert_eq!(providers, ["terraform", "x"]);
}
