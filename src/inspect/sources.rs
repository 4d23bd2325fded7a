//! The source tree: which files and folders of each local package a build reads. Manifests and Rust sources enter,
//! paths relative to the build context leave.
//!
//! Besides the folders of its crate roots, a package reads what its sources name: `include_str!("../schema.sql")`,
//! `#[folder = "static"]`, a build script's `"proto/api.proto"`. Every string literal that names something which lies
//! there counts, so that no list of macros has to be kept. Where a source cannot be read, the whole package counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package as Manifest};
use proc_macro2::{TokenStream, TokenTree};

use super::graph::{Graph, is_compiled};
use super::paths::{Layout, normalized};
use super::{config, evidence};
use crate::shell::Shell;
use crate::workspace::{Input, Package};

/// Names that a source may well mention without reading the folder of that name.
const NOT_INPUTS: [&str; 7] = ["target", "tests", "benches", "examples", "docs", "doc", "src"];

/// All local packages that cargo has to load, by folder.
pub(super) fn packages(shell: Shell, layout: &Layout, metadata: &Metadata, graph: &Graph) -> Result<Vec<Package>> {
    let built: BTreeSet<&str> = graph.built().map(|package| package.id.repr.as_str()).collect();
    let patches = graph.patches();
    let members: BTreeSet<&str> = metadata.workspace_members.iter().map(|id| id.repr.as_str()).collect();
    let local: BTreeMap<&str, &Manifest> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_none())
        .map(|package| (package.id.repr.as_str(), package))
        .collect();
    let folders: BTreeSet<PathBuf> =
        local.values().filter_map(|package| Some(package.manifest_path.parent()?.into())).collect();
    let mut packages = Vec::new();
    for (id, manifest) in local {
        let scan = Scan { shell, layout, folders: &folders, manifest, folder: manifest_folder(manifest)? };
        let is_built = built.contains(id);
        let found =
            if is_built { scan.found()? } else { Found { inputs: scan.manifest_inputs()?, ..Found::default() } };
        packages.push(Package {
            name: manifest.name.to_string(),
            folder: layout.folder(&scan.folder),
            is_member: members.contains(id),
            is_built,
            is_patch: patches.contains(id),
            unusual_roots: if is_built { scan.unusual_roots() } else { Vec::new() },
            dependencies: manifest.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
            entries: if is_built { entries(&scan.folder)? } else { BTreeSet::new() },
            inputs: found.inputs,
            links: found.links,
            queries: found.queries,
        });
    }
    packages.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(packages)
}

/// What belongs to no package: lock file, cargo's configuration, and the workspace's manifest where it is no package.
pub(super) fn shared(layout: &Layout, root: &Path) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let names = ["Cargo.toml", "Cargo.lock"].into_iter().chain(config::FILES);
    for name in names {
        if root.join(name).is_file() {
            inputs.push(Input { path: layout.folder(&root.join(name)), reason: "read by cargo".to_owned() });
        }
    }
    // `[source]` and `include` of the configuration may point at folders below the root, such as `vendor`.
    for file in config::FILES {
        if let Some(text) = super::read_if_present(&root.join(file))? {
            let words = text.split(['"', '\'']).filter(|word| !word.is_empty() && !word.contains(['\n', '*']));
            for word in words.filter(|word| root.join(word).is_dir() && normalized(&root.join(word)) != root) {
                let path = layout.inside(&root.join(word)).filter(|path| path != "target");
                inputs.extend(path.map(|path| Input { path, reason: format!("named in {file}") }));
            }
        }
    }
    Ok(inputs)
}

struct Scan<'a> {
    shell: Shell,
    layout: &'a Layout,
    /// Folders of all local packages.
    folders: &'a BTreeSet<PathBuf>,
    manifest: &'a Manifest,
    folder: PathBuf,
}

/// What the sources of a package say.
#[derive(Default)]
struct Found {
    inputs: Vec<Input>,
    links: BTreeSet<String>,
    queries: Option<String>,
    /// Folders and targets of links that were read.
    visited: BTreeSet<PathBuf>,
}

