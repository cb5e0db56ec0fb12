//! The laws for every operator and form of expression.

use super::*;

/// Expressions of every form, over the names `a`, `b` and `c`.
const FORMS: &[&str] = &[
    "a + b",
    "a - b",
    "a * b",
    "a / b",
    "a % b",
    "a < b",
    "a <= b",
    "a > b",
    "a >= b",
    "a == b",
    "a != b",
    "a && b",
    "a || b",
    "!a",
    "-a",
    "a ? b : c",
    "a == b ? b : c",
    "[a, b]",
    "[a, b][c]",
    "{x = a, y = b}",
    "{(a) = b}",
    "{x = a}[b]",
    "a[b]",
    "a[0]",
    "a[\"a\"]",
    "a.a",
    "a.x",
    "a[*]",
    "a[*].x",
    "a.*.x",
    "a[*][0]",
    "[a, b][*].a",
    "[for x in a : x]",
    "[for i, x in a : [i, x]]",
    "[for x in a : x if x != b]",
    "{for x in a : x => b}",
    "{for k, v in a : k => v}",
    "{for k, v in a : v => k...}",
    "[for x in [a, b] : \"${x}-\"]",
    "\"${a}\"",
    "\"x${a}y${b}\"",
    "\"${a}${b}\"",
    "\"%{if a}${b}%{else}${c}%{endif}\"",
    "\"-%{for x in a}${x}%{endfor}\"",
    "\"%{for i, x in a}${i}%{endfor}${b}\"",
    "length(a) > 1",
    "length(a) == length(b)",
    "max(a...)",
    "merge(a...)",
    "concat(a...)",
    "try(a.x, b)",
    "try(a[b], c)",
    "can(a.x)",
    "can(tonumber(a))",
    "(a)",
    "[a == null, b != null]",
    "a == null ? b : a",
    "[for x in a : x][0]",
    "(b ? [a] : [])[*]",
    "keys(a)[0]",
    "[for x in a : x == b]",
    "toset([a, b])",
    "toset(a) == toset(b)",
    "length(toset([a, b]))",
    "tolist(a)[0] == b",
    "a == [b]",
    "{a = b} == a",
    "tolist(toset([a, b]))",
    "join(\",\", toset([a, b]))",
    "flatten([toset([a, b]), c])",
    "coalesce(a, b)",
    "coalescelist(a, b)",
    "sum(a)",
    "startswith(\"${a}-${b}\", c)",
    "jsonencode([a, b]) == c",
    "formatlist(\"%s\", toset([a, b]))",
];

fn in_scope(values: &[Value]) -> NamesScope<'static> {
    let names = ["a", "b", "c"]
        .into_iter()
        .map(Arc::from)
        .zip(values.iter().cloned());
    NamesScope::new(names.collect(), &NoFiles)
}

/// Evaluates every form with values for which it has an answer, and hands them on with it.
fn each_form(mut told: impl FnMut(&str, &crate::syntax::ast::Expr, &[Value], &Value)) {
    let values = anything();
    let mut choices = Choices(0x2545_f491_4f6c_dd1d);
    for form in FORMS {
        let expr = parse_expression(form, FileId(0), 0).unwrap();
        let mut taken = 0;
        for _ in 0..1200 {
            if taken == ENOUGH {
                break;
            }
            let mut chosen: Vec<Value> = (0..3).map(|_| choices.of(&values)).collect();
            if choices.below(3) == 0 {
                chosen[1] = chosen[0].clone();
            }
            if choices.below(3) == 0 {
                chosen[2] = chosen[1].clone();
            }
            if let Ok(answer) = evaluate(&expr, &in_scope(&chosen)) {
                taken += 1;
                told(form, &expr, &chosen, &answer);
            }
        }
        assert!(taken > 3, "{form} took only {taken}");
    }
}

#[test]
fn no_expression_contradicts_later_what_it_said_of_unknowns() {
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    each_form(|form, expr, values, later| {
        for at in 0..values.len() {
            for unknown in forgotten(&values[at]) {
                let goes_through = ["for ", "*", "..."].iter().any(|word| form.contains(word));
                if goes_through && is_vague(&unknown) {
                    continue;
                }
                let mut changed = values.to_vec();
                changed[at] = unknown;
                let verdict = match evaluate(expr, &in_scope(&changed)) {
                    Ok(earlier) => fulfils(&earlier, later),
                    Err(faults) => Err(format!("{:?}, but later {later:?}", faults.0[0].detail)),
                };
                if let Err(why) = verdict {
                    wrong
                        .entry(form.to_owned())
                        .or_insert_with(|| format!("{form} of {changed:?}: {why}"));
                }
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn no_expression_loses_a_mark() {
    // Whether it fails is all that `can` tells; `try` and a conditional pass over what they do not take.
    let passes_over = |form: &str| {
        form.contains("can(") || form.contains("try(") || form.contains('?') || form.contains("%{if")
    };
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    each_form(|form, expr, values, later| {
        for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
            let used = form
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == name);
            if passes_over(form) || !used {
                continue;
            }
            let mut changed = values.to_vec();
            changed[at] = changed[at].clone().mark(Marks::SENSITIVE);
            let answer = evaluate(expr, &in_scope(&changed));
            // Of nothing, nothing is made.
            let nothing = form.contains("for ")
                && at > 0
                && later
                    .length()
                    .as_number()
                    .is_some_and(|n| n.to_usize() == Some(0));
            // An index or key leaves behind what it does not take.
            let left = answer
                .as_ref()
                .is_ok_and(|answer| answer.clone().unmark_deep().0 == *later)
                && ["[a, b][c]", "{x = a}[b]", "[for x in a : x][0]", "keys(a)[0]"].contains(&form);
            if !answer.is_ok_and(|answer| answer.has_mark_deep(Marks::SENSITIVE)) && !left && !nothing {
                wrong
                    .entry(form.to_owned())
                    .or_insert_with(|| format!("{form} of {changed:?}, {name}"));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}
