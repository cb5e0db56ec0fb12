//! Pages that people read: every block with commands in the README and in `docs/` is run here as it stands, run by another
//! test, or listed with the reason why it cannot be.
//!
//! A page that is read from top to bottom is played by `play`; what it takes for granted is set up before.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod blocks;
mod play;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use blocks::{blocks, pages};
use play::{Play, fits};

/// Makes what a page takes for granted.
type SetUp = fn(&mut Play);

/// Pages that are played, with what is set up for them.
const PLAYED: [(&str, SetUp); 10] = [
    ("README.md", examples),
    ("docs/convert.md", shop),
    ("docs/drift.md", applied_app),
    ("docs/operating.md", served_app),
    ("docs/pictures.md", home),
    ("docs/plans.md", |_| {}),
    ("docs/platform.md", certificate),
    ("docs/shell.md", home),
    ("docs/state.md", three_runs),
    ("docs/tutorial.md", |_| {}),
];

/// Pages that tests write from what they ran.
const WRITTEN: [&str; 4] = [
    "docs/api-coverage.md",
    "docs/errors.md",
    "docs/functions.md",
    "docs/resources.md",
];

const RECIPES: &str = "tests/drift/recipes.rs runs the scripts in it";

/// Blocks that are not played: their pages, how they begin, and why.
const ELSEWHERE: [(&str, &str, &str); 12] = [
    ("README.md", "    cargo test", "it is what runs this"),
    (
        "docs/apply.md",
        "Apply not complete",
        "it is what a run ends with that failed; tests/terminal/plain.rs holds such endings",
    ),
    ("docs/ci/cron.md", "#!/bin/sh", RECIPES),
    (
        "docs/ci/cron.md",
        "MAILTO=",
        "cron need not be here; the script that it calls is run by tests/drift/recipes.rs",
    ),
    (
        "docs/ci/cron.md",
        "[Unit]",
        "systemd need not be here; the script that it calls is run by tests/drift/recipes.rs",
    ),
    ("docs/ci/github.md", "name: drift", RECIPES),
    ("docs/ci/github.md", "name: plan", RECIPES),
    ("docs/ci/github.md", "name: apply", RECIPES),
    ("docs/ci/gitlab.md", "", RECIPES),
    (
        "docs/shell.md",
        "    OTEL_EXPORTER_OTLP_ENDPOINT=",
        "it takes a program with the feature otel; tests/traces holds what that sends",
    ),
    (
        "docs/platform.md",
        "    swarmform serve -user=terminal -user=kord",
        "tests/platform_reference/curl.rs runs it",
    ),
    (
        "docs/platform.md",
        "    swarmform serve -listen 127.0.0.1:8080 -data /tmp/p",
        "schemathesis need not be here; tests/platform_reference/openapi.rs holds the document against the server",
    ),
];

const EMBEDDED: &str = "provider \"giantswarm\" {\n  endpoint = \"embedded\"\n}\n";

fn examples(play: &mut Play) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/helloworld/main.tf");
    play.place
        .write("examples/helloworld/main.tf", &fs::read_to_string(from).unwrap());
}

