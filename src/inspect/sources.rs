//! The sources of one package: its files enter; what the build reads, and what its programs may read and listen on,
//! leave.
//!
//! Besides the folders of its crate roots, a package reads what its sources name ([`source_paths`]). Where a source cannot
//! be read, or computes the path of what it includes, the whole package counts.

mod text;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use cargo_metadata::Target;

use super::conditional::Conditional;
use super::disk::regular_text;
use super::package_files::{PackageFiles, sorted};
use super::paths::normalized;
use super::source_paths::{self, NamedPath, SourcePaths, Use};
use super::{crate_roots, evidence};
use crate::context_path::ContextPath;
use crate::workspace::{Input, Mention, OpenedPath, Service, SourceLine};
use text::{is_too_deep, parse};

/// What the sources of a package say.
#[derive(Debug, Default, Clone)]
pub(super) struct SourceFindings {
    pub inputs: Vec<Input>,
    /// Folders among them whose files all travel.
    pub whole: BTreeSet<ContextPath>,
    /// Files in the other ones that are named like secrets.
    pub withheld: BTreeSet<ContextPath>,
    pub links: BTreeSet<String>,
    pub queries: Option<ContextPath>,
    pub reads: Vec<Mention<OpenedPath>>,
    pub opens: Vec<Mention<OpenedPath>>,
    pub opens_libraries: Vec<Mention<String>>,
    pub service: Service,
    pub bakes_folder: Vec<Mention<ContextPath>>,
    /// Submodules without files that the build reads from.
    pub submodules: BTreeSet<ContextPath>,
    /// Paths that the build reads outside of its context, relative to the workspace root.
    pub outside: Vec<Mention<String>>,
    /// Folders that the program embeds, which are not there and which no build script makes.
    pub missing: Vec<Mention<String>>,
    /// Files that become part of the program and that no build script generates.
    pub included: Vec<Mention<ContextPath>>,
    /// Parts of them that are compiled under a condition.
    pub conditional: Conditional,
    /// Which sources could not be followed and why.
    pub unread: Vec<String>,
}

impl SourceFindings {
    /// Drops what code says for which some condition does not hold, but for what the build reads of it.
    pub(super) fn retain_where(&mut self, holds: impl Fn(&str) -> bool) {
        let conditional = std::mem::take(&mut self.conditional);
        self.retain_said(conditional.compiled(holds));
    }

    fn retain_said(&mut self, holds: impl Fn(&SourceLine) -> bool) {
        self.reads.retain(|said| holds(&said.place));
        self.opens.retain(|said| holds(&said.place));
        self.service.retain(&holds);
        self.opens_libraries.retain(|said| holds(&said.place));
        self.bakes_folder.retain(|said| holds(&said.place));
        self.missing.retain(|said| holds(&said.place));
    }
}

/// What the build of a package reads, and what its sources say.
pub(super) fn read(files: &PackageFiles) -> Result<SourceFindings> {
    let lies_beside_manifest = crate_roots::lies_beside_manifest(files.manifest);
    // Modules of such a root may be anywhere in the package, and all of it travels.
    let whole = lies_beside_manifest.then(|| files.whole("its crate root lies beside its manifest")).transpose()?;
    let mut walk = Walk::new(files, files.declared()?, files.names()?);
    let beside = if lies_beside_manifest { files.sources_beside_manifest()? } else { Vec::new() };
    for path in &beside {
        // Cargo tells what is wrong with it.
        let _ = walk.read(path, false);
    }
    for source in &files.sources {
        walk.found.inputs.extend(files.input(&source.path, "sources"));
    }
    for source in &files.sources {
        if let Err(reason) = walk.read(&source.path, source.runs_while_building) {
            walk.found.inputs.extend(files.whole(&reason)?);
            walk.found.unread.push(reason);
        }
    }
    let mut found = walk.finish();
    let by_default =
        found.service.command_lines.iter().flat_map(|said| said.what.files().map(|file| (file, &said.place)));
    found.opens.extend(by_default.filter_map(|(file, place)| files.opened(file, place)));
    found.service.listens.extend(files.settings_in(found.reads.iter().chain(&found.opens)));
    if let Some(inputs) = whole {
        return Ok(SourceFindings { inputs, unread: Vec::new(), ..found });
    }
    found.inputs.extend(files.template_folders()?);
    found.inputs = sorted(found.inputs);
    Ok(found)
}

