//! Following values back: from an attribute that changes to the argument that says so, and from there through variables,
//! locals and outputs to the attributes of other objects and to the last lines.
//!
//! What has been told once is not told again, so the work grows with what there is to tell.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, Mode, ModuleInstance, ResourceAddr};
use crate::config::{Repetition, Resource};
use crate::graph::ConfigNode;
use crate::lang::{Decoded, decode_body};
use crate::plan::change::{Action, Drift, PlanMode, ResourceChange};
use crate::plan::drift::{Answered, Deviation, look, place, same};
use crate::plan::planner::Planned;
use crate::plan::scope::Here;
use crate::schema::Block;
use crate::source::Span;
use crate::syntax::ast::Expr;
use crate::value::{Path, Value};

use super::causes::masked;
use super::find::{Written, written};
use super::references::{Named, Site, Thing, named};
use super::{Cause, Fact, Given, Line};

/// What was told already.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Thing(Thing),
    Attribute(usize, Path),
    Change(usize),
    Place(u32, u32),
}

/// See the module's documentation.
pub(super) struct Tracer<'a> {
    pub planned: &'a Planned,
    told: BTreeSet<Key>,
    leads: BTreeMap<Thing, bool>,
}

/// A change with all that is written of its object.
pub(super) struct Object<'a> {
    pub at: usize,
    pub change: &'a ResourceChange,
    pub declared: Option<&'a Resource>,
    pub decoded: Option<Cow<'a, Decoded>>,
    pub site: Site<'a>,
}

/// A part of an object, before and after.
pub(super) type Part = (Path, Value, Value);

impl Cause {
    /// A cause with nothing behind it.
    pub(super) fn bare(fact: Fact, line: Option<Line>) -> Cause {
        Cause {
            fact,
            line,
            above: false,
            because: Vec::new(),
        }
    }

    /// A cause with others behind it.
    pub(super) fn with(fact: Fact, line: Option<Line>, because: Vec<Cause>) -> Cause {
        Cause {
            because,
            ..Cause::bare(fact, line)
        }
    }
}

/// A line that shows nothing sensitive.
pub(super) fn open(span: Span) -> Option<Line> {
    Some(Line { span, hidden: false })
}

/// Whether one path leads into what the other leads to.
pub(super) fn overlap(a: &Path, b: &Path) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

impl<'a> Tracer<'a> {
    /// Of a plan.
    pub fn new(planned: &'a Planned) -> Tracer<'a> {
        Tracer {
            planned,
            told: BTreeSet::new(),
            leads: BTreeMap::new(),
        }
    }

    /// The change of an instance's current object.
    pub fn index(&self, addr: &InstanceAddr) -> Option<usize> {
        let key = |change: &ResourceChange| (&change.addr, &change.deposed).cmp(&(addr, &None));
        self.planned.plan.changes.binary_search_by(key).ok()
    }

    /// The changes of a resource's current objects in one module instance.
    pub fn changes_of(&self, module: &ModuleInstance, resource: &ResourceAddr) -> Vec<usize> {
        let changes = &self.planned.plan.changes;
        let wanted = (module, resource);
        let first = changes.partition_point(|change| (&change.addr.module, &change.addr.resource) < wanted);
        let behind = changes.iter().enumerate().skip(first);
        behind
            .take_while(|(_, change)| (&change.addr.module, &change.addr.resource) == wanted)
            .filter(|(_, change)| change.deposed.is_none())
            .map(|(at, _)| at)
            .collect()
    }

    /// Whether a part of an object comes to be something else.
    pub fn differs(&self, at: usize, path: &Path) -> bool {
        let Some(change) = self.planned.plan.changes.get(at) else {
            return false;
        };
        match change.action {
            Action::NoOp | Action::Forget => false,
            Action::Create | Action::Read | Action::Delete => true,
            _ => {
                let after = look(&change.after, path);
                !after.is_known() || !same(&look(&change.before, path), &after)
            }
        }
    }

    /// The block of a resource.
    pub fn declared(&self, addr: &InstanceAddr) -> Option<&'a Resource> {
        let module = self.planned.evaluator.config.modules.get(&addr.module.config())?;
        module.resources.get(&addr.resource)
    }

