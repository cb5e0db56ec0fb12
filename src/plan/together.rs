//! What the configurations of several objects say against each other.
//!
//! Some objects of a platform are ruled by more than one resource. A provider names such types, and is shown all their
//! configurations at the end of planning; it says which of them contradict another. Nothing is evaluated or decided here.

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::addr::InstanceAddr;
use crate::config::IgnoreChanges;
use crate::schema::Block;
use crate::source::Span;
use crate::value::{Path, Value};

use super::ignore::keep_ignored;
use super::planner::Planner;
use super::providers::ProviderKey;
use super::semantics::Declared;

/// A configuration that may be in the way of another.
pub(super) struct Peer {
    pub addr: InstanceAddr,
    pub provider: ProviderKey,
    pub config: Value,
    pub spans: BTreeMap<Path, Span>,
    pub block: Span,
}

/// The configuration with what it ignores as unknown, for about that it says nothing.
pub(super) fn without_ignored(ignored: &IgnoreChanges, block: &Block, config: &Value) -> Value {
    if matches!(ignored, IgnoreChanges::None) {
        return config.clone();
    }
    let blank = config.transform(&mut |_, value| {
        let is_leaf = value.members().is_none() && value.items().is_none();
        Ok::<Value, Infallible>(if is_leaf {
            Value::unknown(value.ty())
        } else {
            value
        })
    });
    match blank {
        Ok(blank) => keep_ignored(ignored, block, &blank, config),
        Err(never) => match never {},
    }
}

/// Asks each provider about its objects, and tells what it finds.
pub(super) fn check(planner: &mut Planner) {
    let mut groups: BTreeMap<ProviderKey, Vec<Peer>> = BTreeMap::new();
    for peer in std::mem::take(&mut planner.peers) {
        groups.entry(peer.provider.clone()).or_default().push(peer);
    }
    for (provider, mut peers) in groups {
        let Some(semantics) = planner.semantics.get(&provider.provider.name).cloned() else {
            continue;
        };
        peers.sort_by(|one, other| one.addr.cmp(&other.addr));
        let declared: Vec<Declared<'_>> = peers
            .iter()
            .map(|peer| Declared {
                type_name: &peer.addr.resource.type_name,
                config: &peer.config,
            })
            .collect();
        let secrets = planner.secrets.together(peers.iter().map(|peer| &peer.addr));
        for (at, fault) in semantics.conflicts(&declared) {
            let fault = secrets.fault(fault);
            if let Some(peer) = peers.get(at) {
                let (spans, block, addr) = (peer.spans.clone(), peer.block, peer.addr.clone());
                planner.report(vec![fault], &spans, block, Some(&addr));
            }
        }
    }
}
