//! The engine that builds and runs images, called by its own command: words enter, what it says and makes leaves.

mod container;
mod contents;
mod saved;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use serde::Serialize;
use tempfile::TempDir;

use crate::error::Failure;
use crate::process::{self, Process};

pub(crate) use container::{Container, First, Stopped};
pub(crate) use contents::{Contents, PACKAGE_MANAGERS, SHELLS, lies_in};
pub(crate) use saved::{Config, Entry, Kind, Layer, Saved};

/// How long an engine may take for a question.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest that a build may take whose end nobody sees coming.
const LONGEST_BUILD: Duration = Duration::from_secs(4 * 60 * 60);

/// The architecture of this machine, as images name it.
pub(crate) fn own_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// A build that was listened to.
#[derive(Debug)]
pub(crate) struct Built {
    /// The image.
    pub id: String,
    /// What the engine said.
    pub log: String,
    /// How long it took.
    pub took: Duration,
}

/// An engine by the name of its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engine {
    /// Docker
    Docker,
    /// Podman
    Podman,
}

impl Engine {
    /// The one that was asked for, or else the first that answers.
    pub(crate) fn find(asked: Option<Self>) -> Result<Self> {
        let candidates = asked.map_or_else(|| Self::value_variants().to_vec(), |one| vec![one]);
        let mut causes = Vec::new();
        for engine in candidates {
            match engine.say(&["version"]) {
                Ok(_) => return Ok(engine),
                Err(error) => causes.push(format!("{error:#}")),
            }
        }
        Err(Failure::new(format!("no engine answers: {}", causes.join("; ")))
            .help("start Docker or Podman, or name the one to ask with `--engine`")
            .into())
    }

    /// Its command.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    #[expect(clippy::disallowed_methods, reason = "engines are started here")]
    fn command(self, words: &[&str]) -> Command {
        let mut command = Command::new(self.name());
        command.args(words);
        command
    }

    /// What it prints. An error is what it says last.
    pub(crate) fn say(self, words: &[&str]) -> Result<String> {
        let shown = || format!("`{} {}`", self.name(), words.first().copied().unwrap_or_default());
        let said = process::said_within(PATIENCE, &mut self.command(words))
            .with_context(|| format!("cannot run {}", shown()))?;
        if said.status.success() {
            return Ok(said.out.trim().to_owned());
        }
        let cause = said.err.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it failed");
        bail!("{}: {}", shown(), cause.trim());
    }

    /// Builds an image and gives its id. What the engine says meanwhile goes to stderr as it is.
    pub(crate) fn build(self, options: &[String], context: &Path, is_quiet: bool) -> Result<String> {
        let (mut command, id) = self.building(options)?;
        if is_quiet {
            command.arg("--quiet").stdout(Stdio::null());
        } else {
            command.stdout(Stdio::from(std::io::stderr()));
        }
        let status = command.arg(context).stdin(Stdio::null()).status();
        let status = status.with_context(|| format!("cannot run `{} build`", self.name()))?;
        if !status.success() {
            return Err(Failure::new(format!("`{} build` failed", self.name()))
                .help("its messages stand above")
                .into());
        }
        id.read()
    }

    /// Builds an image as plain lines, which are kept.
    pub(crate) fn build_and_listen(self, options: &[String], context: &Path) -> Result<Built> {
        let (mut command, id) = self.building(options)?;
        if self == Self::Docker {
            command.arg("--progress=plain");
        }
        let started = Instant::now();
        let said = process::said_within(LONGEST_BUILD, command.arg(context));
        let said = said.with_context(|| format!("cannot run `{} build`", self.name()))?;
        let log = said.err + &said.out;
        if !said.status.success() {
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(20)..].join("\n");
            return Err(Failure::new(format!("`{} build` failed:\n{end}", self.name())).into());
        }
        Ok(Built { took: started.elapsed(), id: id.read()?, log })
    }

    /// The command that builds, and the file that it writes the id of the image to.
    fn building(self, options: &[String]) -> Result<(Command, IdFile)> {
        let id = IdFile(tempfile::tempdir().context("cannot make a temporary folder")?);
        let mut command = self.command(&["build"]);
        command.args(options).arg("--iidfile").arg(id.path());
        if self == Self::Docker {
            // Builders that keep their images to themselves hand it to the engine.
            command.arg("--load");
        }
        Ok((command, id))
    }

    /// Everything that is in an image.
    pub(crate) fn save(self, image: &str) -> Result<Saved> {
        let process = Process::default();
        let (stdout, stderr) = process
            .start(&mut self.command(&["image", "save", image]))
            .with_context(|| format!("cannot run `{} image save`", self.name()))?;
        let saved = stdout.context("no output").and_then(Saved::read);
        let mut errors = String::new();
        // An error that cannot be read has none to tell.
        let _ = stderr.map(|mut pipe| pipe.read_to_string(&mut errors));
        let is_written = process.wait().is_ok_and(|status| status.success());
        match (errors.lines().last(), saved) {
            (Some(cause), _) if !is_written => bail!("`{} image save`: {cause}", self.name()),
            // An engine whose archive nobody reads to its end fails as well, without a word.
            (_, Ok(_)) if !is_written => bail!("`{} image save` failed", self.name()),
            (_, saved) => saved.with_context(|| format!("cannot read what `{} image save` writes", self.name())),
        }
    }
}

/// A file for the id of an image.
#[derive(Debug)]
struct IdFile(TempDir);

impl IdFile {
    fn path(&self) -> PathBuf {
        self.0.path().join("id")
    }

    fn read(&self) -> Result<String> {
        let id = crate::inspect::regular_text(&self.path()).context("the engine does not tell the id of the image")?;
        Ok(id.trim().to_owned())
    }
}
