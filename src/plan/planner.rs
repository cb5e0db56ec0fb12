//! The planner: a state machine that asks for reads and ends with a [`Planned`].
//!
//! It goes through three stages. *Providers*: what their configuration needs is evaluated, and each is asked
//! to be configured, unless it has to wait for objects (see `late`). *Refresh*: every object of the state is asked to be read, all at once. *Walk*: the nodes
//! of the configuration are visited, dependencies first; data sources are asked for as soon as their
//! configuration is known. The same input and answers give the same plan, so a plan can be replayed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, Mode, ModuleAddr};
use crate::diag::{Diagnostic, Diagnostics};
use crate::graph::{ConfigGraph, ConfigNode};
use crate::lang::Decoded;
use crate::source::Span;
use crate::state::State;
use crate::value::{Marks, Path, Value};

use super::change::{PlanMode, ResourceChange};
use super::checks::{Checkable, Checked, Checks, Status};
use super::codes;
use super::configure::Configuring;
use super::create_first::create_first;
use super::evaluate::{Evaluator, Used};
use super::import;
use super::late::Late;
use super::moves::{self, Move, Moved};
use super::moves_check;
use super::providers::{ProviderKey, Semantic, resolve_provider};
use super::refresh::{Prior, Priors};
use super::removed;
pub use super::request::{Answer, PlanOptions, Planned, Refused, Request, RequestId, Unwritten};
use super::scope::Here;
use super::secrets::{Secrets, SecretsOf, shown_id};
use super::semantics::Fault;
use super::target::Targeted;
use super::together::Peer;
use super::walk::Walk;
use super::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Providers,
    Refresh,
    Walk,
    Done,
}

/// See the module's documentation.
pub struct Planner {
    pub(super) evaluator: Evaluator,
    pub(super) graph: Arc<ConfigGraph>,
    pub(super) state: State,
    pub(super) options: PlanOptions,
    pub(super) semantics: Semantic,
    pub(super) world: World,
    pub(super) priors: Priors,
    pub(super) changes: Vec<ResourceChange>,
    /// What each change was made from; beside `changes`.
    pub(super) used: Vec<Used>,
    pub(super) node_used: BTreeMap<ConfigNode, Used>,
    pub(super) providers: BTreeMap<ProviderKey, (Arc<str>, Value)>,
    pub(super) faults: Diagnostics,
    /// What must not be shown in what providers say.
    pub(super) secrets: SecretsOf,
    /// What moved since the last run.
    pub(super) moved: Moved,
    pub(super) moves: Vec<Move>,
    pub(super) check_warnings: Diagnostics,
    /// Configurations that may be in the way of each other.
    pub(super) peers: Vec<Peer>,
    /// What is written of the objects that differ from what was last applied, and of those that change.
    pub(super) written: BTreeMap<InstanceAddr, Decoded>,
    /// What data sources said.
    pub(super) data: BTreeMap<InstanceAddr, Value>,
    /// The marks of the configurations that data sources were asked with.
    pub(super) data_marks: BTreeMap<InstanceAddr, Vec<(Path, Marks)>>,
    /// Which config resources are in, when there are targets.
    pub(super) targeted: Option<Targeted>,
    pub(super) visited: BTreeSet<InstanceAddr>,
    /// Instances of the state whose resources must not be destroyed.
    pub(super) guarded: BTreeMap<ConfigResource, Vec<InstanceAddr>>,
    /// Instances that are declared no more but must not go: an error each, that is told.
    pub(super) prevented: BTreeSet<InstanceAddr>,
    pub(super) delete_first: BTreeSet<InstanceAddr>,
    /// Resources whose replacements are made before the old object goes: those that say so, and all that they need.
    pub(super) create_first: BTreeSet<ConfigResource>,
    pub(super) changes_by_resource: BTreeMap<ConfigResource, Vec<usize>>,
    pub(super) change_index: BTreeMap<InstanceAddr, usize>,
    /// What is imported: ids by address.
    pub(super) importing: BTreeMap<InstanceAddr, Arc<str>>,
    /// The import blocks that lead to each resource.
    pub(super) import_blocks: BTreeMap<ConfigResource, Vec<usize>>,
    /// All imports that were evaluated: where each address is written; nowhere for the command `import`.
    pub(super) imports: BTreeMap<InstanceAddr, Option<Span>>,
    /// The same, in their order, by the resources that were asked about.
    pub(super) imports_asked: BTreeMap<ConfigResource, Vec<InstanceAddr>>,
    pub(super) waiting_imports: BTreeMap<ConfigNode, usize>,
    pub(super) late: Late,
    pub(super) done: BTreeSet<ConfigNode>,
    /// Nodes with errors, and those that need them: nothing more can be said of these.
    pub(super) failed: BTreeSet<ConfigNode>,
    pub(super) walked: bool,
    pub(super) walk: Option<Walk>,
    /// Nodes that wait for no answer any more.
    pub(super) answered: Vec<ConfigNode>,
    stage: Stage,
    started: bool,
    pub(super) requests: Vec<Request>,
    waiting: BTreeMap<RequestId, Request>,
    pub(super) waiting_data: BTreeMap<ConfigNode, usize>,
}

