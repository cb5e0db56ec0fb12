//! The causes of one object's change, by what happens to it and the plan's reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::addr::{InstanceAddr, InstanceKey, Mode, ModuleInstance, ResourceAddr, parse_instance};
use crate::config::Repetition;
use crate::plan::change::{Action, PlanMode, Reason};
use crate::plan::drift::{differences, look};
use crate::plan::pending::trigger_of;
use crate::plan::removed;
use crate::schema::Attribute;
use crate::value::{Path, Value};

use super::find::{all_written, moved_from};
use super::references::Site;
use super::trace::{Object, Part, Tracer, open, overlap, parts};
use super::{Cause, Fact, Question, Remark, Still, Told};

impl<'a> Tracer<'a> {
    /// What happens to each object of an instance, and why.
    pub fn objects(&mut self, question: &Question) -> Vec<Told> {
        let changes = &self.planned.plan.changes;
        let first = changes.partition_point(|change| change.addr < question.addr);
        let behind = changes.iter().enumerate().skip(first);
        let all: Vec<usize> = behind
            .take_while(|(_, change)| change.addr == question.addr)
            .map(|(at, _)| at)
            .collect();
        let mut told: Vec<Told> = all
            .into_iter()
            .filter_map(|at| Some(self.told(&self.object(at)?, &question.path)))
            .collect();
        if !told.iter().any(|one| one.deposed.is_none()) {
            told.insert(0, self.untouched(question));
        }
        told
    }

    fn told(&mut self, object: &Object<'a>, path: &Path) -> Told {
        let change = object.change;
        let asked = !path.is_root() && change.deposed.is_none();
        let causes = if asked {
            let parts = parts(change, path);
            parts
                .into_iter()
                .map(|part| self.attribute(object, part))
                .collect()
        } else {
            let mut causes = self.causes_of(object);
            causes.extend(self.order(object));
            causes
        };
        let still = if change.action == Action::NoOp || (asked && causes.is_empty()) {
            self.still(object, path)
        } else {
            Vec::new()
        };
        Told {
            change: Some(object.at),
            deposed: change.deposed.clone(),
            action: change.action,
            reason: change.reason,
            causes,
            still,
        }
    }

    /// An instance that the plan has no change for.
    fn untouched(&self, question: &Question) -> Told {
        let still = match question.addr.resource.mode {
            _ if self.planned.plan.partial => Still::LeftOut,
            Mode::Data => Still::ReadNow,
            Mode::Managed => Still::Equal,
        };
        Told {
            change: None,
            deposed: None,
            action: Action::NoOp,
            reason: Reason::None,
            causes: Vec::new(),
            still: vec![Remark { still, line: None }],
        }
    }

    /// Why something happens to an object.
    pub fn causes(&mut self, object: &Object<'a>) -> Vec<Cause> {
        let change = object.change;
        let mut causes = match change.action {
            Action::NoOp => Vec::new(),
            Action::Create => self.creation(object),
            Action::Update => self.attributes(object),
            Action::DeleteThenCreate | Action::CreateThenDelete => self.replacement(object),
            Action::Delete => vec![self.deletion(object)],
            Action::Forget => {
                let removed = removed::of(&self.planned.evaluator.config, &change.addr);
                let line = removed.and_then(|removed| open(removed.span));
                vec![Cause::bare(Fact::Removed, line)]
            }
            Action::Read => self.reading(object),
        };
        if let Some(from) = &change.previous {
            let span = moved_from(&self.planned.evaluator.config, from, &change.addr);
            causes.push(Cause::bare(Fact::Moved(from.clone()), span.and_then(open)));
        }
        if let Some(id) = &change.importing {
            causes.push(Cause::bare(Fact::Imported(id.clone()), None));
        }
        causes
    }

    fn creation(&mut self, object: &Object<'a>) -> Vec<Cause> {
        let line = object.change.span.and_then(open);
        if object.change.reason == Reason::DeletedOutside {
            return vec![Cause::bare(Fact::DeletedOutside, line)];
        }
        let mut because: Vec<Cause> = self.keys(object).into_iter().collect();
        because.extend(self.module_keys(&object.change.addr.module));
        vec![Cause::with(Fact::New, line, because)]
    }

    /// `count` or `for_each` of the block, where it has one.
    fn keys(&mut self, object: &Object<'a>) -> Option<Cause> {
        let repetition = &object.declared?.repetition;
        self.repeated(repetition, &object.site)
    }

