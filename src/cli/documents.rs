//! What is made of the command line itself: completions and manual pages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::{CommandLine, Dockerize};

/// Name of the program that cargo runs.
const PROGRAM: &str = "cargo-dockerize";

/// A script that completes `cargo dockerize`, and leaves the completions of cargo's own commands as they are.
pub(crate) fn completions(shell: Shell) -> String {
    let (mut command, name) = match shell {
        // Its generator mistakes a name with a hyphen for that of a subcommand.
        Shell::Bash => (program(), "dockerize"),
        // Cargo's function looks for one called `_cargo-NAME`.
        Shell::Zsh => (program(), PROGRAM),
        _ => (CommandLine::command(), "cargo"),
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    let script = String::from_utf8_lossy(&script);
    if shell == Shell::Bash { format!("{script}{BASH}") } else { script.into_owned() }
}

/// Leads cargo's function to ours.
const BASH: &str = r#"
_cargo_or_dockerize() {
    if [[ ${COMP_WORDS[1]} == dockerize && $COMP_CWORD -gt 1 ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _dockerize dockerize "$2" "$3"
        return
    fi
    if ! declare -F _cargo > /dev/null; then
        source "$(rustc --print sysroot)/etc/bash_completion.d/cargo" 2> /dev/null
        complete -F _cargo_or_dockerize -o bashdefault -o default cargo
    fi
    if declare -F _cargo > /dev/null; then
        _cargo "$@"
    fi
    if [[ $COMP_CWORD -eq 1 && dockerize == "$2"* ]]; then
        COMPREPLY+=(dockerize)
    fi
}
complete -F _cargo_or_dockerize -o bashdefault -o default cargo
complete -F _dockerize -o bashdefault -o default cargo-dockerize
"#;

/// Writes the manual pages, of the command and of each subcommand, into a folder. Gives the path of the first.
pub(crate) fn write_man_pages(folder: &Path) -> Result<PathBuf> {
    let failure = || format!("cannot write manual pages into `{}`", folder.display());
    fs::create_dir_all(folder).with_context(failure)?;
    clap_mangen::generate_to(program(), folder).with_context(failure)?;
    Ok(folder.join(PROGRAM).with_extension("1"))
}

/// The command under the name of the program.
fn program() -> Command {
    Dockerize::augment_args(Command::new(PROGRAM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_is_told_of_options_and_subcommands() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = completions(shell);
            for word in ["distroless", "dockerignore", "eject"] {
                assert!(script.contains(word), "{shell} is not told of {word}");
            }
        }
    }
}
