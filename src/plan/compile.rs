//! Compiling changes into the step graph.
//!
//! The rules, for an instance Y that uses an instance X:
//! 1. Y is made or changed after X is made or changed.
//! 2. X is deleted after Y is deleted.
//! 3. When X is deleted for good, or replaced by create-then-delete, Y is changed before X goes. The first is a
//!    courtesy to Y: where it cannot be had (Y comes to use what X used, and that is replaced), X goes before.
//! 4. A replacement by delete-then-create deletes, then creates; one by create-then-delete sets the old object
//!    aside, creates, and deletes the old one last.
//! 5. The commands of a creation run right after it, and what uses the object waits for them.
//! 6. What is imported comes into the state before anything else is done with it.
//! 7. What is used by something replaced by create-then-delete is replaced that way too (the planner has seen to
//!    what a configuration says; this adds what the instances really use); what uses something whose name must be
//!    free first is replaced by delete-then-create.
//!
//! References to a whole resource go through joins, so the number of edges is that of references.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, parse_instance};
use crate::diag::Diagnostic;
use crate::graph::{ConfigNode, Graph, NodeId};

use super::change::{Action, ResourceChange};
use super::codes;
use super::evaluate::Used;
use super::refresh::Priors;
use super::scope::Need;
use super::steps::{Step, StepGraph, StepKind, label};

/// What the changes were made from.
pub(super) struct Sources<'a> {
    /// Beside the changes.
    pub used: &'a [Used],
    /// Of variables, locals and outputs.
    pub node_used: &'a BTreeMap<ConfigNode, Used>,
    /// The objects of the state.
    pub priors: &'a Priors,
    /// Resources whose creation has commands.
    pub provisioned: &'a BTreeSet<ConfigResource>,
    /// Instances whose old object must go first.
    pub delete_first: &'a BTreeSet<InstanceAddr>,
    /// Outputs of the root module, to be evaluated when what they use is done.
    pub outputs: &'a [ConfigNode],
}

/// What compiling gives.
#[derive(Default)]
pub(super) struct Compiled {
    pub steps: StepGraph,
    pub dependencies: BTreeMap<InstanceAddr, Vec<Arc<str>>>,
}

/// What an instance uses, with variables and locals seen through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Dep {
    Instance(InstanceAddr),
    All(ConfigResource),
}

/// Compiles. Sets which way replacements go.
pub(super) fn compile(changes: &mut [ResourceChange], sources: &Sources<'_>) -> Result<Compiled, Diagnostic> {
    let nothing = |change: &ResourceChange| change.action == Action::NoOp && change.importing.is_none();
    if changes.iter().all(nothing) {
        return Ok(Compiled {
            steps: StepGraph::default(),
            dependencies: BTreeMap::new(),
        });
    }
    let deps = see_through(changes, sources);
    order_replacements(changes, &deps, sources);
    let dependencies = changes
        .iter()
        .zip(&deps)
        .filter(|(change, _)| !matches!(change.action, Action::Delete | Action::Read))
        .map(|(change, deps)| {
            let names = deps.iter().map(|dep| match dep {
                Dep::Instance(addr) => Arc::from(addr.to_string()),
                Dep::All(resource) => Arc::from(resource.to_string()),
            });
            (change.addr.clone(), names.collect())
        })
        .collect();
    let mut builder = Builder::new(changes, sources);
    for at in 0..changes.len() {
        builder.add_change(at);
    }
    for (at, deps) in deps.iter().enumerate() {
        builder.add_letting_go(at, deps);
    }
    for output in sources.outputs {
        builder.node(StepKind::Evaluate(output.clone()));
        builder.add_evaluation(output);
    }
    Ok(Compiled {
        steps: builder.finish()?,
        dependencies,
    })
}

fn see_through(changes: &[ResourceChange], sources: &Sources<'_>) -> Vec<Rc<BTreeSet<Dep>>> {
    let mut known: BTreeMap<&ConfigNode, Rc<BTreeSet<Dep>>> = BTreeMap::new();
    for used in sources.used {
        for need in used {
            let Need::Node(node) = need else { continue };
            settle_node(node, sources, &mut known);
        }
    }
    let through = |used: &Used| collect(used, &known);
    changes
        .iter()
        .zip(sources.used)
        .map(|(_, used)| Rc::new(through(used)))
        .collect()
}

