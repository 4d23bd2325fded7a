//! What programs may read and do when they run: what their sources say enters, candidates leave. Nothing is copied or
//! exposed for it; that is for the settings to say.

use serde::Serialize;

use super::assets::{self, Asset};
use super::basis::Basis;
use crate::workspace::{Binary, LocalPackage, Mention, Role};

/// What the sources of one program say of its life.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AtRunTime {
    /// Files and folders that it may read and that the settings do not copy.
    pub may_read: Vec<Candidate>,
    /// Addresses that it may listen on.
    pub may_listen: Vec<Mention>,
    /// Where it takes along the path of the folder that it was built in.
    pub bakes_folder: Vec<Mention>,
}

/// Something to copy, perhaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Path relative to the context root.
    pub path: String,
    /// What `assets` would have to say.
    pub asset: String,
    /// The manifest for it.
    pub manifest: String,
    /// File and line that name it.
    pub place: String,
}

pub(super) fn at_run_time(basis: &Basis, binary: &Binary, assets: &[Asset]) -> AtRunTime {
    let mut found = AtRunTime::default();
    for package in basis.workspace.packages.iter().filter(|package| runs_in(binary, package)) {
        for said in package.opens.iter().filter(|said| !is_copied(&said.what, assets)) {
            if found.may_read.iter().all(|candidate| candidate.path != said.what) {
                found.may_read.push(candidate(basis, binary, said));
            }
        }
        for said in &package.listens {
            if found.may_listen.iter().all(|known| known.what != said.what) {
                found.may_listen.push(said.clone());
            }
        }
        found.bakes_folder.extend(package.bakes_folder.clone());
    }
    found
}

/// Whether the package's library is part of the program; of other programs in it only the sources are shared.
fn runs_in(binary: &Binary, package: &LocalPackage) -> bool {
    binary.crates.iter().any(|krate| krate.is_local && krate.role == Role::Target && krate.name == package.name)
}

fn is_copied(path: &str, assets: &[Asset]) -> bool {
    assets.iter().any(|asset| {
        let holds = asset.from.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        holds || assets::covers(&asset.from, path)
    })
}

/// A path below the program's own manifest is named from there, any other from the workspace root.
fn candidate(basis: &Basis, binary: &Binary, said: &Mention) -> Candidate {
    let below = |folder: &str| match folder {
        "" => Some(said.what.clone()),
        folder => Some(said.what.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
    };
    let folders = [binary.folder.as_str(), basis.workspace.folder.as_str()];
    let (folder, asset) =
        folders.into_iter().find_map(|folder| Some((folder, below(folder)?))).unwrap_or(("", said.what.clone()));
    Candidate {
        path: said.what.clone(),
        asset,
        manifest: crate::workspace::below(folder, "Cargo.toml"),
        place: said.place.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_is_no_candidate() {
        let asset = |from: &str| Asset { from: from.to_owned(), to: String::new() };
        assert!(is_copied("templates", &[asset("templates")]));
        assert!(is_copied("templates/a.html", &[asset("templates")]));
        assert!(is_copied("config", &[asset("config/*.toml")]));
        assert!(is_copied("config/a.toml", &[asset("config/*.toml")]));
        assert!(!is_copied("templates-old", &[asset("templates")]));
        assert!(!is_copied("static", &[asset("templates")]));
    }
}
