//! Rollouts, told as the states of all instances at each moment at which something changes.

use std::time::Duration;

use super::*;
use crate::platform::config::Speed;
use crate::platform::simulated::Simulated;
use crate::platform::timeline;

fn component(min: u32) -> Component {
    Component {
        name: "web".into(),
        image: "nginx:1".into(),
        pod: None,
        ports: vec![80],
        env: Vec::new(),
        command: String::new(),
        volumes: vec![("/data".into(), "1 GB".into())],
        min,
        max: 10,
        running: false,
        instances: Vec::new(),
    }
}

/// Starting takes 20, stopping 10.
struct World {
    component: Component,
    runtime: Simulated,
    ids: u32,
}

impl World {
    fn new(min: u32) -> World {
        let speed = Speed {
            start: Duration::from_millis(20),
            stop: Duration::from_millis(10),
        };
        let mut world = World {
            component: component(min),
            runtime: Simulated {
                speed,
                failing_tag: Some("bad".into()),
            },
            ids: 0,
        };
        world.at(0, |rollout, component| rollout.create(component));
        world
    }

    fn at<T>(&mut self, now: Millis, act: impl FnOnce(&mut Rollout<'_>, &mut Component) -> T) -> T {
        let World {
            component,
            runtime,
            ids,
        } = self;
        let mut fresh = || {
            *ids += 1;
            format!("i{ids}")
        };
        act(
            &mut Rollout {
                runtime: &*runtime,
                now,
                fresh: &mut fresh,
            },
            component,
        )
    }

    /// `image:phase` of every visible instance, and the worst.
    fn seen(&self, now: Millis) -> String {
        let mut out: Vec<String> = Vec::new();
        for instance in &self.component.instances {
            let phase = phase(instance, now);
            if phase.visible() {
                let tag = instance.image.rsplit(':').next().unwrap_or_default();
                out.push(format!("{tag}:{}", phase.word()));
            }
        }
        format!(
            "{} = {}",
            out.join(" "),
            timeline::of_component(&self.component, now).word()
        )
    }

    fn ids(&self, now: Millis) -> Vec<&str> {
        self.component
            .instances
            .iter()
            .filter(|i| phase(i, now).visible())
            .map(|i| i.id.as_str())
            .collect()
    }
}

#[test]
fn a_component_starts_and_stops_and_keeps_its_instances() {
    let mut world = World::new(2);
    assert_eq!(world.seen(0), "1:down 1:down = down");
    let ids: Vec<String> = world.ids(0).iter().map(|id| id.to_string()).collect();
    world.at(100, |r, c| r.start(c));
    assert_eq!(world.seen(100), "1:starting 1:starting = starting");
    assert_eq!(world.seen(120), "1:up 1:up = up");
    world.at(200, |r, c| r.stop(c));
    assert_eq!(world.seen(209), "1:stopping 1:stopping = stopping");
    assert_eq!(world.seen(210), "1:down 1:down = down");
    assert_eq!(world.ids(210), ids);
}

#[test]
fn a_start_while_stopping_waits_for_the_stop() {
    let mut world = World::new(1);
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.stop(c));
    world.at(105, |r, c| r.start(c));
    world.at(106, |r, c| r.start(c));
    assert_eq!(world.seen(109), "1:stopping = stopping");
    assert_eq!(world.seen(110), "1:starting = starting");
    assert_eq!(world.seen(130), "1:up = up");
}

#[test]
fn a_stop_while_a_start_is_queued_forgets_the_start() {
    let mut world = World::new(1);
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.stop(c));
    world.at(105, |r, c| r.start(c));
    world.at(107, |r, c| r.stop(c));
    assert_eq!(world.seen(109), "1:stopping = stopping");
    assert_eq!(world.seen(200), "1:down = down");
}

#[test]
fn one_by_one_changes_one_instance_at_a_time() {
    let mut world = World::new(3);
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.update(c, "nginx:2".into(), Strategy::OneByOne));
    assert_eq!(world.seen(100), "1:stopping 1:up 1:up = stopping");
    assert_eq!(world.seen(110), "2:starting 1:up 1:up = starting");
    assert_eq!(world.seen(130), "2:up 1:stopping 1:up = stopping");
    assert_eq!(world.seen(140), "2:up 2:starting 1:up = starting");
    assert_eq!(world.seen(160), "2:up 2:up 1:stopping = stopping");
    assert_eq!(world.seen(190), "2:up 2:up 2:up = up");
    assert!((100..190).all(|now| !world.seen(now).ends_with("= up")));
}

#[test]
fn all_at_once_stops_all_then_starts_all() {
    let mut world = World::new(2);
    world.at(0, |r, c| r.start(c));
    let volumes: Vec<Volume> = world
        .component
        .instances
        .iter()
        .flat_map(|i| i.volumes.clone())
        .collect();
    world.at(100, |r, c| r.update(c, "nginx:2".into(), Strategy::AllAtOnce));
    assert_eq!(world.seen(100), "1:stopping 1:stopping = stopping");
    assert_eq!(world.seen(110), "2:starting 2:starting = starting");
    assert_eq!(world.seen(130), "2:up 2:up = up");
    world.at(200, |r, c| r.prune(c));
    let kept: Vec<Volume> = world
        .component
        .instances
        .iter()
        .flat_map(|i| i.volumes.clone())
        .collect();
    assert_eq!(kept, volumes);
}

