//! `import` blocks: objects that exist already and come under management.
//!
//! Before a resource is planned, its imports are evaluated and the provider is asked for each object; an object
//! that was found is then planned like one of the state. Which steps follow is `compile`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, ModuleAddr, ModuleInstance};
use crate::config::target::{Pattern, pattern};
use crate::config::{Config, Import, Repetition};
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::ConfigNode;
use crate::lang::evaluate;
use crate::source::Span;
use crate::state::Object;
use crate::syntax::ast::Expr;
use crate::value::{Marks, Number, Path, Value};

use super::change::PlanMode;
use super::codes;
use super::evaluate::Used;
use super::expansion::Expanded;
use super::instance::Context;
use super::planner::{Planner, Request};
use super::refresh::{Prior, encode, marked};
use super::scope::Here;
use super::semantics::Fault;

/// One object to import.
#[derive(Debug)]
struct Wanted {
    to: InstanceAddr,
    id: Arc<str>,
    /// The address as written; none for the command `import`.
    span: Option<Span>,
}

/// How asking went.
pub(super) enum Asked {
    /// There is nothing to wait for.
    Nothing,
    /// So many answers are due.
    Waiting(usize),
    /// Errors were found.
    Failed,
}

/// The import blocks by the resources that they lead to, as places in the list of the root module.
pub(super) fn blocks(config: &Config) -> BTreeMap<ConfigResource, Vec<usize>> {
    let mut blocks: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
    let root = config.modules.get(&ModuleAddr::root());
    let imports = root.into_iter().flat_map(|module| &module.imports);
    for (at, import) in imports.enumerate() {
        if let Some(resource) = pattern(&import.to).ok().as_ref().and_then(config_of) {
            blocks.entry(resource).or_default().push(at);
        }
    }
    blocks
}

/// The import blocks that lead to a resource.
fn blocks_of<'a>(
    planner: &'a Planner,
    resource: &ConfigResource,
) -> impl Iterator<Item = &'a Import> + use<'a> {
    let root = planner.evaluator.config.modules.get(&ModuleAddr::root());
    let places = planner.import_blocks.get(resource).into_iter().flatten();
    places.filter_map(move |at| root?.imports.get(*at))
}

/// Asks for the objects to import to a resource, once.
pub(super) fn ask(planner: &mut Planner, resource: &ConfigResource) -> Asked {
    let off = planner.options.mode != PlanMode::Normal;
    let none = planner.options.imports.is_empty() && !planner.import_blocks.contains_key(resource);
    if off || none || planner.imports_asked.contains_key(resource) {
        return Asked::Nothing;
    }
    planner.imports_asked.insert(resource.clone(), Vec::new());
    if planner.evaluator.validating {
        let faults = validate(planner, resource);
        planner.faults.extend(faults);
        return Asked::Nothing;
    }
    let wanted = match wanted(planner, resource) {
        Ok(wanted) => wanted,
        Err(faults) => {
            planner.faults.extend(faults);
            return Asked::Failed;
        }
    };
    let Some(provider) = planner.provider_of(resource) else {
        return Asked::Nothing;
    };
    let mut due = 0;
    for wanted in wanted {
        if let Some(span) = wanted.span
            && planner.imports.contains_key(&wanted.to)
        {
            let detail = format!(
                "Another import block leads to {} already, and an address stands for one object.",
                wanted.to
            );
            planner.faults.push(
                Diagnostic::error(&codes::IMPORT, detail)
                    .summary(format!("Duplicate import configuration for \"{}\"", wanted.to))
                    .at(span),
            );
            return Asked::Failed;
        }
        let out = planner
            .targeted
            .as_ref()
            .is_some_and(|targeted| !targeted.has_instance(&wanted.to));
        let known = planner.priors.contains_key(&(wanted.to.clone(), None));
        if !out && !known && !planner.importing.contains_key(&wanted.to) {
            if let Some(fault) = planner.no_import_by(&provider, &wanted.to) {
                planner.faults.push(fault);
                return Asked::Failed;
            }
            planner.ask(Request::Import {
                addr: wanted.to.clone(),
                provider: provider.clone(),
                id: Arc::clone(&wanted.id),
            });
            planner
                .importing
                .insert(wanted.to.clone(), Arc::clone(&wanted.id));
            due += 1;
        }
        planner.imports.insert(wanted.to.clone(), wanted.span);
        if let Some(asked) = planner.imports_asked.get_mut(resource) {
            asked.push(wanted.to);
        }
    }
    if due == 0 {
        Asked::Nothing
    } else {
        Asked::Waiting(due)
    }
}

/// What is wrong with the ids that are known without planning.
fn validate(planner: &Planner, resource: &ConfigResource) -> Diagnostics {
    let mut found = Diagnostics::new();
    let root = ModuleInstance::root();
    for import in blocks_of(planner, resource).filter(|import| import.for_each.is_none()) {
        let scope = planner.evaluator.scope(&planner.world, &root);
        let id = scope.and_then(|scope| evaluate(&import.id, &scope));
        let known = found.take_all(id).filter(Value::is_known);
        found.take_all(known.map_or(Ok(()), |id| id_of(&id, &import.id).map(|_| ())));
    }
    found
}

