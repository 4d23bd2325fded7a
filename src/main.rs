//! `cargo dockerize`: parse, run, exit code. The only place where an outcome becomes a code.

use std::process::ExitCode;

use cargo_dockerize::Outcome;
use cargo_dockerize::cli::{CommandLine, Dockerize};
use cargo_dockerize::shell::{Shell, Verbosity};
use clap::Parser;

/// Exit code of cargo's own errors.
const ERROR: u8 = 101;

fn main() -> ExitCode {
    let CommandLine::Dockerize(arguments) = CommandLine::parse();
    let shell = shell(&arguments);
    match cargo_dockerize::run(&arguments, shell) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::OutOfDate) => ExitCode::from(1),
        Err(error) => {
            shell.error(&error);
            ExitCode::from(ERROR)
        }
    }
}

fn shell(arguments: &Dockerize) -> Shell {
    let verbosity = match (arguments.common.quiet, arguments.common.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    Shell::new(verbosity, arguments.common.color)
}
