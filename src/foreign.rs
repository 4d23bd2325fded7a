//! Dockerfiles that somebody else wrote: the text of one enters, what it says about images leaves, as [`Foreign`]; held
//! against a plan, the [`Difference`]s leave, each with the setting that keeps it.
//!
//! Nothing here is certain to be understood. What is not known before the build, such as a variable without a default, is
//! passed over, and a text that is no Dockerfile says nothing.

mod differences;
mod found;
mod packages;
mod read;
mod shell;
mod start;
mod steps;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use differences::{Difference, Ours, adopted, differences, is_same_library};
pub(crate) use read::{read, rust_version};
pub(crate) use start::{INITS, words_of};
pub(crate) use steps::{Stage, Step, What, stages};
pub(crate) use variables::UNKNOWN;

/// What a Dockerfile says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// The images that it is for: the last stage, and before it others that start a program and that no stage builds on.
    pub images: Vec<ForeignImage>,
    /// Version of the Rust image that it compiles in, such as `1.78`.
    pub rust: Option<String>,
    /// Debian packages of the stages that compile.
    pub debian: BTreeSet<String>,
    /// Packages of these stages by the names that Alpine gives them.
    pub alpine: BTreeSet<String>,
}

/// What it says of one image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ForeignImage {
    /// Name of the stage.
    pub stage: Option<String>,
    /// The image that its first stage begins with, such as `debian:bookworm-slim`.
    pub base: Option<String>,
    /// Whether the program is compiled in it, so that sources and tools are in it as well.
    pub compiles: bool,
    /// Debian packages.
    pub debian: BTreeSet<String>,
    /// Packages by the names that Alpine gives them.
    pub alpine: BTreeSet<String>,
    /// EXPOSE
    pub expose: Vec<String>,
    /// ENV
    pub env: BTreeMap<String, String>,
    /// LABEL
    pub labels: BTreeMap<String, String>,
    /// VOLUME
    pub volumes: Vec<String>,
    /// USER
    pub user: Option<User>,
    /// HEALTHCHECK
    pub healthcheck: Option<Health>,
    /// STOPSIGNAL
    pub stop_signal: Option<String>,
    /// Whether it has an ENTRYPOINT or a CMD, understood or not.
    pub starts: bool,
    /// ENTRYPOINT and CMD.
    pub start: Option<Start>,
    /// What is copied into it and is no program.
    pub copies: Vec<Copied>,
    /// Names of the programs that are copied into it.
    pub programs: BTreeSet<String>,
}

/// Who a program runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    /// As USER says it.
    pub name: String,
    /// `uid` or `uid:gid`, where the numbers are known.
    pub numbers: Option<String>,
}

/// A command that says how the program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Health {
    /// The command.
    pub command: CommandLine,
    /// `interval`, `timeout` and the like with their values, as HEALTHCHECK spells them.
    pub options: BTreeMap<String, String>,
}

/// A command in either form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommandLine {
    /// Its words.
    Words(Vec<String>),
    /// A script for a shell.
    Script(String),
}

/// What a container starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Start {
    /// The program that starts the other one, such as tini.
    pub through: Option<String>,
    /// The program.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
}

/// A file or folder that is copied into an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Copied {
    /// Where it comes from.
    pub from: Source,
    /// Where it goes.
    pub to: String,
}

/// Where something is copied from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The build context: a path or a pattern relative to its root.
    Context(String),
    /// The file system of another stage or image, which need not have it from the context.
    Stage {
        /// The stage or image.
        name: String,
        /// The path there.
        path: String,
        /// What it would be in the context, if it is there.
        perhaps: Option<String>,
    },
    /// The network, or the Dockerfile itself.
    Elsewhere(String),
}