/// Whether a file of a package helps tests, by its name or that of a folder around it. Whoever wants a program wants its
/// package, whatever that is called.
fn is_for_tests(file: &ContextPath, files: &PackageFiles) -> bool {
    let has_program = files.manifest.targets.iter().any(Target::is_bin);
    let inside = file.strip_prefix(&files.layout.path(&files.folder)).filter(|_| has_program);
    is_named_for_tests(inside.unwrap_or(file.as_str()))
}

fn is_named_for_tests(path: &str) -> bool {
    let words = path.split(|c: char| !c.is_alphanumeric());
    words
        .into_iter()
        .any(|word| ["bench", "benches", "fuzz", "mock", "mocks", "test", "testing", "tests"].contains(&word))
}

/// The walk through the sources of a package.
struct Walk<'a> {
    files: &'a PackageFiles<'a>,
    found: SourceFindings,
    /// What paths begin with that the sources may name.
    names: BTreeSet<String>,
    /// Whether the source that is read is one of a build script, and goes up from its folder.
    reads_script: bool,
    goes_up: bool,
    /// The text of the build script, which may name the files that it generates.
    script: String,
    /// Files and folders of modules that exist in tests only.
    test_modules: Vec<ContextPath>,
    /// Files and folders that were read, folders by their real paths.
    visited: BTreeSet<PathBuf>,
}

impl<'a> Walk<'a> {
    fn new(files: &'a PackageFiles, inputs: Vec<Input>, names: BTreeSet<String>) -> Self {
        Self {
            files,
            found: SourceFindings { inputs, ..SourceFindings::default() },
            names,
            reads_script: false,
            goes_up: false,
            script: String::new(),
            test_modules: Vec::new(),
            visited: BTreeSet::new(),
        }
    }

    /// What was found, without what only tests read.
    fn finish(self) -> SourceFindings {
        let Self { files, mut found, script, test_modules, .. } = self;
        // Only the parent of a module says that it is for tests, and may be read after it.
        let is_in_test_module = |place: &SourceLine| test_modules.iter().any(|module| place.file.starts_with(module));
        found.retain_said(|place| !is_in_test_module(place) && !is_for_tests(&place.file, files));
        found.included.retain(|said| !is_in_test_module(&said.place));
        // A file in a folder of sources is an input of its own too: the ignore file may refuse its name.
        for said in &found.included {
            found.withheld.remove(&said.what);
        }
        // What is part of the program need not be there when it runs.
        let included: BTreeSet<&ContextPath> = found.included.iter().map(|said| &said.what).collect();
        found.opens.retain(|said| !included.contains(&said.what.path));
        let included = found.included.iter();
        found.inputs.extend(
            included.map(|said| Input { path: said.what.clone(), reason: format!("included in {}", said.place) }),
        );
        // The build script may generate what it names.
        found.included.retain(|said| !script.contains(said.what.name()));
        found.missing.retain(|said| !said.what.rsplit('/').next().is_some_and(|name| script.contains(name)));
        found
    }

