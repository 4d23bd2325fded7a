//! Crates that need something from the system: each binary's closure enters, the catalogue's rows that hold leave.

use serde::Serialize;

use crate::catalog::{Catalog, Language, Linkage, Musl, Native, RuntimeData, Surroundings, Variant};
use crate::workspace::{Binary, Crate, NATIVE_TOOLS, Role, Workspace};

/// A crate that needs something from the system, or looks as if it did, and why it is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NativeCrate {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What it does with the system, as a phrase: `links the system's libssl`.
    pub does: String,
    /// Names of the binaries that are built from it.
    pub binaries: Vec<String>,
    /// The way from the first of them down to it.
    pub chain: Vec<Link>,
    /// Features of its own that decide how it is built.
    pub features: Vec<String>,
    /// What would remove it, where that is known.
    pub way_out: Option<String>,
    /// Where the catalogue has its facts from; `None` for a crate that is in no row.
    pub source: Option<String>,
}

/// A step of the way from a binary to a crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Name of the crate.
    pub name: String,
    /// The feature of the crate before it that brings it, where it is optional.
    pub enabled_by: Option<String>,
}

/// A package that a crate without a row most likely needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess<'a> {
    /// The module of pkg-config, the library or the program.
    pub name: &'a str,
    /// The Debian package that has it.
    pub package: &'a str,
}

/// A crate of one binary with its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub binary: &'a Binary,
    pub index: usize,
    pub krate: &'a Crate,
    /// `None` for a crate that looks native and is in no row.
    pub row: Option<(&'a Native, &'a Variant)>,
}

impl<'a> Found<'a> {
    pub(super) fn in_target(&self) -> bool {
        self.krate.role == Role::Target
    }

