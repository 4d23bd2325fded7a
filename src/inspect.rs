//! The edge where facts come in: cargo, the toolchain file, cargo's configuration and the source tree are read here
//! and nowhere else. What leaves is a [`Workspace`].
#![expect(clippy::disallowed_methods, reason = "reading disk and running cargo is this module's job")]

mod cargo;
mod config;
mod graph;
mod paths;
mod select;
mod sources;
mod toolchain;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::Metadata;

use cargo::{BuildRequest, Cargo, Resolved, UnitGraph};
use select::Selected;

use crate::catalog::Catalog;
use crate::cli::Dockerize;
use crate::error::Failure;
use crate::plan::{self, Runtime};
use crate::render::{OwnTemplates, TEMPLATE_FOLDER};
use crate::settings::{Layers, Scope, Settings, save};
use crate::shell::Shell;
use crate::workspace::{Profile, Selection, Workspace};

/// The triples that images are planned for when nobody names one. The architecture is fixed, so that the same files
/// come out on every machine; the generated Dockerfile builds for the architecture of its builder.
pub const GNU: &str = "x86_64-unknown-linux-gnu";
/// See [`GNU`].
pub const MUSL: &str = "x86_64-unknown-linux-musl";

/// A workspace as cargo resolved it, with the settings in its manifests.
#[derive(Debug)]
pub struct Manifests {
    cargo: Cargo,
    /// The build that the command line alone asks for. Settings may ask for another one; most often they do not.
    resolved: Resolved,
    /// Where the user stands: the folder of `--manifest-path`, or the current one.
    here: PathBuf,
    layers: Layers,
}

/// Everything that decisions are made from, and the first of them: the runtime, on which the target depends.
#[derive(Debug)]
pub struct Facts {
    /// The workspace.
    pub workspace: Workspace,
    /// Settings of the build as a whole.
    pub settings: Settings,
    /// Every layer of settings.
    pub layers: Layers,
    /// What the programs run on.
    pub runtime: Runtime,
    /// Why.
    pub reason: String,
    /// Path of the Dockerfile where somebody named one, relative to the workspace root.
    pub output: Option<String>,
    /// The root manifest, its text, and its table for settings.
    pub root_manifest: (PathBuf, String, Scope),
    by_place: Option<String>,
}

impl Facts {
    /// Flags without which the same files would not come out again.
    #[must_use]
    pub fn flags_to_repeat(&self) -> Vec<String> {
        let mut given = self.layers.flags.clone();
        if given.output.is_some() {
            given.output.clone_from(&self.output);
        }
        if let Some(member) = &self.by_place {
            given.package = Some(vec![member.clone()]);
        }
        save::as_flags(&given)
    }
}

/// The workspace root's folder.
pub fn root(flags: &Dockerize, shell: Shell) -> Result<PathBuf> {
    let manifest = cargo(flags).root_manifest(shell)?;
    manifest.parent().map(Path::to_owned).context("a manifest lies in a folder")
}

/// The user's own templates by name.
pub fn own_templates(root: &Path) -> Result<OwnTemplates> {
    let folder = root.join(TEMPLATE_FOLDER);
    let mut templates = OwnTemplates::new();
    if !folder.is_dir() {
        return Ok(templates);
    }
    for name in sources::entries(&folder)? {
        if let Some(stem) = name.strip_suffix(".hbs") {
            templates.insert(stem.to_owned(), read_if_present(&folder.join(&name))?.unwrap_or_default());
        }
    }
    Ok(templates)
}

/// How cargo has to be called for this command line.
fn cargo(flags: &Dockerize) -> Cargo {
    let common = &flags.common;
    // Neither `--check` nor `--print` may write, and cargo writes a lock file unless told not to.
    let locked = common.locked || common.frozen || flags.check || flags.print.is_some();
    let offline = common.offline || common.frozen;
    let lock_flags = [(locked, "--locked"), (offline, "--offline")];
    Cargo {
        manifest_path: common.manifest_path.clone(),
        lock_flags: lock_flags.into_iter().filter_map(|(holds, flag)| holds.then_some(flag)).collect(),
    }
}

