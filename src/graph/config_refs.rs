//! The edges of a configuration's graph: what each declaration refers to, and where.
//!
//! It follows references as they are spelt. A name that is declared nowhere makes no edge.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{ConfigResource, ModuleAddr};
use crate::config::reference::{Reference, Subject, body_references, references};
use crate::config::{Check, Condition, Config, Module, ModuleCall, Resource, target};
use crate::diag::Diagnostics;
use crate::source::Span;
use crate::syntax::ast::Expr;

use super::{ConfigNode, Graph, NodeId};

/// A graph that grows, with the place of the first reference behind each edge.
#[derive(Default)]
pub(super) struct Edges {
    graph: Graph<ConfigNode>,
    places: BTreeMap<(NodeId, NodeId), Span>,
}

impl Edges {
    /// The graph and its places.
    pub fn finish(self) -> (Graph<ConfigNode>, BTreeMap<(NodeId, NodeId), Span>) {
        (self.graph, self.places)
    }

    fn need(&mut self, from: NodeId, to: ConfigNode, at: Span) {
        let to = self.graph.add_node(to);
        self.places.entry((from, to)).or_insert(at);
        self.graph.depend(from, to);
    }
}

/// Adds every declaration of a configuration and what it needs.
pub(super) fn declare(config: &Config, edges: &mut Edges) {
    for (addr, module) in &config.modules {
        ModuleEdges {
            config,
            addr,
            module,
            edges,
        }
        .declare();
    }
}

struct ModuleEdges<'a> {
    config: &'a Config,
    addr: &'a ModuleAddr,
    module: &'a Module,
    edges: &'a mut Edges,
}

