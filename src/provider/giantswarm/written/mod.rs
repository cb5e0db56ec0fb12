//! Configuration for what is there: definitions and organizations as text of the language.
//!
//! `app` writes one app, `adopt` a whole organization with its imports, `export` goes the other way, and `secrets` says
//! what must not stand in clear. Plain functions: who reads the platform and who writes the file is elsewhere.

mod adopt;
mod app;
mod export;
mod secrets;

#[cfg(test)]
mod tests;

pub use adopt::{AdoptedApp, AdoptedOrganization, Scale, adopt};
pub use app::{AppPlace, convert};
pub use export::{Exported, export};
pub use secrets::is_secret;

use crate::lang::write::{Names, laid_out, quoted};

/// A value that is not written but given by a variable.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The variable.
    pub variable: String,
    /// What it is, for its description.
    pub what: String,
    /// The value.
    pub value: String,
}

impl std::fmt::Debug for Secret {
    /// Without the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secret").field(&self.variable).finish()
    }
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The configuration, in the canonical layout.
    pub text: String,
    /// What it leaves to variables, which it declares.
    pub secrets: Vec<Secret>,
}

impl Written {
    /// Values for the variables, as a `.tfvars` file: in clear.
    pub fn values(&self) -> String {
        let line = |secret: &Secret| format!("{} = {}\n", secret.variable, quoted(&secret.value));
        laid_out(self.secrets.iter().map(line).collect())
    }

    /// Adds the declarations of the variables.
    fn declare(&mut self) {
        for secret in &self.secrets {
            self.text.push_str(&format!(
                "\nvariable {} {{\n  description = {}\n  type = string\n  sensitive = true\n}}\n",
                quoted(&secret.variable),
                quoted(&secret.what)
            ));
        }
        self.text = laid_out(std::mem::take(&mut self.text));
    }
}

/// Names that were given, by what they name.
#[derive(Debug, Default)]
struct Given {
    resources: Names,
    variables: Names,
    locals: Names,
}
