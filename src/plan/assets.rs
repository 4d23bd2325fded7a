//! Files of the source tree for images: settings enter, paths in the build context and in the image leave.

use glob::{MatchOptions, Pattern};
use serde::Serialize;

use crate::settings::{ManifestPath, Settings};
use crate::workspace::{Workspace, below, clean};

/// A file, folder or pattern that is copied into the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// Path in the build context.
    pub from: String,
    /// Path in the image.
    pub to: String,
}

/// Folder of the assets, and the working directory where there are some.
const HOME: &str = "/app";

/// What one binary's settings copy into its image.
pub(super) fn assets(workspace: &Workspace, settings: &Settings) -> Vec<Asset> {
    settings
        .assets
        .iter()
        .flatten()
        .map(|asset| {
            let path = clean(&asset.path);
            let from = place(workspace, asset);
            // A pattern goes into the folder that it looks in, anything else to its own name.
            let to = match (path.contains(['*', '?', '[']), path.rsplit_once('/')) {
                (true, Some((folder, _))) => format!("{HOME}/{folder}/"),
                (true, None) => format!("{HOME}/"),
                (false, _) => format!("{HOME}/{path}"),
            };
            Asset { from, to }
        })
        .collect()
}

/// What settings name, relative to the context root.
pub(super) fn place(workspace: &Workspace, named: &ManifestPath) -> String {
    below(&workspace.folder, &below(&named.folder, clean(&named.path)))
}

/// Whether a file, folder or pattern that settings name takes a path along.
pub(super) fn covers(named: &str, path: &str) -> bool {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
    path.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || Pattern::new(named).is_ok_and(|pattern| pattern.matches_with(path, options))
}
