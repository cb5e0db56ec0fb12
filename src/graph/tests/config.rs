//! Orders and cycles of configurations.

use crate::config::load;
use crate::graph::config_graph::build;
use crate::graph::{ConfigGraph, ConfigNode};
use crate::source::SourceMap;

struct Files<'a>(&'a [(&'a str, &'a str)]);

impl crate::config::Reader for Files<'_> {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let in_dir =
            |(name, _): &&(&str, &str)| name.rsplit_once('/').map_or(".", |(parent, _)| parent) == dir;
        Ok(self
            .0
            .iter()
            .filter(in_dir)
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect())
    }
}

fn built(files: &[(&str, &str)]) -> Result<ConfigGraph, String> {
    let mut sources = SourceMap::new();
    let (config, faults) = load(&Files(files), &mut sources);
    assert!(faults.is_empty(), "{faults:#?}");
    build(&config, &sources).map_err(|faults| {
        let texts: Vec<String> = faults
            .iter()
            .map(|fault| format!("{}\n{}", fault.summary, fault.detail))
            .collect();
        texts.join("\n")
    })
}

/// The order of one file's declarations.
fn check(text: &str, expected: &str) {
    let graph = built(&[("main.tf", text)]).unwrap();
    let order: Vec<String> = graph.order.iter().map(ToString::to_string).collect();
    assert_eq!(order.join(", "), expected, "{text}");
}

/// What `node` needs directly.
fn check_needs(files: &[(&str, &str)], node: &str, expected: &str) {
    let graph = built(files).unwrap();
    let node = graph
        .order
        .iter()
        .find(|known| known.to_string() == node)
        .unwrap();
    let mut needs: Vec<String> = graph.needs(node).iter().map(ToString::to_string).collect();
    needs.sort();
    assert_eq!(needs.join(", "), expected);
}

fn fails(files: &[(&str, &str)], expected: &str) {
    assert_eq!(built(files).unwrap_err(), expected);
}

#[test]
fn what_is_referred_to_comes_first() {
    check(
        "output \"o\" { value = local.a }\nlocals {\n  a = \"${local.b}-${x_y.r.id}\"\n  b = var.v\n}\nvariable \"v\" {}\n\
         resource \"x_y\" \"r\" {\n  name = local.b\n}",
        "var.v, local.b, provider.x, x_y.r, local.a, output.o",
    );
}

#[test]
fn all_parts_of_a_resource_are_followed() {
    let text = "locals {\n  a = 1\n  b = 1\n  c = 1\n  d = 1\n  e = 1\n}\nresource \"x_y\" \"t\" {}\nresource \"x_y\" \"u\" {}\nresource \"x_y\" \"r\" {\n  \
                count = local.a\n  dynamic \"s\" {\n    for_each = local.b\n    content {\n      n = local.c\n      m = s.value\n    }\n  }\n  \
                depends_on = [x_y.t]\n  lifecycle {\n    replace_triggered_by = [x_y.u]\n    precondition {\n      condition = local.d\n      \
                error_message = local.e\n    }\n  }\n}";
    check_needs(
        &[("main.tf", text)],
        "x_y.r",
        "local.a, local.b, local.c, local.d, local.e, provider.x, x_y.t, x_y.u",
    );
}

const CALL: &str = "locals {\n  n = 1\n  x = 2\n}\nresource \"x_y\" \"before\" {}\nmodule \"m\" {\n  source = \"./m\"\n  count = local.n\n  x = local.x\n  \
                    depends_on = [x_y.before]\n}\nresource \"x_y\" \"after\" {\n  depends_on = [module.m]\n}\noutput \"o\" { value = module.m[0].y }\n\
                    output \"all\" { value = module.m }";
const CHILD: &str = "variable \"x\" {}\nresource \"x_y\" \"i\" {\n  name = var.x\n}\noutput \"y\" { value = var.x }\noutput \"z\" { value = x_y.i.id }";

#[test]
fn a_module_stands_between_its_call_and_what_needs_it() {
    let files = [("main.tf", CALL), ("m/main.tf", CHILD)];
    check_needs(&files, "module.m", "local.n, x_y.before");
    check_needs(&files, "module.m.var.x", "local.x, module.m");
    check_needs(&files, "module.m.x_y.i", "module.m, module.m.var.x, provider.x");
    check_needs(&files, "x_y.after", "module.m (whole), provider.x");
    check_needs(
        &files,
        "module.m (whole)",
        "module.m, module.m.output.y, module.m.output.z, module.m.var.x, module.m.x_y.i",
    );
    check_needs(&files, "output.o", "module.m, module.m.output.y");
    check_needs(
        &files,
        "output.all",
        "module.m, module.m.output.y, module.m.output.z",
    );
}

