//! The edge where facts come in: cargo, the toolchain file, cargo's configuration and the source tree are read here
//! and nowhere else. What leaves is a [`Workspace`].
#![expect(clippy::disallowed_methods, reason = "reading disk and running cargo is this module's job")]

mod ahead;
mod cargo;
mod commands;
mod conditional;
mod conditions;
mod config;
mod config_files;
mod crate_roots;
mod dep_info;
mod disk;
mod evidence;
mod git_ignored;
mod graph;
mod guards;
mod in_service;
mod libcs;
mod loaded;
mod local_packages;
mod manifest_settings;
mod manifest_text;
mod named_paths;
mod origins;
mod package_files;
mod paths;
mod plugins;
mod profile;
#[cfg(test)]
mod properties;
mod relay;
mod rustc;
mod secrets;
mod select;
mod shipped;
mod source_paths;
mod sources;
mod stable_graph;
mod submodules;
mod toolchain;
mod travelling;
mod unstable;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package};
use cargo_platform::Platform;

use ahead::Ahead;
use cargo::{BuildRequest, Resolved};
use config::Configuration;
use disk::{entries, read_if_present, read_text};
use loaded::Loaded;
use local_packages::{Local, SourcesRead};
use paths::Layout;
use plugins::Plugin;
use relay::Relay;
use rustc::Rustc;

use crate::catalog::Catalog;
use crate::context_path::ContextPath;
use crate::error::Failure;
use crate::settings::{AllSettings, BuildSettings, Settings};
use crate::shell::Shell;
use crate::workspace::{Binary, MUSL, Workspace};

pub(crate) use cargo::CargoCommand;
pub(crate) use disk::regular_text;
pub(crate) use secrets::{Secrets, secret_files};
pub(crate) use select::Selected;
pub(crate) use travelling::travelling;

/// A workspace as cargo resolved it.
#[derive(Debug)]
pub(crate) struct Manifests {
    cargo: CargoCommand,
    relay: Arc<Relay>,
    ahead: Ahead,
    /// The members of the workspace.
    metadata: Metadata,
    configuration: Configuration,
    /// What cargo loads beside the graph.
    loaded: Loaded,
    /// What was read already: a second graph is mostly made of the same packages.
    sources_read: SourcesRead,
    rustc: Rustc,
    /// Where the user stands: the folder of `--manifest-path`, or the current one.
    here: PathBuf,
}

/// The facts for one target.
#[derive(Debug)]
pub(crate) struct Inspected {
    /// The workspace.
    pub workspace: Workspace,
    /// Platforms that dependencies are limited to.
    platforms: BTreeSet<Platform>,
}

impl Inspected {
    /// Whether glibc and musl lead to the same graph, so that facts read for one hold for the other.
    #[must_use]
    pub(crate) fn is_same_for_both_libcs(&self) -> bool {
        libcs::agree(&self.platforms)
    }
}

/// A key of cargo's `[term]`, as the environment has it.
pub(crate) fn term(key: &str) -> Option<String> {
    std::env::var(format!("CARGO_TERM_{key}")).ok()
}

/// The templates in a folder by name; none where there is no such folder.
pub(crate) fn templates(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut templates = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(templates);
    }
    for name in entries(folder)? {
        if let Some(stem) = name.strip_suffix(".hbs") {
            if !disk::lies_in(&folder.join(&name), folder.parent().unwrap_or(folder)) {
                return Err(Failure::new(format!("template `{name}` is a link that leads out of the workspace"))
                    .help("put the text itself there")
                    .into());
            }
            templates.insert(stem.to_owned(), read_if_present(&folder.join(&name))?.unwrap_or_default());
        }
    }
    Ok(templates)
}

