//! What people see in a real terminal: a run against a platform that is far away, in a terminal multiplexer. Without tmux
//! nothing is tried, and the tests say so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stderr
)]

#[path = "../support/elsewhere.rs"]
mod elsewhere;
mod plain;
mod screen;
mod slow;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::time::Instant;

use regex::Regex;
use screen::Screen;
use slow::Slow;
use support::Place;

/// Twenty organizations whose keys are wide, and nothing that waits for another.
const MAIN: &str = r#"
variable "platform" {
  type = string
}

variable "secret" {
  type      = string
  default   = ""
  sensitive = true
}

provider "giantswarm" {
  endpoint = var.platform
}

resource "giantswarm_org" "many" {
  for_each = toset([for at in range(20) : format("組織-%02d", at)])
  name     = "live_${substr(each.key, 3, 2)}"
}
"#;

struct Town {
    slow: Slow,
    place: Place,
}

impl Town {
    fn new() -> Town {
        let place = Place::new();
        let slow = Slow::start(&place);
        place.write("main.tf", MAIN);
        place.write("terraform.tfvars", &format!("platform = \"{}\"\n", slow.endpoint));
        Town { slow, place }
    }

    fn screen(&self) -> Option<Screen> {
        Screen::start(&self.place, &[("GIANTSWARM_TOKEN", &self.slow.token)])
    }

    fn key(at: usize) -> String {
        format!("giantswarm_org.many[\"組織-{at:02}\"]")
    }
}

/// What is the same each time: numbers, and how far the bar is, are not.
fn shape(line: &str) -> String {
    let line = Regex::new(r"[0-9][0-9.,]*").unwrap().replace_all(line, "0");
    let line = Regex::new("[━╸─]+").unwrap().replace_all(&line, "━");
    Regex::new(r"^ +")
        .unwrap()
        .replace(line.trim_end(), " ")
        .into_owned()
}

/// Whether a line is of the live view.
fn is_of_the_view(line: &str) -> bool {
    line.contains('━') || line.contains("steps done") || line.contains(" so far") || line.contains("Reading ")
}

