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
                if row.is_some() || looks_native(krate) {
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

fn looks_native(krate: &Crate) -> bool {
    krate.links.is_some() || NATIVE_TOOLS.iter().any(|tool| krate.build_dependencies.contains(*tool))
}