fn wanted(planner: &Planner, resource: &ConfigResource) -> Result<Vec<Wanted>, Diagnostics> {
    let asked = planner
        .options
        .imports
        .iter()
        .filter(|(to, _)| to.config() == *resource);
    let mut found: Vec<Wanted> = asked
        .map(|(to, id)| Wanted {
            to: to.clone(),
            id: Arc::clone(id),
            span: None,
        })
        .collect();
    // The command is about its own object alone.
    if !planner.options.imports.is_empty() {
        return Ok(found);
    }
    for import in blocks_of(planner, resource) {
        if let Ok(pattern) = pattern(&import.to) {
            expand(planner, import, &pattern, &mut found)?;
        }
    }
    Ok(found)
}

fn config_of(pattern: &Pattern) -> Option<ConfigResource> {
    let (resource, _) = pattern.resource.as_ref()?;
    let names = pattern.module.iter().map(|(name, _)| Arc::clone(name));
    Some(ConfigResource {
        module: ModuleAddr(names.collect()),
        resource: resource.clone(),
    })
}

fn expand(
    planner: &Planner,
    import: &Import,
    pattern: &Pattern,
    found: &mut Vec<Wanted>,
) -> Result<(), Diagnostics> {
    let root = ModuleInstance::root();
    let each = match &import.for_each {
        Some(expr) => {
            let repetition = Repetition::ForEach(expr.clone());
            let expansion = planner
                .evaluator
                .expand(&planner.world, &root, &repetition, &mut Used::new())?;
            expansion
                .keys()
                .iter()
                .map(|key| Here::of(&expansion, key))
                .collect()
        }
        None => vec![Here::default()],
    };
    for here in each {
        let value = |expr: &Expr| -> Result<Value, Diagnostics> {
            let scope = planner.evaluator.scope(&planner.world, &root)?.with(here.clone());
            evaluate(expr, &scope)
        };
        let key = |expr: &Option<Expr>| -> Result<InstanceKey, Diagnostics> {
            match expr {
                Some(expr) => instance_key(&value(expr)?, expr),
                None => Ok(InstanceKey::None),
            }
        };
        let mut module = ModuleInstance::root();
        for (name, expr) in &pattern.module {
            module.0.push((Arc::clone(name), key(expr)?));
        }
        let Some((resource, expr)) = &pattern.resource else {
            continue;
        };
        found.push(Wanted {
            to: InstanceAddr {
                module,
                resource: resource.clone(),
                key: key(expr)?,
            },
            id: id_of(&value(&import.id)?, &import.id)?,
            span: Some(import.to.span),
        });
    }
    Ok(())
}

fn instance_key(value: &Value, expr: &Expr) -> Result<InstanceKey, Diagnostics> {
    let (plain, marks) = value.clone().unmark();
    let key = match (plain.as_arc_str(), plain.as_number().and_then(Number::to_u64)) {
        _ if marks.is_sensitive() => None,
        (Some(text), _) => Some(InstanceKey::Str(Arc::clone(text))),
        (None, Some(index)) => Some(InstanceKey::Int(index)),
        (None, None) => None,
    };
    key.ok_or_else(|| {
        let detail =
            "An instance key is a string or a whole number that is known when planning and not sensitive.";
        Diagnostic::error(&codes::IMPORT, detail)
            .summary("Invalid import \"to\" expression")
            .at(expr.span)
            .into()
    })
}

fn id_of(value: &Value, expr: &Expr) -> Result<Arc<str>, Diagnostics> {
    let (plain, marks) = value.clone().unmark();
    let wrong = if marks.is_sensitive() {
        "is sensitive, and an id is shown in the plan"
    } else if marks.is_ephemeral() {
        "is ephemeral, and an id is kept in a saved plan"
    } else if !plain.is_known() {
        "is known only after apply, so the plan cannot tell what would be imported"
    } else if plain.is_null() {
        "is null"
    } else {
        let text = crate::value::convert::convert(&plain, &crate::value::Type::String).ok();
        match text.as_ref().and_then(Value::as_arc_str) {
            Some(id) if !id.is_empty() => return Ok(Arc::clone(id)),
            Some(_) => "is empty",
            None => "is not a string",
        }
    };
    Err(
        Diagnostic::error(&codes::IMPORT, format!("The id to import by {wrong}."))
            .summary("Invalid import id argument")
            .at(expr.span)
            .into(),
    )
}

/// Takes the answer for one object.
pub(super) fn told(planner: &mut Planner, addr: &InstanceAddr, result: Result<Option<Value>, Fault>) {
    let node = ConfigNode::Resource(addr.config());
    if let Some(fault) = take(planner, addr, result).err() {
        let span = planner.imports.get(addr).copied().flatten();
        planner.faults.push(match span {
            Some(span) => fault.at(span).about(addr),
            None => fault.about(addr),
        });
        planner.failed.insert(node.clone());
    }
    if let Some(left) = planner.waiting_imports.get_mut(&node) {
        *left = left.saturating_sub(1);
        if *left == 0 {
            planner.waiting_imports.remove(&node);
            if planner.failed.contains(&node) {
                planner.done.insert(node.clone());
            }
            planner.answered.push(node);
        }
    }
}

