//! A plan as one page for a browser: summary, changes to filter and to open, drift, outputs, the order as a picture, calls,
//! warnings and times.
//!
//! The page stands by itself. It asks for nothing from outside, and its policy (`Content-Security-Policy`) forbids that it
//! ever does: the one style and the one script in it are allowed by their hashes, everything else is not. Without the script
//! all of it can be read, only the filter is missing. What is shown is what a terminal shows: the same text, from the same
//! printer, so sensitive values are hidden by the same code. Nothing is decided or compared here.

mod changes;
mod painted;
mod sections;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::plan::change::{Plan, PlanMode};
use crate::source::SourceMap;

use super::closing::GoOn;
use super::markup::escaped;
use super::picture;
use super::plan::summary_line;
use super::schemas::Schemas;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The schemas of the types in it.
    pub schemas: &'a Schemas,
    /// The texts that warnings speak of.
    pub sources: &'a SourceMap,
    /// The workspace that it was made in.
    pub workspace: &'a str,
    /// When it was made.
    pub time: &'a str,
    /// Its digest.
    pub digest: &'a str,
    /// The command that carries out this plan and no other.
    pub approve: &'a GoOn,
    /// How long it took, if that is known.
    pub times: Option<Times>,
}

/// How long making a plan took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Reading and checking the configuration.
    pub configuration: Duration,
    /// Reading the objects and planning.
    pub planning: Duration,
}

const SCRIPT: &str = include_str!("page.js");

/// The whole page.
pub fn page(page: Page<'_>) -> String {
    let style = format!("{}{}", include_str!("page.css"), picture::CSS);
    let kind = match page.plan.mode {
        PlanMode::Normal => "Plan",
        PlanMode::Destroy => "Plan to destroy",
        PlanMode::RefreshOnly => "Plan to refresh the state",
    };
    let line = summary_line(page.plan);
    let lead = match page.plan.is_empty() {
        true => "Nothing has to change.",
        false => line.strip_prefix("Plan: ").unwrap_or(&line),
    };
    let parts = sections::all(page);
    let links: String = parts
        .iter()
        .map(|part| format!("<li><a href=\"#{}\">{}</a></li>", part.id, part.title))
        .collect();
    let bodies: String = parts
        .iter()
        .map(|part| {
            format!(
                "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
                part.id, part.title, part.body
            )
        })
        .collect();
    let (workspace, lead) = (escaped(page.workspace), escaped(lead));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action \
         'none'\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light \
         dark\"/>\n<title>{kind} of {workspace}: {lead}</title>\n<style>{style}</style>\n</head>\n<body>\n<a class=\"skip\" \
         href=\"#main\">Skip to the changes</a>\n<header>\n<h1>{kind}</h1>\n<p class=\"lead\">{lead}</p>\n{}{}</header>\n<nav \
         aria-label=\"Sections\"><ul>{links}</ul></nav>\n<main id=\"main\">\n{bodies}</main>\n<footer><p>Made by swarmform \
         {}. Sensitive values are not in this page; all other values of the plan are.</p></footer>\n<script>{SCRIPT}</script>\n\
         </body>\n</html>\n",
        hash(&style),
        hash(SCRIPT),
        changes::counts(page.plan),
        sections::about(page),
        env!("CARGO_PKG_VERSION"),
    )
}

/// The hash by which a policy allows a style or script.
fn hash(text: &str) -> String {
    BASE64.encode(Sha256::digest(text))
}
