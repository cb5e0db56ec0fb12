//! What a platform is opened with: where its data lies, its limits, and the ports through which it meets time,
//! chance and the runtime. It reads no file and no environment; the caller fills it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::platform::clock::{Clock, SystemClock};
use crate::platform::ids::{Ids, RandomIds};
use crate::platform::runtime::Runtime;

/// Everything that [`crate::platform::open`] needs.
#[derive(Clone)]
pub struct Config {
    /// The directory that holds the store; made when absent, with access for its owner alone.
    pub data_dir: PathBuf,
    /// Name, password and email of a user that is made at open unless it exists already.
    pub first_user: Option<(String, String, Option<String>)>,
    /// The answer to `default_cluster` in an organization's data.
    pub cluster: String,
    /// `true` lets any well-formed user name become a member: an unknown one gets an account that cannot log in.
    pub open_membership: bool,
    /// The cost of a password hash.
    pub hashing: Hashing,
    /// Bounds on what clients may ask.
    pub limits: Limits,
    /// How long instances of the simulated runtime take to start and to stop.
    pub speed: Speed,
    /// With the simulated runtime: instances whose image carries this tag fail to start. Off by default.
    pub failing_tag: Option<String>,
    /// Whether requests may ask for failures ([`crate::platform::faults`]). Off by default.
    pub faults: bool,
    /// TLS for [`crate::platform::serve()`]; plain HTTP without it.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where tokens and identifiers come from.
    pub ids: Arc<dyn Ids>,
    /// What runs the instances; `None` is the simulated runtime at [`Config::speed`].
    pub runtime: Option<Arc<dyn Runtime>>,
}

impl Config {
    /// The defaults of a server, with its data in `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>) -> Config {
        Config {
            data_dir: data_dir.into(),
            first_user: None,
            cluster: "alpha.private.giantswarm.io".to_owned(),
            open_membership: false,
            hashing: Hashing::default(),
            limits: Limits::default(),
            speed: Speed::default(),
            failing_tag: None,
            faults: false,
            tls: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            runtime: None,
        }
    }
}

impl fmt::Debug for Config {
    /// Names no password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Config")
            .field("data_dir", &self.data_dir)
            .field("first_user", &self.first_user.as_ref().map(|(name, _, _)| name))
            .field("open_membership", &self.open_membership)
            .field("limits", &self.limits)
            .field("speed", &self.speed)
            .finish_non_exhaustive()
    }
}

/// The cost of an argon2id hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashing {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Hashing {
    /// The first recommendation of OWASP's password storage sheet for argon2id: 19 MiB, two passes, one lane.
    fn default() -> Hashing {
        Hashing {
            memory_kib: 19 * 1024,
            passes: 2,
            lanes: 1,
        }
    }
}

impl Hashing {
    /// The least that argon2 takes: for tests, and for passwords that are long random strings already.
    pub const CHEAP: Hashing = Hashing {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };
}

/// Bounds on what clients may ask.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest request body in bytes.
    pub body_bytes: usize,
    /// Longest time for one request, its body included, and for one write that the client does not take;
    /// streams are not counted.
    pub request: Duration,
    /// Longest time for the head of a request, and so for an idle kept-alive connection.
    pub head: Duration,
    /// Most connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// Most password hashes at once.
    pub logins: usize,
    /// Failed logins of one name from one address before the next one has to wait.
    pub login_failures: u32,
    /// Most commands at once inside instances.
    pub sessions: usize,
    /// Longest life of a command inside an instance.
    pub session: Duration,
    /// How long a token is good.
    pub token: Duration,
    /// How long `open` waits for another process to leave the data directory.
    pub lock_wait: Duration,
    /// How long a shutdown waits for running requests.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes: 2 * 1024 * 1024,
            request: Duration::from_secs(30),
            head: Duration::from_secs(60),
            connections: 1024,
            logins: 4,
            login_failures: 10,
            sessions: 256,
            session: Duration::from_secs(60 * 60),
            token: Duration::from_secs(30 * 24 * 60 * 60),
            lock_wait: Duration::from_secs(2),
            grace: Duration::from_secs(5),
        }
    }
}

/// How long instances of the simulated runtime take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// From starting to up.
    pub start: Duration,
    /// From stopping to down.
    pub stop: Duration,
}

impl Default for Speed {
    fn default() -> Speed {
        Speed {
            start: Duration::from_secs(2),
            stop: Duration::from_secs(1),
        }
    }
}
