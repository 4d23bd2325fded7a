//! What programs may read and do when they run: what their sources say enters, candidates leave. Nothing is copied or
//! exposed for it; that is for the settings to say.

use serde::Serialize;

use super::assets::Asset;
use super::basis::Basis;
use crate::context_path::{ContextPath, in_settings};
use crate::settings::Scope;
use crate::workspace::{Binary, LocalPackage, Mention, Role, SourceLine};

/// What the sources of one program say of its life.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AtRunTime {
    /// Files and folders that it may read and that the settings do not copy.
    pub may_read: Vec<Candidate>,
    /// Addresses that it may listen on.
    pub may_listen: Vec<Mention<String>>,
    /// The first place where it takes along the path of the folder that it was built in.
    pub bakes_folder: Option<Mention<ContextPath>>,
}

/// Something to copy, perhaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Candidate {
    /// The file or folder.
    pub path: ContextPath,
    /// What `assets` would have to say.
    pub asset: String,
    /// The manifest for it.
    pub manifest: ContextPath,
    /// Its table, such as `package.metadata.dockerize`.
    pub table: String,
    /// Line that names it.
    pub place: SourceLine,
}

pub(super) fn at_run_time(basis: &Basis, binary: &Binary, assets: &[Asset]) -> AtRunTime {
    let mut found = AtRunTime::default();
    for package in basis.workspace.packages.iter().filter(|package| runs_in(binary, package)) {
        for said in package.listens.iter().filter(|said| is_in(&said.place, binary, package)) {
            if found.may_listen.iter().all(|known| known.what != said.what) {
                found.may_listen.push(said.clone());
            }
        }
        let bakes = package.bakes_folder.iter().find(|said| is_in(&said.place, binary, package));
        found.bakes_folder = found.bakes_folder.or_else(|| bakes.cloned());
    }
    let serves = !found.may_listen.is_empty() || is_server(basis, binary);
    for package in basis.workspace.packages.iter().filter(|package| runs_in(binary, package)) {
        // What a tool names and nothing more, it looks for where its user stands.
        let is_bare = |path: &ContextPath| {
            let folder = path.parent();
            folder.as_ref() == Some(&package.folder) || folder.as_ref() == Some(&basis.workspace.folder)
        };
        let opens = package.opens.iter().filter(|said| serves || !is_bare(&said.what));
        let all = package.reads.iter().chain(opens).filter(|said| is_in(&said.place, binary, package));
        for said in all.filter(|said| !is_copied(&said.what, assets)) {
            if found.may_read.iter().all(|candidate| candidate.path != said.what) {
                found.may_read.extend(candidate(basis, binary, said));
            }
        }
    }
    found
}

/// Whether a crate of the program listens for connections.
fn is_server(basis: &Basis, binary: &Binary) -> bool {
    let crates = binary.crates.iter().filter(|krate| krate.role == Role::Target);
    crates.into_iter().any(|krate| basis.catalog.shipping.servers.contains(&krate.name))
}

/// Whether a source is part of this program, and not of another one in the same package.
fn is_in(place: &SourceLine, binary: &Binary, package: &LocalPackage) -> bool {
    let is_own = |name: &String| *name == binary.name && package.name == binary.package;
    package.programs.iter().all(|(name, root)| is_own(name) || !place.file.starts_with(root))
}

/// Whether the package's library is part of the program; of other programs in it only the sources are shared.
fn runs_in(binary: &Binary, package: &LocalPackage) -> bool {
    binary.crates.iter().any(|krate| krate.is_local && krate.role == Role::Target && krate.name == package.name)
}

fn is_copied(path: &ContextPath, assets: &[Asset]) -> bool {
    assets.iter().any(|asset| asset.from.covers(path) || asset.from.reaches_into(path))
}

/// A path below the program's own manifest is named from there, any other from the workspace root.
fn candidate(basis: &Basis, binary: &Binary, said: &Mention<ContextPath>) -> Option<Candidate> {
    let folders = [(&binary.folder, Scope::Package), (&basis.workspace.folder, Scope::Workspace)];
    let (path, folder, scope) =
        folders.into_iter().find_map(|(folder, scope)| Some((said.what.strip_prefix(folder)?, folder, scope)))?;
    Some(Candidate {
        path: said.what.clone(),
        asset: in_settings(path),
        manifest: folder.join("Cargo.toml"),
        table: format!("{}.metadata.dockerize", scope.key()),
        place: said.place.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context_path::ContextPattern;

    #[test]
    fn what_is_copied_is_no_candidate() {
        let asset = |from: &str| Asset { from: ContextPattern::new(&ContextPath::default(), from), to: String::new() };
        let is_copied = |path: &str, assets: &[Asset]| is_copied(&ContextPath::default().join(path), assets);
        assert!(is_copied("templates", &[asset("templates")]));
        assert!(is_copied("templates/a.html", &[asset("templates")]));
        assert!(is_copied("config", &[asset("config/*.toml")]));
        assert!(is_copied("config/a.toml", &[asset("config/*.toml")]));
        assert!(!is_copied("templates-old", &[asset("templates")]));
        assert!(!is_copied("static", &[asset("templates")]));
    }
}
