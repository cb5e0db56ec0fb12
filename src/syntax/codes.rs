//! The kinds of fault that a text can have. It holds prose alone; the readers decide when each applies.

use crate::diag::Code;

/// Invalid character.
pub static INVALID_CHARACTER: Code = Code::new(
    "syntax/invalid-character",
    "Invalid character",
    "A character stands where the language gives it no meaning, for example `;`, `@`, a backtick, a no-break space or a control character. Remove it, or put it in a quoted string.",
);

/// Invalid quote mark.
pub static SINGLE_QUOTES: Code = Code::new(
    "syntax/single-quotes",
    "Invalid quote mark",
    "Strings are written in double quotes: `\"text\"`. Single quotes and the typographic quotes of word processors do not make strings.",
);

/// Unsupported operator.
pub static INVALID_OPERATOR: Code = Code::new(
    "syntax/invalid-operator",
    "Unsupported operator",
    "There are no operators on bits (`&`, `|`, `^`, `~`). The logical operators are `&&`, `||` and `!`.",
);

/// Invalid number.
pub static INVALID_NUMBER: Code = Code::new(
    "syntax/invalid-number",
    "Invalid number",
    "A number is written in decimal digits with at most one point and at most one exponent, for example `12`, `0.5` or `1e3`. A version such as `1.2.3` is a string: put it in quotes.",
);

/// Unclosed comment.
pub static UNCLOSED_COMMENT: Code = Code::new(
    "syntax/unclosed-comment",
    "Unclosed comment",
    "A comment that begins with `/*` must end with `*/`.",
);

/// Unclosed quote.
pub static UNCLOSED_QUOTE: Code = Code::new(
    "syntax/unclosed-quote",
    "Unclosed quote",
    "A quoted string must end with a quote mark on the line where it begins. Write a quote mark inside a string as `\\\"`.",
);

/// String over several lines.
pub static MULTI_LINE_STRING: Code = Code::new(
    "syntax/multi-line-string",
    "String over several lines",
    "A quoted string may not contain a line break. Write `\\n`, or use a heredoc (`<<EOT`) for a text of several lines.",
);

/// Unclosed heredoc.
pub static UNCLOSED_HEREDOC: Code = Code::new(
    "syntax/unclosed-heredoc",
    "Unclosed heredoc",
    "A heredoc ends with a line that holds its closing mark and nothing else; spaces around the mark are fine. The line must itself end with a line break, so the mark may not be the very last thing in a file.",
);

/// Invalid heredoc.
pub static INVALID_HEREDOC_START: Code = Code::new(
    "syntax/invalid-heredoc-start",
    "Invalid heredoc",
    "A heredoc begins with `<<` or `<<-`, directly followed by a name and the end of the line.",
);

/// Unclosed interpolation.
pub static UNCLOSED_INTERPOLATION: Code = Code::new(
    "syntax/unclosed-interpolation",
    "Unclosed interpolation",
    "`${` begins an interpolation, which must end with `}`. To write the two characters themselves, write `$${`.",
);

/// Unclosed template directive.
pub static UNCLOSED_DIRECTIVE: Code = Code::new(
    "syntax/unclosed-directive",
    "Unclosed template directive",
    "`%{` begins a template directive, which must end with `}`. To write the two characters themselves, write `%%{`.",
);

/// Invalid escape sequence.
pub static INVALID_ESCAPE: Code = Code::new(
    "syntax/invalid-escape",
    "Invalid escape sequence",
    "In a quoted string a backslash begins one of `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\uXXXX` and `\\UXXXXXXXX`. Write a backslash itself as two.",
);

/// Invalid template directive.
pub static INVALID_DIRECTIVE: Code = Code::new(
    "syntax/invalid-directive",
    "Invalid template directive",
    "A template directive is one of `%{if CONDITION}`, `%{else}`, `%{endif}`, `%{for NAME in COLLECTION}` and `%{endfor}`. To write `%{` itself, write `%%{`.",
);

/// Unbalanced template directive.
pub static UNBALANCED_DIRECTIVE: Code = Code::new(
    "syntax/unbalanced-directive",
    "Unbalanced template directive",
    "Every `%{if}` needs its `%{endif}` with at most one `%{else}` between them, and every `%{for}` its `%{endfor}`, properly nested, within the same string.",
);

