//! Stopping: once means "start nothing new", twice means "stop now".

use tokio_util::sync::CancellationToken;

/// A request to stop, shared by everything of a run.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Cancel {
    /// Not stopped.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks to stop; a second time asks to stop at once. Whether it was the second time.
    pub fn interrupt(&self) -> bool {
        if self.soft.is_cancelled() {
            self.hard.cancel();
            return true;
        }
        self.soft.cancel();
        false
    }

    /// Whether nothing new should start.
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Returns once nothing new should start.
    pub async fn stopping(&self) {
        self.soft.cancelled().await;
    }

    /// Returns once everything should stop.
    pub async fn stopped(&self) {
        self.hard.cancelled().await;
    }
}
