//! Which of the binaries that cargo would build are the programs that maintainers ship: manifests and what the
//! repository's files say enter; those that get no image unless they are asked for, and the one that a plain build
//! gives, leave.

mod signs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use cargo_metadata::{DependencyKind, Metadata, Package};

use super::config::Configuration;
use crate::catalog::Shipping;
use crate::workspace::{LeftOutBinary, WhyLeftOut};

use signs::{Shipment, Signs};

/// A binary that cargo would build.
#[derive(Debug, Default, Clone)]
pub(super) struct Candidate {
    pub name: String,
    pub package: String,
    /// Folder of the package, relative to the workspace root; empty for the root.
    pub folder: String,
    /// Whether its package says `default-run` of it.
    pub is_default_run: bool,
    /// Whether its package may not be published.
    pub is_private: bool,
    /// `dist` in the package's settings for the program dist.
    pub dist: Option<bool>,
    /// A crate of its package, or of a local one that it uses, which listens for connections.
    pub listens: Option<String>,
    /// A crate of its package that only a browser runs.
    pub browser: Option<String>,
    /// A member whose tests alone use its package.
    pub used_by_tests: Option<String>,
}

/// What the workspace is called.
#[derive(Debug, Default)]
struct WorkspaceNames {
    /// Names of its root package and of its folder.
    own: BTreeSet<String>,
    /// Whether it has settings for the program dist.
    has_dist: bool,
}

impl WorkspaceNames {
    /// Whether a binary is called like the workspace, as cargo's subcommands are: `cargo-deny` in a folder `deny`.
    fn are_of(&self, binary: &str) -> bool {
        let subcommand = binary.strip_prefix("cargo-");
        self.own.contains(binary) || subcommand.is_some_and(|name| self.own.contains(name))
    }
}

/// The binaries of some packages, with what the repository says of them.
#[derive(Debug)]
pub(super) struct Repertoire<'a> {
    candidates: Vec<Candidate>,
    signs: Signs,
    names: WorkspaceNames,
    known: &'a Shipping,
}

impl<'a> Repertoire<'a> {
    pub(super) fn read(
        metadata: &Metadata,
        packages: &[&Package],
        configuration: &Configuration,
        known: &'a Shipping,
    ) -> Result<Self> {
        let root = metadata.workspace_root.as_std_path();
        let candidates = candidates(metadata, packages, known);
        // Where there is no choice, nothing has to be looked up.
        let signs =
            if candidates.len() < 2 { Signs::default() } else { signs::read(root, &candidates, configuration, known)? };
        let root_package = metadata.root_package().map(|package| package.name.to_string());
        let folder = root.file_name().map(|name| name.to_string_lossy().into_owned());
        let names = WorkspaceNames {
            own: root_package.into_iter().chain(folder).collect(),
            has_dist: metadata.workspace_metadata.get("dist").is_some() || root.join("dist-workspace.toml").is_file(),
        };
        Ok(Self { candidates, signs, names, known })
    }

    /// Binaries that get no image unless they are asked for. Where the packages were asked for (`by_package`), only a
    /// name of a binary's own can tell that it is a tool. Where all of them look like tools, these are the product, unless
    /// that is a library (`beside_library`).
    pub(super) fn left_out(&self, by_package: bool, beside_library: bool) -> Vec<LeftOutBinary> {
        if self.candidates.len() < 2 && !beside_library {
            return Vec::new();
        }
        let found = left_out(&self.candidates, &self.signs, &self.names, by_package, self.known);
        if found.len() == self.candidates.len() && !beside_library { Vec::new() } else { found }
    }

    /// Package and name of the binary that a plain build gives, among those that are chosen.
    pub(super) fn default(&self, is_chosen: impl Fn(&str, &str) -> bool) -> Option<(String, String)> {
        let chosen = self.candidates.iter().filter(|candidate| is_chosen(&candidate.package, &candidate.name));
        let first =
            chosen.max_by_key(|candidate| rank(candidate, &self.candidates, &self.signs, &self.names, self.known))?;
        Some((first.package.clone(), first.name.clone()))
    }
}

