//! `completion`: scripts that teach a shell to complete; and what they ask for, `complete`.
//!
//! The scripts know nothing themselves: they hand over the words, and the program answers from its own definition and
//! from the state here. A state is read without a lock and without a change, and what cannot be read completes nothing.

use clap::{Args, Command, CommandFactory, ValueEnum};

use crate::render::escape;

use super::options::Cli;
use super::session::Place;
use super::ui::Ui;
use super::{Answer, args};

/// The shells.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

/// Options of `completion`.
#[derive(Args, Debug)]
pub struct Completion {
    /// The shell that is to complete
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Options of `complete`.
#[derive(Args, Debug)]
pub struct Complete {
    /// Say what each is, behind a tab
    #[arg(long)]
    pub describe: bool,
    /// The words behind the program's name; the last one is to be completed
    #[arg(value_name = "WORD", last = true)]
    pub words: Vec<String>,
}

const BASH: &str = r#"# Completion of swarmform for bash: eval "$(swarmform completion bash)"
_swarmform() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            *[\[\"\ \']*) printf -v line %q "$line" ;;
        esac
        COMPREPLY+=("$line")
    done < <(swarmform complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o default -F _swarmform swarmform
"#;

const ZSH: &str = r#"#compdef swarmform
# Completion of swarmform for zsh: put it into a file _swarmform on $fpath, or source it.
_swarmform() {
    local -a found
    found=("${(@f)$(swarmform complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    found=(${found:#})
    if (( ! $#found )); then
        _files
        return
    fi
    # A value follows at once behind an equals sign.
    local -a open=(${(M)found:#*=}) whole=(${found:#*=})
    (( $#open )) && compadd -S '' -a open
    (( $#whole )) && compadd -a whole
}
if [[ $funcstack[1] == _swarmform ]]; then
    _swarmform "$@"
else
    compdef _swarmform swarmform
fi
"#;

const FISH: &str = r#"# Completion of swarmform for fish: put it into ~/.config/fish/completions/swarmform.fish
function __swarmform_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (swarmform complete -describe -- $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c swarmform -f -a '(__swarmform_complete)'
"#;

/// Runs `completion`.
pub fn run(ui: &mut Ui, options: &Completion) -> Answer {
    ui.print(match options.shell {
        Shell::Bash => BASH,
        Shell::Zsh => ZSH,
        Shell::Fish => FISH,
    });
    Ok(0)
}

/// Runs `complete`.
pub async fn complete(ui: &mut Ui, options: &Complete) -> Answer {
    let asked = Asked::of(&options.words);
    let found = match asked.wanted() {
        Wanted::These(found) => found,
        Wanted::Addresses(before) => {
            let addresses = addresses(&asked.words).await;
            let whole = addresses
                .into_iter()
                .map(|address| (format!("{before}{address}"), String::new()));
            whole.collect()
        }
        Wanted::Workspaces => {
            let names = Place::workspaces().list().unwrap_or_default();
            names.into_iter().map(|name| (name, String::new())).collect()
        }
    };
    let mut text = String::new();
    for (word, about) in found.iter().filter(|(word, _)| word.starts_with(&asked.current)) {
        text.push_str(&escape::line(word));
        if options.describe && !about.is_empty() {
            text.push('\t');
            text.push_str(&escape::line(about));
        }
        text.push('\n');
    }
    ui.print(&text);
    Ok(0)
}

/// The addresses of the state that the words lead to.
async fn addresses(words: &[String]) -> Vec<String> {
    let value = |name: &str| {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let bare = word.trim_start_matches('-');
            match bare.strip_prefix(name) {
                Some("") if word.starts_with('-') => return words.next().cloned(),
                Some(rest) if word.starts_with('-') && rest.starts_with('=') => {
                    return rest.get(1..).map(str::to_owned);
                }
                _ => {}
            }
        }
        None
    };
    if let Some(dir) = value("chdir")
        && std::env::set_current_dir(dir).is_err()
    {
        return Vec::new();
    }
    let state = value("state").map(std::path::PathBuf::from);
    let Ok(place) = Place::new(state.as_deref()) else {
        return Vec::new();
    };
    let store = place.store();
    let state = store.peek().await.unwrap_or_default();
    state.instances.keys().map(ToString::to_string).collect()
}

/// What can stand at a place.
enum Wanted {
    /// One of these, each with what it is.
    These(Vec<(String, String)>),
    /// An address of the state, behind this text.
    Addresses(String),
    /// The name of a workspace.
    Workspaces,
}

/// The words before the one that is completed, and that one.
struct Asked {
    words: Vec<String>,
    current: String,
}

impl Asked {
    fn of(given: &[String]) -> Asked {
        // Some shells take words apart at an equals sign.
        let mut words: Vec<String> = Vec::new();
        for word in given {
            let joins = word == "="
                || words
                    .last()
                    .is_some_and(|last| last.starts_with('-') && last.ends_with('='));
            match words.last_mut().filter(|last| joins && last.starts_with('-')) {
                Some(last) => last.push_str(word),
                None => words.push(word.clone()),
            }
        }
        let mut current = words.pop().unwrap_or_default();
        if let Some(rest) = current.strip_prefix(['\'', '"']) {
            current = rest.to_owned();
        }
        Asked { words, current }
    }

    fn wanted(&self) -> Wanted {
        let root = super::finished(Cli::command());
        let mut at = &root;
        let mut path: Vec<&str> = Vec::new();
        let mut waiting: Option<&str> = None;
        for word in &self.words {
            if waiting.take().is_some() {
                continue;
            }
            match word.strip_prefix('-') {
                Some(_) if word == "--" => return Wanted::These(Vec::new()),
                Some(option) => {
                    let name = option.trim_start_matches('-');
                    waiting = Some(name).filter(|name| args::takes_value(name));
                }
                None => {
                    if let Some(next) = at.find_subcommand(word) {
                        path.push(word);
                        at = next;
                    }
                }
            }
        }
        if let Some(option) = waiting {
            return value(at, option, String::new());
        }
        if let Some((option, _)) = self.current.split_once('=')
            && option.starts_with('-')
        {
            return value(at, option.trim_start_matches('-'), format!("{option}="));
        }
        if self.current.starts_with('-') {
            let mut found = options(at);
            if !path.is_empty() {
                let everywhere = root.get_arguments().filter(|arg| arg.is_global_set());
                found.extend(everywhere.filter_map(option));
            }
            return Wanted::These(found);
        }
        let commands: Vec<(String, String)> = at
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .map(|command| (command.get_name().to_owned(), about(command.get_about())))
            .collect();
        if !commands.is_empty() {
            return Wanted::These(commands);
        }
        if matches!(path.as_slice(), ["workspace", "select" | "delete"]) {
            return Wanted::Workspaces;
        }
        let positional = at.get_positionals().next();
        let names = positional
            .and_then(|arg| arg.get_value_names())
            .unwrap_or_default();
        if path.as_slice() != ["import"]
            && names
                .iter()
                .any(|name| name.starts_with("ADDRESS") || *name == "SOURCE")
        {
            return Wanted::Addresses(String::new());
        }
        let possible = positional.map(possible).unwrap_or_default();
        Wanted::These(possible)
    }
}

fn about(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

fn possible(arg: &clap::Arg) -> Vec<(String, String)> {
    let values = arg.get_possible_values().into_iter();
    values
        .map(|value| (value.get_name().to_owned(), about(value.get_help())))
        .collect()
}

/// The options of a command, as they are written.
fn options(command: &Command) -> Vec<(String, String)> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    shown.filter_map(option).collect()
}

fn option(arg: &clap::Arg) -> Option<(String, String)> {
    let long = arg.get_long()?;
    let value = if args::takes_value(long) { "=" } else { "" };
    Some((format!("-{long}{value}"), about(arg.get_help())))
}

/// What the value of an option can be, behind a text.
fn value(command: &Command, option: &str, before: String) -> Wanted {
    if matches!(option, "target" | "exclude" | "replace") {
        return Wanted::Addresses(before);
    }
    if option == "log" {
        let levels = ["trace", "debug", "info", "warn", "error", "off"];
        return Wanted::These(
            levels
                .map(|level| (format!("{before}{level}"), String::new()))
                .to_vec(),
        );
    }
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(option));
    let values = arg.map(possible).unwrap_or_default().into_iter();
    Wanted::These(
        values
            .map(|(word, about)| (format!("{before}{word}"), about))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], expected: &[&str]) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let asked = Asked::of(&words);
        let found: Vec<String> = match asked.wanted() {
            Wanted::These(found) => found.into_iter().map(|(word, _)| word).collect(),
            Wanted::Addresses(before) => vec![format!("{before}<address>")],
            Wanted::Workspaces => vec!["<workspace>".to_owned()],
        };
        let begins = |word: &&String| word.starts_with(&asked.current) || word.contains('<');
        assert_eq!(
            found.iter().filter(begins).collect::<Vec<_>>(),
            expected,
            "{words:?}"
        );
    }

    #[test]
    fn commands_options_and_their_values_complete() {
        check(&["val"], &["validate"]);
        check(
            &["-chdir=x", "state", "re"],
            &["replace-provider", "restore", "recover"],
        );
        check(&["plan", "-detailed"], &["-detailed-exitcode"]);
        check(&["plan", "-out", "next", "-max"], &["-max-destroy="]);
        check(&["completion", "z"], &["zsh"]);
        check(&["plan", "-log", "=", "de"], &["-log=debug"]);
    }

    #[test]
    fn addresses_complete_where_one_can_stand() {
        check(&["plan", "-target", ""], &["<address>"]);
        check(&["plan", "-target=giant"], &["-target=<address>"]);
        check(&["state", "show", ""], &["<address>"]);
        check(&["explain", "-plan=next", ""], &["<address>"]);
        check(&["logs", "-t", "5", "-f", ""], &["<address>"]);
        check(&["exec", "giantswarm_app.web", "--", ""], &[]);
        check(&["workspace", "select", ""], &["<workspace>"]);
        check(&["import", ""], &[]);
        check(&["apply", ""], &[]);
    }
}
