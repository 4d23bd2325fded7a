//! The source tree: which files and folders of each local package a build reads, and which its programs may read.
//! Manifests and Rust sources enter, paths relative to the build context leave.
//!
//! Besides the folders of its crate roots, a package reads what its sources name ([`source_paths`]). Where a source cannot
//! be read, or computes the path of what it includes, the whole package counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, Package as Manifest, Target};
use proc_macro2::TokenStream;
use rayon::prelude::*;

use super::graph::{Graph, is_compiled};
use super::paths::{Layout, normalized};
use super::source_paths::{self, NamedPath, Use};
use super::{config, evidence, git_ignored};
use crate::catalog::BuildInputs;
use crate::context_path::ContextPath;
use crate::shell::Shell;
use crate::workspace::{Input, LocalPackage, Mention, SourceLine};

/// Names that a source may well mention without reading the folder of that name.
const NOT_INPUTS: [&str; 7] = ["target", "tests", "benches", "examples", "docs", "doc", "src"];

/// Bytes of the largest source that is read.
const LARGEST: u64 = 16 << 20;

/// What a program mentions, and hardly reads.
const PROSE: [&str; 4] = ["README", "LICENSE", "CHANGELOG", "COPYING"];

/// All local packages that cargo has to load, by folder.
pub(super) fn packages(
    shell: Shell,
    layout: &Layout,
    metadata: &Metadata,
    graph: &Graph,
    known: &BuildInputs,
) -> Result<Vec<LocalPackage>> {
    let root = metadata.workspace_root.as_std_path();
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
    let read = |(id, manifest): (&str, &Manifest)| -> Result<(LocalPackage, Vec<Mention<ContextPath>>)> {
        let folder = manifest_folder(manifest)?;
        let sources = sources_of(manifest, &folder);
        let scan = Scan { shell, layout, known, root, folders: &folders, manifest, folder, sources };
        let is_built = built.contains(id);
        let found = if is_built {
            scan.found()?
        } else {
            SourceFindings { inputs: scan.manifest_inputs()?, ..SourceFindings::default() }
        };
        let package = LocalPackage {
            name: manifest.name.to_string(),
            folder: layout.path(&scan.folder),
            is_member: members.contains(id),
            is_built,
            is_patch: patches.contains(id),
            roots: scan.roots()?,
            manifest: manifest_text(manifest.manifest_path.as_std_path())?,
            dependencies: manifest.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
            entries: if is_built { entries(&scan.folder)? } else { BTreeSet::new() },
            inputs: found.inputs,
            links: found.links,
            queries: found.queries,
            opens: found.opens,
            listens: found.listens,
            bakes_folder: found.bakes_folder,
        };
        Ok((package, found.included))
    };
    let read: Vec<(LocalPackage, Vec<Mention<ContextPath>>)> =
        local.into_par_iter().map(read).collect::<Result<_>>()?;
    let (mut packages, included): (Vec<LocalPackage>, Vec<Vec<Mention<ContextPath>>>) = read.into_iter().unzip();
    let included: Vec<Mention<ContextPath>> = included.into_iter().flatten().collect();
    git_ignored::refuse(layout, &included)?;
    packages.sort_by(|a, b| a.folder.cmp(&b.folder));
    Ok(packages)
}

/// What belongs to no package: lock file, cargo's configuration, and the workspace's manifest where it is no package.
pub(super) fn shared(layout: &Layout, root: &Path) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    let names = ["Cargo.toml", "Cargo.lock"].into_iter().chain(config::FILES);
    for name in names {
        if root.join(name).is_file() {
            inputs.push(Input { path: layout.path(&root.join(name)), reason: "read by cargo".to_owned() });
        }
    }
    // `[source]` and `include` of the configuration may point at folders below the root, such as `vendor`.
    for file in config::FILES {
        if let Some(text) = super::read_if_present(&root.join(file))? {
            let words = text.split(['"', '\'']).filter(|word| !word.is_empty() && !word.contains(['\n', '*']));
            for word in words.filter(|word| root.join(word).is_dir() && normalized(&root.join(word)) != root) {
                let path = layout.inside(&root.join(word)).filter(|path| path.as_str() != "target");
                inputs.extend(path.map(|path| Input { path, reason: format!("named in {file}") }));
            }
        }
    }
    Ok(inputs)
}

/// A file or folder of sources.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Source {
    path: PathBuf,
    /// Whether its code runs while building, so that every path in it counts.
    runs_while_building: bool,
}

struct Scan<'a> {
    shell: Shell,
    layout: &'a Layout,
    /// What the catalogue knows of files that builds read.
    known: &'a BuildInputs,
    /// The workspace root.
    root: &'a Path,
    /// Folders of all local packages.
    folders: &'a BTreeSet<PathBuf>,
    manifest: &'a Manifest,
    folder: PathBuf,
    /// Where its sources lie.
    sources: Vec<Source>,
}