/// Invalid expression.
pub static INVALID_EXPRESSION: Code = Code::new(
    "syntax/invalid-expression",
    "Invalid expression",
    "Something stands where a value is expected that cannot begin one, or an expression is followed by something that does not belong to it.",
);

/// Missing value.
pub static MISSING_VALUE: Code = Code::new(
    "syntax/missing-value",
    "Missing value",
    "An operator, equals sign, comma or bracket must be followed by a value on the same line. Inside brackets and parentheses the value may be on a later line.",
);

/// Unclosed bracket.
pub static UNCLOSED_BRACKET: Code = Code::new(
    "syntax/unclosed-bracket",
    "Unclosed bracket",
    "Every `(`, `[` and `{` of an expression needs its closing counterpart.",
);

/// Missing separator.
pub static MISSING_SEPARATOR: Code = Code::new(
    "syntax/missing-separator",
    "Missing separator",
    "The elements of a list and the arguments of a function are separated by commas; the items of an object by commas or line breaks.",
);

/// Invalid object item.
pub static INVALID_OBJECT_ITEM: Code = Code::new(
    "syntax/invalid-object-item",
    "Invalid object item",
    "An item of an object is `key = value` or `key : value`.",
);

/// Ambiguous object key.
pub static AMBIGUOUS_KEY: Code = Code::new(
    "syntax/ambiguous-key",
    "Ambiguous object key",
    "A key with a point in it could be a reference or plain text. Put it in parentheses, `(var.name)`, to use the value that it refers to, or in quotes to use it as text.",
);

/// Invalid for expression.
pub static INVALID_FOR: Code = Code::new(
    "syntax/invalid-for",
    "Invalid for expression",
    "A for expression is `[for NAME in COLLECTION : VALUE]` or `{for NAME in COLLECTION : KEY => VALUE}`, with an optional `if CONDITION` at its end. In the braces form `...` behind the value groups by key.",
);

/// Invalid function call.
pub static INVALID_CALL: Code = Code::new(
    "syntax/invalid-call",
    "Invalid function call",
    "A function call is `name(argument, argument)`; the last argument may be followed by `...` to pass each of its elements as an argument. A namespace comes before the name with `::`.",
);

/// Invalid attribute name.
pub static INVALID_ATTRIBUTE_NAME: Code = Code::new(
    "syntax/invalid-attribute-name",
    "Invalid attribute name",
    "A point is followed by the name of an attribute, or by `*`. Use brackets and quotes for a name with other characters: `x[\"a b\"]`.",
);

/// Invalid index.
pub static INVALID_LEGACY_INDEX: Code = Code::new(
    "syntax/invalid-legacy-index",
    "Invalid index",
    "`x.0.1` reads like a fraction. Write `x[0][1]`.",
);

/// Invalid splat.
pub static INVALID_SPLAT: Code = Code::new(
    "syntax/invalid-splat",
    "Invalid splat",
    "A splat is `.*` followed by attributes only, or `[*]` followed by any attributes and indexes.",
);

/// Invalid conditional.
pub static INVALID_CONDITIONAL: Code = Code::new(
    "syntax/invalid-conditional",
    "Invalid conditional",
    "A conditional is `CONDITION ? VALUE : VALUE`, with both values.",
);

/// Nesting too deep.
pub static TOO_DEEP: Code = Code::new(
    "syntax/too-deep",
    "Nesting too deep",
    "Brackets, blocks, calls, conditionals, templates and chains of attributes may be nested 200 levels deep. Move inner parts to local values. Chains of operators such as `a + b + c` may be of any length.",
);

/// File too large.
pub static TOO_LARGE: Code = Code::new(
    "syntax/too-large",
    "File too large",
    "A file may have at most 1 GiB. Files of this size are not configurations: read them with a function, or split them.",
);

/// Argument or block expected.
pub static INVALID_ITEM: Code = Code::new(
    "syntax/invalid-item",
    "Argument or block expected",
    "A body consists of arguments, `name = value`, and blocks, `name \"label\" { ... }`, each beginning on a line of its own with a plain name.",
);

/// Quoted argument name.
pub static QUOTED_NAME: Code = Code::new(
    "syntax/quoted-name",
    "Quoted argument name",
    "The name of an argument is written without quotes: `name = value`. Only the keys of an object may be quoted.",
);

