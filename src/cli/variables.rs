//! Values of the root module's variables, from everywhere they can come from.
//!
//! The weakest first: `TF_VAR_name`, `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and
//! `*.auto.tfvars.json` by name, then `-var` and `-var-file` in the order given. Text of the environment and of
//! `-var` is the string itself where the variable is a string, number or bool or has no type, and a constant
//! expression otherwise.
//! Whether a value fits its variable is for the planner to say.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::ModuleAddr;
use crate::config::{Config, Variable};
use crate::diag::{Diagnostic, Diagnostics, did_you_mean};
use crate::host::files;
use crate::plan::evaluate::default_of;
use crate::source::{SourceMap, Span};
use crate::syntax::parse_expression;
use crate::value::{Type, Value};

use super::args::Assignment;
use super::codes;
use super::variable_files::{self, Values};

/// Variables as declared.
pub type Declared = BTreeMap<Arc<str>, Variable>;

/// The variables of the root module; none where there is no root module.
pub fn of_root(config: &Config) -> &Declared {
    static NONE: Declared = Declared::new();
    let root = config.modules.get(&ModuleAddr::root());
    root.map_or(&NONE, |root| &root.variables)
}

/// Values for the variables of the root module, from here and the command line, and warnings.
///
/// # Errors
/// What is wrong with a value or with where it is written.
pub fn given(
    config: &Config,
    assignments: &[Assignment],
    sources: &mut SourceMap,
) -> Result<(Given, Diagnostics), Diagnostics> {
    let (given, faults) = collect(of_root(config), assignments, &Here, sources);
    if faults.has_errors() {
        return Err(faults);
    }
    Ok((given, faults))
}

/// Where values come from, apart from the command line.
pub trait Surroundings {
    /// The value of an environment variable.
    fn environment(&self, name: &str) -> Option<String>;
    /// The names of what lies beside the configuration.
    fn names(&self) -> Result<Vec<String>, Diagnostic>;
    /// The text of a file that lies there.
    fn beside(&self, name: &str) -> Result<String, Diagnostic>;
    /// The text of a file that is named.
    fn text(&self, path: &str) -> Result<String, Diagnostic>;
}

/// The process's own.
pub struct Here;

impl Surroundings for Here {
    fn environment(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn names(&self) -> Result<Vec<String>, Diagnostic> {
        variable_files::names()
    }

    fn beside(&self, name: &str) -> Result<String, Diagnostic> {
        variable_files::text(name, files::regular_text)
    }

    fn text(&self, path: &str) -> Result<String, Diagnostic> {
        variable_files::text(path, files::text)
    }
}

/// Values as far as they are given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// By name of the variable.
    pub values: BTreeMap<Arc<str>, Value>,
    /// Where those stand that come from files.
    pub places: BTreeMap<Arc<str>, Span>,
}

/// Collects values as far as they are given, and what is wrong with them.
pub fn collect(
    declared: &Declared,
    assignments: &[Assignment],
    surroundings: &dyn Surroundings,
    sources: &mut SourceMap,
) -> (Given, Diagnostics) {
    let mut collector = Collector {
        declared,
        sources,
        given: Given::default(),
        faults: Diagnostics::new(),
    };
    for (name, variable) in declared {
        let key = format!("TF_VAR_{name}");
        if let Some(text) = surroundings.environment(&key) {
            collector.text(name, variable, &text, &format!("the environment variable {key}"));
        }
    }
    let names = collector.faults.take(surroundings.names()).unwrap_or_default();
    for file in variable_files::automatic(&names) {
        collector.file(file, surroundings.beside(file));
    }
    for assignment in assignments {
        match assignment {
            Assignment::File(path) => collector.file(path, surroundings.text(path)),
            Assignment::Var(text) => collector.argument(text),
        }
    }
    for variable in declared.values().filter(|variable| variable.sensitive) {
        let given = collector.given.values.get(&variable.name);
        given.into_iter().for_each(super::log::hide_value);
        if let (Some(_), Ok((value, _))) = (&variable.default, default_of(variable)) {
            super::log::hide_value(&value);
        }
    }
    (collector.given, collector.faults)
}

