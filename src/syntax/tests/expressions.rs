use super::{check, expr};

#[test]
fn literals_keep_what_was_written() {
    check("1", "1");
    check("1.50", "1.50");
    check("1e1000", "1e1000");
    check("1E-3", "1E-3");
    check("01", "01");
    check("1.e5", "1e5");
    check("18446744073709551616", "18446744073709551616");
    check("true", "true");
    check("null", "null");
    check("\"a\"", "\"a\"");
    check("\"\"", "\"\"");
    check(" \u{9}1 # end", "1");
    check("1 /* in */ + /* out */ 2 // end", "(+ 1 2)");
    check("\u{feff}1", "1");
    check("größe-1_x", "größe-1_x");
}

#[test]
fn operators_bind_by_strength_and_from_the_left() {
    check("1 + 2 * 3", "(+ 1 (* 2 3))");
    check("1 - 2 - 3", "(- (- 1 2) 3)");
    check("1 * 2 / 3 % 4", "(% (/ (* 1 2) 3) 4)");
    check(
        "a || b && c == d < e + f * g",
        "(|| a (&& b (== c (< d (+ e (* f g))))))",
    );
    check(
        "a * b + c < d == e && f || g",
        "(|| (&& (== (< (+ (* a b) c) d) e) f) g)",
    );
    check("1 == 1 != true", "(!= (== 1 1) true)");
    check("!a == b", "(== (!a) b)");
    check("-a.b[0]", "(-(index (get a b) 0))");
    check("--1", "(-(-1))");
    check("!!a", "(!(!a))");
    check("-1 + -2", "(+ (-1) (-2))");
    check("-1[0]", "(-(index 1 0))");
    check("(1 + 2) * 3", "(* ((+ 1 2)) 3)");
    check("a ? b : c ? d : e", "(? a b (? c d e))");
    check("a ? b ? 1 : 2 : 3", "(? a (? b 1 2) 3)");
    check("a >= b ? 1 : 2", "(? (>= a b) 1 2)");
    check("1\n+\n2", "(+ 1 2)");
}

#[test]
fn traversals_and_splats_take_what_follows() {
    check("a.b.c", "(get (get a b) c)");
    check("a[0].b[\"x\"]", "(index (get (index a 0) b) \"x\")");
    check("a.0.b", "(get (index a 0) b)");
    check("a . 0", "(index a 0)");
    check("a.*.b.c[0]", "(index (splat.* a .b .c) 0)");
    check("a.*.0.b", "(splat.* a [0] .b)");
    check("a[*].b[0].c", "(splat[*] a .b [0] .c)");
    check("a[*][*].b", "(splat[*] a ([*] .b))");
    check("a[*].*.b[0]", "(splat[*] a (.* .b) [0])");
    check("a[*].b.*.c.*", "invalid-splat 1:11-13");
    check("a.b[*].c + 1", "(+ (splat[*] (get a b) .c) 1)");
    check("f(a)[0].b", "(get (index (f(a)) 0) b)");
    check("[1, 2][0]", "(index [1, 2] 0)");
    check("{a = 1}.a", "(get {a = 1} a)");
    check("\"x\".a", "(get \"x\" a)");
    check("a[b[c]]", "(index a (index b c))");
    check("a[\n0\n]", "(index a 0)");
    check("a.0x", "invalid-expression 1:4-5");
}

#[test]
fn calls_have_namespaces_and_expansion() {
    check("f()", "(f())");
    check("f (1, \"a\",)", "(f(1, \"a\"))");
    check("f(\n1,\n2\n)", "(f(1, 2))");
    check("f(a...)", "(f(a...))");
    check("f(1, a...)", "(f(1, a...))");
    check("provider::x::f(1)", "(provider::x::f(1))");
    check("core :: f(1)", "(core::f(1))");
    check("f(g(h(1)))", "(f((g((h(1))))))");
}

#[test]
fn collections_allow_line_breaks_and_trailing_commas() {
    check("[]", "[]");
    check("[1, 2,]", "[1, 2]");
    check("[\n1\n,\n2\n]", "[1, 2]");
    check("{}", "{}");
    check(
        "{a = 1, \"b\" : 2\n(c) = 3\n\n4 = 5}",
        "{a = 1, \"b\" = 2, (c) = 3, 4 = 5}",
    );
    check("{a = 1\n,b = 2}", "missing-value 1:6-7");
    check(
        "{true = 1, null = 2, false = 3}",
        "{true = 1, null = 2, false = 3}",
    );
    check("{a = 1, a = 2}", "{a = 1, a = 2}");
    check("{-1 = 2, 1.5 = 2}", "{(-1) = 2, 1.5 = 2}");
    check("{\"${a}\" = 1}", "{(template ${a}) = 1}");
    check("{(a).b = 1}", "{(get (a) b) = 1}");
    check("{f(x) = 1}", "{(f(x)) = 1}");
    check("{a = {b = [1, {c = 2}]}}", "{a = {b = [1, {c = 2}]}}");
}

#[test]
fn for_expressions_take_line_breaks_everywhere() {
    check("[for x in xs : x]", "(for x in xs : x)");
    check("[for k, v in xs : v if k]", "(for k, v in xs : v if k)");
    check("{for k, v in xs : k => v...}", "(for k, v in xs : k => v...)");
    check(
        "{for x in xs : x.a => x... if x.b}",
        "(for x in xs : (get x a) => x... if (get x b))",
    );
    check(
        "[\r\nfor\nx\nin\nxs\n.a\n:\nx\n+\n1\nif\nx\n]",
        "(for x in (get xs a) : (+ x 1) if x)",
    );
    check(
        "{\nfor k, v in\nxs : k\n=>\nv ?\n1 :\n2\n}",
        "(for k, v in xs : k => (? v 1 2))",
    );
    check(
        "[for x in [for y in ys : y] : [x]]",
        "(for x in (for y in ys : y) : [x])",
    );
    check("[forx]", "[forx]");
}

#[test]
fn every_node_has_the_place_of_its_text() {
    let text = " a.b + f( -1 , [c[0]])...";
    let tree = expr(text.trim_end_matches('.')).unwrap();
    let mut found = Vec::new();
    super::walk(&tree, &mut |part| {
        found.push(text.get(part.span.range()).unwrap().to_owned());
    });
    assert_eq!(
        found,
        [
            "a.b + f( -1 , [c[0]])",
            "a.b",
            "a",
            "f( -1 , [c[0]])",
            "-1",
            "1",
            "[c[0]]",
            "c[0]",
            "c",
            "0"
        ]
    );
}

#[test]
fn spans_count_from_the_offset() {
    let tree = super::parse_expression("a + b", super::FILE, 100).unwrap();
    assert_eq!(tree.span.range(), 100..105);
    let fault = super::parse_expression("a +", super::FILE, 100).unwrap_err();
    assert_eq!(fault.0[0].subject.unwrap().range(), 102..103);
}

#[test]
fn a_text_is_open_while_more_lines_may_end_it() {
    use crate::syntax::is_open;
    for open in [
        "[",
        "f(1,",
        "{ a = [1",
        "\"${",
        "\"${[1",
        "<<E\na",
        "/* a",
        "[<<E\na\nE\n",
        "f(<<E",
    ] {
        assert!(is_open(open), "{open:?}");
    }
    for closed in [
        "",
        "1",
        "[1]",
        "]",
        "(]",
        "\"a",
        "[\"a",
        "1 +",
        "<<E\na\nE\n",
        "\"[\"",
        "# [",
    ] {
        assert!(!is_open(closed), "{closed:?}");
    }
}
