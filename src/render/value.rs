//! Values as HCL expressions: for outputs and for whoever asks what an expression comes to.
//!
//! A list prints as `tolist([...])`, a map as `tomap({...})`, so that what is printed says what the value is.
//! Sensitive values are never printed. Differences between values are the work of `diff`.

use crate::render::escape;
use crate::value::{Kind, Marks, Members, Type, Value};

/// The value as an expression, its inner lines indented by `indent` spaces.
pub fn format(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    write(&mut out, value, indent);
    out
}

fn write(out: &mut String, value: &Value, indent: usize) {
    if let Kind::Unknown(..) = value.kind() {
        return out.push_str("(known after apply)");
    }
    if value.marks().contains(Marks::SENSITIVE) {
        return out.push_str("(sensitive value)");
    }
    if value.marks().contains(Marks::EPHEMERAL) {
        return out.push_str("(ephemeral value)");
    }
    match value.kind() {
        Kind::Unknown(..) => out.push_str("(known after apply)"),
        Kind::Null(ty) => out.push_str(&null(ty)),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => string(out, text, indent),
        Kind::List(_, items) => wrapped(out, "tolist", |out| sequence(out, items, indent)),
        Kind::Set(_, items) => wrapped(out, "toset", |out| sequence(out, items, indent)),
        Kind::Tuple(items) => sequence(out, items, indent),
        Kind::Map(_, members) => wrapped(out, "tomap", |out| mapping(out, members, indent)),
        Kind::Object(members) => mapping(out, members, indent),
        Kind::TypeValue(ty) => type_text(out, ty, 0),
    }
}

fn null(ty: &Type) -> String {
    match ty {
        Type::Bool => "tobool(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::List(element) => format!("tolist(null) /* of {} */", element.friendly_name()),
        Type::Set(element) => format!("toset(null) /* of {} */", element.friendly_name()),
        Type::Map(element) => format!("tomap(null) /* of {} */", element.friendly_name()),
        Type::Dynamic => "null".to_owned(),
        other => format!("null /* {} */", other.friendly_name()),
    }
}

/// A string of several lines stands as a heredoc, as people would write it. Control characters in it are escaped,
/// so that it cannot steer a terminal.
fn string(out: &mut String, text: &str, indent: usize) {
    if !text.contains('\n') {
        return out.push_str(&escape::shown(text));
    }
    let mut delimiter = "EOT".to_owned();
    while text.lines().any(|line| line.trim() == delimiter) {
        delimiter.push('_');
    }
    let space = " ".repeat(indent);
    out.push_str(if indent > 0 { "<<-" } else { "<<" });
    out.push_str(&delimiter);
    for line in text.split('\n') {
        let (line, ending) = match line.strip_suffix('\r') {
            Some(line) => (line, "\r"),
            None => (line, ""),
        };
        out.push('\n');
        out.push_str(&space);
        out.push_str(&escape::lines(line));
        out.push_str(ending);
    }
    out.push('\n');
    out.push_str(&space);
    out.push_str(&delimiter);
}

