//! Files of the source tree for images: settings and what sources certainly read enter, patterns for the build context and
//! paths in the image leave.

use serde::Serialize;

use super::at_run_time::is_for_its_user;
use super::context;
use super::program::Program;
use crate::context_path::{ContextPath, ContextPattern, in_settings, literal};
use crate::settings::{ImageSettings, ManifestPath, Scope};
use crate::workspace::{LocalPackage, OpenedPath, Workspace};

/// A file, folder or pattern that is copied into the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Asset {
    /// What is copied, in the build context.
    pub from: ContextPattern,
    /// What `assets` says for it.
    pub name: String,
    /// Path in the image.
    pub to: String,
    /// The line or the crate that reads it; `None` where the settings name it.
    pub because: Option<String>,
}

/// The working directory, where assets go.
pub(super) const HOME: &str = "/app";

/// What is copied into the image of one program: what the settings name, or else what it certainly reads.
pub(super) fn assets(program: Program, settings: &ImageSettings) -> Vec<Asset> {
    let home = settings.workdir.as_deref().unwrap_or(HOME);
    match &settings.assets {
        Some(named) => named
            .iter()
            .map(|asset| Asset {
                from: pattern(program.workspace, asset),
                name: asset.path.clone(),
                to: destination(home, &asset.path),
                because: None,
            })
            .collect(),
        None => found(program, home),
    }
}

/// What a program reads for certain: a server, or whatever takes no arguments and so has no user who brings files.
fn found(program: Program, home: &str) -> Vec<Asset> {
    let is_tool = program.is_tool();
    let by_source = program
        .says(|package| &package.reads)
        // Nobody brings files to the folder that it was built in.
        .filter(|said| said.what.is_baked || !is_tool && !is_for_its_user(program, &said.what.path))
        .map(|said| (said.what.clone(), said.place.to_string()));
    let by_crate = program.catalog.in_service.reads.iter().filter_map(|reads| {
        program.krate(&reads.name)?;
        let packages = &program.workspace.packages;
        let own = packages.iter().find(|package| package.folder == program.binary.folder)?;
        let from = home_with(&reads.path, own, program.workspace)?;
        let said = OpenedPath { path: from.join(&reads.path), from: from.clone(), is_baked: false };
        Some((said, reads.name.clone()))
    });
    let mut found: Vec<Asset> = Vec::new();
    for (OpenedPath { path, from, is_baked }, because) in by_source.chain(by_crate) {
        let (Some((_, name, _)), Some(below)) = (home_of(program, &path), path.strip_prefix(&from)) else { continue };
        if found.iter().all(|asset| !asset.from.covers(&path)) {
            let to = if is_baked { path.below(context::TOP) } else { format!("{home}/{below}") };
            let from = ContextPattern::exactly(&path);
            found.push(Asset { from, name: in_settings(name), to, because: Some(because) });
        }
    }
    // A folder that comes later covers what lies in it.
    let all = found.clone();
    let lies_in_another = |asset: &Asset| {
        all.iter().any(|other| other != asset && asset.from.folders().any(|folder| folder == other.from))
    };
    found.retain(|asset| !lies_in_another(asset));
    found.sort_by(|a, b| a.from.cmp(&b.from));
    found
}

/// The folder in which something lies that is looked for beside the manifest or at the workspace root.
fn home_with<'a>(path: &str, package: &'a LocalPackage, workspace: &'a Workspace) -> Option<&'a ContextPath> {
    let of_workspace = workspace.entries.contains(path).then_some(&workspace.folder);
    if package.entries.contains(path) { Some(&package.folder) } else { of_workspace }
}

/// The folder of the manifest that a path is named from, and the way from there.
pub(super) fn home_of<'a>(program: Program<'a>, path: &'a ContextPath) -> Option<(&'a ContextPath, &'a str, Scope)> {
    let folders = [(&program.binary.folder, Scope::Package), (&program.workspace.folder, Scope::Workspace)];
    folders.into_iter().find_map(|(folder, scope)| Some((folder, path.strip_prefix(folder)?, scope)))
}

/// A pattern goes into the folder that it looks in, anything else to its own name.
fn destination(home: &str, text: &str) -> String {
    let path = ContextPath::default().join(text);
    match (literal(path.as_str()), path.parent()) {
        (Some(path), _) => format!("{home}/{path}"),
        (None, Some(folder)) => {
            let folder = literal(folder.as_str()).unwrap_or_else(|| folder.to_string());
            ContextPath::default().join(&folder).below(home) + "/"
        }
        (None, None) => format!("{home}/"),
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
            assert_eq!(destination(HOME, named), to, "{named}");
        }
    }
}