/// Fills in a node after the nodes below it, without recursion.
fn settle_node<'a>(
    node: &'a ConfigNode,
    sources: &'a Sources<'_>,
    known: &mut BTreeMap<&'a ConfigNode, Rc<BTreeSet<Dep>>>,
) {
    let none = Used::new();
    let mut work = vec![(node, false)];
    while let Some((node, below)) = work.pop() {
        if known.contains_key(node) {
            continue;
        }
        let used = sources.node_used.get(node);
        if below {
            let deps = collect(used.unwrap_or(&none), known);
            known.insert(node, Rc::new(deps));
            continue;
        }
        work.push((node, true));
        for need in used.into_iter().flatten() {
            if let Need::Node(next) = need {
                work.push((next, false));
            }
        }
    }
}

fn collect(used: &Used, known: &BTreeMap<&ConfigNode, Rc<BTreeSet<Dep>>>) -> BTreeSet<Dep> {
    let mut deps = BTreeSet::new();
    for need in used {
        match need {
            Need::Instance(addr) => {
                deps.insert(Dep::Instance(addr.clone()));
            }
            Need::Resource(resource) => {
                deps.insert(Dep::All(resource.clone()));
            }
            Need::Node(node) => {
                deps.extend(known.get(node).into_iter().flat_map(|deps| deps.iter().cloned()))
            }
        }
    }
    deps
}

/// Rule 7.
fn order_replacements(changes: &mut [ResourceChange], deps: &[Rc<BTreeSet<Dep>>], sources: &Sources<'_>) {
    let index = Index::new(changes);
    let replaced = |at: &usize| changes.get(*at).is_some_and(|change| change.action.is_replace());
    let mut forced: BTreeSet<usize> = sources
        .delete_first
        .iter()
        .filter_map(|addr| index.instance(addr))
        .filter(replaced)
        .collect();
    let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, deps) in deps.iter().enumerate().filter(|(at, _)| replaced(at)) {
        for used in deps.iter().flat_map(|dep| index.of(dep)).filter(replaced) {
            users.entry(used).or_default().push(at);
        }
    }
    let mut work: Vec<usize> = forced.iter().copied().collect();
    while let Some(at) = work.pop() {
        for user in users.get(&at).into_iter().flatten() {
            if forced.insert(*user) {
                work.push(*user);
            }
        }
    }
    let first: Vec<usize> = (0..changes.len())
        .filter(|at| {
            changes
                .get(*at)
                .is_some_and(|change| change.action == Action::CreateThenDelete)
                && !forced.contains(at)
        })
        .collect();
    let mut create_first: BTreeSet<usize> = first.iter().copied().collect();
    let mut work = first;
    while let Some(at) = work.pop() {
        let below = deps
            .get(at)
            .into_iter()
            .flat_map(|deps| deps.iter())
            .flat_map(|dep| index.of(dep));
        for used in below.filter(replaced).collect::<Vec<_>>() {
            if !forced.contains(&used) && create_first.insert(used) {
                work.push(used);
            }
        }
    }
    for (at, change) in changes
        .iter_mut()
        .enumerate()
        .filter(|(_, change)| change.action.is_replace())
    {
        let create = create_first.contains(&at);
        change.action = if create {
            Action::CreateThenDelete
        } else {
            Action::DeleteThenCreate
        };
    }
}

/// Where the changes of an address are. They are in order, so that only what is asked for by resource needs a table,
/// which is made when something asks.
struct Index<'a> {
    changes: &'a [ResourceChange],
    resources: OnceCell<BTreeMap<ConfigResource, Vec<usize>>>,
}