/// A type, one member a line, its inner lines indented by `indent` spaces.
fn type_text(out: &mut String, ty: &Type, indent: usize) {
    let members = |out: &mut String, open: &str, members: &[(Option<&str>, &Type)], close: &str| {
        out.push_str(open);
        for (name, ty) in members {
            out.push_str(&format!("\n{:1$}", "", indent + 4));
            if let Some(name) = name {
                out.push_str(&escape::line(name));
                out.push_str(": ");
            }
            type_text(out, ty, indent + 4);
            out.push(',');
        }
        if !members.is_empty() {
            out.push_str(&format!("\n{:1$}", "", indent));
        }
        out.push_str(close);
    };
    let collection = |out: &mut String, open: &str, element: &Type| match element {
        Type::Tuple(_) | Type::Object(_) => members(out, open, &[(None, element)], ")"),
        plain => {
            out.push_str(open);
            type_text(out, plain, indent);
            out.push(')');
        }
    };
    match ty {
        Type::Dynamic => out.push_str("dynamic"),
        Type::List(element) => collection(out, "list(", element),
        Type::Set(element) => collection(out, "set(", element),
        Type::Map(element) => collection(out, "map(", element),
        Type::Tuple(elements) => {
            let elements: Vec<_> = elements.iter().map(|element| (None, element)).collect();
            members(out, "tuple([", &elements, "])");
        }
        Type::Object(object) => {
            let attributes: Vec<_> = object
                .attributes
                .iter()
                .map(|(name, ty)| (Some(&**name), ty))
                .collect();
            members(out, "object({", &attributes, "})");
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn wrapped(out: &mut String, function: &str, inner: impl FnOnce(&mut String)) {
    out.push_str(function);
    out.push('(');
    inner(out);
    out.push(')');
}

fn sequence(out: &mut String, items: &[Value], indent: usize) {
    if items.is_empty() {
        return out.push_str("[]");
    }
    out.push_str("[\n");
    for item in items {
        out.push_str(&" ".repeat(indent + 2));
        write(out, item, indent + 2);
        out.push_str(",\n");
    }
    out.push_str(&" ".repeat(indent));
    out.push(']');
}

fn mapping(out: &mut String, members: &Members, indent: usize) {
    if members.is_empty() {
        return out.push_str("{}");
    }
    out.push_str("{\n");
    for (key, member) in members {
        out.push_str(&" ".repeat(indent + 2));
        out.push_str(&escape::shown(key));
        out.push_str(" = ");
        write(out, member, indent + 2);
        out.push('\n');
    }
    out.push_str(&" ".repeat(indent));
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &Value, expected: &str) {
        assert_eq!(format(value, 0), expected);
    }

    #[test]
    fn collections_say_their_kind() {
        check(
            &Value::list(Type::Number, vec![Value::int(1)]),
            "tolist([\n  1,\n])",
        );
        check(&Value::set(Type::String, vec![]), "toset([])");
        check(
            &Value::map_from(Type::Number, [("a", Value::int(1))]),
            "tomap({\n  \"a\" = 1\n})",
        );
        check(
            &Value::object([("a", Value::tuple(vec![]))]),
            "{\n  \"a\" = []\n}",
        );
    }

    #[test]
    fn what_must_not_be_seen_is_not_printed() {
        let secret = Value::string("hunter2").mark(Marks::SENSITIVE);
        check(&secret, "(sensitive value)");
        check(&Value::tuple(vec![secret]), "[\n  (sensitive value),\n]");
    }

    #[test]
    fn a_string_of_lines_is_a_heredoc() {
        check(&Value::string("a\nb\n"), "<<EOT\na\nb\n\nEOT");
        check(&Value::string("a${b}\t\u{7f}"), "\"a${b}\\t\\x7f\"");
        let inner = Value::object([("t", Value::string("a\n\tEOT\n\u{1b}"))]);
        check(&inner, "{\n  \"t\" = <<-EOT_\n  a\n  \tEOT\n  \\u001b\n  EOT_\n}");
    }

    #[test]
    fn a_type_has_a_line_for_each_member() {
        let member = Type::object([("a", Type::list(Type::Dynamic))]);
        let ty = Value::type_value(Type::map(Type::tuple(vec![member, Type::tuple(vec![])])));
        let text = "map(\n    tuple([\n        object({\n            a: list(dynamic),\n        }),\n        \
                    tuple([]),\n    ]),\n)";
        check(&ty, text);
    }

    #[test]
    fn null_and_unknown_say_what_they_are() {
        check(&Value::null(Type::String), "tostring(null)");
        check(
            &Value::null(Type::list(Type::String)),
            "tolist(null) /* of string */",
        );
        check(&Value::unknown(Type::String), "(known after apply)");
    }
}
