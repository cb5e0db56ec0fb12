//! The kinds of fault that a configuration can have before anything is evaluated. It holds prose alone; the
//! decoders of each block decide when a code applies.

use crate::diag::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $($(#[$doc])* pub static $name: Code = Code::new(concat!("config/", $id), $title, $explanation);)*
        /// All codes of this room.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    /// A block type that does not belong here.
    UNSUPPORTED_BLOCK = "unsupported-block-type", "Unsupported block type",
        "A block of this type means nothing in this place. Correct the spelling, move the block to where it \
         belongs, or write `name = value` if an argument was meant.";
    /// An argument that does not belong here.
    UNSUPPORTED_ARGUMENT = "unsupported-argument", "Unsupported argument",
        "The block takes no argument of this name. Correct the spelling or remove it.";
    /// An argument that must be set.
    MISSING_ARGUMENT = "missing-required-argument", "Missing required argument",
        "The block means nothing without this argument. Set it.";
    /// Too few or too many labels.
    LABELS = "wrong-labels", "Wrong number of block labels",
        "Each block type has a fixed number of labels: `resource` has two (type and name), `variable` one, \
         `locals` none.";
    /// A name that is none.
    INVALID_NAME = "invalid-name", "Invalid name",
        "A name starts with a letter or an underscore, followed by letters, digits, underscores and dashes. \
         Some names of variables are reserved, because they are arguments of every `module` block.";
    /// Two declarations of one name.
    DUPLICATE = "duplicate-declaration", "Duplicate declaration",
        "Within a module each name may be declared once for its kind, in whatever file. Rename or remove one of \
         the two. To change a declaration from another file, use an override file (`*_override.tf`).";
    /// A nested block that may stand once.
    DUPLICATE_BLOCK = "duplicate-block", "Duplicate block",
        "This nested block may stand once in its block. Join the two.";
    /// An expression where a constant is needed.
    NOT_CONSTANT = "variables-not-allowed", "Variables not allowed",
        "The value is needed before anything is evaluated, so it must be written out: no references and no \
         function calls.";
    /// A constant of the wrong type.
    UNSUITABLE_VALUE = "unsuitable-value", "Unsuitable value type",
        "The constant is of another type than this argument takes.";
    /// `count` and `for_each` together.
    COUNT_AND_FOR_EACH = "count-and-for-each", "Invalid combination of \"count\" and \"for_each\"",
        "Both say how many instances a block has; use one of them.";
    /// An expression that must be a plain reference.
    REFERENCE_FORM = "invalid-expression-form", "Invalid expression",
        "The argument takes names of things, such as `giantswarm_org.team`, not values computed from them.";
    /// A type inside quotes.
    QUOTED_TYPE = "quoted-type", "Invalid quoted type constraints",
        "A type is written without quotes in the native syntax.";
    /// Something that swarmform leaves out on purpose.
    NOT_SUPPORTED = "not-supported", "Not supported",
        "The block or argument is known from Terraform, but swarmform does not do what it asks for. The message \
         says what to use in its place.";
    /// A version constraint that is none.
    VERSION_CONSTRAINT = "invalid-version-constraint", "Invalid version constraint",
        "A version constraint is a list of operators with versions, joined by commas, such as \
         `>= 1.2.0, < 2.0.0`. The operators are `=`, `!=`, `>`, `>=`, `<`, `<=` and `~>`.";
    /// A constraint that asks for another version.
    REQUIRED_VERSION = "required-version", "Unsupported version",
        "`required_version` asks for a version of Terraform other than 1.11.4, whose language is understood here. A newer \
         one may mean something that would not be understood.";
    /// A wrong entry of `required_providers`.
    REQUIRED_PROVIDER = "invalid-required-provider", "Invalid required_providers object",
        "An entry of `required_providers` is an object with `source` and `version`.";
    /// A backend that is ignored.
    BACKEND_IGNORED = "backend-ignored", "Backend configuration ignored",
        "The root module alone decides where the state is kept; a `backend` block of a called module means \
         nothing.";
    /// A source that is no local path.
    MODULE_SOURCE = "module-source", "Invalid module source address",
        "Modules are read from local directories alone: a source begins with `./` or `../`. Copy a remote \
         module beside the configuration to use it.";
    /// A module directory that cannot be read.
    MODULE_UNREADABLE = "unreadable-module", "Unreadable module directory",
        "The directory that a `module` block names, or a file in it, could not be read.";
    /// A module that calls itself.
    MODULE_RECURSION = "module-recursion", "Module calls itself",
        "A module that calls itself, directly or through others, would have no end.";
    /// A default that does not fit.
    INVALID_DEFAULT = "invalid-default", "Invalid default value for variable",
        "The default must be a constant that converts to the type of the variable, and not null unless the \
         variable is nullable.";
    /// An override that overrides nothing, or cannot.
    OVERRIDE = "invalid-override", "Invalid override",
        "A block of an override file changes a block of the same type and labels in the other files of the \
         module. There must be one, and some things cannot be overridden.";
    /// An address that is none.
    ADDRESS = "invalid-address", "Invalid address",
        "`moved`, `removed` and `import` blocks take addresses of resources or modules, such as \
         `module.a[\"k\"].giantswarm_org.team`.";
    /// `moved` that cannot be.
    MOVED = "invalid-moved", "Invalid \"moved\" addresses",
        "A move leads from one resource to another, or from one module to another.";
    /// An import in a called module, or for nothing.
    IMPORT = "invalid-import", "Invalid import block",
        "`import` blocks stand in the root module, and the resource they import to is declared.";
    /// A check without `assert`.
    EMPTY_CHECK = "zero-assert-blocks", "Zero assert blocks",
        "A `check` block that asserts nothing checks nothing.";
    /// A condition that depends on nothing.
    CONDITION = "invalid-condition", "Invalid condition",
        "A condition that refers to nothing always has the same result and would check nothing. The condition \
         of a `validation` must refer to its own variable.";
    /// A reference to a variable that is not declared.
    UNDECLARED_VARIABLE = "undeclared-variable", "Reference to undeclared input variable",
        "`var.NAME` needs a `variable \"NAME\"` block in the same module.";
    /// A reference to a local value that is not declared.
    UNDECLARED_LOCAL = "undeclared-local", "Reference to undeclared local value",
        "`local.NAME` needs an argument of this name in a `locals` block of the same module.";
    /// A reference to a resource that is not declared.
    UNDECLARED_RESOURCE = "undeclared-resource", "Reference to undeclared resource",
        "`TYPE.NAME` needs a `resource \"TYPE\" \"NAME\"` block in the same module, `data.TYPE.NAME` a `data` block.";
    /// A reference to a data source of a check from outside.
    SCOPED_RESOURCE = "scoped-resource", "Reference to scoped resource",
        "A data source inside a `check` block is there for the conditions of that check alone.";
    /// A reference to a module call that is not declared.
    UNDECLARED_MODULE = "undeclared-module", "Reference to undeclared module",
        "`module.NAME` needs a `module \"NAME\"` block in the same module.";
    /// A reference to an output that a module does not have.
    UNDECLARED_OUTPUT = "undeclared-output", "Unsupported attribute",
        "`module.CALL.NAME` needs an `output \"NAME\"` block in the called module.";
    /// A name that is used wrongly.
    INVALID_REFERENCE = "invalid-reference", "Invalid reference",
        "The beginning of the reference is known, but what must follow it is not there or not known.";
    /// A resource that refers to itself.
    SELF_REFERENCE = "self-reference", "Self-referential block",
        "A block cannot use its own result to say what it shall be. In a `postcondition` use `self`.";
    /// `each`, `count` or `self` out of place.
    NOT_AVAILABLE = "not-available-here", "Reference not available here",
        "`count` means something where `count` is set, `each` where `for_each` is set, `self` in a \
         `postcondition`.";
    /// A reference with or without an instance key where the opposite is needed.
    INSTANCE_KEY = "instance-key", "Wrong resource instance key",
        "A resource or module with `count` or `for_each` has instances, which are told apart by a key in \
         brackets; one without has none.";
    /// An input of a module call that is not declared.
    UNDECLARED_INPUT = "undeclared-input", "Unsupported argument",
        "An argument of a `module` block must be declared as a variable in the called module.";
    /// A module call that leaves out an input.
    MISSING_INPUT = "missing-input", "Missing required argument",
        "A variable without default must be set by every call of its module.";
    /// A provider configuration that is declared nowhere.
    UNDECLARED_PROVIDER = "undeclared-provider", "Provider configuration not present",
        "A provider configuration with an alias must be declared by a `provider` block in the same module, or be \
         passed by the `providers` argument of the call and listed in `configuration_aliases`.";
    /// A module with provider blocks and repetition.
    MODULE_WITH_PROVIDERS = "module-with-providers", "Module contains provider configuration",
        "A module that has `provider` blocks of its own cannot be called with `count`, `for_each` or \
         `depends_on`. Pass providers by the `providers` argument.";
    /// An ephemeral output of the root module.
    EPHEMERAL_OUTPUT = "ephemeral-root-output", "Ephemeral output not allowed",
        "Outputs of the root module are stored, and an ephemeral value must not be.";
}
