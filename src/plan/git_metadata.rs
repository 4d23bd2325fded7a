//! Git's metadata in the build: local packages and their dependencies enter, the packages and crates that read it leave.

use std::collections::BTreeSet;

use super::basis::Basis;
use crate::context_path::ContextPath;
use crate::workspace::{LocalPackage, Workspace};

/// Git's own folder.
const GIT: &str = ".git";

/// Packages and crates that read git's metadata, where there is some at the root of the context.
pub(super) fn readers(basis: &Basis) -> BTreeSet<String> {
    let built = || basis.workspace.packages.iter().filter(|package| package.is_built);
    let is_reader = |name: &&String| basis.catalog.inputs.of(name).iter().any(|path| path == GIT);
    let crates = built().flat_map(|package| &package.dependencies).filter(is_reader);
    let packages = built().filter(|package| of_script(basis, package).is_some()).map(|package| &package.name);
    crates.chain(packages).filter(|_| has_metadata(basis.workspace)).cloned().collect()
}

/// The path of git's metadata, where a package's own build script insists on them.
pub(super) fn of_script(basis: &Basis, package: &LocalPackage) -> Option<ContextPath> {
    let mut crates = basis.workspace.binaries.iter().flat_map(|binary| &binary.crates);
    crates
        .any(|krate| krate.is_local && krate.name == package.name && krate.evidence.insists_on_git)
        .then(|| basis.workspace.folder.join(GIT))
        .filter(|_| has_metadata(basis.workspace))
}

fn has_metadata(workspace: &Workspace) -> bool {
    workspace.folder.is_root() && workspace.entries.contains(GIT)
}
