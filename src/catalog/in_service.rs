//! `in-service.toml`: what crates do in a container by themselves.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::workspace::Crate;

/// Crates that decide on threads, signals and addresses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct InService {
    /// Crates whose programs run many threads.
    pub threads: Vec<ThreadsOf>,
    /// Crates that end their servers at SIGTERM.
    pub stops: Vec<Stops>,
    /// Crates of servers that are clients as well.
    serves: Vec<Serves>,
    /// Frameworks that listen where a variable says.
    pub framework: Vec<Framework>,
    /// Front ends that other tools build.
    pub front_end: Vec<FrontEnd>,
    /// What crates read beside the manifest when a program starts.
    pub reads: Vec<Reads>,
    names: Names,
    sqlite: Names,
    background: Names,
    bots: Names,
}

/// A crate whose programs run many threads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreadsOf {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// The feature that brings them.
    pub feature: Option<String>,
    /// The words that users read.
    pub what: String,
    #[serde(rename = "source")]
    _source: String,
}

/// A crate that hears SIGTERM.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stops {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// The function that keeps it from that.
    pub unless: Option<String>,
    #[serde(rename = "source")]
    _source: String,
}

/// A crate that serves with one of some features.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Serves {
    #[serde(rename = "crate")]
    name: String,
    features: BTreeSet<String>,
    #[serde(rename = "source")]
    _source: String,
}

/// A framework that listens by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Framework {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// The variable with the address.
    pub address: String,
    /// The port, unless something says another.
    pub port: u16,
    /// A file that may.
    pub file: String,
    #[serde(rename = "source")]
    _source: String,
}

/// A front end that a tool builds, beside the server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrontEnd {
    /// A crate of the server.
    #[serde(rename = "crate")]
    pub name: String,
    /// The end of the name of the table that describes it.
    pub table: String,
    /// The tool.
    pub tool: String,
    #[serde(rename = "source")]
    _source: String,
}

/// Something that a crate reads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reads {
    /// The crate.
    #[serde(rename = "crate")]
    pub name: String,
    /// The file or folder.
    pub path: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    crates: BTreeSet<String>,
    #[serde(rename = "source")]
    _source: String,
}

impl InService {
    /// Whether a crate of servers is built for clients alone.
    #[must_use]
    pub(crate) fn is_client(&self, krate: &Crate) -> bool {
        self.serves.iter().any(|one| one.name == krate.name && one.features.is_disjoint(&krate.features))
    }

    /// Whether it may be for clients alone.
    #[must_use]
    pub(crate) fn has_clients(&self, name: &str) -> bool {
        self.serves.iter().any(|one| one.name == name)
    }

    /// Whether programs with a crate wait for messages until they are stopped.
    #[must_use]
    pub(crate) fn is_for_bots(&self, name: &str) -> bool {
        self.bots.crates.contains(name)
    }

    /// Whether a crate takes its program into the background.
    #[must_use]
    pub(crate) fn goes_to_background(&self, name: &str) -> bool {
        self.background.crates.contains(name)
    }

    /// Whether a crate looks up names of hosts.
    #[must_use]
    pub(crate) fn looks_up_names(&self, name: &str) -> bool {
        self.names.crates.contains(name)
    }

    /// Whether a crate opens the files of SQLite databases.
    #[must_use]
    pub(crate) fn opens_sqlite(&self, name: &str) -> bool {
        self.sqlite.crates.contains(name)
    }
}
