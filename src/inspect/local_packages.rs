//! The local packages: manifests and the graph enter, each package with the files that its build reads leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package as Manifest};
use rayon::prelude::*;

use super::config_files::ConfigFiles;
use super::disk::{entries, read_text};
use super::graph::Graph;
use super::package_files::PackageFiles;
use super::paths::Layout;
use super::secrets::Secrets;
use super::sources::{self, SourceFindings};
use super::{crate_roots, git_ignored, submodules};
use crate::catalog::BuildInputs;
use crate::context_path::ContextPath;
use crate::workspace::{Input, LocalPackage, Mention};

/// All local packages that cargo has to load, by folder.
pub(super) fn packages(
    layout: &Layout,
    metadata: &Metadata,
    besides: &[Manifest],
    graph: &Graph,
    known: &BuildInputs,
    written: &[PathBuf],
) -> Result<Vec<LocalPackage>> {
    let root = metadata.workspace_root.as_std_path();
    let built: BTreeSet<&str> = graph.built().map(|package| package.id.repr.as_str()).collect();
    let patches = graph.patches();
    let members: BTreeSet<&str> = metadata.workspace_members.iter().map(|id| id.repr.as_str()).collect();
    let local: BTreeMap<&str, &Manifest> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none())
        .chain(besides)
        .map(|package| (package.id.repr.as_str(), package))
        .collect();
    let folders: BTreeSet<PathBuf> =
        local.values().filter_map(|package| Some(package.manifest_path.parent()?.into())).collect();
    let secrets = Secrets::new(&known.secrets);
    let empty_submodules = &submodules::empty(root);
    let read = |(id, manifest): (&str, &Manifest)| -> Result<(LocalPackage, Vec<Mention<ContextPath>>)> {
        let folder = manifest_folder(manifest)?;
        let sources = crate_roots::sources(manifest, &folder);
        let files = PackageFiles {
            layout,
            known,
            secrets: &secrets,
            root,
            folders: &folders,
            manifest,
            empty_submodules,
            written,
            folder,
            sources,
        };
        let is_built = built.contains(id);
        let found = if is_built {
            sources::read(&files)?
        } else {
            SourceFindings { inputs: files.of_unbuilt()?, ..SourceFindings::default() }
        };
        let package = LocalPackage {
            name: manifest.name.to_string(),
            folder: layout.path(&layout.follow_links(&files.folder).1),
            symlinks: layout.follow_links(&files.folder).0.iter().map(|link| layout.path(link)).collect(),
            is_member: members.contains(id),
            is_built,
            is_patch: patches.contains(id),
            roots: crate_roots::required(manifest, layout)?,
            manifest: read_text(manifest.manifest_path.as_std_path())?,
            dependencies: manifest.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
            entries: if is_built { entries(&files.folder)? } else { BTreeSet::new() },
            inputs: found.inputs,
            whole: found.whole,
            withheld: found.withheld,
            outside: found.outside,
            empty_submodules: found.submodules,
            programs: crate_roots::programs(manifest, layout),
            links: found.links,
            queries: found.queries,
            reads: found.reads,
            opens: found.opens,
            opens_libraries: found.opens_libraries,
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

/// What belongs to no package: lock file, cargo's configuration and what it names, the workspace's manifest where it is
/// no package, and those of other workspaces.
pub(super) fn shared(
    layout: &Layout,
    root: &Path,
    configuration: &ConfigFiles,
    workspaces: &BTreeSet<PathBuf>,
) -> Vec<Input> {
    let of_cargo = ["Cargo.toml", "Cargo.lock"].into_iter().map(|name| root.join(name)).filter(|path| path.is_file());
    let of_cargo = of_cargo.chain(configuration.paths.iter().cloned()).map(|path| (path, "read by cargo"));
    let named = configuration.named.iter().map(|path| (path.clone(), "named in cargo's configuration"));
    let others = workspaces.iter().map(|path| (path.clone(), "workspace of a path dependency"));
    let all = of_cargo.chain(named).chain(others);
    all.filter_map(|(path, reason)| Some(Input { path: layout.inside(&path)?, reason: reason.to_owned() })).collect()
}

fn manifest_folder(manifest: &Manifest) -> Result<PathBuf> {
    manifest.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).context("a manifest lies in a folder")
}
