//! Everything that a person sees: status words as cargo aligns them, warnings and errors on stderr, and on stdout
//! only what may be piped.
#![expect(clippy::disallowed_macros, reason = "this is the one place that prints")]

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use clap::ColorChoice;

use crate::error::Failure;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Status lines, warnings and errors.
    Normal,
    /// Reasons as well.
    Verbose,
}

/// Where messages go.
#[derive(Debug, Clone, Copy)]
pub struct Shell {
    verbosity: Verbosity,
}

/// Goes to the beginning of a line, and clears it.
const CLEARED: &str = "\r\x1b[K";

const STATUS: Style = AnsiColor::Green.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();

#[expect(clippy::unused_self, reason = "some words are said at every verbosity")]
impl Shell {
    /// A shell that says this much, in colour as `choice` wants it for the whole process.
    #[must_use]
    pub(crate) fn new(verbosity: Verbosity, choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
            ColorChoice::Auto => anstream::ColorChoice::Auto,
        }
        .write_global();
        Self { verbosity }
    }

    /// The same one for errors only.
    #[must_use]
    pub(crate) fn quiet(self) -> Self {
        Self { verbosity: Verbosity::Quiet }
    }

    /// Whether status lines are shown.
    pub(crate) fn says_status(self) -> bool {
        self.verbosity >= Verbosity::Normal
    }

    /// A line with a right-aligned status word: `  Dockerized api (…)`.
    pub(crate) fn status(self, word: &str, message: impl Display) {
        if self.verbosity >= Verbosity::Normal {
            anstream::eprintln!("{STATUS}{word:>12}{STATUS:#} {message}");
        }
    }

    /// A line that says how far something is, and that the next one replaces. Only a terminal shows it.
    pub(crate) fn progress(self, word: &str, message: impl Display) {
        if self.shows_progress() {
            anstream::eprint!("{CLEARED}{STATUS}{word:>12}{STATUS:#} {message}");
        }
    }

    /// Takes that line away.
    pub(crate) fn end_of_progress(self) {
        if self.shows_progress() {
            anstream::eprint!("{CLEARED}");
        }
    }

    fn shows_progress(self) -> bool {
        self.verbosity >= Verbosity::Normal && std::io::stderr().is_terminal()
    }

    /// Something that a user will want to change.
    pub(crate) fn warn(self, message: impl Display) {
        if self.verbosity >= Verbosity::Normal {
            anstream::eprintln!("{WARNING}warning{WARNING:#}: {message}");
        }
    }

    /// A fact beside the point, worth a line.
    pub(crate) fn note(self, message: impl Display) {
        if self.verbosity >= Verbosity::Normal {
            anstream::eprintln!("{NOTE}note{NOTE:#}: {message}");
        }
    }

    /// A reason, for those who asked for reasons.
    pub(crate) fn reason(self, message: impl Display) {
        if self.verbosity >= Verbosity::Verbose {
            anstream::eprintln!("{NOTE}{:>12}{NOTE:#} {message}", "Because");
        }
    }

    /// A line of a list, under the one that says what is listed.
    pub(crate) fn line(self, line: impl Display) {
        if self.verbosity >= Verbosity::Normal {
            anstream::eprintln!("{line}");
        }
    }

    /// Whether reasons are wanted as well.
    pub(crate) fn is_verbose(self) -> bool {
        self.verbosity >= Verbosity::Verbose
    }

    /// A line of another program's, as it is.
    pub(crate) fn relay(self, line: &str) {
        if self.verbosity >= Verbosity::Normal {
            anstream::eprintln!("{line}");
        }
    }

    /// An error with its causes and next steps.
    pub fn error(self, error: &anyhow::Error) {
        anstream::eprintln!("{ERROR}error{ERROR:#}: {error}");
        for cause in error.chain().skip(1) {
            anstream::eprintln!("  caused by: {cause}");
        }
        let failures = error.chain().filter_map(|cause| cause.downcast_ref::<Failure>());
        for step in failures.flat_map(Failure::steps) {
            self.help(step);
        }
    }

    /// The outcome of a check that failed, with the next step.
    pub(crate) fn verdict(self, message: impl Display, step: &str) {
        anstream::eprintln!("{ERROR}error{ERROR:#}: {message}");
        self.help(step);
    }

    /// A next step.
    pub(crate) fn help(self, step: &str) {
        anstream::eprintln!("{NOTE}help{NOTE:#}: {step}");
    }

    /// Text that may be piped. Whoever closes the pipe has seen enough; a full disk is an error.
    pub(crate) fn stdout(self, text: &str) -> Result<()> {
        let mut stdout = anstream::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot write to stdout"),
            _ => Ok(()),
        }
    }

    /// A unified diff, in colour on a terminal.
    pub(crate) fn diff(self, diff: &str) -> Result<()> {
        if self.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let line = |line: &str| {
            let style = match line.as_bytes().first() {
                Some(b'+') => AnsiColor::Green.on_default(),
                Some(b'-') => AnsiColor::Red.on_default(),
                Some(b'@') => AnsiColor::Cyan.on_default(),
                _ => Style::new(),
            };
            format!("{style}{line}{style:#}\n")
        };
        self.stdout(&diff.lines().map(line).collect::<Vec<_>>().concat())
    }
}
