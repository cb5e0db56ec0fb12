//! Blocks, labels, arguments and constants.

use super::{check, check_files, says};

#[test]
fn an_unknown_block_is_refused() {
    check("zone \"x\" {}", "1: unsupported-block-type: zone");
    says("resorce \"a\" \"b\" {}", "Did you mean \"resource\"?");
    says("variabel \"a\" {}", "Did you mean \"variable\"?");
}

#[test]
fn labels_are_counted() {
    check(
        "resource \"terraform_data\" {}",
        "1: wrong-labels: resource \"terraform_data\"",
    );
    says("resource \"terraform_data\" {}", "Missing name for resource");
    says("resource {}", "Missing type for resource");
    says(
        "resource \"terraform_data\" \"a\" \"b\" {}",
        "Extraneous label for resource",
    );
    check("locals \"x\" {}", "1: wrong-labels: \"x\"");
}

#[test]
fn names_are_names() {
    check("resource \"terraform_data\" \"1a\" {}", "1: invalid-name: \"1a\"");
    check("variable \"a b\" {}", "1: invalid-name: \"a b\"");
    check("resource \"terraform_data\" \"über-1_a\" {}", "");
}

#[test]
fn arguments_of_module_blocks_are_no_names_of_variables() {
    for name in [
        "source",
        "version",
        "providers",
        "count",
        "for_each",
        "lifecycle",
        "depends_on",
        "locals",
    ] {
        check(
            &format!("variable \"{name}\" {{}}"),
            &format!("1: invalid-name: \"{name}\""),
        );
    }
}

#[test]
fn a_name_may_have_combining_marks_behind_its_first_letter() {
    check("variable \"a\u{301}b\" {}", "");
    check("variable \"\u{301}b\" {}", "1: invalid-name: \"\u{301}b\"");
}

#[test]
fn required_arguments_are_required() {
    check("output \"o\" {}", "1: missing-required-argument: output \"o\"");
    check("module \"m\" {}", "1: missing-required-argument: module \"m\"");
    check(
        "moved {\n  from = terraform_data.a\n}",
        "1: missing-required-argument: moved",
    );
    check("removed {\n}", "1: missing-required-argument: removed");
    check(
        "import {\n  to = terraform_data.a\n}",
        "1: missing-required-argument: import",
    );
    check(
        "variable \"v\" {\n  validation {\n  }\n}",
        "2: missing-required-argument: validation\n2: missing-required-argument: validation",
    );
}

#[test]
fn unknown_arguments_are_refused() {
    check(
        "output \"o\" {\n  value = 1\n  nope  = 2\n}",
        "3: unsupported-argument: nope",
    );
    check("x = 1", "1: unsupported-argument: x");
    check("terraform {\n  nope = 1\n}", "2: unsupported-argument: nope");
    says(
        "output \"o\" {\n  value = 1\n  sensitiv = true\n}",
        "Did you mean \"sensitive\"?",
    );
}

#[test]
fn an_argument_that_is_a_block_is_told_so_and_the_other_way_round() {
    says("variable \"v\" {\n  validation = 1\n}", "validation { ... }");
    says("output \"o\" {\n  value {\n  }\n  value = 1\n}", "value = ...");
}

#[test]
fn constants_refer_to_nothing() {
    check(
        "variable \"a\" {}\nvariable \"b\" {\n  default = var.a\n}",
        "3: variables-not-allowed: var.a",
    );
    check(
        "variable \"a\" {\n  default = upper(\"x\")\n}",
        "2: variables-not-allowed: upper",
    );
    check(
        "variable \"a\" {\n  sensitive = var.b\n}",
        "2: variables-not-allowed: var.b",
    );
    check(
        "variable \"a\" {\n  description = \"${var.b}\"\n}",
        "2: variables-not-allowed: var.b",
    );
    check(
        "variable \"a\" {\n  description = []\n}",
        "2: unsuitable-value: []",
    );
    check(
        "variable \"a\" {\n  sensitive = \"yes\"\n}",
        "2: unsuitable-value: \"yes\"",
    );
    check(
        "variable \"a\" {\n  sensitive = \"true\"\n  default = [60 * 60, -1, { for k in [1] : k => k }]\n}",
        "",
    );
}

#[test]
fn a_default_of_null_needs_a_nullable_variable() {
    check("variable \"a\" {\n  default = null\n}", "");
    check(
        "variable \"a\" {\n  default  = null\n  nullable = false\n}",
        "2: invalid-default: null",
    );
}