fn candidates(metadata: &Metadata, packages: &[&Package], known: &Shipping) -> Vec<Candidate> {
    let root = metadata.workspace_root.as_std_path();
    let members = super::select::members(metadata);
    let by_name: BTreeMap<&str, &Package> = members.iter().map(|package| (package.name.as_str(), *package)).collect();
    let users = users(&members);
    let mut candidates = Vec::new();
    for package in packages.iter().filter(|package| super::select::binaries_of(package).next().is_some()) {
        let folder = package.manifest_path.as_std_path().parent().unwrap_or(root);
        let of_package = Candidate {
            package: package.name.to_string(),
            folder: super::paths::with_slashes(folder.strip_prefix(root).unwrap_or(folder)),
            is_private: package.publish.as_ref().is_some_and(Vec::is_empty),
            dist: package.metadata.pointer("/dist/dist").and_then(serde_json::Value::as_bool),
            listens: listens(package, &by_name, known),
            browser: browser(package, folder, known),
            used_by_tests: users.get(package.name.as_str()).and_then(|users| used_by_tests(users, known)),
            ..Candidate::default()
        };
        candidates.extend(super::select::binaries_of(package).map(|target| Candidate {
            name: target.name.clone(),
            is_default_run: package.default_run.as_ref() == Some(&target.name),
            ..of_package.clone()
        }));
    }
    candidates
}

/// Names of what a package depends on as a program, on every platform and with every feature.
fn uses(package: &Package) -> impl Iterator<Item = &str> {
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.as_str())
}

fn listens(package: &Package, members: &BTreeMap<&str, &Package>, known: &Shipping) -> Option<String> {
    let mut queue = vec![package];
    let mut seen = BTreeSet::new();
    while let Some(package) = queue.pop() {
        for name in uses(package) {
            if known.servers.contains(name) {
                return Some(name.to_owned());
            }
            if seen.insert(name) {
                queue.extend(members.get(name));
            }
        }
    }
    None
}

fn browser(package: &Package, folder: &Path, known: &Shipping) -> Option<String> {
    if folder.join("Trunk.toml").is_file() {
        return Some("trunk".to_owned());
    }
    let always = package.dependencies.iter().filter(|dependency| {
        dependency.kind == DependencyKind::Normal && !dependency.optional && dependency.target.is_none()
    });
    let is_server = uses(package).any(|name| known.servers.contains(name));
    let mut found = always.map(|dependency| &dependency.name).filter(|name| known.browser.contains(*name));
    found.next().filter(|_| !is_server).cloned()
}

/// Members by what they depend on, each with the kind of its dependency.
fn users<'a>(members: &[&'a Package]) -> BTreeMap<&'a str, Vec<(&'a Package, DependencyKind)>> {
    let mut users: BTreeMap<&str, Vec<(&Package, DependencyKind)>> = BTreeMap::new();
    for member in members {
        for dependency in &member.dependencies {
            users.entry(&dependency.name).or_default().push((*member, dependency.kind));
        }
    }
    users
}

/// A member whose tests use a package, where no program does. A test suite uses the very programs that are shipped.
fn used_by_tests(users: &[(&Package, DependencyKind)], known: &Shipping) -> Option<String> {
    let is_for_tests = users.iter().all(|(_, kind)| *kind == DependencyKind::Development);
    let mut suites = users.iter().filter(|(member, _)| is_for_tests && known.tool_word(&member.name).is_none());
    suites.next().map(|(member, _)| member.name.to_string())
}