/// What a build is inspected for.
struct Asked<'a> {
    selected: &'a Selected,
    settings: &'a BuildSettings,
    all_settings: &'a AllSettings,
    /// The targets that programs may be built for.
    targets: Vec<&'a str>,
    /// Who named the target.
    named_by: Option<String>,
    catalog: &'a Catalog,
    /// Whether git ignores Cargo.lock.
    ignores_lock_file: bool,
}

impl Manifests {
    /// Reads the manifests of the workspace. Most often the flags alone say what is built, so that cargo can work out its
    /// graph at the same time.
    pub(crate) fn read(cargo: CargoCommand, flags: &BuildSettings, target: &str, shell: Shell) -> Result<Self> {
        let (relay, ahead) = (Arc::new(Relay::new(shell)), Ahead::default());
        let here = match &cargo.manifest_path {
            Some(path) => std::path::absolute(path)?.parent().map(Path::to_owned).unwrap_or_default(),
            None => std::env::current_dir().context("cannot tell the current folder")?,
        };
        if is_built_as_it_stands(&here) {
            ahead.ask(&cargo, &relay, BuildRequest::new(flags, Vec::new(), Vec::new(), target));
        }
        let metadata = cargo.members(&relay).map_err(|error| submodules::explain(error, &here))?;
        let configuration = Configuration::read(metadata.workspace_root.as_std_path())?;
        let loaded = loaded::find(&cargo, &relay, &metadata, &configuration)?;
        let rustc = Rustc::new(metadata.workspace_root.as_std_path());
        Ok(Self {
            cargo,
            relay,
            ahead,
            metadata,
            configuration,
            loaded,
            sources_read: SourcesRead::default(),
            rustc,
            here,
        })
    }

    /// The workspace's root folder.
    #[must_use]
    pub(crate) fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The settings of the command line with those in the manifests.
    pub(crate) fn all_settings(&self, given: Settings) -> Result<AllSettings> {
        manifest_settings::read(given, &self.metadata)
    }

    /// Whether the manifest at the root still has the settings that cargo read from it.
    pub(crate) fn settings_are_current(&self) -> bool {
        self.root_manifest().is_ok_and(|(_, text)| manifest_settings::are_current(&text, &self.metadata))
    }

    /// The packages and binaries to build.
    pub(crate) fn select(&self, all_settings: &AllSettings, catalog: &Catalog) -> Result<Selected> {
        select::select(&self.metadata, all_settings, &self.here, &self.configuration, &catalog.shipping)
    }

    /// `build.target` of the workspace's cargo configuration.
    pub(crate) fn configured_target(&self) -> Option<String> {
        self.configuration.target()
    }

    /// Adds the crates that programs have on these targets and not on the one that was inspected, whose facts enter.
    pub(crate) fn add_crates_of(
        &self,
        targets: &[&str],
        inspected: &mut Inspected,
        read: impl Fn(&str) -> Result<Inspected>,
    ) -> Result<()> {
        let first = inspected.workspace.selection.target.clone();
        for target in targets.iter().filter(|target| **target != first) {
            let cfgs = self.rustc.cfgs(&[&first, target])?;
            let holds = |platform: &Platform, triple: &str| platform.matches(triple, &cfgs[triple]);
            if inspected.platforms.iter().all(|platform| holds(platform, &first) == holds(platform, target)) {
                continue;
            }
            for binary in read(target)?.workspace.binaries {
                let is_same = |own: &&mut Binary| (&own.package, &own.name) == (&binary.package, &binary.name);
                if let Some(own) = inspected.workspace.binaries.iter_mut().find(is_same) {
                    own.add_crates(binary.crates);
                }
            }
        }
        Ok(())
    }

    /// Has cargo work out the graph for musl beside that for glibc, where some manifest tells the two apart.
    pub(crate) fn expect_musl(&self, selected: &Selected, settings: &BuildSettings) {
        let packages = self.metadata.packages.iter().chain(&self.loaded.packages);
        let platforms = packages.flat_map(|package| &package.dependencies).filter_map(|used| used.target.as_ref());
        if !libcs::agree(platforms) {
            self.ahead.ask(&self.cargo, &self.relay, selected.request(settings, MUSL));
        }
    }

