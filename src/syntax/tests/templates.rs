use super::{check, check_template};

#[test]
fn escapes_are_decoded_in_quotes_everywhere() {
    check(r#""a\n\t\r\"\\\u00e9\U0001F600""#, "\"a\\n\\t\\r\\\"\\\\é😀\"");
    check(
        r#""$${a} %%{b} $$ %% $ % $$$${c}""#,
        "\"${a} %{b} $$ %% $ % $$${c}\"",
    );
    check(
        r#""%{if a}\n\"${b}\"%{endif}""#,
        "(template (if a then \"\\n\\\"\" ${b} \"\\\"\" else))",
    );
    check(r#""\x""#, "invalid-escape 1:2-4");
    check(r#""ab\u12""#, "invalid-escape 1:4-8");
    check(r#""\uD800 \x""#, "invalid-escape 1:2-8; invalid-escape 1:9-11");
    check("\"a\tb\u{1}\"", "\"a\\tb\\u{1}\"");
}

#[test]
fn an_interpolation_alone_stays_alone() {
    check("\"${a}\"", "(template ${a})");
    check("\"${a}${b}\"", "(template ${a} ${b})");
    check("\"x${a}y\"", "(template \"x\" ${a} \"y\")");
    check("\"${\"${a}\"}\"", "(template ${(template ${a})})");
    check("\"${ {a = \"}\"} }\"", "(template ${{a = \"}\"}})");
    check("\"${\n[\n1]\n}\"", "(template ${[1]})");
}

#[test]
fn strip_markers_take_the_space_beside_them() {
    check("\"a \\n ${~ b ~} \\n c\"", "(template \"a\" ${b} \"c\")");
    check("\"${a~}  \"", "(template ${a} \"\")");
    check(
        "\"%{if a ~} x %{~ else ~} y %{~ endif}\"",
        "(template (if a then \"x\" else \"y\"))",
    );
    check("\"$ ${~ a}\"", "(template \"$\" ${a})");
}

#[test]
fn directives_nest() {
    check(
        "\"%{for k, v in xs}%{if v}${k}%{else}-%{endif},%{endfor}\"",
        "(template (for k, v in xs : (if v then ${k} else \"-\") \",\"))",
    );
    check("\"%{if true}y\"", "unbalanced-directive 1:2-12");
    check("\"%{else}\"", "unbalanced-directive 1:2-9");
    check("\"%{endif}\"", "unbalanced-directive 1:2-10");
    check("\"%{endfor}\"", "unbalanced-directive 1:2-11");
    check(
        "\"%{if a}%{else}%{else}%{endif}\"",
        "unbalanced-directive 1:16-23",
    );
    check("\"%{for a in b}%{endif}\"", "unbalanced-directive 1:15-23");
    check("\"%{if a}%{endfor}\"", "unbalanced-directive 1:9-18");
    check("\"%{ foo }\"", "invalid-directive 1:5-8");
    check("\"%{ 1 }\"", "invalid-directive 1:2-6");
    check("\"%{ for x }a%{ endfor }\"", "invalid-for 1:11-12");
    check("\"%{ if a b }%{ endif }\"", "invalid-directive 1:10-11");
    check("\"%{ if\n  a }x%{ endif }\"", "(template (if a then \"x\" else))");
}

#[test]
fn a_heredoc_ends_with_its_mark_on_a_line() {
    check("<<EOT\na\n b\nEOT\n", "\"a\\n b\\n\"");
    check("<<EOT\nEOT\n", "\"\"");
    check("<<EOT\n  EOTx\nxEOT\n \tEOT \n", "\"  EOTx\\nxEOT\\n\"");
    check("<<EOT\n${a}EOT\nEOT\n", "(heredoc ${a} \"EOT\\n\")");
    check("<<EOT\n\\n $${b} \"\nEOT\n", "\"\\\\n ${b} \\\"\\n\"");
    check("f(<<A\nx\nA\n, <<B\ny\nB\n)", "(f(\"x\\n\", \"y\\n\"))");
    check("<<A\n${<<B\nx\nB\n}\nA\n", "(heredoc ${\"x\\n\"} \"\\n\")");
    check("<<EOT\r\na\r\nEOT\r\n", "\"a\\r\\n\"");
    check("<<EOT\na\nEOT", "unclosed-heredoc 1:1-6");
    check("f(<<EOT\na\nEOT)", "unclosed-heredoc 1:3-8");
    check("<< EOT\na\nEOT\n", "invalid-heredoc-start 1:1-7");
    check("<<EOT # no\na\nEOT\n", "invalid-heredoc-start 1:1-11");
}

#[test]
fn a_flush_heredoc_loses_its_smallest_indent() {
    check(
        "<<-EOT\n    a\n      b\n\n    c\n  EOT\n",
        "\"a\\n  b\\n\\nc\\n\"",
    );
    check("<<-EOT\n    a\n        \n    b\nEOT\n", "\"a\\n        \\nb\\n\"");
    check(
        "<<-EOT\n    a\n  ${b}\n    c\nEOT\n",
        "(heredoc \"  a\\n\" ${b} \"\\n  c\\n\")",
    );
    check(
        "<<-EOT\n    a\n${b}\nEOT\n",
        "(heredoc \"    a\\n\" ${b} \"\\n\")",
    );
    check(
        "<<-EOT\n  %{ if a }\n    b\n  %{ endif }\nEOT\n",
        "(heredoc \"\" (if a then \"\\n  b\\n\" else) \"\\n\")",
    );
    check("<<-EOT\r\n  a\r\n  b\r\nEOT\r\n", "\"a\\r\\nb\\r\\n\"");
    check("<<-EOT\n\ta\n\t\tb\nEOT\n", "\"a\\n\\tb\\n\"");
}

#[test]
fn strip_markers_in_heredocs_work_line_by_line() {
    check(
        "<<EOT\n%{ for x in xs ~}\n  ${x}\n%{ endfor ~}\nEOT\n",
        "(heredoc (for x in xs : \"  \" ${x} \"\\n\") \"\")",
    );
    check("<<EOT\na\n  ${~ b}\nEOT\n", "(heredoc \"a\\n\" ${b} \"\\n\")");
    check("<<EOT\na \n${~ b}\nEOT\n", "(heredoc \"a\" ${b} \"\\n\")");
}

#[test]
fn a_template_file_is_all_text() {
    check_template("", "\"\"");
    check_template("a \"b\" \\n $${c} $", "\"a \\\"b\\\" \\\\n ${c} $\"");
    check_template("${a}", "(template ${a})");
    check_template("${a}\n", "(template ${a} \"\\n\")");
    check_template(
        "%{ for x in xs ~}\n${x}\n%{ endfor ~}\n",
        "(template (for x in xs : \"\" ${x} \"\\n\") \"\")",
    );
    check_template("a ${b", "unclosed-interpolation 1:3-5");
    check_template("a %{if b", "unclosed-directive 1:3-5");
    check_template("a ${1 2}", "invalid-expression 1:7-8");
    check_template("x\n%{ if a }\n", "unbalanced-directive 2:1-10");
    check_template("100% $5 %", "\"100% $5 %\"");
}
