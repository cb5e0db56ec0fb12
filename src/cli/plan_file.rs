//! The file of a saved plan: written for its owner alone and encrypted, and opened again.
//!
//! With `SWARMFORM_PLAN_KEY` the key comes from that passphrase, so that the file may travel; without it the key lies
//! beside the state, and the file alone is worthless. What is in it is `engine::saved`'s, how it is sealed is
//! `engine::sealed`'s.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::diag::Diagnostic;
use crate::engine::Recording;
use crate::engine::codes::PLAN_KEY;
use crate::engine::sealed::{self, Envelope, Head, Key, KeyOrigin};
use crate::host::{Environment, files, plan_key};

use super::codes;
use super::session::Place;

/// The variable that holds the passphrase.
const PASSPHRASE: &str = "SWARMFORM_PLAN_KEY";

/// Shorter ones are found by trying.
const SHORTEST: usize = 16;

/// Writes a recording with the digest of its plan.
pub fn write(place: &Place, path: &Path, recording: &Recording, digest: &str) -> Result<(), Diagnostic> {
    let environment = Environment::of_process();
    let (origin, key) = match passphrase(&environment)? {
        Some(passphrase) => {
            let salt = plan_key::random::<16>();
            let origin = KeyOrigin::Passphrase {
                salt: BASE64.encode(salt),
            };
            (origin, sealed::derive(passphrase, &salt)?)
        }
        None => {
            let key = plan_key::make(place.state_dir()).map_err(|reason| unreadable(place, &reason))?;
            let id = sealed::key_id(&key);
            (KeyOrigin::State { id }, key)
        }
    };
    let (workspace, _) = recording.moment();
    let head = Head::new(recording.basis(), workspace, digest, origin);
    let text = sealed::seal(head, &key, plan_key::random(), &recording.text())?;
    files::write_private(path, text.as_bytes()).map_err(|reason| {
        let detail = format!("The plan could not be saved to \"{}\": {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    })
}

/// Refuses to write what an option asks for over a file of the configuration, or over another file of the command.
pub fn spares(option: &str, path: Option<&Path>, other: Option<(&str, &Path)>) -> Result<(), Diagnostic> {
    let Some(path) = path else { return Ok(()) };
    // A place that cannot be found is told when it is written to.
    let Ok(place) = files::destination(path) else {
        return Ok(());
    };
    let shown = path.display();
    if files::is_configuration(path) || files::is_configuration(&place) {
        let detail = format!(
            "{option}=\"{shown}\" would be a file of the configuration: its name ends in .tf, .tf.json, .tfvars or \
             .tfvars.json. Choose another name."
        );
        return Err(Diagnostic::error(&codes::USAGE, detail));
    }
    match other {
        Some((what, other)) if files::destination(other).is_ok_and(|other| other == place) => {
            let detail = format!("{option}=\"{shown}\" is the file of {what}, too. Choose another name.");
            Err(Diagnostic::error(&codes::USAGE, detail))
        }
        _ => Ok(()),
    }
}

/// Reads a saved plan.
pub fn open(place: &Place, path: &Path) -> Result<Recording, Diagnostic> {
    let text = files::text(path).map_err(|reason| {
        let detail = format!("The saved plan \"{}\" cannot be read: {reason}.", path.display());
        Diagnostic::error(&codes::FILE, detail)
    })?;
    let envelope = sealed::read(&text)?;
    let key = key(place, &envelope)?;
    Recording::open(&envelope.open(&key)?)
}

fn key(place: &Place, envelope: &Envelope) -> Result<Key, Diagnostic> {
    let head = &envelope.head;
    let about = match head.serial {
        0 => String::new(),
        serial => format!(" from serial {serial} of the state {}", head.lineage),
    };
    match &head.key {
        KeyOrigin::Passphrase { .. } => {
            let environment = Environment::of_process();
            let passphrase = passphrase(&environment)?.ok_or_else(|| {
                let detail = format!(
                    "The plan was made in the workspace \"{}\"{about} and saved with a passphrase. Set {PASSPHRASE} to \
                     the value that it had then.",
                    head.workspace
                );
                Diagnostic::error(&PLAN_KEY, detail)
            })?;
            sealed::derive(passphrase, &head.salt().unwrap_or_default())
        }
        KeyOrigin::State { id } => {
            let found = plan_key::find(place.state_dir()).map_err(|reason| unreadable(place, &reason))?;
            let fault = if found.is_some() {
                "is not that key"
            } else {
                "is missing"
            };
            found.filter(|key| sealed::key_id(key) == *id).ok_or_else(|| {
                let detail = format!(
                    "The plan was made in the workspace \"{}\"{about}. It opens with the key that lies beside that \
                     state, and \"{}\" {fault}. Work where the plan was made and select its workspace, or set \
                     {PASSPHRASE} when planning for a plan that travels.",
                    head.workspace,
                    plan_key::path(place.state_dir()).display()
                );
                Diagnostic::error(&PLAN_KEY, detail)
            })
        }
    }
}

fn passphrase(environment: &Environment) -> Result<Option<&str>, Diagnostic> {
    let Some(given) = environment.get_set(PASSPHRASE) else {
        return Ok(None);
    };
    if given.chars().count() < SHORTEST {
        let detail = format!(
            "The value of {PASSPHRASE} is shorter than {SHORTEST} characters, so it could be found by trying. Take a \
             random one, such as \"openssl rand -base64 32\" prints."
        );
        return Err(Diagnostic::error(&PLAN_KEY, detail));
    }
    Ok(Some(given))
}

fn unreadable(place: &Place, reason: &str) -> Diagnostic {
    let path = plan_key::path(place.state_dir());
    let detail = format!(
        "The key of saved plans, \"{}\", cannot be used: {reason}.",
        path.display()
    );
    Diagnostic::error(&PLAN_KEY, detail)
}