impl Planner {
    /// A planner at its start.
    pub fn new(
        evaluator: Evaluator,
        graph: Arc<ConfigGraph>,
        mut state: State,
        options: PlanOptions,
        semantics: Semantic,
    ) -> Planner {
        let moves = moves::written(&evaluator.config);
        let moved = moves::carry_out(&evaluator.config, &moves, &mut state);
        let mut world = World::new();
        world.checks = Checks::declared(&evaluator.config);
        world.remarks = (options.mode == PlanMode::RefreshOnly).then(Diagnostics::new);
        let create_first = create_first(&evaluator.config, &graph);
        let import_blocks = import::blocks(&evaluator.config);
        Planner {
            evaluator,
            graph,
            state,
            options,
            semantics,
            world,
            priors: Priors::new(),
            changes: Vec::new(),
            used: Vec::new(),
            node_used: BTreeMap::new(),
            providers: BTreeMap::new(),
            faults: Diagnostics::new(),
            secrets: SecretsOf::default(),
            moved,
            moves,
            check_warnings: Diagnostics::new(),
            peers: Vec::new(),
            written: BTreeMap::new(),
            data: BTreeMap::new(),
            data_marks: BTreeMap::new(),
            targeted: None,
            visited: BTreeSet::new(),
            guarded: BTreeMap::new(),
            prevented: BTreeSet::new(),
            delete_first: BTreeSet::new(),
            create_first,
            changes_by_resource: BTreeMap::new(),
            change_index: BTreeMap::new(),
            importing: BTreeMap::new(),
            import_blocks,
            imports: BTreeMap::new(),
            imports_asked: BTreeMap::new(),
            waiting_imports: BTreeMap::new(),
            late: Late::default(),
            done: BTreeSet::new(),
            failed: BTreeSet::new(),
            walked: false,
            walk: None,
            answered: Vec::new(),
            stage: Stage::Providers,
            started: false,
            requests: Vec::new(),
            waiting: BTreeMap::new(),
            waiting_data: BTreeMap::new(),
        }
    }

    /// Goes on as far as it can and returns the effects it now waits for. Empty with no answer outstanding
    /// means that it is done.
    pub fn advance(&mut self) -> Vec<(RequestId, Request)> {
        let before = self.requests.len();
        while self.stage != Stage::Done {
            let stage = self.stage;
            match stage {
                Stage::Providers if !self.started => self.begin_providers(),
                Stage::Refresh if !self.started => self.begin_refresh(),
                Stage::Walk => self.walk(),
                _ => {}
            }
            self.started = true;
            let fresh = self.requests.len() > before;
            if fresh || !self.waiting.is_empty() {
                break;
            }
            self.stage = match stage {
                _ if self.faults.has_errors() => Stage::Done,
                Stage::Providers => Stage::Refresh,
                Stage::Refresh => Stage::Walk,
                Stage::Walk | Stage::Done => Stage::Done,
            };
            self.started = false;
        }
        let fresh = self.requests.iter().enumerate().skip(before);
        let fresh: Vec<(RequestId, Request)> = fresh.map(|(id, request)| (id, request.clone())).collect();
        self.waiting.extend(fresh.iter().cloned());
        fresh
    }

