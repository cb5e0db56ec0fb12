//! An app's arguments as a `swarm.json`. What is sensitive becomes a `$VARIABLE`, with its value apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::definition::Definition;
use crate::lang::write::Names;
use crate::provider::giantswarm::app::secrets::sensitive_texts;
use crate::provider::giantswarm::app::source::{Source, source};
use crate::provider::object::{plain, text};
use crate::value::Value;

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
    let secrets = sensitive_texts(object);
    let mut variables = BTreeMap::new();
    hide(&mut definition, &secrets, &mut variables);
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

fn hide(definition: &mut Definition, secrets: &BTreeSet<String>, variables: &mut BTreeMap<String, String>) {
    let mut names = Names::new();
    let is_hidden = |value: &str| secrets.iter().any(|secret| value.contains(secret.as_str()));
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
                    && is_hidden(value)
                {
                    *entry = format!("{name}={}", take(name, value));
                }
            }
            for (index, arg) in component.args.iter_mut().enumerate() {
                if is_hidden(arg) {
                    *arg = take(&format!("argument_{}", index + 1), &arg.clone());
                }
            }
        }
    }
}
