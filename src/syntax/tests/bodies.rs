use super::{check_file, file};

#[test]
fn a_file_has_arguments_and_blocks() {
    check_file(
        "a = 1\n\nfoo \"x\" bar {\n  b = a.b # note\n  baz {\n    c = [\n      1\n    ]\n  }\n  one { d = 2 }\n  none {}\n}\n",
        "a = 1; foo \"x\" \"bar\" {b = (get a b); baz {c = [1]}; one {d = 2}; none {}}",
    );
    check_file("", "");
    check_file("# only a comment", "");
    check_file("\u{feff}a = 1\r\nb {\r\n}\r\n", "a = 1; b {}");
    check_file("a = 1", "a = 1");
    check_file("a {\n}", "a {}");
    check_file("a = \"x\" // y\nb = <<E\nz\nE\n", "a = \"x\"; b = \"z\\n\"");
    check_file("a \"b\\nc\" \"d$${e}\" {}\n", "a \"b\\nc\" \"d${e}\" {}");
    check_file("a = {\n  b = 1\n\n  c = 2\n}\n", "a = {b = 1, c = 2}");
    check_file(
        "a = (1\n + 2)\nb = [for x in\n xs\n :\n x]\n",
        "a = ((+ 1 2)); b = (for x in xs : x)",
    );
    check_file(
        "a = \"%{ if\nb }c%{ endif }\"\n",
        "a = (template (if b then \"c\" else))",
    );
    check_file("a /* x */ = /* y\n z */ 1\n", "a = 1");
}

#[test]
fn places_cover_what_they_name() {
    let text = "foo \"x\" {\n  a = 1 # one\n}\nb   =   2\n";
    let (body, _) = file(text);
    let at = |span: crate::source::Span| text.get(span.range()).unwrap();
    let block = body.blocks().next().unwrap();
    assert_eq!(at(block.kind.span), "foo");
    assert_eq!(at(block.labels[0].span), "\"x\"");
    assert_eq!(at(block.header), "foo \"x\"");
    assert_eq!(at(block.span), "foo \"x\" {\n  a = 1 # one\n}");
    assert_eq!(at(block.body.span), "\n  a = 1 # one\n");
    let attribute = body.attributes().next().unwrap();
    assert_eq!((at(attribute.name.span), at(attribute.span)), ("b", "b   =   2"));
    assert_eq!(at(body.span), text);
}
