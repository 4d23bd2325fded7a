//! The local packages: manifests and the graph enter, each package with the files that its build reads leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, Package as Manifest};
use rayon::prelude::*;

use super::conditions::{self, Compiled};
use super::config_files::ConfigFiles;
use super::disk::{entries, read_text};
use super::graph::Graph;
use super::in_service::Signs;
use super::package_files::PackageFiles;
use super::paths::Layout;
use super::secrets::Secrets;
use super::sources::{self, SourceFindings};
use super::{crate_roots, git_ignored, submodules};
use crate::catalog::Catalog;
use crate::context_path::ContextPath;
use crate::workspace::{Input, LocalPackage, Mention, Service};

/// The local packages that cargo has to load, as far as their manifests say.
pub(super) struct Local<'a> {
    /// The packages, by their ids.
    manifests: BTreeMap<&'a str, &'a Manifest>,
    members: BTreeSet<&'a str>,
    root: &'a Path,
    pub(super) layout: &'a Layout,
    catalog: &'a Catalog,
    /// Whether one of them depends on a crate that takes programs into the background.
    goes_to_background: bool,
    written: &'a [PathBuf],
    folders: BTreeSet<PathBuf>,
    secrets: Secrets,
    empty_submodules: Vec<PathBuf>,
}

/// What sources said that were read before, by the ids of their packages.
#[derive(Debug, Default)]
pub(super) struct SourcesRead(Mutex<BTreeMap<String, SourceFindings>>);

impl<'a> Local<'a> {
    /// The members and the other packages; `written` are files that this program writes.
    pub(super) fn new(
        metadata: &'a Metadata,
        others: &'a [Manifest],
        layout: &'a Layout,
        catalog: &'a Catalog,
        written: &'a [PathBuf],
    ) -> Self {
        let root = metadata.workspace_root.as_std_path();
        let manifests: BTreeMap<&str, &Manifest> =
            metadata.packages.iter().chain(others).map(|package| (package.id.repr.as_str(), package)).collect();
        let folders = manifests.values().filter_map(|package| Some(package.manifest_path.parent()?.into())).collect();
        let dependencies = || manifests.values().flat_map(|package| &package.dependencies);
        let goes_to_background = dependencies().any(|one| catalog.in_service.goes_to_background(&one.name));
        Self {
            goes_to_background,
            manifests,
            members: metadata.workspace_members.iter().map(|id| id.repr.as_str()).collect(),
            root,
            layout,
            catalog,
            written,
            folders,
            secrets: Secrets::new(&catalog.inputs.secrets),
            empty_submodules: submodules::empty(root),
        }
    }

