//! How builds share work: settings and the graph enter; which stages and mounts the Dockerfile gets leaves.

use serde::Serialize;

use super::basis::Basis;
use crate::settings;

/// How builds share work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildCache {
    /// What was asked for.
    pub shape: settings::CacheShape,
    /// What comes of it, and why.
    pub reason: String,
    /// Whether dependencies get a layer of their own.
    pub layer: bool,
    /// Whether cache mounts hold what cargo makes.
    pub mounts: bool,
    /// What the names of the mounts begin with, so that no other project of this builder takes them.
    pub id: String,
    /// What a change costs.
    pub effects: Vec<Effect>,
}

/// What is compiled after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The change.
    pub when: String,
    /// What cargo compiles then.
    pub then: String,
}

pub(super) fn cache(basis: &Basis) -> BuildCache {
    let shape = basis.settings.cache.unwrap_or_default();
    let wants_layer = matches!(shape, settings::CacheShape::Full | settings::CacheShape::Layers);
    let has_dependencies =
        basis.workspace.binaries.iter().flat_map(|binary| &binary.crates).any(|krate| !krate.is_local);
    let layer = wants_layer && has_dependencies;
    let mounts = matches!(shape, settings::CacheShape::Full | settings::CacheShape::Mounts);
    let made_of = match (layer, mounts) {
        (true, true) => "a layer with the dependencies, and mounts with all that cargo made",
        (true, false) => "a layer with the dependencies",
        (false, true) => "mounts with all that cargo made",
        (false, false) => "none",
    };
    let because = if wants_layer && !layer { "; there are no dependencies that a layer could hold" } else { "" };
    BuildCache {
        shape,
        reason: format!("{made_of}{because}"),
        layer,
        mounts,
        id: basis.names.default().to_owned(),
        effects: effects(layer, mounts, has_dependencies),
    }
}

/// What each change costs, as the tests of the images count it.
fn effects(layer: bool, mounts: bool, has_dependencies: bool) -> Vec<Effect> {
    let everything = "everything";
    let members = if layer || !has_dependencies { "all members" } else { everything };
    let changed = "what changed, and what depends on it";
    let mut rows = vec![
        ("an edit", if mounts { changed } else { members }),
        ("a release", if mounts { "the members whose versions changed, and what depends on them" } else { members }),
    ];
    if has_dependencies {
        rows.push(("a changed dependency", if mounts { changed } else { everything }));
    }
    if mounts {
        rows.push(("an edit where the mounts are gone", members));
    }
    rows.into_iter().map(|(when, then)| Effect { when: when.to_owned(), then: then.to_owned() }).collect()
}
