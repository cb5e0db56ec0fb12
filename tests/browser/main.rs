//! The page of a plan in a real browser: the filter works by mouse and by keyboard, nothing is asked of the network, no text
//! becomes markup, and everything can be read.
//!
//! It needs Chromium on the `PATH`, which `.ci/run` installs; without one it says so and passes.
//! `SWARMFORM_WRITE_PICTURES=1 cargo test --test browser` writes the pictures in `docs/pictures/` anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

mod devtools;
#[path = "../support/mod.rs"]
mod support;

use serde_json::json;

use devtools::Browser;
use support::Place;

/// A shop before and after a release.
const SHOP: &str = include_str!("shop.tf");

/// The changes that can be seen.
const SHOWN: &str = "[...document.querySelectorAll('.changes > li')].filter(one => one.checkVisibility()).map(one => \
                     one.dataset.address)";

/// Texts whose contrast with their ground is too small, and the contrast: AA asks for 4.5.
const FAINT: &str = r#"(() => {
  document.querySelectorAll("details").forEach(one => one.open = true);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const part = (one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const one = node.parentElement;
    if (!node.data.trim() || one.closest("svg, script, style") || !one.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(node.data.trim().slice(0, 30) + " " + contrast.toFixed(2));
  }
  return found;
})()"#;

/// A release that touches everything: a tag, one instance more, a member and an app that come, others that go.
fn shop() -> Place {
    let place = Place::new();
    place.write("main.tf", SHOP);
    place.run(&["apply", "-auto-approve"]).expect(0);
    place.edit("main.tf", "\"linus\"", "\"margaret\"");
    place.edit("main.tf", "\"1.4.0\"", "\"1.5.0\"");
    place.edit("main.tf", "instances = 3", "instances = 5");
    place.edit(
        "main.tf",
        "    search ",
        "    reviews    = { port = \"8082\", instances = 1 }\n    search ",
    );
    place.edit(
        "main.tf",
        "resource \"terraform_data\" \"banner\" {\n  input = \"old\"\n}\n",
        "",
    );
    place.run(&["plan", "-html=plan.html", "-out=next"]).expect(0);
    place
}

fn url(place: &Place, rest: &str) -> String {
    format!("file://{}/plan.html{rest}", place.path().display())
}

fn browser() -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        eprintln!("There is no Chromium here, so pages are not tried in a browser.");
    }
    browser
}

#[test]
fn a_page_is_filtered_read_and_asks_for_nothing() {
    let Some(mut browser) = browser() else { return };
    let place = shop();
    browser.open(&url(&place, ""));
    let all = browser.value(SHOWN);
    assert_eq!(all.as_array().unwrap().len(), 11);
    assert_eq!(browser.value("shown.textContent"), "11 changes, all shown");

    // By mouse.
    browser.click("input[value=create]");
    assert_eq!(
        browser.value(SHOWN),
        json!([
            "giantswarm_app.app[\"reviews\"]",
            "giantswarm_component_scale.web[\"reviews\"]",
            "giantswarm_member.crew[\"margaret\"]"
        ])
    );
    assert_eq!(browser.value("shown.textContent"), "3 of 11 changes shown");
    assert_eq!(browser.value("location.hash"), "#action=create");

    // By keyboard: letters go into the field, space ticks a box.
    browser.value("document.querySelector('input[type=search]').focus()");
    browser.ask("Input.insertText", json!({ "text": "APP.app" }));
    assert_eq!(browser.value(SHOWN), json!(["giantswarm_app.app[\"reviews\"]"]));
    browser.press("Tab", 9, "");
    assert_eq!(browser.value("document.activeElement.value"), "create");
    browser.press(" ", 32, " ");
    assert_eq!(browser.value(SHOWN).as_array().unwrap().len(), 4);
    browser.click("button[type=reset]");
    assert_eq!(
        browser.value("new Promise(done => setTimeout(() => done(shown.textContent), 1))"),
        "11 changes, all shown"
    );

    // A link can lead to a filter.
    browser.open(&url(&place, "#action=delete%2Creplace&address=terraform"));
    assert_eq!(
        browser.value(SHOWN),
        json!(["terraform_data.banner", "terraform_data.release"])
    );
    browser.click("#close");
    assert_eq!(
        browser.value("document.querySelectorAll('.changes details[open]').length"),
        0
    );
    browser.click("#open");
    assert_eq!(
        browser.value("document.querySelectorAll('.changes details[open]').length"),
        11
    );

    // Nobody was asked for anything, and nothing was forbidden.
    let asked: Vec<String> = browser
        .events
        .iter()
        .filter(|event| event["method"] == "Network.requestWillBeSent")
        .map(|event| event["params"]["request"]["url"].to_string())
        .collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let complaints: Vec<_> = browser
        .events
        .iter()
        .filter(|event| event["method"] == "Log.entryAdded" || event["method"] == "Runtime.exceptionThrown")
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");

    for mode in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", mode);
        assert_eq!(browser.value(FAINT), json!([]), "{mode}");
    }
    browser.prefer("prefers-reduced-motion", "reduce");
    assert_eq!(
        browser.value("getComputedStyle(document.documentElement).scrollBehavior"),
        "auto"
    );

    // What a screen reader is told.
    let tree = browser.ask("Accessibility.getFullAXTree", json!({}));
    let told: Vec<(&str, &str)> = tree["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            (
                node["role"]["value"].as_str().unwrap_or(""),
                node["name"]["value"].as_str().unwrap_or(""),
            )
        })
        .collect();
    for wanted in [
        ("main", ""),
        ("navigation", "Sections"),
        ("heading", "Plan"),
        ("heading", "Changes"),
        ("heading", "Order"),
        ("searchbox", "Address contains"),
        ("checkbox", "create (3)"),
        ("image", "Steps of the plan"),
    ] {
        assert!(told.contains(&wanted), "{wanted:?} is not in {told:?}");
    }
    assert!(told.iter().any(|(role, _)| *role == "status"));
    pictures(&mut browser, &place);
}

