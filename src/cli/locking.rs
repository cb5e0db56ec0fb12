//! The lock of a state, for commands that change it without planning.

use std::time::Duration;

use clap::{ArgAction, Args};

use crate::diag::Diagnostic;
use crate::engine::plan::store_fault;
use crate::ports::{Lock, StateStore};

use super::duration;
use super::session::Store;

/// Options about the lock.
#[derive(Args, Clone, Copy, Debug)]
pub struct Locking {
    /// Hold the state's lock
    #[arg(long, value_name = "BOOL", default_value_t = true, num_args = 0..=1, default_missing_value = "true", require_equals = true, action = ArgAction::Set)]
    pub lock: bool,
    /// Wait this long for the lock, such as 30s or 2m
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration::parse)]
    pub lock_timeout: Duration,
}

impl Locking {
    /// Takes the lock, if it is wanted.
    pub async fn take(self, store: &Store, operation: &str) -> Result<Option<Box<dyn Lock>>, Diagnostic> {
        if !self.lock {
            return Ok(None);
        }
        let taken = store.lock(operation, self.lock_timeout).await;
        taken.map(Some).map_err(|error| store_fault(&error))
    }

    /// Takes the lock, if it is wanted, and leaves the database closed, for it may be damaged.
    pub async fn take_unopened(
        self,
        store: &Store,
        operation: &str,
    ) -> Result<Option<Box<dyn Lock>>, Diagnostic> {
        if !self.lock {
            return Ok(None);
        }
        let taken = store.lock_unopened(operation, self.lock_timeout).await;
        taken.map(Some).map_err(|error| store_fault(&error))
    }
}
