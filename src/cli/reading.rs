//! What commands share that plan and change nothing: the configuration with its values, and an engine that can only read.
//!
//! They take no lock, and nobody is asked for a value.

use std::sync::Arc;

use crate::config::Config;
use crate::diag::Diagnostics;
use crate::engine::{Engine, Readers, Shelf};
use crate::host::ConfigFiles;
use crate::source::SourceMap;
use crate::state::State;

use super::args::Assignment;
use super::report::Teller;
use super::session::{Place, Store};
use super::variables::{self, Given};

/// The configuration of the current directory with values for its variables, and warnings.
///
/// # Errors
/// One of both cannot be read.
pub fn configuration(
    place: &Place,
    assignments: &[Assignment],
    sources: &mut SourceMap,
) -> Result<(Arc<Config>, Given, Diagnostics), Diagnostics> {
    let (config, warnings) = place.read_config(&ConfigFiles, sources, true)?;
    let (given, more) = variables::given(&config, assignments, sources)?;
    let told = Diagnostics(warnings.into_iter().chain(more).collect());
    Ok((config, given, told))
}

/// An engine that can change nothing, on this store with this state.
pub fn engine(
    place: &Place,
    parallelism: u16,
    (store, state): (&Store, &State),
    teller: &Arc<Teller>,
) -> Engine {
    let engine = place.engine(store, teller.listener(), parallelism);
    let engine = Engine {
        providers: Arc::new(Readers::of(place.providers())),
        store: Arc::new(Shelf(state.clone())),
        ..engine
    };
    teller.count(&engine.providers);
    engine
}
