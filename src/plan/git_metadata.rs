//! Git's metadata in the build: local packages and their dependencies enter, the packages and crates that read it leave.

use std::collections::BTreeSet;

use super::basis::Basis;
use crate::context_path::ContextPath;
use crate::workspace::Workspace;

/// Git's own folder.
const GIT: &str = ".git";

/// Packages and crates that read git's metadata, where there is some at the root of the context.
pub(super) fn readers(basis: &Basis) -> BTreeSet<String> {
    if !has_metadata(basis.workspace) {
        return BTreeSet::new();
    }
    let scripts = scripts(basis);
    let built = || basis.workspace.packages.iter().filter(|package| package.is_built);
    let is_reader = |name: &&String| basis.catalog.inputs.of(name).iter().any(|path| path == GIT);
    let crates = built().flat_map(|package| &package.dependencies).filter(is_reader);
    let packages = built().map(|package| &package.name).filter(|name| scripts.contains(name.as_str()));
    crates.chain(packages).cloned().collect()
}

/// Local packages whose own build scripts insist on git's metadata, where there is some at the root of the context.
pub(super) fn scripts<'a>(basis: &Basis<'a>) -> BTreeSet<&'a str> {
    let crates = basis.workspace.binaries.iter().flat_map(|binary| &binary.crates);
    crates
        .filter(|krate| krate.evidence.insists_on_git && krate.is_local && has_metadata(basis.workspace))
        .map(|krate| krate.name.as_str())
        .collect()
}

/// The path of git's metadata in the context.
pub(super) fn path(basis: &Basis) -> ContextPath {
    basis.workspace.folder.join(GIT)
}

fn has_metadata(workspace: &Workspace) -> bool {
    workspace.folder.is_root() && workspace.entries.contains(GIT)
}
