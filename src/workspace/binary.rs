//! The binaries to build, and the crates that they are built from.

use std::collections::BTreeSet;

use semver::Version;

use super::Mention;
use crate::catalog::Language;
use crate::context_path::ContextPath;

/// A binary to build.
#[derive(Debug, Clone, Default)]
pub(crate) struct Binary {
    /// Its real name, which need not be its package's.
    pub name: String,
    /// The package that holds it.
    pub package: String,
    /// The package's folder.
    pub folder: ContextPath,
    /// Metadata that becomes image labels.
    pub about: About,
    /// Shared libraries that are built with it from crates of the graph.
    pub libraries: Vec<OwnLibrary>,
    /// Its crate and all that it is built from, itself first, each with the one that it was reached through.
    pub crates: Vec<Crate>,
}

/// A shared library that cargo builds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnLibrary {
    /// Name of the crate, as its file has it: `shared` for `libshared.so`.
    pub name: String,
    /// Where the program opens it, for one that it does not link: `libplugin.so`, `plugins/libplugin.so`.
    pub opened_as: Option<Mention<String>>,
}

impl OwnLibrary {
    /// Name of its file.
    #[must_use]
    pub(crate) fn file(&self) -> String {
        format!("lib{}.so", self.name)
    }
}

/// Metadata of a package.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// `description`
    pub description: Option<String>,
    /// `license`
    pub license: Option<String>,
    /// `repository`
    pub repository: Option<String>,
    /// `homepage`
    pub homepage: Option<String>,
    /// `documentation`
    pub documentation: Option<String>,
    /// `authors`
    pub authors: Vec<String>,
}

/// A binary that is left out, with the features it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkippedBinary {
    /// Name of the binary.
    pub name: String,
    /// Its `required-features`.
    pub required_features: Vec<String>,
}

/// A crate as it is built for one binary.
#[derive(Debug, Clone)]
pub(crate) struct Crate {
    /// Name of the package.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The features that are on, exactly.
    pub features: BTreeSet<String>,
    /// Where its code runs.
    pub role: Role,
    /// The `links` key.
    pub links: Option<String>,
    /// Direct dependencies of its build script.
    pub build_dependencies: BTreeSet<String>,
    /// What its build script and manifest say about the system, where it has tools for native code.
    pub evidence: Evidence,
    /// Whether its source is local.
    pub is_local: bool,
    /// Index of the crate that it was first reached through; `None` for the binary itself.
    pub parent: Option<usize>,
    /// The feature of that crate which brings it, where it is an optional dependency.
    pub enabled_by: Option<String>,
}

/// What can be read off a crate that no catalogue knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Whether its build script does nothing, with these features.
    pub is_idle: bool,
    /// Modules that it asks pkg-config for: in a build script, or in `[package.metadata.system-deps]`.
    pub modules: BTreeSet<String>,
    /// Words in a build script that asks pkg-config: some may be modules.
    pub words: BTreeSet<String>,
    /// Shared libraries that it links by name.
    pub libraries: BTreeSet<String>,
    /// Programs that its build script runs.
    pub programs: BTreeSet<String>,
    /// Others that it runs, where it is one of the workspace's own, and that are in no list.
    pub unknown_programs: BTreeSet<String>,
    /// Whether its build script fails where git cannot be run.
    pub insists_on_git: bool,
    /// Whether its build script compiles C++.
    pub compiles_cxx: bool,
    /// The language of native sources that lie in the package itself, where it is in no row of the catalogue.
    pub vendors: Option<Language>,
}

/// Crates that build scripts use to compile or to look for native code.
pub(crate) const NATIVE_TOOLS: [&str; 8] =
    ["autotools", "bindgen", "cc", "cmake", "meson", "pkg-config", "system-deps", "vcpkg"];

/// Where a crate's code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// In the program, on the target.
    Target,
    /// In a build script or a procedural macro, while building.
    Host,
}

impl Binary {
    /// Adds the crates that are built for another target, each where it is new.
    pub(crate) fn add_crates(&mut self, of_other: Vec<Crate>) {
        let mut places: Vec<usize> = Vec::new();
        for mut krate in of_other {
            let is_same =
                |own: &Crate| (&own.name, &own.version, own.role) == (&krate.name, &krate.version, krate.role);
            let place = self.crates.iter().position(is_same).unwrap_or(self.crates.len());
            if let Some(own) = self.crates.get_mut(place) {
                own.features.append(&mut krate.features);
            } else {
                // Whoever brings a crate stands before it.
                krate.parent = krate.parent.map(|parent| places[parent]);
                self.crates.push(krate);
            }
            places.push(place);
        }
    }

    /// The way from the binary's package down to the crate at `index`: `api → reqwest → openssl-sys`.
    #[must_use]
    pub(crate) fn chain(&self, index: usize) -> Vec<&str> {
        let mut names: Vec<&str> = std::iter::successors(Some(index), |&at| self.crates[at].parent)
            .map(|at| self.crates[at].name.as_str())
            .collect();
        names.dedup();
        names.reverse();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(name: &str, features: &[&str], parent: Option<usize>) -> Crate {
        Crate {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            features: features.iter().map(|feature| (*feature).to_owned()).collect(),
            role: Role::Target,
            links: None,
            build_dependencies: BTreeSet::new(),
            evidence: Evidence::default(),
            is_local: false,
            parent,
            enabled_by: None,
        }
    }

    #[test]
    fn crates_of_another_target_keep_their_way() {
        let mut binary =
            Binary { crates: vec![krate("app", &[], None), krate("log", &["std"], Some(0))], ..Binary::default() };
        binary.add_crates(vec![
            krate("app", &["arm"], None),
            krate("neon", &[], Some(0)),
            krate("log", &[], Some(0)),
            krate("neon-sys", &[], Some(1)),
        ]);
        let names: Vec<&str> = binary.crates.iter().map(|krate| krate.name.as_str()).collect();
        assert_eq!(names, ["app", "log", "neon", "neon-sys"]);
        assert_eq!(binary.chain(3), ["app", "neon", "neon-sys"]);
        assert!(binary.crates[0].features.contains("arm") && binary.crates[1].features.contains("std"));
    }
}