fn left_out(
    candidates: &[Candidate],
    signs: &Signs,
    names: &WorkspaceNames,
    by_package: bool,
    known: &Shipping,
) -> Vec<LeftOutBinary> {
    let binary = |candidate: &Candidate, because: WhyLeftOut| LeftOutBinary {
        name: candidate.name.clone(),
        package: candidate.package.clone(),
        because,
    };
    let ships = |shipments: &[Shipment], place: usize| shipments.iter().any(|one| one.programs.contains(&place));
    let all = || candidates.iter().enumerate();
    // One of theirs may have shipped it before ours took its place.
    let is_in_ours = |place: &usize| signs.own.as_ref().is_some_and(|(own, _)| own.programs.contains(place));
    // What the maintainers put into images themselves needs no guess.
    let is_settled = signs.dockerfiles.iter().all(|file| file.is_all) && !by_package;
    if let Some(first) = signs.dockerfiles.first().filter(|_| is_settled) {
        let only = (signs.dockerfiles.len() == 1).then(|| first.file.clone());
        return all()
            .filter(|(place, _)| !ships(&signs.dockerfiles, *place) && !is_in_ours(place))
            .map(|(_, candidate)| binary(candidate, WhyLeftOut::NotInDockerfile { file: only.clone() }))
            .collect();
    }
    all()
        .filter(|(place, candidate)| {
            let is_remembered = signs.own.as_ref().is_some_and(|(_, left_out)| left_out.contains(&candidate.name));
            let is_main = !is_remembered && (names.are_of(&candidate.name) || candidate.is_default_run);
            !is_main && !ships(&signs.workflows, *place) && !ships(&signs.dockerfiles, *place)
        })
        .filter_map(|(_, candidate)| Some(binary(candidate, why_left_out(candidate, signs, names, by_package, known)?)))
        .collect()
}

fn why_left_out(
    candidate: &Candidate,
    signs: &Signs,
    names: &WorkspaceNames,
    by_package: bool,
    known: &Shipping,
) -> Option<WhyLeftOut> {
    let by_name = |name: &str| known.tool_word(name).map(|word| WhyLeftOut::Named { word: word.to_owned() });
    let by_system = |name: &str| known.system_word(name).map(|word| WhyLeftOut::OtherSystem { word: word.to_owned() });
    let by_folder = |folder: &String| known.tool_word(folder).map(|_| WhyLeftOut::InFolder { folder: folder.clone() });
    if by_package {
        return by_name(&candidate.name).filter(|_| candidate.name != candidate.package);
    }
    // dist leaves out what says so, and what may not be published unless it says otherwise.
    if names.has_dist && !candidate.dist.unwrap_or(!candidate.is_private) {
        return Some(WhyLeftOut::Dist);
    }
    let runs = |target: &String| *target == candidate.package || *target == candidate.name;
    if let Some((own, _)) = signs.own.as_ref().filter(|(_, left_out)| left_out.contains(&candidate.name)) {
        return Some(WhyLeftOut::LeftOutBefore { file: own.file.clone() });
    }
    let by_alias = signs.aliases.iter().find(|(_, target)| runs(target));
    by_alias
        .map(|(alias, _)| WhyLeftOut::Alias { alias: alias.clone() })
        .or_else(|| by_name(&candidate.name))
        .or_else(|| by_name(&candidate.package))
        .or_else(|| by_folder(&candidate.folder))
        .or_else(|| by_system(&candidate.name))
        .or_else(|| by_system(&candidate.package))
        .or_else(|| candidate.browser.clone().map(|krate| WhyLeftOut::Browser { krate }))
        .or_else(|| {
            let tests = candidate.used_by_tests.clone().filter(|_| candidate.listens.is_none());
            tests.map(|member| WhyLeftOut::UsedByTests { member })
        })
}

/// How sure it is that a candidate is the program; the last by name wins among equals.
fn rank<'a>(
    candidate: &'a Candidate,
    all: &[Candidate],
    signs: &Signs,
    names: &WorkspaceNames,
    known: &Shipping,
) -> ([bool; 8], &'a str, &'a str) {
    let is_it = |place: &usize| (&all[*place].name, &all[*place].package) == (&candidate.name, &candidate.package);
    let own = signs.own.as_ref().map(|(own, _)| own);
    // Ours may stand where the first of theirs was.
    let started = signs.dockerfiles.first().and_then(|first| own.unwrap_or(first).programs.last());
    let started_before = own.and_then(|own| own.programs.last());
    let reasons = [
        started.is_some_and(is_it),
        candidate.is_default_run,
        started_before.is_some_and(is_it),
        names.are_of(&candidate.name),
        known.tool_word(&candidate.name).is_none(),
        signs.workflows.iter().any(|workflow| workflow.programs.iter().any(is_it)),
        candidate.listens.is_some(),
        candidate.name == candidate.package,
    ];
    (reasons, &candidate.name, &candidate.package)
}

#[cfg(test)]
mod tests;
