//! The kinds of fault that evaluation reports. It builds no message: those are written where the fault is found.

use crate::diag::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $($(#[$doc])* pub static $name: Code = Code::new(concat!("lang/", $id), $title, $explanation);)*
        /// All kinds, in the order of this file.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    /// A name that is declared nowhere.
    UNDECLARED = "undeclared-reference", "Reference to undeclared name",
        "An expression names something that the configuration does not declare. Declare it, or correct the \
         name. `try` and `can` do not catch this, for it is a fault of the configuration and not of a value.";
    /// A reference that is spelt wrongly.
    INVALID_REFERENCE = "invalid-reference", "Invalid reference",
        "A reference has a known beginning but not the parts that must follow, such as `var` without a name. \
         See the list of references in the language page.";
    /// An attribute that a value does not have.
    ATTRIBUTE = "unsupported-attribute", "Unsupported attribute",
        "The value has no such attribute. An object has exactly the attributes of its type; a list must be \
         indexed or splatted first; a primitive value has none.";
    /// A map key that is absent.
    MAP_ELEMENT = "missing-map-element", "Missing map element",
        "The map has no element with this key. Use `lookup(map, key, default)` where the key may be absent.";
    /// An index that a value does not have.
    INDEX = "invalid-index", "Invalid index",
        "The key in brackets does not identify an element: it is out of range, absent, null, of the wrong \
         type, or the value has no indices at all.";
    /// Attribute or index of null.
    NULL_ACCESS = "null-access", "Attempt to get attribute from null value",
        "A null value has neither attributes nor elements. Test for null first, or use `try`.";
    /// An operand of the wrong type.
    OPERAND = "invalid-operand", "Invalid operand",
        "Arithmetic and ordering take numbers, logic takes bools. A string is taken when it converts.";
    /// An operation without a result.
    OPERATION = "operation-failed", "Operation failed",
        "Both operands have the right type, but there is no result: one is null, or a division has no answer.";
    /// A condition that is no bool.
    CONDITION = "invalid-condition", "Incorrect condition type",
        "A condition must be true or false, or a string that spells one of the two; not null.";
    /// Branches that do not unify.
    BRANCHES = "inconsistent-branches", "Inconsistent conditional result types",
        "Both results of `condition ? a : b` must have one common type, so that what follows can rely on it \
         whatever the condition turns out to be.";
    /// A collection that cannot be iterated.
    ITERATION = "invalid-iteration", "Iteration over non-iterable value",
        "`for` goes through a list, set, map, tuple or object; not null, not a primitive value.";
    /// The `if` clause of `for`.
    FOR_CONDITION = "invalid-for-condition", "Invalid 'for' condition",
        "The `if` clause of a `for` expression must be true or false for every element.";
    /// A key of an object.
    KEY = "invalid-object-key", "Invalid object key",
        "The key of an object or map is a string, or converts to one, and is not null.";
    /// The same key twice.
    DUPLICATE_KEY = "duplicate-object-key", "Duplicate object key",
        "Two elements of a `for` expression gave the same key. Write `...` behind the value to collect all \
         values of a key in a list.";
    /// A part of a template that is no string.
    TEMPLATE_PART = "invalid-template-value", "Invalid template interpolation value",
        "What is inserted into a string must be a string, a number or a bool, and not null. Use `jsonencode` \
         or `join` for anything else.";
    /// A function that does not exist.
    UNKNOWN_FUNCTION = "unknown-function", "Call to unknown function",
        "There is no function of this name. Names of functions are in lower case.";
    /// A wrong number of arguments.
    ARITY = "wrong-argument-count", "Wrong number of function arguments",
        "The function takes another number of arguments. Its signature is in the function reference.";
    /// `...` behind something that does not expand.
    EXPANSION = "invalid-expansion", "Invalid expanding argument value",
        "`f(list...)` passes each element as an argument; the value must be a list, set or tuple and not null.";
    /// An argument that a function does not take.
    ARGUMENT = "invalid-function-argument", "Invalid function argument",
        "One argument of the call has the wrong type, is null, or is not in the form that the function takes.";
    /// A call that failed.
    CALL = "function-failed", "Error in function call",
        "The arguments have the right types, but the function cannot answer for them.";
    /// `[*]` of null list.
    SPLAT_NULL = "splat-of-null", "Splat of null value",
        "A null list has no elements to splat. Use `coalesce(list, [])` first.";
    /// A value with too many levels.
    TOO_DEEP = "value-too-deep", "Value nested too deeply",
        "Values may hold values down to a bounded depth. Only a chain of local values that each wrap the one \
         before comes near it.";
    /// A value that does not convert to the wanted type.
    TYPE_MISMATCH = "incorrect-value-type", "Incorrect attribute value type",
        "The value cannot be converted to the type that is wanted here.";
    /// A type constraint that is none.
    TYPE_CONSTRAINT = "invalid-type-specification", "Invalid type specification",
        "A type is `string`, `number`, `bool`, `any`, `list(T)`, `set(T)`, `map(T)`, `tuple([T, ...])` or \
         `object({name = T, name = optional(T, default)})`.";
    /// A default of `optional` that does not fit.
    OPTIONAL_DEFAULT = "invalid-optional-default", "Invalid default value for optional attribute",
        "The default of `optional(type, default)` must be a constant that converts to the type.";
    /// An argument that the schema does not have.
    UNSUPPORTED_ARGUMENT = "unsupported-argument", "Unsupported argument",
        "The block has no such argument. The reference page of its type lists those it has.";
    /// A block that the schema does not have.
    UNSUPPORTED_BLOCK = "unsupported-block", "Unsupported block type",
        "The block has no nested block of this type. Where an argument was meant, write `name = value`.";
    /// An argument that is required.
    MISSING_ARGUMENT = "missing-argument", "Missing required argument",
        "The argument must be set: the object cannot be made without it.";
    /// An argument that only the provider sets.
    COMPUTED_ARGUMENT = "computed-argument", "Value for unconfigurable attribute",
        "The attribute is an answer of the platform and cannot be set.";
    /// Too few or too many nested blocks.
    BLOCK_COUNT = "wrong-block-count", "Wrong number of nested blocks",
        "The schema says how many blocks of a type there may be.";
    /// Labels of a nested block.
    BLOCK_LABELS = "wrong-block-labels", "Wrong labels of a nested block",
        "A block that is told apart by a label has exactly one, and no two have the same.";
    /// A `dynamic` block.
    DYNAMIC_BLOCK = "invalid-dynamic-block", "Invalid dynamic block",
        "`dynamic \"TYPE\"` has `for_each`, at most `iterator` and `labels`, and one `content` block. \
         `for_each` is a list, set, map, tuple or object, and not sensitive.";
}