    fn repeated(&mut self, repetition: &'a Repetition, site: &Site<'a>) -> Option<Cause> {
        let fact = match repetition {
            Repetition::One => return None,
            Repetition::Count(_) => Fact::Count,
            Repetition::ForEach(_) => Fact::ForEach,
        };
        Some(self.line(fact, repetition.expr()?, site, (false, false)))
    }

    /// `count` or `for_each` of the calls around, where the state has nothing in the module instance yet.
    fn module_keys(&mut self, module: &ModuleInstance) -> Vec<Cause> {
        let mut causes = Vec::new();
        let mut module = module.clone();
        while let Some((parent, name, key)) = module.parent() {
            if *key != InstanceKey::None && !self.is_in_state(&module) {
                let modules = &self.planned.evaluator.config.modules;
                let call = modules.get(&parent.config()).and_then(|of| of.calls.get(name));
                let site = Site::plain(parent.clone(), None);
                causes.extend(call.and_then(|call| self.repeated(&call.repetition, &site)));
            }
            module = parent;
        }
        causes
    }

    fn is_in_state(&self, module: &ModuleInstance) -> bool {
        let first = InstanceAddr {
            module: module.clone(),
            resource: ResourceAddr::managed("", ""),
            key: InstanceKey::None,
        };
        let mut behind = self.planned.plan.prior.instances.range(first..);
        behind
            .next()
            .is_some_and(|(addr, _)| addr.module.0.starts_with(&module.0))
    }

    /// The arguments that change; what only the platform sets follows from them.
    fn attributes(&mut self, object: &Object<'a>) -> Vec<Cause> {
        let schema = self.schema(&object.change.addr.resource);
        let all = differences(&object.change.before, &object.change.after);
        let written = |path: &Path| {
            let decoded = object.decoded.as_ref();
            decoded.is_some_and(|decoded| !look(&decoded.value, path).is_null())
        };
        let (arguments, rest): (Vec<Part>, Vec<Part>) = all.into_iter().partition(|(path, _, after)| {
            let attribute = schema.and_then(|schema| schema.attribute_at(path));
            let argument = attribute.is_none_or(Attribute::is_argument);
            argument && (after.is_wholly_known() || written(path))
        });
        let shown = if arguments.is_empty() && !object.change.action.is_replace() {
            rest
        } else {
            arguments
        };
        let forced = |path: &Path| object.change.replace_paths.iter().any(|one| overlap(one, path));
        let (first, then): (Vec<Part>, Vec<Part>) = shown.into_iter().partition(|(path, ..)| forced(path));
        let ordered = first.into_iter().chain(then);
        ordered.map(|part| self.attribute(object, part)).collect()
    }

    fn replacement(&mut self, object: &Object<'a>) -> Vec<Cause> {
        let mut causes = match object.change.reason {
            Reason::Tainted => vec![Cause::bare(Fact::Tainted, None)],
            Reason::ByRequest => vec![Cause::bare(Fact::Requested, None)],
            _ => Vec::new(),
        };
        causes.extend(self.triggers(object));
        causes.extend(self.attributes(object));
        causes
    }

    /// The elements of `replace_triggered_by` that name something that changes.
    fn triggers(&mut self, object: &Object<'a>) -> Vec<Cause> {
        let addr = &object.change.addr;
        let triggers = object
            .declared
            .map(|declared| &declared.lifecycle.replace_triggered_by);
        let mut causes = Vec::new();
        for trigger in triggers.into_iter().flatten() {
            let Some((resource, key, path)) = trigger_of(addr, trigger) else {
                continue;
            };
            let named: Vec<usize> = self
                .changes_of(&addr.module, &resource)
                .into_iter()
                .filter(|at| self.pulls(*at, key.as_ref(), &path))
                .collect();
            if !named.is_empty() {
                let because = named.into_iter().map(|at| self.upstream(at, &path)).collect();
                causes.push(Cause::with(Fact::Triggered, open(trigger.span), because));
            }
        }
        causes
    }

    /// Whether a change is one that triggers replacements.
    pub fn pulls(&self, at: usize, key: Option<&InstanceKey>, path: &Path) -> bool {
        let change = self.planned.plan.changes.get(at);
        change.is_some_and(|change| {
            let kind = change.action == Action::Update || change.action.is_replace();
            kind && key.is_none_or(|key| *key == change.addr.key) && self.differs(at, path)
        })
    }