/// What the sources of a package say.
#[derive(Default)]
struct SourceFindings {
    inputs: Vec<Input>,
    links: BTreeSet<String>,
    queries: Option<ContextPath>,
    opens: Vec<Mention<ContextPath>>,
    listens: Vec<Mention<String>>,
    bakes_folder: Option<Mention<ContextPath>>,
    /// Files that become part of the program, none of which a build script makes.
    included: Vec<Mention<ContextPath>>,
    /// What the build script says, as far as it may name what it makes.
    script: String,
    /// Files and folders of modules that exist in tests only.
    test_modules: Vec<ContextPath>,
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

    /// The manifest, and the roots of the tests, benchmarks and examples that it names without a path.
    fn declared(&self) -> Result<Vec<Input>> {
        let mut inputs: Vec<Input> =
            self.input(self.manifest.manifest_path.as_std_path(), "manifest").into_iter().collect();
        for target in self.named_without_a_path()? {
            inputs.extend(self.input(target.src_path.as_std_path(), "crate root that cargo looks for"));
        }
        Ok(inputs)
    }

    /// Crate roots that have to exist before cargo loads the manifest.
    fn roots(&self) -> Result<Vec<ContextPath>> {
        let compiled = self.manifest.targets.iter().filter(|target| is_compiled(target));
        let targets = compiled.chain(self.named_without_a_path()?);
        let mut roots: Vec<ContextPath> =
            targets.filter_map(|target| self.layout.inside(target.src_path.as_std_path())).collect();
        roots.sort();
        roots.dedup();
        Ok(roots)
    }

    /// The tests, benchmarks and examples that the manifest names without a path: cargo looks for their files whatever
    /// it builds.
    fn named_without_a_path(&self) -> Result<Vec<&Target>> {
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
        if self.manifest.targets.iter().all(is_compiled) {
            return Ok(Vec::new());
        }
        let path = self.manifest.manifest_path.as_std_path();
        let targets: Targets = toml_edit::de::from_str(&manifest_text(path)?)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let names: BTreeSet<String> = [targets.test, targets.bench, targets.example]
            .into_iter()
            .flatten()
            .filter(|target| target.path.is_none())
            .filter_map(|target| target.name)
            .collect();
        let is_named = |target: &&Target| !is_compiled(target) && names.contains(&target.name);
        Ok(self.manifest.targets.iter().filter(is_named).collect())
    }

    /// What the build of this package reads, and what its sources say.
    fn found(&self) -> Result<SourceFindings> {
        let mut found = SourceFindings { inputs: self.declared()?, ..SourceFindings::default() };
        let lies_beside_the_manifest = |target: &Target| {
            is_compiled(target)
                && !target.is_custom_build()
                && target.src_path.parent() == self.manifest.manifest_path.parent()
        };
        if self.manifest.targets.iter().any(lies_beside_the_manifest) {
            // Modules of such a root may be anywhere below.
            found.inputs = self.whole("its crate root lies beside its manifest")?;
            return Ok(found);
        }
        for source in &self.sources {
            found.inputs.extend(self.input(&source.path, "sources"));
        }
        for source in &self.sources {
            if let Err(reason) = self.read(&source.path, source.runs_while_building, &mut found) {
                self.shell.warn(format_args!(
                    "{reason}; all of package `{}` goes into the build context",
                    self.manifest.name
                ));
                found.inputs.extend(self.whole(&reason)?);
            }
        }
        found.inputs.extend(self.template_folders()?);
        // Only a module's parent knows that it is for tests.
        let tests = std::mem::take(&mut found.test_modules);
        let is_for_tests = |place: &SourceLine| tests.iter().any(|module| place.file.starts_with(module));
        found.opens.retain(|said| !is_for_tests(&said.place));
        found.listens.retain(|said| !is_for_tests(&said.place));
        found.included.retain(|said| !is_for_tests(&said.place));
        // Those in a folder of sources too: their names may be among those that never travel.
        found.inputs.extend(
            found
                .included
                .iter()
                .map(|said| Input { path: said.what.clone(), reason: format!("included in {}", said.place) }),
        );
        // What a build script names it may as well make.
        let script = std::mem::take(&mut found.script);
        found.included.retain(|said| !script.contains(said.what.name()));
        found.inputs.sort();
        found.inputs.dedup_by(|a, b| a.path == b.path);
        Ok(found)
    }