impl Manifests {
    /// Reads the workspace and the settings in its manifests.
    pub fn read(flags: &Dockerize, shell: Shell) -> Result<Self> {
        let cargo = cargo(flags);
        let given = Settings::from_flags(flags);
        given.validate()?;
        let target = match (&given.target, Runtime::asked_for(&given)?) {
            (Some(target), _) => target.clone(),
            (None, runtime) => target_for(runtime).to_owned(),
        };
        let packages = given.package.clone().unwrap_or_default();
        let request = build_request(&given, packages, given.bin.clone().unwrap_or_default(), target);
        let resolved = cargo.resolve(shell, request).or_else(|error| {
            if cargo.lock_flags.contains(&"--locked") {
                lock_file_must_exist(&root(flags, shell)?)?;
            }
            Err(error)
        })?;
        let here = match &cargo.manifest_path {
            Some(path) => std::path::absolute(path)?.parent().map(Path::to_owned).unwrap_or_default(),
            None => std::env::current_dir().context("cannot tell the current folder")?,
        };
        let layers = layers(given, &resolved.metadata)?;
        Ok(Self { cargo, resolved, here, layers })
    }

    /// The workspace's root folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.resolved.metadata.workspace_root.as_std_path()
    }

    /// Reads the graph of what is going to be built. The target depends on the runtime, and the runtime on what the
    /// graph links: without a wish, the graph for glibc decides whether musl is worth a look.
    pub fn facts(&self, shell: Shell) -> Result<Facts> {
        let selected = select::select(&self.resolved.metadata, &self.layers, &self.here)?;
        let settings = self.layers.build(&selected.packages)?;
        let catalog = Catalog::load()?;
        let named = self.named_target(&settings)?;
        let first = match &named {
            Some((target, _)) => target.as_str(),
            None => target_for(Runtime::asked_for(&settings)?),
        };
        let named_by = named.as_ref().map(|(_, by)| by.clone());
        let read = |target: &str| self.inspect(shell, &selected, &settings, target, named_by.clone());
        let choose = |workspace: &Workspace| plan::choose(workspace, &settings, &self.layers, &catalog);

        let mut inspected = read(first)?;
        let (mut runtime, mut reason) = choose(&inspected.workspace)?;
        if runtime == Runtime::Scratch && inspected.workspace.selection.target == GNU && named.is_none() {
            if inspected.same_for_both_libcs {
                MUSL.clone_into(&mut inspected.workspace.selection.target);
            } else {
                let with_musl = read(MUSL)?;
                (runtime, reason) = choose(&with_musl.workspace)?;
                if runtime == Runtime::Scratch {
                    inspected = with_musl;
                }
            }
        }
        self.assets_must_exist(&inspected.workspace)?;
        Ok(Facts {
            workspace: inspected.workspace,
            settings,
            layers: self.layers.clone(),
            runtime,
            reason,
            output: self.output()?,
            root_manifest: self.root_manifest()?,
            by_place: selected.by_place,
        })
    }

    /// The target that somebody named, and who. Only Linux runs in a Linux container.
    fn named_target(&self, settings: &Settings) -> Result<Option<(String, String)>> {
        let by_flag = self.layers.flags.target.clone().map(|target| (target, "`--target`".to_owned()));
        let by_settings = || settings.target.clone().map(|target| (target, "`target` in the settings".to_owned()));
        let by_config = || -> Result<_> {
            Ok(config::read(self.root())?
                .target
                .map(|target| (target, "build.target in .cargo/config.toml".to_owned())))
        };
        let named = match by_flag.or_else(by_settings) {
            Some(named) => Some(named),
            None => by_config()?,
        };
        if let Some((target, by)) = named.as_ref().filter(|(target, _)| !target.contains("-linux-")) {
            return Err(Failure::new(format!("`{target}` ({by}) does not run in a Linux container"))
                .help(format!("name another one, as in `--target {GNU}`"))
                .into());
        }
        Ok(named)
    }

    fn inspect(
        &self,
        shell: Shell,
        selected: &Selected,
        settings: &Settings,
        target: &str,
        named_by: Option<String>,
    ) -> Result<Inspected> {
        let packages = if selected.is_named { selected.specs.clone() } else { Vec::new() };
        let request = build_request(settings, packages, selected.binaries.clone(), target.to_owned());
        let again;
        let resolved = if request == self.resolved.request {
            &self.resolved
        } else {
            again = self.cargo.resolve(shell, request)?;
            &again
        };
        let metadata = &resolved.metadata;
        let units = resolved.units.as_ref().map_err(Failure::again)?;
        let profile = resolved.request.profile.clone();
        let root = self.root();
        let graph = graph::Graph::new(metadata, units);
        let layout = paths::Layout::new(root, metadata)?;
        let workspace = Workspace {
            folder: layout.folder(root),
            context: layout.steps_up.clone(),
            packages: sources::packages(shell, &layout, metadata, &graph)?,
            binaries: graph.binaries(&layout),
            skipped: graph.skipped(selected),
            toolchain: toolchain::read(root)?,
            rust_version: graph.highest_rust_version(),
            config: config::read(root)?,
            profile: Profile { decides_strip: decides_strip(root, &profile, units)?, name: profile },
            selection: selection(metadata, selected, settings, target, named_by),
            shared_files: sources::shared(&layout, root)?,
            entries: sources::entries(root)?,
        };
        if workspace.binaries.is_empty() {
            return Err(select::all_skipped(&workspace.skipped).into());
        }
        Ok(Inspected { same_for_both_libcs: graph.same_for_both_libcs(), workspace })
    }

    /// The Dockerfile that a flag names from the current folder, or a setting from the workspace root.
    fn output(&self) -> Result<Option<String>> {
        if let Some(path) = &self.layers.flags.output {
            let path = paths::normalized(&std::path::absolute(path)?);
            return Ok(Some(
                path.strip_prefix(self.root()).map_or_else(|_| path.display().to_string(), paths::with_slashes),
            ));
        }
        let root_package =
            self.resolved.metadata.root_package().and_then(|package| self.layers.packages.get(package.name.as_str()));
        Ok(self.layers.workspace.output.clone().or_else(|| root_package?.output.clone()))
    }

    fn root_manifest(&self) -> Result<(PathBuf, String, Scope)> {
        let path = self.root().join("Cargo.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Ok((path, text, self.layers.saved_in))
    }

    /// A missing asset would fail the build late; a pattern may match nothing today.
    fn assets_must_exist(&self, workspace: &Workspace) -> Result<()> {
        for binary in &workspace.binaries {
            for asset in self.layers.binary(&binary.package, &binary.name).assets.iter().flatten() {
                let path = self.root().join(&asset.folder).join(&asset.path);
                if !asset.path.contains(['*', '?', '[']) && !path.exists() {
                    return Err(Failure::new(format!(
                        "`assets` of `{}` name `{}`, which does not exist",
                        binary.name, asset.path
                    ))
                    .help(format!(
                        "paths start from the folder of the manifest, here `{}`",
                        self.root().join(&asset.folder).display()
                    ))
                    .into());
                }
            }
        }
        Ok(())
    }
}

