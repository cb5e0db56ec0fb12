//! The log: what a command does, line by line, for whoever looks for a fault. Off unless it is asked for.
//!
//! Only events of swarmform itself are written, for those of the libraries below may hold whole requests; and never a
//! body, a header or an argument. Secrets that are known (credentials, sensitive variables) are taken out of every line
//! all the same, so that a sensitive name in a path does not show.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use crate::diag::Diagnostic;
use crate::engine::{Outcome, Progress};
use crate::host::{Environment, files};
use crate::value::Value;

use super::codes;

/// How much is logged, and where to.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `-log`
    pub level: Option<String>,
    /// `-log-path`
    pub path: Option<PathBuf>,
}

/// The names of levels, as Terraform has them.
const LEVELS: [(&str, LevelFilter); 7] = [
    ("trace", LevelFilter::TRACE),
    ("debug", LevelFilter::DEBUG),
    ("info", LevelFilter::INFO),
    ("warn", LevelFilter::WARN),
    ("error", LevelFilter::ERROR),
    ("off", LevelFilter::OFF),
    ("json", LevelFilter::TRACE),
];

/// Whether a log has begun. The platform's own log is another one, and hears nothing of commands.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Whether a log has begun.
pub fn is_on() -> bool {
    BEGUN.load(Ordering::Relaxed)
}

/// Whether a log goes to standard error.
static ON_ERROR: AtomicBool = AtomicBool::new(false);

/// Whether a log goes to standard error, where it is between other lines.
pub fn is_on_error() -> bool {
    ON_ERROR.load(Ordering::Relaxed)
}

/// Texts that are in no line.
static SECRETS: OnceLock<Mutex<BTreeSet<String>>> = OnceLock::new();

/// Shorter texts would tear the log apart without hiding anything.
const SHORTEST: usize = 4;

fn secrets() -> std::sync::MutexGuard<'static, BTreeSet<String>> {
    let secrets = SECRETS.get_or_init(Mutex::default);
    secrets.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a text out of every line from now on.
pub fn hide(secret: &str) {
    if secret.len() >= SHORTEST {
        secrets().insert(secret.to_owned());
        // Paths and quoted texts hold it in these forms.
        secrets().insert(crate::api::paths::encode(secret));
        secrets().insert(secret.escape_debug().to_string());
    }
}

/// Takes all texts and numbers of a value out of every line from now on.
pub fn hide_value(value: &Value) {
    let (plain, _) = value.clone().unmark_deep();
    let json = crate::render::json::known(&plain).compact();
    let mut found: Vec<serde_json::Value> = serde_json::from_str(&json).into_iter().collect();
    while let Some(value) = found.pop() {
        match value {
            serde_json::Value::String(text) => hide(&text),
            serde_json::Value::Number(number) => hide(&number.to_string()),
            serde_json::Value::Array(items) => found.extend(items),
            serde_json::Value::Object(members) => found.extend(members.into_iter().map(|(_, value)| value)),
            serde_json::Value::Null | serde_json::Value::Bool(_) => {}
        }
    }
}

/// A part of what listens.
pub type Layered = Box<dyn Layer<Registry> + Send + Sync>;

/// What goes on until the command ends.
#[must_use]
#[derive(Default)]
pub struct Begun {
    #[cfg(feature = "otel")]
    traces: Option<super::trace::Traces>,
}

impl Begun {
    /// Ends it; what is left to send is sent.
    ///
    /// # Errors
    /// Why that failed, as a sentence.
    pub fn end(self) -> Result<(), String> {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            return traces
                .end()
                .map_err(|error| format!("Note: traces were not sent: {error}."));
        }
        Ok(())
    }
}

/// Begins the log, if options or the environment ask for one, and traces, if there is somebody to send them to.
///
/// # Errors
/// If the level is none, or the file cannot be written.
pub fn begin(wanted: &Wanted, environment: &Environment) -> Result<Begun, Diagnostic> {
    let lines = lines(wanted, environment)?;
    #[cfg(feature = "otel")]
    let (traces, spans) = super::trace::begin(environment)?.unzip();
    #[cfg(not(feature = "otel"))]
    let spans = None;
    let layers: Vec<Layered> = lines.into_iter().chain(spans).collect();
    let begun = Begun {
        #[cfg(feature = "otel")]
        traces,
    };
    if layers.is_empty() {
        return Ok(begun);
    }
    for name in [
        "GIANTSWARM_TOKEN",
        "GIANTSWARM_PASSWORD",
        "SWARMFORM_PASSWORD",
        "SWARMFORM_PLAN_KEY",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ] {
        environment.get_set(name).into_iter().for_each(hide);
    }
    BEGUN.store(true, Ordering::Relaxed);
    // A second log in one process is refused; the first goes on.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layers));
    Ok(begun)
}