/// Missing equals sign.
pub static MISSING_EQUALS: Code = Code::new(
    "syntax/missing-equals",
    "Missing equals sign",
    "An argument is written `name = value`, with an equals sign.",
);

/// Missing line break.
pub static MISSING_NEWLINE: Code = Code::new(
    "syntax/missing-newline",
    "Missing line break",
    "Every argument and every block ends with a line break; several of them on one line are not possible.",
);

/// Invalid block.
pub static INVALID_BLOCK: Code = Code::new(
    "syntax/invalid-block",
    "Invalid block",
    "A block is `name \"label\" { ... }`: a name, its labels, and an opening brace on the same line. There is no equals sign between them.",
);

/// Invalid block label.
pub static INVALID_LABEL: Code = Code::new(
    "syntax/invalid-label",
    "Invalid block label",
    "A label is a plain name or a quoted string without interpolations: blocks are known before any expression is evaluated.",
);

/// Invalid block on one line.
pub static INVALID_ONE_LINE_BLOCK: Code = Code::new(
    "syntax/invalid-one-line-block",
    "Invalid block on one line",
    "A block on one line holds one argument at most, and no other block: `name { key = value }`.",
);

/// Unclosed block.
pub static UNCLOSED_BLOCK: Code = Code::new(
    "syntax/unclosed-block",
    "Unclosed block",
    "Every block needs a closing brace. The message names the block that most likely lacks it, judged by the lines that begin at the left margin.",
);

/// Unexpected closing brace.
pub static STRAY_BRACE: Code = Code::new(
    "syntax/stray-brace",
    "Unexpected closing brace",
    "There is a closing brace more than there are open blocks. Remove it, or look for a block that was closed too early.",
);

/// Argument set twice.
pub static DUPLICATE_ARGUMENT: Code = Code::new(
    "syntax/duplicate-argument",
    "Argument set twice",
    "Each argument may be set only once in a body.",
);

/// Invalid JSON.
pub static JSON_INVALID: Code = Code::new(
    "syntax/json-invalid",
    "Invalid JSON",
    "The text breaks the rules of JSON: names and strings in double quotes, commas between items and none behind the last, no comments, `true`, `false` and `null` in small letters.",
);

/// Unclosed JSON.
pub static JSON_UNCLOSED: Code = Code::new(
    "syntax/json-unclosed",
    "Unclosed JSON",
    "A string, object or array of a JSON file is never closed.",
);

/// Unexpected JSON value.
pub static JSON_BODY: Code = Code::new(
    "syntax/json-body",
    "Unexpected JSON value",
    "The root of a `.tf.json` file is an object, or an array of objects. A block is an object, or an array of objects; each label of the block is one more object around it, whose key is the label.",
);

/// All codes of this room.
pub static CODES: &[&Code] = &[
    &INVALID_CHARACTER,
    &SINGLE_QUOTES,
    &INVALID_OPERATOR,
    &INVALID_NUMBER,
    &UNCLOSED_COMMENT,
    &UNCLOSED_QUOTE,
    &MULTI_LINE_STRING,
    &UNCLOSED_HEREDOC,
    &INVALID_HEREDOC_START,
    &UNCLOSED_INTERPOLATION,
    &UNCLOSED_DIRECTIVE,
    &INVALID_ESCAPE,
    &INVALID_DIRECTIVE,
    &UNBALANCED_DIRECTIVE,
    &INVALID_EXPRESSION,
    &MISSING_VALUE,
    &UNCLOSED_BRACKET,
    &MISSING_SEPARATOR,
    &INVALID_OBJECT_ITEM,
    &AMBIGUOUS_KEY,
    &INVALID_FOR,
    &INVALID_CALL,
    &INVALID_ATTRIBUTE_NAME,
    &INVALID_LEGACY_INDEX,
    &INVALID_SPLAT,
    &INVALID_CONDITIONAL,
    &TOO_DEEP,
    &TOO_LARGE,
    &INVALID_ITEM,
    &QUOTED_NAME,
    &MISSING_EQUALS,
    &MISSING_NEWLINE,
    &INVALID_BLOCK,
    &INVALID_LABEL,
    &INVALID_ONE_LINE_BLOCK,
    &UNCLOSED_BLOCK,
    &STRAY_BRACE,
    &DUPLICATE_ARGUMENT,
    &JSON_INVALID,
    &JSON_UNCLOSED,
    &JSON_BODY,
];
