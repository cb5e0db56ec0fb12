//! `docs/api-coverage.md`: what uses each of the thirty methods of the API, what of the platform answers it, and which tests
//! show it. The page is written from what the spies of the named tests have seen when they are run here, and the tests of the
//! platform that it names are run and watched by `tests/platform_reference/coverage.rs`. So it cannot say what is not so.
//! `SWARMFORM_WRITE_DOCS=1 cargo test --test giantswarm` writes it again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use swarmform::platform::routes;

use crate::methods::PLATFORM_TESTS;
use crate::town::noted;
use crate::uses;

const EXAMPLES: &str = include_str!("../fixtures/reference-examples.txt");

/// What uses a method, and the tests that show it, each in the order of the tests.
#[derive(Default)]
struct Uses {
    users: Vec<String>,
    tests: Vec<&'static str>,
}

fn push<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

macro_rules! tests {
    ($($room:ident::$name:ident),+ $(,)?) => {
        [$((concat!(stringify!($room), "::", stringify!($name)), $room::$name as fn())),+]
    };
}

/// Runs the tests and listens to what their spies saw.
fn all() -> BTreeMap<&'static str, Uses> {
    let tests = tests![
        uses::an_organization_is_made_read_and_removed,
        uses::a_member_is_added_read_and_removed,
        uses::an_app_is_made_read_stopped_started_and_deleted,
        uses::a_component_is_scaled_up_and_down,
        uses::a_component_is_moved_to_another_version,
        uses::a_service_is_stopped_and_started,
        uses::a_user_changes_its_address_and_its_password,
        uses::each_data_source_reads_by_its_method,
        uses::each_command_for_what_is_no_state_calls_its_method,
        uses::a_login_gets_a_token_and_a_logout_ends_it,
    ];
    let mut all: BTreeMap<&str, Uses> = BTreeMap::new();
    for (name, test) in tests {
        noted();
        test();
        for (section, user) in noted() {
            let uses = all.entry(section).or_default();
            push(&mut uses.users, user);
            push(&mut uses.tests, name);
        }
    }
    all
}

fn page(all: &BTreeMap<&str, Uses>) -> String {
    let mut page = String::from(
        "# Coverage of the API\n\nThe thirty methods of the Giant Swarm API V1: what of swarmform uses each, what of the \
         platform answers it, and the tests that show the one and the other. The page is written by \
         `tests/giantswarm/coverage.rs`: it runs the tests of `tests/giantswarm` that are named here against a platform \
         with a spy before it, and says what the spy saw. `tests/platform_reference/coverage.rs` runs the tests of \
         `tests/platform_reference` that are named here and sees that each had a good answer from its method. Beside \
         these, `tests/platform_reference/examples.rs` and `tests/platform_reference/curl.rs` hold the platform to each example of the \
         reference page.\n\n\
         | method | path | used by | shown by (`giantswarm`) | the platform's handler | shown by (`platform_reference`) |\n\
         |---|---|---|---|---|---|\n",
    );
    for entry in routes::METHODS {
        let Uses { users, tests } = &all[entry.section];
        let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
        let (_, answered) = PLATFORM_TESTS
            .iter()
            .find(|(section, _)| *section == entry.section)
            .unwrap();
        let _ = writeln!(
            page,
            "| {} ({}) | `{}` | {} | {} | `{}` | `{answered}` |",
            entry.section,
            entry.method,
            entry.paths[0],
            users.join(", "),
            tests.join(", "),
            entry.handler
        );
    }
    page
}

#[test]
fn what_the_page_says_of_each_method_is_so() {
    let all = all();
    for entry in routes::METHODS {
        assert!(all.contains_key(entry.section), "nothing uses {}", entry.section);
        let example = format!("### {}\n", entry.section);
        assert!(EXAMPLES.contains(&example), "no example of {}", entry.section);
    }
    let text = page(&all);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api-coverage.md");
    if std::env::var_os("SWARMFORM_WRITE_DOCS").is_some() {
        return std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, text, "docs/api-coverage.md is not what the code does");
}
