//! Paths that settings name: they have to be there, and those of a repository may not lead out of it.

use std::path::Path;

use anyhow::Result;

use super::{Manifests, disk, paths};
use crate::context_path::literal;
use crate::error::Failure;
use crate::settings::AllSettings;
use crate::workspace::Workspace;

impl Manifests {
    /// The Dockerfile that a flag names from the current folder, or a setting from the workspace root; relative to the
    /// workspace root. A setting comes with the repository, and may not lead out of it.
    pub(crate) fn output(&self, all_settings: &AllSettings) -> Result<Option<String>> {
        let root = self.root();
        let named = |path: &Path| if path.is_dir() { path.join("Dockerfile") } else { path.to_owned() };
        let shown =
            |path: &Path| path.strip_prefix(root).map_or_else(|_| path.display().to_string(), paths::with_slashes);
        if let Some(path) = &all_settings.flags.output {
            if path == "-" {
                return Err(Failure::new("`--output` takes a file")
                    .help("`--print dockerfile` writes to stdout")
                    .into());
            }
            let is_folder = path.ends_with('/');
            let path = paths::normalized(&std::path::absolute(path)?);
            return Ok(Some(shown(&if is_folder { path.join("Dockerfile") } else { named(&path) })));
        }
        let root_package = self.metadata.root_package().map(|package| package.name.as_str());
        let by_package = root_package.and_then(|name| all_settings.packages.get(name)?.output.clone());
        let Some(output) = all_settings.workspace.output.clone().or(by_package) else { return Ok(None) };
        let path = named(&paths::normalized(&root.join(&output)));
        if !disk::lies_in(&path, root) {
            return Err(Failure::new(format!("`output` in the settings leads out of the workspace: `{output}`"))
                .help("name a path inside of it, or give the other one on the command line, with `--output`")
                .into());
        }
        Ok(Some(shown(&path)))
    }

    /// A missing asset would fail the build late; a pattern may match nothing today.
    pub(crate) fn assets_must_exist(&self, all_settings: &AllSettings, workspace: &Workspace) -> Result<()> {
        for binary in &workspace.binaries {
            for asset in all_settings.binary(&binary.package, &binary.name).assets.iter().flatten() {
                let folder = self.root().join(&asset.folder);
                let named = literal(&asset.path).map(|path| folder.join(path));
                if named.as_ref().is_some_and(|path| path.exists() && !disk::lies_in(path, self.root())) {
                    return Err(Failure::new(format!(
                        "`assets` of `{}` name `{}`, a link that leads out of the workspace",
                        binary.name, asset.path
                    ))
                    .help("put the file itself there")
                    .into());
                }
                if named.is_some_and(|path| !path.exists()) {
                    return Err(Failure::new(format!(
                        "`assets` of `{}` name `{}`, which does not exist",
                        binary.name, asset.path
                    ))
                    .help(format!("paths start from the folder of the manifest, here `{}`", folder.display()))
                    .into());
                }
            }
        }
        Ok(())
    }
}
