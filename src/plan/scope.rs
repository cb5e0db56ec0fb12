//! What names mean inside a module instance: the bridge from the evaluator to the [`World`].
//!
//! It resolves references step by step, so that `type.name["k"].attr` never builds the whole resource, and it
//! records which instances and nodes were really used, so that the step graph waits for no more than that.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, InstanceKey, Mode, ModuleInstance, ResourceAddr};
use crate::config::Module;
use crate::config::reference::ROOTS;
use crate::diag::{Diagnostic, did_you_mean};
use crate::graph::ConfigNode;
use crate::lang::{Effects, Files, ResolvedStep, Scope, codes};
use crate::source::Span;
use crate::value::{Marks, Members, Type, Value};

use super::world::{Expansion, World};

/// Something that a value was made from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// One instance.
    Instance(InstanceAddr),
    /// All instances of a resource, in all instances of its module.
    Resource(ConfigResource),
    /// A variable, local or output.
    Node(ConfigNode),
}

/// What is the same for every expression of a run.
pub struct Environment {
    /// Files that functions may read.
    pub files: Arc<dyn Files>,
    /// Time and randomness; none while planning.
    pub effects: Option<Arc<dyn Effects>>,
    /// When the plan began, RFC 3339.
    pub plan_timestamp: String,
    /// `terraform.workspace`.
    pub workspace: String,
    /// `path.root`.
    pub root_dir: String,
}

/// `each`, `count` and `self`, where they mean something.
#[derive(Clone, Debug, Default)]
pub struct Here {
    /// The instance's key and, for `for_each`, its value.
    pub key: InstanceKey,
    /// `each.value`.
    pub each_value: Option<Value>,
    /// `self`.
    pub own: Option<Value>,
    /// Whether it is any instance of a block that is not expanded, so that key and value are unknown.
    pub open: bool,
}

impl Here {
    /// The instance of this key in an expansion.
    pub fn of(expansion: &Expansion, key: &InstanceKey) -> Here {
        let each_value = match (expansion, key) {
            (Expansion::ForEach(each), InstanceKey::Str(key)) => each.get(key).cloned(),
            _ => None,
        };
        Here {
            key: key.clone(),
            each_value,
            own: None,
            open: matches!(expansion, Expansion::Unknown),
        }
    }
}

/// The scope of expressions in one module instance.
pub struct ModuleScope<'a> {
    /// All values.
    pub world: &'a World,
    /// The module as declared.
    pub config: &'a Module,
    /// Which instance of it.
    pub module: &'a ModuleInstance,
    /// `each`, `count`, `self`.
    pub here: Here,
    /// The run.
    pub environment: &'a Environment,
    /// Whether a person asks, who may ask for the type of a value.
    pub console: bool,
    /// What was used so far.
    pub used: RefCell<BTreeSet<Need>>,
}