/// The picture in the documentation.
fn picture() -> Vec<String> {
    let page = include_str!("../../docs/apply.md");
    let picture = page
        .split("```text\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    picture.unwrap().lines().map(str::to_owned).collect()
}

/// An apply from its beginning to its end, in a terminal that takes these sizes while it goes on: the shapes of all lines
/// seen on the way, and everything that stands there at the end.
fn watch(town: &Town, screen: &Screen, sizes: &[(u16, u16)]) -> (BTreeSet<String>, String) {
    town.slow.wait(450);
    let begun = Instant::now();
    screen.run("swarmform apply -auto-approve -parallelism=4; echo END $?");
    let mut seen = BTreeSet::new();
    let mut sizes = sizes.iter();
    let mut done = 0;
    let count = Regex::new(r"(\d+) of 20 steps done").unwrap();
    loop {
        let rows = screen.rows();
        seen.extend(rows.lines().map(shape));
        if rows.contains("END 0") {
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "{rows}");
        if let Some(now) = count
            .captures(&rows)
            .map(|found| found[1].parse::<usize>().unwrap())
            && now >= done + 4
            && let Some((columns, rows)) = sizes.next()
        {
            done = now;
            screen.resize(*columns, *rows);
        }
        std::thread::sleep(std::time::Duration::from_millis(40));
    }
    assert_eq!(
        sizes.next(),
        None,
        "the size was not changed as often as it should"
    );
    let all = screen.all();
    for at in 0..20 {
        let line = format!("{}: Creation complete after", Town::key(at));
        let lines: Vec<&str> = all.lines().filter(|shown| shown.contains(&line)).collect();
        assert!(
            lines.len() == 1 && lines[0].starts_with(&line),
            "{lines:?}\n{all}"
        );
    }
    (seen, all)
}

/// The program hears of a new size a moment after the terminal has it, and a frame drawn in between may leave a line. So
/// one of three runs must leave none; results must stand there whole and once in every one.
#[test]
fn a_terminal_that_changes_its_size_keeps_every_result_and_nothing_of_the_view() {
    for _ in 0..3 {
        let town = Town::new();
        let Some(screen) = town.screen() else {
            return;
        };
        let (_, all) = watch(&town, &screen, &[(50, 20), (33, 16), (110, 30)]);
        if !all.lines().any(is_of_the_view) {
            return;
        }
    }
    panic!("something of the view was left in each of three runs");
}

#[test]
fn an_apply_shows_how_far_it_is_and_leaves_its_results_alone() {
    let town = Town::new();
    let Some(screen) = town.screen() else {
        return;
    };
    let begun = Instant::now();
    let (seen, all) = watch(&town, &screen, &[]);
    let left: Vec<&str> = all.lines().filter(|line| is_of_the_view(line)).collect();
    assert!(left.is_empty(), "{left:?} is left of the view:\n{all}");
    let end = Regex::new(
        r"(?m)^Apply complete! Resources: 20 added, 0 changed, 0 destroyed\. It took \d+ calls in \d+s\.$",
    );
    assert!(end.unwrap().is_match(&all), "{all}");
    // What the documentation shows was seen, line for line.
    for line in picture() {
        assert!(seen.contains(&shape(&line)), "{line:?} was not seen: {seen:#?}");
    }
    let bytes = screen.bytes();
    for sequence in [
        "\u{1b}[2J",
        "\u{1b}[3J",
        "\u{1b}[H",
        "\u{1b}[?1049h",
        "\u{1b}[?25l",
        "\u{1b}c",
    ] {
        assert!(!bytes.contains(sequence), "{sequence:?}");
    }
    let (frames, seconds) = (bytes.matches("\u{1b}[J").count(), begun.elapsed().as_secs_f64());
    assert!(frames > 10, "{frames} frames");
    assert!(frames as f64 / seconds < 11.0, "{frames} frames in {seconds} s");
    assert!(
        bytes.len() / frames < 2_000,
        "{} bytes in {frames} frames",
        bytes.len()
    );
}

#[test]
fn an_interrupt_ends_with_what_was_not_tried_and_the_command_to_go_on() {
    let town = Town::new();
    let Some(screen) = town.screen() else {
        return;
    };
    town.slow.wait(500);
    let options = "-auto-approve -parallelism=2 -var 'secret=open sesame' -target 'giantswarm_org.many'";
    screen.run(&format!("swarmform apply {options}; echo END $?"));
    let some = Regex::new("[1-9] of 20 steps done").unwrap();
    screen.until("the view", |rows| some.is_match(rows));
    screen.press("C-c");
    screen.until("the word about it", |rows| {
        rows.contains("stopping: nothing new is started")
    });
    screen.until("the end", |rows| rows.contains("END 1"));
    let all = screen.all();
    let closing = all.split("Apply interrupted after").nth(1).expect(&all);
    for text in [
        "The state has all that was done:",
        "Not tried because the run was interrupted, 1",
        "- and ",
        "To go on, run:",
        "    swarmform apply -auto-approve -parallelism=2 -target giantswarm_org.many\n",
        "Give these variables again, whose values are not shown: secret.",
    ] {
        assert!(closing.contains(text), "{text}: {closing}");
    }
    assert!(!closing.contains("sesame"));
    let left: Vec<&str> = all.lines().filter(|line| is_of_the_view(line)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(all.lines().filter(|line| line.contains("^C")).count(), 0, "{all}");
    // It goes on where it ended.
    town.slow.wait(0);
    screen.run("swarmform apply -auto-approve -concise; echo END $?");
    screen.until("the rest", |rows| rows.contains("Apply complete!"));
}

#[test]
fn a_plan_shows_how_much_it_has_read_and_takes_no_colour_where_none_is_wanted() {
    let town = Town::new();
    let Some(screen) = town.screen() else {
        return;
    };
    screen.run("swarmform apply -auto-approve -no-color; echo END $?");
    screen.until("the end", |rows| rows.contains("END 0"));
    town.slow.wait(200);
    screen.run("NO_COLOR=1 swarmform plan -parallelism=2; echo SECOND $?");
    screen.until("the view", |rows| {
        Regex::new(r"Reading \d+ of 20").unwrap().is_match(rows)
    });
    let rows = screen.until("the end", |rows| rows.contains("SECOND 0"));
    assert!(!rows.lines().any(is_of_the_view), "{rows}");
    assert!(rows.contains("No changes"), "{rows}");
    screen.run("NO_COLOR=1 swarmform drift -parallelism=2; echo DRIFT $?");
    screen.until("the view", |rows| {
        Regex::new(r"Reading \d+ of 20").unwrap().is_match(rows)
    });
    let rows = screen.until("the end", |rows| rows.contains("DRIFT 0"));
    assert!(!rows.lines().any(is_of_the_view), "{rows}");
    let coloured = Regex::new("\u{1b}\\[[0-9;]+m").unwrap();
    assert_eq!(coloured.find(&screen.bytes()).map(|found| found.as_str()), None);
    // A terminal that can do nothing gets lines.
    town.slow.wait(0);
    screen.run("TERM=dumb swarmform plan; echo THIRD $?");
    let rows = screen.until("the end", |rows| rows.contains("THIRD 0"));
    assert!(screen.all().contains("Refreshing state..."), "{rows}");
}

#[test]
fn no_secret_is_ever_on_the_screen() {
    const SECRET: &str = "winter-4711";
    let town = Town::new();
    let Some(screen) = Screen::start(
        &town.place,
        &[("GIANTSWARM_TOKEN", &town.slow.token), ("TF_VAR_secret", SECRET)],
    ) else {
        return;
    };
    town.place.write(
        "more.tf",
        r#"
        resource "terraform_data" "note" {
          input = { of = var.secret }

          provisioner "local-exec" {
            command     = "sleep 1; echo $SECRET; exit 3"
            environment = { SECRET = var.secret }
          }
        }

        resource "terraform_data" "after" {
          input = [terraform_data.note.output, var.secret]
        }

        output "secret" {
          value     = var.secret
          sensitive = true
        }
        "#,
    );
    town.slow.wait(50);
    screen.run("swarmform apply -auto-approve -calls; echo END $?");
    screen.until("the end", |rows| rows.contains("END 1"));
    let all = screen.all();
    assert!(
        all.contains("Not tried because provision terraform_data.note failed, 1 in all:"),
        "{all}"
    );
    screen.run("swarmform destroy -auto-approve; echo SECOND $?");
    screen.until("the end", |rows| rows.contains("SECOND 0"));
    let bytes = screen.bytes();
    assert!(bytes.contains("steps done"), "the view was shown");
    for secret in [SECRET, &town.slow.token] {
        let line = bytes.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
