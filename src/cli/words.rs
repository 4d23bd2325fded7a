//! From the words of a process to a [`CommandLine`], with an answer to what people try who know another tool.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::CommandLine;

impl CommandLine {
    /// Parses the words of a process: of `cargo dockerize …`, as cargo hands them on, or of `cargo-dockerize …`.
    pub fn from_words(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut words: Vec<OsString> = words.into_iter().collect();
        if words.get(1).is_none_or(|word| word != "dockerize") {
            words.insert(words.len().min(1), "dockerize".into());
        }
        let mut command = Self::command();
        let matches = command.try_get_matches_from_mut(words).map_err(advised)?;
        let unused = matches.subcommand_matches("dockerize").and_then(|matches| unused(&command, matches));
        if let Some((option, subcommand)) = unused {
            let mut error = clap::Error::new(ErrorKind::ArgumentConflict).with_cmd(&command);
            error.insert(ContextKind::InvalidArg, ContextValue::String(option));
            error.insert(ContextKind::PriorArg, ContextValue::String(subcommand));
            return Err(error);
        }
        Self::from_arg_matches(&matches)
    }
}

/// Options of the main job that decide nothing about a plan.
const NOT_OF_A_PLAN: [&str; 9] = ["adopt", "bake", "check", "compose", "force", "output", "pin", "print", "save"];

/// Options of the main job that mean not to write its files.
const NOT_WRITING: [&str; 3] = ["adopt", "check", "print"];

/// An option of the main job before a subcommand that it does nothing for. `explain` explains a plan, so it takes what
/// decides on one; `verify` compares with one, and reads the Dockerfile; `ci` does the main job too.
fn unused(all: &Command, matches: &ArgMatches) -> Option<(String, String)> {
    let (subcommand, _) = matches.subcommand()?;
    let options = all.find_subcommand("dockerize")?.get_arguments();
    let given = |option: &&Arg| matches.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine);
    let is_unused = |option: &&Arg| match subcommand {
        "explain" => NOT_OF_A_PLAN.contains(&option.get_id().as_str()),
        "audit" | "report" => {
            NOT_OF_A_PLAN.contains(&option.get_id().as_str()) && option.get_id() != "output" || is_runtime(option)
        }
        "verify" => NOT_OF_A_PLAN.contains(&option.get_id().as_str()) && option.get_id() != "output",
        "ci" => NOT_WRITING.contains(&option.get_id().as_str()),
        _ => true,
    };
    let unused = options.filter(|option| !option.is_global_set()).filter(is_unused).find(given)?;
    Some((format!("--{}", unused.get_long()?), subcommand.to_owned()))
}

/// Whether an option decides what programs run on: an audit takes what the file says.
fn is_runtime(option: &Arg) -> bool {
    ["slim", "distroless", "scratch", "template"].contains(&option.get_id().as_str())
}

/// What people try who know another tool, and what does it here.
const INSTEAD: [(&str, &str); 9] = [
    ("--alpine", "`--scratch` is smaller: a static musl program and nothing else"),
    ("--musl", "`--scratch` builds a static musl program"),
    ("--dry-run", "`--print dockerfile` writes nothing, and `--check` compares"),
    ("--diff", "`--check` prints what would change"),
    ("--json", "`--print plan` prints every decision as JSON"),
    ("--stdout", "`--print dockerfile` prints it"),
    ("--debug", "`--verbose` says what each choice rests on"),
    ("--yes", "nothing is asked; `--force` replaces files of others"),
    ("init", "`cargo dockerize` alone writes both files"),
];

/// The error with the option that was meant.
fn advised(mut error: clap::Error) -> clap::Error {
    let invalid =
        [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].into_iter().find_map(|kind| error.get(kind));
    let Some(ContextValue::String(word)) = invalid else { return error };
    if let Some((_, instead)) = INSTEAD.iter().find(|(name, _)| name == word) {
        let tip = ContextValue::StyledStrs(vec![clap::builder::StyledStr::from(*instead)]);
        // The usage would be that of the option which looks most like it.
        error.remove(ContextKind::Usage);
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
        error.insert(ContextKind::Suggested, tip);
    }
    error
}
