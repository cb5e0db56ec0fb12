//! What an expression refers to, in one module instance: variables, locals, outputs, and attributes of instances.
//!
//! A key that is `each.key` or `count.index` is that of the block's own instance. For any other key that only evaluation
//! can tell, what evaluation really used says which instances are meant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{InstanceAddr, InstanceKey, ModuleInstance, ResourceAddr};
use crate::config::reference::{self, Subject};
use crate::config::{Module, Repetition};
use crate::diag::Diagnostics;
use crate::plan::evaluate::Used;
use crate::plan::pending::{instance_key, step_of};
use crate::plan::planner::Planned;
use crate::plan::scope::Need;
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::{Step, walk};
use crate::value::{Number, Path, PathStep};

/// Something with a value that an expression can name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Variable(ModuleInstance, Arc<str>),
    Local(ModuleInstance, Arc<str>),
    Output(ModuleInstance, Arc<str>),
    Instance(InstanceAddr),
    /// All instances of a resource in one module instance.
    All(ModuleInstance, ResourceAddr),
    /// `each` or `count` of the block itself.
    Repetition,
}

/// One thing that an expression names, and the part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub thing: Thing,
    pub path: Path,
}

/// Where an expression stands.
#[derive(Clone)]
pub(super) struct Site<'a> {
    pub module: ModuleInstance,
    /// `count` or `for_each` of the block.
    pub repetition: Option<&'a Repetition>,
    /// The key of the block's instance.
    pub key: InstanceKey,
    /// What the block's evaluation used.
    pub used: Option<&'a Used>,
    /// Names that `dynamic` blocks around it bind.
    pub bound: BTreeSet<Arc<str>>,
}

impl<'a> Site<'a> {
    /// Outside of any block that is repeated.
    pub fn plain(module: ModuleInstance, used: Option<&'a Used>) -> Site<'a> {
        Site {
            module,
            repetition: None,
            key: InstanceKey::None,
            used,
            bound: BTreeSet::new(),
        }
    }
}

/// What an expression names, each once, in the order in which it does.
pub(super) fn named(planned: &Planned, expr: &Expr, site: &Site<'_>) -> Vec<Named> {
    let Some(module) = planned.evaluator.config.modules.get(&site.module.config()) else {
        return Vec::new();
    };
    let links = Links::of(expr);
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for one in reference::references(expr, &mut Diagnostics::new()) {
        let behind = links.behind(&one, site);
        for named in means(planned, module, site, &one.subject, behind) {
            if seen.insert(named.clone()) {
                found.push(named);
            }
        }
    }
    found
}

/// One step behind a name; none where only evaluation can tell it.
type Behind = Vec<Option<PathStep>>;

/// What stands directly behind each part of an expression, by the part's place.
struct Links<'e>(BTreeMap<(u32, u32), (Link<'e>, Span)>);