/// An organization on the platform, and one more, that no state knows.
fn shop(play: &mut Play) {
    let all = r#"
resource "giantswarm_org" "acme" {
  name = "acme"
}

resource "giantswarm_org" "other" {
  name = "other_org"
}

resource "giantswarm_app" "shop" {
  org  = giantswarm_org.acme.name
  env  = "live"
  name = "shop"

  service "web" {
    component "flask" {
      image = "flask:1.0"
      ports = ["5000"]
    }
  }
}
"#;
    play.place.write("main.tf", &format!("{EMBEDDED}{all}"));
    play.set_up("swarmform apply -auto-approve");
    play.set_up("swarmform state rm giantswarm_app.shop giantswarm_org.acme giantswarm_org.other");
    play.place.write("main.tf", EMBEDDED);
    let component = r#"{ "component_name": "flask", "image": "flask:1.0", "ports": [5000] }"#;
    let service = format!(r#"{{ "service_name": "web", "components": [{component}] }}"#);
    play.place.write(
        "swarm.json",
        &format!(r#"{{ "app_name": "other", "services": [{service}] }}"#),
    );
}

const WEB: &str = r#"
resource "giantswarm_org" "lab" {
  name = "op_lab"
}

resource "giantswarm_app" "web" {
  org  = giantswarm_org.lab.name
  env  = "dev"
  name = "web"

  service "front" {
    component "flask" {
      image = "flask:1.0"
      ports = ["5000"]
    }
  }
  service "store" {
    component "redis" {
      image = "redis:3"
      ports = ["6379"]
    }
  }
}
"#;

fn applied_app(play: &mut Play) {
    play.place.write("main.tf", &format!("{EMBEDDED}{WEB}"));
    play.set_up("swarmform apply -auto-approve");
}

/// The same app on a platform that is served, and a user who may go there.
fn served_app(play: &mut Play) {
    play.serve(
        "SWARMFORM_PASSWORD=f00bar swarmform serve -listen 127.0.0.1:8080 -data ./platform -user grace",
    );
    let provider = format!(
        "provider \"giantswarm\" {{\n  endpoint = \"http://{}\"\n}}\n",
        play.address()
    );
    play.place.write("main.tf", &format!("{provider}{WEB}"));
    play.place.write("password", "f00bar\n");
    play.place.write("dump.rdb", "what was dumped\n");
    play.settings = vec![
        ("GIANTSWARM_USERNAME", "grace".to_owned()),
        ("GIANTSWARM_PASSWORD", "f00bar".to_owned()),
    ];
    play.set_up("swarmform apply -auto-approve");
}

fn certificate(play: &mut Play) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    for (name, file) in [("chain.pem", "cert.pem"), ("key.pem", "key.pem")] {
        play.place
            .write(name, &fs::read_to_string(from.join(file)).unwrap());
    }
    play.set_up("mkdir -p /var/lib/");
}

fn home(play: &mut Play) {
    play.place
        .write("main.tf", "resource \"terraform_data\" \"a\" {}\n");
    play.set_up("mkdir -p ~/.zfunc ~/.config/fish/completions");
}

fn three_runs(play: &mut Play) {
    let main = |count: usize| {
        format!(
            "resource \"terraform_data\" \"a\" {{\n  count = {count}\n}}\n\noutput \"a\" {{\n  value = 1\n}}\n"
        )
    };
    for count in [3, 5] {
        play.place.write("main.tf", &main(count));
        play.set_up("swarmform apply -auto-approve");
    }
    play.set_up("swarmform state rm 'terraform_data.a[4]'");
}

#[test]
fn every_page_happens_as_it_is_written() {
    let next = Mutex::new(PLAYED.into_iter());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some((page, set_up)) = next.lock().unwrap().next() else {
                        return;
                    };
                    let mut play = Play::new();
                    set_up(&mut play);
                    assert!(play.page(page) > 0, "{page} has no command");
                }
            });
        }
    });
}

#[test]
fn every_block_with_commands_is_run_or_has_a_reason_not_to_be() {
    let mut unused: BTreeSet<(&str, &str)> =
        ELSEWHERE.iter().map(|(page, begin, _)| (*page, *begin)).collect();
    let mut stray = Vec::new();
    for page in pages().iter().filter(|page| !WRITTEN.contains(&page.as_str())) {
        let played = PLAYED.iter().any(|(name, _)| name == page);
        for block in blocks(page).iter().filter(|block| block.holds_commands()) {
            if played && block.info.as_deref() == Some("console") {
                continue;
            }
            let first = block.lines.first().map_or("", String::as_str);
            let listed = ELSEWHERE
                .iter()
                .find(|(of, begin, _)| of == page && first.starts_with(begin));
            match listed {
                Some((page, begin, _)) => drop(unused.remove(&(page, begin))),
                None => stray.push(format!("{page}:{}: {first}", block.line)),
            }
        }
    }
    assert!(
        stray.is_empty(),
        "these blocks have commands that nothing runs: {stray:#?}\nWrite them as ```console blocks with \"$ \" before each \
         command, in a page of PLAYED; or say in ELSEWHERE what runs them, or why nothing can."
    );
    assert!(
        unused.is_empty(),
        "these are in ELSEWHERE and nowhere else: {unused:?}"
    );
}

/// Blocks that are a configuration of their own, without a name.
#[test]
fn every_configuration_that_is_shown_is_valid() {
    let mut checked = 0;
    for page in pages().iter().filter(|page| !WRITTEN.contains(&page.as_str())) {
        for block in blocks(page)
            .iter()
            .filter(|block| block.info.as_deref() == Some("hcl"))
        {
            let place = support::Place::new();
            place.write("main.tf", &block.lines.join("\n"));
            let ran = place.run(&["validate"]);
            assert_eq!(ran.code, 0, "{page}:{}: {}", block.line, ran.all());
            checked += 1;
        }
    }
    assert!(checked > 0);
}

#[test]
fn three_dots_stand_for_anything_and_nothing_else_does() {
    let check = |shown: &str, printed: &str, expected: bool| {
        let shown: Vec<String> = shown.lines().map(str::to_owned).collect();
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(fits(&shown, &lines), expected, "{shown:?} and {lines:?}");
    };
    check("a\nb", "a\nb", true);
    check("a", "a\nb", false);
    check("a\n...", "a\nb\nc", true);
    check("...\nc", "a\nb\nc", true);
    check("...\nb", "a\nb\nc", false);
    check("took ...s", "took 12s", true);
    check("took ...s", "took 12", false);
    check("", "a", false);
}
