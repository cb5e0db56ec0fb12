//! Module calls: where they lead, what they pass, what they give.

use crate::addr::ModuleAddr;
use crate::config::ProviderRef;

use super::{check_files, good, loaded};

const CHILD: &str = "variable \"name\" {\n  type = string\n}\nvariable \"n\" {\n  default = 3\n}\noutput \"out\" {\n  value = var.name\n}";

fn with_child(root: &str, expected: &str) {
    check_files(&[("main.tf", root), ("m/main.tf", CHILD)], expected);
}

#[test]
fn inputs_are_variables_of_the_called_module() {
    with_child(
        "module \"m\" {\n  source = \"./m\"\n  name = \"x\"\n}\noutput \"o\" { value = module.m.out }",
        "",
    );
    with_child(
        "module \"m\" {\n  source = \"./m\"\n}",
        "main.tf line 1: missing-input: module \"m\"",
    );
    with_child(
        "module \"m\" {\n  source = \"./m\"\n  name   = \"x\"\n  zzz    = 1\n}",
        "main.tf line 4: undeclared-input: zzz",
    );
}

#[test]
fn outputs_are_those_of_the_called_module() {
    with_child(
        "module \"m\" {\n  source = \"./m\"\n  name = \"x\"\n}\noutput \"o\" { value = module.m.nope }",
        "main.tf line 5: undeclared-output: nope",
    );
    with_child(
        "module \"m\" {\n  source = \"./m\"\n  count = 1\n  name = \"x\"\n}\noutput \"o\" { value = [module.m[0].out, module.m[*].out] }\n\
         output \"p\" { value = module.m[0].ou }\noutput \"q\" { value = module.m.out }",
        "main.tf line 7: undeclared-output: ou
         main.tf line 8: instance-key: module.m.out",
    );
}

#[test]
fn a_source_is_a_constant_local_path() {
    with_child(
        "module \"m\" {\n  source = \"m\"\n  name = \"x\"\n}",
        "main.tf line 2: module-source: \"m\"",
    );
    with_child(
        "module \"m\" {\n  source = \"a/b/c\"\n  version = \"1.0\"\n}",
        "main.tf line 2: module-source: \"a/b/c\"\nmain.tf line 3: module-source: \"1.0\"",
    );
    with_child(
        "module \"m\" {\n  source = \"git::https://x\"\n}",
        "main.tf line 2: module-source: \"git::https://x\"",
    );
    with_child(
        "variable \"s\" {}\nmodule \"m\" {\n  source = var.s\n}",
        "main.tf line 3: variables-not-allowed: var.s",
    );
    with_child(
        "module \"m\" {\n  source = \"./missing\"\n}",
        "main.tf line 2: unreadable-module: \"./missing\"",
    );
}

#[test]
fn a_module_that_calls_itself_is_refused() {
    check_files(
        &[
            ("main.tf", "module \"a\" {\n  source = \"./a\"\n}"),
            ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}"),
            ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}"),
        ],
        "b/main.tf line 2: module-recursion: \"../a\"",
    );
    check_files(
        &[("main.tf", "module \"a\" {\n  source = \"./\"\n}")],
        "main.tf line 2: module-recursion: \"./\"",
    );
}

#[test]
fn a_module_may_be_called_twice_and_its_faults_are_told_once() {
    let root = "module \"a\" {\n  source = \"./m\"\n}\nmodule \"b\" {\n  source = \"./m\"\n}";
    check_files(
        &[("main.tf", root), ("m/main.tf", "zone {}")],
        "m/main.tf line 1: unsupported-block-type: zone",
    );
    check_files(
        &[("main.tf", root), ("m/main.tf", "output \"o\" { value = var.x }")],
        "m/main.tf line 1: undeclared-variable: var.x",
    );
    let config = good(&[("main.tf", root), ("m/main.tf", "output \"o\" { value = 1 }")]);
    let addrs: Vec<String> = config.modules.keys().map(ToString::to_string).collect();
    assert_eq!(addrs, ["", "module.a", "module.b"]);
    assert_eq!(config.modules[&ModuleAddr::root().child("a")].dir, "m");
}

#[test]
fn imports_and_backends_belong_to_the_root() {
    check_files(
        &[
            ("main.tf", "module \"m\" {\n  source = \"./m\"\n}"),
            (
                "m/main.tf",
                "terraform {\n  backend \"local\" {}\n}\nimport {\n  to = a.b\n  id = \"x\"\n}",
            ),
        ],
        "m/main.tf line 2: backend-ignored: backend \"local\"
         m/main.tf line 4: invalid-import: import",
    );
}

#[test]
fn providers_are_passed_and_inherited() {
    let root = "provider \"x\" {\n  alias = \"b\"\n}\nmodule \"m\" {\n  source = \"./m\"\n  providers = {\n    x = x.b\n    x.c = x.b\n  }\n}\nmodule \"n\" {\n  source = \"./n\"\n}";
    let m = "terraform {\n  required_providers {\n    x = {\n      configuration_aliases = [x.c]\n    }\n  }\n}\nresource \"x_y\" \"a\" {}\nresource \"x_y\" \"b\" {\n  provider = x.c\n}";
    let config = good(&[
        ("main.tf", root),
        ("m/main.tf", m),
        ("n/main.tf", "resource \"x_y\" \"a\" {}"),
    ]);
    let of = |module: &str, alias: Option<&str>| {
        let reference = ProviderRef {
            name: "x".into(),
            alias: alias.map(Into::into),
        };
        let (module, found) = config.provider_of(&ModuleAddr::root().child(module), &reference);
        assert!(module.is_root());
        found.to_string()
    };
    assert_eq!(of("m", None), "x.b");
    assert_eq!(of("m", Some("c")), "x.b");
    assert_eq!(of("n", None), "x");
}

#[test]
fn an_alias_that_a_module_needs_must_be_passed() {
    let m =
        "terraform {\n  required_providers {\n    x = {\n      configuration_aliases = [x.c]\n    }\n  }\n}";
    check_files(
        &[
            ("main.tf", "module \"m\" {\n  source = \"./m\"\n}"),
            ("m/main.tf", m),
        ],
        "main.tf line 1: undeclared-provider: module \"m\"",
    );
    check_files(
        &[
            (
                "main.tf",
                "module \"m\" {\n  source = \"./m\"\n  providers = { \"x.c\" = x, x.d = x }\n}",
            ),
            ("m/main.tf", m),
        ],
        "main.tf line 1: undeclared-provider: module \"m\"",
    );
}

#[test]
fn a_module_with_providers_is_not_repeated() {
    let files = |call| {
        [
            ("main.tf", call),
            ("m/main.tf", "module \"n\" {\n  source = \"../n\"\n}"),
            ("n/main.tf", "provider \"x\" {\n  url = \"u\"\n}"),
        ]
    };
    check_files(&files("module \"m\" {\n  source = \"./m\"\n}"), "");
    check_files(
        &files("module \"m\" {\n  source = \"./m\"\n  count = 2\n}"),
        "main.tf line 1: module-with-providers: module \"m\"",
    );
}

#[test]
fn a_directory_without_files_is_an_empty_module() {
    let (config, _, faults) = loaded(&[]);
    assert!(faults.is_empty());
    assert!(config.modules[&ModuleAddr::root()].files.is_empty());
}