impl<'a> Index<'a> {
    /// Of changes in the order of their addresses, each current object before those set aside.
    fn new(changes: &'a [ResourceChange]) -> Index<'a> {
        Index {
            changes,
            resources: OnceCell::new(),
        }
    }

    /// The current object of an instance.
    fn instance(&self, addr: &InstanceAddr) -> Option<usize> {
        let mut all = self.all(addr);
        all.find(|at| self.is_current(*at))
    }

    /// All objects of an instance, those that an earlier run set aside included.
    fn all(&self, addr: &InstanceAddr) -> impl Iterator<Item = usize> + use<'_, 'a> {
        let first = self.changes.partition_point(|change| change.addr < *addr);
        let behind = self.changes.get(first..).unwrap_or_default();
        let many = behind.iter().take_while(|change| change.addr == *addr).count();
        first..first + many
    }

    fn is_current(&self, at: usize) -> bool {
        self.changes
            .get(at)
            .is_some_and(|change| change.deposed.is_none())
    }

    fn of_resource(&self, resource: &ConfigResource) -> &[usize] {
        let table = self.resources.get_or_init(|| {
            let mut table: BTreeMap<ConfigResource, Vec<usize>> = BTreeMap::new();
            for (at, change) in self.changes.iter().enumerate() {
                table.entry(change.addr.config()).or_default().push(at);
            }
            table
        });
        table.get(resource).map(Vec::as_slice).unwrap_or_default()
    }

    /// All objects that there are of a dependency, those that were set aside included and last.
    fn objects(&self, dep: &Dep) -> Vec<usize> {
        let mut all: Vec<usize> = match dep {
            Dep::Instance(addr) => self.all(addr).collect(),
            Dep::All(resource) => self.of_resource(resource).to_vec(),
        };
        all.sort_by_key(|at| !self.is_current(*at));
        all
    }

    /// The current objects of a dependency.
    fn of(&self, dep: &Dep) -> Vec<usize> {
        match dep {
            Dep::Instance(addr) => self.instance(addr).into_iter().collect(),
            Dep::All(resource) => self.current(resource).collect(),
        }
    }

    /// The current objects of a resource.
    fn current(&self, resource: &ConfigResource) -> impl Iterator<Item = usize> {
        let all = self.of_resource(resource).iter().copied();
        all.filter(|at| self.is_current(*at))
    }
}

struct Builder<'a> {
    changes: &'a [ResourceChange],
    sources: &'a Sources<'a>,
    index: Index<'a>,
    graph: Graph<StepKind>,
    joined: BTreeSet<StepKind>,
    /// Edges that rather go than stand in a circle.
    courtesies: BTreeSet<(NodeId, NodeId)>,
}

impl<'a> Builder<'a> {
    fn new(changes: &'a [ResourceChange], sources: &'a Sources<'a>) -> Builder<'a> {
        let index = Index::new(changes);
        Builder {
            changes,
            sources,
            index,
            graph: Graph::new(),
            joined: BTreeSet::new(),
            courtesies: BTreeSet::new(),
        }
    }

    fn node(&mut self, kind: StepKind) -> NodeId {
        match self.graph.id(&kind) {
            Some(id) => id,
            None => self.graph.add_node(kind),
        }
    }

    fn after(&mut self, later: StepKind, earlier: StepKind) {
        let later = self.node(later);
        let earlier = self.node(earlier);
        self.graph.depend(later, earlier);
    }

    /// As `after`, as long as that closes no circle.
    fn rather_after(&mut self, later: StepKind, earlier: StepKind) {
        let (later, earlier) = (self.node(later), self.node(earlier));
        if !self.graph.has_edge(later, earlier) {
            self.graph.depend(later, earlier);
            self.courtesies.insert((later, earlier));
        }
    }

    fn change(&self, at: usize) -> Option<&'a ResourceChange> {
        self.changes.get(at)
    }

    /// The step after which an instance is as it should be; none when it goes.
    fn up(&self, at: usize) -> Option<StepKind> {
        let begin = self.begin(at)?;
        let provisioned = |change: &ResourceChange| self.sources.provisioned.contains(&change.addr.config());
        let last = matches!(begin, StepKind::Create(_)) && self.change(at).is_some_and(provisioned);
        Some(if last { StepKind::Provision(at) } else { begin })
    }

