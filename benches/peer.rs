//! swarmform beside Terraform on the same files, in the same run: wall time, CPU time and peak memory of whole
//! processes. `cargo bench --bench peer -- [N ...]`; sizes are 100 and 1000 unless given.
//!
//! The first part runs both tools on `terraform_data` blocks, which both have built in. Without `terraform` on
//! the PATH only swarmform is measured. The second part is the organizations of an embedded platform, which only
//! swarmform speaks to: every object there is one real HTTP call.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_macros
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

/// One measured command.
#[derive(Clone, Copy)]
struct Figure {
    wall: f64,
    cpu: f64,
    peak_mb: f64,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if args.first().is_some_and(|arg| arg == "--measure") {
        return measure_child(&args[1..]);
    }
    let sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100, 1000] } else { sizes };
    println!(
        "machine: {} processors",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    let terraform = Command::new("terraform")
        .arg("version")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    let swarmform = env!("CARGO_BIN_EXE_swarmform");
    println!("\n| shape | tool | operation | wall s | CPU s | peak MB |\n|---|---|---|---|---|---|");
    for size in &sizes {
        for (shape, text) in [
            ("blocks", blocks(*size)),
            ("count", count(*size)),
            ("graph", graph(*size)),
        ] {
            let shape = format!("{shape} {size}");
            run_all(&shape, "swarmform", swarmform, &text);
            if terraform {
                run_all(&shape, "terraform", "terraform", &text);
            }
        }
        run_all(
            &format!("orgs {size}, HTTP"),
            "swarmform",
            swarmform,
            &organizations(*size),
        );
    }
}

fn blocks(size: usize) -> String {
    (0..size).fold(String::new(), |mut text, at| {
        let _ = writeln!(
            text,
            "resource \"terraform_data\" \"r{at}\" {{\n  input = \"value {at}\"\n}}"
        );
        text
    })
}

fn count(size: usize) -> String {
    format!(
        "resource \"terraform_data\" \"r\" {{\n  count = {size}\n  input = \"value ${{count.index}}\"\n}}\n"
    )
}

fn graph(size: usize) -> String {
    (0..size).fold(String::new(), |mut text, at| {
        let input = match at {
            0 => "\"first\"".to_owned(),
            1 => "terraform_data.r0.output".to_owned(),
            _ => format!(
                "\"${{terraform_data.r{}.id}} ${{terraform_data.r{}.id}}\"",
                at - 1,
                at / 2
            ),
        };
        let _ = writeln!(
            text,
            "resource \"terraform_data\" \"r{at}\" {{\n  input = {input}\n}}"
        );
        text
    })
}

fn organizations(size: usize) -> String {
    format!(
        "provider \"giantswarm\" {{\n  endpoint = \"embedded\"\n}}\nresource \"giantswarm_org\" \"o\" {{\n  \
         for_each = toset([for i in range({size}) : format(\"team_%05d\", i)])\n  name = each.key\n}}\n"
    )
}

fn run_all(shape: &str, tool: &str, program: &str, text: &str) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("main.tf"), text).unwrap();
    measure(program, &["init"], dir.path());
    let operations: [(&str, &[&str]); 4] = [
        ("plan", &["plan"]),
        ("apply", &["apply", "-auto-approve"]),
        ("empty plan", &["plan"]),
        ("destroy", &["destroy", "-auto-approve"]),
    ];
    for (name, args) in operations {
        let Figure { wall, cpu, peak_mb } = measure(program, args, dir.path());
        println!("| {shape} | {tool} | {name} | {wall:.2} | {cpu:.2} | {peak_mb:.0} |");
    }
}

/// Runs a command as the only child of a process of its own, so that the system's accounting is of it alone.
fn measure(program: &str, args: &[&str], dir: &Path) -> Figure {
    let own = std::env::current_exe().unwrap();
    let output = Command::new(own)
        .arg("--measure")
        .arg(program)
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    assert_eq!(
        figures.len(),
        3,
        "{program} {args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Figure {
        wall: figures[0],
        cpu: figures[1],
        peak_mb: figures[2],
    }
}

fn measure_child(command: &[String]) {
    let started = Instant::now();
    let status = Command::new(&command[0])
        .args(&command[1..])
        .env("CHECKPOINT_DISABLE", "1")
        .stdout(Stdio::null())
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{command:?} failed");
    let wall = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
    println!("{wall} {cpu} {}", usage.max_rss() as f64 / 1024.0);
}