    /// Tells what came of a request.
    pub fn answer(&mut self, id: RequestId, answer: Answer) {
        let Some(request) = self.waiting.remove(&id) else {
            return;
        };
        if let (Request::Configure { provider, .. }, Answer::Configured(result)) = (&request, &answer) {
            self.late_configured(provider, result.is_err());
        }
        match (request, answer) {
            (Request::Configure { provider, .. }, Answer::Configured(Err(fault))) => {
                let fault = match self.providers.get(&provider) {
                    Some((_, config)) => Secrets::of(config).fault(fault),
                    None => fault,
                };
                // Without a block of its own it is told where the first resource needs it.
                let subject = self
                    .provider_span(&provider)
                    .or_else(|| self.first_use(&provider));
                let mut diagnostic =
                    Diagnostic::error(&codes::PROVIDER_FAILED, fault.detail).summary(fault.summary);
                diagnostic.subject = subject;
                self.faults.push(diagnostic);
            }
            (
                Request::Read {
                    addr,
                    deposed,
                    provider,
                    ..
                },
                Answer::Read(result),
            ) => {
                self.told(&addr, deposed, result);
                self.late_answered(&provider);
            }
            (Request::Import { addr, .. }, Answer::Imported(result)) => import::told(self, &addr, result),
            (Request::ReadData { addr, .. }, Answer::Data(result)) => self.told_data(&addr, result),
            _ => {}
        }
    }

    /// The plan, once nothing is asked any more.
    pub fn finish(mut self) -> Result<Planned, Refused> {
        if self.walked || !self.faults.has_errors() {
            return super::conclude::conclude(self);
        }
        self.faults.0.sort_by_key(|fault| !fault.is_error());
        Err(self.faults.into())
    }

    /// The objects whose configuration is yet to be written, instead of a plan.
    ///
    /// # Errors
    /// What is wrong with the imports, or with what they need.
    pub fn unwritten(self) -> Result<Vec<Unwritten>, Diagnostics> {
        if self.faults.has_errors() {
            return Err(self.faults);
        }
        let found = self.importing.iter().filter_map(|(addr, id)| {
            let prior = self.priors.get(&(addr.clone(), None))?;
            let asked = self.options.unwritten.contains(&addr.config());
            asked.then(|| Unwritten {
                addr: addr.clone(),
                id: Arc::clone(id),
                object: prior.last.clone(),
            })
        });
        Ok(found.collect())
    }

    /// The block of an instance, if the configuration has one.
    pub(super) fn declared_at(&self, addr: &InstanceAddr) -> Option<crate::source::Span> {
        let module = self.evaluator.config.modules.get(&addr.module.config())?;
        module.resources.get(&addr.resource).map(|resource| resource.span)
    }

    pub(super) fn ask(&mut self, request: Request) {
        self.requests.push(request);
    }

    // Providers.

    fn begin_providers(&mut self) {
        let config = &self.evaluator.config;
        self.targeted = super::target::targeted(config, &self.graph, &self.state, &self.options);
        if self.options.imports.is_empty() {
            self.faults.extend(self.targeted.as_ref().map(Targeted::warning));
        }
        if let Some(fault) = moves_check::excluded(self) {
            return self.faults.push(fault);
        }
        self.warn_of_backends();
        let faults = removed::check(&self.evaluator.config);
        if faults.has_errors() && !self.evaluator.validating {
            return self.faults.extend(faults);
        }
        let keys = self.used_providers();
        let needs = self.part_providers(&keys);
        self.visit_needs(&needs);
        if self.faults.has_errors() {
            return;
        }
        for (key, name) in keys
            .iter()
            .filter(|(key, _)| !self.late.has(key))
            .collect::<Vec<_>>()
        {
            let told = self.evaluator.validating || self.options.settling;
            if self.configure(key, name) == Configuring::Later && !told && self.has_objects_of(key) {
                self.faults.push(self.not_known(key));
            }
        }
    }

    fn has_objects_of(&self, key: &ProviderKey) -> bool {
        let key = key.to_string();
        self.state
            .instances
            .values()
            .any(|instance| *instance.provider == *key)
            || self.options.mode != PlanMode::Destroy
    }

    /// The error of a provider whose values nobody knows.
    fn not_known(&self, key: &ProviderKey) -> Diagnostic {
        let detail = format!(
            "An argument of the provider \"{key}\" is not known, and what is in the state can be dealt with only by it. \
             Give it a value that is known, such as a variable."
        );
        let mut fault = Diagnostic::error(&codes::PROVIDER_UNKNOWN, detail);
        fault.subject = self.provider_span(key);
        fault
    }