struct Collector<'a> {
    declared: &'a Declared,
    sources: &'a mut SourceMap,
    given: Given,
    faults: Diagnostics,
}

impl Collector<'_> {
    fn hint(&self, name: &str) -> String {
        did_you_mean(name, self.declared.keys().map(|name| &**name))
    }

    /// `-var 'name=value'`
    fn argument(&mut self, text: &str) {
        let Some((name, value)) = text.split_once('=') else {
            let detail =
                format!("-var takes a name and a value, as in -var 'name=value'; \"{text}\" has no \"=\".");
            return self.faults.push(Diagnostic::error(&codes::USAGE, detail));
        };
        let name = name.trim();
        match self.declared.get_key_value(name) {
            Some((name, variable)) => {
                self.text(&Arc::clone(name), variable, value, &format!("-var '{name}=...'"))
            }
            None => {
                let detail = format!(
                    "-var gives a value to a variable \"{name}\", and the root module declares no variable of that \
                     name.{}",
                    self.hint(name)
                );
                self.faults
                    .push(Diagnostic::error(&codes::UNDECLARED_VARIABLE, detail));
            }
        }
    }

    /// A value written as text.
    fn text(&mut self, name: &Arc<str>, variable: &Variable, text: &str, from: &str) {
        let value = if variable.takes_text {
            // Spaces and a line break around a number or bool mean nothing; in a string they do.
            let text = if matches!(variable.constraint.ty, Type::Number | Type::Bool) {
                text.trim()
            } else {
                text
            };
            Ok(Value::string(text))
        } else {
            let file = self.sources.add(format!("<value for var.{name}>"), text);
            parse_expression(text, file, 0).and_then(|expr| variable_files::constant(&expr))
        };
        match value {
            Ok(value) => {
                self.given.places.remove(name);
                self.given.values.insert(Arc::clone(name), value);
            }
            Err(faults) if variable.sensitive || variable.ephemeral => {
                // The source line would show the secret.
                let why = faults
                    .iter()
                    .map(|fault| fault.summary.clone())
                    .next()
                    .unwrap_or_default();
                let detail = format!(
                    "The value that {from} gives to the variable \"{name}\" is not an expression: {why}. The \
                     variable is sensitive, so the value is not shown."
                );
                self.faults.push(Diagnostic::error(&codes::BAD_VARIABLE, detail));
            }
            Err(faults) => self.faults.extend(faults),
        }
    }

    fn file(&mut self, path: &str, text: Result<String, Diagnostic>) {
        let Some(text) = self.faults.take(text) else {
            return;
        };
        let values: Values = variable_files::read(path, &text, self.sources, &mut self.faults);
        for (name, (value, span)) in values {
            if self.declared.contains_key(&name) {
                self.given.places.insert(Arc::clone(&name), span);
                self.given.values.insert(name, value);
            } else {
                let detail = format!(
                    "The file \"{path}\" gives a value to a variable \"{name}\", and the root module declares no variable \
                     of that name.{} The value is ignored.",
                    self.hint(&name)
                );
                self.faults
                    .push(Diagnostic::warning(&codes::UNDECLARED_VARIABLE, detail));
            }
        }
    }
}

/// The variables that need a value and have none, by name.
pub fn missing<'a>(declared: &'a Declared, values: &BTreeMap<Arc<str>, Value>) -> Vec<&'a Variable> {
    let open = |variable: &&Variable| variable.default.is_none() && !values.contains_key(&variable.name);
    declared.values().filter(open).collect()
}

/// Takes an answer to the question for a variable's value.
pub fn answered(variable: &Variable, text: &str, sources: &mut SourceMap) -> Result<Value, Diagnostics> {
    let declared = Declared::new();
    let mut collector = Collector {
        declared: &declared,
        sources,
        given: Given::default(),
        faults: Diagnostics::new(),
    };
    collector.text(&variable.name, variable, text, "the answer given");
    match collector.given.values.remove(&variable.name) {
        Some(value) => {
            if variable.sensitive {
                super::log::hide_value(&value);
            }
            Ok(value)
        }
        None => Err(collector.faults),
    }
}
