//! The thirty methods as tests see them: which one a request is, by the platform's own table, and which test of
//! `tests/platform_reference` shows the platform's answers to each. That test runs them all and sees the calls.
#![allow(dead_code)]

use swarmform::platform::routes;

/// For each section of the reference page, the test of `tests/platform_reference` that calls its method and holds the answer.
#[rustfmt::skip]
pub const PLATFORM_TESTS: [(&str, &str); 30] = [
    ("ListEnvironments", "orgs::environments_exist_through_their_applications"),
    ("CreateOrganization", "orgs::an_organization_is_created_once_shown_and_removed"),
    ("DeleteOrganization", "orgs::an_organization_is_created_once_shown_and_removed"),
    ("GetOrganization", "orgs::an_organization_is_created_once_shown_and_removed"),
    ("AddOrganizationMember", "orgs::members_are_users_added_once_and_the_last_one_stays"),
    ("RemoveOrganizationMember", "orgs::members_are_users_added_once_and_the_last_one_stays"),
    ("ListApps", "apps::an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop"),
    ("CreateApp", "apps::an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop"),
    ("DeleteApp", "apps::a_deleted_application_frees_its_name_at_once"),
    ("StartApp", "apps::an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop"),
    ("StopApp", "apps::an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop"),
    ("StatusApp", "apps::an_application_is_down_until_it_is_started_and_keeps_its_instances_over_a_stop"),
    ("ConfigApp", "apps::a_config_answers_the_definition_in_one_form"),
    ("StartService", "apps::a_service_stop_answers_10004_and_says_stopped"),
    ("StopService", "apps::a_service_stop_answers_10004_and_says_stopped"),
    ("StatusService", "apps::a_service_stop_answers_10004_and_says_stopped"),
    ("StatusComponent", "apps::a_component_status_can_be_read_in_both_documented_shapes"),
    ("UpdateComponent", "apps::an_update_changes_the_tag_alone_and_starts_what_was_stopped"),
    ("ScaleUpComponent", "apps::scale_is_relative_and_bounded"),
    ("ScaleDownComponent", "apps::scale_is_relative_and_bounded"),
    ("LogInstance", "apps::logs_are_the_last_lines_and_statistics_have_the_documented_keys"),
    ("StatInstance", "apps::logs_are_the_last_lines_and_statistics_have_the_documented_keys"),
    ("ExecInstance", "exec::without_an_upgrade_the_answer_is_text_and_detached_it_is_a_status"),
    ("Ping", "server::ping_says_failed_when_nothing_can_be_kept"),
    ("LoginUser", "users::a_login_takes_the_name_or_the_address_and_the_password_in_base64"),
    ("LogoutUser", "users::a_logout_ends_one_token_and_no_other"),
    ("UpdateEmail", "users::an_address_changes_only_from_the_one_on_record_and_belongs_to_one_user"),
    ("UpdatePassword", "users::a_new_password_ends_all_tokens_of_the_user"),
    ("GetMe", "users::a_login_takes_the_name_or_the_address_and_the_password_in_base64"),
    ("GetMemberships", "users::memberships_begin_with_the_users_own_organization"),
];

/// The section of the reference page that a request is of.
pub fn section(method: &str, path: &str) -> Option<&'static str> {
    let path = path.split('?').next()?;
    let fits = |template: &str| {
        let (wanted, found): (Vec<&str>, Vec<&str>) =
            (template.split('/').collect(), path.split('/').collect());
        let same =
            |(wanted, found): (&&str, &&str)| wanted.starts_with('{') && !found.is_empty() || wanted == found;
        wanted.len() == found.len() && wanted.iter().zip(&found).all(same)
    };
    let entry = routes::METHODS
        .iter()
        .find(|entry| entry.method == method && entry.paths.iter().any(|path| fits(path)));
    entry.map(|entry| entry.section)
}
