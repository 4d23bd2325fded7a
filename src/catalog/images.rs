//! `images.toml`: base images, the default Rust version, platforms, programs that builds run.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// Images and toolchain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Images {
    /// The Rust toolchain.
    pub rust: Rust,
    pub(super) suite: Vec<Suite>,
    /// Platforms that are built for from any other.
    pub platform: Vec<Platform>,
    pub(super) program: Vec<Program>,
    /// Programs that only build scripts of a workspace's own packages count for, with their packages.
    pub(super) of_workspaces: BTreeMap<String, Vec<String>>,
    /// Programs that build images hold.
    present: BTreeSet<String>,
    /// Programs that only programs run, with their packages.
    pub(super) of_programs: BTreeMap<String, Vec<String>>,
    /// Programs that slim images hold.
    in_slim: BTreeSet<String>,
    /// Programs of other systems and of desktops, which no image needs.
    elsewhere: BTreeSet<String>,
}

/// The default Rust version.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Rust {
    /// Version, such as `1.95`.
    pub default: String,
    /// Version of cargo-auditable.
    pub auditable: String,
    /// Components that a build can use.
    pub build_components: BTreeSet<String>,
}

/// A Debian suite and its images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Suite {
    /// Code name.
    pub name: String,
    build: String,
    /// Image of the `slim` runtime.
    pub slim: String,
    /// Image of the `distroless` runtime, where a maintained one exists.
    pub distroless: Option<String>,
    /// First Rust release with an image of this suite.
    pub first_rust: String,
    /// Whether it has compilers for other architectures under one name.
    pub compiles_across: bool,
    /// The option that makes its `cp` leave alone what is there already, without a warning.
    pub copy_missing: String,
    /// Packages with runtime data that the build image holds already.
    pub build_has: Vec<String>,
    /// The same for the image of the `slim` runtime.
    pub slim_has: Vec<String>,
}

impl Suite {
    /// The build image with this Rust version.
    #[must_use]
    pub(crate) fn build_image(&self, version: &str) -> String {
        self.build.replace("{version}", version)
    }
}

/// A platform of images.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platform {
    /// As builders call it: `linux/arm64`.
    pub name: String,
    /// Debian's architecture.
    pub debian: String,
    /// What compilers and folders of libraries are named for: `aarch64-linux-gnu`.
    pub triplet: String,
    gnu: String,
    musl: Option<String>,
    /// Whether there are distroless images of it.
    pub distroless: bool,
}

impl Platform {
    /// Its target triple for glibc, or for musl where Rust has a standard library for that.
    #[must_use]
    pub(crate) fn triple(&self, is_musl: bool) -> Option<&str> {
        if is_musl { self.musl.as_deref() } else { Some(&self.gnu) }
    }

    /// `TARGETARCH` with `TARGETVARIANT`, as a builder sets them: `arm64`, `armv7`.
    #[must_use]
    pub(crate) fn architecture(&self) -> String {
        self.name.split('/').skip(1).collect()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    pub(super) name: String,
    pub(super) packages: Vec<String>,
    /// Whether it counts only as a linker.
    #[serde(default)]
    links: bool,
}

impl Images {
    /// The suite of this name.
    #[must_use]
    pub(crate) fn suite(&self, name: &str) -> Option<&Suite> {
        self.suite.iter().find(|suite| suite.name == name)
    }

    /// The default suite.
    #[must_use]
    pub(crate) fn preferred_suite(&self) -> &Suite {
        &self.suite[0]
    }

    /// Names of all suites.
    pub(crate) fn suites(&self) -> impl Iterator<Item = &str> {
        self.suite.iter().map(|suite| suite.name.as_str())
    }

    /// The target triples of these platforms, for glibc or for musl. A platform that nobody knows has none.
    pub(crate) fn triples<'a>(&'a self, platforms: &'a [String], is_musl: bool) -> impl Iterator<Item = &'a str> {
        let named = self.platform.iter().filter(|platform| platforms.contains(&platform.name));
        named.filter_map(move |platform| platform.triple(is_musl))
    }

    /// Whether a build script that runs this program needs it; `is_local` says that it is one of the workspace's own.
    #[must_use]
    pub(crate) fn is_run_by_scripts(&self, name: &str, is_local: bool) -> bool {
        self.program.iter().any(|program| program.name == name && !program.links)
            || is_local && self.of_workspaces.contains_key(name)
    }

    /// Whether a build image holds this program, or some package of the catalogue does.
    #[must_use]
    pub(crate) fn has_program(&self, name: &str) -> bool {
        self.present.contains(name) || self.program(name).is_some()
    }

    /// Debian packages that hold what a program runs; none where nobody knows.
    #[must_use]
    pub(crate) fn run_by_programs(&self, name: &str) -> &[String] {
        self.of_programs.get(name).map(Vec::as_slice).or_else(|| self.program(name)).unwrap_or_default()
    }

    /// Whether slim images hold a program.
    #[must_use]
    pub(crate) fn is_in_slim(&self, name: &str) -> bool {
        self.in_slim.contains(name)
    }

    /// Whether a program belongs to another system or to a desktop.
    #[must_use]
    pub(crate) fn is_elsewhere(&self, name: &str) -> bool {
        self.elsewhere.contains(name)
    }

    /// Debian packages that hold a program.
    #[must_use]
    pub(crate) fn program(&self, name: &str) -> Option<&[String]> {
        let listed = self.program.iter().find(|program| program.name == name).map(|program| &program.packages);
        listed.or_else(|| self.of_workspaces.get(name)).map(Vec::as_slice)
    }
}
