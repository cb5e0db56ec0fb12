//! What a configuration is made of.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::addr::{ModuleAddr, ResourceAddr};
use crate::lang::TypeConstraint;
use crate::source::Span;
use crate::syntax::ast::{Body, Expr};

use super::Provisioner;

/// The root module and everything it calls.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Every module by its config address; the root under the empty one.
    pub modules: BTreeMap<ModuleAddr, Module>,
}

/// One module: all files of one directory.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The directory, relative to the root module's, `.` for the root; what `path.module` yields.
    pub dir: String,
    /// The names of its files, in the order in which they were read; empty when there is no configuration.
    pub files: Vec<String>,
    /// `terraform` blocks together.
    pub settings: Settings,
    /// `provider` blocks by name and alias.
    pub providers: BTreeMap<ProviderRef, ProviderConfig>,
    /// `variable` blocks.
    pub variables: BTreeMap<Arc<str>, Variable>,
    /// Attributes of `locals` blocks.
    pub locals: BTreeMap<Arc<str>, Local>,
    /// `output` blocks.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// `resource` and `data` blocks.
    pub resources: BTreeMap<ResourceAddr, Resource>,
    /// `module` blocks.
    pub calls: BTreeMap<Arc<str>, ModuleCall>,
    /// `moved` blocks, in source order.
    pub moved: Vec<Moved>,
    /// `removed` blocks, in source order.
    pub removed: Vec<Removed>,
    /// `import` blocks, in source order.
    pub imports: Vec<Import>,
    /// `check` blocks by name.
    pub checks: BTreeMap<Arc<str>, Check>,
}

/// The provider that a resource uses: local name and alias.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderRef {
    /// Local name.
    pub name: Arc<str>,
    /// `alias`, if any.
    pub alias: Option<Arc<str>>,
}

impl std::fmt::Display for ProviderRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.alias {
            Some(alias) => write!(f, "{}.{alias}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// What `terraform` blocks say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `required_version` constraints with their places.
    pub required_version: Vec<(String, Span)>,
    /// `backend` block: its type and body.
    pub backend: Option<(Arc<str>, Body, Span)>,
    /// `required_providers`: local name to source address.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
}

/// One entry of `required_providers`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RequiredProvider {
    /// `source`, as written.
    pub source: Option<String>,
    /// `version`, as written.
    pub version: Option<String>,
    /// `configuration_aliases`: the aliases that every call of this module must pass.
    pub aliases: Vec<ProviderRef>,
    /// Its place.
    pub span: Option<Span>,
}

/// A `provider` block.
#[derive(Clone, Debug)]
pub struct ProviderConfig {
    /// Its arguments, without `alias` and `version`.
    pub body: Body,
    /// The header.
    pub span: Span,
}

/// A `variable` block.
#[derive(Clone, Debug)]
pub struct Variable {
    /// The name.
    pub name: Arc<str>,
    /// `type` with defaults of optional attributes; `any` if not given.
    pub constraint: TypeConstraint,
    /// Whether a value given as text is the text itself, and not an expression: where `type` is a string, number or
    /// bool, or is not given.
    pub takes_text: bool,
    /// `default`: a literal-only expression.
    pub default: Option<Expr>,
    /// `description`.
    pub description: Option<String>,
    /// `sensitive`.
    pub sensitive: bool,
    /// `ephemeral`.
    pub ephemeral: bool,
    /// `nullable`, true if not given.
    pub nullable: bool,
    /// `validation` blocks.
    pub validations: Vec<Condition>,
    /// The header.
    pub span: Span,
}

/// A condition with the message of its failure: `validation`, `precondition`, `postcondition`, `assert`.
#[derive(Clone, Debug)]
pub struct Condition {
    /// `condition`.
    pub condition: Expr,
    /// `error_message`.
    pub error_message: Expr,
    /// The block's header.
    pub span: Span,
}

/// One attribute of a `locals` block.
#[derive(Clone, Debug)]
pub struct Local {
    /// The name.
    pub name: Arc<str>,
    /// The value.
    pub expr: Expr,
    /// The attribute.
    pub span: Span,
}