    /// Folders that the settings of a template engine name.
    fn template_folders(&self) -> Result<Vec<Input>> {
        let mut inputs = Vec::new();
        for named_by in &self.known.template_folders {
            let path = self.folder.join(&named_by.file);
            let Some(text) = super::read_if_present(&path)? else {
                continue;
            };
            let document: toml_edit::DocumentMut =
                text.parse().with_context(|| format!("cannot read `{}`", path.display()))?;
            let named = named_by.key().try_fold(document.as_item(), |item, key| item.get(key));
            let folders =
                named.and_then(toml_edit::Item::as_array).into_iter().flatten().filter_map(toml_edit::Value::as_str);
            for folder in folders.map(|folder| normalized(&self.folder.join(folder))).filter(|folder| folder.exists()) {
                inputs.extend(self.input(&folder, &format!("named in {}", named_by.file)));
            }
        }
        Ok(inputs)
    }

    /// Follows one file or folder of sources. The error says what could not be read.
    fn read(&self, path: &Path, while_building: bool, found: &mut SourceFindings) -> Result<(), String> {
        let unreadable = |error: std::io::Error| format!("cannot read `{}`: {error}", self.layout.path(path));
        // Links may lead round in circles, and out of the package; files may include each other.
        let (is_link, is_folder) = (path.is_symlink(), path.is_dir());
        let real = if is_link || is_folder { fs::canonicalize(path).map_err(unreadable)? } else { path.to_owned() };
        if is_link {
            found.inputs.extend(self.input(&real, "target of a symbolic link"));
        }
        if !found.visited.insert(if is_folder { real } else { path.to_owned() }) {
            return Ok(());
        }
        if is_folder {
            let mut entries: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
                .map_err(unreadable)?;
            entries.sort();
            // A dangling link is no source.
            for entry in entries.into_iter().filter(|entry| entry.exists()) {
                self.read(&entry, while_building, found)?;
            }
            return Ok(());
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            return Ok(());
        }
        if fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
            return Err(format!("`{}` is too large for a source", self.layout.path(path)));
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let tokens: TokenStream = text
            .trim_start_matches('\u{feff}')
            .parse()
            .map_err(|error| format!("cannot parse `{}`: {error}", self.layout.path(path)))?;
        evidence::linked(&text, &mut found.links);
        // Most sources do not, and another walk costs as much as the first.
        let macros = &self.known.checked_queries.macros;
        let mentions_one = || macros.iter().any(|name| text.contains(name));
        if found.queries.is_none() && mentions_one() && evidence::calls(macros, tokens.clone()) {
            found.queries = Some(self.layout.path(path));
        }
        let said = source_paths::read(tokens, while_building);
        // The lines are known now; the texts that they were counted in need not be kept.
        proc_macro2::extra::invalidate_current_thread_spans();
        if while_building {
            found.script.push_str(&text);
            self.follow_modules(path, &said.modules, found)?;
        }
        let at = |line: usize| SourceLine { file: self.layout.path(path), line };
        if let Some(line) = said.computed.first() {
            return Err(format!("{} includes a file whose path cannot be read from the source", at(*line)));
        }
        found.bakes_folder = found.bakes_folder.take().or_else(|| {
            said.bakes_folder.first().map(|line| Mention { what: self.layout.path(&self.folder), place: at(*line) })
        });
        let stem = path.with_extension("");
        for name in &said.test_modules {
            let file = format!("{name}.rs");
            let places = [path.with_file_name(name), path.with_file_name(&file), stem.join(name), stem.join(&file)];
            found.test_modules.extend(places.iter().map(|place| self.layout.path(place)));
        }
        found.listens.extend(said.addresses.into_iter().map(|(what, line)| Mention { what, place: at(line) }));
        let around = path.parent().unwrap_or(&self.folder);
        for mention in said.mentions {
            self.follow(&mention, around, &at(mention.line), found)?;
        }
        Ok(())
    }

    /// Whether a path lies in a folder of sources, which travels and is read anyway.
    fn is_source(&self, path: &Path) -> bool {
        self.sources.iter().any(|source| path.starts_with(&source.path))
    }

    /// Takes in what one mention names.
    fn follow(
        &self,
        mention: &NamedPath,
        around: &Path,
        at: &SourceLine,
        found: &mut SourceFindings,
    ) -> Result<(), String> {
        let text = mention.path.trim_start_matches('/');
        match mention.usage {
            Use::Included => {
                let path = normalized(&if mention.from_manifest { &self.folder } else { around }.join(text));
                if !path.is_file() {
                    // Macros of the same name, such as `grass::include!`, start from the manifest.
                    found.inputs.extend(self.named(&self.folder, text));
                    return Ok(());
                }
                let inside = self.layout.inside(&path);
                found.included.extend(inside.map(|what| Mention { what, place: at.clone() }));
                if path.extension().is_some_and(|extension| extension == "rs") && !self.is_source(&path) {
                    self.read(&path, false, found)?;
                }
            }
            Use::Module => {
                let path = normalized(&around.join(text));
                if path.is_file() && !self.is_source(&path) {
                    let folder = path.parent().filter(|folder| !self.folder.starts_with(folder)).unwrap_or(&path);
                    found.inputs.extend(self.input(folder, &format!("module in {at}")));
                    self.read(&path, false, found)?;
                }
            }
            Use::Named => {
                if !mention.from_manifest {
                    found.inputs.extend(self.named(around, text));
                }
                found.inputs.extend(self.named(&self.folder, text));
            }
            Use::Opened => found.opens.extend(self.opened(text, at)),
        }
        Ok(())
    }

