//! An app as a `swarm.json`: its arguments, or its definition as the platform holds it. What is sensitive, or looks like a
//! secret where nothing says what is, becomes a `$VARIABLE`, with its value apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::definition::Definition;
use crate::lang::write::Names;
use crate::plan::secrets::marked_texts;
use crate::provider::giantswarm::app::source::{Source, source};
use crate::provider::object::{plain, text};
use crate::value::Value;

use super::secrets::{is_secret, is_secret_argument};

/// An app as a definition.
#[derive(Clone)]
pub struct Exported {
    /// The definition, which names variables in place of what is sensitive.
    pub text: String,
    /// `ORG/ENV`, the key of the variables file.
    pub environment: String,
    /// Values of the variables, as they stand in the text of a JSON string.
    pub variables: BTreeMap<String, String>,
}

impl Exported {
    /// The variables as a `swarmvars.json`: in clear.
    pub fn values(&self) -> String {
        let values = BTreeMap::from([(&self.environment, &self.variables)]);
        let mut text = serde_json::to_string_pretty(&values).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The definition of an app's arguments, marked. The error is a sentence.
pub fn export(object: &Value) -> Result<Exported, String> {
    let bare = plain(object);
    let mut definition = match source(&bare, None) {
        Source::Known(definition, _) => *definition,
        Source::Unknown => {
            return Err("Not everything of its definition is known before it is applied.".to_owned());
        }
        Source::Faulty(faults) => {
            let reason = faults
                .into_iter()
                .next()
                .map(|fault| fault.detail)
                .unwrap_or_default();
            return Err(format!("Its definition is not valid. {reason}"));
        }
    };
    let secrets = marked_texts(object);
    let variables = hide(&mut definition, &Secrets::Marked(&secrets));
    let shown = definition.to_json_pretty();
    let left = secrets.iter().filter(|secret| secret.len() > 2);
    if left.into_iter().any(|secret| shown.contains(secret.as_str())) {
        return Err(
            "Something sensitive is in a part of its definition that no variable can stand for: only values of \
             environment variables and arguments can be sensitive in a file that is to be shown."
                .to_owned(),
        );
    }
    let part = |name| text(&bare, name).known().unwrap_or_default().to_owned();
    Ok(Exported {
        text: shown,
        environment: format!("{}/{}", part("org"), part("env")),
        variables,
    })
}

/// A definition as the platform holds it, where nothing is marked: what looks like a secret is taken for one.
pub fn export_held(mut definition: Definition, org: &str, env: &str) -> Exported {
    let variables = hide(&mut definition, &Secrets::Guessed);
    Exported {
        text: definition.to_json_pretty(),
        environment: format!("{org}/{env}"),
        variables,
    }
}

/// How secrets are told from other values.
enum Secrets<'a> {
    /// By what the configuration calls sensitive.
    Marked(&'a BTreeSet<String>),
    /// By their names and by how they look.
    Guessed,
}

impl Secrets<'_> {
    fn has(&self, name: &str, value: &str) -> bool {
        match self {
            Secrets::Marked(secrets) => secrets.iter().any(|secret| value.contains(secret.as_str())),
            Secrets::Guessed => is_secret(name, value),
        }
    }

    fn has_argument(&self, args: &[String], at: usize) -> bool {
        match self {
            Secrets::Marked(_) => args.get(at).is_some_and(|arg| self.has("", arg)),
            Secrets::Guessed => is_secret_argument(args, at),
        }
    }
}

/// Puts variables in place of secrets; the values of these.
fn hide(definition: &mut Definition, secrets: &Secrets<'_>) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let mut names = Names::new();
    for service in &mut definition.services {
        for component in &mut service.components {
            let mut take = |name: &str, value: &str| {
                let variable = names.give(&format!("{}_{name}", component.component_name));
                let json = serde_json::to_string(value).unwrap_or_default();
                let inner = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'));
                variables.insert(variable.clone(), inner.unwrap_or_default().to_owned());
                format!("${variable}")
            };
            for entry in &mut component.env {
                if let Some((name, value)) = entry.split_once('=')
                    && secrets.has(name, value)
                {
                    *entry = format!("{name}={}", take(name, value));
                }
            }
            let args = component.args.clone();
            for (index, arg) in component.args.iter_mut().enumerate() {
                if secrets.has_argument(&args, index) {
                    *arg = take(&format!("argument_{}", index + 1), &arg.clone());
                }
            }
        }
    }
    variables
}