    /// A backend has no effect.
    fn warn_of_backends(&mut self) {
        let config = Arc::clone(&self.evaluator.config);
        let backends = config
            .modules
            .values()
            .filter_map(|module| module.settings.backend.as_ref());
        for (kind, _, span) in backends.filter(|(kind, ..)| &**kind != "local") {
            let detail =
                format!("The backend \"{kind}\" has no effect in this version: the state is kept locally.");
            self.faults
                .push(Diagnostic::warning(&codes::UNSUPPORTED, detail).at(*span));
        }
    }

    // Refresh.

    /// Whether the configuration says that objects of this resource must not be destroyed.
    fn is_guarded(&self, addr: &InstanceAddr) -> bool {
        let module = self.evaluator.config.modules.get(&addr.module.config());
        let declared = module.and_then(|module| module.resources.get(&addr.resource));
        declared.is_some_and(|declared| declared.lifecycle.prevent_destroy.is_some())
    }

    fn begin_refresh(&mut self) {
        let state = std::mem::take(&mut self.state);
        for (addr, instance) in &state.instances {
            let key = ProviderKey::parse(&instance.provider);
            let Some(info) = self.semantics.type_info(&addr.resource).cloned() else {
                self.faults
                    .push(no_type(&self.semantics, &addr.resource).about(addr));
                continue;
            };
            if instance.current.is_some() && self.is_guarded(addr) {
                self.guarded.entry(addr.config()).or_default().push(addr.clone());
            }
            let current = instance.current.iter().map(|object| (None, object));
            let deposed = instance
                .deposed
                .iter()
                .map(|(key, object)| (Some(Arc::clone(key)), object));
            for (deposed, object) in current.chain(deposed) {
                match Prior::decode(addr, &instance.provider, object, &info) {
                    Ok(prior) => {
                        self.secrets.add(addr, &prior.last);
                        self.ask_read(addr, deposed.clone(), &key, &prior);
                        self.priors.insert((addr.clone(), deposed), prior);
                    }
                    Err(fault) => self.faults.push(fault),
                }
            }
        }
        self.state = state;
    }

    fn ask_read(&mut self, addr: &InstanceAddr, deposed: Option<Arc<str>>, key: &ProviderKey, prior: &Prior) {
        let out = self
            .targeted
            .as_ref()
            .is_some_and(|targeted| !targeted.has_instance(addr));
        if self.options.skip_refresh || out || addr.resource.mode == Mode::Data {
            return;
        }
        let shown = shown_id(&prior.last);
        let (value, _) = prior.last.clone().unmark_deep();
        let read = Request::Read {
            addr: addr.clone(),
            deposed,
            provider: key.clone(),
            prior: value,
            shown,
        };
        match self.late.has(key) {
            true => self.late.read(key, read),
            false => self.ask(read),
        }
    }

    fn told(&mut self, addr: &InstanceAddr, deposed: Option<Arc<str>>, result: Result<Option<Value>, Fault>) {
        let key = (addr.clone(), deposed);
        let info = self.semantics.type_info(&addr.resource).cloned();
        match (result, info) {
            (Ok(object), Some(info)) => {
                if let Some(prior) = self.priors.get_mut(&key) {
                    prior.told(object, &info.schema);
                }
            }
            (Err(fault), _) => {
                let fault = self.secrets.fault(addr, fault);
                let mut diagnostic = Diagnostic::error(&codes::READ_FAILED, fault.detail)
                    .summary(fault.summary)
                    .about(addr);
                diagnostic.subject = self.declared_at(addr);
                self.faults.push(diagnostic);
            }
            _ => {}
        }
    }

    pub(super) fn visit_value(&mut self, node: &ConfigNode) {
        let (evaluator, world) = (&self.evaluator, &mut self.world);
        let used = match node {
            ConfigNode::Variable(module, name) => evaluator.variable(world, module, name),
            ConfigNode::Local(module, name) => evaluator.local(world, module, name),
            ConfigNode::Output(module, name) => evaluator.output(world, module, name),
            ConfigNode::Call(module, name) => evaluator.call(world, module, name),
            ConfigNode::Whole(..) => Ok(Used::new()),
            ConfigNode::Resource(_) | ConfigNode::Provider(..) | ConfigNode::Check(..) => return,
        };
        self.done.insert(node.clone());
        match used {
            Ok(mut used) => {
                self.add_static_needs(node, &mut used);
                self.node_used.insert(node.clone(), used);
            }
            Err(faults) => self.faults.extend(faults),
        }
    }