    /// Why a replacement goes the way it goes, where that is not the usual one or not the one asked for.
    fn order(&self, object: &Object<'a>) -> Option<Cause> {
        let (planned, change) = (self.planned, object.change);
        let says_so = |addr: &InstanceAddr| {
            let declared = self.declared(addr);
            declared.is_some_and(|declared| declared.lifecycle.create_before_destroy == Some(true))
        };
        let own = says_so(&change.addr);
        let fact = match change.action {
            Action::CreateThenDelete if own => Fact::CreateFirst(None),
            Action::CreateThenDelete => Fact::CreateFirst(Some(self.user(&change.addr, says_so)?)),
            Action::DeleteThenCreate if planned.delete_first.contains(&change.addr) => {
                Fact::DeleteFirst(None)
            }
            Action::DeleteThenCreate if own || planned.create_first.contains(&change.addr.config()) => {
                Fact::DeleteFirst(Some(self.needed_first(&change.addr)?))
            }
            _ => return None,
        };
        Some(Cause::bare(fact, change.span.and_then(open)))
    }

    /// What an instance uses of which the old object must go first.
    fn needed_first(&self, addr: &InstanceAddr) -> Option<InstanceAddr> {
        let needs = self.planned.dependencies.get(addr)?;
        let mut needed = needs.iter().filter_map(|name| parse_instance(name).ok());
        needed.find_map(|need| {
            let all = need.key == InstanceKey::None;
            let mut first = self.planned.delete_first.iter();
            first
                .find(|one| **one == need || (all && one.config() == need.config()))
                .cloned()
        })
    }

    /// The first instance, from the nearest on, that depends on this one and for which something holds.
    fn user(&self, addr: &InstanceAddr, holds: impl Fn(&InstanceAddr) -> bool) -> Option<InstanceAddr> {
        let mut users: BTreeMap<&str, Vec<&InstanceAddr>> = BTreeMap::new();
        for (user, needs) in &self.planned.dependencies {
            for need in needs {
                users.entry(need).or_default().push(user);
            }
        }
        let mut seen = BTreeSet::new();
        let mut open = std::collections::VecDeque::from([addr]);
        while let Some(at) = open.pop_front() {
            let names = [at.to_string(), at.config().to_string()];
            for user in names.iter().filter_map(|name| users.get(name.as_str())).flatten() {
                if seen.insert(*user) {
                    if holds(user) {
                        return Some((*user).clone());
                    }
                    open.push_back(user);
                }
            }
        }
        None
    }

    fn deletion(&mut self, object: &Object<'a>) -> Cause {
        let change = object.change;
        let line = change.span.and_then(open);
        if change.deposed.is_some() {
            return Cause::bare(Fact::Deposed, line);
        }
        if self.planned.plan.mode == PlanMode::Destroy {
            return Cause::bare(Fact::Destroying, line);
        }
        let fact = Fact::Orphan(change.reason);
        match change.reason {
            Reason::CountIndex | Reason::EachKey => {
                let because = self.keys(object).into_iter().collect();
                Cause::with(fact, line, because)
            }
            Reason::NoModule => {
                let because = self.module_calls(&change.addr.module);
                Cause::with(fact, None, because)
            }
            _ => Cause::bare(fact, line),
        }
    }

    /// `count` or `for_each` of the calls that do not make a module instance any more.
    fn module_calls(&mut self, module: &ModuleInstance) -> Vec<Cause> {
        let mut causes = Vec::new();
        let mut module = module.clone();
        while let Some((parent, name, _)) = module.parent() {
            if !self.planned.world.has_module(&module) {
                let modules = &self.planned.evaluator.config.modules;
                let call = modules.get(&parent.config()).and_then(|of| of.calls.get(name));
                let site = Site::plain(parent.clone(), None);
                causes.extend(call.and_then(|call| self.repeated(&call.repetition, &site)));
            }
            module = parent;
        }
        causes
    }

    /// Why a data source is read only during apply.
    fn reading(&mut self, object: &Object<'a>) -> Vec<Cause> {
        if object.change.reason == Reason::CheckNested {
            return vec![Cause::bare(Fact::CheckNested, object.change.span.and_then(open))];
        }
        let Some(declared) = object.declared else {
            return Vec::new();
        };
        let mut causes = Vec::new();
        for found in all_written(&declared.body) {
            let because = self.origins(&found, &object.site, (false, true));
            if !because.is_empty() {
                let line = open(found.span);
                causes.push(Cause::with(Fact::Argument(found.path()), line, because));
            }
        }
        for expr in &declared.depends_on {
            let because = self.behind(expr, &object.site, (false, true));
            if !because.is_empty() {
                causes.push(Cause::with(Fact::Needs, open(expr.span), because));
            }
        }
        causes
    }
}

/// A value that must not be shown is marked as such beside another that must not.
pub(super) fn masked(value: &Value, hidden: bool) -> Value {
    if hidden {
        value.clone().mark(crate::value::Marks::SENSITIVE)
    } else {
        value.clone()
    }
}