    pub(super) fn chain(&self) -> Vec<&'a str> {
        self.binary.chain(self.index)
    }

    /// Whether the program links a shared library of the system through this crate.
    pub(super) fn links_system(&self) -> bool {
        self.in_target() && self.row.is_some_and(|(_, variant)| variant.linkage == Linkage::System)
    }

    /// Whether sources of this language are compiled into the program.
    pub(super) fn compiles(&self, language: Language) -> bool {
        self.in_target()
            && match self.row {
                Some((_, variant)) => variant.compiles == Some(language),
                // A crate that nobody knows most likely compiles C.
                None if self.only_runs_programs() => false,
                None => (language == Language::Cxx) == self.krate.evidence.compiles_cxx,
            }
    }

    /// Whether it works in a static musl binary.
    pub(super) fn musl(&self) -> Musl {
        match self.row {
            _ if !self.in_target() => Musl::Static,
            Some((_, variant)) => variant.musl,
            // musl-tools has no C++ compiler.
            None if self.krate.evidence.compiles_cxx => Musl::No,
            None if self.only_runs_programs() => Musl::Static,
            None => Musl::Unknown,
        }
    }

    /// The word for what it brings.
    pub(super) fn library(&self) -> &'a str {
        self.row.map_or(&self.krate.name, |(native, _)| &native.library)
    }

    /// What it does with the system; `None` where it only looked as if it did something.
    fn does(&self, catalog: &Catalog) -> Option<String> {
        let library = self.library();
        let Some((native, variant)) = self.row else {
            return Some(format!("{}, and is in no row of the catalogue", self.signs()));
        };
        let data: Vec<&str> = catalog.data(variant).map(|data| data.what.as_str()).collect();
        let linkage = match variant.linkage {
            Linkage::System if variant.opens.is_empty() => Some(format!("links the system's {library}")),
            Linkage::System => Some(format!("opens the system's {library} when it runs")),
            Linkage::Vendored => Some(format!("compiles {library} in")),
            Linkage::Download => Some(format!("downloads {library} while it is built")),
            Linkage::Tool => Some(format!("runs {library} while it is built")),
            Linkage::None if !native.through.is_empty() => Some(format!("wraps {}", native.through.join(", "))),
            Linkage::None => None,
        };
        let reads = (!data.is_empty() && self.in_target()).then(|| format!("uses {}", data.join(", ")));
        let parts: Vec<String> = linkage.into_iter().chain(reads).collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }

    /// Debian packages with what a crate without a row asks pkg-config for, links by name or runs.
    pub(super) fn guesses(&self, catalog: &'a Catalog) -> Vec<Guess<'a>> {
        let evidence = &self.krate.evidence;
        let modules = evidence.modules.iter().chain(&evidence.words);
        let modules = modules.filter_map(|name| Some(Guess { name, package: catalog.module(name)? }));
        let libraries = evidence.libraries.iter();
        let libraries = libraries.filter_map(|name| Some(Guess { name, package: catalog.library(name)? }));
        let programs = evidence.programs.iter().flat_map(|name| {
            let packages = catalog.images.program(name).unwrap_or_default();
            packages.iter().map(move |package| Guess { name, package })
        });
        let mut guesses: Vec<Guess> = Vec::new();
        for guess in modules.chain(libraries).chain(programs) {
            if guesses.iter().all(|known| known.package != guess.package) {
                guesses.push(guess);
            }
        }
        guesses
    }

    /// Whether its build script runs a program, such as python3, and nothing else makes it look native.
    pub(super) fn only_runs_programs(&self) -> bool {
        self.krate.links.is_none()
            && self.krate.evidence.libraries.is_empty()
            && NATIVE_TOOLS.iter().all(|tool| !self.krate.build_dependencies.contains(*tool))
    }

    /// Whether it is in no row and most likely links a library of the system.
    pub(super) fn is_guessed(&self, catalog: &Catalog) -> bool {
        let evidence = &self.krate.evidence;
        let modules = evidence.modules.iter().chain(&evidence.words).any(|name| catalog.module(name).is_some());
        self.row.is_none() && (modules || evidence.libraries.iter().any(|name| catalog.library(name).is_some()))
    }

    /// What makes a crate without a row look native.
    pub(super) fn signs(&self) -> String {
        let tools: Vec<&str> =
            NATIVE_TOOLS.into_iter().filter(|tool| self.krate.build_dependencies.contains(*tool)).collect();
        let links = self.krate.links.as_ref().map(|links| format!("has `links = \"{links}\"`"));
        let uses = (!tools.is_empty()).then(|| format!("is built with {}", tools.join(", ")));
        let programs: Vec<&str> = self.krate.evidence.programs.iter().map(String::as_str).collect();
        let programs = (!programs.is_empty()).then(|| format!("runs {} while it is built", programs.join(", ")));
        let names: Vec<&str> = self.krate.evidence.libraries.iter().map(String::as_str).collect();
        let names = (!names.is_empty()).then(|| format!("links {}", names.join(", ")));
        links.into_iter().chain(uses).chain(names).chain(programs).collect::<Vec<_>>().join(" and ")
    }

    /// What a user can change so that the crate is not built, or not in this way.
    fn way_out(&self) -> Option<String> {
        let by_row = self.row.and_then(|(_, variant)| variant.way_out(&self.chain()));
        by_row.map(str::to_owned).or_else(|| {
            let mut at = Some(self.index);
            while let Some(index) = at {
                let krate = &self.binary.crates[index];
                let parent = krate.parent.map(|parent| &self.binary.crates[parent]);
                if let (Some(feature), Some(parent)) = (&krate.enabled_by, parent) {
                    return Some(format!("turn feature `{feature}` of {} off", parent.name));
                }
                at = krate.parent;
            }
            None
        })
    }
}

/// All native crates of a workspace.
#[derive(Debug)]
pub(super) struct Natives<'a> {
    found: Vec<Found<'a>>,
}

