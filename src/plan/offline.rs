//! Planning without a platform: validation, and plans whose answers are known beforehand.
//!
//! Every request is answered at once, so nothing is waited for and nothing is read. It decides nothing that the planner
//! does not decide.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::ModuleAddr;
use crate::config::{Config, Variable};
use crate::diag::Diagnostics;
use crate::graph::ConfigGraph;
use crate::state::State;
use crate::value::Value;

use super::evaluate::Evaluator;
use super::planner::{Answer, PlanOptions, Planner, Request};
use super::providers::Semantic;
use super::scope::Environment;

/// The answer of a platform that is not asked: it is ready, and objects are as they were.
pub fn silent(request: &Request) -> Answer {
    match request {
        Request::Configure { .. } => Answer::Configured(Ok(())),
        Request::Read { prior, .. } => Answer::Read(Ok(Some(prior.clone()))),
        Request::Import { .. } => Answer::Imported(Ok(None)),
        Request::ReadData { .. } => Answer::Data(Ok(Value::dynamic_unknown())),
    }
}

/// Answers all that a planner asks, at once.
pub fn drive(planner: &mut Planner, mut answer: impl FnMut(&Request) -> Answer) {
    loop {
        let requests = planner.advance();
        if requests.is_empty() {
            return;
        }
        for (id, request) in requests {
            let answer = answer(&request);
            planner.answer(id, answer);
        }
    }
}

/// What is wrong with a configuration, as far as that can be told without values and without a platform: the warnings,
/// or with an error all of them.
pub fn validate(
    config: Arc<Config>,
    graph: Arc<ConfigGraph>,
    environment: Environment,
    semantics: &Semantic,
) -> Result<Diagnostics, Diagnostics> {
    // A configuration is valid for any values of its variables, not for their defaults alone.
    let root = config.modules.get(&ModuleAddr::root());
    let unknown = |variable: &Variable| Value::unknown(variable.constraint.ty.without_optional());
    let declared = root.into_iter().flat_map(|root| root.variables.values());
    let variables = declared
        .map(|variable| (Arc::clone(&variable.name), unknown(variable)))
        .collect();
    let evaluator = Evaluator {
        config,
        environment,
        variables,
        places: BTreeMap::new(),
        validating: true,
    };
    let options = PlanOptions::default();
    let mut planner = Planner::new(evaluator, graph, State::default(), options, semantics.clone());
    drive(&mut planner, |request| match request {
        Request::ReadData { addr, .. } => {
            let ty = semantics.type_info(&addr.resource).map(|info| info.ty.clone());
            Answer::Data(Ok(ty.map_or_else(Value::dynamic_unknown, Value::unknown)))
        }
        other => silent(other),
    });
    let planned = planner.finish().map_err(|refused| refused.faults)?;
    Ok(planned.plan.warnings)
}
