use super::{check, check_faults, file};

#[test]
fn a_string_that_never_ends_costs_its_line_only() {
    check_faults(
        "a = \"abc\nb = \"x\"\nc = \n",
        "unclosed-quote 1:5-9; missing-value 3:3-4",
    );
    check_faults(
        "a = \"abc\ndef\"\nb = ;\n",
        "multi-line-string 1:5-9; invalid-character 3:5-6",
    );
    check_faults("foo \"a {\n  b = 1\n}\n", "unclosed-quote 1:5-9");
    check("\"unterminated", "unclosed-quote 1:1-14");
    check("\"\\", "unclosed-quote 1:1-3");
    check("\"a\nb\"", "multi-line-string 1:1-3");
}

#[test]
fn an_interpolation_that_never_ends_is_told_from_a_quote() {
    check_faults(
        "a = \"x ${b.c\"\nd = \"${\"\ne = 1\n",
        "unclosed-interpolation 1:8-10; unclosed-interpolation 2:6-8",
    );
    check_faults("a = \"${b\nc = 1\n", "unclosed-interpolation 1:6-8");
    check_faults(
        "a = <<E\n${b\nE\nc = +\n",
        "unclosed-interpolation 2:1-3; invalid-expression 4:5-6",
    );
    check_faults("a = \"%{if b\"\n", "unclosed-directive 1:6-8");
    check("\"${1\"", "unclosed-interpolation 1:2-4");
    check("\"${}\"", "missing-value 1:2-4");
    check("\"${1 2}\"", "invalid-expression 1:6-7");
}

#[test]
fn a_heredoc_that_never_ends_says_why() {
    check_faults(
        "a = f(<<EOT\nx\nEOT)\nb = ;\n",
        "unclosed-heredoc 1:7-12; invalid-character 4:5-6",
    );
    check_faults("a = <<EOT\nx\n", "unclosed-heredoc 1:5-10");
    check_faults("a = <<EOT\nx\nEOT", "unclosed-heredoc 1:5-10");
    let (_, faults) = file("a = <<EOT\nx\nEOT");
    assert!(
        faults.0[0].detail.contains("line break"),
        "{}",
        faults.0[0].detail
    );
}

#[test]
fn a_bracket_that_never_ends_is_the_place_of_the_fault() {
    check_faults(
        "a = [1, 2\nb = 3\nc = ;\n",
        "unclosed-bracket 1:5-6; invalid-character 3:5-6",
    );
    check_faults("a = f(1,\n  2\nb = 3\n", "unclosed-bracket 1:6-7");
    check_faults("a = {\n  b = 1\n", "unclosed-bracket 1:5-6");
    check_faults(
        "a = {\n  b = 1\n\nfoo \"x\" {\n  c = 1\n}\n",
        "unclosed-bracket 1:5-6",
    );
    check_faults(
        "foo {\n  a = [1\n}\nb = ;\n",
        "unclosed-bracket 2:7-8; invalid-character 4:5-6",
    );
    check_faults("foo {\n  a = (1 + 2\n  b = 3\n}\n", "unclosed-bracket 2:7-8");
    check("((1)", "unclosed-bracket 1:1-2");
    check("[1, 2][0", "unclosed-bracket 1:7-8");
    check("[1)", "unclosed-bracket 1:1-2");
    check("f(\"a\"", "unclosed-bracket 1:2-3");
    check("{a = 1", "unclosed-bracket 1:1-2");
    check("[for x in y : x", "unclosed-bracket 1:1-2");
}

#[test]
fn an_unclosed_block_is_found_by_the_margin() {
    check_faults(
        "foo \"a\" {\n  b = 1\n\nfoo \"c\" {\n  d = 1\n}\n",
        "unclosed-block 1:9-10",
    );
    check_faults("foo {\n  bar {\n    a = 1\n}\n", "unclosed-block 1:5-6");
    check_faults("foo {\n", "unclosed-block 1:5-6");
    check_faults(
        "foo {\n  a = 1\n}\n}\nb = ;\n",
        "stray-brace 4:1-2; invalid-character 5:5-6",
    );
    check_faults("foo {\nbar {\n}\n}\n", "");
}

#[test]
fn a_missing_value_is_placed_at_what_lacks_it() {
    check_faults(
        "a =\nb = 1 +\nc = 2\n",
        "missing-value 1:3-4; missing-value 2:7-8",
    );
    check_faults(
        "a = f(1, )\nb = [,]\nc = f(,)\n",
        "missing-value 2:5-6; missing-value 3:6-7",
    );
    check("1 +", "missing-value 1:3-4");
    check("true ? 1", "invalid-conditional 1:6-7");
    check("a ? : 1", "missing-value 1:3-4");
    check("", "missing-value 1:1-1");
    check("()", "missing-value 1:1-2");
    check(".5", "invalid-expression 1:1-2");
    check("+1", "invalid-expression 1:1-2");
    check("2 ** 3", "invalid-expression 1:4-5");
    check("a = = b", "invalid-expression 1:3-4");
}

