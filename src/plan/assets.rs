//! Files of the source tree for images: settings enter, patterns for the build context and paths in the image leave.

use serde::Serialize;

use crate::context_path::{ContextPath, ContextPattern, literal};
use crate::settings::{ImageSettings, ManifestPath};
use crate::workspace::Workspace;

/// A file, folder or pattern that is copied into the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Asset {
    /// What is copied, in the build context.
    pub from: ContextPattern,
    /// Path in the image.
    pub to: String,
}

/// Folder of the assets, and the working directory where there are some.
pub(super) const HOME: &str = "/app";

/// What one binary's settings copy into its image.
pub(super) fn assets(workspace: &Workspace, settings: &ImageSettings) -> Vec<Asset> {
    let named = settings.assets.iter().flatten();
    named.map(|asset| Asset { from: pattern(workspace, asset), to: destination(&asset.path) }).collect()
}

/// A pattern goes into the folder that it looks in, anything else to its own name.
fn destination(text: &str) -> String {
    let path = ContextPath::default().join(text);
    match (literal(path.as_str()), path.parent()) {
        (Some(path), _) => format!("{HOME}/{path}"),
        (None, Some(folder)) => {
            let folder = literal(folder.as_str()).unwrap_or_else(|| folder.to_string());
            ContextPath::default().join(&folder).below(HOME) + "/"
        }
        (None, None) => format!("{HOME}/"),
    }
}

/// What settings name, in the build context.
pub(super) fn pattern(workspace: &Workspace, named: &ManifestPath) -> ContextPattern {
    ContextPattern::new(&workspace.folder.join(&named.folder), &named.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_keep_the_folder_that_they_look_in() {
        for (named, to) in [
            ("templates/", "/app/templates"),
            ("./config/*.toml", "/app/config/"),
            ("*.toml", "/app/"),
            ("site/[[]id].html", "/app/site/[id].html"),
            ("site[[]1]/*.html", "/app/site[1]/"),
        ] {
            assert_eq!(destination(named), to, "{named}");
        }
    }
}
