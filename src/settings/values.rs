//! What keys hold, each as a manifest and the command line write it, and how two layers of it merge.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Deserializer, Serialize};

/// How builds share work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CacheShape {
    /// Dependencies in a layer of their own, and all that cargo makes in cache mounts
    #[default]
    Full,
    /// Dependencies in a layer of their own, for builders without cache mounts
    Layers,
    /// All that cargo makes in cache mounts, for builders that keep them
    Mounts,
    /// Neither: the shortest file
    None,
}

/// A builder with features of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Builder {
    /// Docker's: the sources are read where they are and not copied first
    Buildkit,
    /// Podman's and buildah's: the commands that are printed say podman
    Podman,
}

/// A port as EXPOSE takes it: `8080` or `"53/udp"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Port {
    /// A TCP port.
    Number(u16),
    /// A port with its protocol.
    WithProtocol(String),
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::WithProtocol(text) => f.write_str(text),
        }
    }
}

/// How a container is asked whether it is well: a command, alone or with how often and how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(
    untagged,
    expecting = "expected a list such as [\"/usr/local/bin/app\", \"health\"], a command for a shell, or a table with `http` or `command`, and `interval`, `timeout`, `start-period`, `start-interval`, `retries`"
)]
pub(crate) enum Healthcheck {
    /// The command alone.
    Plain(HealthCommand),
    /// The command with its times.
    Timed(TimedCommand),
}

/// The command of a health check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum HealthCommand {
    /// A program and its arguments.
    Exec(Vec<String>),
    /// A script, which takes a shell in the image.
    Shell(String),
}

/// A command, or a route of a server, with how often it is asked and how long it may take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct TimedCommand {
    /// The command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<HealthCommand>,
    /// A path of the server's own, in place of a command: it is well where the answer is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// The port for it, where it is not the one that the image exposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Time between two of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<String>,
    /// Time that one may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// Time that the program has to start, in which failures do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_period: Option<String>,
    /// Time between two of them while it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_interval: Option<String>,
    /// How many have to fail in a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
}

impl Healthcheck {
    /// The command, where it is one.
    pub(crate) fn command(&self) -> Option<&HealthCommand> {
        match self {
            Self::Plain(command) => Some(command),
            Self::Timed(timed) => timed.command.as_ref(),
        }
    }

    /// The path that is asked for, where it is one, with its port.
    pub(crate) fn route(&self) -> Option<(&str, Option<u16>)> {
        match self {
            Self::Timed(TimedCommand { http: Some(path), port, .. }) => Some((path, *port)),
            _ => None,
        }
    }

    /// The times that are set, by the names of Docker's options.
    pub(crate) fn times(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let times = match self {
            Self::Plain(_) => [None; 4],
            Self::Timed(timed) => {
                [&timed.interval, &timed.timeout, &timed.start_period, &timed.start_interval].map(Option::as_ref)
            }
        };
        let names = ["interval", "timeout", "start-period", "start-interval"];
        names.into_iter().zip(times).filter_map(|(name, time)| Some((name, time?)))
    }

    /// How many have to fail in a row.
    pub(crate) fn retries(&self) -> Option<u32> {
        match self {
            Self::Plain(_) => None,
            Self::Timed(timed) => timed.retries,
        }
    }

    /// Whether it takes a shell.
    pub(crate) fn wants_shell(&self) -> bool {
        matches!(self.command(), Some(HealthCommand::Shell(_)))
    }
}

/// A file, folder or pattern of the source tree, relative to the folder of the manifest that names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct ManifestPath {
    /// The path as written.
    pub path: String,
    /// Folder of the manifest, relative to the workspace root; empty for the root itself.
    pub folder: String,
}

impl From<String> for ManifestPath {
    fn from(path: String) -> Self {
        Self { path, folder: String::new() }
    }
}

impl From<ManifestPath> for String {
    fn from(named: ManifestPath) -> Self {
        named.path
    }
}

/// What a key holds: something that may be unsaid, and that two layers may both say.
pub(super) trait Setting {
    /// Whether it is not set.
    fn is_unsaid(&self) -> bool;

    /// The value where two layers meet.
    fn over(self, below: Self) -> Self;
}

impl<T> Setting for Option<T> {
    fn is_unsaid(&self) -> bool {
        self.is_none()
    }

    fn over(self, below: Self) -> Self {
        self.or(below)
    }
}

impl<V> Setting for BTreeMap<String, V> {
    fn is_unsaid(&self) -> bool {
        self.is_empty()
    }

    fn over(self, mut below: Self) -> Self {
        below.extend(self);
        below
    }
}

/// A list, which may be written as its only item.
pub(super) fn one_or_many<'de, T, D>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        Many(Vec<T>),
        One(T),
    }
    OneOrMany::deserialize(deserializer).map(|value| match value {
        OneOrMany::Many(items) => Some(items),
        OneOrMany::One(item) => Some(vec![item]),
    })
}

/// A text, which may be written as a number: `user = 1000`.
pub(super) fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum TextOrNumber {
        Text(String),
        Number(u32),
    }
    TextOrNumber::deserialize(deserializer).map(|value| match value {
        TextOrNumber::Text(text) => Some(text),
        TextOrNumber::Number(number) => Some(number.to_string()),
    })
}
