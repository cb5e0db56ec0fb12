//! Evaluating what a module declares beside resources: variables, locals, outputs, expansions, conditions.
//!
//! Each function takes the [`World`] as far as it is filled and adds one node to it, for all instances of the
//! node's module. Planner and applier share them, so that both mean the same. They call no provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{InstanceKey, ModuleAddr, ModuleInstance};
use crate::config::{Config, Module, ModuleCall, Output, Repetition, Variable};
use crate::diag::{Again, Diagnostic, Diagnostics};
use crate::lang::{apply_defaults, evaluate, with_values};
use crate::source::Span;
use crate::syntax::ast::Expr;
use crate::value::{Kind, Marks, Number, PathStep, Type, Value, convert};

use super::checks::{Checkable, Checked, Status};
use super::codes;
use super::judge::judge;
use super::scope::{Environment, Here, ModuleScope, Need};
use super::world::{Expansion, World};

/// What is needed to evaluate anything: the configuration, the run, the values given for root variables.
pub struct Evaluator {
    /// The configuration.
    pub config: Arc<Config>,
    /// The run.
    pub environment: Environment,
    /// Values given for variables of the root module, as given: strings where they came as text.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Where those of them stand that come from files.
    pub places: BTreeMap<Arc<str>, Span>,
    /// Validation alone: no variable value need be given, and what cannot be expanded is unknown.
    pub validating: bool,
}

/// What evaluating used.
pub type Used = BTreeSet<Need>;

impl Evaluator {
    /// A module as declared.
    pub fn module(&self, addr: &ModuleAddr) -> Result<&Module, Diagnostics> {
        self.config.modules.get(addr).ok_or_else(|| {
            Diagnostic::error(
                &crate::lang::codes::UNDECLARED,
                format!("There is no module {addr} in the configuration."),
            )
            .into()
        })
    }

