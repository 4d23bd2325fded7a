//! Crates that need something from the system: each binary's closure enters, the catalogue's rows that hold leave.

mod explained;
mod unlisted;

use crate::catalog::{Catalog, Language, Linkage, Musl, Native, RuntimeData, Surroundings, Variant};
use crate::workspace::{Binary, Crate, NATIVE_TOOLS, Role, Workspace};

pub(crate) use explained::NativeCrate;

/// A crate of one binary with its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct NativeUse<'a> {
    pub binary: &'a Binary,
    pub index: usize,
    pub krate: &'a Crate,
    /// `None` for a crate that looks native and is in no row.
    pub row: Option<(&'a Native, &'a Variant)>,
    /// Whether the row is that of another crate, of which this one looks like a fork.
    pub is_fork: bool,
}

impl<'a> NativeUse<'a> {
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
                // A crate that is not in the catalogue most likely compiles C.
                None if self.only_runs_programs() => false,
                None => (language == Language::Cxx) == self.compiles_cxx(),
            }
    }

    /// Whether a crate in no row compiles C++: its build script says so, its own sources are, or cmake builds them, which
    /// looks for a C++ compiler unless a project says that it wants none.
    pub(super) fn compiles_cxx(&self) -> bool {
        let evidence = &self.krate.evidence;
        evidence.compiles_cxx
            || evidence.vendors == Some(Language::Cxx)
            || self.krate.build_dependencies.contains("cmake")
    }

    /// Whether it works in a static musl binary.
    pub(super) fn musl(&self) -> Musl {
        match self.row {
            _ if !self.in_target() => Musl::Static,
            Some((_, variant)) => variant.musl,
            // musl-tools has no C++ compiler.
            None if self.compiles_cxx() => Musl::No,
            None if self.only_runs_programs() => Musl::Static,
            None => Musl::Unknown,
        }
    }

    /// The word for what it brings.
    pub(super) fn library(&self) -> &'a str {
        self.row.map_or(&self.krate.name, |(native, _)| &native.library)
    }
}

/// All native crates of a workspace.
#[derive(Debug)]
pub(super) struct Natives<'a> {
    found: Vec<NativeUse<'a>>,
}

impl<'a> Natives<'a> {
    pub(super) fn find(workspace: &'a Workspace, catalog: &'a Catalog) -> Self {
        let mut found = Vec::new();
        for binary in &workspace.binaries {
            let around = Surroundings {
                crates: binary.crates.iter().map(|krate| krate.name.as_str()).collect(),
                variables: workspace.config.env.iter().map(String::as_str).collect(),
            };
            // A package of one's own may bear the name of a published one by chance.
            let row = |krate: &'a Crate| {
                (!krate.is_local || krate.links.is_some() || has_tools(krate))
                    .then(|| catalog.native(krate, &around))
                    .flatten()
                    // What holds for a family may be different for one of its members.
                    .filter(|(native, variant)| {
                        !native.is_family() || !krate.evidence.compiles_cxx || variant.compiles == Some(Language::Cxx)
                    })
            };
            // Whether every build script that depends on this tool leaves it alone.
            let is_ignored = |tool: &'a Crate| {
                let runs_it = |user: &&Crate| {
                    user.build_dependencies.iter().any(|name| *name == tool.name || catalog.wraps(name, &tool.name))
                };
                let mut users = binary.crates.iter().filter(runs_it).peekable();
                users.peek().is_some()
                    && users.all(|user| {
                        user.evidence.is_idle
                            || row(user).is_some_and(|(_, variant)| variant.ignores.contains(&tool.name))
                    })
            };
            for (index, krate) in binary.crates.iter().enumerate() {
                let own = row(krate);
                if own.is_none() && !looks_native(krate, catalog) || is_ignored(krate) {
                    continue;
                }
                let is_own = krate.is_local && krate.links.is_none();
                let is_known = own.is_some() || catalog.has_row(&krate.name) || is_own;
                let fork = || {
                    let native = catalog.row_of_fork(krate)?;
                    Some((native, native.variant_of_fork(krate, &around)?))
                };
                let borrowed = (!is_known).then(fork).flatten();
                found.push(NativeUse { binary, index, krate, row: own.or(borrowed), is_fork: borrowed.is_some() });
            }
        }
        Self { found }
    }

    /// Those of all binaries.
    pub(super) fn all(&self) -> impl Iterator<Item = &NativeUse<'a>> {
        self.found.iter()
    }

    /// Those of one binary.
    pub(super) fn of<'s>(&'s self, binary: &'s Binary) -> impl Iterator<Item = &'s NativeUse<'a>> {
        self.found.iter().filter(move |found| std::ptr::eq(found.binary, binary))
    }

    /// What the program of one binary reads or runs, each with the crate that does.
    pub(super) fn data<'s>(
        &'s self,
        binary: &'s Binary,
        catalog: &'s Catalog,
    ) -> impl Iterator<Item = (&'s RuntimeData, &'s NativeUse<'a>)> {
        self.of(binary).filter(|found| found.in_target()).flat_map(move |found| {
            let variant = found.row.map(|(_, variant)| variant);
            variant.into_iter().flat_map(|variant| catalog.data(variant)).map(move |data| (data, found))
        })
    }
}