#[test]
fn the_closure_of_a_target_leaves_out_what_it_does_not_need() {
    let graph = built(&[("main.tf", CALL), ("m/main.tf", CHILD)]).unwrap();
    let target = graph
        .order
        .iter()
        .find(|node| node.to_string() == "output.o")
        .unwrap();
    let closure: Vec<String> = graph.closure([target]).iter().map(ToString::to_string).collect();
    assert!(closure.contains(&"x_y.before".to_owned()));
    assert!(!closure.contains(&"module.m.x_y.i".to_owned()));
}

#[test]
fn a_provider_that_is_passed_is_the_one_that_is_needed() {
    let root = "provider \"x\" {\n  alias = \"b\"\n  url = var.u\n}\nvariable \"u\" {}\nmodule \"m\" {\n  source = \"./m\"\n  providers = { x = x.b }\n}";
    let files = [("main.tf", root), ("m/main.tf", "resource \"x_y\" \"i\" {}")];
    check_needs(&files, "module.m.x_y.i", "module.m, provider.x.b");
    check_needs(&files, "provider.x.b", "var.u");
}

#[test]
fn what_is_imported_needs_its_id() {
    let text = "variable \"v\" {}\nresource \"x_y\" \"r\" {}\nimport {\n  to = x_y.r\n  id = var.v\n}";
    check_needs(&[("main.tf", text)], "x_y.r", "provider.x, var.v");
}

#[test]
fn a_validation_may_look_at_other_variables_and_its_own() {
    let text = "variable \"a\" {\n  validation {\n    condition = var.a > var.b\n    error_message = \"m\"\n  }\n}\nvariable \"b\" {}";
    check_needs(&[("main.tf", text)], "var.a", "var.b");
}

#[test]
fn a_cycle_tells_each_step_with_its_line() {
    fails(
        &[(
            "main.tf",
            "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}",
        )],
        "Cycle: local.a, local.b, local.c\n\
         Each of these needs the next one first, and the last needs the first, so there is no place to begin:\n\
         \x20 local.a -> local.b (main.tf line 2)\n  local.b -> local.c (main.tf line 3)\n  local.c -> local.a (main.tf line 4)\n\n\
         Remove one of these references.",
    );
    fails(
        &[("main.tf", "locals {\n  a = [local.a]\n}")],
        "Cycle: local.a\nlocal.a needs itself:\n  local.a -> local.a (main.tf line 2)\n\nRemove one of these references.",
    );
}

#[test]
fn a_cycle_may_lead_through_a_module() {
    let root = "module \"m\" {\n  source = \"./m\"\n  x = x_y.a.id\n}\nresource \"x_y\" \"a\" {\n  name = module.m.z\n}";
    let found = built(&[("main.tf", root), ("m/main.tf", CHILD)]).unwrap_err();
    assert!(
        found.contains("x_y.a -> module.m.output.z (main.tf line 6)"),
        "{found}"
    );
    assert!(
        found.contains("module.m.var.x -> x_y.a (main.tf line 3)"),
        "{found}"
    );
    let harmless = root.replace("module.m.z", "\"n\"");
    assert!(built(&[("main.tf", &harmless), ("m/main.tf", CHILD)]).is_ok());
}

#[test]
fn depends_on_makes_cycles_too() {
    let text = "resource \"x_y\" \"a\" {\n  depends_on = [x_y.b]\n}\nresource \"x_y\" \"b\" {\n  depends_on = [x_y.a]\n}";
    assert!(
        built(&[("main.tf", text)])
            .unwrap_err()
            .starts_with("Cycle: x_y.a, x_y.b\n")
    );
}

#[test]
fn a_chain_of_many_locals_is_ordered() {
    const LENGTH: usize = 5_000;
    let lines: Vec<String> = (0..LENGTH)
        .map(|at| format!("  l{at:05} = local.l{:05}\n", at + 1))
        .collect();
    let text = format!("locals {{\n{}  l{LENGTH:05} = 1\n}}\n", lines.concat());
    let graph = built(&[("main.tf", &text)]).unwrap();
    let last = ConfigNode::Local(crate::addr::ModuleAddr::root(), format!("l{LENGTH:05}").into());
    assert_eq!(graph.order.first(), Some(&last));
    assert_eq!(graph.order.len(), LENGTH + 1);
}
