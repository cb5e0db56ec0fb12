//! What changes because of the change of an object: forwards along the references, from each thing to what uses it.
//!
//! Every reference of what changes is looked at once. An object that is made, or goes for a reason of its own, is no
//! effect of what it merely refers to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::addr::{InstanceAddr, ModuleInstance};
use crate::config::Repetition;
use crate::plan::change::{Action, Reason};
use crate::plan::drift::{differences, look, place};
use crate::plan::pending::trigger_of;
use crate::syntax::ast::Expr;
use crate::value::Path;

use super::find::{all_written, written};
use super::references::{Named, Site, Thing, named};
use super::trace::{Object, Tracer, overlap};
use super::{Affected, Effect, How, Question};

/// What uses something.
#[derive(Clone)]
struct Use {
    /// The part that is used.
    path: Path,
    by: User,
}

#[derive(Clone)]
enum User {
    /// A variable of a module, a local or an output.
    Value(Thing),
    /// A change, and what it uses the thing for.
    Change(usize, How),
}

/// What was reached, in the order in which it was.
struct Node {
    what: Affected,
    how: How,
    through: Vec<String>,
    parent: Option<usize>,
}

/// Where the walk is.
struct Reached {
    thing: Thing,
    /// The effect that led here; none for the object that is asked about.
    parent: Option<usize>,
    through: Vec<String>,
}

/// All effects of the change of the instance that is asked about.
pub(super) fn of(tracer: &Tracer<'_>, question: &Question) -> Vec<Effect> {
    let Some(start) = tracer.index(&question.addr) else {
        return Vec::new();
    };
    let plan = &tracer.planned.plan;
    if plan
        .changes
        .get(start)
        .is_none_or(|change| change.action == Action::NoOp)
    {
        return Vec::new();
    }
    let mut walk = Walk {
        tracer,
        uses: uses(tracer),
        nodes: Vec::new(),
        at: BTreeMap::new(),
        seen: BTreeSet::new(),
        open: VecDeque::new(),
    };
    walk.at.insert(Affected::Change(start), usize::MAX);
    walk.enter(&question.addr, None);
    while let Some(reached) = walk.open.pop_front() {
        walk.follow(&reached, question);
    }
    nested(walk.nodes)
}

struct Walk<'t, 'a> {
    tracer: &'t Tracer<'a>,
    uses: BTreeMap<Thing, Vec<Use>>,
    nodes: Vec<Node>,
    at: BTreeMap<Affected, usize>,
    seen: BTreeSet<Thing>,
    open: VecDeque<Reached>,
}

impl Walk<'_, '_> {
    /// An instance, by itself and as one of its resource.
    fn enter(&mut self, addr: &InstanceAddr, parent: Option<usize>) {
        let all = Thing::All(addr.module.clone(), addr.resource.clone());
        for thing in [Thing::Instance(addr.clone()), all] {
            self.open.push_back(Reached {
                thing,
                parent,
                through: Vec::new(),
            });
        }
    }

    fn follow(&mut self, reached: &Reached, question: &Question) {
        if let Thing::Output(module, name) = &reached.thing
            && module.is_root()
        {
            self.output(name, reached);
        }
        for one in self.uses.get(&reached.thing).cloned().unwrap_or_default() {
            if !self.carries(reached, &one.path, question) {
                continue;
            }
            match one.by {
                User::Value(thing) => {
                    if self.seen.insert(thing.clone()) {
                        let mut through = reached.through.clone();
                        through.extend(name(&thing));
                        self.open.push_back(Reached {
                            thing,
                            parent: reached.parent,
                            through,
                        });
                    }
                }
                User::Change(at, how) => self.change(at, how, reached),
            }
        }
    }

    /// Whether the part that is used changes because of what the walk comes from.
    fn carries(&self, reached: &Reached, path: &Path, question: &Question) -> bool {
        let Thing::Instance(addr) = &reached.thing else {
            return true;
        };
        let Some(at) = self
            .tracer
            .index(addr)
            .filter(|at| self.tracer.differs(*at, path))
        else {
            return false;
        };
        let change = self.tracer.planned.plan.changes.get(at);
        let unknown = change.is_some_and(|change| !look(&change.after, path).is_wholly_known());
        let by = match reached.parent.and_then(|parent| self.nodes.get(parent)) {
            None if question.path.is_root() => return true,
            None if !self.tracer.differs(at, &question.path) => return false,
            None => vec![question.path.clone()],
            Some(node) => match &node.how {
                How::Attributes(paths) => paths.clone(),
                _ => return true,
            },
        };
        let forces = change.is_some_and(|change| {
            let mut forced = change.replace_paths.iter();
            change.action.is_replace() && forced.any(|forced| by.iter().any(|path| overlap(forced, path)))
        });
        forces || unknown || by.iter().any(|one| overlap(one, path))
    }