impl Scan<'_> {
    /// What cargo wants to see of a package that is not built: its manifest and a root for every target in it.
    fn manifest_inputs(&self) -> Result<Vec<Input>> {
        let mut inputs = self.declared()?;
        for target in self.manifest.targets.iter().filter(|target| is_compiled(target)) {
            inputs.extend(self.input(target.src_path.as_std_path(), "crate root that cargo looks for"));
        }
        inputs.sort();
        inputs.dedup_by(|a, b| a.path == b.path);
        Ok(inputs)
    }

    /// The manifest, and the tests, benchmarks and examples that it names without a path: cargo looks for them
    /// whatever it builds.
    fn declared(&self) -> Result<Vec<Input>> {
        #[derive(Default, serde::Deserialize)]
        #[serde(default)]
        struct Targets {
            test: Vec<Named>,
            bench: Vec<Named>,
            example: Vec<Named>,
        }
        #[derive(serde::Deserialize)]
        struct Named {
            name: Option<String>,
            path: Option<String>,
        }
        let path = self.manifest.manifest_path.as_std_path();
        let mut inputs: Vec<Input> = self.input(path, "manifest").into_iter().collect();
        if self.manifest.targets.iter().all(is_compiled) {
            return Ok(inputs);
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let targets: Targets =
            toml_edit::de::from_str(&text).with_context(|| format!("cannot read `{}`", path.display()))?;
        let names: BTreeSet<String> = [targets.test, targets.bench, targets.example]
            .into_iter()
            .flatten()
            .filter(|target| target.path.is_none())
            .filter_map(|target| target.name)
            .collect();
        for target in self.manifest.targets.iter().filter(|target| !is_compiled(target) && names.contains(&target.name))
        {
            inputs.extend(self.input(target.src_path.as_std_path(), "crate root that cargo looks for"));
        }
        Ok(inputs)
    }

    /// What the build of this package reads, and what its sources say.
    fn found(&self) -> Result<Found> {
        let mut found = Found { inputs: self.declared()?, ..Found::default() };
        let mut sources = Vec::new();
        for target in self.manifest.targets.iter().filter(|target| is_compiled(target)) {
            let root = target.src_path.as_std_path();
            let Ok(inside) = root.strip_prefix(&self.folder) else {
                // A crate root elsewhere brings the folder around it.
                sources.extend(root.parent().map(Path::to_owned));
                continue;
            };
            let top = inside.components().next().map(|part| self.folder.join(part)).unwrap_or_default();
            if top == root && !target.is_custom_build() {
                // Modules of a root that lies beside the manifest may be anywhere below.
                found.inputs = self.whole("its crate root lies beside its manifest")?;
                return Ok(found);
            }
            sources.push(top);
        }
        sources.sort();
        sources.dedup();
        for source in &sources {
            found.inputs.extend(self.input(source, "sources"));
        }
        for source in &sources {
            if let Err(reason) = self.read(source, &sources, &mut found) {
                self.shell.warn(format_args!(
                    "{reason}; all of package `{}` goes into the build context",
                    self.manifest.name
                ));
                found.inputs = self.whole(&reason)?;
                return Ok(found);
            }
        }
        found.inputs.sort();
        found.inputs.dedup_by(|a, b| a.path == b.path);
        Ok(found)
    }

    /// Follows one file or folder of sources. The error says what could not be read.
    fn read(&self, path: &Path, sources: &[PathBuf], found: &mut Found) -> Result<(), String> {
        let unreadable = |error: std::io::Error| format!("cannot read `{}`: {error}", self.layout.folder(path));
        // Links may lead round in circles, and out of the package.
        let (is_link, is_folder) = (path.is_symlink(), path.is_dir());
        if is_link || is_folder {
            let real = fs::canonicalize(path).map_err(unreadable)?;
            if is_link {
                found.inputs.extend(self.input(&real, "target of a symbolic link"));
            }
            if !found.visited.insert(real) {
                return Ok(());
            }
        }
        if is_folder {
            let mut entries: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
                .map_err(unreadable)?;
            entries.sort();
            // A dangling link is no source.
            for entry in entries.into_iter().filter(|entry| entry.exists()) {
                self.read(&entry, sources, found)?;
            }
            return Ok(());
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            return Ok(());
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let tokens: TokenStream = text
            .trim_start_matches('\u{feff}')
            .parse()
            .map_err(|error| format!("cannot parse `{}`: {error}", self.layout.folder(path)))?;
        evidence::linked(&text, &mut found.links);
        // Most sources do not, and another walk costs as much as the first.
        if found.queries.is_none() && text.contains("query") && evidence::asks_a_database(tokens.clone()) {
            found.queries = Some(self.layout.folder(path));
        }
        let mut literals = BTreeSet::new();
        collect_literals(tokens, &mut literals);
        let around = path.parent().unwrap_or(&self.folder);
        for literal in literals {
            for base in [around, &self.folder] {
                found.inputs.extend(self.named(base, &literal, sources));
            }
        }
        Ok(())
    }

    /// What a string literal names, if anything lies there: the file itself, and around it the whole folder beside the
    /// manifest, so that a new file in it changes nothing here.
    fn named(&self, base: &Path, literal: &str, sources: &[PathBuf]) -> Vec<Input> {
        let path = normalized(&base.join(literal.trim_start_matches('/')));
        let is_package_itself = self.folder.starts_with(&path);
        if is_package_itself || !path.exists() {
            return Vec::new();
        }
        let reason = format!("named in a source of {}", self.manifest.name);
        let Ok(inside) = path.strip_prefix(&self.folder) else {
            // A word that happens to be the name of a folder elsewhere is no path.
            return self.input(&path, &reason).filter(|_| literal.contains('/')).into_iter().collect();
        };
        let top =
            inside.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        let never = top == "target" || top.starts_with(".git") || top.starts_with(".env");
        if never || path.is_dir() && NOT_INPUTS.contains(&top.as_str()) {
            return Vec::new();
        }
        let itself = self.input(&path, &reason).filter(|_| path.is_file());
        let known = sources.iter().any(|source| path.starts_with(source)) || NOT_INPUTS.contains(&top.as_str());
        let around = self.input(&self.folder.join(&top), &reason).filter(|_| !known);
        itself.into_iter().chain(around).collect()
    }

    /// The whole package, without hidden files, other packages and build output.
    fn whole(&self, reason: &str) -> Result<Vec<Input>> {
        let mut inputs = self.declared()?;
        for name in entries(&self.folder)? {
            let path = self.folder.join(&name);
            let other_package = self.folders.iter().any(|folder| *folder != self.folder && folder.starts_with(&path));
            if !name.starts_with('.') && name != "target" && !other_package {
                inputs.extend(self.input(&path, reason));
            }
        }
        inputs.sort();
        inputs.dedup_by(|a, b| a.path == b.path);
        Ok(inputs)
    }

    /// Crate roots that the skeleton stage would not find by cargo's conventions.
    fn unusual_roots(&self) -> Vec<String> {
        let mut roots: Vec<String> = self
            .manifest
            .targets
            .iter()
            .filter(|target| is_compiled(target))
            .filter_map(|target| {
                let path = target.src_path.as_std_path();
                let inside = path.strip_prefix(&self.folder).map(super::paths::with_slashes).unwrap_or_default();
                (!is_usual(&inside)).then(|| self.layout.inside(path)).flatten()
            })
            .collect();
        roots.sort();
        roots
    }

    fn input(&self, path: &Path, reason: &str) -> Option<Input> {
        let path = self.layout.inside(path).filter(|path| !path.is_empty())?;
        Some(Input { path, reason: reason.to_owned() })
    }
}

/// Whether cargo finds a crate root by itself at this place of a package.
/// <https://doc.rust-lang.org/cargo/guide/project-layout.html>
fn is_usual(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["build.rs"] | ["src", "lib.rs" | "main.rs"] | ["src", "bin", _, "main.rs"] => true,
        ["src", "bin", file] => Path::new(file).extension().is_some_and(|extension| extension == "rs"),
        _ => false,
    }
}

