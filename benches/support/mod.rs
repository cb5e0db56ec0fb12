//! Measuring whole processes: wall time, CPU time and peak memory of a command.
//!
//! A command runs as the only child of a process of its own, for the system accounts for all children together.
//! So a bench begins with [`arguments`], which does the measuring when the bench was started for that.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

/// One measured command.
#[derive(Clone, Copy)]
pub struct Figure {
    pub wall: f64,
    pub cpu: f64,
    pub peak_mb: f64,
}

/// The arguments of the bench; `None` where this process was started to measure, which is done then.
pub fn arguments() -> Option<Vec<String>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if args.first().is_some_and(|arg| arg == "--measure") {
        measure_child(&args[1..]);
        return None;
    }
    println!(
        "machine: {} processors",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    Some(args)
}

/// Whether there is a Terraform to be measured beside.
pub fn has_terraform() -> bool {
    Command::new("terraform")
        .arg("version")
        .stdout(Stdio::null())
        .status()
        .is_ok()
}

/// Runs a command as the only child of a process of its own, so that the system's accounting is of it alone.
pub fn measure(program: &str, args: &[&str], dir: &Path) -> Figure {
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