    fn change(&mut self, at: usize, how: How, reached: &Reached) {
        let what = Affected::Change(at);
        match self.at.get(&what) {
            // Another attribute from the same thing.
            Some(known) => {
                let node = self
                    .nodes
                    .get_mut(*known)
                    .filter(|node| node.parent == reached.parent);
                if let (Some(How::Attributes(paths)), How::Attributes(more)) =
                    (node.map(|node| &mut node.how), how)
                {
                    let fresh: Vec<Path> = more.into_iter().filter(|path| !paths.contains(path)).collect();
                    paths.extend(fresh);
                    paths.sort();
                }
            }
            None => {
                self.at.insert(what.clone(), self.nodes.len());
                let node = Node {
                    what,
                    how,
                    through: reached.through.clone(),
                    parent: reached.parent,
                };
                self.nodes.push(node);
                let changes = &self.tracer.planned.plan.changes;
                if let Some(change) = changes.get(at) {
                    let addr = change.addr.clone();
                    self.enter(&addr, Some(self.nodes.len() - 1));
                }
            }
        }
    }

    fn output(&mut self, name: &Arc<str>, reached: &Reached) {
        let outputs = &self.tracer.planned.plan.outputs;
        let what = Affected::Output(Arc::clone(name));
        let changes = outputs
            .iter()
            .any(|output| output.name == *name && output.action != Action::NoOp);
        if !changes || self.at.contains_key(&what) {
            return;
        }
        self.at.insert(what.clone(), self.nodes.len());
        // The output itself is the last of what lies between.
        let through = reached.through.split_last().map_or(&[][..], |(_, before)| before);
        self.nodes.push(Node {
            what,
            how: How::Value,
            through: through.to_vec(),
            parent: reached.parent,
        });
    }
}

/// Effects below those that led to them. A node stands behind its parent.
fn nested(nodes: Vec<Node>) -> Vec<Effect> {
    let mut below: BTreeMap<Option<usize>, Vec<Effect>> = BTreeMap::new();
    for (at, node) in nodes.into_iter().enumerate().rev() {
        let mut effects = below.remove(&Some(at)).unwrap_or_default();
        effects.reverse();
        below.entry(node.parent).or_default().push(Effect {
            what: node.what,
            how: node.how,
            through: node.through,
            effects,
        });
    }
    let mut first = below.remove(&None).unwrap_or_default();
    first.reverse();
    first
}

fn name(thing: &Thing) -> Option<String> {
    let prefix = |module: &ModuleInstance| match module.is_root() {
        true => String::new(),
        false => format!("{module}."),
    };
    Some(match thing {
        Thing::Variable(module, name) => format!("{}var.{name}", prefix(module)),
        Thing::Local(module, name) => format!("{}local.{name}", prefix(module)),
        Thing::Output(module, name) => format!("{}output.{name}", prefix(module)),
        Thing::Instance(_) | Thing::All(..) | Thing::Repetition => return None,
    })
}

/// What uses each thing, of all that has a value and of all that changes.
fn uses(tracer: &Tracer<'_>) -> BTreeMap<Thing, Vec<Use>> {
    let mut found = Uses {
        tracer,
        all: BTreeMap::new(),
    };
    let config = &tracer.planned.evaluator.config;
    for (addr, module) in &config.modules {
        for instance in tracer.planned.world.instances(addr) {
            let variables = module
                .variables
                .keys()
                .map(|name| Thing::Variable(instance.clone(), Arc::clone(name)));
            let locals = module
                .locals
                .keys()
                .map(|name| Thing::Local(instance.clone(), Arc::clone(name)));
            let outputs = module
                .outputs
                .keys()
                .map(|name| Thing::Output(instance.clone(), Arc::clone(name)));
            for thing in variables.chain(locals).chain(outputs) {
                if let Some((expr, site)) = tracer.input(&thing) {
                    found.note(expr, &site, &User::Value(thing));
                }
            }
        }
    }
    for at in 0..tracer.planned.plan.changes.len() {
        found.change(at);
    }
    found.all
}

