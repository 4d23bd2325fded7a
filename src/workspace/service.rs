//! What sources say of a program's life in a container: where it listens, which signals it hears, what it writes.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{CommandLine, Mention};
use crate::context_path::ContextPath;

/// What the sources of a package say of its programs in service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Service {
    /// Addresses, hosts and ports to listen on.
    pub listens: Vec<Mention<Address>>,
    /// Signals that the code handles, and how.
    pub signals: Vec<Mention<Handling>>,
    /// Allocators that replace the system's.
    pub allocators: Vec<Mention<Allocator>>,
    /// Where it starts threads.
    pub threads: Vec<Mention<Threads>>,
    /// Relative paths of files and folders that it makes.
    pub writes: Vec<Mention<String>>,
    /// Those of SQLite databases that a URL names.
    pub databases: Vec<Mention<String>>,
    /// Routes that tell whether the program is well.
    pub health: Vec<Mention<String>>,
    /// What its command line is made of.
    pub command_lines: Vec<Mention<CommandLine>>,
    /// Types that its command line is parsed as.
    pub parsed: Vec<Mention<String>>,
    /// Where it prints its help for want of a subcommand.
    pub prints_help: Vec<Mention<()>>,
    /// Files with settings that it stops without.
    pub required_files: Vec<Mention<String>>,
    /// Environment variables that it stops without.
    pub required_variables: Vec<Mention<String>>,
    /// Words for going to the background, or not: names of options, fields and keys.
    pub background: Vec<Mention<Background>>,
    /// Programs that it runs and does not do without.
    pub runs: Vec<Mention<String>>,
}

impl Service {
    /// Adds what another source says.
    pub(crate) fn extend(&mut self, other: Self) {
        self.listens.extend(other.listens);
        self.signals.extend(other.signals);
        self.allocators.extend(other.allocators);
        self.threads.extend(other.threads);
        self.writes.extend(other.writes);
        self.databases.extend(other.databases);
        self.health.extend(other.health);
        self.command_lines.extend(other.command_lines);
        self.parsed.extend(other.parsed);
        self.prints_help.extend(other.prints_help);
        self.required_files.extend(other.required_files);
        self.required_variables.extend(other.required_variables);
        self.background.extend(other.background);
        self.runs.extend(other.runs);
    }

    /// Everything that stands in a line for which `holds` is true.
    pub(crate) fn retain(&mut self, holds: impl Fn(&super::SourceLine) -> bool) {
        self.listens.retain(|said| holds(&said.place));
        self.signals.retain(|said| holds(&said.place));
        self.allocators.retain(|said| holds(&said.place));
        self.threads.retain(|said| holds(&said.place));
        self.writes.retain(|said| holds(&said.place));
        self.databases.retain(|said| holds(&said.place));
        self.health.retain(|said| holds(&said.place));
        self.command_lines.retain(|said| holds(&said.place));
        self.parsed.retain(|said| holds(&said.place));
        self.prints_help.retain(|said| holds(&said.place));
        self.required_files.retain(|said| holds(&said.place));
        self.required_variables.retain(|said| holds(&said.place));
        self.background.retain(|said| holds(&said.place));
        self.runs.retain(|said| holds(&said.place));
    }
}

/// A file or folder of the source tree that a program opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenedPath {
    /// Where it lies.
    pub path: ContextPath,
    /// The folder that the path starts from: of the package, or of the workspace.
    pub from: ContextPath,
    /// Whether the program takes the path of that folder along, and looks there.
    pub is_baked: bool,
}

/// Where a program listens, as far as one place of its sources says.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    /// `127.0.0.1`, `0.0.0.0`, `localhost`, `::`.
    pub host: Option<String>,
    /// The port, never 0.
    pub port: Option<u16>,
    /// Whether it is one of UDP.
    pub is_udp: bool,
    /// How sure it is.
    pub certainty: Certainty,
    /// The environment variable that overrules it.
    pub variable: Option<String>,
    /// The option of the command line that does.
    pub option: Option<CommandOption>,
}

/// An option of the command line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CommandOption {
    /// `--listen`
    pub name: String,
    /// The type that has it as a field.
    pub of: String,
}

/// What makes a value an address to listen on, the weakest sign first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    /// Its shape, or a name with other words in it: `metrics_port`.
    #[default]
    Said,
    /// A name that says nothing else: `port`, `HTTP_PORT`, `listen_address`.
    Named,
    /// A call that listens on it.
    Bound,
}

impl Address {
    /// Whether nobody outside of the machine reaches it.
    #[must_use]
    pub(crate) fn is_loopback(&self) -> bool {
        self.host.as_deref().is_some_and(|host| host.starts_with("127.") || host == "localhost" || host == "::1")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (Some(host), Some(port)) if host.contains(':') => write!(f, "[{host}]:{port}"),
            (Some(host), Some(port)) => write!(f, "{host}:{port}"),
            (Some(host), None) => f.write_str(host),
            (None, Some(port)) => write!(f, "port {port}"),
            (None, None) => Ok(()),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How code hears signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handling {
    /// It names SIGTERM.
    Terminate,
    /// It names SIGINT, or tokio's `ctrl_c`.
    Interrupt,
    /// It calls the crate ctrlc, which hears SIGTERM with a feature of its own.
    Ctrlc,
    /// It tells a framework to leave signals alone.
    Off,
}

/// Whether a word takes a program into the background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Background {
    /// It does, and so nothing else does: `--daemonize`.
    Leaves,
    /// It keeps the program from that: the option, such as `--foreground`.
    Stays(String),
}

/// A `#[global_allocator]` that is not the system's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allocator {
    /// Texts of the `#[cfg(…)]` that it stands under, its modules' left out.
    pub conditions: Vec<String>,
    /// Whether they hold on musl with the features that are on.
    pub is_used: bool,
}

/// What starts threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    /// The standard library, or a pool.
    Spawned,
    /// tokio's runtime with many threads.
    ManyOfTokio,
    /// tokio's runtime with the one thread that calls it.
    OneOfTokio,
}
