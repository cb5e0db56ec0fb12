//! A platform of a test's own, in the test's process: what a configuration is about, apart from its state.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::Arc;

use swarmform::api::{Client, Config, Credentials, NoLog};
use swarmform::host::SystemClock;
use swarmform::platform::{Embedded, embedded};
use tokio::runtime::Runtime;

use crate::support::Place;

/// A platform that runs until it is dropped.
pub struct Elsewhere {
    pub platform: Embedded,
    /// Dropped after the platform that runs on it.
    pub runtime: Runtime,
}

impl Elsewhere {
    /// Starts one with its data in the place.
    pub fn start(place: &Place) -> Elsewhere {
        swarmform::host::tls::install_crypto();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let platform = runtime
            .block_on(embedded::start(&place.path().join("elsewhere")))
            .unwrap();
        Elsewhere { platform, runtime }
    }

    /// A client of its user.
    pub fn client(&self) -> Client {
        let credentials = Credentials::Password {
            username: self.platform.username.clone(),
            password: self.platform.password.clone(),
        };
        let config = Config::new(self.platform.endpoint(), credentials, Arc::new(SystemClock));
        Client::new(config, Arc::new(NoLog)).unwrap()
    }
}
