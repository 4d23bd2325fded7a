//! The layers of settings that the manifests hold: the text of each manifest with a table of ours enters, [`AllSettings`]
//! leave.
use std::path::Path;

use anyhow::Result;
use cargo_metadata::{Metadata, Package};
use serde_json::Value;

use super::disk::read_text;
use super::paths;
use crate::context_path::in_settings;
use crate::error::{Failure, is_near, quoted};
use crate::settings::{AllSettings, ManifestPath, Scope, Settings};

/// Reads the settings of the workspace and of every member that has some.
pub(super) fn read(flags: Settings, metadata: &Metadata) -> Result<AllSettings> {
    let root = metadata.workspace_root.as_std_path();
    let has_table = |value: &serde_json::Value| value.get("dockerize").is_some();
    let read = |manifest: &Path, scope: Scope| -> Result<Settings> {
        let text = read_text(manifest)?;
        let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok()).unwrap_or(Path::new(""));
        let shown = manifest.strip_prefix(root).unwrap_or(manifest);
        let mut settings = Settings::from_manifest(&text, scope, shown, &paths::with_slashes(folder))?;
        settings.each_path(&mut |path| name_what_exists(path, manifest));
        Ok(settings)
    };
    let shared = metadata.root_package().is_none() || metadata.workspace_members.len() > 1;
    let saved_in = if shared { Scope::Workspace } else { Scope::Package };
    let mut all_settings = AllSettings { flags, saved_in, ..AllSettings::default() };
    name_is_right(&metadata.workspace_metadata, Scope::Workspace)?;
    if has_table(&metadata.workspace_metadata) {
        all_settings.workspace = read(&root.join("Cargo.toml"), Scope::Workspace)?;
    }
    let all: Vec<&Package> = super::select::members(metadata);
    binaries_exist(&all_settings.workspace, &all)?;
    for package in all {
        name_is_right(&package.metadata, Scope::Package)?;
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
            binaries_exist(&settings, &[package])?;
            all_settings.packages.insert(package.name.to_string(), settings);
        }
    }
    Ok(all_settings)
}

/// Refuses a table whose name is a slip in ours: it would be ignored without a word.
fn name_is_right(value: &serde_json::Value, scope: Scope) -> Result<(), Failure> {
    let names = value.as_object().into_iter().flat_map(|tables| tables.keys());
    match names.into_iter().find(|name| *name != "dockerize" && is_near(name, "dockerize")) {
        Some(name) => {
            let table = format!("{}.metadata", scope.key());
            Err(Failure::new(format!("[{table}.{name}] is no table of cargo-dockerize"))
                .help(format!("did you mean [{table}.dockerize]?")))
        }
        None => Ok(()),
    }
}

/// Refuses settings of a binary that these packages do not have.
fn binaries_exist(settings: &Settings, packages: &[&Package]) -> Result<(), Failure> {
    let targets = packages.iter().flat_map(|package| &package.targets).filter(|target| target.is_bin());
    let known: Vec<&str> = targets.map(|target| target.name.as_str()).collect();
    match settings.binaries.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => {
            Err(Failure::new(format!("`binaries.{name}` in the settings is for a binary that does not exist"))
                .help_nearest(name, known.iter().copied(), || Some(format!("binaries are {}", quoted(&known)))))
        }
        None => Ok(()),
    }
}

/// Brackets and backslashes belong to patterns, unless a file or folder bears the name as it is written.
fn name_what_exists(named: &mut ManifestPath, manifest: &Path) {
    if named.path.contains(['[', '\\']) && manifest.with_file_name(&named.path).exists() {
        named.path = in_settings(&named.path);
    }
}

/// Whether a manifest at the root has the settings that cargo read from it.
pub(super) fn are_current(manifest: &str, metadata: &Metadata) -> bool {
    let now = toml_edit::de::from_str::<Value>(manifest).ok();
    let package = metadata.root_package().map(|package| &package.metadata);
    let is_current = |pointer: &str, read: Option<&Value>| {
        let now = now.as_ref().and_then(|manifest| manifest.pointer(pointer));
        now == read.and_then(|metadata| metadata.get("dockerize"))
    };
    is_current("/workspace/metadata/dockerize", Some(&metadata.workspace_metadata))
        && is_current("/package/metadata/dockerize", package)
}
