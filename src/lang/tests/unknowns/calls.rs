//! The laws for every function.

use super::*;

fn call(function: &Function, values: Vec<Value>) -> Result<Value, Fault> {
    let scope = NamesScope::empty();
    let surroundings = Surroundings {
        scope: &scope,
        in_template: false,
    };
    functions::call(function, values, surroundings)
}

/// Functions that need files, keys or time, or an expression rather than a value.
const ELSEWHERE: &[&str] = &[
    "bcrypt",
    "rsadecrypt",
    "templatefile",
    "templatestring",
    "try",
    "can",
    "type",
    "timestamp",
    "plantimestamp",
    "uuid",
    "pathexpand",
];

/// Arguments that a function takes more often than those chosen at random.
fn hints(name: &str) -> Vec<Vec<Value>> {
    let text = |text: &str| Value::string(text);
    let int = Value::int;
    match name {
        "cidrhost" => vec![vec![text("10.0.0.0/8"), int(3)]],
        "cidrnetmask" => vec![vec![text("10.0.0.0/8")]],
        "cidrsubnet" => vec![vec![text("10.0.0.0/8"), int(8), int(2)]],
        "cidrsubnets" => vec![vec![text("10.0.0.0/8"), int(8), int(4)]],
        "formatdate" => vec![vec![text("YYYY"), text("2020-01-01T00:00:00Z")]],
        "timeadd" => vec![vec![text("2020-01-01T00:00:00Z"), text("1h")]],
        "timecmp" => vec![vec![text("2020-01-01T00:00:00Z"), text("2020-01-01T00:00:00Z")]],
        "uuidv5" => vec![vec![text("dns"), text("a")]],
        "textdecodebase64" => vec![vec![text("YQ=="), text("UTF-8")]],
        "textencodebase64" => vec![vec![text("a"), text("UTF-8")]],
        "format" => vec![
            vec![text("%s-%v"), text("a"), int(1)],
            vec![text("a-%s"), text("b")],
        ],
        "formatlist" => vec![vec![text("%s"), sequences()[2].clone()]],
        "parseint" => vec![vec![text("1"), int(10)]],
        "zipmap" => vec![vec![sequences()[2].clone(), sequences()[4].clone()]],
        "chunklist" => vec![vec![
            convert(&sequences()[3], &Type::list(Type::String)).unwrap(),
            int(2),
        ]],
        "slice" => vec![vec![sequences()[3].clone(), int(1), int(2)]],
        "matchkeys" => vec![vec![
            sequences()[2].clone(),
            sequences()[4].clone(),
            sequences()[4].clone(),
        ]],
        "substr" => vec![vec![text("abc"), int(1), int(1)]],
        _ => Vec::new(),
    }
}

/// Calls every function with arguments that it takes, and hands them on with the answer.
fn each_call(mut told: impl FnMut(&Function, &[Value], &Value)) {
    let mut choices = Choices(0x9e37_79b9_7f4a_7c15);
    let mut pools: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for function in functions::all().filter(|function| !ELSEWHERE.contains(&function.name)) {
        let mut taken = 0;
        let hinted = hints(function.name);
        for attempt in 0..300 {
            if taken == ENOUGH {
                break;
            }
            let values: Vec<Value> = match hinted.get(attempt) {
                Some(values) => values.clone(),
                None => {
                    let more = function.variadic.map_or(0, |_| choices.below(3));
                    let alike = choices.below(2) == 0;
                    let mut values: Vec<Value> = Vec::new();
                    for at in 0..function.params.len() + more {
                        let want = function.param(at).unwrap().want;
                        let pool = pools.entry(format!("{want:?}")).or_insert_with(|| pool(want));
                        let value = match values.last() {
                            Some(last) if alike && at >= function.params.len() => last.clone(),
                            _ => choices.of(pool),
                        };
                        values.push(value);
                    }
                    values
                }
            };
            if let Ok(answer) = call(function, values.clone()) {
                taken += 1;
                told(function, &values, &answer);
            }
        }
        let least = if function.name.starts_with("file") { 0 } else { 1 };
        assert!(taken >= least, "{} took no arguments", function.name);
    }
}

#[test]
fn no_function_contradicts_later_what_it_said_of_unknowns() {
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    let mut count = 0;
    each_call(|function, values, later| {
        for at in 0..values.len() {
            for unknown in forgotten(&values[at]) {
                if function.name == "reverse" && is_vague(&unknown) {
                    continue;
                }
                let mut changed = values.to_vec();
                changed[at] = unknown;
                let verdict = match call(function, changed.clone()) {
                    Ok(earlier) => fulfils(&earlier, later),
                    Err(fault) => Err(format!("{fault:?}, but later {later:?}")),
                };
                count += 1;
                if let Err(why) = verdict {
                    wrong
                        .entry(function.name)
                        .or_insert_with(|| format!("{}({changed:?}): {why}", function.name));
                }
            }
        }
    });
    assert!(count > 5_000, "{count}");
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn no_function_loses_a_mark() {
    // These answer about marks, or take them away by their purpose.
    const ABOUT_MARKS: &[&str] = &["issensitive", "nonsensitive"];
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    each_call(|function, values, _| {
        for at in 0..values.len() {
            let mut changed = values.to_vec();
            changed[at] = changed[at].clone().mark(Marks::SENSITIVE);
            let kept =
                call(function, changed.clone()).is_ok_and(|answer| answer.has_mark_deep(Marks::SENSITIVE));
            // The default of a lookup is passed over with its marks when there is an element.
            let passed_over = function.name == "lookup" && at == 2;
            if !kept && !passed_over && !ABOUT_MARKS.contains(&function.name) {
                wrong
                    .entry(function.name)
                    .or_insert_with(|| format!("{}({changed:?}), argument {at}", function.name));
            }
        }
    });
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.into_values().collect::<Vec<_>>().join("\n")
    );
}
