//! The local packages: manifests and the graph enter, each package with the files that its build reads leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package as Manifest};
use rayon::prelude::*;

use super::disk::{entries, read_if_present, read_text};
use super::graph::Graph;
use super::package_files::PackageFiles;
use super::paths::{Layout, normalized};
use super::sources::{self, SourceFindings};
use super::{config, crate_roots, git_ignored};
use crate::catalog::BuildInputs;
use crate::context_path::ContextPath;
use crate::workspace::{Input, LocalPackage, Mention};

/// All local packages that cargo has to load, by folder.
pub(super) fn packages(
    layout: &Layout,
    metadata: &Metadata,
    graph: &Graph,
    known: &BuildInputs,
) -> Result<Vec<LocalPackage>> {
    let root = metadata.workspace_root.as_std_path();
    let built: BTreeSet<&str> = graph.built().map(|package| package.id.repr.as_str()).collect();
    let patches = graph.patches();
    let members: BTreeSet<&str> = metadata.workspace_members.iter().map(|id| id.repr.as_str()).collect();
    let local: BTreeMap<&str, &Manifest> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none())
        .map(|package| (package.id.repr.as_str(), package))
        .collect();
    let folders: BTreeSet<PathBuf> =
        local.values().filter_map(|package| Some(package.manifest_path.parent()?.into())).collect();
    let read = |(id, manifest): (&str, &Manifest)| -> Result<(LocalPackage, Vec<Mention<ContextPath>>)> {
        let folder = manifest_folder(manifest)?;
        let sources = crate_roots::sources(manifest, &folder);
        let files = PackageFiles { layout, known, root, folders: &folders, manifest, folder, sources };
        let is_built = built.contains(id);
        let found = if is_built {
            sources::read(&files)?
        } else {
            SourceFindings { inputs: files.of_unbuilt()?, ..SourceFindings::default() }
        };
        let package = LocalPackage {
            name: manifest.name.to_string(),
            folder: layout.path(&files.folder),
            is_member: members.contains(id),
            is_built,
            is_patch: patches.contains(id),
            roots: crate_roots::required(manifest, layout)?,
            manifest: read_text(manifest.manifest_path.as_std_path())?,
            dependencies: manifest.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
            entries: if is_built { entries(&files.folder)? } else { BTreeSet::new() },
            inputs: found.inputs,
            links: found.links,
            queries: found.queries,
            opens: found.opens,
            listens: found.listens,
            bakes_folder: found.bakes_folder,
            unread: found.unread,
        };
        Ok((package, found.included))
    };
    let read: Vec<(LocalPackage, Vec<Mention<ContextPath>>)> =
        local.into_par_iter().map(read).collect::<Result<_>>()?;
    let (mut packages, included): (Vec<LocalPackage>, Vec<Vec<Mention<ContextPath>>>) = read.into_iter().unzip();
    let included: Vec<Mention<ContextPath>> = included.into_iter().flatten().collect();
    git_ignored::refuse(layout, &included)?;
    packages.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(packages)
}

/// What belongs to no package: lock file, cargo's configuration, and the workspace's manifest where it is no package.
pub(super) fn shared(layout: &Layout, root: &Path) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let names = ["Cargo.toml", "Cargo.lock"].into_iter().chain(config::FILES);
    for name in names {
        if root.join(name).is_file() {
            inputs.push(Input { path: layout.path(&root.join(name)), reason: "read by cargo".to_owned() });
        }
    }
    // `[source]` and `include` of the configuration may point at folders below the root, such as `vendor`.
    for file in config::FILES {
        if let Some(text) = read_if_present(&root.join(file))? {
            let words = text.split(['"', '\'']).filter(|word| !word.is_empty() && !word.contains(['\n', '*']));
            for word in words.filter(|word| root.join(word).is_dir() && normalized(&root.join(word)) != root) {
                let path = layout.inside(&root.join(word)).filter(|path| path.as_str() != "target");
                inputs.extend(path.map(|path| Input { path, reason: format!("named in {file}") }));
            }
        }
    }
    Ok(inputs)
}

fn manifest_folder(manifest: &Manifest) -> Result<PathBuf> {
    manifest.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).context("a manifest lies in a folder")
}
