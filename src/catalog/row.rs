//! A row of `native/*.toml`: README.md beside the rows says what each key means. The build script reads rows with this
//! module too.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use serde::Deserialize;

/// A crate that needs something from the system, or that looks as if it did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Native {
    #[serde(rename = "crate")]
    pub(super) name: String,
    /// The word that users see: a library's file name or a program.
    pub library: String,
    /// Where the facts were read.
    pub source: String,
    /// Crates that it wraps: their rows hold what it needs.
    #[serde(default)]
    pub through: Vec<String>,
    pub(super) variant: Vec<Variant>,
}

/// What a crate needs under some condition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Variant {
    pub(super) features: Option<Vec<String>>,
    pub(super) all_features: Option<Vec<String>>,
    pub(super) without_features: Option<Vec<String>>,
    pub(super) version: Option<VersionReq>,
    pub(super) with_crates: Option<Vec<String>>,
    pub(super) without_crates: Option<Vec<String>>,
    pub(super) variables: Option<Vec<String>>,
    /// How the library gets into the program.
    pub linkage: Linkage,
    /// Debian packages for the build stage.
    #[serde(default)]
    pub build: PerSuite,
    /// Debian packages that hold the shared libraries.
    #[serde(default)]
    pub runtime: PerSuite,
    /// Environment of the build.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Language of sources that are compiled for the target.
    pub compiles: Option<Language>,
    /// Whether it works in a static musl binary.
    pub musl: Musl,
    /// Images in which a program that uses it was built and run.
    #[cfg_attr(not(test), allow(dead_code, reason = "the build script and the tests read it"))]
    pub proved: Option<String>,
    /// The version of the crate that was built for that.
    #[allow(dead_code, reason = "the build script reads it")]
    pub proved_version: Option<Version>,
    /// Tools among its build-dependencies that it never runs.
    #[serde(default)]
    pub ignores: Vec<String>,
    /// Sonames that the program opens itself, so that nothing in the binary names them.
    #[serde(default)]
    pub opens: Vec<String>,
    /// What the program reads or runs: names of rows of `runtime-data.toml`.
    #[serde(default)]
    pub data: Vec<String>,
    #[serde(default)]
    pub(super) ways_out: Vec<WayOut>,
}

/// How a native library gets into the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Linkage {
    /// As a shared library of the system.
    System,
    /// Compiled from source.
    Vendored,
    /// Finished, from a place in the network that the build script knows.
    Download,
    /// Not at all: only the build runs it.
    Tool,
    /// Not at all: the crate is pure Rust, or wraps others.
    None,
}

/// A language that is compiled for the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Language {
    /// C, or assembly.
    #[serde(rename = "c")]
    C,
    /// C++.
    #[serde(rename = "c++")]
    Cxx,
}

/// Whether a crate works in a static musl binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Musl {
    /// It does.
    Static,
    /// It does not.
    No,
    /// Nobody has tried.
    Unknown,
}

/// Package names, the same in all suites or by suite.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum PerSuite {
    /// The same everywhere.
    Same(Vec<String>),
    /// By suite; a suite that is left out has no such package.
    BySuite(BTreeMap<String, Vec<String>>),
}

impl Default for PerSuite {
    fn default() -> Self {
        Self::Same(Vec::new())
    }
}

impl PerSuite {
    /// The names in every suite.
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        let (same, by_suite) = match self {
            Self::Same(names) => (Some(names), None),
            Self::BySuite(names) => (None, Some(names.values().flatten())),
        };
        same.into_iter().flatten().chain(by_suite.into_iter().flatten())
    }

    /// The names in this suite; none where the suite has no such package.
    #[must_use]
    pub(crate) fn of(&self, suite: &str) -> &[String] {
        self.known(suite).unwrap_or(&[])
    }

    /// The names in this suite, `None` where it has no such package.
    #[must_use]
    pub(crate) fn known(&self, suite: &str) -> Option<&[String]> {
        match self {
            Self::Same(names) => Some(names),
            Self::BySuite(names) => names.get(suite).map(Vec::as_slice),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WayOut {
    pub(super) through: Option<String>,
    #[serde(rename = "do")]
    pub(super) what: String,
}
