//! Manifests that cargo loads though nothing is built from them: cargo's metadata for one platform and one set of
//! features enters; the packages that it leaves out, and the workspaces that packages inherit from, leave.
//!
//! Cargo resolves for every platform and every feature, so it opens each manifest that a local one names by `path`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::{DependencyKind, Metadata, Package};
use serde_json::Value;

use super::cargo::CargoCommand;
use super::config::Configuration;
use super::disk::read_text;
use super::manifest_text;
use super::paths::normalized;
use super::relay::Relay;

/// What cargo loads besides.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// Local packages that are in no graph.
    pub packages: Vec<Package>,
    /// Manifests of other workspaces that a local package inherits from.
    pub workspaces: BTreeSet<PathBuf>,
}

/// Finds what cargo loads besides.
pub(super) fn find(
    cargo: &CargoCommand,
    relay: &Relay,
    metadata: &Metadata,
    configuration: &Configuration,
) -> Result<Loaded> {
    let root = metadata.workspace_root.as_std_path();
    let members: BTreeSet<&str> = metadata.workspace_members.iter().map(|id| id.repr.as_str()).collect();
    let local = || metadata.packages.iter().filter(|package| package.source.is_none());
    let mut known: BTreeSet<PathBuf> = local().map(|package| package.manifest_path.clone().into()).collect();
    let mut loaded = Loaded::default();
    let mut queue: Vec<PathBuf> =
        local().flat_map(|package| named(package, members.contains(package.id.repr.as_str()))).collect();
    queue.extend(patches(&read_text(&root.join("Cargo.toml"))?, root));
    queue.extend(replaced(configuration, root));
    // Those that the graph has already are looked at for what they inherit.
    let outsiders = local().filter(|package| !members.contains(package.id.repr.as_str()));
    let mut inheriting: Vec<PathBuf> = outsiders.map(|package| package.manifest_path.clone().into()).collect();
    while let Some(manifest) = queue.pop().map(|folder| folder.join("Cargo.toml")) {
        if !manifest.is_file() || !known.insert(manifest.clone()) {
            continue;
        }
        // Cargo does not say of a package by itself what it loads as a dependency of another.
        let of = cargo.of_manifest(relay, &manifest).map(|of| of.packages).unwrap_or_default();
        let package = of.into_iter().find(|package| package.manifest_path == manifest);
        let package = match package {
            Some(package) => package,
            None => manifest_text::of_local(&manifest)?,
        };
        queue.extend(named(&package, false));
        inheriting.push(manifest);
        loaded.packages.push(package);
    }
    for manifest in inheriting.iter().filter(|manifest| inherits(manifest)) {
        let Ok(of) = cargo.of_manifest(relay, manifest) else { continue };
        let other = of.workspace_root.as_std_path().join("Cargo.toml");
        if other == root.join("Cargo.toml") || !known.insert(other.clone()) {
            continue;
        }
        // A workspace root that is a package itself has crate roots that cargo looks for.
        let package = of.packages.into_iter().find(|package| package.manifest_path == other);
        loaded.packages.extend(package);
        loaded.workspaces.insert(other);
    }
    Ok(loaded)
}

/// Folders of the packages that one names by path; what only its tests use counts where they can be run, in a member.
fn named(package: &Package, is_member: bool) -> Vec<PathBuf> {
    let counts = |kind| is_member || kind != DependencyKind::Development;
    let dependencies = package.dependencies.iter().filter(|dependency| counts(dependency.kind));
    dependencies.filter_map(|dependency| dependency.path.clone()).map(Into::into).collect()
}

/// Folders in `[patch]` and `[replace]` of the root manifest, used or not.
fn patches(manifest: &str, root: &Path) -> Vec<PathBuf> {
    let manifest: Value = toml_edit::de::from_str(manifest).unwrap_or_default();
    let tables = manifest.get("patch").and_then(Value::as_object).into_iter().flat_map(|patch| patch.values());
    folders(tables.chain(manifest.get("replace")), root)
}

/// Folders in `[patch]` and `paths` of cargo's configuration.
fn replaced(configuration: &Configuration, root: &Path) -> Vec<PathBuf> {
    let tables = configuration.value("/patch").and_then(Value::as_object).into_iter().flat_map(|patch| patch.values());
    let paths = configuration.value("/paths").and_then(Value::as_array).into_iter().flatten();
    let paths = paths.filter_map(|path| Some(normalized(&root.join(path.as_str()?))));
    folders(tables, root).into_iter().chain(paths).collect()
}

fn folders<'a>(tables: impl Iterator<Item = &'a Value>, root: &Path) -> Vec<PathBuf> {
    let crates = tables.filter_map(Value::as_object).flat_map(|table| table.values());
    crates.filter_map(|krate| Some(normalized(&root.join(krate.get("path")?.as_str()?)))).collect()
}

/// Whether a manifest takes anything from a workspace: `version.workspace = true`, `lints = { workspace = true }`.
fn inherits(manifest: &Path) -> bool {
    fn says_so(value: &Value) -> bool {
        match value {
            Value::Object(table) => table.get("workspace") == Some(&Value::Bool(true)) || table.values().any(says_so),
            _ => false,
        }
    }
    let text = read_text(manifest).unwrap_or_default();
    toml_edit::de::from_str::<Value>(&text).is_ok_and(|manifest| says_so(&manifest))
}
