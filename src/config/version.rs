//! Version constraints: their form, and whether a version is allowed by one.

/// Operators, each before those that begin like it.
const OPERATORS: [&str; 7] = ["~>", ">=", "<=", "!=", "=", ">", "<"];

/// The operator and the version of each part.
fn parts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').map(|part| {
        let part = part.trim();
        let operator = OPERATORS
            .into_iter()
            .find(|operator| part.starts_with(operator))
            .unwrap_or("");
        (operator, part.strip_prefix(operator).unwrap_or(part).trim())
    })
}

/// Whether a text is a version constraint.
pub(super) fn is_version_constraint(text: &str) -> bool {
    parts(text).all(|(_, version)| is_version(version))
}

fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = text
        .split_once('+')
        .map_or((text, None), |(text, build)| (text, Some(build)));
    let (numbers, release) = text
        .split_once('-')
        .map_or((text, None), |(text, release)| (text, Some(release)));
    let good_tail = |tail: Option<&str>| {
        tail.is_none_or(|tail| {
            !tail.is_empty()
                && tail
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-~".contains(c))
        })
    };
    let is_number = |number: &str| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit());
    numbers.split('.').all(is_number) && good_tail(release) && good_tail(build)
}

/// Whether a release is allowed by a constraint. What is no constraint allows everything; whoever reads it says that it
/// is none.
pub(super) fn allows(constraint: &str, release: [u64; 3]) -> bool {
    parts(constraint).all(|(operator, version)| {
        let Some((wanted, given)) = numbers(version) else {
            return true;
        };
        let before = version.contains('-');
        match operator {
            "" | "=" => release == wanted && !before,
            "!=" => release != wanted || before,
            ">" => release > wanted || (release == wanted && before),
            ">=" => release >= wanted,
            "<" => release < wanted,
            "<=" => release < wanted || (release == wanted && !before),
            // All numbers but the last one given stay, the last one may be greater.
            _ => {
                let fixed = given.saturating_sub(1).max(1);
                release >= wanted && release.iter().take(fixed).eq(wanted.iter().take(fixed))
            }
        }
    })
}

/// Three numbers of a version, and how many are given.
fn numbers(version: &str) -> Option<([u64; 3], usize)> {
    let release = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut numbers = [0; 3];
    let mut given = 0;
    for (number, text) in numbers.iter_mut().zip(release.split('.')) {
        *number = text.parse().ok()?;
        given += 1;
    }
    Some((numbers, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(constraint: &str, allowed: bool) {
        assert_eq!(allows(constraint, [1, 11, 4]), allowed, "{constraint}");
    }

    #[test]
    fn a_constraint_allows_what_it_says() {
        for constraint in [
            "1.11.4",
            ">= 1.5",
            "~> 1.0",
            "~> 1.11.0",
            ">= 1.0, < 2.0",
            "!= 1.11.3",
            "< 1.12",
            "~> 1",
        ] {
            check(constraint, true);
        }
        for constraint in [
            "1.11.3",
            "< 1.0",
            "~> 1.10.0",
            "~> 0.12",
            ">= 1.12",
            ">= 1.0, < 1.11",
            "!= 1.11.4",
            "> 1.11.4",
        ] {
            check(constraint, false);
        }
    }
}
