//! The port to what runs instances. The platform decides what shall run and asks; a runtime says how long it takes,
//! and answers for logs, statistics and commands. A runtime decides nothing about applications.

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use crate::platform::clock::Millis;
use crate::platform::model::{App, Component, Instance, Service};

/// One instance and all around it that a runtime may need.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The organization.
    pub org: String,
    /// The environment.
    pub env: String,
    /// The application.
    pub app: String,
    /// The service.
    pub service: String,
    /// The component: image, environment, ports.
    pub component: Component,
    /// The instance itself.
    pub instance: Instance,
}

impl Workload {
    /// The workload of an instance. The component's other instances are left out.
    pub fn new(app: &App, service: &Service, component: &Component, instance: &Instance) -> Workload {
        Workload {
            org: app.key.org.clone(),
            env: app.key.env.clone(),
            app: app.key.app.clone(),
            service: service.name.clone(),
            component: Component {
                instances: Vec::new(),
                ..component.clone()
            },
            instance: instance.clone(),
        }
    }
}

/// What becomes of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Launch {
    /// When the instance is up, or has failed.
    pub up: Millis,
    /// Whether it fails.
    pub failed: bool,
}

/// A line of an instance's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub at: Millis,
    /// The text, without a line end.
    pub text: String,
}

/// What an instance uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// Memory in MiB.
    pub memory_mb: f64,
    /// The most memory it may use, in MiB.
    pub capacity_mb: f64,
    /// Share of one processor, in percent.
    pub cpu_percent: f64,
}

/// One of the two outputs of a command; the numbers are those of docker's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Output {
    /// Standard output.
    Out = 1,
    /// Standard error.
    Err = 2,
}

/// The ends of a command's streams that a runtime holds.
#[derive(Debug)]
pub struct Streams {
    /// Standard input; it ends when the sender is dropped.
    pub input: mpsc::Receiver<Bytes>,
    /// Both outputs. A failed send means nobody listens any more.
    pub output: mpsc::Sender<(Output, Bytes)>,
}

/// A command to run inside an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Program and arguments; never empty.
    pub argv: Vec<String>,
    /// Whether it talks to a terminal: both outputs are one, and shells prompt.
    pub tty: bool,
    /// Lines and columns of the terminal, if they are known.
    pub size: Option<(u16, u16)>,
}

/// What runs instances.
pub trait Runtime: Send + Sync + 'static {
    /// Asks to run an instance from `at` on. When it returns, the request is accepted; it must not block.
    fn launch(&self, component: &Component, instance: &Instance, at: Millis) -> Launch;

    /// Asks to stop an instance from `at` on; answers when it is down. It must not block.
    fn halt(&self, component: &Component, instance: &Instance, at: Millis) -> Millis;

    /// The content hash of an image, in hexadecimal.
    fn image_hash(&self, image: &str) -> String;

    /// The last lines, at most `count`, that the instance had written by `now`, oldest first.
    fn logs(&self, workload: &Workload, now: Millis, count: usize) -> Vec<Line>;

    /// What the instance uses at `now`.
    fn usage(&self, workload: &Workload, now: Millis) -> Usage;

    /// Runs a command inside the instance and answers its exit code. Dropping the future ends the command.
    fn exec(&self, workload: Workload, command: Command, streams: Streams) -> BoxFuture<'static, i32>;
}