    /// Reads a file or folder of sources and follows what it names. The error says what could not be read.
    fn read(&mut self, path: &Path, while_building: bool) -> Result<(), String> {
        let files = self.files;
        let unreadable = |error: std::io::Error| format!("cannot read `{}`: {error}", files.layout.path(path));
        // A link may lead to a folder around it or out of the package, and files may include each other.
        let (is_link, is_folder) = (path.is_symlink(), path.is_dir());
        let real = if is_link || is_folder { fs::canonicalize(path).map_err(unreadable)? } else { path.to_owned() };
        if is_link {
            self.found.inputs.extend(files.input(&real, "target of a symbolic link"));
        }
        if !self.visited.insert(if is_folder { real } else { path.to_owned() }) {
            return Ok(());
        }
        if is_folder {
            let mut entries: Vec<PathBuf> = fs::read_dir(path)
                .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
                .map_err(unreadable)?;
            entries.sort();
            // Links whose target does not exist are skipped, as rustc does not read them.
            for entry in entries.into_iter().filter(|entry| entry.exists()) {
                self.read(&entry, while_building)?;
            }
            return Ok(());
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            return Ok(());
        }
        let text = regular_text(path).map_err(unreadable)?;
        let file = files.layout.path(path);
        // Most sources say nothing of all this, and need not be parsed.
        let serves = !while_building && !is_for_tests(&file, files) && files.in_service.may_be_in(&text);
        let names_paths = while_building
            || !files.is_source(path)
            || serves && text.contains("#[cfg(")
            || source_paths::may_be_in(&text, &self.names);
        let macros = &files.known.checked_queries.macros;
        let queries = self.found.queries.is_none() && macros.iter().any(|name| text.contains(&format!("{name}!")));
        evidence::linked(&text, &mut self.found.links);
        if !names_paths && !serves && !queries {
            return Ok(());
        }
        if is_too_deep(&text) {
            return Err(format!("`{file}` has too many brackets in each other"));
        }
        let (text, tokens) = parse(&text).map_err(|error| format!("cannot parse `{file}`: {error}"))?;
        if queries && evidence::calls(macros, tokens.clone()) {
            self.found.queries = Some(file.clone());
        }
        if serves {
            self.found.service.extend(files.in_service.read(text, &tokens, &file));
        }
        let said = if names_paths { source_paths::read(tokens, while_building) } else { SourcePaths::default() };
        // The crate proc-macro2 keeps every text for its spans, whose lines have been read by now.
        proc_macro2::extra::invalidate_current_thread_spans();
        if while_building {
            self.script.push_str(text);
            self.follow_modules(path, &said.modules)?;
        }
        let at = |line: usize| SourceLine { file: file.clone(), line };
        // A build script sets such a variable to a path that it names, or to one that it generates.
        let by_variable = said.of_variables.first().filter(|_| files.script().is_none());
        if let Some(line) = said.computed.first().or(by_variable) {
            return Err(format!("{} includes a file whose path cannot be read from the source", at(*line)));
        }
        let folder = files.layout.path(&files.folder);
        let bakes = said.bakes_folder.iter().map(|line| Mention { what: folder.clone(), place: at(*line) });
        self.found.bakes_folder.extend(bakes);
        let stem = path.with_extension("");
        let places_of = |module: &String| {
            let file = format!("{module}.rs");
            let places = [path.with_file_name(module), path.with_file_name(&file), stem.join(module), stem.join(&file)];
            places.map(|place| files.layout.path(&place))
        };
        self.test_modules.extend(said.test_modules.iter().flat_map(places_of));
        let conditional = &mut self.found.conditional;
        for item in &said.conditional {
            conditional.add_item(&file, item);
            let elsewhere = item.file.iter().map(|file| files.layout.path(&normalized(&path.with_file_name(file))));
            let modules = item.module.iter().flat_map(places_of).chain(elsewhere);
            modules.for_each(|path| conditional.add_module(path, Some(&item.condition)));
        }
        let is_conditional = |name: &&String| said.conditional.iter().any(|item| item.module.as_ref() == Some(*name));
        let always = said.modules.iter().filter(|name| !is_conditional(name)).flat_map(places_of);
        always.for_each(|path| conditional.add_module(path, None));
        let libraries = said.libraries.into_iter().filter(|_| !while_building);
        self.found.opens_libraries.extend(libraries.map(|(what, line)| Mention { what, place: at(line) }));
        let around = path.parent().unwrap_or(&files.folder);
        (self.reads_script, self.goes_up) = (while_building, while_building && said.goes_up);
        let names_something = said.mentions.iter().any(|mention| files.names_something(around, &mention.path));
        for mention in said.mentions {
            self.follow(&mention, around, &at(mention.line))?;
        }
        if said.allows_missing {
            self.found.missing.retain(|said| said.place.file != file);
        }
        self.found.inputs.extend(said.patterns.iter().flat_map(|pattern| files.matching(pattern)));
        match said.unnamed_reads.first().filter(|_| !names_something && files.script() == Some(path)) {
            Some(line) => Err(format!("{} reads a file whose path cannot be read from the source", at(*line))),
            None => Ok(()),
        }
    }

