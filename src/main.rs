//! The program. All of it is in the library; this file makes sure that a bug is told as one.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|place| format!(" ({}:{})", place.file(), place.line()))
            .unwrap_or_default();
        let mut message = "an unknown reason";
        if let Some(text) = panic.payload().downcast_ref::<&str>() {
            message = text;
        } else if let Some(text) = panic.payload().downcast_ref::<String>() {
            message = text;
        }
        // The message may quote what it stumbled over, so it must not steer the terminal.
        let message = swarmform::render::escape::line(message);
        let _ = writeln!(
            std::io::stderr(),
            "\nswarmform {} has come to a state that it should never be in. This is a bug, not a fault of yours: \
             {message}{place}.\nPlease report it with what you did before. The state holds every step that had ended.",
            env!("CARGO_PKG_VERSION")
        );
    }));
    // The stack that the system gives may be smaller than what the deepest allowed text takes.
    std::thread::Builder::new()
        .stack_size(swarmform::STACK_BYTES)
        .spawn(swarmform::cli::main)
        .ok()
        .and_then(|program| program.join().ok())
        .unwrap_or(ExitCode::FAILURE)
}
