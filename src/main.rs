//! `cargo dockerize`: parse, run, exit code. The only place where an outcome becomes a code.

use std::process::ExitCode;

use cargo_dockerize::{CommandLine, Outcome, Shell};

/// Exit code of cargo's own errors.
const ERROR: u8 = 101;

fn main() -> ExitCode {
    let CommandLine::Dockerize(arguments) =
        CommandLine::from_words(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let shell = Shell::from(&*arguments);
    match cargo_dockerize::run(&arguments, shell) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Err(error) => {
            shell.error(&error);
            ExitCode::from(ERROR)
        }
    }
}
