//! The crate roots of a package: its targets as cargo knows them enter, folders of sources and the roots that cargo
//! requires leave.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Package as Manifest, Target};

use super::disk::read_text;
use super::graph::is_compiled;
use super::paths::Layout;
use crate::context_path::ContextPath;

/// A file or folder of sources.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub path: PathBuf,
    /// Whether its code runs while building, so that every path in it counts.
    pub runs_while_building: bool,
}

/// Where the sources of a package lie: the folders of its crate roots, and a build script beside the manifest.
pub(super) fn sources(manifest: &Manifest, folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for target in manifest.targets.iter().filter(|target| is_compiled(target)) {
        let root = target.src_path.as_std_path();
        // `src` holds `src/bin` and `src/bin/tool`.
        let shared = folder.join("src");
        let around = if root.starts_with(&shared) { Some(shared.as_path()) } else { root.parent() };
        let stands_alone =
            target.is_custom_build() && around.is_some_and(|around| around == folder || around == shared);
        let path = if stands_alone { Some(root) } else { around.filter(|around| *around != folder) };
        sources.extend(path.map(|path| Source {
            path: path.to_owned(),
            runs_while_building: target.is_custom_build() || target.is_proc_macro(),
        }));
    }
    sources.sort();
    sources.dedup_by(|a, b| a.path == b.path);
    // Before the folder of the program's around it, a build script is read as what it is, and once.
    sources.sort_by_key(|source| !source.runs_while_building);
    sources
}

/// Whether a library or a binary has its crate root beside the manifest.
pub(super) fn lies_beside_manifest(manifest: &Manifest) -> bool {
    let is_code = |target: &&Target| is_compiled(target) && !target.is_custom_build();
    manifest.targets.iter().filter(is_code).any(|target| target.src_path.parent() == manifest.manifest_path.parent())
}

/// Crate roots without which a package has no target: those of its library, programs and build script. A package with
/// nothing but tests has theirs.
pub(super) fn needed(manifest: &Manifest) -> impl Iterator<Item = &Path> {
    let has_code = manifest.targets.iter().any(|target| is_compiled(target) && !target.is_custom_build());
    let needed = manifest.targets.iter().filter(move |target| is_compiled(target) || !has_code);
    needed.map(|target| target.src_path.as_std_path())
}

/// Where the source of each program lies that belongs to no other: its crate root, or the folder that is its own.
pub(super) fn programs(manifest: &Manifest, layout: &Layout) -> BTreeMap<String, ContextPath> {
    let programs = manifest.targets.iter().filter(|target| target.is_bin());
    programs
        .filter_map(|target| {
            let root = target.src_path.as_std_path();
            let folder = root.parent().filter(|folder| root.ends_with("main.rs") && !folder.ends_with("src"));
            Some((target.name.clone(), layout.inside(folder.unwrap_or(root))?))
        })
        .collect()
}

/// Crate roots that have to exist before cargo loads the manifest, sorted.
pub(super) fn required(manifest: &Manifest, layout: &Layout) -> Result<Vec<ContextPath>> {
    let roots = needed(manifest).chain(declared_without_path(manifest)?);
    let roots: BTreeSet<ContextPath> = roots.filter_map(|root| layout.inside(&layout.follow_links(root).1)).collect();
    Ok(roots.into_iter().collect())
}

/// Tests, benchmarks and examples that the manifest names without a path: cargo looks for them whatever it builds.
pub(super) fn declared_without_path(manifest: &Manifest) -> Result<Vec<&Path>> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Targets {
        test: Vec<Named>,
        bench: Vec<Named>,
        example: Vec<Named>,
    }
    #[derive(serde::Deserialize)]
    struct Named {
        name: Option<String>,
        path: Option<String>,
    }
    if manifest.targets.iter().all(is_compiled) {
        return Ok(Vec::new());
    }
    let path = manifest.manifest_path.as_std_path();
    let targets: Targets =
        toml_edit::de::from_str(&read_text(path)?).with_context(|| format!("cannot read `{}`", path.display()))?;
    let names: BTreeSet<String> = [targets.test, targets.bench, targets.example]
        .into_iter()
        .flatten()
        .filter(|target| target.path.is_none())
        .filter_map(|target| target.name)
        .collect();
    let declared = manifest.targets.iter().filter(|target| !is_compiled(target) && names.contains(&target.name));
    Ok(declared.map(|target| target.src_path.as_std_path()).collect())
}