impl<'a> Natives<'a> {
    pub(super) fn find(workspace: &'a Workspace, catalog: &'a Catalog) -> Self {
        let mut found = Vec::new();
        for binary in &workspace.binaries {
            let around = Surroundings {
                crates: binary.crates.iter().map(|krate| krate.name.as_str()).collect(),
                variables: workspace.config.env.iter().map(String::as_str).collect(),
            };
            // A package of one's own may bear the name of a published one.
            let row = |krate: &'a Crate| {
                (!krate.is_local || krate.links.is_some()).then(|| catalog.native(krate, &around)).flatten()
            };
            // Whether every build script that depends on this tool leaves it alone.
            let is_ignored = |tool: &'a Crate| {
                let mut users =
                    binary.crates.iter().filter(|user| user.build_dependencies.contains(&tool.name)).peekable();
                users.peek().is_some()
                    && users.all(|user| row(user).is_some_and(|(_, variant)| variant.ignores.contains(&tool.name)))
            };
            for (index, krate) in binary.crates.iter().enumerate() {
                let row = row(krate);
                if (row.is_some() || looks_native(krate, catalog)) && !is_ignored(krate) {
                    found.push(Found { binary, index, krate, row });
                }
            }
        }
        Self { found }
    }

    /// Those of all binaries.
    pub(super) fn all(&self) -> impl Iterator<Item = &Found<'a>> {
        self.found.iter()
    }

    /// Those of one binary.
    pub(super) fn of<'s>(&'s self, binary: &'s Binary) -> impl Iterator<Item = &'s Found<'a>> {
        self.found.iter().filter(move |found| std::ptr::eq(found.binary, binary))
    }

    /// What the program of one binary reads or runs, each with the crate that does.
    pub(super) fn data<'s>(
        &'s self,
        binary: &'s Binary,
        catalog: &'s Catalog,
    ) -> impl Iterator<Item = (&'s RuntimeData, &'s Found<'a>)> {
        self.of(binary).filter(|found| found.in_target()).flat_map(move |found| {
            let variant = found.row.map(|(_, variant)| variant);
            variant.into_iter().flat_map(|variant| catalog.data(variant)).map(move |data| (data, found))
        })
    }

    /// Those that do something, each once, with the reason why it is built.
    pub(super) fn explained(&self, catalog: &Catalog) -> Vec<NativeCrate> {
        let mut explained: Vec<NativeCrate> = Vec::new();
        for found in &self.found {
            let Some(does) = found.does(catalog) else { continue };
            let same = |other: &&mut NativeCrate| {
                other.name == found.krate.name && other.version == found.krate.version.to_string() && other.does == does
            };
            if let Some(known) = explained.iter_mut().find(same) {
                if !known.binaries.contains(&found.binary.name) {
                    known.binaries.push(found.binary.name.clone());
                }
                continue;
            }
            explained.push(NativeCrate {
                name: found.krate.name.clone(),
                version: found.krate.version.to_string(),
                binaries: vec![found.binary.name.clone()],
                chain: links(found),
                features: found
                    .row
                    .map(|(_, variant)| variant.deciding_features(found.krate).cloned().collect())
                    .unwrap_or_default(),
                way_out: found.way_out(),
                source: found.row.map(|(native, _)| native.source.clone()),
                does,
            });
        }
        explained.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        explained
    }
}

fn links(found: &Found) -> Vec<Link> {
    let crates = &found.binary.crates;
    let mut links: Vec<Link> = std::iter::successors(Some(found.index), |&at| crates[at].parent)
        .map(|at| Link { name: crates[at].name.clone(), enabled_by: crates[at].enabled_by.clone() })
        .collect();
    links.dedup_by(|a, b| a.name == b.name);
    links.reverse();
    links
}

