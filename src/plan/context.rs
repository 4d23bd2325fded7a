//! The build context: what the packages read enters, an allow list leaves.

use std::collections::BTreeSet;

use glob::Pattern;
use serde::Serialize;

use super::assets;
use super::basis::Basis;
use super::git_metadata;
use super::images::Image;
use crate::catalog::Catalog;
use crate::context_path::{ContextPath, ContextPattern};
use crate::workspace::{LocalPackage, Workspace};

/// Where the Dockerfile works and what it gets to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BuildContext {
    /// Steps from the workspace root up to the context's root.
    pub root: String,
    /// Folder of the build stage that the context's root is copied to.
    pub copied_to: String,
    /// Folder of the workspace below it; empty unless a path dependency lies outside the workspace.
    pub folder: ContextPath,
    /// What travels, group by group.
    pub allow: Vec<IgnoreGroup>,
    /// Patterns that never travel, whatever folder they lie in.
    pub never: Vec<String>,
    /// Patterns of what does travel though one of `never` matches: the build needs it.
    pub exceptions: Vec<ContextPattern>,
}

impl BuildContext {
    /// Whether the ignore file lets a path through.
    pub(crate) fn traveller(&self) -> impl Fn(&ContextPath) -> bool + use<> {
        let context = self;
        let any = |patterns: Vec<ContextPattern>| {
            let matchers: Vec<_> = patterns.iter().map(ContextPattern::matcher).collect();
            move |path: &ContextPath| matchers.iter().any(|matches| matches(path))
        };
        let allowed: BTreeSet<ContextPattern> = context.allow.iter().flat_map(|group| group.paths.clone()).collect();
        let is_allowed = any(allowed.iter().cloned().collect());
        let is_refused =
            any(context.never.iter().map(|text| ContextPattern::new(&ContextPath::default(), text)).collect());
        let is_excepted = any(context.exceptions.clone());
        move |path| {
            // Most files lie in a folder that is listed by its name: no pattern has to be tried.
            let is_listed = std::iter::once(path.clone())
                .chain(path.folders())
                .any(|path| allowed.contains(&ContextPattern::exactly(&path)));
            (is_listed || is_allowed(path)) && (!is_refused(path) || is_excepted(path))
        }
    }
}

/// Patterns with one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct IgnoreGroup {
    /// What they are.
    pub title: String,
    /// Paths, fit for an ignore file.
    pub paths: Vec<ContextPattern>,
}

/// Folder of the context's root in the build stage: a path that is compiled into a program holds in its image as well.
pub(super) const TOP: &str = assets::HOME;

pub(super) fn workdir(workspace: &Workspace) -> String {
    workspace.folder.below(TOP)
}

pub(super) fn context(basis: &Basis, images: &[Image]) -> BuildContext {
    let Basis { workspace, catalog, .. } = *basis;
    let exactly = |path: &ContextPath| ContextPattern::exactly(path);
    let mut groups: Vec<(String, Vec<ContextPattern>)> = vec![(
        "what cargo reads first".to_owned(),
        workspace.shared_files.iter().map(|input| exactly(&input.path)).collect(),
    )];
    let scripts = git_metadata::scripts(basis);
    let mut rest = Vec::new();
    for package in &workspace.packages {
        let inputs = package.inputs.iter().map(|input| exactly(&input.path));
        if package.is_built {
            let conventional = conventional(workspace, package, catalog);
            let git = scripts.contains(package.name.as_str()).then(|| git_metadata::path(basis));
            let read = conventional.iter().chain(&git).map(exactly);
            groups.push((package.name.clone(), inputs.chain(read).collect()));
        } else {
            rest.extend(inputs);
        }
    }
    groups.push(("other members, as far as cargo has to see them".to_owned(), rest));
    let named = basis.all_settings.inputs().map(|input| assets::pattern(workspace, input)).collect();
    groups.push(("read by the build, as the settings say".to_owned(), named));
    let all_assets = images.iter().flat_map(|image| &image.assets);
    groups.push(("copied into the image".to_owned(), all_assets.map(|asset| asset.from.clone()).collect()));

    let never: Vec<Pattern> = catalog
        .inputs
        .never
        .iter()
        .filter_map(|pattern| Pattern::new(pattern.trim_start_matches("**/")).ok())
        .collect();
    let is_refused = |path: &ContextPattern| path.names().any(|name| never.iter().any(|pattern| pattern.matches(name)));
    let mut seen = BTreeSet::new();
    let all: BTreeSet<ContextPattern> = groups.iter().flat_map(|(_, paths)| paths.clone()).collect();
    let lies_in_another = |path: &ContextPattern| path.folders().any(|folder| all.contains(&folder));
    let allow = groups
        .into_iter()
        .filter_map(|(title, paths)| {
            let mut paths: Vec<ContextPattern> =
                paths.into_iter().filter(|path| !lies_in_another(path) && seen.insert(path.clone())).collect();
            paths.sort();
            (!paths.is_empty()).then_some(IgnoreGroup { title, paths })
        })
        .collect();
    // Vendored crates are held to their checksums, file by file. For builders, a folder that was let through before the
    // patterns of `never` is not let through once more: what lies in it is.
    let whole = workspace.packages.iter().flat_map(|package| &package.whole).chain(&workspace.origins.folders);
    let whole = whole.map(|folder| ContextPattern::new(folder, "**"));
    BuildContext {
        root: workspace.context.clone(),
        copied_to: TOP.to_owned(),
        folder: workspace.folder.clone(),
        allow,
        never: catalog.inputs.never.clone(),
        exceptions: all
            .into_iter()
            .filter(|path| is_refused(path))
            .chain(whole)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    }
}

/// What direct dependencies read without a word in the source.
fn conventional(workspace: &Workspace, package: &LocalPackage, catalog: &Catalog) -> Vec<ContextPath> {
    let mut found = Vec::new();
    for path in package.dependencies.iter().flat_map(|name| catalog.inputs.of(name)) {
        if package.entries.contains(path) {
            found.push(package.folder.join(path));
        } else if workspace.entries.contains(path) {
            found.push(workspace.folder.join(path));
        }
    }
    found
}