impl<'a> ModuleScope<'a> {
    /// A scope without `each`, `count` and `self`.
    pub fn new(
        world: &'a World,
        config: &'a Module,
        module: &'a ModuleInstance,
        environment: &'a Environment,
    ) -> ModuleScope<'a> {
        ModuleScope {
            world,
            config,
            module,
            here: Here::default(),
            environment,
            console: false,
            used: RefCell::default(),
        }
    }

    /// The same with `each`, `count` and `self`.
    #[must_use]
    pub fn with(mut self, here: Here) -> ModuleScope<'a> {
        self.here = here;
        self
    }

    /// What was used.
    pub fn into_used(self) -> BTreeSet<Need> {
        self.used.into_inner()
    }

    fn uses(&self, need: Need) {
        self.used.borrow_mut().insert(need);
    }

    fn attribute<'s>(
        &self,
        root: &str,
        steps: &'s [ResolvedStep],
        at: usize,
        span: Span,
    ) -> Result<&'s str, Diagnostic> {
        steps.get(at).and_then(ResolvedStep::attr).ok_or_else(|| {
            Diagnostic::error(
                &codes::INVALID_REFERENCE,
                format!("\"{root}\" alone is not a value: a dot and a name must follow it."),
            )
            .at(span)
        })
    }

    fn undeclared<'n>(
        &self,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n Arc<str>>,
        span: Span,
    ) -> Diagnostic {
        let hint = did_you_mean(name, known.into_iter().map(|name| &**name));
        Diagnostic::error(
            &codes::UNDECLARED,
            format!("There is no {what} named \"{name}\" in this module.{hint}"),
        )
        .at(span)
    }

    fn variable(&self, name: &str, span: Span) -> Result<Value, Diagnostic> {
        if !self.config.variables.contains_key(name) {
            return Err(self.undeclared("variable", name, self.config.variables.keys(), span));
        }
        self.uses(Need::Node(ConfigNode::Variable(
            self.module.config(),
            Arc::from(name),
        )));
        let module = self.world.module(self.module);
        Ok(module
            .and_then(|m| m.variables.get(name))
            .cloned()
            .unwrap_or_else(Value::dynamic_unknown))
    }

    fn local(&self, name: &str, span: Span) -> Result<Value, Diagnostic> {
        if !self.config.locals.contains_key(name) {
            return Err(self.undeclared("local value", name, self.config.locals.keys(), span));
        }
        self.uses(Need::Node(ConfigNode::Local(
            self.module.config(),
            Arc::from(name),
        )));
        let module = self.world.module(self.module);
        Ok(module
            .and_then(|m| m.locals.get(name))
            .cloned()
            .unwrap_or_else(Value::dynamic_unknown))
    }

    fn resource(
        &self,
        addr: &ResourceAddr,
        behind: &[ResolvedStep],
        consumed: usize,
        span: Span,
    ) -> Result<(Value, usize), Diagnostic> {
        if !self.config.resources.contains_key(addr) {
            let what = if addr.mode == Mode::Data {
                "data source"
            } else {
                "resource"
            };
            let known: Vec<String> = self
                .config
                .resources
                .keys()
                .filter(|r| r.mode == addr.mode)
                .map(ToString::to_string)
                .collect();
            let hint = did_you_mean(&addr.to_string(), known.iter().map(String::as_str));
            return Err(Diagnostic::error(
                &codes::UNDECLARED,
                format!("There is no {what} {addr} in this module.{hint}"),
            )
            .at(span));
        }
        let whole = || {
            self.uses(Need::Resource(ConfigResource {
                module: self.module.config(),
                resource: addr.clone(),
            }));
        };
        let instance = |key| {
            self.uses(Need::Instance(InstanceAddr {
                module: self.module.clone(),
                resource: addr.clone(),
                key,
            }));
        };
        let Some(resource) = self.world.resource(self.module, addr) else {
            whole();
            return Ok((Value::dynamic_unknown(), consumed));
        };
        if let Some(key) = behind.first().and_then(ResolvedStep::key).and_then(instance_key)
            && resource.expansion.has(&key)
            && let Some(object) = resource.object(&key)
        {
            instance(key);
            let marks = behind
                .first()
                .and_then(ResolvedStep::key)
                .map_or(Marks::NONE, Value::marks);
            return Ok((object.clone().mark(marks), consumed + 1));
        }
        match resource.expansion {
            Expansion::One => instance(InstanceKey::None),
            _ => whole(),
        }
        Ok((resource.whole(), consumed))
    }

    fn module_call(
        &self,
        name: &str,
        behind: &[ResolvedStep],
        span: Span,
    ) -> Result<(Value, usize), Diagnostic> {
        if !self.config.calls.contains_key(name) {
            return Err(self.undeclared("module call", name, self.config.calls.keys(), span));
        }
        let expansion = self
            .world
            .module(self.module)
            .and_then(|module| module.calls.get(name));
        let child = self.module.config().child(name);
        let need = |output: &Arc<str>| {
            self.uses(Need::Node(ConfigNode::Output(child.clone(), Arc::clone(output))));
        };
        let whole_of = |key: InstanceKey| {
            let instance = self.module.child(name, key);
            let outputs = self
                .world
                .module(&instance)
                .map(|module| module.outputs.clone())
                .unwrap_or_default();
            outputs.keys().for_each(need);
            Value::object_members(outputs)
        };
        let one = |key: InstanceKey, behind: &[ResolvedStep], consumed: usize| {
            let instance = self.module.child(name, key.clone());
            let outputs = self.world.module(&instance).map(|module| &module.outputs);
            match (behind.first().and_then(ResolvedStep::attr), outputs) {
                (Some(output), Some(outputs)) if outputs.contains_key(output) => {
                    let output: Arc<str> = Arc::from(output);
                    need(&output);
                    (
                        outputs
                            .get(&output)
                            .cloned()
                            .unwrap_or_else(Value::dynamic_unknown),
                        consumed + 1,
                    )
                }
                _ => (whole_of(key), consumed),
            }
        };
        match expansion {
            None | Some(Expansion::Unknown) => Ok((Value::dynamic_unknown(), 1)),
            Some(Expansion::One) => Ok(one(InstanceKey::None, behind, 1)),
            Some(expansion) => {
                if let Some(key) = behind.first().and_then(ResolvedStep::key).and_then(instance_key)
                    && expansion.has(&key)
                {
                    return Ok(one(key, behind.get(1..).unwrap_or_default(), 2));
                }
                let each = expansion
                    .keys()
                    .into_iter()
                    .map(|key| (key.clone(), whole_of(key)));
                let value = match expansion {
                    Expansion::Count(_) => Value::tuple(each.map(|(_, value)| value).collect()),
                    _ => {
                        let members = each.filter_map(|(key, value)| match key {
                            InstanceKey::Str(key) => Some((key, value)),
                            _ => None,
                        });
                        Value::object_members(members.collect::<Members>())
                    }
                };
                Ok((value, 1))
            }
        }
    }

    fn repetition_value(&self, root: &str, name: &str, span: Span) -> Result<Value, Diagnostic> {
        let value = match (root, name, &self.here.key) {
            ("count", "index", InstanceKey::Int(index)) => {
                Some(Value::int(i64::try_from(*index).unwrap_or(i64::MAX)))
            }
            ("each", "key", InstanceKey::Str(key)) => Some(Value::string(key)),
            ("each", "value", InstanceKey::Str(_)) => self.here.each_value.clone(),
            ("count", "index", _) if self.here.open => Some(Value::unknown(Type::Number)),
            ("each", "key", _) if self.here.open => Some(Value::unknown(Type::String).refine_not_null()),
            ("each", "value", _) if self.here.open => Some(Value::dynamic_unknown()),
            _ => None,
        };
        value.ok_or_else(|| {
            let (argument, usual) = match root {
                "count" => ("count", "count.index"),
                _ => ("for_each", "each.key and each.value"),
            };
            let why = if matches!((root, name), ("count", "index") | ("each", "key" | "value")) {
                format!("{root}.{name} means something only in a block with the argument \"{argument}\".")
            } else {
                format!("\"{root}\" has no attribute \"{name}\": there is {usual}.")
            };
            Diagnostic::error(&codes::INVALID_REFERENCE, why).at(span)
        })
    }

    fn path_value(&self, name: &str, span: Span) -> Result<Value, Diagnostic> {
        match name {
            "module" => Ok(Value::string(&self.config.dir)),
            "root" => Ok(Value::string(&self.environment.root_dir)),
            "cwd" => Ok(Value::string(self.environment.files.working_directory())),
            other => {
                let hint = did_you_mean(other, ["module", "root", "cwd"]);
                Err(Diagnostic::error(
                    &codes::INVALID_REFERENCE,
                    format!("\"path\" has no attribute \"{other}\": there are module, root and cwd.{hint}"),
                )
                .at(span))
            }
        }
    }
}

