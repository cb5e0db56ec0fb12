//! The API calls that a plan will make: how many of each method, or every one in order.
//!
//! Bodies come from the planner with their secrets hidden; nothing is hidden or added here.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::addr::InstanceAddr;
use crate::plan::semantics::PlannedCall;

use super::escape;
use super::style::{Ink, Style, padding};

/// `API calls: 1 DELETE, 2 POST (3 in all, reads not counted).`, or nothing if there are none.
pub fn summary<'a>(style: Style, calls: impl IntoIterator<Item = &'a PlannedCall>) -> String {
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reads = false;
    for call in calls {
        if call.mutating {
            *methods.entry(&call.method).or_default() += 1;
        } else {
            reads = true;
        }
    }
    let total: usize = methods.values().sum();
    if total == 0 {
        return String::new();
    }
    let parts: Vec<String> = methods
        .iter()
        .map(|(method, count)| format!("{count} {}", escape::line(method)))
        .collect();
    let mut text = style.paint(Ink::Bold, "API calls:");
    let _ = write!(text, " {}", parts.join(", "));
    match (methods.len() > 1, reads) {
        (true, true) => {
            let _ = write!(text, " ({total} in all, reads not counted)");
        }
        (true, false) => {
            let _ = write!(text, " ({total} in all)");
        }
        (false, true) => text.push_str(" (reads not counted)"),
        (false, false) => {}
    }
    text.push_str(".\n");
    text
}

/// Every call in the order of the steps, with its body.
pub fn list<'a>(
    style: Style,
    calls: impl IntoIterator<Item = (&'a InstanceAddr, &'a PlannedCall)>,
) -> String {
    let calls: Vec<_> = calls.into_iter().collect();
    let digits = calls.len().to_string().len();
    let widest = |measure: &dyn Fn(&PlannedCall) -> usize| {
        calls.iter().map(|(_, call)| measure(call)).max().unwrap_or(0)
    };
    let methods = widest(&|call| call.method.chars().count());
    // One very long path must not push all addresses off the page.
    let paths = widest(&|call| call.path.chars().count()).min(48);
    let mut text = String::new();
    for (at, (addr, call)) in calls.iter().enumerate() {
        let (method, path) = (escape::line(&call.method), escape::line(&call.path));
        let ink = match &*call.method {
            "DELETE" => Ink::Red,
            _ if call.mutating => Ink::Green,
            _ => Ink::Dim,
        };
        let _ = write!(
            text,
            "  {:>digits$}. {}{} ",
            at + 1,
            style.paint(ink, &method),
            padding(&method, methods)
        );
        let _ = write!(
            text,
            "{path}{}  {}",
            padding(&path, paths),
            style.paint(Ink::Dim, &format!("# {addr}"))
        );
        if !call.mutating {
            text.push_str(&style.paint(Ink::Dim, " (read)"));
        }
        text.push('\n');
        if let Some(body) = &call.body {
            let _ = writeln!(text, "  {:digits$}  {}", "", escape::line(body));
        }
    }
    text
}
