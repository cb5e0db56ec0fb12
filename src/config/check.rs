//! Static checks of references: every name is declared, and stands where it means something.
//!
//! It looks at all expressions of all modules, evaluates none, and reports in source order. Attributes of
//! resources are not looked at: only a provider's schema knows them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{Mode, ModuleAddr, ResourceAddr, Target};
use crate::diag::{Again, Code, Diagnostic, Diagnostics, did_you_mean};
use crate::schema::Block;
use crate::source::Span;
use crate::syntax::Step;
use crate::syntax::ast::{Body, Expr, ExprKind};

use super::reference::{ROOTS, Reference, Subject, known_references, references as references_of};
use super::{Check, Condition, Config, Module, Repetition, Resource, calls, codes, target};

/// Holds all references of a configuration, and the inputs and providers of its module calls, against what is
/// declared. `schema` tells what a type of resource is made of; in arguments that it does not have, no reference is
/// looked at, since they mean nothing.
pub fn references<'a>(config: &'a Config, schema: &'a Schemas<'a>) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (addr, module) in &config.modules {
        let mut checker = Checker {
            config,
            schema,
            addr,
            module,
            found: Diagnostics::new(),
        };
        checker.module();
        found.extend(checker.found);
        calls::check(config, addr, module, &mut found);
    }
    // A directory that is called twice has its faults once.
    found.0.sort_by_key(|fault| fault.subject);
    found
        .0
        .dedup_by(|a, b| a.subject == b.subject && a.code == b.code && a.detail == b.detail);
    each_name_once(found)
}

/// A name that is declared nowhere is told where it first stands, with the other places named.
fn each_name_once(found: Diagnostics) -> Diagnostics {
    const NAMES: [&Code; 5] = [
        &codes::UNDECLARED_VARIABLE,
        &codes::UNDECLARED_LOCAL,
        &codes::UNDECLARED_RESOURCE,
        &codes::UNDECLARED_MODULE,
        &codes::UNDECLARED_OUTPUT,
    ];
    let mut kept: Vec<Diagnostic> = Vec::new();
    let mut first: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for fault in found {
        if !NAMES.contains(&fault.code) {
            kept.push(fault);
            continue;
        }
        let name = (fault.code.id, fault.detail.clone());
        match first.get(&name).and_then(|at| kept.get_mut(*at)) {
            Some(told) => told.again.push(Again {
                subject: fault.subject,
                address: None,
            }),
            None => {
                first.insert(name, kept.len());
                kept.push(fault);
            }
        }
    }
    Diagnostics(kept)
}

/// Holds the references of one expression, which stands in the root module and in no block, against what is declared.
pub fn expression(config: &Config, expr: &Expr) -> Diagnostics {
    let addr = ModuleAddr::root();
    let nothing = Module::default();
    let mut checker = Checker {
        config,
        schema: &|_| None,
        addr: &addr,
        module: config.modules.get(&addr).unwrap_or(&nothing),
        found: Diagnostics::new(),
    };
    checker.expr(expr, Here::default());
    checker.found
}

/// What is in scope of an expression beyond the names of its module.
#[derive(Clone, Copy, Default)]
struct Here<'a> {
    /// `count.index`
    count: bool,
    /// `each.key`, `each.value`
    each: bool,
    /// `self`
    itself: bool,
    /// The block that the expression stands in, which it must not refer to.
    own: Option<&'a ResourceAddr>,
    /// The check that the expression stands in.
    check: Option<&'a Arc<str>>,
}

impl Here<'_> {
    fn of(repetition: &Repetition) -> Here<'static> {
        Here {
            count: matches!(repetition, Repetition::Count(_)),
            each: matches!(repetition, Repetition::ForEach(_)),
            ..Here::default()
        }
    }
}

/// The schema of a type of resource or data source, where there is one.
pub type Schemas<'a> = dyn Fn(&ResourceAddr) -> Option<&'a Block> + 'a;

struct Checker<'a> {
    config: &'a Config,
    schema: &'a Schemas<'a>,
    addr: &'a ModuleAddr,
    module: &'a Module,
    found: Diagnostics,
}

