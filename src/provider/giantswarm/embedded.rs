//! How the provider gets at an embedded platform without knowing what one is.

use async_trait::async_trait;

/// A platform that runs in this process.
#[derive(Clone)]
pub struct EmbeddedPlatform {
    /// Its URL on loopback.
    pub endpoint: String,
    /// A token of its user.
    pub token: String,
    /// The name of that user.
    pub username: String,
}

impl std::fmt::Debug for EmbeddedPlatform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedPlatform")
            .field("endpoint", &self.endpoint)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Starts and stops the embedded platform of a run.
#[async_trait]
pub trait EmbeddedPlatforms: Send + Sync {
    /// The platform; started by the first call, the same for all that follow.
    async fn start(&self) -> Result<EmbeddedPlatform, String>;

    /// Stops it, if it runs. Its data is durable when this returns.
    async fn stop(&self);
}
