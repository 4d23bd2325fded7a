//! The build context: what the packages read enters, an allow list leaves.

use std::collections::BTreeSet;

use glob::Pattern;
use serde::Serialize;

use super::assets;
use super::basis::Basis;
use crate::catalog::Catalog;
use crate::workspace::{Input, LocalPackage, Workspace, below};

/// Where the Dockerfile works and what it gets to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildContext {
    /// Steps from the workspace root up to the context's root.
    pub root: String,
    /// Folder of the workspace in the build stage.
    pub workdir: String,
    /// Folder of the context's root in the build stage.
    pub top: String,
    /// Folder of the workspace among the sources that have not yet come there.
    pub sources: String,
    /// Cargo's target folder, relative to `top`.
    pub target: String,
    /// What travels, group by group.
    pub allow: Vec<IgnoreGroup>,
    /// Patterns that never travel, whatever folder they lie in.
    pub never: Vec<String>,
    /// Files that do travel though a pattern of `never` matches them: a source names them.
    pub after_all: Vec<String>,
}

/// Patterns with one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IgnoreGroup {
    /// What they are.
    pub title: String,
    /// Paths, fit for an ignore file.
    pub paths: Vec<String>,
}

/// Folder of the context's root in the build stage.
pub(super) const TOP: &str = "/app";

pub(super) fn workdir(workspace: &Workspace) -> String {
    below(TOP, &workspace.folder)
}

pub(super) fn context(basis: &Basis) -> BuildContext {
    let Basis { workspace, catalog, .. } = *basis;
    let mut groups: Vec<(String, Vec<String>)> = vec![(
        "what cargo reads first".to_owned(),
        workspace.shared_files.iter().map(|input| input.path.clone()).collect(),
    )];
    let mut rest = Vec::new();
    for package in &workspace.packages {
        if package.is_built {
            let mut paths: Vec<String> = package.inputs.iter().map(|input: &Input| input.path.clone()).collect();
            paths.extend(conventional(workspace, package, catalog));
            groups.push((package.name.clone(), paths));
        } else {
            rest.extend(package.inputs.iter().map(|input| input.path.clone()));
        }
    }
    groups.push(("other members, as far as cargo has to see them".to_owned(), rest));
    let all_assets = workspace.binaries.iter().flat_map(|binary| assets::assets(workspace, &basis.settings_of(binary)));
    let copied: BTreeSet<String> = all_assets.map(|asset| asset.from).collect();
    let named: BTreeSet<String> = basis.all_settings.inputs().map(|input| assets::place(workspace, input)).collect();
    groups.push(("read by the build, as the settings say".to_owned(), named.iter().cloned().collect()));
    groups.push(("copied into the image".to_owned(), copied.iter().cloned().collect()));
    // What settings name is a pattern already, for COPY and for the ignore file.
    let as_pattern =
        |path: &str| if copied.contains(path) || named.contains(path) { path.to_owned() } else { escaped(path) };

    let never: Vec<Pattern> = catalog
        .inputs
        .never
        .iter()
        .filter_map(|pattern| Pattern::new(pattern.trim_start_matches("**/")).ok())
        .collect();
    let is_refused = |path: &str| path.split('/').any(|name| never.iter().any(|pattern| pattern.matches(name)));
    let mut seen = BTreeSet::new();
    let all: BTreeSet<String> = groups.iter().flat_map(|(_, paths)| paths.clone()).collect();
    let lies_in_another = |path: &str| ancestors(path).any(|folder| all.contains(folder));
    let allow = groups
        .into_iter()
        .filter_map(|(title, paths)| {
            let mut paths: Vec<String> = paths
                .into_iter()
                .filter(|path| !lies_in_another(path) && seen.insert(path.clone()))
                .map(|path| as_pattern(&path))
                .collect();
            paths.sort();
            (!paths.is_empty()).then_some(IgnoreGroup { title, paths })
        })
        .collect();
    BuildContext {
        root: workspace.context.clone(),
        workdir: workdir(workspace),
        top: TOP.to_owned(),
        sources: below("/sources", &workspace.folder),
        target: below(&workspace.folder, "target"),
        allow,
        never: catalog.inputs.never.clone(),
        after_all: all.iter().filter(|path| is_refused(path)).map(|path| as_pattern(path)).collect(),
    }
}

/// What direct dependencies read without a word in the source.
fn conventional(workspace: &Workspace, package: &LocalPackage, catalog: &Catalog) -> Vec<String> {
    let mut found = Vec::new();
    for path in package.dependencies.iter().flat_map(|name| catalog.inputs.of(name)) {
        if package.entries.contains(path) {
            found.push(below(&package.folder, path));
        } else if workspace.entries.contains(path) {
            found.push(below(&workspace.folder, path));
        }
    }
    found
}

/// The folders above a path.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// A path as a pattern that matches only itself. <https://pkg.go.dev/path/filepath#Match>
fn escaped(path: &str) -> String {
    let mut pattern = String::new();
    for c in path.chars() {
        if "*?[]\\".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_only_themselves() {
        assert_eq!(escaped("a/[b]*.rs"), "a/\\[b\\]\\*.rs");
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
    }
}