    /// The schema of a resource's type.
    pub fn schema(&self, resource: &ResourceAddr) -> Option<&'a Block> {
        Some(&self.planned.semantics.type_info(resource)?.schema.block)
    }

    /// What was found of an instance's object outside.
    pub fn drift(&self, addr: &InstanceAddr) -> Option<&'a Drift> {
        let drift = &self.planned.plan.drift;
        let at = drift.binary_search_by(|drift| drift.addr.cmp(addr)).ok()?;
        drift.get(at)
    }

    /// What is written of an instance: kept by the plan, or evaluated as the plan did it.
    pub fn decoded(&self, addr: &InstanceAddr) -> Option<Cow<'a, Decoded>> {
        if let Some(kept) = self.planned.written.get(addr) {
            return Some(Cow::Borrowed(kept));
        }
        if self.planned.plan.mode != PlanMode::Normal {
            return None;
        }
        let (declared, schema) = (self.declared(addr)?, self.schema(&addr.resource)?);
        let world = &self.planned.world;
        let expansion = &world.resource(&addr.module, &addr.resource)?.expansion;
        if !expansion.has(&addr.key) {
            return None;
        }
        let scope = self.planned.evaluator.scope(world, &addr.module).ok()?;
        let scope = scope.with(Here::of(expansion, &addr.key));
        let (mut decoded, _) = decode_body(&declared.body, schema, &scope);
        decoded.value = schema.mark_sensitive(&decoded.value);
        Some(Cow::Owned(decoded))
    }

    /// A change with what is written of its object.
    pub fn object(&self, at: usize) -> Option<Object<'a>> {
        let change = self.planned.plan.changes.get(at)?;
        let declared = self.declared(&change.addr);
        let goes = matches!(change.action, Action::Delete | Action::Forget);
        Some(Object {
            at,
            change,
            declared,
            decoded: if goes { None } else { self.decoded(&change.addr) },
            site: Site {
                repetition: declared.map(|declared| &declared.repetition),
                key: change.addr.key.clone(),
                ..Site::plain(change.addr.module.clone(), self.planned.used.get(at))
            },
        })
    }

    /// Whether it is the first time.
    fn first(&mut self, key: Key) -> bool {
        self.told.insert(key)
    }

    /// Why an attribute comes to be something else.
    pub fn attribute(&mut self, object: &Object<'a>, (path, before, after): Part) -> Cause {
        let schema = self.schema(&object.change.addr.resource);
        let config = object.decoded.as_ref().map(|decoded| look(&decoded.value, &path));
        let hidden = [Some(&before), Some(&after), config.as_ref()]
            .into_iter()
            .flatten()
            .any(Value::has_marks_deep)
            || schema.is_some_and(|schema| schema.is_write_only(&path));
        let forces = object.change.action.is_replace()
            && object
                .change
                .replace_paths
                .iter()
                .any(|forced| overlap(forced, &path));
        let unknown = !after.is_wholly_known();
        let fact = Fact::Attribute {
            path: path.clone(),
            before: masked(&before, hidden),
            after: masked(&after, hidden),
            forces,
        };
        if !self.first(Key::Attribute(object.at, path.clone())) {
            let mut cause = Cause::bare(fact, None);
            cause.above = true;
            return cause;
        }
        let mut because = Vec::new();
        let outside = self.outside(object.change, &path);
        let mut traced = true;
        if let Some(part) = outside {
            let drift = Fact::Drift {
                last: masked(&part.last, hidden),
                now: masked(&part.now, hidden),
            };
            because.push(Cause::bare(drift, None));
            // What is written is what was applied: it is drift alone.
            traced = !part
                .config
                .as_ref()
                .is_some_and(|config| same(config, &part.last));
        }
        because.extend(self.said(object, &path, &after, (hidden, unknown, traced)));
        Cause::with(fact, None, because)
    }

    /// The part of what was found outside that the change of an object answers to, at a path.
    fn outside(&self, change: &ResourceChange, path: &Path) -> Option<&'a Deviation> {
        let drift = self.drift(&change.addr).filter(|_| change.deposed.is_none())?;
        let parts = drift.parts.iter().filter(|_| drift.answered != Answered::No);
        parts
            .into_iter()
            .find(|part| part.argument && overlap(&part.path, path))
    }

    /// What the configuration says of a part, and what that comes from.
    fn said(
        &mut self,
        object: &Object<'a>,
        path: &Path,
        after: &Value,
        (hidden, unknown, traced): (bool, bool, bool),
    ) -> Option<Cause> {
        let (declared, decoded) = (object.declared?, object.decoded.as_ref()?);
        let config = look(&decoded.value, path);
        let found = place(&decoded.spans, path).and_then(|span| written(&declared.body, span));
        match found {
            Some(found) if !found.is_block || !config.is_null() => {
                let line = Line {
                    span: found.span,
                    hidden,
                };
                let because = if traced {
                    self.origins(&found, &object.site, (hidden, unknown))
                } else {
                    Vec::new()
                };
                Some(Cause::with(Fact::Argument(path.clone()), Some(line), because))
            }
            _ if after.is_null() => {
                let span = found.map_or(declared.span, |found| found.span);
                Some(Cause::bare(Fact::Unset(path.clone()), open(span)))
            }
            _ => {
                let (because, above) = self.causes_once(object);
                Some(Cause {
                    above,
                    ..Cause::with(Fact::Computed, None, because)
                })
            }
        }
    }

    /// What an argument or a block is made from.
    pub fn origins(&mut self, found: &Written<'a>, site: &Site<'a>, how: (bool, bool)) -> Vec<Cause> {
        let mut all: Vec<Named> = Vec::new();
        for (expr, bound) in &found.exprs {
            let site = Site {
                bound: bound.clone(),
                ..site.clone()
            };
            let fresh = named(self.planned, expr, &site).into_iter();
            all.extend(fresh.filter(|one| !all.contains(one)).collect::<Vec<_>>());
        }
        all.iter().filter_map(|one| self.thing(one, site, how)).collect()
    }

    /// What is behind an expression; if its value is unknown, only what makes it so.
    pub fn behind(&mut self, expr: &'a Expr, site: &Site<'a>, how: (bool, bool)) -> Vec<Cause> {
        let all = named(self.planned, expr, site);
        all.into_iter()
            .filter_map(|one| self.thing(&one, site, how))
            .collect()
    }

    fn thing(&mut self, one: &Named, site: &Site<'a>, (hidden, unknown): (bool, bool)) -> Option<Cause> {
        if unknown && !self.leads(one, site) {
            return None;
        }
        match &one.thing {
            Thing::Instance(addr) => match self.index(addr) {
                Some(at) if self.differs(at, &one.path) => Some(self.upstream(at, &one.path)),
                None if addr.resource.mode == Mode::Data => {
                    let line = self.declared(addr).and_then(|declared| open(declared.span));
                    Some(Cause::bare(Fact::Data(addr.clone()), line))
                }
                _ => None,
            },
            Thing::All(module, resource) => {
                let all = self.changes_of(module, resource);
                let pending: Vec<usize> = all
                    .into_iter()
                    .filter(|at| self.differs(*at, &one.path))
                    .collect();
                if pending.is_empty() {
                    return None;
                }
                let fact = Fact::All(ConfigResource {
                    module: module.config(),
                    resource: resource.clone(),
                });
                if !self.first(Key::Thing(one.thing.clone())) {
                    return Some(again(fact, None));
                }
                let because = pending
                    .into_iter()
                    .map(|at| self.upstream(at, &one.path))
                    .collect();
                Some(Cause::with(fact, None, because))
            }
            Thing::Repetition => self.repetition(site, (hidden, unknown)),
            Thing::Variable(..) | Thing::Local(..) | Thing::Output(..) => {
                Some(self.value(&one.thing, (hidden, unknown)))
            }
        }
    }

    /// `for_each` of a block. What `count` says of an instance is its number.
    fn repetition(&mut self, site: &Site<'a>, how: (bool, bool)) -> Option<Cause> {
        let Some(Repetition::ForEach(expr)) = site.repetition else {
            return None;
        };
        Some(self.line(Fact::ForEach, expr, site, how))
    }

    /// A line of its own, such as `for_each`, with what is behind it.
    pub fn line(&mut self, fact: Fact, expr: &'a Expr, site: &Site<'a>, how: (bool, bool)) -> Cause {
        let line = Some(Line {
            span: expr.span,
            hidden: how.0,
        });
        if !self.first(Key::Place(expr.span.file.0, expr.span.start)) {
            return again(fact, line);
        }
        let because = self.behind(expr, site, how);
        Cause::with(fact, line, because)
    }

    /// A variable, local or output.
    fn value(&mut self, thing: &Thing, (hidden, unknown): (bool, bool)) -> Cause {
        let planned = self.planned;
        let modules = &planned.evaluator.config.modules;
        let input = self.input(thing);
        let (fact, span, sensitive, value) = match thing {
            Thing::Variable(module, name) => {
                let declared = modules
                    .get(&module.config())
                    .and_then(|of| of.variables.get(name));
                let given = planned.evaluator.variables.contains_key(name);
                let file = planned.evaluator.places.get(name).copied();
                let default = declared.and_then(|one| Some(one.default.as_ref()?.span));
                let (given, span) = match (&input, module.is_root(), given, file) {
                    (Some((expr, _)), ..) => (Given::Call, Some(expr.span)),
                    (None, true, true, Some(span)) => (Given::File, Some(span)),
                    (None, true, true, None) => (Given::Outside, None),
                    _ => (Given::Default, default),
                };
                let world = planned.world.module(module).and_then(|of| of.variables.get(name));
                let sensitive = declared.is_some_and(|one| one.sensitive || one.ephemeral);
                let fact = Fact::Variable(module.clone(), Arc::clone(name), given);
                (fact, span, sensitive, world)
            }
            Thing::Local(module, name) => {
                let world = planned.world.module(module).and_then(|of| of.locals.get(name));
                let span = input.as_ref().map(|(expr, _)| expr.span);
                (Fact::Local(module.clone(), Arc::clone(name)), span, false, world)
            }
            Thing::Output(module, name) => {
                let declared = modules.get(&module.config()).and_then(|of| of.outputs.get(name));
                let world = planned.world.module(module).and_then(|of| of.outputs.get(name));
                let span = input.as_ref().map(|(expr, _)| expr.span);
                let sensitive = declared.is_some_and(|one| one.sensitive || one.ephemeral);
                (
                    Fact::Output(module.clone(), Arc::clone(name)),
                    span,
                    sensitive,
                    world,
                )
            }
            Thing::Instance(_) | Thing::All(..) | Thing::Repetition => {
                return Cause::bare(Fact::Needs, None);
            }
        };
        let hidden = hidden || sensitive || value.is_some_and(Value::has_marks_deep);
        let line = span.map(|span| Line { span, hidden });
        if !self.first(Key::Thing(thing.clone())) {
            return again(fact, line);
        }
        let because = match input {
            Some((expr, site)) => self.behind(expr, &site, (hidden, unknown)),
            None => Vec::new(),
        };
        Cause::with(fact, line, because)
    }

    /// The expression that a variable of a module, a local or an output has its value from, and where it stands.
    pub fn input(&self, thing: &Thing) -> Option<(&'a Expr, Site<'a>)> {
        let modules = &self.planned.evaluator.config.modules;
        let used = |node: ConfigNode| self.planned.node_used.get(&node);
        match thing {
            Thing::Variable(module, name) => {
                let (parent, call, key) = module.parent()?;
                let call = modules.get(&parent.config())?.calls.get(call)?;
                let expr = call.inputs.get(name)?;
                let site = Site {
                    repetition: Some(&call.repetition),
                    key: key.clone(),
                    ..Site::plain(
                        parent,
                        used(ConfigNode::Variable(module.config(), Arc::clone(name))),
                    )
                };
                Some((expr, site))
            }
            Thing::Local(module, name) => {
                let local = modules.get(&module.config())?.locals.get(name)?;
                let used = used(ConfigNode::Local(module.config(), Arc::clone(name)));
                Some((&local.expr, Site::plain(module.clone(), used)))
            }
            Thing::Output(module, name) => {
                let output = modules.get(&module.config())?.outputs.get(name)?;
                let used = used(ConfigNode::Output(module.config(), Arc::clone(name)));
                Some((&output.value, Site::plain(module.clone(), used)))
            }
            Thing::Instance(_) | Thing::All(..) | Thing::Repetition => None,
        }
    }

    /// Whether a thing comes from something that changes.
    fn leads(&mut self, one: &Named, site: &Site<'a>) -> bool {
        match &one.thing {
            Thing::Instance(addr) => self.index(addr).is_some_and(|at| self.differs(at, &one.path)),
            Thing::All(module, resource) => {
                let all = self.changes_of(module, resource);
                all.into_iter().any(|at| self.differs(at, &one.path))
            }
            Thing::Repetition => {
                let expr = site.repetition.and_then(Repetition::expr);
                expr.is_some_and(|expr| self.any_leads(expr, site))
            }
            thing => {
                if let Some(known) = self.leads.get(thing) {
                    return *known;
                }
                let input = self.input(thing);
                let leads = input.is_some_and(|(expr, site)| self.any_leads(expr, &site));
                self.leads.insert(thing.clone(), leads);
                leads
            }
        }
    }

    fn any_leads(&mut self, expr: &'a Expr, site: &Site<'a>) -> bool {
        let all = named(self.planned, expr, site);
        all.iter().any(|one| self.leads(one, site))
    }

    /// Another object, of which a part changes.
    pub fn upstream(&mut self, at: usize, path: &Path) -> Cause {
        let Some(object) = self.object(at) else {
            return Cause::bare(Fact::Needs, None);
        };
        let fact = Fact::Change {
            addr: object.change.addr.clone(),
            action: object.change.action,
        };
        let line = object.change.span.and_then(open);
        let parts = if path.is_root() {
            Vec::new()
        } else {
            parts(object.change, path)
        };
        if parts.is_empty() {
            let (because, above) = self.causes_once(&object);
            return Cause {
                above,
                ..Cause::with(fact, line, because)
            };
        }
        let because = parts
            .into_iter()
            .map(|part| self.attribute(&object, part))
            .collect();
        Cause::with(fact, line, because)
    }

    /// The causes of a change, unless they were told before.
    fn causes_once(&mut self, object: &Object<'a>) -> (Vec<Cause>, bool) {
        if self.first(Key::Change(object.at)) {
            (self.causes(object), false)
        } else {
            (Vec::new(), true)
        }
    }

    /// The causes of a change that is asked about: they are not told again further down.
    pub fn causes_of(&mut self, object: &Object<'a>) -> Vec<Cause> {
        self.causes_once(object).0
    }
}

fn again(fact: Fact, line: Option<Line>) -> Cause {
    Cause {
        above: true,
        ..Cause::bare(fact, line)
    }
}

/// The differences of a change at and below a path, or the one around it.
pub(super) fn parts(change: &ResourceChange, path: &Path) -> Vec<Part> {
    if change.before.is_null() || change.after.is_null() {
        let part = (
            path.clone(),
            look(&change.before, path),
            look(&change.after, path),
        );
        return if path.is_root() { Vec::new() } else { vec![part] };
    }
    let all = crate::plan::drift::differences(&change.before, &change.after);
    all.into_iter().filter(|(at, ..)| overlap(at, path)).collect()
}
