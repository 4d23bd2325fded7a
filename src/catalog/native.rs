//! `native-libraries.toml`: what crates need from the system, by the way they are built.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use semver::{Version, VersionReq};
use serde::Deserialize;

use crate::workspace::Crate;

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
    without_crates: Option<Vec<String>>,
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
    ways_out: Vec<WayOut>,
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
struct WayOut {
    through: Option<String>,
    #[serde(rename = "do")]
    what: String,
}

/// What a variant may depend on beside the crate itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings<'a> {
    /// Names of all crates that are built for the same program.
    pub crates: BTreeSet<&'a str>,
    /// Variables that `[env]` of cargo's configuration sets.
    pub variables: BTreeSet<&'a str>,
}

impl Variant {
    fn applies(&self, krate: &Crate, around: &Surroundings) -> bool {
        let features = |name: &String| krate.features.contains(name);
        let crates = |name: &String| around.crates.contains(name.as_str());
        let variables = |name: &String| around.variables.contains(name.as_str());
        self.features.as_ref().is_none_or(|names| names.iter().any(features))
            && self.all_features.as_ref().is_none_or(|names| names.iter().all(features))
            && !self.without_features.as_ref().is_some_and(|names| names.iter().any(features))
            && self.with_crates.as_ref().is_none_or(|names| names.iter().any(crates))
            && !self.without_crates.as_ref().is_some_and(|names| names.iter().any(crates))
            && self.variables.as_ref().is_none_or(|names| names.iter().any(variables))
            && self.version.as_ref().is_none_or(|version| {
                // A version's own pre-release or build part does not matter here.
                version.matches(&Version::new(krate.version.major, krate.version.minor, krate.version.patch))
            })
    }

    fn is_unconditional(&self) -> bool {
        let conditions = [
            &self.features,
            &self.all_features,
            &self.without_features,
            &self.with_crates,
            &self.without_crates,
            &self.variables,
        ];
        conditions.iter().all(|condition| condition.is_none()) && self.version.is_none()
    }

    /// The features of the crate that its conditions name and that are on.
    pub(crate) fn deciding_features<'a>(&'a self, krate: &'a Crate) -> impl Iterator<Item = &'a String> {
        let named = self.features.iter().chain(&self.all_features).flatten();
        named.filter(|feature| krate.features.contains(*feature))
    }

    /// What a user can change so that this need goes away, given the chain that leads to the crate.
    #[must_use]
    pub(crate) fn way_out(&self, chain: &[&str]) -> Option<&str> {
        let holds = |way: &&WayOut| way.through.as_deref().is_none_or(|name| chain.contains(&name));
        self.ways_out.iter().find(holds).map(|way| way.what.as_str())
    }
}

impl Native {
    /// The variant that holds for the way a crate is built.
    pub(super) fn variant(&self, krate: &Crate, around: &Surroundings) -> Option<&Variant> {
        self.variant.iter().find(|variant| variant.applies(krate, around))
    }

    pub(super) fn check(&self) -> Result<()> {
        let (last, before) = self.variant.split_last().with_context(|| format!("`{}` has no variant", self.name))?;
        ensure!(
            last.is_unconditional() && before.iter().all(|variant| !variant.is_unconditional()),
            "the last variant of `{}`, and only that, has no condition",
            self.name
        );
        Ok(())
    }
}