fn manifest_folder(manifest: &Manifest) -> Result<PathBuf> {
    manifest.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).context("a manifest lies in a folder")
}

/// Names in a folder.
pub(super) fn entries(folder: &Path) -> Result<BTreeSet<String>> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
        })
        .with_context(|| format!("cannot list `{}`", folder.display()))
}

/// Every string literal, in macros and attributes too; doc comments are none.
fn collect_literals(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut after_doc = 0;
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_literals(group.stream(), found),
            TokenTree::Ident(ident) if ident == "doc" => after_doc = 3,
            TokenTree::Literal(literal) if after_doc != 1 => found.extend(path_like(&literal.to_string())),
            _ => {}
        }
        after_doc = i32::max(after_doc - 1, 0);
    }
}

/// The path that a string literal may hold, without the part that a format string or a pattern leaves open:
/// `proto` for `{}/proto/*.proto`.
fn path_like(literal: &str) -> Option<String> {
    let text = literal.trim_start_matches('r').trim_matches('#').strip_prefix('"')?.strip_suffix('"')?;
    let rooted = text.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(text, |(_, rest)| rest);
    let fixed = match rooted.find(['{', '*']) {
        Some(open) => rooted[..open].rsplit_once('/')?.0,
        None => rooted,
    };
    let possible = !fixed.is_empty() && fixed.len() < 200 && !fixed.contains(['\\', '\n', '}', '<', ':', '\0']);
    possible.then(|| fixed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(source: &str) -> Vec<String> {
        let mut found = BTreeSet::new();
        collect_literals(source.parse().unwrap(), &mut found);
        found.into_iter().collect()
    }

    #[test]
    fn literals_are_found_in_macros_and_attributes() {
        let source = r##"
            /// See "docs/guide.md".
            #[derive(RustEmbed)] #[folder = "static"] struct A;
            const B: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.sql"));
            fn c() { println!("{}", r#"raw/path"#); }
        "##;
        assert_eq!(literals(source), ["/../schema.sql", "CARGO_MANIFEST_DIR", "raw/path", "static"]);
    }

    #[test]
    fn patterns_and_format_strings_name_the_folder_that_is_certain() {
        for (literal, path) in [
            ("proto/*.proto", Some("proto")),
            ("{}/proto/api.proto", Some("/proto/api.proto")),
            ("{root}/templates/{name}.html", Some("/templates")),
            ("{}", None),
            ("*.sql", None),
            ("{} of {}", None),
        ] {
            assert_eq!(path_like(&format!("\"{literal}\"")).as_deref(), path, "{literal}");
        }
    }

    #[test]
    fn the_usual_places_of_crate_roots() {
        for usual in ["src/main.rs", "src/lib.rs", "build.rs", "src/bin/a.rs", "src/bin/a/main.rs"] {
            assert!(is_usual(usual), "{usual}");
        }
        for unusual in ["main.rs", "src/cli.rs", "build/main.rs", ""] {
            assert!(!is_usual(unusual), "{unusual}");
        }
    }
}