    fn files(&self, manifest: &'a Manifest) -> Result<PackageFiles<'_>> {
        let folder = manifest_folder(manifest)?;
        Ok(PackageFiles {
            layout: self.layout,
            known: &self.catalog.inputs,
            in_service: Signs::of(manifest, self.goes_to_background),
            secrets: &self.secrets,
            root: self.root,
            folders: &self.folders,
            manifest,
            empty_submodules: &self.empty_submodules,
            written: self.written,
            sources: crate_roots::sources(manifest, &folder),
            folder,
        })
    }

    /// Reads the sources of the packages that these may be built from, while cargo is at work. What cannot be read is an
    /// error for whoever needs it.
    pub(super) fn read_ahead(&self, names: &[String], read: &SourcesRead) {
        let by_folder = |path: &Path| {
            self.manifests.values().find(|package| package.manifest_path.parent().is_some_and(|folder| folder == path))
        };
        let mut queue: Vec<&&Manifest> =
            self.manifests.values().filter(|package| names.iter().any(|name| *name == package.name.as_str())).collect();
        let mut wanted: BTreeMap<&str, &Manifest> = BTreeMap::new();
        while let Some(package) = queue.pop() {
            if wanted.insert(&package.id.repr, package).is_none() {
                let used = package.dependencies.iter().filter(|one| one.kind != DependencyKind::Development);
                queue.extend(used.filter_map(|one| by_folder(one.path.as_ref()?.as_std_path())));
            }
        }
        wanted.into_par_iter().for_each(|(id, manifest)| {
            let _ = self.sources(id, manifest, read);
        });
    }

    /// What the sources of a package say, read once.
    fn sources(&self, id: &str, manifest: &'a Manifest, read: &SourcesRead) -> Result<SourceFindings> {
        let known = || read.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(id) {
            return Ok(found.clone());
        }
        let found = sources::read(&self.files(manifest)?)?;
        known().insert(id.to_owned(), found.clone());
        Ok(found)
    }

    /// Each package with the files that its build reads, by folder.
    pub(super) fn packages(&self, graph: &Graph, read: &SourcesRead) -> Result<Vec<LocalPackage>> {
        let built: BTreeSet<&str> = graph.built().map(|package| package.id.repr.as_str()).collect();
        let patches = graph.patches();
        let names: BTreeSet<&str> = graph.built().map(|package| package.name.as_str()).collect();
        let services = self.catalog.services.iter().filter(|one| one.crates.iter().any(|name| names.contains(&**name)));
        let variables: BTreeSet<&str> = services.map(|service| service.variable.as_str()).collect();
        let package = |(id, manifest): (&&str, &&'a Manifest)| -> Result<(LocalPackage, Vec<Mention<ContextPath>>)> {
            let files = self.files(manifest)?;
            let is_built = built.contains(id);
            let mut found = if is_built {
                self.sources(id, manifest, read)?
            } else {
                SourceFindings { inputs: files.of_unbuilt()?, ..SourceFindings::default() }
            };
            let Service { allocators, command_lines, .. } = &found.service;
            if !(allocators.is_empty() && command_lines.is_empty() && found.conditional.is_empty()) {
                let features = graph.features(id);
                let with = Compiled { debug_assertions: graph.debug_assertions(), ..Compiled::with(&features) };
                let holds = |condition: &str| conditions::may_hold(condition, with);
                found.retain_where(holds);
                for said in &mut found.service.command_lines {
                    said.what.commands.retain(|command| command.conditions.iter().all(|one| holds(one)));
                }
                for said in &mut found.service.allocators {
                    let holds =
                        |condition: &String| conditions::may_hold(condition, Compiled { libc: Some("musl"), ..with });
                    said.what.is_used = said.what.conditions.iter().all(holds);
                }
            }
            let (symlinks, folder) = self.layout.follow_links(&files.folder);
            let package = LocalPackage {
                name: manifest.name.to_string(),
                folder: self.layout.path(&folder),
                symlinks: symlinks.iter().map(|link| self.layout.path(link)).collect(),
                is_member: self.members.contains(id),
                is_built,
                is_patch: patches.contains(id),
                roots: crate_roots::required(manifest, self.layout)?,
                manifest: read_text(manifest.manifest_path.as_std_path())?,
                dependencies: manifest.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
                entries: if is_built { entries(&files.folder)? } else { BTreeSet::new() },
                inputs: found.inputs,
                whole: found.whole,
                withheld: found.withheld,
                outside: found.outside,
                missing: found.missing,
                empty_submodules: found.submodules,
                programs: crate_roots::programs(manifest, self.layout),
                links: found.links,
                queries: found.queries,
                reads: found.reads,
                opens: found.opens,
                opens_libraries: found.opens_libraries,
                variables: if is_built { files.variables(&variables) } else { BTreeSet::new() },
                service: found.service,
                bakes_folder: found.bakes_folder,
                unread: found.unread,
            };
            Ok((package, found.included))
        };
        let read: Vec<(LocalPackage, Vec<Mention<ContextPath>>)> =
            self.manifests.par_iter().map(package).collect::<Result<_>>()?;
        let (mut packages, included): (Vec<LocalPackage>, Vec<Vec<Mention<ContextPath>>>) = read.into_iter().unzip();
        let included: Vec<Mention<ContextPath>> = included.into_iter().flatten().collect();
        git_ignored::refuse(self.layout, &included)?;
        packages.sort_by(|a, b| a.folder.cmp(&b.folder));
        Ok(packages)
    }
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