/// The tools for native code that its build script has.
fn tools(krate: &Crate) -> impl Iterator<Item = &'static str> {
    NATIVE_TOOLS.into_iter().filter(|tool| !krate.evidence.is_idle && krate.build_dependencies.contains(*tool))
}

fn has_tools(krate: &Crate) -> bool {
    tools(krate).next().is_some()
}

/// What the build scripts of bindings to Windows alone depend on, which do nothing elsewhere.
/// Source: <https://docs.rs/winapi-build>
const OF_WINDOWS: &str = "winapi-build";

fn looks_native(krate: &Crate, catalog: &Catalog) -> bool {
    if krate.build_dependencies.contains(OF_WINDOWS) {
        return false;
    }
    krate.links.is_some()
        || has_tools(krate)
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

    pub(super) fn krate(name: &str, role: Role, tools: &[&str]) -> Crate {
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

    pub(super) fn workspace(crates: Vec<Crate>) -> Workspace {
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
    fn a_tool_that_another_one_runs_is_needed() {
        let types = || krate("pbjson-types", Role::Target, &["prost-build"]);
        let tools = || [krate("tonic-build", Role::Host, &[]), krate("prost-build", Role::Host, &[])];
        let found = |user: Option<Crate>| found([types()].into_iter().chain(user).chain(tools()).collect());
        assert!(!found(None).contains(&"prost-build".to_owned()));
        let user = krate("service", Role::Target, &["tonic-build"]);
        assert!(found(Some(user)).contains(&"prost-build".to_owned()), "through tonic-build");
    }

    #[test]
    fn a_crate_that_nobody_knows_and_that_compiles_counts() {
        assert_eq!(found(vec![krate("plain", Role::Target, &["autocfg"])]), Vec::<String>::new());
        assert_eq!(found(vec![krate("strange", Role::Target, &["cc"])]), ["strange"]);
        let of_windows =
            Crate { links: Some("dbghelp".to_owned()), ..krate("dbghelp-sys", Role::Target, &["winapi-build"]) };
        assert_eq!(found(vec![of_windows]), Vec::<String>::new());
    }

    #[test]
    fn forks_are_told_from_other_libraries() {
        let catalog = Catalog::load().unwrap();
        let fork_of = |name: &str| {
            let workspace = workspace(vec![krate(name, Role::Target, &["cc"])]);
            let natives = Natives::find(&workspace, &catalog);
            natives.all().next()?.row.map(|(native, _)| native.name().to_owned())
        };
        assert_eq!(fork_of("boring-sys2").as_deref(), Some("boring-sys"));
        assert_eq!(fork_of("oxrocksdb-sys").as_deref(), Some("librocksdb-sys"));
        assert_eq!(fork_of("libbzip3-sys"), None);
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
        let evidence = Evidence { compiles_cxx: true, vendors: Some(Language::Cxx), ..Evidence::default() };
        assert!(!row_of(Crate { evidence, ..grammar() }), "one that compiles C++ is different");
        assert!(row_of(Crate { is_local: true, ..grammar() }), "its own repository");
        assert!(!row_of(Crate { is_local: true, ..krate("opener", Role::Target, &[]) }), "a chance");
    }
}
