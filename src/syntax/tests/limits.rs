use super::{FILE, check_faults, expr, file, parse_template};
use crate::on_a_stack;

#[test]
fn nesting_is_deep_enough_and_bounded() {
    on_a_stack(|| {
        let nestings: &[(&str, &str, &str, usize)] = &[
            ("[", "1", "]", 490),
            ("(", "1", ")", 490),
            ("f(", "1", ")", 490),
            ("{a = ", "1", "}", 490),
            ("!", "a", "", 490),
            ("-", "1", "", 490),
            ("a[", "0", "]", 490),
            ("a ? b : ", "c", "", 490),
            ("a ? ", "b", " : c", 490),
            ("[for x in y : ", "x", "]", 245),
            ("a[*][", "0", "]", 245),
            ("(1 + 2 * ", "1", ")", 165),
        ];
        for (open, inner, close, fits) in nestings {
            let text = |times: usize| format!("{}{inner}{}", open.repeat(times), close.repeat(times));
            let deep = expr(&text(*fits)).unwrap();
            assert_eq!(deep.clone(), deep);
            let _ = format!("{deep:?}");
            for times in [700, 100_000] {
                let fault = expr(&text(times)).unwrap_err();
                assert_eq!(fault.0[0].code.id, "syntax/too-deep", "{open} {times}");
            }
        }
    });
}

#[test]
fn templates_blocks_and_traversals_are_bounded() {
    on_a_stack(|| {
        let template = |times: usize| format!("{}1{}", "\"${".repeat(times), "}\"".repeat(times));
        assert!(expr(&template(50)).is_ok());
        assert_eq!(
            expr(&template(50_000)).unwrap_err().0[0].code.id,
            "syntax/too-deep"
        );
        let directives = |times: usize| format!("{}{}", "%{if a}".repeat(times), "%{endif}".repeat(times));
        assert!(parse_template(&directives(490), FILE, 0).is_ok());
        let fault = parse_template(&directives(50_000), FILE, 0).unwrap_err();
        assert_eq!(fault.0[0].code.id, "syntax/too-deep");
        let blocks = |times: usize| format!("{}{}", "a {\n".repeat(times), "}\n".repeat(times));
        assert!(file(&blocks(490)).1.is_empty());
        assert_eq!(file(&blocks(50_000)).1.0[0].code.id, "syntax/too-deep");
        assert!(expr(&format!("a{}", ".b".repeat(490))).is_ok());
        let fault = expr(&format!("a{}", ".b".repeat(100_000))).unwrap_err();
        assert_eq!(fault.0[0].code.id, "syntax/too-deep");
        // Chains inside brackets inside chains do not multiply.
        let mut text = "a".to_owned();
        for _ in 0..20 {
            text = format!("({text}{})", ".b".repeat(200));
        }
        assert_eq!(expr(&text).unwrap_err().0[0].code.id, "syntax/too-deep");
    });
}

#[test]
fn operator_chains_may_be_of_any_length() {
    on_a_stack(|| {
        for operator in [" + ", " && ", " == "] {
            let text = vec!["a"; 100_000].join(operator);
            let tree = expr(&text).unwrap();
            let copy = tree.clone();
            assert!(copy == tree);
            assert_eq!(tree.chain().0.len(), 99_999);
            assert_eq!(super::variables(&tree).len(), 100_000);
            assert!(format!("{tree:?}").ends_with(" a)"));
        }
    });
}

#[test]
fn cost_grows_with_the_text_alone() {
    on_a_stack(large_texts);
}

fn large_texts() {
    // Each of these took minutes if the cost were quadratic.
    let keys: String = (0..60_000).map(|at| format!("  k{at} = {at}\n")).collect();
    assert!(file(&format!("a = {{\n{keys}}}\n")).1.is_empty());
    assert!(file(&format!("foo {{\n{keys}}}\n")).1.is_empty());
    assert!(file(&keys).1.is_empty());
    let lines = "    some text with ${a} in it\n".repeat(50_000);
    assert!(file(&format!("a = <<-EOT\n{lines}EOT\n")).1.is_empty());
    assert!(parse_template(&lines, FILE, 0).is_ok());
    for opening in [
        "a = \"${\n",
        "a = [\n",
        "a = \"\n",
        "foo {\n",
        "a = <<E\n",
        "a = \"${f(\"\n",
        "}\n",
        "a = {b\n",
    ] {
        let (_, faults) = file(&opening.repeat(20_000));
        assert!(
            !faults.is_empty() && faults.0.len() < 300,
            "{opening:?} {}",
            faults.0.len()
        );
    }
}

#[test]
fn faults_are_not_reported_without_end() {
    check_faults("a = [1\n", "unclosed-bracket 1:5-6");
    let (_, faults) = file(&";\n".repeat(10_000));
    assert!(faults.0.len() < 100, "{}", faults.0.len());
}