    pub(super) fn check(&mut self, module: &ModuleAddr, name: &Arc<str>) {
        if self.evaluator.validating {
            return;
        }
        let warnings = self.evaluator.check(&mut self.world, module, name, true);
        self.check_warnings.extend(warnings);
    }

    // Data.

    pub(super) fn ask_data(&mut self, addr: InstanceAddr, provider: ProviderKey, config: Value) {
        self.ask(Request::ReadData {
            addr,
            provider,
            config,
        });
    }

    fn told_data(&mut self, addr: &InstanceAddr, result: Result<Value, Fault>) {
        let node = ConfigNode::Resource(addr.config());
        let config = Arc::clone(&self.evaluator.config);
        let declared = config
            .modules
            .get(&addr.module.config())
            .and_then(|module| module.resources.get(&addr.resource));
        match result {
            Ok(object) => {
                let marks = self.data_marks.remove(addr).unwrap_or_default();
                let object = match self.semantics.type_info(&addr.resource) {
                    Some(info) => info.schema.block.with_marks(object, marks),
                    None => object.mark_paths(&marks),
                };
                self.world.set_object(addr, object.clone());
                self.data.insert(addr.clone(), object.clone());
                let planned = self
                    .change_index
                    .get(addr)
                    .and_then(|at| self.changes.get_mut(*at));
                if let Some(change) = planned {
                    change.after = object.clone();
                }
                if let Some(declared) = declared {
                    let expansion = self.world.resource(&addr.module, &addr.resource);
                    let here = expansion.map(|resource| Here::of(&resource.expansion, &addr.key));
                    let here = Here {
                        own: Some(object),
                        ..here.unwrap_or_default()
                    };
                    let told = self.faults.0.len();
                    super::conditions::postconditions(self, declared, addr, here);
                    if self.faults.has_errors_after(told) {
                        self.failed.insert(node.clone());
                    }
                }
            }
            Err(fault) => {
                let fault = self.secrets.fault(addr, fault);
                let problem = format!("{}: {}", fault.summary, fault.detail);
                let mut fault = Diagnostic::error(&codes::READ_FAILED, fault.detail)
                    .summary(fault.summary)
                    .about(addr);
                fault.subject = declared.map(|declared| declared.span);
                match declared.and_then(|declared| declared.check.clone()) {
                    // What a check reads for itself is a matter of the check.
                    Some(check) => {
                        let of = Checkable::Check(addr.module.config(), check);
                        let instance = Checked::Module(addr.module.clone());
                        self.world.checks.note(&of, instance, Status::Fail, Some(problem));
                        fault.severity = crate::diag::Severity::Warning;
                        self.check_warnings.push(fault);
                    }
                    None => {
                        self.failed.insert(node.clone());
                        self.faults.push(fault);
                    }
                }
            }
        }
        if let Some(left) = self.waiting_data.get_mut(&node) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.waiting_data.remove(&node);
                self.done.insert(node.clone());
                self.answered.push(node);
            }
        }
    }

    /// The provider that a declared resource uses.
    pub(super) fn provider_of(&self, resource: &ConfigResource) -> Option<ProviderKey> {
        let module = self.evaluator.config.modules.get(&resource.module)?;
        let declared = module.resources.get(&resource.resource)?;
        Some(resolve_provider(
            &self.evaluator.config,
            &resource.module,
            &declared.provider,
        ))
    }
}

/// The error of a type that no provider has.
pub(super) fn no_type(semantics: &Semantic, resource: &crate::addr::ResourceAddr) -> Diagnostic {
    let what = if resource.mode == Mode::Data {
        "data source"
    } else {
        "resource"
    };
    let hint = crate::diag::did_you_mean(&resource.type_name, semantics.type_names(resource.mode));
    Diagnostic::error(
        &codes::NO_RESOURCE_TYPE,
        format!("There is no {what} type \"{}\".{hint}", resource.type_name),
    )
}