/// The facts for one target.
#[derive(Debug)]
struct Inspected {
    workspace: Workspace,
    /// Whether glibc and musl lead to the same graph, so that facts read for one hold for the other.
    same_for_both_libcs: bool,
}

fn lock_file_must_exist(root: &Path) -> Result<()> {
    if root.join("Cargo.lock").is_file() {
        return Ok(());
    }
    Err(Failure::new(format!("there is no Cargo.lock in `{}`", root.display()))
        .help("run `cargo generate-lockfile` and commit Cargo.lock: the image is built with `--locked`")
        .into())
}

/// The target that a runtime wants where nobody names one.
fn target_for(runtime: Option<Runtime>) -> &'static str {
    if runtime == Some(Runtime::Scratch) { MUSL } else { GNU }
}

fn build_request(settings: &Settings, packages: Vec<String>, binaries: Vec<String>, target: String) -> BuildRequest {
    let mut features = Vec::new();
    if settings.all_features == Some(true) {
        features.push("--all-features".to_owned());
    }
    if settings.no_default_features == Some(true) {
        features.push("--no-default-features".to_owned());
    }
    if let Some(names) = &settings.features {
        features.extend(["--features".to_owned(), names.join(",")]);
    }
    let profile = settings.profile.clone().unwrap_or_else(|| "release".to_owned());
    BuildRequest { packages, binaries, features, profile, target }
}