fn looks_native(krate: &Crate, catalog: &Catalog) -> bool {
    krate.links.is_some()
        || NATIVE_TOOLS.iter().any(|tool| krate.build_dependencies.contains(*tool))
        || !krate.evidence.programs.is_empty()
        // A name that Debian has no library for is one of another system, or of the crate's own.
        || krate.evidence.libraries.iter().any(|name| catalog.library(name).is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use semver::Version;

    use super::*;
    use crate::workspace::Evidence;

    fn krate(name: &str, role: Role, tools: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            features: BTreeSet::new(),
            role,
            links: None,
            build_dependencies: tools.iter().map(|tool| (*tool).to_owned()).collect(),
            evidence: Evidence::default(),
            is_local: false,
            parent: None,
            enabled_by: None,
        }
    }

    fn workspace(crates: Vec<Crate>) -> Workspace {
        Workspace { binaries: vec![Binary { crates, ..Binary::default() }], ..Workspace::default() }
    }

    fn found(crates: Vec<Crate>) -> Vec<String> {
        let catalog = Catalog::load().unwrap();
        let workspace = workspace(crates);
        Natives::find(&workspace, &catalog).all().map(|found| found.krate.name.clone()).collect()
    }

    #[test]
    fn a_tool_that_nobody_runs_is_not_needed() {
        let aws = || krate("aws-lc-sys", Role::Target, &["cmake"]);
        let cmake = || krate("cmake", Role::Host, &[]);
        assert_eq!(found(vec![aws(), cmake()]), ["aws-lc-sys"]);
        assert_eq!(
            found(vec![aws(), krate("other", Role::Target, &["cmake"]), cmake()]),
            ["aws-lc-sys", "other", "cmake"]
        );
    }

    #[test]
    fn a_crate_that_nobody_knows_and_that_compiles_counts() {
        assert_eq!(found(vec![krate("plain", Role::Target, &["autocfg"])]), Vec::<String>::new());
        assert_eq!(found(vec![krate("strange", Role::Target, &["cc"])]), ["strange"]);
    }

    #[test]
    fn a_program_of_the_build_says_nothing_about_the_image() {
        let catalog = Catalog::load().unwrap();
        let evidence = Evidence { programs: ["python3".to_owned()].into(), ..Evidence::default() };
        let workspace = workspace(vec![Crate { evidence, ..krate("generated", Role::Target, &[]) }]);
        let natives = Natives::find(&workspace, &catalog);
        let found = natives.all().next().unwrap();
        assert_eq!(found.guesses(&catalog)[0].package, "python3");
        assert_eq!(found.musl(), Musl::Static);
        assert!(!found.compiles(Language::C));
    }

    #[test]
    fn a_family_of_crates_has_one_row_and_a_package_of_ones_own_has_none() {
        let grammar = || krate("tree-sitter-klingon", Role::Target, &["cc"]);
        let catalog = Catalog::load().unwrap();
        let row_of = |krate: Crate| {
            let workspace = workspace(vec![krate]);
            Natives::find(&workspace, &catalog).all().any(|found| found.row.is_some())
        };
        assert!(row_of(grammar()));
        assert!(!row_of(Crate { is_local: true, ..grammar() }));
    }

    #[test]
    fn the_feature_nearest_to_a_crate_is_the_way_out() {
        let catalog = Catalog::load().unwrap();
        let link = |name: &str, parent: Option<usize>, feature: Option<&str>| Crate {
            parent,
            enabled_by: feature.map(str::to_owned),
            ..krate(name, Role::Target, &[])
        };
        let workspace = workspace(vec![
            link("api", None, None),
            link("client", Some(0), Some("web")),
            link("crypto", Some(1), Some("tls")),
            link("alsa-sys", Some(2), None),
        ]);
        let explained = Natives::find(&workspace, &catalog).explained(&catalog);
        assert_eq!(explained[0].way_out.as_deref(), Some("turn feature `tls` of client off"));
        let chain: Vec<&str> = explained[0].chain.iter().map(|link| link.name.as_str()).collect();
        assert_eq!(chain, ["api", "client", "crypto", "alsa-sys"]);
        assert!(explained[0].does.starts_with("links the system's libasound"), "{}", explained[0].does);
    }
}
