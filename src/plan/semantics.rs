//! The pure half of a provider: what its types are, what is wrong with a configuration, what a change would do.
//!
//! The planner asks these questions directly, for their answers depend on the arguments alone. Everything that
//! touches the world stands behind `ports::Provider`, which builds on this trait.

use std::sync::Arc;

use crate::schema::ProviderSchema;
use crate::value::{Path, Value};

/// A fault or warning that a provider finds in a value, at a path of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where in the configuration value; empty for the block as a whole.
    pub path: Path,
    /// Whether it only warns.
    pub warning: bool,
    /// What is wrong, in a few words without a full stop.
    pub summary: String,
    /// Why, and what to do. Full sentences.
    pub detail: String,
}

impl Fault {
    /// An error.
    pub fn error(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Fault {
        Fault {
            path,
            warning: false,
            summary: summary.into(),
            detail: detail.into(),
        }
    }

    /// A warning.
    pub fn warning(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Fault {
        Fault {
            warning: true,
            ..Fault::error(path, summary, detail)
        }
    }
}

/// What a change of one object starts from and should come to.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// The resource type.
    pub type_name: &'a str,
    /// The object as last read; null when there is none. Never unknown.
    pub prior: &'a Value,
    /// The configuration: arguments not set are null; may hold unknowns.
    pub config: &'a Value,
    /// Prior and configuration merged: arguments from the configuration, computed attributes from `prior`, or
    /// unknown where there is no prior.
    pub proposed: &'a Value,
}

/// What a configuration says of one object, for [`Semantics::conflicts`].
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// The resource type.
    pub type_name: &'a str,
    /// The configuration without marks: arguments not set are null, those that are ignored or not known yet are
    /// unknown.
    pub config: &'a Value,
}

/// One HTTP request of the API that a change is expected to make.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlannedCall {
    /// The HTTP method.
    pub method: String,
    /// The path with its parameters filled in; a part that is not known yet stands as `{name}`.
    pub path: String,
    /// The body, secrets hidden; none for calls without one.
    pub body: Option<String>,
    /// Whether it changes anything. Reads (such as polling) are listed once and marked so.
    pub mutating: bool,
}

/// What a provider would do.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The planned object: `proposed` with computed attributes set, kept or unknown. It must agree with the
    /// configuration wherever that is set, unless the two mean the same and the prior spelling is kept.
    pub planned: Value,
    /// Attributes whose change needs a new object; empty for an update in place.
    pub replace: Vec<Path>,
    /// The old object must be gone before the new one can be made, whatever the configuration says.
    pub delete_first: bool,
    /// The calls of the change, in order; for a replacement those of the creation (those of the deletion come
    /// from [`Semantics::plan_delete`]).
    pub calls: Vec<PlannedCall>,
    /// Warnings, and notes such as "volumes are lost".
    pub faults: Vec<Fault>,
}

/// What creating, updating or deleting one object came to.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The object now: null when it is gone. Wholly known. With `error`, what is known of a half-made object
    /// (null when nothing was made).
    pub state: Value,
    /// What the provider wants to keep beside it.
    pub private: Option<Arc<str>>,
    /// Why it is not as planned, if it is not.
    pub error: Option<Fault>,
    /// Whether nobody knows what the platform did: a call had no answer, and reading did not tell either. Then
    /// `state` is not looked at, and the operation stays pending until a later run has settled it.
    pub in_doubt: bool,
    /// Things to tell, such as "the count is left as it is".
    pub notes: Vec<Fault>,
}

/// An order to change one object.
#[derive(Clone, Debug)]
pub struct Order {
    /// The resource type.
    pub type_name: Arc<str>,
    /// The object before; null for a creation.
    pub prior: Value,
    /// The object wanted, unknown only where the provider computes; null for a deletion.
    pub planned: Value,
    /// The configuration, wholly known; null for a deletion.
    pub config: Value,
    /// What the provider kept beside it.
    pub private: Option<Arc<str>>,
}

/// What reading tells of an order whose outcome nobody knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// There is no such object.
    Nothing,
    /// The object as it is now. For a creation it is plainly the one that was ordered.
    Object(Value),
    /// The one that was ordered, but its making had not come to its end, and nothing that a plan looks at later would bring
    /// it there for certain.
    Half(Value),
    /// There is an object where one was to be made, and it is not plainly the one that was ordered. The fault
    /// says why, and names the choices there are.
    Foreign(Fault),
}

/// An object that exists on a platform, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The resource type that it would be.
    pub type_name: Arc<str>,
    /// The id that it would be imported by.
    pub id: Arc<str>,
}

/// The pure half of a provider.
pub trait Semantics: Send + Sync {
    /// All types.
    fn schema(&self) -> &ProviderSchema;

    /// What is wrong with a provider block. Unknown values are not wrong.
    fn validate_config(&self, config: &Value) -> Vec<Fault>;

    /// What is wrong with a `resource` block of this type. Unknown values are not wrong.
    fn validate_resource(&self, type_name: &str, config: &Value) -> Vec<Fault>;

    /// What is wrong with a `data` block of this type. Unknown values are not wrong.
    fn validate_data(&self, type_name: &str, config: &Value) -> Vec<Fault>;

    /// What creating (`prior` null) or updating comes to. A change that the answer calls a replacement is asked
    /// again with `prior` null. Faults that are errors make it impossible.
    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Fault>>;

    /// Whether objects of this type exist outside of the state, so that what was done to them can be known even if
    /// its outcome was never recorded. Where they do not, an operation without an outcome never happened.
    fn is_remote(&self, _type_name: &str) -> bool {
        true
    }

    /// The id that an object of this type is imported by, as far as its attributes tell it. It is what
    /// `ports::Provider::list` calls the object.
    fn import_id(&self, _type_name: &str, _object: &Value) -> Option<String> {
        None
    }

    /// An object that was just found for an import, told as the configuration tells it where both mean the same: nobody
    /// has spelt it otherwise here, and what only a configuration can know is taken over. Anything else stays as found.
    fn respelled(&self, _type_name: &str, object: &Value, _config: &Value) -> Value {
        object.clone()
    }

    /// Whether objects of this type may be ruled by other resources too, so that [`Semantics::conflicts`] wants them.
    fn is_shared(&self, _type_name: &str) -> bool {
        false
    }

    /// Which configurations of shared types contradict another: their places, and what is wrong with them.
    fn conflicts(&self, _declared: &[Declared<'_>]) -> Vec<(usize, Fault)> {
        Vec::new()
    }

    /// The calls that deleting this object makes, and what to warn of.
    fn plan_delete(&self, type_name: &str, prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>);
}