    /// The facts for one target; `named_by` says who named it.
    pub(crate) fn inspect(
        &self,
        selected: &Selected,
        (settings, all_settings): (&BuildSettings, &AllSettings),
        target: &str,
        named_by: Option<String>,
        catalog: &Catalog,
    ) -> Result<Inspected> {
        let request = selected.request(settings, target);
        let platforms = settings.platforms.as_deref().unwrap_or_default();
        let of_platforms = [false, true].into_iter().flat_map(|is_musl| catalog.images.triples(platforms, is_musl));
        let targets: Vec<&str> = of_platforms.chain([target]).collect();
        let layout = self.layout(all_settings)?;
        let output = self.output(all_settings)?.unwrap_or_else(|| "Dockerfile".to_owned());
        let written = [&output, &format!("{output}.dockerignore"), "docker-bake.hcl", "compose.yaml"];
        let written = written.map(|name| self.root().join(name));
        let local = Local::new(&self.metadata, &self.loaded.packages, &layout, catalog, &written);
        let (resolved, ignores_lock_file) = std::thread::scope(|scope| {
            let ignores_lock_file = scope.spawn(|| git_ignored::ignores_lock_file(self.root()));
            scope.spawn(|| local.read_ahead(&selected.packages, &self.sources_read));
            // An error is one for whoever needs the answer.
            scope.spawn(|| self.configuration.for_targets(&self.rustc, &targets));
            (self.resolve(request), ignores_lock_file.join().unwrap_or_default())
        });
        let asked = Asked { selected, settings, all_settings, targets, named_by, catalog, ignores_lock_file };
        self.inspect_build(&resolved?, &local, &asked, &[])
    }

    fn resolve(&self, request: BuildRequest) -> Result<Resolved> {
        let asked = self.ahead.take(&request);
        asked.unwrap_or_else(|| self.cargo.resolve(&self.relay, request)).or_else(|error| {
            if self.cargo.locked {
                lock_file_must_exist(self.root())?;
            }
            Err(submodules::explain(error, &self.here))
        })
    }

    /// The same for a build that cargo has resolved, with the plugins that are part of it.
    fn inspect_build(
        &self,
        resolved: &Resolved,
        local: &Local,
        asked: &Asked,
        plugins: &[Plugin],
    ) -> Result<Inspected> {
        let Asked { selected, settings, all_settings, catalog, .. } = *asked;
        let (metadata, units) = (&self.metadata, &resolved.units);
        let root = self.root();
        let graph = graph::Graph::new(metadata, self.loaded.packages.iter().chain(&resolved.packages), units);
        let layout = local.layout;
        let packages = local.packages(&graph, &self.sources_read)?;
        let opened = plugins::find(metadata, &packages);
        if plugins.is_empty() && !opened.is_empty() {
            // A plugin is built with the programs, and what it is made of counts as theirs.
            let mut request = resolved.request.clone();
            request.packages =
                selected.specs.iter().chain(opened.iter().map(|plugin| &plugin.package)).cloned().collect();
            request.with_libraries = true;
            let with_plugins = self.resolve(request)?;
            return self.inspect_build(&with_plugins, local, asked, &opened);
        }
        let files = &self.configuration.files;
        let origins = origins::read(root, layout, &resolved.packages, &self.configuration)?;
        let is_origin = |path: &ContextPath| origins.folders.iter().any(|folder| path.starts_with(folder));
        let named_by_config = files.named.iter().filter_map(|path| layout.inside(path));
        let manifest = self.root_manifest()?.1;
        let mut workspace = Workspace {
            binaries: graph.binaries(layout, &packages, catalog, selected, plugins),
            packages,
            folder: layout.path(root),
            in_repository: in_repository(root),
            context: layout.steps_up.clone(),
            skipped: graph.skipped(selected),
            left_out: selected.left_out.clone(),
            toolchain: toolchain::read(root)?,
            rust_version: graph.highest_rust_version(),
            config: self.configuration.for_targets(&self.rustc, &asked.targets)?,
            named_by_config: named_by_config.filter(|path| !is_origin(path)).collect(),
            other_workspaces: self.loaded.workspaces.iter().map(|path| read_text(path)).collect::<Result<_>>()?,
            origins,
            profile: profile::read(&manifest, &resolved.request.profile, units, &self.configuration)?,
            selection: selected.selection(metadata, &resolved.request, settings, asked.named_by.clone()),
            manifest,
            lock_file: read_if_present(&root.join("Cargo.lock"))?,
            shared_files: local_packages::shared(layout, root, files, &self.loaded.workspaces),
            entries: entries(root)?,
            ignores_lock_file: asked.ignores_lock_file,
            withheld: BTreeSet::new(),
            unstable: unstable::first(&graph, layout, &self.configuration),
            last_read: Vec::new(),
        };
        graph::names_must_be_for_rustc(&workspace.binaries)?;
        guards::must_pass(&graph)?;
        workspace.withheld = secrets::withheld(root, layout, &workspace, all_settings, &catalog.inputs);
        if workspace.binaries.is_empty() {
            return Err(select::all_skipped(&workspace.skipped).into());
        }
        let target_folder = metadata.target_directory.as_std_path();
        workspace.last_read = dep_info::last_read(target_folder, layout, &workspace.binaries);
        Ok(Inspected { workspace, platforms: graph.platforms() })
    }