enum Link<'e> {
    Attr(&'e Arc<str>),
    Index(&'e Expr),
}

impl<'e> Links<'e> {
    fn of(expr: &'e Expr) -> Links<'e> {
        let mut all = BTreeMap::new();
        walk(expr, &mut |part: &'e Expr| {
            let (base, link) = match &part.kind {
                ExprKind::GetAttr(base, name) => (base, Link::Attr(&name.name)),
                ExprKind::Index(base, index) => (base, Link::Index(index)),
                _ => return,
            };
            all.insert((base.span.start, base.span.end), (link, part.span));
        });
        Links(all)
    }

    /// All steps behind a reference's subject, those behind its first dynamic one too.
    fn behind(&self, one: &reference::Reference, site: &Site<'_>) -> Behind {
        let mut steps: Behind = one.steps.iter().map(static_step).collect();
        let mut at = one.span;
        while let Some((link, whole)) = self.0.get(&(at.start, at.end)) {
            steps.push(match link {
                Link::Attr(name) => Some(PathStep::attr(Arc::clone(name))),
                Link::Index(index) => step_of(&site.key, index),
            });
            at = *whole;
        }
        steps
    }
}

/// A step of a traversal as one of a path; none for a number that is no index.
pub(super) fn static_step(step: &Step) -> Option<PathStep> {
    Some(match step {
        Step::Attr(name) => PathStep::attr(Arc::clone(&name.name)),
        Step::Key(key, _) => PathStep::key(Arc::clone(key)),
        Step::Index(text, _) => PathStep::int(Number::parse(text)?.to_usize()?),
    })
}

fn means(
    planned: &Planned,
    module: &Module,
    site: &Site<'_>,
    subject: &Subject,
    mut behind: Behind,
) -> Vec<Named> {
    let whole = |thing| {
        vec![Named {
            thing,
            path: Path::root(),
        }]
    };
    match subject {
        Subject::Variable(name) => whole(Thing::Variable(site.module.clone(), Arc::clone(name))),
        Subject::Local(name) => whole(Thing::Local(site.module.clone(), Arc::clone(name))),
        Subject::Each | Subject::Count => whole(Thing::Repetition),
        Subject::Itself | Subject::Builtin => Vec::new(),
        Subject::Resource(resource) if site.bound.contains(&resource.type_name) => Vec::new(),
        Subject::Resource(resource) if !module.resources.contains_key(resource) => Vec::new(),
        Subject::Resource(resource) => {
            let things = instances(planned, site, resource, &mut behind);
            let path = Path(behind.into_iter().map_while(|step| step).collect());
            let each = things.into_iter().map(|thing| Named {
                thing,
                path: path.clone(),
            });
            each.collect()
        }
        Subject::Module(call, output) => outputs(planned, site, call, output.as_ref(), &behind),
    }
}

/// The instances that are meant; takes the key from the steps.
fn instances(planned: &Planned, site: &Site<'_>, resource: &ResourceAddr, behind: &mut Behind) -> Vec<Thing> {
    let all = || Thing::All(site.module.clone(), resource.clone());
    let instance = |key: InstanceKey| {
        Thing::Instance(InstanceAddr {
            module: site.module.clone(),
            resource: resource.clone(),
            key,
        })
    };
    let repeated = planned
        .evaluator
        .config
        .modules
        .get(&site.module.config())
        .and_then(|module| module.resources.get(resource))
        .is_some_and(|declared| declared.repetition.expr().is_some());
    if !repeated {
        return vec![instance(InstanceKey::None)];
    }
    match behind.first() {
        Some(Some(step)) => match instance_key(step) {
            Some(key) => {
                behind.remove(0);
                vec![instance(key)]
            }
            None => vec![all()],
        },
        Some(None) => {
            behind.remove(0);
            let used = site.used.into_iter().flatten();
            let some: Vec<Thing> = used
                .filter_map(|need| match need {
                    Need::Instance(addr) if addr.resource == *resource && addr.module == site.module => {
                        Some(Thing::Instance(addr.clone()))
                    }
                    _ => None,
                })
                .collect();
            if some.is_empty() { vec![all()] } else { some }
        }
        None => vec![all()],
    }
}

/// The outputs of a module call that are meant.
fn outputs(
    planned: &Planned,
    site: &Site<'_>,
    call: &Arc<str>,
    output: Option<&Arc<str>>,
    behind: &Behind,
) -> Vec<Named> {
    let addr = site.module.config().child(Arc::clone(call));
    let Some(called) = planned.evaluator.config.modules.get(&addr) else {
        return Vec::new();
    };
    let key = match behind.first() {
        Some(Some(step)) => instance_key(step),
        _ => None,
    };
    let below = planned.world.instances(&addr).into_iter().filter(|instance| {
        let parent = instance.parent();
        parent.is_some_and(|(parent, _, own)| {
            parent == site.module && key.as_ref().is_none_or(|key| key == own)
        })
    });
    // Behind a key that only evaluation can tell, the name of the output comes second.
    let second = match behind.as_slice() {
        [None, Some(PathStep::Attr(name)), ..] => Some(name),
        _ => None,
    };
    let names: Vec<&Arc<str>> = match output.or(second) {
        Some(name) => called
            .outputs
            .get_key_value(name)
            .map(|(name, _)| name)
            .into_iter()
            .collect(),
        None => called.outputs.keys().collect(),
    };
    let one = |instance: &ModuleInstance, name: &&Arc<str>| Named {
        thing: Thing::Output(instance.clone(), Arc::clone(name)),
        path: Path::root(),
    };
    below
        .flat_map(|instance| names.iter().map(|name| one(&instance, name)).collect::<Vec<_>>())
        .collect()
}
