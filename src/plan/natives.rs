//! Crates that need something from the system: each binary's closure enters, the catalogue's rows that hold leave.

use crate::catalog::{Catalog, Language, Linkage, Musl, Native, Variant};
use crate::workspace::{Binary, Crate, Role, Workspace};

/// Names of crates that build scripts use to compile or to look for native code.
const NATIVE_TOOLS: [&str; 8] = ["autotools", "bindgen", "cc", "cmake", "meson", "pkg-config", "system-deps", "vcpkg"];

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
                None => language == Language::C,
            }
    }

    /// Whether it works in a static musl binary.
    pub(super) fn musl(&self) -> Musl {
        match self.row {
            _ if !self.in_target() => Musl::Static,
            Some((_, variant)) => variant.musl,
            None => Musl::Unknown,
        }
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
            for (index, krate) in binary.crates.iter().enumerate() {
                let row = catalog.native(krate);
                if (row.is_some() || looks_native(krate)) && !is_ignored(krate, binary, catalog) {
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
}

/// Whether every build script that depends on this tool leaves it alone.
fn is_ignored(tool: &Crate, binary: &Binary, catalog: &Catalog) -> bool {
    let mut users = binary.crates.iter().filter(|user| user.build_dependencies.contains(&tool.name)).peekable();
    users.peek().is_some()
        && users.all(|user| catalog.native(user).is_some_and(|(_, variant)| variant.ignores.contains(&tool.name)))
}

fn looks_native(krate: &Crate) -> bool {
    krate.links.is_some() || NATIVE_TOOLS.iter().any(|tool| krate.build_dependencies.contains(*tool))
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::*;

    fn krate(name: &str, role: Role, tools: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            features: std::collections::BTreeSet::new(),
            role,
            links: None,
            build_dependencies: tools.iter().map(|tool| (*tool).to_owned()).collect(),
            is_local: false,
            parent: None,
        }
    }

    fn found(crates: Vec<Crate>) -> Vec<String> {
        let catalog = Catalog::load().unwrap();
        let workspace = Workspace { binaries: vec![Binary { crates, ..Binary::default() }], ..Workspace::default() };
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
}
