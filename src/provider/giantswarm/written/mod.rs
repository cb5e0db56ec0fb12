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
pub use app::{AppPlace, Veiled, convert, veiled};
pub use export::{Exported, export, export_held};
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
        self.text.push_str(&declarations(&self.secrets));
        self.text = laid_out(std::mem::take(&mut self.text));
    }
}

/// The declarations of variables for secrets, an empty line before each.
pub fn declarations(secrets: &[Secret]) -> String {
    let declare = |secret: &Secret| {
        format!(
            "\nvariable {} {{\n  description = {}\n  type = string\n  sensitive = true\n}}\n",
            quoted(&secret.variable),
            quoted(&secret.what)
        )
    };
    laid_out(secrets.iter().map(declare).collect())
}

/// Names that were given, by what they name.
#[derive(Debug, Default)]
struct Given {
    resources: Names,
    variables: Names,
    locals: Names,
    /// The provider that blocks are of, if it has to be named.
    provider: Option<String>,
}

impl Given {
    /// The line of a block that names its provider.
    fn provider_line(&self) -> String {
        let line = |provider: &String| format!("  provider = {provider}\n");
        self.provider.as_ref().map(line).unwrap_or_default()
    }
}
