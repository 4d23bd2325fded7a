//! How builds share work: settings and the graph enter; which stages and mounts the Dockerfile gets leaves.

use clap::ValueEnum;
use serde::Serialize;

use super::basis::Basis;
use super::context;
use crate::settings::CacheShape;

/// How builds share work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BuildCache {
    /// What was asked for.
    pub shape: CacheShape,
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

impl BuildCache {
    /// The word for the shape, unless it is the default one.
    #[must_use]
    pub(crate) fn chosen(&self) -> Option<String> {
        let value = self.shape.to_possible_value().filter(|_| self.shape != CacheShape::default())?;
        Some(value.get_name().to_owned())
    }
}

/// What is compiled after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Effect {
    /// The change.
    pub when: String,
    /// What cargo compiles then.
    pub then: String,
}

/// The folder of a cache mount for all that cargo writes.
const CARGO_HOME: &str = "/cache/cargo";

/// Cargo's target folder in the build stage: inside of the mount, or below the workspace.
pub(super) fn target_folder(basis: &Basis, in_mount: bool) -> String {
    if in_mount { format!("{CARGO_HOME}/target") } else { format!("{}/target", context::workdir(basis.workspace)) }
}

pub(super) fn cache(basis: &Basis) -> BuildCache {
    let shape = basis.settings.cache.unwrap_or_default();
    let wants_layer = matches!(shape, CacheShape::Full | CacheShape::Layers);
    let crates = basis.workspace.binaries.iter().flat_map(|binary| &binary.crates);
    let has_dependencies = crates.into_iter().any(|krate| !krate.is_local);
    let members = basis.workspace.packages.iter().filter(|package| package.is_built).count();
    let layer = wants_layer && has_dependencies;
    // A single crate without dependencies is compiled as a whole, whatever is kept.
    let is_alone = !has_dependencies && members < 2;
    let mounts = shape == CacheShape::Mounts || shape == CacheShape::Full && !is_alone;
    let made_of = match (layer, mounts) {
        (true, true) => "a layer with the dependencies, and mounts with all that cargo made",
        (true, false) => "a layer with the dependencies",
        (false, true) => "mounts with all that cargo made",
        (false, false) => "none",
    };
    let because = match (wants_layer && !layer, shape == CacheShape::Full && is_alone) {
        (_, true) => "; there is one crate and nothing that could be kept for it",
        (true, false) => "; there are no dependencies that a layer could hold",
        (false, false) => "",
    };
    BuildCache {
        shape,
        reason: format!("{made_of}{because}"),
        layer,
        mounts,
        id: basis.names.default().to_owned(),
        effects: effects(layer, mounts, has_dependencies, basis),
    }
}

/// What each change costs, as the tests of the images count it.
fn effects(layer: bool, mounts: bool, has_dependencies: bool, basis: &Basis) -> Vec<Effect> {
    let keeps_over_release = basis.skeleton.masking.is_some();
    let everything = "everything";
    let members = if layer || !has_dependencies { "all members" } else { everything };
    let after_release = if keeps_over_release || !layer { members } else { everything };
    let changed = "what changed, and what depends on it";
    let versions = "the members whose versions changed, and what depends on them";
    let mut rows = vec![
        ("an edit", if mounts { changed } else { members }),
        ("a release", if mounts { versions } else { after_release }),
    ];
    if has_dependencies {
        rows.push(("a changed dependency", if mounts { changed } else { everything }));
    }
    if mounts {
        rows.push(("an edit where the mounts are gone", members));
    }
    if layer && mounts && !keeps_over_release {
        rows.push(("a release where the mounts are gone", everything));
    }
    rows.into_iter().map(|(when, then)| Effect { when: when.to_owned(), then: then.to_owned() }).collect()
}
