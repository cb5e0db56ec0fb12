//! A case as text: its steps, and its text with other facts.

/// One step of a case.
pub enum Step<'a> {
    /// The text of a file.
    Write {
        /// The file.
        name: &'a str,
        /// Its lines.
        lines: Vec<&'a str>,
    },
    /// A command of the shell.
    Shell(&'a str),
    /// A command of ours.
    Run {
        /// The command without the name of the program.
        command: &'a str,
        /// Its facts and remarks, as they stand.
        lines: Vec<&'a str>,
    },
    /// A line that says something of the case.
    Remark(&'a str),
}

/// Whether the order of events is determined.
pub fn is_ordered(text: &str) -> bool {
    text.lines().any(|line| line == "# ordered")
}

/// The steps of a case.
pub fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("--- ") {
            let lines = Vec::new();
            steps.push(Step::Write { name, lines });
        } else if let Some(command) = line.strip_prefix("$ ") {
            let lines = Vec::new();
            steps.push(Step::Run { command, lines });
        } else if let Some(command) = line.strip_prefix("! ") {
            steps.push(Step::Shell(command));
        } else {
            match steps.last_mut() {
                Some(Step::Write { lines, .. } | Step::Run { lines, .. }) => lines.push(line),
                _ => {
                    assert!(line.is_empty() || line.starts_with('#'), "what is {line:?}?");
                    steps.push(Step::Remark(line));
                }
            }
        }
    }
    steps
}

/// A step as text; a command with these facts in place of those that it has.
pub fn written(step: &Step<'_>, facts: &[String]) -> String {
    let mut text = String::new();
    let mut line = |start: &str, rest: &str| text.push_str(&format!("{start}{rest}\n"));
    match step {
        Step::Write { name, lines } => {
            line("--- ", name);
            lines.iter().for_each(|one| line("", one));
        }
        Step::Shell(command) => line("! ", command),
        Step::Remark(remark) => line("", remark),
        Step::Run { command, lines } => {
            line("$ ", command);
            let remarks = lines.iter().filter(|one| one.starts_with('#'));
            remarks.for_each(|one| line("", one));
            facts.iter().for_each(|one| line("", one));
        }
    }
    text
}
