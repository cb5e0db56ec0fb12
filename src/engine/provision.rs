//! Running the commands of an object, one after the other, and telling their output as it comes.
//!
//! What is sensitive is told neither as command nor as output.

use crate::addr::InstanceAddr;
use crate::plan::provision::{Exec, Failure};
use crate::ports::Runner;

use super::Progress;
use super::progress::Provision;

/// Runs them. The error names the first that failed and may not.
pub(super) async fn run(
    runner: &dyn Runner,
    addr: &InstanceAddr,
    execs: &[Exec],
    progress: &(dyn Fn(&Progress) + Send + Sync),
) -> Result<(), (usize, Failure)> {
    let tell = |told: Provision| {
        progress(&Progress::Provision {
            addr: addr.clone(),
            told,
        })
    };
    for (at, exec) in execs.iter().enumerate() {
        tell(Provision::Start);
        tell(Provision::Line(match (exec.hidden, exec.quiet) {
            (true, _) => "(output suppressed due to sensitive value in config)".to_owned(),
            (false, true) => "Executing: not shown, as quiet = true says".to_owned(),
            (false, false) => {
                let words: Vec<String> = exec.argv.iter().map(|word| format!("{word:?}")).collect();
                format!("Executing: [{}]", words.join(" "))
            }
        }));
        let line = |text: &str| {
            if !exec.hidden {
                tell(Provision::Line(text.to_owned()));
            }
        };
        match runner.run(exec, &line).await {
            Ok(()) => tell(Provision::Complete),
            Err(failure) => {
                tell(Provision::Errored);
                if !exec.may_fail {
                    return Err((at, failure));
                }
                line(&format!(
                    "The command failed ({}), which on_failure = continue passes over.",
                    failure.reason
                ));
            }
        }
    }
    Ok(())
}