/// Reads the settings of the workspace and of every member that has some.
fn layers(flags: Settings, metadata: &Metadata) -> Result<Layers> {
    let root = metadata.workspace_root.as_std_path();
    let has_table = |value: &serde_json::Value| value.get("dockerize").is_some();
    let read = |manifest: &Path, scope: Scope| -> Result<Settings> {
        let text = fs::read_to_string(manifest).with_context(|| format!("cannot read `{}`", manifest.display()))?;
        let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok()).unwrap_or(Path::new(""));
        let shown = manifest.strip_prefix(root).unwrap_or(manifest);
        Settings::from_manifest(&text, scope, shown, &paths::with_slashes(folder))
    };
    let shared = metadata.root_package().is_none() || metadata.workspace_members.len() > 1;
    let saved_in = if shared { Scope::Workspace } else { Scope::Package };
    let mut layers = Layers { flags, saved_in, ..Layers::default() };
    if has_table(&metadata.workspace_metadata) {
        layers.workspace = read(&root.join("Cargo.toml"), Scope::Workspace)?;
    }
    for package in metadata.workspace_packages() {
        if has_table(&package.metadata) {
            let manifest = package.manifest_path.as_std_path();
            let settings = read(manifest, Scope::Package)?;
            if settings.package.is_some() || (settings.output.is_some() && manifest.parent() != Some(root)) {
                return Err(Failure::new(format!(
                    "`package` and `output` in `{}` concern the whole workspace",
                    manifest.display()
                ))
                .help("move them to [workspace.metadata.dockerize] of the root manifest")
                .into());
            }
            layers.packages.insert(package.name.to_string(), settings);
        }
    }
    Ok(layers)
}

fn selection(
    metadata: &Metadata,
    selected: &Selected,
    settings: &Settings,
    target: &str,
    named_by: Option<String>,
) -> Selection {
    Selection {
        packages: if metadata.workspace_members.len() > 1 { sorted(&selected.specs) } else { Vec::new() },
        features: settings.features.clone().unwrap_or_default(),
        all_features: settings.all_features == Some(true),
        no_default_features: settings.no_default_features == Some(true),
        target: target.to_owned(),
        target_named_by: named_by,
    }
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

/// Whether the profile says itself what to strip, or wants debug information kept.
fn decides_strip(root: &Path, profile: &str, units: &UnitGraph) -> Result<bool> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Manifest {
        profile: BTreeMap<String, Table>,
    }
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Table {
        inherits: Option<String>,
        strip: Option<serde_json::Value>,
        debug: Option<serde_json::Value>,
    }
    let Some(text) = read_if_present(&root.join("Cargo.toml"))? else {
        return Ok(false);
    };
    let manifest: Manifest = toml_edit::de::from_str(&text).context("cannot read the profiles in Cargo.toml")?;
    let said =
        std::iter::successors(manifest.profile.get(profile), |table| manifest.profile.get(table.inherits.as_deref()?))
            .any(|table| table.strip.is_some() || table.debug.is_some());
    // A configuration file or an inherited `dev` may say it too; the unit graph has the outcome.
    let debug_information = units.roots.iter().any(|&root| {
        !matches!(units.units[root].profile.debuginfo, serde_json::Value::Null)
            && units.units[root].profile.debuginfo != 0
    });
    Ok(said || debug_information)
}

/// The text of a file, or nothing where there is none. Any other trouble is an error that names the file.
fn read_if_present(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}
