//! The layers of settings that the manifests hold: the text of each manifest with a table of ours enters, [`AllSettings`]
//! leave.
#![expect(clippy::disallowed_methods, reason = "manifests are read here")]

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::Metadata;

use super::paths;
use crate::context_path::in_settings;
use crate::error::Failure;
use crate::settings::{AllSettings, ManifestPath, Scope, Settings};

/// Reads the settings of the workspace and of every member that has some.
pub(super) fn read(flags: Settings, metadata: &Metadata) -> Result<AllSettings> {
    let root = metadata.workspace_root.as_std_path();
    let has_table = |value: &serde_json::Value| value.get("dockerize").is_some();
    let read = |manifest: &Path, scope: Scope| -> Result<Settings> {
        let text = fs::read_to_string(manifest).with_context(|| format!("cannot read `{}`", manifest.display()))?;
        let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok()).unwrap_or(Path::new(""));
        let shown = manifest.strip_prefix(root).unwrap_or(manifest);
        let mut settings = Settings::from_manifest(&text, scope, shown, &paths::with_slashes(folder))?;
        settings.each_path(&mut |path| name_what_exists(path, manifest));
        Ok(settings)
    };
    let shared = metadata.root_package().is_none() || metadata.workspace_members.len() > 1;
    let saved_in = if shared { Scope::Workspace } else { Scope::Package };
    let mut all_settings = AllSettings { flags, saved_in, ..AllSettings::default() };
    if has_table(&metadata.workspace_metadata) {
        all_settings.workspace = read(&root.join("Cargo.toml"), Scope::Workspace)?;
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
            all_settings.packages.insert(package.name.to_string(), settings);
        }
    }
    Ok(all_settings)
}

/// Brackets and backslashes belong to patterns, unless a file or folder bears the name as it is written.
fn name_what_exists(named: &mut ManifestPath, manifest: &Path) {
    if named.path.contains(['[', '\\']) && manifest.with_file_name(&named.path).exists() {
        named.path = in_settings(&named.path);
    }
}