#[test]
fn nothing_that_a_user_wrote_is_run_and_without_the_script_all_can_be_read() {
    let Some(mut browser) = browser() else { return };
    let place = Place::new();
    let bad = "</script></pre><script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'>";
    place.write(
        "main.tf",
        &format!(
            "locals {{ bad = \"{bad}\" }}\nresource \"terraform_data\" \"a\" {{\n  for_each = toset([local.bad, \"b\"])\n  \
             input = {{ \"${{local.bad}}\" = local.bad }}\n}}\n"
        ),
    );
    place.run(&["plan", "-html=plan.html"]).expect(0);
    browser.open(&url(&place, ""));
    assert_eq!(browser.value("typeof window.pwned"), "undefined");
    assert_eq!(
        browser.value("[document.scripts.length, document.images.length]"),
        json!([1, 0])
    );
    assert_eq!(
        browser.value("document.body.innerText.includes('<img src=x')"),
        true
    );

    browser.ask("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&url(&place, ""));
    assert_eq!(
        browser.value("document.getElementById('filter').checkVisibility()"),
        false
    );
    assert_eq!(browser.value(SHOWN).as_array().unwrap().len(), 2);
    browser.click(".changes summary");
    assert_eq!(
        browser.value("document.querySelectorAll('.changes details[open]').length"),
        1
    );
}

/// Writes the pictures of the documentation, where that is asked for.
fn pictures(browser: &mut Browser, place: &Place) {
    use base64::Engine as _;
    if std::env::var_os("SWARMFORM_WRITE_PICTURES").is_none() {
        return;
    }
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    std::fs::create_dir_all(&dir).unwrap();
    let steps = place.run(&["graph", "-svg", "-plan=next"]).expect(0).out;
    let width = steps
        .split("width=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .parse::<f64>()
        .unwrap();
    let height = steps
        .split("height=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .parse::<f64>()
        .unwrap();
    place.write("steps.svg", &steps);
    browser.prefer("prefers-color-scheme", "light");
    for (name, file, width, height) in [
        ("page", "plan.html", 1120.0, 860.0),
        ("steps", "steps.svg", width, height),
    ] {
        browser.ask(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        );
        browser.open(&format!("file://{}/{file}", place.path().display()));
        let shot = browser.ask(
            "Page.captureScreenshot",
            json!({ "format": "png", "optimizeForSpeed": false }),
        );
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(shot["data"].as_str().unwrap())
            .unwrap();
        assert!(bytes.len() < 150_000, "{name} is too large: {}", bytes.len());
        std::fs::write(dir.join(format!("{name}.png")), bytes).unwrap();
    }
}