#[test]
fn stray_characters_are_named() {
    check_faults(
        "a = 'x'\nb = 1;\nc = x & y\nd = `x`\n",
        "single-quotes 1:5-8; invalid-character 2:6-7; invalid-operator 3:7-8; invalid-character 4:5-6; invalid-character 4:7-8",
    );
    check("a | b", "invalid-operator 1:3-4");
    check("a ^ b", "invalid-operator 1:3-4");
    check("~a", "invalid-operator 1:1-2");
    check("1\u{a0}+ 2", "invalid-character 1:2-3");
    check("\u{201c}a\u{201d}", "single-quotes 1:1-2; single-quotes 1:3-4");
    check("1 \u{0}", "invalid-character 1:3-4");
    check("1 \u{feff}", "invalid-character 1:3-4");
    check("@", "invalid-character 1:1-2");
    check("/* x", "unclosed-comment 1:1-3");
    let detail = |text: &str| super::expr(text).unwrap_err().0[0].detail.clone();
    assert!(detail("'x'").contains("double quotes"));
    assert!(detail("a & b").contains("\"&&\""));
    assert!(detail("1\u{200b}").contains("U+200B"));
}

#[test]
fn numbers_names_and_separators_are_checked() {
    check("1.2.3", "invalid-number 1:1-6");
    check("1e5e5", "invalid-number 1:1-6");
    check("1e5.2", "invalid-number 1:1-6");
    check("x.0.1", "invalid-legacy-index 1:3-6");
    check("1.", "invalid-attribute-name 1:2-3");
    check("a.\"b\"", "invalid-attribute-name 1:2-4");
    check("0x1F", "invalid-expression 1:2-5");
    check("1 2", "invalid-expression 1:3-4");
    check("[1 2]", "missing-separator 1:4-5");
    check("f(1 2)", "missing-separator 1:5-6");
    check("{a = 1 b = 2}", "missing-separator 1:8-9");
    check("[a = 1]", "missing-separator 1:4-5");
    check("{1a = 2}", "invalid-object-item 1:3-4");
    check("{a}", "invalid-object-item 1:3-4");
    check("{a => 1}", "invalid-object-item 1:4-6");
    check("{a\n= 1}", "invalid-object-item 1:2-3");
    check("a.*.*", "invalid-splat 1:4-6");
    check("a[*", "invalid-splat 1:2-4");
    check("a::b", "invalid-call 1:1-5");
    check("a::", "invalid-call 1:2-4");
    check("max([1]..., 2)", "invalid-call 1:8-11");
    check("(1)(2)", "invalid-expression 1:4-5");
    check("\"a\" \"b\"", "invalid-expression 1:5-6");
}

#[test]
fn for_expressions_say_what_they_lack() {
    check("[for]", "invalid-for 1:5-6");
    check("{for = 1}", "invalid-for 1:6-7");
    check("[for x y : z]", "invalid-for 1:8-9");
    check("[for x, in y : z]", "invalid-for 1:12-13");
    check("[for x in y z]", "invalid-for 1:13-14");
    check("{for x in y : x}", "invalid-for 1:15-16");
    check("[for x in y : x => x]", "invalid-for 1:15-16");
    check("[for x in y : x...]", "invalid-for 1:16-19");
    check("[for x in y : x if x...]", "invalid-for 1:21-24");
}

#[test]
fn body_items_are_checked() {
    check_faults(
        "a = 1\na = 2\nfoo {\n  a = 1\n  a = 2\n}\n",
        "duplicate-argument 2:1-2; duplicate-argument 5:3-4",
    );
    check_faults(
        "\"a\" = 1\n1 = 2\na\n",
        "quoted-name 1:1-4; invalid-item 2:1-2; invalid-item 3:1-2",
    );
    check_faults(
        "a: 1\nb 2\nc [1]\nd \"e\"\n",
        "missing-equals 1:2-3; missing-equals 2:3-4; missing-equals 3:3-4; missing-equals 4:1-6",
    );
    check_faults(
        "a = 1, b = 2\nc = 1 d = 2\n",
        "missing-newline 1:6-7; missing-newline 2:7-8",
    );
    check_faults(
        "foo \"a\" = {\n}\nfoo \"a\"\n{\n}\n",
        "invalid-block 1:9-10; invalid-block 3:1-8; invalid-item 4:1-2",
    );
    check_faults(
        "foo \"${a}\" {}\nfoo \"a\" 1 {}\n",
        "invalid-label 1:5-11; invalid-block 2:9-10",
    );
    check_faults("foo {} bar {}\n", "missing-newline 1:8-11");
    check_faults(
        "foo { a = 1, b = 2 }\nfoo { bar {} }\nfoo { a = 1\n}\n",
        "invalid-one-line-block 1:12-13; invalid-one-line-block 2:7-10; invalid-one-line-block 3:7-12",
    );
    check_faults("foo {\n  a = 1 }\n", "missing-newline 2:9-10");
    check_faults("a.b = 1\n", "invalid-item 1:2-3");
}

#[test]
fn a_fault_in_one_block_leaves_the_others() {
    let (body, faults) =
        file("foo \"a\" {\n  x = [1\n}\nfoo \"b\" {\n  y = 1\n}\nfoo \"c\" {\n  z = ?\n  w = 2\n}\n");
    assert_eq!(faults.0.len(), 2);
    assert_eq!(
        super::outline(&body),
        "foo \"a\" {}; foo \"b\" {y = 1}; foo \"c\" {w = 2}"
    );
}

#[test]
fn every_code_is_listed_once_and_explained() {
    let mut ids: Vec<&str> = super::codes::CODES.iter().map(|code| code.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), super::codes::CODES.len());
    for code in super::codes::CODES {
        assert!(
            code.explanation.len() > 40 && code.explanation.ends_with('.'),
            "{}",
            code.id
        );
    }
}
