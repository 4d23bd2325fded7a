//! Git's metadata in the build: local packages and their dependencies enter, the crates that read it leave.

use std::collections::BTreeSet;

use super::basis::Basis;

/// Git's own folder.
const GIT: &str = ".git";

/// Crates that read git's metadata, where there is some at the root of the context.
pub(super) fn readers(basis: &Basis) -> BTreeSet<String> {
    let built = basis.workspace.packages.iter().filter(|package| package.is_built);
    built
        .filter(|_| basis.workspace.folder.is_root() && basis.workspace.entries.contains(GIT))
        .flat_map(|package| &package.dependencies)
        .filter(|name| basis.catalog.inputs.of(name).iter().any(|path| path == GIT))
        .cloned()
        .collect()
}
