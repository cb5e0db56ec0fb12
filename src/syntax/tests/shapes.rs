use super::expr;
use crate::syntax::{keyword, traversal, traversal_or_text, variables};

fn shown(found: &crate::syntax::Reference) -> String {
    use crate::syntax::Step;
    let steps = found.steps.iter().map(|step| match step {
        Step::Attr(name) => format!(".{}", name.name),
        Step::Key(key, _) => format!("[{key:?}]"),
        Step::Index(index, _) => format!("[{index}]"),
    });
    let steps: String = steps.collect();
    format!("{}{steps}", found.root.name)
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let tree = expr(text).unwrap();
    let found: Vec<String> = variables(&tree).iter().map(shown).collect();
    assert_eq!(found, expected, "of {text:?}");
}

#[test]
fn variables_are_found_with_their_static_steps() {
    check("1", &[]);
    check("a.b + c[0][\"x\"].d", &["a.b", "c[0][\"x\"].d"]);
    check("a[b.c].d", &["a", "b.c"]);
    check("a.b[*].c", &["a.b"]);
    check("a[*][b]", &["a", "b"]);
    check("f(a, \"x${b}\", {c = d, (e) = g})", &["a", "b", "d", "e", "g"]);
    check("a ? b : c", &["a", "b", "c"]);
    check("f(x)[y].z", &["x", "y"]);
    check("\"${a}\"", &["a"]);
}

#[test]
fn names_that_for_binds_are_no_variables() {
    check("[for x in a.xs : x.y + z if x]", &["a.xs", "z"]);
    check("[for x in x : x]", &["x"]);
    check("{for k, v in m : k => [for k in v : k]}", &["m"]);
    check("[for a in as : [for b in a : [a, b, c]]]", &["as", "c"]);
    check("[[for a in as : a], a]", &["as", "a"]);
    check("\"%{for x in xs}${x}${y}%{endfor}${x}\"", &["xs", "y", "x"]);
}

#[test]
fn a_traversal_is_static_throughout() {
    let text = |text: &str| traversal(&expr(text).unwrap()).map(|found| shown(&found));
    assert_eq!(text("a.b[0][\"c\"].d").as_deref(), Some("a.b[0][\"c\"].d"));
    assert_eq!(text("a.0.b").as_deref(), Some("a[0].b"));
    assert_eq!(text("a[b]"), None);
    assert_eq!(text("a[*].b"), None);
    assert_eq!(text("f().a"), None);
    let quoted = expr("\"a.b[0]\"").unwrap();
    let found = traversal_or_text(&quoted).unwrap();
    assert_eq!((shown(&found).as_str(), found.span.range()), ("a.b[0]", 1..7));
}

#[test]
fn a_keyword_is_a_name_or_a_string() {
    assert_eq!(keyword(&expr("string").unwrap()), Some("string"));
    assert_eq!(keyword(&expr("\"any\"").unwrap()), Some("any"));
    assert_eq!(keyword(&expr("null").unwrap()), Some("null"));
    assert_eq!(keyword(&expr("a.b").unwrap()), None);
}
