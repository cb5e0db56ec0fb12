//! Every example, from nothing to running to changed to gone, on the embedded platform.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use support::Place;

/// Applies an example, expects the second plan to be empty, destroys it, expects nothing to be left.
fn check_whole_life(name: &str, added: usize) -> Place {
    let place = Place::example(name);
    place.run(&["init"]).expect(0);
    place.run(&["validate"]).expect(0);
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(2)
        .says(&format!("Plan: {added} to add"));
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says(&format!("{added} added, 0 changed, 0 destroyed"));
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
    place
}

fn check_gone(place: &Place, destroyed: usize) {
    place
        .run(&["destroy", "-auto-approve"])
        .expect(0)
        .says(&format!("{destroyed} destroyed"));
    let left = place.run(&["state", "list"]).expect(0);
    assert_eq!(left.out, "");
    place.run(&["plan", "-destroy", "-detailed-exitcode"]).expect(0);
}

#[test]
fn helloworld_comes_up_and_goes_down() {
    let place = check_whole_life("helloworld", 4);
    let list = place.run(&["state", "list"]).expect(0);
    assert_eq!(
        list.out,
        "giantswarm_app.helloworld\ngiantswarm_component_scale.flask\ngiantswarm_member.kord\ngiantswarm_org.bantic\n"
    );
    place
        .run(&["output", "-json"])
        .expect(0)
        .says("bantic/dev/helloworld");
    check_gone(&place, 4);
}

#[test]
fn a_changed_line_makes_a_small_plan() {
    let place = check_whole_life("helloworld", 4);
    place.edit("main.tf", "instances = 2", "instances = 4");
    place
        .run(&["plan"])
        .expect(0)
        .says("Plan: 0 to add, 1 to change, 0 to destroy.")
        .says("~ instances = 2 -> 4")
        .never_says("must be replaced");
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("0 added, 1 changed, 0 destroyed");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
    check_gone(&place, 4);
}

#[test]
fn currentweather_is_updated_in_place_by_a_new_tag() {
    let place = check_whole_life("currentweather", 3);
    place
        .run(&["plan", "-var", "image_tag=1.1.0"])
        .expect(0)
        .says("will be updated in-place")
        .says("Plan: 0 to add, 1 to change, 0 to destroy.");
    place
        .run(&["apply", "-auto-approve", "-var", "image_tag=1.1.0"])
        .expect(0);
    place
        .run(&["plan", "-detailed-exitcode", "-var", "image_tag=1.1.0"])
        .expect(0);
    check_gone(&place, 3);
}

#[test]
fn currentweather_is_replaced_by_another_city_and_scaled_again() {
    let place = check_whole_life("currentweather", 3);
    place
        .run(&["plan", "-var", "city=Bonn"])
        .expect(0)
        .says("must be replaced")
        .says("forces replacement");
    place
        .run(&["apply", "-auto-approve", "-var", "city=Bonn"])
        .expect(0);
    place
        .run(&["plan", "-detailed-exitcode", "-var", "city=Bonn"])
        .expect(0)
        .says("No changes");
    check_gone(&place, 3);
}

#[test]
fn currentweather_refuses_a_value_out_of_bounds() {
    let place = Place::example("currentweather");
    place
        .run(&["plan", "-var", "instances=9"])
        .expect(1)
        .says("allows 1 to 5 instances");
}

#[test]
fn team_comes_up_and_goes_down() {
    let place = check_whole_life("team", 10);
    place.run(&["output", "people"]).expect(0).says("dennis");
    place.edit("main.tf", "\"linus\", ", "");
    place
        .run(&["plan"])
        .expect(0)
        .says("giantswarm_member.team[\"backend/linus\"] will be destroyed")
        .says("Plan: 0 to add, 0 to change, 1 to destroy.");
    place.run(&["apply", "-auto-approve"]).expect(0);
    check_gone(&place, 9);
}

#[test]
fn swarm_json_comes_up_and_goes_down() {
    let place = check_whole_life("swarm-json", 2);
    place.run(&["output", "-raw", "status"]).expect(0).says("up");
    check_gone(&place, 2);
}

#[test]
fn rolling_moves_one_component_and_stops_one_service() {
    let place = check_whole_life("rolling", 4);
    place.run(&["output", "front"]).expect(0).says("up");
    place.edit("main.tf", "1.4.0", "1.5.0");
    place
        .run(&["apply", "-auto-approve"])
        .expect(0)
        .says("0 added, 1 changed, 0 destroyed");
    place
        .run(&["plan", "-detailed-exitcode"])
        .expect(0)
        .says("No changes");
    check_gone(&place, 4);
}

#[test]
fn account_is_valid() {
    let place = Place::example("account");
    place.run(&["validate"]).expect(0);
}