/// What writes the lines of a log, if one is wanted.
fn lines(wanted: &Wanted, environment: &Environment) -> Result<Option<Layered>, Diagnostic> {
    let named = |own: &str, other: &str| {
        let value = environment
            .get_set(own)
            .map(|value| (own.to_owned(), value.to_owned()));
        value.or_else(|| {
            environment
                .get_set(other)
                .map(|value| (other.to_owned(), value.to_owned()))
        })
    };
    let given = wanted.level.clone().map(|level| ("-log".to_owned(), level));
    let Some((by, level)) = given.or_else(|| named("SWARMFORM_LOG", "TF_LOG")) else {
        return Ok(None);
    };
    let name = level.to_ascii_lowercase();
    let Some((_, filter)) = LEVELS.iter().find(|(known, _)| *known == name) else {
        // What Terraform does not know as a level it takes for the most; a typing mistake of ours is told.
        let names = LEVELS.map(|(name, _)| name).join(", ");
        let detail = format!("{by} says how much is logged: {names}. {level:?} is none of these.");
        return Err(Diagnostic::error(&codes::USAGE, detail));
    };
    if *filter == LevelFilter::OFF {
        return Ok(None);
    }
    let path = wanted
        .path
        .clone()
        .or_else(|| named("SWARMFORM_LOG_PATH", "TF_LOG_PATH").map(|(_, path)| PathBuf::from(path)));
    let out = match path {
        None => {
            ON_ERROR.store(true, Ordering::Relaxed);
            Out::Error
        }
        Some(path) => {
            let mut options = File::options();
            let file = options.append(true).create(true).mode(0o600).open(&path);
            let file = file.map_err(|error| {
                let detail = format!(
                    "The log \"{}\" cannot be written: {}.",
                    path.display(),
                    files::reason(&error)
                );
                Diagnostic::error(&codes::FILE, detail)
            })?;
            Out::File(Arc::new(file))
        }
    };
    // The spans that events stand in are for traces alone.
    let filter = *filter;
    let ours = FilterFn::new(move |about| {
        about.is_event() && about.target().starts_with("swarmform") && *about.level() <= filter
    });
    let ours = ours.with_max_level_hint(filter);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(out);
    Ok(Some(if name == "json" {
        layer.json().with_filter(ours).boxed()
    } else {
        layer.with_filter(ours).boxed()
    }))
}

/// A text without known secrets.
pub fn clean(text: &str) -> String {
    let mut text = text.to_owned();
    // Longer ones first: a short one may be a part of a long one.
    let mut hidden: Vec<String> = secrets().iter().cloned().collect();
    hidden.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in hidden {
        if text.contains(&secret) {
            text = text.replace(&secret, "(hidden)");
        }
    }
    text
}

/// Where lines go.
#[derive(Clone)]
enum Out {
    Error,
    File(Arc<File>),
}

/// One line on its way out.
struct Line(Out);

impl<'a> MakeWriter<'a> for Out {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self.clone())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = clean(&String::from_utf8_lossy(bytes));
        match &self.0 {
            Out::Error => std::io::stderr().lock().write_all(text.as_bytes())?,
            Out::File(file) => (&**file).write_all(text.as_bytes())?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Who listens to a run.
pub type Listener = Arc<dyn Fn(&Progress) + Send + Sync>;

/// The same listener, with the log beside it.
pub fn beside(listener: Listener) -> Listener {
    Arc::new(move |progress| {
        write(progress);
        listener(progress);
    })
}

fn write(progress: &Progress) {
    let millis = |elapsed: &std::time::Duration| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    match progress {
        Progress::RefreshStart { addr, .. } => tracing::debug!(%addr, "refresh begins"),
        Progress::RefreshDone { addr, .. } => tracing::debug!(%addr, "refresh ends"),
        Progress::Reads { done, total } => tracing::trace!(done, total, "reads"),
        Progress::ReadStart(addr) => tracing::debug!(%addr, "read begins"),
        Progress::ReadDone(addr, elapsed) => tracing::debug!(%addr, millis = millis(elapsed), "read ends"),
        Progress::StepStart { kind, addr, .. } => tracing::info!(step = kind.word(), %addr, "step begins"),
        Progress::StepStill { kind, addr, elapsed } => {
            tracing::info!(step = kind.word(), %addr, millis = millis(elapsed), "step goes on");
        }
        Progress::StepDone {
            kind,
            addr,
            elapsed,
            outcome: Outcome::Done,
            ..
        } => tracing::info!(step = kind.word(), %addr, millis = millis(elapsed), "step ends"),
        Progress::StepDone {
            kind, addr, elapsed, ..
        } => {
            tracing::error!(step = kind.word(), %addr, millis = millis(elapsed), "step failed");
        }
        // What a command of an object prints is nobody's business here.
        Progress::Provision { addr, .. } => tracing::trace!(%addr, "a command of the object tells something"),
        Progress::Steps { done, total, running } => tracing::trace!(done, total, running, "steps"),
        Progress::Settled(settled) => {
            tracing::warn!(addr = %settled.subject, "an operation without an outcome was settled");
        }
        Progress::Stopping => tracing::warn!("the run is asked to stop"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_none_is_told_and_a_log_that_cannot_be_written_too() {
        let wanted = |level: &str, path: &str| Wanted {
            level: Some(level.to_owned()),
            path: Some(PathBuf::from(path)),
        };
        let nothing = Environment::default();
        let fault = begin(&wanted("loud", "/dev/null"), &nothing).err().unwrap();
        assert_eq!(fault.code.id, "cli/usage");
        assert!(fault.detail.contains("trace, debug, info"), "{}", fault.detail);
        let fault = begin(&wanted("info", "/nowhere/at/all"), &nothing).err().unwrap();
        assert_eq!(fault.code.id, "cli/file");
        assert!(begin(&wanted("OFF", "/nowhere/at/all"), &nothing).is_ok());
        assert!(begin(&Wanted::default(), &nothing).is_ok());
    }

    #[test]
    fn what_is_hidden_is_hidden_in_every_form() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let file = Arc::new(File::create(&path).unwrap());
        hide("open sesame");
        hide("xyz");
        hide_value(&Value::string("walnut"));
        let line = b"GET /v1/org/open%20sesame says open sesame to walnut and xyz\n";
        Line(Out::File(file)).write_all(line).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text, "GET /v1/org/(hidden) says (hidden) to (hidden) and xyz\n");
    }
}