    /// A scope of a module instance.
    pub fn scope<'a>(
        &'a self,
        world: &'a World,
        instance: &'a ModuleInstance,
    ) -> Result<ModuleScope<'a>, Diagnostics> {
        Ok(ModuleScope::new(
            world,
            self.module(&instance.config())?,
            instance,
            &self.environment,
        ))
    }

    /// Expands a module call for every instance of its module, and adds the module instances.
    pub fn call(&self, world: &mut World, module: &ModuleAddr, name: &Arc<str>) -> Result<Used, Diagnostics> {
        let mut used = Used::new();
        let declared = self.module(module)?;
        let Some(call) = declared.calls.get(name) else {
            return Ok(used);
        };
        for instance in world.instances(module) {
            let expansion = self.expand(world, &instance, &call.repetition, &mut used)?;
            let keys = match &expansion {
                Expansion::Unknown => vec![InstanceKey::None],
                known => known.keys(),
            };
            for key in keys {
                world.add_module(instance.child(Arc::clone(name), key));
            }
            if let Some(values) = world.module_mut(&instance) {
                values.calls.insert(Arc::clone(name), expansion);
            }
        }
        Ok(used)
    }

    /// Gives a variable its value in every instance of its module.
    pub fn variable(
        &self,
        world: &mut World,
        module: &ModuleAddr,
        name: &Arc<str>,
    ) -> Result<Used, Diagnostics> {
        let mut used = Used::new();
        let mut faults = Diagnostics::new();
        let declared = self.module(module)?;
        let Some(variable) = declared.variables.get(name) else {
            return Ok(used);
        };
        let of = Checkable::Variable(module.clone(), Arc::clone(name));
        world.checks.expanded(&of);
        for instance in world.instances(module) {
            let value = match instance.parent() {
                None => self.root_input(variable),
                Some((parent, call, key)) => self.call_input(world, &parent, call, key, variable, &mut used),
            };
            let at = value.as_ref().ok().and_then(|(_, at)| *at);
            let value = match value.and_then(|(value, at)| settle(variable, value, at)) {
                Ok(value) => value,
                Err(more) => {
                    faults.extend(more);
                    continue;
                }
            };
            let mut marks = Marks::NONE;
            if variable.sensitive {
                marks |= Marks::SENSITIVE;
            }
            if variable.ephemeral {
                marks |= Marks::EPHEMERAL;
            }
            if let Some(values) = world.module_mut(&instance) {
                values.variables.insert(Arc::clone(name), value.mark(marks));
            }
            let scope = self.scope(world, &instance)?;
            let mut judged = judge(&variable.validations, &scope, "");
            used.extend(scope.into_used());
            // What is wrong is the value, wherever it is given; that of the root module has no place.
            let place = at.filter(|_| !instance.is_root()).unwrap_or(variable.span);
            for fault in judged
                .iter_mut()
                .filter(|judged| judged.status == Status::Fail)
                .flat_map(|j| &mut j.faults.0)
            {
                if fault.code.id == codes::CONDITION_FAILED.id {
                    (fault.subject, fault.context) = (Some(place), None);
                }
            }
            faults.extend(world.note(&of, &Checked::Module(instance), judged));
        }
        used.remove(&Need::Node(crate::graph::ConfigNode::Variable(
            module.clone(),
            Arc::clone(name),
        )));
        if faults.has_errors() {
            Err(faults)
        } else {
            Ok(used)
        }
    }

    fn root_input(&self, variable: &Variable) -> Result<(Value, Option<Span>), Diagnostics> {
        match (self.variables.get(&variable.name), &variable.default) {
            (Some(value), Some(_)) if value.is_null() && !variable.nullable => default_of(variable),
            (Some(value), _) => Ok((value.clone(), self.places.get(&variable.name).copied())),
            (None, Some(_)) => default_of(variable),
            (None, None) if self.validating => {
                Ok((Value::unknown(variable.constraint.ty.without_optional()), None))
            }
            (None, None) => Err(Diagnostic::error(
                &codes::MISSING_VARIABLE,
                format!(
                    "The variable \"{0}\" has no default, and no value was given for it. Give one with -var '{0}=...', \
                     in a terraform.tfvars file, or in the environment as TF_VAR_{0}.",
                    variable.name
                ),
            )
            .at(variable.span)
            .into()),
        }
    }

    fn call_input(
        &self,
        world: &World,
        parent: &ModuleInstance,
        call: &Arc<str>,
        key: &InstanceKey,
        variable: &Variable,
        used: &mut Used,
    ) -> Result<(Value, Option<Span>), Diagnostics> {
        let Some(call) = self.module(&parent.config())?.calls.get(call) else {
            return Ok((Value::dynamic_unknown(), None));
        };
        let Some(expr) = call.inputs.get(&variable.name) else {
            return if variable.default.is_some() {
                default_of(variable)
            } else {
                Err(missing_input(call, variable))
            };
        };
        let expansion = world
            .module(parent)
            .and_then(|module| module.calls.get(&call.name));
        let here = expansion
            .map(|expansion| Here::of(expansion, key))
            .unwrap_or_default();
        let scope = self.scope(world, parent)?.with(here);
        let value = evaluate(expr, &scope);
        used.extend(scope.into_used());
        let value = value?;
        if value.is_null() && !variable.nullable && variable.default.is_some() {
            return default_of(variable);
        }
        Ok((value, Some(expr.span)))
    }

    /// Gives a local its value in every instance of its module.
    pub fn local(
        &self,
        world: &mut World,
        module: &ModuleAddr,
        name: &Arc<str>,
    ) -> Result<Used, Diagnostics> {
        let mut used = Used::new();
        let Some(local) = self.module(module)?.locals.get(name) else {
            return Ok(used);
        };
        for instance in world.instances(module) {
            let scope = self.scope(world, &instance)?;
            let value = evaluate(&local.expr, &scope);
            used.extend(scope.into_used());
            let value = value?;
            if let Some(values) = world.module_mut(&instance) {
                values.locals.insert(Arc::clone(name), value);
            }
        }
        Ok(used)
    }

    /// Gives an output its value in every instance of its module, after its preconditions.
    pub fn output(
        &self,
        world: &mut World,
        module: &ModuleAddr,
        name: &Arc<str>,
    ) -> Result<Used, Diagnostics> {
        let mut used = Used::new();
        let Some(output) = self.module(module)?.outputs.get(name) else {
            return Ok(used);
        };
        let of = Checkable::Output(module.clone(), Arc::clone(name));
        world.checks.expanded(&of);
        for instance in world.instances(module) {
            let scope = self.scope(world, &instance)?;
            let judged = judge(
                &output.preconditions,
                &scope,
                &format!("{}output.{name}", prefix(&instance)),
            );
            let value = output_value(output, &scope, module.is_root());
            used.extend(scope.into_used());
            let faults = world.note(&of, &Checked::Module(instance.clone()), judged);
            if faults.has_errors() {
                return Err(faults);
            }
            let value = value?;
            if let Some(values) = world.module_mut(&instance) {
                values.outputs.insert(Arc::clone(name), value);
            }
        }
        Ok(used)
    }

    /// Judges a `check` block in every instance of its module. It only warns; that only apply can tell is worth a
    /// warning while `planning`.
    pub fn check(
        &self,
        world: &mut World,
        module: &ModuleAddr,
        name: &Arc<str>,
        planning: bool,
    ) -> Diagnostics {
        let mut warnings = Diagnostics::new();
        let check = self
            .config
            .modules
            .get(module)
            .and_then(|module| module.checks.get(name));
        let Some(check) = check else { return warnings };
        let of = Checkable::Check(module.clone(), Arc::clone(name));
        world.checks.expanded(&of);
        for instance in world.instances(module) {
            let Ok(scope) = self.scope(world, &instance) else {
                continue;
            };
            let mut judged = judge(&check.asserts, &scope, "");
            for judged in judged
                .iter_mut()
                .filter(|_| planning)
                .filter(|j| j.status == Status::Unknown)
            {
                let detail = "What this check asserts cannot be told before apply. It is checked again then.";
                let warning = Diagnostic::warning(&codes::CHECK_UNKNOWN, detail);
                judged.faults.push(warning.at(judged.span).within(judged.block));
            }
            for mut fault in world.note(&of, &Checked::Module(instance), judged) {
                fault.severity = crate::diag::Severity::Warning;
                if fault.code.id == codes::CONDITION_FAILED.id {
                    fault.code = &codes::CHECK_FAILED;
                    fault.summary = codes::CHECK_FAILED.title.to_owned();
                }
                warnings.push(fault);
            }
        }
        warnings
    }

    /// How a block is expanded in a module instance.
    pub fn expand(
        &self,
        world: &World,
        instance: &ModuleInstance,
        repetition: &Repetition,
        used: &mut Used,
    ) -> Result<Expansion, Diagnostics> {
        let Some(expr) = repetition.expr() else {
            return Ok(Expansion::One);
        };
        let scope = self.scope(world, instance)?;
        let value = evaluate(expr, &scope);
        used.extend(scope.into_used());
        let value = value?;
        if self.validating && !value.is_wholly_known() {
            if matches!(repetition, Repetition::ForEach(_)) && value.is_sensitive() {
                return for_each_of(&value, expr);
            }
            return Ok(Expansion::Unknown);
        }
        let expansion = match repetition {
            Repetition::Count(_) => count_of(&value, expr),
            _ => for_each_of(&value, expr),
        };
        expansion.map_err(|faults| {
            let scope = self.scope(world, instance);
            let explained = faults.into_iter().map(|fault| match &scope {
                Ok(scope) => with_values(fault, expr, scope),
                Err(_) => fault,
            });
            Diagnostics(explained.collect())
        })
    }
}

