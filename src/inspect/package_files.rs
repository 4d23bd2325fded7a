//! The files of one local package: paths that its manifest and its sources name enter, files and folders of the build
//! context leave.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::Package as Manifest;

use super::crate_roots::{self, Source};
use super::disk::{entries, matching, read_if_present, regular_text};
use super::git_ignored;
use super::in_service::{Signs, settings_files};
use super::paths::{Layout, normalized, relative};
use super::secrets::Secrets;
use crate::catalog::BuildInputs;
use crate::context_path::ContextPath;
use crate::workspace::{Address, Input, Mention, OpenedPath, SourceLine};

/// Folders whose names are common words: a source that has the word does not read the folder.
const NOT_INPUTS: [&str; 7] = ["target", "tests", "benches", "examples", "docs", "doc", "src"];

/// Beginnings of file names that a program shows to its user, and does not open.
const PROSE: [&str; 4] = ["README", "LICENSE", "CHANGELOG", "COPYING"];

/// Files of projects that a program looks for where its user stands.
const OF_PROJECTS: [&str; 5] = ["Cargo.lock", "Cargo.toml", "package.json", "pyproject.toml", "tsconfig.json"];

/// Extensions of files that a program may open without naming their format.
const FORMATS: [&str; 7] = ["toml", "yaml", "yml", "json", "json5", "ron", "ini"];

/// Why crate roots of targets that are not built are needed.
const CRATE_ROOT: &str = "crate root that cargo looks for";

/// A local package on this disk.
pub(super) struct PackageFiles<'a> {
    pub layout: &'a Layout,
    /// What the catalogue knows of files that builds read.
    pub known: &'a BuildInputs,
    /// What is looked for that says something of a program in service.
    pub in_service: Signs,
    pub secrets: &'a Secrets,
    /// The workspace root.
    pub root: &'a Path,
    /// Folders of all local packages.
    pub folders: &'a BTreeSet<PathBuf>,
    pub manifest: &'a Manifest,
    /// Submodules of git without files.
    pub empty_submodules: &'a [PathBuf],
    /// Files that this program writes.
    pub written: &'a [PathBuf],
    pub folder: PathBuf,
    /// Where its sources lie.
    pub sources: Vec<Source>,
}