    /// The step with which an instance begins to become what it should be; none when it goes.
    fn begin(&self, at: usize) -> Option<StepKind> {
        Some(match self.change(at)?.action {
            Action::NoOp => StepKind::Keep(at),
            Action::Create | Action::DeleteThenCreate | Action::CreateThenDelete => StepKind::Create(at),
            Action::Update => StepKind::Update(at),
            Action::Read => StepKind::Read(at),
            Action::Forget => StepKind::Forget(at),
            Action::Delete => return None,
        })
    }

    /// The step that deletes an object of a change, if any does.
    fn down(&self, at: usize) -> Option<StepKind> {
        let change = self.change(at)?;
        match change.action {
            Action::Delete => Some(StepKind::Delete(at, change.deposed.clone())),
            Action::DeleteThenCreate => Some(StepKind::Delete(at, None)),
            Action::CreateThenDelete => Some(StepKind::Delete(at, Some(self.deposed_key(change)))),
            _ => None,
        }
    }

    /// Eight hexadecimal digits that no deposed object of the instance has yet.
    fn deposed_key(&self, change: &ResourceChange) -> Arc<str> {
        let seed = change
            .addr
            .to_string()
            .bytes()
            .fold(0x811c_9dc5_u32, |hash, byte| {
                (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
            });
        let keys = (0..=u32::MAX).map(|step| Arc::from(format!("{:08x}", seed.wrapping_add(step))));
        let mut free = keys.filter(|key: &Arc<str>| {
            !self
                .sources
                .priors
                .contains_key(&(change.addr.clone(), Some(Arc::clone(key))))
        });
        free.next().unwrap_or_else(|| Arc::from("00000000"))
    }

    /// Rules 1, 4, 5 and 6.
    fn add_change(&mut self, at: usize) {
        let Some(change) = self.change(at) else { return };
        if change.importing.is_some() {
            for step in [self.down(at), self.begin(at)].into_iter().flatten() {
                self.after(step, StepKind::Import(at));
            }
        }
        if let Some(down) = self.down(at) {
            self.node(down.clone());
            match (&change.action, &down) {
                (Action::DeleteThenCreate, _) => self.after(StepKind::Create(at), down),
                (Action::CreateThenDelete, StepKind::Delete(_, Some(key))) => {
                    let depose = StepKind::Depose(at, Arc::clone(key));
                    if change.importing.is_some() {
                        self.after(depose.clone(), StepKind::Import(at));
                    }
                    self.after(StepKind::Create(at), depose);
                    self.after(down, self.up(at).unwrap_or(StepKind::Create(at)));
                }
                _ => {}
            }
        }
        let (Some(begin), Some(up)) = (self.begin(at), self.up(at)) else {
            return;
        };
        self.node(begin.clone());
        for need in self.sources.used.get(at).into_iter().flatten() {
            self.need(&begin, need);
        }
        if up != begin {
            self.after(up, begin);
        }
    }

    fn need(&mut self, step: &StepKind, need: &Need) {
        match need {
            Need::Instance(addr) => {
                if let Some(up) = self.index.instance(addr).and_then(|at| self.up(at)) {
                    self.after(step.clone(), up);
                }
            }
            Need::Resource(resource) => {
                let ready = StepKind::Ready(resource.clone());
                self.after(step.clone(), ready.clone());
                if self.joined.insert(ready.clone()) {
                    for at in self.index.current(resource).collect::<Vec<_>>() {
                        if let Some(up) = self.up(at) {
                            self.after(ready.clone(), up);
                        }
                    }
                }
            }
            Need::Node(node) => {
                self.after(step.clone(), StepKind::Evaluate(node.clone()));
                self.add_evaluation(node);
            }
        }
    }

    fn add_evaluation(&mut self, node: &ConfigNode) {
        let mut work = vec![node.clone()];
        while let Some(node) = work.pop() {
            let step = StepKind::Evaluate(node.clone());
            if !self.joined.insert(step.clone()) {
                continue;
            }
            for need in self.sources.node_used.get(&node).into_iter().flatten() {
                match need {
                    Need::Node(next) => {
                        self.after(step.clone(), StepKind::Evaluate(next.clone()));
                        work.push(next.clone());
                    }
                    other => self.need(&step, other),
                }
            }
        }
    }

    /// Rules 2 and 3: what an instance used, by its record, and what it uses now, may go only after it.
    fn add_letting_go(&mut self, at: usize, now: &BTreeSet<Dep>) {
        let Some(change) = self.change(at) else { return };
        let record = self
            .sources
            .priors
            .get(&(change.addr.clone(), change.deposed.clone()));
        let names = record.into_iter().flat_map(|prior| &prior.record.dependencies);
        let before: BTreeSet<Dep> = names.filter_map(|name| self.stored(name)).collect();
        if let Some(down) = self.down(at) {
            for dep in &before {
                self.goes_after(dep, &down, StepKind::Released, |_| true, false);
            }
        }
        let Some(up) = self.up(at).filter(StepKind::is_effect) else {
            return;
        };
        for dep in before
            .iter()
            .chain(now.iter().filter(|dep| !before.contains(*dep)))
        {
            let applies = |action| action != Action::DeleteThenCreate;
            self.goes_after(dep, &up, StepKind::Unused, applies, true);
        }
    }

    /// A dependency as stored: an instance where there is one of this address, else all instances.
    fn stored(&self, name: &str) -> Option<Dep> {
        let addr = parse_instance(name).ok()?;
        let config = addr.config();
        Some(if self.index.instance(&addr).is_some() {
            Dep::Instance(addr)
        } else {
            Dep::All(config)
        })
    }

    fn goes_after(
        &mut self,
        dep: &Dep,
        step: &StepKind,
        join: fn(ConfigResource) -> StepKind,
        applies: fn(Action) -> bool,
        courteous: bool,
    ) {
        let going = |builder: &Self, at: usize| {
            let change = builder.change(at)?;
            builder
                .down(at)
                .filter(|down| applies(change.action) && down != step)
        };
        let order = |builder: &mut Self, at: usize, down: StepKind, earlier: StepKind| {
            let for_good = builder
                .change(at)
                .is_some_and(|change| change.action == Action::Delete);
            if courteous && for_good {
                builder.rather_after(down, earlier);
            } else {
                builder.after(down, earlier);
            }
        };
        match dep {
            Dep::Instance(_) => {
                for at in self.index.objects(dep) {
                    if let Some(down) = going(self, at) {
                        order(self, at, down, step.clone());
                    }
                }
            }
            Dep::All(resource) => {
                let joint = join(resource.clone());
                if self.joined.insert(joint.clone()) {
                    let mut any = false;
                    for at in self.index.objects(dep) {
                        if let Some(down) = going(self, at) {
                            order(self, at, down, joint.clone());
                            any = true;
                        }
                    }
                    if !any {
                        return;
                    }
                }
                if self.graph.id(&joint).is_some() {
                    self.after(joint, step.clone());
                }
            }
        }
    }

    fn finish(mut self) -> Result<StepGraph, Diagnostic> {
        if !self.courtesies.is_empty() && self.graph.topological_order().is_err() {
            self.graph = self.graph.untied(&self.courtesies);
        }
        let order = self.graph.topological_order().map_err(|cycle| {
            let names: Vec<String> = cycle.path.iter().map(|kind| label(kind, self.changes)).collect();
            let first = names.first().map_or("", String::as_str);
            Diagnostic::error(
                &codes::STEP_CYCLE,
                format!(
                    "These steps wait for each other in a circle, so none can be the first:\n  {}\n  {first}\n\nApply in \
                     two runs: first with -target, to do a part of it.",
                    names.join(", which waits for\n  ") + ", which waits for"
                ),
            )
        })?;
        let place: BTreeMap<NodeId, usize> = order.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut steps = Vec::with_capacity(order.len());
        for id in &order {
            let Some(kind) = self.graph.node(*id).cloned() else {
                continue;
            };
            let mut needs: Vec<usize> = self
                .graph
                .needs(*id)
                .iter()
                .filter_map(|need| place.get(need).copied())
                .collect();
            needs.sort_unstable();
            needs.dedup();
            steps.push(Step { kind, needs });
        }
        Ok(StepGraph { steps })
    }
}
