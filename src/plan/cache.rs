//! How builds share work: settings and the graph enter; which stages and mounts the Dockerfile gets leaves.

use serde::Serialize;

use super::Facts;
use crate::settings;

/// How builds share work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// What was asked for.
    pub shape: settings::Cache,
    /// What comes of it, and why.
    pub reason: String,
    /// Whether dependencies get a layer of their own.
    pub layer: bool,
    /// Whether cache mounts hold what cargo makes.
    pub mounts: bool,
    /// What the names of the mounts begin with, so that no other project of this builder takes them.
    pub id: String,
}

pub(super) fn cache(facts: &Facts) -> Cache {
    let shape = facts.settings.cache.unwrap_or_default();
    let wants_layer = matches!(shape, settings::Cache::Full | settings::Cache::Layers);
    let foreign = facts.workspace.binaries.iter().flat_map(|binary| &binary.crates).any(|krate| !krate.is_local);
    let layer = wants_layer && foreign;
    let mounts = matches!(shape, settings::Cache::Full | settings::Cache::Mounts);
    Cache {
        shape,
        reason: match (layer, mounts) {
            (true, true) => "dependencies in a layer of their own, and all that cargo makes in cache mounts",
            (true, false) => "dependencies in a layer of their own",
            (false, true) if wants_layer => {
                "all that cargo makes in cache mounts; there is no dependency that a layer could hold"
            }
            (false, true) => "all that cargo makes in cache mounts",
            (false, false) if wants_layer => "none; there is no dependency that a layer could hold",
            (false, false) => "none",
        }
        .to_owned(),
        layer,
        mounts,
        id: facts.names.default().to_owned(),
    }
}