impl PackageFiles<'_> {
    /// What cargo wants to see of a package that is not built: its manifest and a root for every target in it.
    pub(super) fn of_unbuilt(&self) -> Result<Vec<Input>> {
        let mut inputs = self.declared()?;
        for root in crate_roots::needed(self.manifest) {
            inputs.extend(self.input(root, CRATE_ROOT));
        }
        Ok(sorted(inputs))
    }

    /// The manifest, and the crate roots that cargo looks for because of it.
    pub(super) fn declared(&self) -> Result<Vec<Input>> {
        let mut inputs = self.input(self.manifest.manifest_path.as_std_path(), "manifest");
        for root in crate_roots::declared_without_path(self.manifest)? {
            inputs.extend(self.input(root, CRATE_ROOT));
        }
        Ok(inputs)
    }

    /// The whole package, without hidden files, other packages and build output.
    pub(super) fn whole(&self, reason: &str) -> Result<Vec<Input>> {
        let mut inputs = self.declared()?;
        for name in entries(&self.folder)? {
            let path = self.folder.join(&name);
            let other_package = self.folders.iter().any(|folder| *folder != self.folder && folder.starts_with(&path));
            if !name.starts_with('.') && name != "target" && !other_package && !self.is_written(&path) {
                inputs.extend(self.input(&path, reason));
            }
        }
        Ok(sorted(inputs))
    }

    /// Whether a path is that of the files which are written, or a folder with nothing else.
    fn is_written(&self, path: &Path) -> bool {
        let is_one = |path: &Path| self.written.iter().any(|written| written == path);
        let holds_one = self.written.iter().any(|written| written.starts_with(path));
        is_one(path)
            || holds_one && path.is_dir() && {
                let mut names = entries(path).unwrap_or_default().into_iter();
                names.all(|name| is_one(&path.join(name)))
            }
    }

    /// Folders that the settings of a template engine name.
    pub(super) fn template_folders(&self) -> Result<Vec<Input>> {
        let mut inputs = Vec::new();
        for named_by in &self.known.template_folders {
            let path = self.folder.join(&named_by.file);
            let Some(text) = read_if_present(&path)? else {
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

    /// Whether a path lies in a folder of sources, which travels and is read anyway.
    pub(super) fn is_source(&self, path: &Path) -> bool {
        self.sources.iter().any(|source| path.starts_with(&source.path))
    }

    /// What lies where a macro or a build script names a path: a folder, or a file with the folder around it, so that a
    /// new file beside it does not change the ignore file.
    pub(super) fn named(&self, base: &Path, text: &str) -> Vec<Input> {
        let path = normalized(&base.join(text));
        if self.folder.starts_with(&path) || !path.exists() || self.is_source(&path) {
            return Vec::new();
        }
        let reason = format!("named in a source of {}", self.manifest.name);
        let Ok(inside) = path.strip_prefix(&self.folder) else {
            // Outside the package, a single word is not taken for a path.
            return if text.contains('/') { self.input(&path, &reason) } else { Vec::new() };
        };
        let top =
            inside.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        let is_weak = NOT_INPUTS.contains(&top.as_str());
        let never = top == "target" || top.starts_with(".git") || top.starts_with(".env");
        let is_the_word = is_weak && inside.components().count() == 1;
        if never || path.is_dir() && is_the_word {
            return Vec::new();
        }
        let around = path.parent().filter(|folder| path.is_file() && *folder != self.folder && !is_weak);
        [Some(path.as_path()), around].into_iter().flatten().flat_map(|path| self.input(path, &reason)).collect()
    }

    /// What a build script names from a folder around its package, where it goes up: the nearest that there is.
    pub(super) fn named_above(&self, text: &str) -> Vec<Input> {
        let is_word = |text: &str| !text.contains(['/', '.']);
        if is_word(text) && NOT_INPUTS.contains(&text) {
            return Vec::new();
        }
        let around = self.folder.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.layout.context));
        let mut paths = around.map(|folder| normalized(&folder.join(text)));
        // A folder with packages in it is named to find one of them.
        let is_input = |path: &PathBuf| path.exists() && !self.folders.iter().any(|folder| folder.starts_with(path));
        let path = paths.find(is_input);
        path.map(|path| self.input(&path, &format!("named in a source of {}", self.manifest.name))).unwrap_or_default()
    }

    /// Files that a pattern matches beside the manifest.
    pub(super) fn matching(&self, pattern: &str) -> Vec<Input> {
        let folder = glob::Pattern::escape(&self.folder.to_string_lossy());
        let paths = glob::glob(&format!("{folder}/{pattern}")).into_iter().flatten().filter_map(Result::ok);
        let files = paths.filter(|path| path.is_file() && !path.components().any(|part| part.as_os_str() == "target"));
        files
            .flat_map(|path| self.input(&path, &format!("may be read by a source of {}", self.manifest.name)))
            .collect()
    }

    /// A path that exists outside of the build context, relative to the workspace root.
    pub(super) fn outside(&self, base: &Path, text: &str) -> Option<String> {
        let path = normalized(&base.join(text));
        let is_outside = text.starts_with("..") && self.layout.inside(&path).is_none() && path.exists();
        is_outside.then(|| relative(self.root, &path))
    }

    /// A folder beside the manifest that is not there, relative to the context.
    pub(super) fn missing(&self, text: &str) -> Option<String> {
        let path = normalized(&self.folder.join(text));
        let is_known = !text.contains('$') && !path.exists();
        self.layout.inside(&path).filter(|_| is_known).map(|path| path.to_string())
    }

    /// Whether something lies where a source names it, beside the manifest, beside the source or further up.
    pub(super) fn names_something(&self, around: &Path, text: &str) -> bool {
        let text = text.trim_start_matches('/');
        let exists = |base: &Path| base.join(text).exists() && normalized(&base.join(text)) != self.folder;
        !text.is_empty() && (exists(&self.folder) || exists(around) || !self.named_above(text).is_empty())
    }

    /// The submodule without files in which a path lies that a source names, or that lies in such a folder.
    pub(super) fn empty_submodule(&self, around: &Path, text: &str) -> Option<ContextPath> {
        let paths = [self.folder.as_path(), around].map(|base| normalized(&base.join(text)));
        // The package's own folder is named for what lies deeper.
        let holds = |named: &PathBuf, path: &PathBuf| path.starts_with(named) && !self.folder.starts_with(named);
        let is_named = |path: &&PathBuf| paths.iter().any(|named| named.starts_with(path) || holds(named, path));
        let submodule = self.empty_submodules.iter().find(is_named)?;
        self.layout.inside(submodule)
    }

    /// The root of its build script. Procedural macros run while building as well, but read what their callers name.
    pub(super) fn script(&self) -> Option<&Path> {
        let script = self.manifest.targets.iter().find(|target| target.is_custom_build());
        script.map(|target| target.src_path.as_std_path())
    }

    /// Files in a folder of the context that the ignore file keeps at home unless the folder travels whole.
    pub(super) fn secrets_in(&self, folder: &ContextPath) -> BTreeSet<ContextPath> {
        let found = self.secrets.in_folder(&self.layout.context.join(folder.as_str()));
        found.iter().filter_map(|path| self.layout.inside(path)).collect()
    }

    /// What those paths begin with that lead from its sources to something else: names beside its manifest and at the
    /// workspace root.
    pub(super) fn names(&self) -> Result<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        for folder in [self.folder.as_path(), self.root] {
            let is_one = |name: &String| {
                !["target", ".git", ".gitignore"].contains(&name.as_str()) && !self.is_source(&folder.join(name))
            };
            names.extend(entries(folder)?.into_iter().filter(is_one));
        }
        let without_format = |name: &String| {
            let (stem, extension) = name.rsplit_once('.')?;
            FORMATS.contains(&extension).then(|| stem.to_owned())
        };
        let stems: Vec<String> = names.iter().filter_map(without_format).collect();
        names.extend(stems);
        Ok(names)
    }

    /// Sources beside the manifest but for the build script, and folders of modules there.
    pub(super) fn sources_beside_manifest(&self) -> Result<Vec<PathBuf>> {
        let script = self.script();
        let is_source = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
        let holds_modules = |path: &Path| path.join("mod.rs").is_file() || path.with_extension("rs").is_file();
        let is_one = |path: &PathBuf| {
            if path.is_dir() { holds_modules(path) } else { is_source(path) && script != Some(path.as_path()) }
        };
        Ok(entries(&self.folder)?.into_iter().map(|name| self.folder.join(name)).filter(is_one).collect())
    }

    /// What a program may open when it runs: something beside the manifest or at the workspace root.
    pub(super) fn opened(&self, text: &str, at: &SourceLine) -> Option<Mention<OpenedPath>> {
        self.opened_in(&[&self.folder, self.root], text, at)
    }

    /// What it opens below the folder of its manifest, whose path it takes along.
    pub(super) fn baked(&self, text: &str, at: &SourceLine) -> Option<Mention<OpenedPath>> {
        let mut said = self.opened_in(&[&self.folder], text, at)?;
        said.what.is_baked = true;
        Some(said)
    }

    fn opened_in(&self, bases: &[&Path], text: &str, at: &SourceLine) -> Option<Mention<OpenedPath>> {
        let (base, path) = bases.iter().copied().find_map(|base| {
            let path = normalized(&base.join(text));
            if path.exists() { Some((base, path)) } else { Some((base, with_any_extension(&path)?)) }
        })?;
        let inside = path.strip_prefix(self.root).ok()?.components().next()?.as_os_str().to_string_lossy().into_owned();
        let is_source = self.is_source(&path) || self.sources.iter().any(|source| source.path.starts_with(&path));
        let is_other = NOT_INPUTS.contains(&inside.as_str()) || inside.starts_with('.') || self.folders.contains(&path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_manifest = OF_PROJECTS.contains(&&*name) || PROSE.iter().any(|word| name.starts_with(word));
        if is_source || is_other || is_manifest || !path.starts_with(base) || path == base {
            return None;
        }
        let what = OpenedPath { path: self.layout.inside(&path)?, from: self.layout.inside(base)?, is_baked: false };
        Some(Mention { what, place: at.clone() })
    }

    /// Those of some variables that its sources or the settings beside its manifest name, be it as a field that is filled from
    /// one.
    pub(super) fn variables(&self, wanted: &BTreeSet<&str>) -> BTreeSet<String> {
        if wanted.is_empty() {
            return BTreeSet::new();
        }
        let folder = glob::Pattern::escape(&self.folder.to_string_lossy());
        let below =
            ["*.rs", "src/**/*.rs", "*.toml", "*.y*ml", "config/*"].map(|pattern| format!("{folder}/{pattern}"));
        let files = below.iter().filter_map(|pattern| glob::glob(pattern).ok()).flatten().filter_map(Result::ok);
        let files = files.filter(|path| !self.is_written(path));
        let texts: Vec<String> = files.filter_map(|path| regular_text(&path).ok()).collect();
        let is_named = |name: &str| texts.iter().any(|text| text.contains(name) || text.contains(&name.to_lowercase()));
        wanted.iter().filter(|name| is_named(name)).map(|name| (*name).to_owned()).collect()
    }

    /// Addresses in the settings that sources name, files or those of folders, with the lines that do. What git ignores is not
    /// there in a clone.
    pub(super) fn settings_in<'m>(
        &self,
        named: impl Iterator<Item = &'m Mention<OpenedPath>>,
    ) -> Vec<Mention<Address>> {
        let mut found: Vec<(ContextPath, Mention<Address>)> = Vec::new();
        for said in named {
            let path = self.layout.context.join(said.what.path.as_str());
            let files = if path.is_dir() { matching(&path, "*") } else { vec![path] };
            for path in files.iter().filter(|path| settings_files::is_one(path)) {
                let addresses = settings_files::read(&regular_text(path).unwrap_or_default()).into_iter();
                let mention = |what| (self.layout.path(path), Mention { what, place: said.place.clone() });
                found.extend(addresses.map(mention));
            }
        }
        git_ignored::remove(self.layout, &mut found);
        found.into_iter().map(|(_, mention)| mention).collect()
    }

    /// A file or folder of the build context, and the links on the way to it.
    pub(super) fn input(&self, path: &Path, reason: &str) -> Vec<Input> {
        let (links, path) = self.layout.follow_links(path);
        let links = links.iter().map(|link| (link, "symbolic link"));
        let all = links.chain([(&path, reason)]);
        all.filter_map(|(path, reason)| {
            let path = self.layout.inside(path).filter(|path| !path.is_root())?;
            Some(Input { path, reason: reason.to_owned() })
        })
        .collect()
    }
}

/// `config/default` stands for `config/default.toml` where a program takes several formats: the folder around it, or else
/// the file.
fn with_any_extension(path: &Path) -> Option<PathBuf> {
    let (folder, stem) = (path.parent()?, path.file_name()?);
    if path.extension().is_some() || !folder.is_dir() {
        return None;
    }
    let file = FORMATS.iter().map(|format| folder.join(stem).with_extension(format)).find(|file| file.is_file())?;
    let holds_manifest = folder.join("Cargo.toml").is_file();
    Some(if holds_manifest { file } else { folder.to_owned() })
}

/// Sorted by path, each path once.
pub(super) fn sorted(mut inputs: Vec<Input>) -> Vec<Input> {
    inputs.sort();
    inputs.dedup_by(|a, b| a.path == b.path);
    inputs
}