/// An `output` block.
#[derive(Clone, Debug)]
pub struct Output {
    /// The name.
    pub name: Arc<str>,
    /// `value`.
    pub value: Expr,
    /// `description`.
    pub description: Option<String>,
    /// `sensitive`.
    pub sensitive: bool,
    /// `ephemeral`.
    pub ephemeral: bool,
    /// `depends_on`.
    pub depends_on: Vec<Expr>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// The header.
    pub span: Span,
}

/// How many instances a block has.
#[derive(Clone, Debug, Default)]
pub enum Repetition {
    /// Exactly one, without key.
    #[default]
    One,
    /// `count`.
    Count(Expr),
    /// `for_each`.
    ForEach(Expr),
}

impl Repetition {
    /// The expression, if any.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Repetition::One => None,
            Repetition::Count(expr) | Repetition::ForEach(expr) => Some(expr),
        }
    }
}

/// A `resource` or `data` block.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Type and name.
    pub addr: ResourceAddr,
    /// `count`, `for_each`.
    pub repetition: Repetition,
    /// The provider: from `provider`, or from the type's prefix.
    pub provider: ProviderRef,
    /// `depends_on`.
    pub depends_on: Vec<Expr>,
    /// `lifecycle`.
    pub lifecycle: Lifecycle,
    /// `provisioner` blocks, in order.
    pub provisioners: Vec<Provisioner>,
    /// The `check` block that it stands in, if it does: then that check alone may refer to it.
    pub check: Option<Arc<str>>,
    /// The provider's arguments: the body without meta-arguments, `lifecycle`, `provisioner`, `connection`.
    pub body: Body,
    /// The header.
    pub span: Span,
}

/// A `lifecycle` block.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// `create_before_destroy`, if set.
    pub create_before_destroy: Option<bool>,
    /// `prevent_destroy`.
    pub prevent_destroy: Option<Span>,
    /// `ignore_changes`.
    pub ignore_changes: IgnoreChanges,
    /// `replace_triggered_by`.
    pub replace_triggered_by: Vec<Expr>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// `postcondition` blocks.
    pub postconditions: Vec<Condition>,
}

/// `ignore_changes`.
#[derive(Clone, Debug, Default)]
pub enum IgnoreChanges {
    /// Not given.
    #[default]
    None,
    /// `all`
    All,
    /// Attribute traversals relative to the resource: `tags`, `service["web"].component`.
    Paths(Vec<Expr>),
}

/// A `module` block.
#[derive(Clone, Debug)]
pub struct ModuleCall {
    /// The name.
    pub name: Arc<str>,
    /// `source`, as written.
    pub source: String,
    /// The place of `source`, if it is set.
    pub source_span: Option<Span>,
    /// `count`, `for_each`.
    pub repetition: Repetition,
    /// `depends_on`.
    pub depends_on: Vec<Expr>,
    /// `providers`: the child's name to ours.
    pub providers: BTreeMap<ProviderRef, ProviderRef>,
    /// Input values by variable name.
    pub inputs: BTreeMap<Arc<str>, Expr>,
    /// The places of the names of input values.
    pub input_names: BTreeMap<Arc<str>, Span>,
    /// The header.
    pub span: Span,
}

/// A `moved` block.
#[derive(Clone, Debug)]
pub struct Moved {
    /// `from`: a traversal.
    pub from: Expr,
    /// `to`: a traversal.
    pub to: Expr,
    /// The header.
    pub span: Span,
}

/// A `removed` block.
#[derive(Clone, Debug)]
pub struct Removed {
    /// `from`: a traversal without instance keys.
    pub from: Expr,
    /// `lifecycle { destroy }`, true if not given.
    pub destroy: bool,
    /// `provisioner` blocks of the destruction.
    pub provisioners: Vec<Provisioner>,
    /// The header.
    pub span: Span,
}

/// An `import` block.
#[derive(Clone, Debug)]
pub struct Import {
    /// `to`: a traversal, with keys that may refer to `each`.
    pub to: Expr,
    /// `id`.
    pub id: Expr,
    /// `for_each`.
    pub for_each: Option<Expr>,
    /// `provider`, if given.
    pub provider: Option<ProviderRef>,
    /// The header.
    pub span: Span,
}

/// A `check` block.
#[derive(Clone, Debug)]
pub struct Check {
    /// The name.
    pub name: Arc<str>,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
    /// The nested `data` block, which is among the module's resources.
    pub data: Option<ResourceAddr>,
    /// The header.
    pub span: Span,
}