    /// Follows one path that a source names.
    fn follow(&mut self, mention: &NamedPath, around: &Path, at: &SourceLine) -> Result<(), String> {
        let files = self.files;
        let text = mention.path.trim_start_matches('/');
        if !matches!(mention.usage, Use::Opened | Use::Read | Use::Baked) {
            self.found.submodules.extend(files.empty_submodule(around, text));
        }
        match mention.usage {
            Use::Included => {
                let path = normalized(&if mention.from_manifest { &files.folder } else { around }.join(text));
                if !path.is_file() {
                    // Macros of the same name, such as `grass::include!`, start from the manifest.
                    self.found.inputs.extend(files.named(&files.folder, text));
                    return Ok(());
                }
                let inside = files.layout.inside(&path);
                let base = if mention.from_manifest { &files.folder } else { around };
                self.found.outside.extend(files.outside(base, text).map(|what| Mention { what, place: at.clone() }));
                self.found.included.extend(inside.map(|what| Mention { what, place: at.clone() }));
                if path.extension().is_some_and(|extension| extension == "rs") && !files.is_source(&path) {
                    self.read(&path, false)?;
                }
            }
            Use::Module => {
                let path = normalized(&around.join(text));
                if path.is_file() && !files.is_source(&path) {
                    let folder = path.parent().filter(|folder| !files.folder.starts_with(folder)).unwrap_or(&path);
                    self.found.inputs.extend(files.input(folder, &format!("module in {at}")));
                    self.read(&path, false)?;
                }
            }
            Use::Embedded | Use::Named => {
                if mention.usage == Use::Embedded {
                    self.found.missing.extend(files.missing(text).map(|what| Mention { what, place: at.clone() }));
                }
                let mut named = files.named(&files.folder, text);
                if !mention.from_manifest {
                    named.extend(files.named(around, text));
                }
                if named.is_empty() && self.goes_up {
                    named = files.named_above(text);
                }
                let outside = files.outside(&files.folder, text).filter(|_| self.reads_script);
                self.found.outside.extend(outside.map(|what| Mention { what, place: at.clone() }));
                // A build script reads what it names; of a folder for a macro, secrets may be meant or not.
                for folder in named.iter().map(|input| &input.path) {
                    let secrets = files.secrets_in(folder);
                    if self.reads_script && !secrets.is_empty() {
                        self.found.whole.insert(folder.clone());
                    } else {
                        self.found.withheld.extend(secrets);
                    }
                }
                self.found.inputs.extend(named);
            }
            Use::Opened | Use::Read => {
                let opened = files.opened(text, at).filter(|said| !is_for_tests(&said.what.path, files));
                let of_use = if mention.usage == Use::Read { &mut self.found.reads } else { &mut self.found.opens };
                of_use.extend(opened);
            }
            Use::Baked if is_named_for_tests(text) => {}
            Use::Baked => {
                let folder = || Mention { what: files.layout.path(&files.folder), place: at.clone() };
                let said = files.baked(text, at);
                self.found.bakes_folder.extend(said.is_none().then(folder));
                self.found.reads.extend(said);
            }
        }
        Ok(())
    }

    /// The modules of a build script that lies beside the manifest.
    fn follow_modules(&mut self, root: &Path, names: &[String]) -> Result<(), String> {
        let files = self.files;
        if root.parent() != Some(&files.folder) {
            return Ok(());
        }
        for name in names {
            for path in [files.folder.join(format!("{name}.rs")), files.folder.join(name)] {
                if path.exists() {
                    self.found.inputs.extend(files.input(&path, "module of the build script"));
                    self.read(&path, true)?;
                }
            }
        }
        Ok(())
    }
}