#[test]
fn hot_swap_has_new_ones_up_before_old_ones_go_and_makes_new_volumes() {
    let mut world = World::new(2);
    world.at(0, |r, c| r.start(c));
    let old = world.component.instances[0].volumes[0].id.clone();
    world.at(100, |r, c| r.update(c, "nginx:2".into(), Strategy::HotSwap));
    assert_eq!(world.seen(100), "1:up 2:starting 1:up 2:starting = starting");
    assert_eq!(world.seen(120), "1:stopping 2:up 1:stopping 2:up = stopping");
    assert_eq!(world.seen(130), "2:up 2:up = up");
    world.at(200, |r, c| r.prune(c));
    assert!(world.component.instances.iter().all(|i| i.volumes[0].id != old));
}

#[test]
fn an_update_starts_what_was_stopped() {
    for strategy in [Strategy::OneByOne, Strategy::AllAtOnce, Strategy::HotSwap] {
        let mut world = World::new(2);
        world.at(100, |r, c| r.update(c, "nginx:2".into(), strategy));
        assert_eq!(
            world.seen(100),
            "2:starting 2:starting = starting",
            "{strategy:?}"
        );
        assert_eq!(world.seen(120), "2:up 2:up = up", "{strategy:?}");
        assert_eq!(count(&world.component), 2);
    }
}

#[test]
fn a_second_update_takes_over_from_the_first() {
    let mut world = World::new(3);
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.update(c, "nginx:2".into(), Strategy::OneByOne));
    // The first is stopping, the others have not begun.
    world.at(105, |r, c| r.update(c, "nginx:3".into(), Strategy::OneByOne));
    assert_eq!(count(&world.component), 3);
    assert_eq!(world.seen(110), "3:starting 1:up 1:up = starting");
    assert_eq!(world.seen(1000), "3:up 3:up 3:up = up");
}

#[test]
fn a_stop_during_an_update_leaves_the_right_number_down() {
    for (strategy, after) in [
        (Strategy::OneByOne, 5),
        (Strategy::OneByOne, 45),
        (Strategy::AllAtOnce, 15),
        (Strategy::HotSwap, 5),
    ] {
        let mut world = World::new(3);
        world.at(0, |r, c| r.start(c));
        world.at(100, |r, c| r.update(c, "nginx:2".into(), strategy));
        world.at(100 + after, |r, c| r.stop(c));
        assert_eq!(
            world.seen(1000),
            "2:down 2:down 2:down = down",
            "{strategy:?} {after}"
        );
        assert_eq!(count(&world.component), 3);
    }
}

#[test]
fn scaling_goes_by_the_difference_and_within_bounds() {
    let mut world = World::new(1);
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.scale_up(c, 3)).unwrap();
    assert_eq!(
        world.seen(100),
        "1:up 1:starting 1:starting 1:starting = starting"
    );
    assert!(world.at(200, |r, c| r.scale_up(c, 7)).is_err());
    world.at(200, |r, c| r.scale_down(c, 2)).unwrap();
    assert_eq!(world.seen(200), "1:up 1:up 1:stopping 1:stopping = stopping");
    assert_eq!(count(&world.component), 2);
    assert_eq!(world.seen(210), "1:up 1:up = up");
    assert!(world.at(300, |r, c| r.scale_down(c, 2)).is_err());
    world.at(300, |r, c| r.scale_down(c, 1)).unwrap();
    world.at(400, |r, c| r.scale_down(c, 5)).unwrap();
    assert_eq!(world.seen(400), "1:up = up");
}

#[test]
fn scaling_during_an_update_keeps_count() {
    let mut world = World::new(3);
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.update(c, "nginx:2".into(), Strategy::OneByOne));
    world.at(105, |r, c| r.scale_up(c, 1)).unwrap();
    assert_eq!(world.seen(1000), "2:up 2:up 2:up 2:up = up");
    let mut world = World::new(3);
    world.component.min = 1;
    world.at(0, |r, c| r.start(c));
    world.at(100, |r, c| r.update(c, "nginx:2".into(), Strategy::OneByOne));
    world.at(105, |r, c| r.scale_down(c, 1)).unwrap();
    assert_eq!(world.seen(1000), "2:up 2:up = up");
}

#[test]
fn a_stopped_component_is_scaled_without_starting_anything() {
    let mut world = World::new(1);
    world.at(10, |r, c| r.scale_up(c, 2)).unwrap();
    assert_eq!(world.seen(100), "1:down 1:down 1:down = down");
    world.at(100, |r, c| r.scale_down(c, 1)).unwrap();
    assert_eq!(world.seen(100), "1:down 1:down = down");
}

#[test]
fn a_failing_image_is_failed_until_it_is_stopped() {
    let mut world = World::new(1);
    world.component.image = "nginx:bad".into();
    world.component.instances[0].image = "nginx:bad".into();
    world.at(0, |r, c| r.start(c));
    assert_eq!(world.seen(20), "bad:failed = failed");
    world.at(30, |r, c| r.stop(c));
    assert_eq!(world.seen(30), "bad:down = down");
}