#[test]
fn a_default_fits_its_type() {
    let variable = |ty, default| format!("variable \"a\" {{\n  type = {ty}\n  default = {default}\n}}");
    check(&variable("list(number)", "[\"1\", 2]"), "");
    check(
        &variable("object({ a = string, b = optional(number, 3) })", "{ a = 1 }"),
        "",
    );
    check(&variable("map", "{ a = 1 }"), "");
    check(&variable("number", "\"x\""), "3: invalid-default: \"x\"");
    check(&variable("list", "true"), "3: invalid-default: true");
    check(
        &variable("object({ a = string })", "{}"),
        "3: invalid-default: {}",
    );
    check(
        &variable("number", "1 / 0 == 2 ? 1 : \"a\" / 2"),
        "3: lang/invalid-operand: \"a\"",
    );
}

#[test]
fn a_type_stands_without_quotes() {
    check(
        "variable \"a\" {\n  type = \"string\"\n}",
        "2: quoted-type: \"string\"",
    );
}

#[test]
fn count_and_for_each_exclude_each_other() {
    check(
        "resource \"terraform_data\" \"x\" {\n  count    = 1\n  for_each = {}\n}",
        "3: count-and-for-each: {}",
    );
}

#[test]
fn a_lifecycle_is_written_out() {
    check(
        "variable \"b\" {}\nresource \"terraform_data\" \"a\" {\n  lifecycle {\n    prevent_destroy = var.b\n  }\n}",
        "4: variables-not-allowed: var.b",
    );
    check(
        "resource \"terraform_data\" \"a\" {\n  lifecycle {\n    create_before_destroy = \"true\"\n  }\n}",
        "",
    );
    check(
        "resource \"terraform_data\" \"a\" {\n  lifecycle {\n    nope = 1\n  }\n}",
        "3: unsupported-argument: nope",
    );
    check(
        "resource \"terraform_data\" \"a\" {\n  lifecycle {\n  }\n  lifecycle {\n  }\n}",
        "4: duplicate-block: lifecycle",
    );
    check(
        "data \"x_y\" \"a\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}",
        "3: unsupported-argument: true",
    );
}

#[test]
fn ignore_changes_is_all_or_a_list_of_arguments() {
    let lifecycle = |value| {
        format!(
            "resource \"terraform_data\" \"a\" {{\n  lifecycle {{\n    ignore_changes = {value}\n  }}\n}}"
        )
    };
    check(&lifecycle("all"), "");
    check(&lifecycle("[input, service[\"web\"].component, tags.a]"), "");
    check(&lifecycle("input"), "3: invalid-expression-form: input");
    check(&lifecycle("[1 + 1]"), "3: invalid-expression-form: 1 + 1");
    check(&lifecycle("[\"*\"]"), "3: invalid-expression-form: \"*\"");
    check(&lifecycle("[\"input\"]"), "3: invalid-expression-form: \"input\"");
}

#[test]
fn replace_triggered_by_refers_to_resources() {
    let lifecycle = |value| {
        format!(
            "variable \"v\" {{}}\nresource \"terraform_data\" \"t\" {{\n  count = 1\n}}\nresource \"terraform_data\" \"a\" {{\n  \
             count = 1\n  lifecycle {{\n    replace_triggered_by = {value}\n  }}\n}}"
        )
    };
    check(
        &lifecycle("[terraform_data.t, terraform_data.t[count.index].input, terraform_data.t[0]]"),
        "",
    );
    check(&lifecycle("[var.v]"), "8: invalid-expression-form: var.v");
    check(&lifecycle("[\"x\"]"), "8: invalid-expression-form: \"x\"");
    check(
        &lifecycle("[terraform_data.t[var.v]]"),
        "8: invalid-expression-form: var.v",
    );
    check(
        &lifecycle("terraform_data.t"),
        "8: invalid-expression-form: terraform_data.t",
    );
}

#[test]
fn provisioners_run_commands_of_this_machine_alone() {
    let within = |text: &str| format!("resource \"terraform_data\" \"a\" {{\n{text}}}");
    let local = |text: &str| within(&format!("  provisioner \"local-exec\" {{\n{text}  }}\n"));
    check(
        &local("    command = self.id\n    when = destroy\n    on_failure = continue\n"),
        "",
    );
    check(
        &within("  provisioner \"remote-exec\" {\n  }\n  connection {\n  }\n"),
        "4: not-supported: connection\n2: not-supported: provisioner \"remote-exec\"",
    );
    check(&local("    when = never\n"), "3: invalid-expression-form: never");
    check(
        &local("    when = destroy\n    command = terraform_data.b.id\n"),
        "4: not-available-here: command = terraform_data.b.id",
    );
}

#[test]
fn some_blocks_are_refused_with_a_reason() {
    check(
        "ephemeral \"a\" \"b\" {}",
        "1: not-supported: ephemeral \"a\" \"b\"",
    );
    check("terraform {\n  cloud {\n  }\n}", "2: not-supported: cloud");
}