    /// The modules of a build script that lies beside the manifest.
    fn follow_modules(&self, root: &Path, names: &[String], found: &mut SourceFindings) -> Result<(), String> {
        if root.parent() != Some(&self.folder) {
            return Ok(());
        }
        for name in names {
            for path in [self.folder.join(format!("{name}.rs")), self.folder.join(name)] {
                if path.exists() {
                    found.inputs.extend(self.input(&path, "module of the build script"));
                    self.read(&path, true, found)?;
                }
            }
        }
        Ok(())
    }

    /// What a program may open when it runs: something beside the manifest or at the workspace root.
    fn opened(&self, text: &str, at: &SourceLine) -> Option<Mention<ContextPath>> {
        let bases = [self.folder.as_path(), self.root];
        let path = bases.into_iter().map(|base| normalized(&base.join(text))).find(|path| path.exists())?;
        let inside = path.strip_prefix(self.root).ok()?.components().next()?.as_os_str().to_string_lossy().into_owned();
        let is_source = self.is_source(&path) || self.sources.iter().any(|source| source.path.starts_with(&path));
        let is_other = NOT_INPUTS.contains(&inside.as_str()) || inside.starts_with('.') || self.folders.contains(&path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_manifest =
            name == "Cargo.toml" || name == "Cargo.lock" || PROSE.iter().any(|word| name.starts_with(word));
        (!is_source && !is_other && !is_manifest)
            .then(|| self.layout.inside(&path))
            .flatten()
            .map(|what| Mention { what, place: at.clone() })
    }

    /// What is named to a macro or by a build script, if anything lies there: a folder, or a file with the folder
    /// around it, so that a new file in it changes nothing here.
    fn named(&self, base: &Path, text: &str) -> Vec<Input> {
        let path = normalized(&base.join(text));
        if self.folder.starts_with(&path) || !path.exists() || self.is_source(&path) {
            return Vec::new();
        }
        let reason = format!("named in a source of {}", self.manifest.name);
        let Ok(inside) = path.strip_prefix(&self.folder) else {
            // A word that happens to be the name of a folder elsewhere is no path.
            return self.input(&path, &reason).filter(|_| text.contains('/')).into_iter().collect();
        };
        let top =
            inside.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        let is_weak = NOT_INPUTS.contains(&top.as_str());
        let never = top == "target" || top.starts_with(".git") || top.starts_with(".env");
        if never || path.is_dir() && is_weak {
            return Vec::new();
        }
        let around = path.parent().filter(|folder| path.is_file() && *folder != self.folder && !is_weak);
        [Some(path.as_path()), around].into_iter().flatten().filter_map(|path| self.input(path, &reason)).collect()
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

    fn input(&self, path: &Path, reason: &str) -> Option<Input> {
        let path = self.layout.inside(path).filter(|path| !path.is_root())?;
        Some(Input { path, reason: reason.to_owned() })
    }
}

/// Where the sources of a package lie: the folders of its crate roots, and a build script beside the manifest.
fn sources_of(manifest: &Manifest, folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for target in manifest.targets.iter().filter(|target| is_compiled(target)) {
        let root = target.src_path.as_std_path();
        // Of `src`, `src/bin` and `src/bin/tool` the first holds all.
        let shared = folder.join("src");
        let around = if root.starts_with(&shared) { Some(shared.as_path()) } else { root.parent() };
        let stands_alone =
            target.is_custom_build() && around.is_some_and(|around| around == folder || around == shared);
        let path = if stands_alone { Some(root) } else { around.filter(|around| *around != folder) };
        sources.extend(path.map(|path| Source {
            path: path.to_owned(),
            runs_while_building: target.is_custom_build() || target.is_proc_macro(),
        }));
    }
    sources.sort();
    sources.dedup_by(|a, b| a.path == b.path);
    sources
}

fn manifest_folder(manifest: &Manifest) -> Result<PathBuf> {
    manifest.manifest_path.parent().map(|folder| folder.as_std_path().to_owned()).context("a manifest lies in a folder")
}

fn manifest_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Names in a folder.
pub(super) fn entries(folder: &Path) -> Result<BTreeSet<String>> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
        })
        .with_context(|| format!("cannot list `{}`", folder.display()))
}
