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
        Kind::TypeValue(ty) => out.push_str(&ty.to_string()),
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

/// A string of several lines stands as a heredoc, as people would write it.
fn string(out: &mut String, text: &str, indent: usize) {
    if !text.contains('\n') {
        return out.push_str(&escape::quoted(text));
    }
    let mut delimiter = "EOT".to_owned();
    while text.lines().any(|line| line.trim() == delimiter) {
        delimiter.push('_');
    }
    let space = " ".repeat(indent);
    out.push_str(if indent > 0 { "<<-" } else { "<<" });
    out.push_str(&delimiter);
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push_str(&space);
        out.push_str(&escape::line(line.strip_suffix('\r').unwrap_or(line)).replace("\\t", "\t"));
        out.push('\n');
    }
    out.push_str(&space);
    out.push_str(&delimiter);
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
        out.push_str(&escape::quoted(key));
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
        check(&Value::string("a\nb"), "<<EOT\na\nb\nEOT");
        let inner = Value::object([("t", Value::string("a\n\tEOT\n\u{1b}"))]);
        check(&inner, "{\n  \"t\" = <<-EOT_\n  a\n  \tEOT\n  \\u001b\n  EOT_\n}");
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