#[test]
fn version_constraints_have_a_form() {
    let version = |text| format!("terraform {{\n  required_version = \"{text}\"\n}}");
    for good in [">= 1.2.0, < 2.0.0", "1.11.4", "~> 1.1-beta", "!= v1.2.3+meta"] {
        check(&version(good), "");
    }
    for other in ["< 1.0", "1.0", "~> 0.1-beta", "= 1"] {
        check(&version(other), &format!("2: required-version: \"{other}\""));
    }
    for bad in ["abc", "", ">= ", "1.", ">= 1.0,", "=> 1.0"] {
        check(
            &version(bad),
            &format!("2: invalid-version-constraint: \"{bad}\""),
        );
    }
}

#[test]
fn entries_of_required_providers_are_objects() {
    let entry = |text| format!("terraform {{\n  required_providers {{\n    giantswarm = {text}\n  }}\n}}");
    check(
        &entry("{ source = \"giantswarm/giantswarm\", version = \">= 1.0\" }"),
        "",
    );
    check(&entry("\">= 1.0\""), "");
    check(&entry("{ configuration_aliases = [giantswarm.other] }"), "");
    check(
        &entry("{ configuration_aliases = [other.other] }"),
        "3: invalid-required-provider: other.other",
    );
    check(&entry("{ sorce = \"x\" }"), "3: invalid-required-provider: sorce");
    check(
        &entry("{ source = \"a/b/c/d\" }"),
        "3: invalid-required-provider: \"a/b/c/d\"",
    );
    check(&entry("[]"), "3: invalid-required-provider: []");
}

#[test]
fn a_name_is_declared_once_and_both_places_are_told() {
    check(
        "resource \"terraform_data\" \"a\" {\n}\nresource \"terraform_data\" \"a\" {\n}",
        "3: duplicate-declaration: resource \"terraform_data\" \"a\"",
    );
    says(
        "variable \"a\" {}\nvariable \"a\" {}",
        "Duplicate variable declaration: A variable named \"a\" was already declared at main.tf line 1",
    );
    check(
        "output \"a\" { value = 1 }\noutput \"a\" { value = 2 }",
        "2: duplicate-declaration: output \"a\"",
    );
    check(
        "locals {\n  a = 1\n}\nlocals {\n  a = 2\n}",
        "5: duplicate-declaration: a = 2",
    );
    check(
        "provider \"p\" {}\nprovider \"p\" {}",
        "2: duplicate-declaration: provider \"p\"",
    );
    check("provider \"p\" {}\nprovider \"p\" {\n  alias = \"x\"\n}", "");
    check(
        "resource \"terraform_data\" \"a\" {}\ndata \"terraform_data\" \"a\" {}\nvariable \"a\" {}\noutput \"a\" { value = 1 }",
        "",
    );
}

#[test]
fn the_faults_of_all_files_are_told_at_once() {
    check_files(
        &[
            ("a.tf", "zone \"x\" {}\nvariable \"v\" {}"),
            ("b.tf", "x = 1\nvariable \"v\" {}"),
        ],
        "a.tf line 1: unsupported-block-type: zone
         b.tf line 1: unsupported-argument: x
         b.tf line 2: duplicate-declaration: variable \"v\"",
    );
}

#[test]
fn moves_lead_from_like_to_like() {
    let moved = |from, to| format!("moved {{\n  from = {from}\n  to   = {to}\n}}");
    check(&moved("terraform_data.a", "module.m.terraform_data.b[\"k\"]"), "");
    check(&moved("module.a", "module.b[0]"), "");
    check(&moved("var.a", "terraform_data.c"), "2: invalid-address: var");
    check(&moved("module.a", "terraform_data.c"), "1: invalid-moved: moved");
    check(
        &moved("terraform_data", "terraform_data.c"),
        "2: invalid-address: terraform_data",
    );
    check(
        &moved("terraform_data.a.b", "terraform_data.c"),
        "2: invalid-address: b",
    );
    check(
        &moved("terraform_data.a[each.key]", "terraform_data.c"),
        "2: invalid-address: each.key",
    );
}

#[test]
fn what_is_removed_has_an_address_without_keys() {
    check(
        "removed {\n  from = terraform_data.a[0]\n}",
        "2: invalid-address: terraform_data.a[0]",
    );
    check(
        "removed {\n  from = module.x.terraform_data.a\n  lifecycle {\n    destroy = false\n  }\n}",
        "",
    );
}

#[test]
fn a_check_asserts_something() {
    check("check \"c\" {\n}", "1: zero-assert-blocks: check \"c\"");
    check(
        "check \"c\" {\n  assert {\n    condition     = \"x\"\n    error_message = \"m\"\n  }\n}",
        "3: invalid-condition: \"x\"",
    );
}

#[test]
fn a_provider_block_has_one_configuration() {
    check("provider \"p\" {\n  count = 2\n}", "2: unsupported-argument: 2");
    check(
        "provider \"p\" {\n  lifecycle {\n  }\n}",
        "2: unsupported-block-type: lifecycle",
    );
    check(
        "provider \"p\" {\n  alias = \"a b\"\n}",
        "2: invalid-name: \"a b\"",
    );
}
