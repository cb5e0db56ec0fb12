//! The tests that `docs/api-coverage.md` names for the platform's side: each is run here, and must have called the method
//! that it is named for, and been answered well.

use std::collections::{BTreeMap, BTreeSet};

use crate::methods::{PLATFORM_TESTS, section};
use crate::world::answered_well;
use crate::{apps, exec, orgs, server, users};

macro_rules! tests {
    ($($room:ident::$name:ident),+ $(,)?) => {
        [$((concat!(stringify!($room), "::", stringify!($name)), $room::$name as fn())),+]
    };
}

#[test]
fn each_method_is_answered_in_the_test_that_the_page_of_coverage_names() {
    let tests = tests![
        apps::a_component_status_can_be_read_in_both_documented_shapes,
        apps::a_config_answers_the_definition_in_one_form,
        apps::a_deleted_application_frees_its_name_at_once,
        apps::a_service_stop_answers_10004_and_says_stopped,
        apps::an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop,
        apps::an_update_changes_the_tag_alone_and_starts_what_was_stopped,
        apps::logs_are_the_last_lines_and_statistics_have_the_documented_keys,
        apps::scale_is_relative_and_bounded,
        exec::without_an_upgrade_the_answer_is_text_and_detached_it_is_a_status,
        orgs::an_organization_is_created_once_shown_and_removed,
        orgs::environments_exist_through_their_applications,
        orgs::members_are_users_added_once_and_the_last_one_stays,
        server::ping_says_failed_when_nothing_can_be_kept,
        users::a_login_takes_the_name_or_the_address_and_the_password_in_base64,
        users::a_logout_ends_one_token_and_no_other,
        users::a_new_password_ends_all_tokens_of_the_user,
        users::an_address_changes_only_from_the_one_on_record_and_belongs_to_one_user,
        users::memberships_begin_with_the_users_own_organization,
    ];
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, test) in tests {
        answered_well();
        test();
        let calls = answered_well();
        seen.insert(
            name,
            calls
                .iter()
                .filter_map(|(method, path)| section(method, path))
                .collect(),
        );
    }
    for (section, test) in PLATFORM_TESTS {
        let calls = seen.get(test).unwrap_or_else(|| panic!("{test} is not run here"));
        assert!(
            calls.contains(section),
            "{test} has no good answer of {section}: {calls:?}"
        );
    }
}
