//! What the world is like: base images, native libraries, files that builds read. Facts live in the data files beside
//! this module; here they are loaded and held to their rules.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use semver::{Version, VersionReq};
use serde::Deserialize;

use crate::workspace::Crate;

/// All embedded facts.
#[derive(Debug)]
pub struct Catalog {
    /// Images and toolchain.
    pub images: Images,
    natives: BTreeMap<String, Native>,
    /// Files that builds read.
    pub inputs: BuildInputs,
}

/// `images.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// The Rust toolchain.
    pub rust: Rust,
    suite: Vec<Suite>,
    linker: Vec<Linker>,
}

/// The Rust that is used when nobody asks for one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rust {
    /// Version, such as `1.95`.
    pub default: String,
    /// Components that a build can use.
    pub build_components: BTreeSet<String>,
}

/// A Debian suite and its images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Suite {
    /// Code name.
    pub name: String,
    build: String,
    /// Image of the `slim` runtime.
    pub slim: String,
    /// Image of the `distroless` runtime, where a maintained one exists.
    pub distroless: Option<String>,
    /// First Rust release with an image of this suite.
    pub first_rust: String,
}

impl Suite {
    /// The build image with this Rust version.
    #[must_use]
    pub fn build_image(&self, version: &str) -> String {
        self.build.replace("{version}", version)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Linker {
    program: String,
    packages: Vec<String>,
}

impl Images {
    /// The suite of this name.
    #[must_use]
    pub fn suite(&self, name: &str) -> Option<&Suite> {
        self.suite.iter().find(|suite| suite.name == name)
    }

    /// The suite that is used when nobody asks for one.
    #[must_use]
    pub fn preferred_suite(&self) -> &Suite {
        &self.suite[0]
    }

    /// Names of all suites.
    pub fn suites(&self) -> impl Iterator<Item = &str> {
        self.suite.iter().map(|suite| suite.name.as_str())
    }

    /// Debian packages that hold a linker.
    #[must_use]
    pub fn linker(&self, program: &str) -> Option<&[String]> {
        self.linker.iter().find(|linker| linker.program == program).map(|linker| linker.packages.as_slice())
    }
}

/// `build-inputs.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildInputs {
    /// Patterns that never travel.
    pub never: Vec<String>,
    input: Vec<BuildInput>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BuildInput {
    #[serde(rename = "crate")]
    name: String,
    paths: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

impl BuildInputs {
    /// What a direct dependency on this crate reads beside the manifest.
    #[must_use]
    pub fn of(&self, name: &str) -> &[String] {
        self.input.iter().find(|input| input.name == name).map_or(&[], |input| &input.paths)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NativeLibraries {
    native: Vec<Native>,
}

/// A crate that needs something from the system, or that looks as if it did.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Native {
    #[serde(rename = "crate")]
    name: String,
    /// The word that users see: a library's file name or a program.
    pub library: String,
    /// Where the facts were read.
    pub source: String,
    variant: Vec<Variant>,
}

/// What a crate needs under some condition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    features: Option<Vec<String>>,
    without_features: Option<Vec<String>>,
    version: Option<VersionReq>,
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
    /// Whether it verifies certificates with the system's CA bundle.
    #[serde(default)]
    pub tls: bool,
    #[serde(default)]
    ways_out: Vec<WayOut>,
}

/// How a native library gets into the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linkage {
    /// As a shared library of the system.
    System,
    /// Compiled from source.
    Vendored,
    /// Not at all: only the build runs it.
    Tool,
    /// Not at all: the crate is pure Rust.
    None,
}

/// A language that is compiled for the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Language {
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
pub enum Musl {
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
pub enum PerSuite {
    /// The same everywhere.
    Same(Vec<String>),
    /// By suite.
    BySuite(BTreeMap<String, Vec<String>>),
}

impl Default for PerSuite {
    fn default() -> Self {
        Self::Same(Vec::new())
    }
}

impl PerSuite {
    /// The names in this suite.
    #[must_use]
    pub fn of(&self, suite: &str) -> &[String] {
        match self {
            Self::Same(names) => names,
            Self::BySuite(names) => names.get(suite).map_or(&[], Vec::as_slice),
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

impl Variant {
    fn applies(&self, krate: &Crate) -> bool {
        let on = |features: &Vec<String>| features.iter().any(|feature| krate.features.contains(feature));
        self.features.as_ref().is_none_or(on)
            && !self.without_features.as_ref().is_some_and(on)
            && self.version.as_ref().is_none_or(|version| {
                // A version's own pre-release or build part does not matter here.
                version.matches(&Version::new(krate.version.major, krate.version.minor, krate.version.patch))
            })
    }

    fn is_unconditional(&self) -> bool {
        self.features.is_none() && self.without_features.is_none() && self.version.is_none()
    }

    /// What a user can change so that this need goes away, given the chain that leads to the crate.
    #[must_use]
    pub fn way_out(&self, chain: &[&str]) -> Option<&str> {
        let holds = |way: &&WayOut| way.through.as_deref().is_none_or(|name| chain.contains(&name));
        self.ways_out.iter().find(holds).map(|way| way.what.as_str())
    }
}

impl Catalog {
    /// Loads the embedded files. They are part of the program, so an error here is a mistake in it.
    pub fn load() -> Result<Self> {
        let images: Images = parse("images.toml", include_str!("catalog/images.toml"))?;
        ensure!(!images.suite.is_empty(), "images.toml has no suite");
        let libraries: NativeLibraries = parse("native-libraries.toml", include_str!("catalog/native-libraries.toml"))?;
        let inputs = parse("build-inputs.toml", include_str!("catalog/build-inputs.toml"))?;
        let names: Vec<&str> = libraries.native.iter().map(|native| native.name.as_str()).collect();
        ensure!(names.is_sorted_by(|a, b| a < b), "native-libraries.toml is not sorted, or names a crate twice");
        for native in &libraries.native {
            let (last, before) =
                native.variant.split_last().with_context(|| format!("`{}` has no variant", native.name))?;
            ensure!(
                last.is_unconditional() && before.iter().all(|variant| !variant.is_unconditional()),
                "the last variant of `{}`, and only that, has no condition",
                native.name
            );
        }
        let natives = libraries.native.into_iter().map(|native| (native.name.clone(), native)).collect();
        Ok(Self { images, natives, inputs })
    }

    /// The row of a crate, and the variant that holds for the way it is built.
    #[must_use]
    pub fn native(&self, krate: &Crate) -> Option<(&Native, &Variant)> {
        let native = self.natives.get(&krate.name)?;
        let variant = native.variant.iter().find(|variant| variant.applies(krate))?;
        Some((native, variant))
    }
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml_edit::de::from_str(text).with_context(|| format!("cannot read the embedded {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_files_follow_their_rules() {
        let catalog = Catalog::load().unwrap();
        assert!(catalog.natives.len() > 20);
        assert_eq!(catalog.images.preferred_suite().name, "trixie");
        for native in catalog.natives.values() {
            assert!(!native.source.is_empty(), "{} has no source", native.name);
            for variant in &native.variant {
                for suite in catalog.images.suites() {
                    let (build, runtime) = (variant.build.of(suite), variant.runtime.of(suite));
                    for names in [build, runtime] {
                        assert!(names.is_sorted_by(|a, b| a < b), "{}: {names:?} is not sorted", native.name);
                    }
                    let links = variant.linkage == Linkage::System;
                    assert!(links || runtime.is_empty(), "{} needs no package at run time", native.name);
                }
                if variant.linkage == Linkage::System {
                    assert_ne!(variant.musl, Musl::Static, "{}: Debian's libraries are glibc's", native.name);
                }
            }
        }
    }
}
