//! What the subcommands take that ask images and Dockerfiles: verify, report and audit.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::audit::{AuditFormat, Level};
use crate::engine::Engine;
use crate::error::Failure;

/// What `cargo dockerize verify` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Verify {
    /// Stages or binaries to verify [default: all images]
    #[arg(value_name = "STAGE")]
    pub(crate) stages: Vec<String>,
    /// Verify an image that exists; with STAGE, as the one that this stage makes
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
    /// Seconds that a program may take to answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) wait: u64,
    /// Seconds that it may take to end when it is asked to
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) grace: u64,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    /// Further options of `docker run`, such as --env NAME=VALUE or --network NAME
    #[arg(last = true, value_name = "RUN_OPTIONS")]
    pub(crate) run_options: Vec<String>,
}

/// What `cargo dockerize report` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Report {
    /// The binary [default: the default image's]
    pub(crate) binary: Option<String>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: ReportFormat,
    /// Write report.md, report.json, report.svg and an SBOM of each image into this folder too
    #[arg(long, value_name = "FOLDER")]
    pub(crate) into: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
}

/// Forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A table
    Table,
    /// A table in Markdown
    Markdown,
    /// JSON
    Json,
    /// A chart
    Svg,
    /// The bill of materials of the smallest image, as CycloneDX
    Sbom,
}

/// What `cargo dockerize audit` takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Audit {
    /// The Dockerfile [default: the one at the workspace root]
    pub(crate) file: Option<PathBuf>,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: AuditFormat,
    /// Mend what has one certain edit
    #[arg(long)]
    pub(crate) fix: bool,
    /// Exit with 1 for findings of this level and worse ones
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub(crate) deny: Level,
    /// Explain a rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["file", "fix", "format", "deny"])]
    pub(crate) explain: Option<String>,
}

/// Which engine builds and runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct EngineOptions {
    /// Engine to build and run with [default: the first one that answers]
    #[arg(long, value_name = "ENGINE")]
    pub(crate) engine: Option<Engine>,
    /// Further options of `docker build`, as in --build-flags='--network=host'
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    build_flags: Option<String>,
}

impl EngineOptions {
    /// Further options of the build, word by word.
    pub(crate) fn build_flags(&self) -> Result<Vec<String>, Failure> {
        let flags = self.build_flags.as_deref().unwrap_or_default();
        shlex::split(flags).ok_or_else(|| Failure::new("`--build-flags` has a quote without its other half"))
    }
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table
    Human,
    /// JSON
    Json,
}