fn take(
    planner: &mut Planner,
    addr: &InstanceAddr,
    result: Result<Option<Value>, Fault>,
) -> Result<(), Diagnostic> {
    let id = planner
        .importing
        .get(addr)
        .cloned()
        .unwrap_or_else(|| Arc::from(""));
    let object = result
        .map_err(|fault| Diagnostic::error(&codes::READ_FAILED, fault.detail).summary(fault.summary))?;
    let object = object.ok_or_else(|| {
        let detail = format!(
            "There is no object with the id \"{id}\", so nothing can be imported to {addr}. Check the id, and that the \
             provider is configured for the platform where the object is."
        );
        Diagnostic::error(&codes::IMPORT_NOTHING, detail)
    })?;
    let Some(info) = planner.semantics.type_info(&addr.resource).cloned() else {
        return Ok(());
    };
    let provider = planner.provider_of(&addr.config());
    let value = marked(object, &[], &info.schema);
    let (attributes, sensitive) = encode(&value, &info.ty)?;
    let prior = Prior {
        provider: Arc::from(provider.map(|key| key.to_string()).unwrap_or_default()),
        record: Object::ready(info.schema.version, attributes, sensitive),
        last: value.clone(),
        now: Some(value),
    };
    planner.priors.insert((addr.clone(), None), prior);
    Ok(())
}

/// Tells an object that was just found as the configuration tells it, where both mean the same, and as sensitive.
pub(super) fn respell(
    planner: &mut Planner,
    context: &Context<'_>,
    addr: &InstanceAddr,
    config: &Value,
    marks: &[(Path, Marks)],
) {
    if !planner.importing.contains_key(addr) {
        return;
    }
    let Some(prior) = planner.priors.get_mut(&(addr.clone(), None)) else {
        return;
    };
    let (object, _) = prior.last.clone().unmark_deep();
    let told = context
        .semantics
        .respelled(&addr.resource.type_name, &object, config);
    let told = context.info.schema.block.with_marks(told, marks.to_vec());
    prior.now = Some(told.clone());
    prior.last = told;
}

/// Whether an import leads to an instance that a resource does not have; it is reported then.
pub(super) fn of_nothing(planner: &mut Planner, resource: &ConfigResource, expanded: &[Expanded]) -> bool {
    let wanted = planner.imports_asked.get(resource).into_iter().flatten();
    let is_there = |to: &InstanceAddr| {
        let of = expanded.iter().filter(|(module, ..)| *module == to.module);
        of.into_iter().any(|(_, expansion, _)| expansion.has(&to.key))
    };
    let missing: Vec<InstanceAddr> = wanted.filter(|to| !is_there(to)).cloned().collect();
    for to in &missing {
        planner
            .faults
            .push(missing_target(&to.to_string(), place(planner, to)));
    }
    !missing.is_empty()
}

/// Where the address of an import is written, if it is written as it is.
fn place(planner: &Planner, to: &InstanceAddr) -> Option<Span> {
    let span = planner.imports.get(to).copied().flatten();
    span.filter(|_| to.key == InstanceKey::None)
}

fn missing_target(name: &str, span: Option<Span>) -> Diagnostic {
    let detail = format!(
        "There is no {name} in the configuration. Declare the resource that the import leads to, or let `plan \
         -generate-config-out=FILE` write a first version of it. It writes resources of the root module for imports \
         without for_each, and none with count or for_each."
    );
    let fault =
        Diagnostic::error(&codes::IMPORT, detail).summary("Configuration for import target does not exist");
    match span {
        Some(span) => fault.at(span),
        None => fault,
    }
}

/// Reports imports to what the configuration does not have.
pub(super) fn check(planner: &mut Planner) {
    if planner.options.mode != PlanMode::Normal {
        return;
    }
    let config = Arc::clone(&planner.evaluator.config);
    let declared = |resource: &ConfigResource| {
        let module = config.modules.get(&resource.module);
        module.is_some_and(|module| module.resources.contains_key(&resource.resource))
    };
    let mut missing: Vec<(String, Option<Span>)> = Vec::new();
    let root = config.modules.get(&ModuleAddr::root());
    for import in root.into_iter().flat_map(|module| &module.imports) {
        if let Some(resource) = pattern(&import.to).ok().as_ref().and_then(config_of)
            && !declared(&resource)
        {
            missing.push((resource.to_string(), Some(import.to.span)));
        }
    }
    for (to, _) in planner
        .options
        .imports
        .iter()
        .filter(|(to, _)| !declared(&to.config()))
    {
        missing.push((to.to_string(), None));
    }
    for to in planner.imports_asked.values().flatten() {
        let failed = planner.failed.contains(&ConfigNode::Resource(to.config()));
        if !failed && !planner.visited.contains(to) {
            missing.push((to.to_string(), place(planner, to)));
        }
    }
    for (name, span) in missing {
        planner.faults.push(missing_target(&name, span));
    }
}
