//! What our kinds of errors are called where the records were measured. An error of another kind than a record
//! has is a difference like any other.

/// By the code of ours, the titles of the errors that may stand against it.
pub const GROUNDS: &[(&str, &[&str])] = &[
    (
        "config/instance-key",
        &[
            "Invalid index",
            "Missing resource instance key",
            "Unexpected resource instance key",
        ],
    ),
    (
        "config/invalid-reference",
        &[
            "Invalid \"count\" attribute",
            "Invalid \"each\" attribute",
            "Invalid \"path\" attribute",
            "Invalid \"terraform\" attribute",
            "Invalid reference",
            "Reference to undeclared input variable",
            "Reference to undeclared local value",
        ],
    ),
    (
        "config/not-available-here",
        &[
            "Invalid \"self\" reference",
            "Reference to \"count\" in non-counted context",
            "Reference to \"each\" in context without for_each",
        ],
    ),
    (
        "config/undeclared-local",
        &["Reference to undeclared local value"],
    ),
    ("config/undeclared-module", &["Reference to undeclared module"]),
    ("config/undeclared-output", &["Unsupported attribute"]),
    (
        "config/undeclared-resource",
        &["Reference to undeclared resource"],
    ),
    (
        "config/undeclared-variable",
        &["Reference to undeclared input variable"],
    ),
    ("lang/duplicate-object-key", &["Duplicate object key"]),
    ("lang/function-failed", &["Error in function call"]),
    (
        "lang/inconsistent-branches",
        &["Inconsistent conditional result types"],
    ),
    (
        "lang/invalid-condition",
        &["Incorrect condition type", "Null condition"],
    ),
    ("lang/invalid-expansion", &["Invalid expanding argument value"]),
    (
        "lang/invalid-for-condition",
        &["Condition is null", "Invalid 'for' condition"],
    ),
    (
        "lang/invalid-function-argument",
        &["Error in function call", "Invalid function argument"],
    ),
    ("lang/invalid-index", &["Invalid index"]),
    (
        "lang/invalid-iteration",
        &["Iteration over non-iterable value", "Iteration over null value"],
    ),
    (
        "lang/invalid-object-key",
        &["Incorrect key type", "Invalid object key", "Null value as key"],
    ),
    ("lang/invalid-operand", &["Invalid operand"]),
    (
        "lang/invalid-template-value",
        &["Invalid template interpolation value"],
    ),
    ("lang/missing-map-element", &["Missing map element"]),
    (
        "lang/null-access",
        &[
            "Attempt to get attribute from null value",
            "Attempt to index null value",
        ],
    ),
    ("lang/operation-failed", &["Operation failed"]),
    (
        "lang/unknown-function",
        &[
            "Call to unknown function",
            "Invalid use of type function",
            "Not enough function arguments",
            "Too many function arguments",
            "Unknown provider function",
        ],
    ),
    ("lang/unsupported-attribute", &["Unsupported attribute"]),
    (
        "lang/wrong-argument-count",
        &["Not enough function arguments", "Too many function arguments"],
    ),
    ("syntax/ambiguous-key", &["Reference to undeclared resource"]),
    ("syntax/invalid-attribute-name", &["Invalid attribute name"]),
    (
        "syntax/invalid-call",
        &[
            "Missing closing parenthesis",
            "Missing function name",
            "Missing open parenthesis",
        ],
    ),
    ("syntax/invalid-character", &["Invalid character"]),
    (
        "syntax/invalid-conditional",
        &["Missing false expression in conditional"],
    ),
    ("syntax/invalid-directive", &["Invalid template control keyword"]),
    ("syntax/invalid-escape", &["Invalid escape sequence"]),
    (
        "syntax/invalid-expression",
        &[
            "Extra characters after expression",
            "Extra characters after interpolation expression",
            "Invalid expression",
        ],
    ),
    (
        "syntax/invalid-for",
        &["Invalid 'for' directive", "Invalid 'for' expression"],
    ),
    ("syntax/invalid-heredoc-start", &["Invalid expression"]),
    ("syntax/invalid-item", &["Argument or block definition required"]),
    ("syntax/invalid-legacy-index", &["Invalid legacy index syntax"]),
    ("syntax/invalid-object-item", &["Missing key/value separator"]),
    ("syntax/invalid-operator", &["Unsupported operator"]),
    (
        "syntax/missing-separator",
        &["Missing attribute separator", "Missing item separator"],
    ),
    (
        "syntax/missing-value",
        &["Invalid expression", "Missing expression"],
    ),
    ("syntax/multi-line-string", &["Invalid multi-line string"]),
    ("syntax/single-quotes", &["Invalid character"]),
    (
        "syntax/unbalanced-directive",
        &[
            "Unexpected else directive",
            "Unexpected end of template",
            "Unexpected endfor directive",
            "Unexpected endif directive",
        ],
    ),
    ("syntax/unclosed-block", &["Unterminated template string"]),
    (
        "syntax/unclosed-bracket",
        &[
            "Missing close bracket on index",
            "Missing expression",
            "Unbalanced parentheses",
            "Unterminated function call",
            "Unterminated object constructor expression",
            "Unterminated tuple constructor expression",
        ],
    ),
    ("syntax/unclosed-comment", &["Invalid expression"]),
    (
        "syntax/unclosed-interpolation",
        &[
            "Invalid expression",
            "Missing expression",
            "Unclosed template interpolation sequence",
        ],
    ),
    ("syntax/unclosed-heredoc", &["Unterminated template string"]),
    (
        "syntax/unclosed-quote",
        &["Invalid character", "Unterminated template string"],
    ),
];