struct Uses<'t, 'a> {
    tracer: &'t Tracer<'a>,
    all: BTreeMap<Thing, Vec<Use>>,
}

impl<'a> Uses<'_, 'a> {
    fn note(&mut self, expr: &Expr, site: &Site<'a>, by: &User) {
        for Named { thing, path } in named(self.tracer.planned, expr, site) {
            if thing == Thing::Repetition {
                if let Some(Repetition::ForEach(each)) = site.repetition {
                    self.note_outside(each, site, by);
                }
                continue;
            }
            self.all
                .entry(thing)
                .or_default()
                .push(Use { path, by: by.clone() });
        }
    }

    /// An expression in which `each` and `count` mean nothing.
    fn note_outside(&mut self, expr: &Expr, site: &Site<'a>, by: &User) {
        let outside = Site {
            repetition: None,
            ..site.clone()
        };
        self.note(expr, &outside, by);
    }

    fn change(&mut self, at: usize) {
        let change = self.tracer.planned.plan.changes.get(at);
        let action = change
            .filter(|change| change.deposed.is_none())
            .map(|change| (change.action, change.reason));
        match action {
            None | Some((Action::NoOp | Action::Forget, _)) => return,
            Some((Action::Delete, reason)) if !matches!(reason, Reason::CountIndex | Reason::EachKey) => {
                return;
            }
            _ => {}
        }
        let Some(object) = self.tracer.object(at) else {
            return;
        };
        match object.change.action {
            Action::Create | Action::Delete => self.repetition(&object),
            Action::Read => self.reading(&object),
            _ => {
                self.attributes(&object);
                self.triggers(&object);
            }
        }
    }

    fn repetition(&mut self, object: &Object<'a>) {
        if let Some(expr) = object.site.repetition.and_then(Repetition::expr) {
            self.note_outside(expr, &object.site, &User::Change(object.at, How::Repetition));
        }
    }

    fn reading(&mut self, object: &Object<'a>) {
        let Some(declared) = object.declared else { return };
        let by = User::Change(object.at, How::ReadLater);
        for found in all_written(&declared.body) {
            for (expr, bound) in &found.exprs {
                let site = Site {
                    bound: bound.clone(),
                    ..object.site.clone()
                };
                self.note(expr, &site, &by);
            }
        }
        for expr in &declared.depends_on {
            self.note(expr, &object.site, &by);
        }
    }

    fn attributes(&mut self, object: &Object<'a>) {
        let (Some(declared), Some(decoded)) = (object.declared, object.decoded.as_ref()) else {
            return;
        };
        for (path, ..) in differences(&object.change.before, &object.change.after) {
            let found = place(&decoded.spans, &path).and_then(|span| written(&declared.body, span));
            let Some(found) = found else { continue };
            if found.is_block && look(&decoded.value, &path).is_null() {
                continue;
            }
            let by = User::Change(object.at, How::Attributes(vec![path]));
            for (expr, bound) in &found.exprs {
                let site = Site {
                    bound: bound.clone(),
                    ..object.site.clone()
                };
                self.note(expr, &site, &by);
            }
        }
    }

    fn triggers(&mut self, object: &Object<'a>) {
        if object.change.reason != Reason::ByTriggers {
            return;
        }
        let addr = &object.change.addr;
        let triggers = object
            .declared
            .map(|declared| &declared.lifecycle.replace_triggered_by);
        for trigger in triggers.into_iter().flatten() {
            let Some((resource, key, path)) = trigger_of(addr, trigger) else {
                continue;
            };
            for at in self.tracer.changes_of(&addr.module, &resource) {
                let named = self.tracer.planned.plan.changes.get(at);
                if let Some(named) = named.filter(|_| self.tracer.pulls(at, key.as_ref(), &path)) {
                    let by = User::Change(object.at, How::Trigger);
                    let path = path.clone();
                    self.all
                        .entry(Thing::Instance(named.addr.clone()))
                        .or_default()
                        .push(Use { path, by });
                }
            }
        }
    }
}