/// What an instance's module puts before an address; nothing in the root module.
pub(super) fn prefix(module: &ModuleInstance) -> String {
    if module.is_root() {
        String::new()
    } else {
        format!("{module}.")
    }
}

fn missing_input(call: &ModuleCall, variable: &Variable) -> Diagnostics {
    Diagnostic::error(
        &codes::MISSING_VARIABLE,
        format!(
            "The module \"{}\" needs a value for its variable \"{}\", which has no default. Add the argument to this call.",
            call.name, variable.name
        ),
    )
    .at(call.span)
    .into()
}

/// The default of a variable and its place; null if it has none.
pub fn default_of(variable: &Variable) -> Result<(Value, Option<Span>), Diagnostics> {
    match &variable.default {
        Some(expr) => Ok((
            evaluate(expr, &crate::lang::NamesScope::empty())?,
            Some(expr.span),
        )),
        None => Ok((Value::null(variable.constraint.ty.without_optional()), None)),
    }
}

/// Converts a given value to the variable's type, with the defaults of optional attributes.
fn settle(variable: &Variable, value: Value, at: Option<Span>) -> Result<Value, Diagnostics> {
    // The line of a value that must not be shown is named, and not shown.
    let hidden = variable.sensitive || variable.ephemeral;
    let place = at.filter(|_| !hidden).unwrap_or(variable.span);
    let again: Vec<Again> = at
        .filter(|_| hidden)
        .map(|at| Again {
            subject: Some(at),
            address: None,
        })
        .into_iter()
        .collect();
    let value = apply_defaults(&value, &variable.constraint);
    let converted = convert::convert(&value, &variable.constraint.ty).map_err(|fault| {
        let is_key = |step: &PathStep| !matches!(step, PathStep::Attr(_));
        let path = if fault.path.is_empty() || (hidden && fault.path.steps().iter().any(is_key)) {
            String::new()
        } else {
            format!(" at {}", fault.path)
        };
        let detail = format!(
            "The value for var.{} does not fit its type{path}: {}.",
            variable.name, fault.message
        );
        Diagnostic {
            again,
            ..Diagnostic::error(&codes::INVALID_VARIABLE, detail).at(place)
        }
    })?;
    if converted.is_null() && !variable.nullable {
        return Err(Diagnostic::error(
            &codes::INVALID_VARIABLE,
            format!(
                "The variable \"{}\" says nullable = false, so its value must not be null.",
                variable.name
            ),
        )
        .at(place)
        .into());
    }
    Ok(converted)
}