impl ModuleEdges<'_> {
    /// A node of this module. It needs the call of the module, and the call as a whole needs it.
    fn node(&mut self, node: ConfigNode, at: Span) -> NodeId {
        let id = self.edges.graph.add_node(node.clone());
        if let Some((name, above)) = self.addr.0.split_last() {
            let above = ModuleAddr(above.to_vec());
            let whole = self
                .edges
                .graph
                .add_node(ConfigNode::Whole(above.clone(), Arc::clone(name)));
            self.edges.need(id, ConfigNode::Call(above, Arc::clone(name)), at);
            self.edges.need(whole, node, at);
        }
        id
    }

    fn declare(&mut self) {
        let module = self.module;
        let addr = self.addr.clone();
        for variable in module.variables.values() {
            let node = ConfigNode::Variable(addr.clone(), Arc::clone(&variable.name));
            let id = self.node(node.clone(), variable.span);
            for validation in &variable.validations {
                self.condition(id, validation, Some(&node));
            }
            self.input(id, &variable.name);
        }
        for local in module.locals.values() {
            let id = self.node(
                ConfigNode::Local(addr.clone(), Arc::clone(&local.name)),
                local.span,
            );
            self.expr(id, &local.expr);
        }
        for (reference, provider) in &module.providers {
            let id = self.node(
                ConfigNode::Provider(addr.clone(), reference.clone()),
                provider.span,
            );
            let names = body_references(&provider.body, &mut Diagnostics::new());
            self.references(id, names, None);
        }
        for resource in module.resources.values() {
            let own = ConfigResource {
                module: addr.clone(),
                resource: resource.addr.clone(),
            };
            let id = self.node(ConfigNode::Resource(own), resource.span);
            self.resource(id, resource);
        }
        for call in module.calls.values() {
            self.call(call);
        }
        for output in module.outputs.values() {
            let id = self.node(
                ConfigNode::Output(addr.clone(), Arc::clone(&output.name)),
                output.span,
            );
            self.expr(id, &output.value);
            self.depends_on(id, &output.depends_on);
            for precondition in &output.preconditions {
                self.condition(id, precondition, None);
            }
        }
        for check in module.checks.values() {
            let id = self.node(
                ConfigNode::Check(addr.clone(), Arc::clone(&check.name)),
                check.span,
            );
            self.check(id, check);
        }
        self.imports();
    }

    /// A variable needs what the call of its module sets it to, in the module above.
    fn input(&mut self, id: NodeId, name: &Arc<str>) {
        let Some((call_name, above)) = self.addr.0.split_last() else {
            return;
        };
        let above = ModuleAddr(above.to_vec());
        let Some(module) = self.config.modules.get(&above) else {
            return;
        };
        let Some(input) = module.calls.get(call_name).and_then(|call| call.inputs.get(name)) else {
            return;
        };
        ModuleEdges {
            config: self.config,
            addr: &above,
            module,
            edges: self.edges,
        }
        .expr(id, input);
    }

    fn resource(&mut self, id: NodeId, resource: &Resource) {
        let (module, provider) = self.config.provider_of(self.addr, &resource.provider);
        self.edges
            .need(id, ConfigNode::Provider(module, provider), resource.span);
        if let Some(expr) = resource.repetition.expr() {
            self.expr(id, expr);
        }
        let names = body_references(&resource.body, &mut Diagnostics::new());
        self.references(id, names, None);
        // A command of the destruction refers to its object alone.
        for provisioner in resource.provisioners.iter().filter(|one| !one.at_destroy) {
            let own = Subject::Resource(resource.addr.clone());
            let mut names = body_references(&provisioner.body, &mut Diagnostics::new());
            names.retain(|name| name.subject != own);
            self.references(id, names, None);
        }
        self.depends_on(id, &resource.depends_on);
        for trigger in &resource.lifecycle.replace_triggered_by {
            self.expr(id, trigger);
        }
        for condition in resource
            .lifecycle
            .preconditions
            .iter()
            .chain(&resource.lifecycle.postconditions)
        {
            self.condition(id, condition, None);
        }
    }

    fn call(&mut self, call: &ModuleCall) {
        let name = Arc::clone(&call.name);
        let id = self.node(ConfigNode::Call(self.addr.clone(), Arc::clone(&name)), call.span);
        let whole = self.node(ConfigNode::Whole(self.addr.clone(), Arc::clone(&name)), call.span);
        self.edges
            .need(whole, ConfigNode::Call(self.addr.clone(), name), call.span);
        if let Some(expr) = call.repetition.expr() {
            self.expr(id, expr);
        }
        self.depends_on(id, &call.depends_on);
    }

    fn check(&mut self, id: NodeId, check: &Check) {
        if let Some(data) = &check.data {
            let own = ConfigResource {
                module: self.addr.clone(),
                resource: data.clone(),
            };
            self.edges.need(id, ConfigNode::Resource(own), check.span);
        }
        for assert in &check.asserts {
            self.condition(id, assert, None);
        }
    }

    /// What is imported needs the values of its ids.
    fn imports(&mut self) {
        for import in &self.module.imports {
            let Ok(pattern) = target::pattern(&import.to) else {
                continue;
            };
            let Some((resource, key)) = pattern.resource else {
                continue;
            };
            let module = ModuleAddr(pattern.module.iter().map(|(name, _)| Arc::clone(name)).collect());
            if !self
                .config
                .modules
                .get(&module)
                .is_some_and(|module| module.resources.contains_key(&resource))
            {
                continue;
            }
            let id = self
                .edges
                .graph
                .add_node(ConfigNode::Resource(ConfigResource { module, resource }));
            let keys = pattern
                .module
                .iter()
                .filter_map(|(_, key)| key.as_ref())
                .chain(&key);
            for expr in [&import.id].into_iter().chain(&import.for_each).chain(keys) {
                self.expr(id, expr);
            }
        }
    }

    fn condition(&mut self, id: NodeId, condition: &Condition, own: Option<&ConfigNode>) {
        for expr in [&condition.condition, &condition.error_message] {
            let names = references(expr, &mut Diagnostics::new());
            self.references(id, names, own);
        }
    }

    fn expr(&mut self, id: NodeId, expr: &Expr) {
        let names = references(expr, &mut Diagnostics::new());
        self.references(id, names, None);
    }

    /// `depends_on` names things as a whole.
    fn depends_on(&mut self, id: NodeId, elements: &[Expr]) {
        for element in elements {
            for name in references(element, &mut Diagnostics::new()) {
                match &name.subject {
                    Subject::Module(call, None) if self.module.calls.contains_key(call) => {
                        let whole = ConfigNode::Whole(self.addr.clone(), Arc::clone(call));
                        self.edges.need(id, whole, name.span);
                    }
                    _ => self.references(id, vec![name], None),
                }
            }
        }
    }

    /// Edges to what is declared of these, except to `own`.
    fn references(&mut self, id: NodeId, names: Vec<Reference>, own: Option<&ConfigNode>) {
        for name in names {
            match &name.subject {
                Subject::Variable(variable) if self.module.variables.contains_key(variable) => {
                    let node = ConfigNode::Variable(self.addr.clone(), Arc::clone(variable));
                    if own != Some(&node) {
                        self.edges.need(id, node, name.span);
                    }
                }
                Subject::Local(local) if self.module.locals.contains_key(local) => {
                    let node = ConfigNode::Local(self.addr.clone(), Arc::clone(local));
                    self.edges.need(id, node, name.span);
                }
                Subject::Resource(resource) if self.module.resources.contains_key(resource) => {
                    let own = ConfigResource {
                        module: self.addr.clone(),
                        resource: resource.clone(),
                    };
                    self.edges.need(id, ConfigNode::Resource(own), name.span);
                }
                Subject::Module(call, output) if self.module.calls.contains_key(call) => {
                    self.outputs(id, call, output.as_ref(), name.span);
                }
                _ => {}
            }
        }
    }

    /// A reference to one output, or to all of them.
    fn outputs(&mut self, id: NodeId, call: &Arc<str>, output: Option<&Arc<str>>, at: Span) {
        self.edges
            .need(id, ConfigNode::Call(self.addr.clone(), Arc::clone(call)), at);
        let child = self.addr.child(Arc::clone(call));
        let Some(module) = self.config.modules.get(&child) else {
            return;
        };
        match output {
            Some(output) if module.outputs.contains_key(output) => {
                self.edges
                    .need(id, ConfigNode::Output(child, Arc::clone(output)), at);
            }
            Some(_) => {}
            None => {
                for output in module.outputs.keys() {
                    self.edges
                        .need(id, ConfigNode::Output(child.clone(), Arc::clone(output)), at);
                }
            }
        }
    }
}