    /// The build context around everything that the build reads.
    fn layout(&self, all_settings: &AllSettings) -> Result<Layout> {
        let root = self.root();
        let packages: Vec<&Package> = self.metadata.packages.iter().chain(&self.loaded.packages).collect();
        let files = self.configuration.files.paths.iter().chain(&self.loaded.workspaces);
        let folders = files.filter_map(|path| path.parent()).map(Path::to_owned);
        let inputs = all_settings.inputs().map(|input| root.join(&input.folder).join(fixed_folder(&input.path)));
        let besides: Vec<PathBuf> = folders.chain(inputs.map(|path| paths::normalized(&path))).collect();
        Layout::new(root, &packages, &besides)
    }

    /// The manifest at the workspace root and its text.
    pub(crate) fn root_manifest(&self) -> Result<(PathBuf, String)> {
        let path = self.root().join("Cargo.toml");
        let text = read_text(&path)?;
        Ok((path, text))
    }
}

/// Whether a plain build in a folder is that of its package, with nothing left out by name.
fn is_built_as_it_stands(folder: &Path) -> bool {
    let manifest = read_if_present(&folder.join("Cargo.toml")).ok().flatten().unwrap_or_default();
    let has = |word: &str| manifest.contains(word);
    has("[package]") && !has("default-members") && !has("dockerize") && folder.join("Cargo.lock").is_file()
}

/// The folder of a workspace inside its git repository.
fn in_repository(root: &Path) -> ContextPath {
    ContextPath::new(disk::repository(root).and_then(|folder| root.strip_prefix(folder).ok()).unwrap_or(Path::new("")))
}

/// The folder that a pattern of the settings looks in, as far as it leads out of its own.
fn fixed_folder(pattern: &str) -> String {
    let up = pattern.split('/').take_while(|name| [".", ".."].contains(name));
    up.collect::<Vec<_>>().join("/")
}

fn lock_file_must_exist(root: &Path) -> Result<()> {
    if root.join("Cargo.lock").is_file() {
        return Ok(());
    }
    Err(Failure::new(format!("there is no Cargo.lock in `{}`", root.display()))
        .help("run `cargo generate-lockfile` and commit Cargo.lock: the image is built with `--locked`")
        .into())
}