fn output_value(output: &Output, scope: &ModuleScope<'_>, root: bool) -> Result<Value, Diagnostics> {
    let value = evaluate(&output.value, scope)?;
    let marks = value.deep_marks();
    if root && marks.is_sensitive() && !output.sensitive {
        return Err(Diagnostic::error(
            &codes::SENSITIVE_OUTPUT,
            format!(
                "The value of the output \"{}\" is sensitive, and an output is shown. Add sensitive = true to the \
                 output to hide it, or use nonsensitive() if it is no secret.",
                output.name
            ),
        )
        .at(output.span)
        .into());
    }
    if marks.is_ephemeral() && (root || !output.ephemeral) {
        return Err(Diagnostic::error(
            &codes::EPHEMERAL_STORED,
            format!(
                "The value of the output \"{}\" is ephemeral and cannot be kept.",
                output.name
            ),
        )
        .at(output.value.span)
        .into());
    }
    if root && value.infinite().is_some() {
        return Err(Diagnostic::error(
            &codes::INFINITE,
            format!(
                "The value of the output \"{}\" is or holds an infinite number, which cannot be kept. Take a number that is \
                 finite.",
                output.name
            ),
        )
        .at(output.value.span)
        .into());
    }
    Ok(if output.sensitive {
        value.mark(Marks::SENSITIVE)
    } else {
        value
    })
}

fn invalid_repetition(expr: &Expr, detail: String) -> Diagnostics {
    Diagnostic::error(&codes::INVALID_REPETITION, detail)
        .at(expr.span)
        .into()
}

/// What to do about instances that only apply could tell.
const KNOWN_KEYS: &str = "so the plan cannot tell which instances there will be. Use names that the configuration itself \
                          gives, or apply what it depends on first, with -target.";

fn refuse_hidden(value: &Value, expr: &Expr, argument: &str) -> Result<Value, Diagnostics> {
    let (value, marks) = value.clone().unmark();
    if marks.is_sensitive() {
        return Err(invalid_repetition(
            expr,
            format!(
                "The value of {argument} is sensitive, and it would show in the addresses of the instances. Use \
                 nonsensitive() if it is no secret."
            ),
        ));
    }
    if marks.is_ephemeral() {
        return Err(invalid_repetition(
            expr,
            format!(
                "The value of {argument} is ephemeral; it decides which instances there are, so it must last."
            ),
        ));
    }
    if !value.is_known() {
        return Err(invalid_repetition(
            expr,
            format!("The value of {argument} is known only after apply, {KNOWN_KEYS}"),
        ));
    }
    if value.is_null() {
        return Err(invalid_repetition(
            expr,
            format!("The value of {argument} must not be null."),
        ));
    }
    Ok(value)
}

fn count_of(value: &Value, expr: &Expr) -> Result<Expansion, Diagnostics> {
    // How many instances there are is no secret, whatever the number came from.
    let (plain, marks) = value.clone().unmark();
    let value = refuse_hidden(&plain.mark(marks.without(Marks::SENSITIVE)), expr, "count")?;
    let number = convert::convert(&value, &Type::Number).map_err(|fault| {
        invalid_repetition(
            expr,
            format!("The value of count is not a number: {}.", fault.message),
        )
    })?;
    match number.as_number().and_then(Number::to_u64) {
        Some(count) if count <= 1_000_000 => Ok(Expansion::Count(count)),
        Some(_) => Err(invalid_repetition(
            expr,
            "The value of count is greater than a million.".to_owned(),
        )),
        None => Err(invalid_repetition(
            expr,
            "The value of count must be a whole number, zero or greater.".to_owned(),
        )),
    }
}

fn for_each_of(value: &Value, expr: &Expr) -> Result<Expansion, Diagnostics> {
    let value = refuse_hidden(value, expr, "for_each")?;
    let each = match value.kind() {
        Kind::Map(_, members) | Kind::Object(members) => members
            .iter()
            .map(|(key, value)| (Arc::clone(key), value.clone()))
            .collect(),
        Kind::Set(ty, items) if *ty == Type::String || items.is_empty() => {
            let mut each = BTreeMap::new();
            for item in items.iter() {
                let Some(text) = item.as_arc_str() else {
                    let what = if item.is_null() {
                        "null, and an instance needs a name. Remove it from the set.".to_owned()
                    } else {
                        format!("a string that is known only after apply, {KNOWN_KEYS}")
                    };
                    return Err(invalid_repetition(
                        expr,
                        format!("The set given to for_each holds {what}"),
                    ));
                };
                each.insert(Arc::clone(text), item.clone());
            }
            each
        }
        _ => {
            let hint = match value.ty() {
                Type::Tuple(_) | Type::List(_) => " Wrap it in toset() to make a set of it.",
                Type::Set(_) => " Its elements must be strings.",
                _ => "",
            };
            return Err(invalid_repetition(
                expr,
                format!(
                    "for_each takes a map, an object or a set of strings, not a {}.{hint}",
                    value.ty().friendly_name()
                ),
            ));
        }
    };
    Ok(Expansion::ForEach(each))
}