/// The instance key that an index value names, if it is known and of a kind that keys have.
fn instance_key(value: &Value) -> Option<InstanceKey> {
    if let Some(text) = value.as_str() {
        return Some(InstanceKey::Str(Arc::from(text)));
    }
    value
        .as_number()
        .and_then(crate::value::Number::to_u64)
        .map(InstanceKey::Int)
}

impl Scope for ModuleScope<'_> {
    fn resolve(&self, root: &str, steps: &[ResolvedStep], span: Span) -> Result<(Value, usize), Diagnostic> {
        let first = |at| self.attribute(root, steps, at, span);
        match root {
            "var" => Ok((self.variable(first(0)?, span)?, 1)),
            "local" => Ok((self.local(first(0)?, span)?, 1)),
            "module" => {
                let name = first(0)?;
                self.module_call(name, steps.get(1..).unwrap_or_default(), span)
            }
            "each" | "count" => Ok((self.repetition_value(root, first(0)?, span)?, 1)),
            "path" => Ok((self.path_value(first(0)?, span)?, 1)),
            "terraform" => match first(0)? {
                "workspace" => Ok((Value::string(&self.environment.workspace), 1)),
                // Only what is applied has effects.
                "applying" => {
                    let applying = Value::bool(self.environment.effects.is_some());
                    Ok((applying.mark(Marks::EPHEMERAL), 1))
                }
                other => Err(Diagnostic::error(
                    &codes::INVALID_REFERENCE,
                    format!("\"terraform\" has no attribute \"{other}\": there are workspace and applying."),
                )
                .at(span)),
            },
            "self" => match &self.here.own {
                Some(own) => Ok((own.clone(), 0)),
                None => Err(Diagnostic::error(
                    &codes::INVALID_REFERENCE,
                    "\"self\" means something only in a postcondition: there it is the object itself.",
                )
                .at(span)),
            },
            "data" => {
                let addr = ResourceAddr::data(first(0)?, first(1)?);
                self.resource(&addr, steps.get(2..).unwrap_or_default(), 2, span)
            }
            "resource" => {
                let addr = ResourceAddr::managed(first(0)?, first(1)?);
                self.resource(&addr, steps.get(2..).unwrap_or_default(), 2, span)
            }
            type_name => {
                let addr = ResourceAddr::managed(type_name, first(0)?);
                self.resource(&addr, steps.get(1..).unwrap_or_default(), 1, span)
            }
        }
    }

    fn names(&self) -> Vec<String> {
        let types = self
            .config
            .resources
            .keys()
            .filter(|r| r.mode == Mode::Managed)
            .map(|r| &*r.type_name);
        ROOTS.into_iter().chain(types).map(str::to_owned).collect()
    }

    fn files(&self) -> &dyn Files {
        &*self.environment.files
    }

    fn effects(&self) -> Option<&dyn Effects> {
        self.environment.effects.as_deref()
    }

    fn is_console(&self) -> bool {
        self.console
    }

    fn plan_timestamp(&self) -> Option<String> {
        Some(self.environment.plan_timestamp.clone())
    }
}