impl Checker<'_> {
    fn error(&mut self, code: &'static Code, at: Span, detail: impl Into<String>) {
        self.found.push(Diagnostic::error(code, detail).at(at));
    }

    fn module(&mut self) {
        let module = self.module;
        let nowhere = Here::default();
        for config in module.providers.values() {
            self.body(&config.body, None, nowhere);
        }
        for variable in module.variables.values() {
            for validation in &variable.validations {
                self.condition(validation, nowhere, Some(&variable.name));
            }
        }
        for local in module.locals.values() {
            self.expr(&local.expr, nowhere);
        }
        for output in module.outputs.values() {
            self.expr(&output.value, nowhere);
            self.depends_on(&output.depends_on);
            self.conditions(&output.preconditions, nowhere);
            if output.ephemeral && self.addr.is_root() {
                self.error(
                    &codes::EPHEMERAL_OUTPUT,
                    output.span,
                    "Outputs of the root module are stored in the state, and an ephemeral value must not be. Only \
                     outputs of called modules can be ephemeral.",
                );
            }
        }
        for resource in module.resources.values() {
            self.resource(resource, nowhere);
        }
        for call in module.calls.values() {
            if let Some(expr) = call.repetition.expr() {
                self.expr(expr, nowhere);
            }
            for input in call.inputs.values() {
                self.expr(input, Here::of(&call.repetition));
            }
            self.depends_on(&call.depends_on);
        }
        for check in module.checks.values() {
            self.check(check);
        }
        self.imports();
    }

    fn resource(&mut self, resource: &Resource, outside: Here<'_>) {
        let own = Here {
            own: Some(&resource.addr),
            ..outside
        };
        if let Some(expr) = resource.repetition.expr() {
            self.expr(expr, own);
        }
        let inside = Here {
            own: Some(&resource.addr),
            ..Here::of(&resource.repetition)
        };
        self.body(&resource.body, (self.schema)(&resource.addr), inside);
        for provisioner in resource.provisioners.iter().filter(|one| !one.at_destroy) {
            let here = Here {
                itself: true,
                own: None,
                ..inside
            };
            self.body(&provisioner.body, None, here);
        }
        self.depends_on(&resource.depends_on);
        for trigger in &resource.lifecycle.replace_triggered_by {
            self.expr_loosely(trigger, inside);
        }
        self.conditions(&resource.lifecycle.preconditions, inside);
        self.conditions(
            &resource.lifecycle.postconditions,
            Here {
                itself: true,
                ..inside
            },
        );
    }

    fn check(&mut self, check: &Check) {
        let here = Here {
            check: Some(&check.name),
            ..Here::default()
        };
        self.conditions(&check.asserts, here);
    }

    fn imports(&mut self) {
        let mut known = BTreeSet::new();
        for import in &self.module.imports {
            // Where a key is an expression, only the planner can tell.
            let fixed = target::target(&import.to)
                .ok()
                .filter(|_| import.for_each.is_none());
            if let Some(Target::Resource(to)) = fixed
                && !known.insert(to.clone())
            {
                let detail = format!(
                    "Another import block leads to {to} already, and an address stands for one object. Remove one of \
                     the two."
                );
                let fault = Diagnostic::error(&codes::IMPORT, detail)
                    .summary(format!("Duplicate import configuration for \"{to}\""));
                self.found.push(fault.at(import.to.span));
            }
            let each = Here {
                each: import.for_each.is_some(),
                ..Here::default()
            };
            if let Some(expr) = &import.for_each {
                self.expr(expr, Here::default());
            }
            self.expr(&import.id, each);
            let Ok(address) = target::pattern(&import.to) else {
                continue;
            };
            let keys = address.module.iter().map(|(_, key)| key);
            let keys = keys.chain(address.resource.iter().map(|(_, key)| key));
            for key in keys.flatten() {
                self.expr(key, each);
            }
            let addr = ModuleAddr(address.module.iter().map(|(name, _)| Arc::clone(name)).collect());
            let module = self.config.modules.get(&addr);
            let declared = |resource| module.is_some_and(|module| module.resources.contains_key(resource));
            // What is missing in the root module can be generated; the planner speaks of it.
            if let Some((resource, _)) = &address.resource
                && !addr.is_root()
                && !declared(resource)
            {
                self.error(
                    &codes::IMPORT,
                    import.to.span,
                    format!(
                        "There is no {resource} in {addr}. Declare the resource that the import shall lead to."
                    ),
                );
            }
        }
    }

    fn conditions(&mut self, conditions: &[Condition], here: Here<'_>) {
        for condition in conditions {
            self.condition(condition, here, None);
        }
    }

    /// A condition must refer to something: a validation to its own variable.
    fn condition(&mut self, condition: &Condition, here: Here<'_>, variable: Option<&Arc<str>>) {
        self.expr(&condition.error_message, here);
        let faults = self.found.0.len();
        let names = self.expr(&condition.condition, here);
        let at = condition.condition.span;
        match variable {
            Some(name) if !names.iter().any(|found| found.subject == Subject::Variable(Arc::clone(name))) => self.error(
                &codes::CONDITION,
                at,
                format!("The condition must refer to var.{name}, for it shall tell whether its value is valid."),
            ),
            None if names.is_empty() && self.found.0.len() == faults => {
                self.error(
                    &codes::CONDITION,
                    at,
                    "The condition refers to nothing, so it always has the same result and checks nothing.",
                );
            }
            _ => {}
        }
    }

    fn depends_on(&mut self, elements: &[Expr]) {
        for element in elements {
            let mut base = element;
            while let ExprKind::GetAttr(inner, _) | ExprKind::Index(inner, _) = &base.kind {
                base = inner;
            }
            if !matches!(base.kind, ExprKind::Variable(_)) {
                self.error(
                    &codes::REFERENCE_FORM,
                    element.span,
                    "Each element of \"depends_on\" names a thing, such as giantswarm_org.team or module.network.",
                );
                continue;
            }
            self.expr_loosely(element, Here::default());
        }
    }

    fn expr(&mut self, expr: &Expr, here: Here<'_>) -> Vec<Reference> {
        let names = references_of(expr, &mut self.found);
        for name in &names {
            self.reference(name, here, true);
        }
        names
    }

    /// The same where a reference may stop short of an instance.
    fn expr_loosely(&mut self, expr: &Expr, here: Here<'_>) {
        for name in references_of(expr, &mut self.found) {
            self.reference(&name, here, false);
        }
    }

    fn body(&mut self, body: &Body, schema: Option<&Block>, here: Here<'_>) {
        for name in known_references(body, schema, &mut self.found) {
            self.reference(&name, here, true);
        }
    }

    fn reference(&mut self, name: &Reference, here: Here<'_>, keyed: bool) {
        let at = name.span;
        match &name.subject {
            Subject::Variable(variable) if !self.module.variables.contains_key(variable) => {
                let hint = did_you_mean(variable, self.module.variables.keys().map(|name| &**name));
                let also = if hint.is_empty() { format!(" Declare it: variable \"{variable}\" {{}}.") } else { hint };
                let detail =
                    format!("There is no variable \"{variable}\" in {}.{also}", module_name(self.module));
                self.error(&codes::UNDECLARED_VARIABLE, at, detail);
            }
            Subject::Local(local) if !self.module.locals.contains_key(local) => {
                let hint = did_you_mean(local, self.module.locals.keys().map(|name| &**name));
                let detail = format!("There is no local value \"{local}\" in {}.{hint}", module_name(self.module));
                self.error(&codes::UNDECLARED_LOCAL, at, detail);
            }
            Subject::Resource(resource) => self.resource_reference(resource, name, here, keyed),
            Subject::Module(call, output) => self.module_reference(call, output.as_ref(), name, keyed),
            Subject::Count if !here.count => self.error(
                &codes::NOT_AVAILABLE,
                at,
                "\"count\" means something only inside resource, data and module blocks that set count.",
            ),
            Subject::Each if !here.each => self.error(
                &codes::NOT_AVAILABLE,
                at,
                "\"each\" means something only inside resource, data, module and import blocks that set for_each.",
            ),
            Subject::Itself if !here.itself => self.error(
                &codes::NOT_AVAILABLE,
                at,
                "\"self\" means something only in the postcondition and provisioner blocks of a resource.",
            ),
            _ => {}
        }
    }

    fn resource_reference(&mut self, resource: &ResourceAddr, name: &Reference, here: Here<'_>, keyed: bool) {
        if here.own == Some(resource) {
            return self.error(
                &codes::SELF_REFERENCE,
                name.span,
                format!("The configuration of {resource} cannot refer to {resource} itself. In a postcondition use self."),
            );
        }
        let Some(declared) = self.module.resources.get(resource) else {
            let detail = format!(
                "There is no {} \"{}\" \"{}\" in {}.{}",
                if resource.mode == Mode::Data {
                    "data source"
                } else {
                    "resource"
                },
                resource.type_name,
                resource.name,
                module_name(self.module),
                self.resource_hint(resource)
            );
            return self.error(&codes::UNDECLARED_RESOURCE, name.span, detail);
        };
        if let Some(check) = declared.check.as_ref().filter(|check| here.check != Some(check)) {
            let detail = format!(
                "{resource} stands in the check \"{check}\", so only the conditions of that check can refer to it. Move \
                 the data block out of the check to use it elsewhere."
            );
            return self.error(&codes::SCOPED_RESOURCE, name.span, detail);
        }
        if keyed {
            self.instance_key(&resource.to_string(), &declared.repetition, name);
        }
    }

    /// A reference to a block with instances has a key, one to any other has none.
    fn instance_key(&mut self, what: &str, repetition: &Repetition, name: &Reference) {
        let example = match repetition {
            Repetition::One => "",
            Repetition::Count(_) => "[0]",
            Repetition::ForEach(_) => "[\"KEY\"]",
        };
        match (repetition, name.steps.first()) {
            (Repetition::One, Some(Step::Key(_, at) | Step::Index(_, at))) => {
                let detail = format!(
                    "{what} has neither count nor for_each, so there is one instance and it has no key. Remove the \
                     brackets."
                );
                self.found.push(
                    Diagnostic::error(&codes::INSTANCE_KEY, detail)
                        .summary("Unexpected resource instance key")
                        .at(*at)
                        .within(name.span),
                );
            }
            (Repetition::Count(_) | Repetition::ForEach(_), Some(Step::Attr(_))) => {
                let set = if matches!(repetition, Repetition::Count(_)) {
                    "count"
                } else {
                    "for_each"
                };
                let detail = format!(
                    "{what} has {set} set, so an attribute belongs to one of its instances. Say which one by a key in \
                     brackets, such as {what}{example}, or take all of them with a for expression."
                );
                self.found.push(
                    Diagnostic::error(&codes::INSTANCE_KEY, detail)
                        .summary("Missing resource instance key")
                        .at(name.span),
                );
            }
            _ => {}
        }
    }

    fn resource_hint(&self, wanted: &ResourceAddr) -> String {
        let all = || self.module.resources.keys();
        let names = all().filter(|known| known.mode == wanted.mode && known.type_name == wanted.type_name);
        let hint = did_you_mean(&wanted.name, names.map(|known| &*known.name));
        if !hint.is_empty() {
            return hint;
        }
        let other_mode = match wanted.mode {
            Mode::Managed => Mode::Data,
            Mode::Data => Mode::Managed,
        };
        let other = ResourceAddr {
            mode: other_mode,
            ..wanted.clone()
        };
        if self.module.resources.contains_key(&other) {
            return format!(" Did you mean \"{other}\"?");
        }
        let types = all().filter(|known| known.mode == wanted.mode && known.name == wanted.name);
        did_you_mean(
            &wanted.type_name,
            types.map(|known| &*known.type_name).chain(ROOTS),
        )
    }

    fn module_reference(
        &mut self,
        call: &Arc<str>,
        output: Option<&Arc<str>>,
        name: &Reference,
        keyed: bool,
    ) {
        let Some(declared) = self.module.calls.get(call) else {
            let hint = did_you_mean(call, self.module.calls.keys().map(|name| &**name));
            let detail = format!(
                "There is no module call \"{call}\" in {}.{hint}",
                module_name(self.module)
            );
            return self.error(&codes::UNDECLARED_MODULE, name.span, detail);
        };
        if keyed {
            self.instance_key(&format!("module.{call}"), &declared.repetition, name);
        }
        let child = self.config.modules.get(&self.addr.child(Arc::clone(call)));
        if let (Some(output), Some(child)) = (output, child)
            && !child.outputs.contains_key(output)
        {
            let hint = did_you_mean(output, child.outputs.keys().map(|name| &**name));
            let at = name.steps.iter().find_map(|step| match step {
                Step::Attr(attr) => Some(attr.span),
                _ => None,
            });
            let detail = format!(
                "The module that module.{call} calls (\"{}\") has no output \"{output}\".{hint}",
                child.dir
            );
            self.found.push(
                Diagnostic::error(&codes::UNDECLARED_OUTPUT, detail)
                    .at(at.unwrap_or(name.span))
                    .within(name.span),
            );
        }
    }
}

/// `the root module`, `the module in "network"`: by directory, so that the faults of a module that is called
/// twice are the same.
pub(super) fn module_name(module: &Module) -> String {
    if module.dir == "." {
        "the root module".to_owned()
    } else {
        format!("the module in \"{}\"", module.dir)
    }
}
