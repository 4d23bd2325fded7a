//! Chooses packages and binaries as cargo would: manifests, settings and the user's place enter, names leave.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use cargo_metadata::{Metadata, Package, Target};

use super::cargo::BuildRequest;
use super::config::Configuration;
use super::disk::read_if_present;
use super::shipped::Repertoire;
use crate::catalog::Shipping;
use crate::error::{Failure, quoted};
use crate::settings::{AllSettings, BuildSettings};
use crate::workspace::{LeftOutBinary, Selection, SkippedBinary, WhyLeftOut};

/// The packages and binaries to build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selected {
    /// Names of packages.
    pub packages: Vec<String>,
    /// The same as specs that cargo cannot mistake for a dependency of the same name.
    pub specs: Vec<String>,
    /// Whether they were named; otherwise cargo comes to the same choice by itself.
    pub is_named: bool,
    /// Names of binaries; empty for all whose required features are on.
    pub binaries: Vec<String>,
    /// The member that the user stands in, where that decided.
    pub by_place: Option<String>,
    /// Binaries of these packages and of others that get no image unless they are asked for.
    pub left_out: Vec<LeftOutBinary>,
    /// Package and name of the binary that a plain build gives.
    pub default: Option<(String, String)>,
}

impl Selected {
    /// What cargo is asked to build.
    pub(super) fn request(&self, settings: &BuildSettings, target: &str) -> BuildRequest {
        let packages = if self.is_named { self.specs.clone() } else { Vec::new() };
        BuildRequest::new(settings, packages, self.binaries.clone(), target)
    }

    /// The same as the plan has it; `named_by` says who named the target.
    pub(super) fn selection(
        &self,
        metadata: &Metadata,
        request: &BuildRequest,
        settings: &BuildSettings,
        named_by: Option<String>,
    ) -> Selection {
        let mut packages = if request.with_libraries { request.packages.clone() } else { self.specs.clone() };
        packages.sort();
        Selection {
            packages: if metadata.workspace_members.len() > 1 { packages } else { Vec::new() },
            with_libraries: request.with_libraries,
            features: settings.features.clone().unwrap_or_default(),
            all_features: settings.all_features == Some(true),
            no_default_features: settings.no_default_features == Some(true),
            target: request.target.clone(),
            target_named_by: named_by,
        }
    }

    /// Whether a binary gets no image.
    pub(super) fn leaves_out(&self, binary: &str, package: &str) -> bool {
        self.left_out.iter().any(|other| (other.name.as_str(), other.package.as_str()) == (binary, package))
    }
}

pub(super) fn select(
    metadata: &Metadata,
    all_settings: &AllSettings,
    here: &Path,
    configuration: &Configuration,
    known: &Shipping,
) -> Result<Selected> {
    let AllSettings { flags, workspace, .. } = all_settings;
    let all_members = flags.workspace == Some(true) || flags.package.is_none() && workspace.workspace == Some(true);
    let wanted = flags.package.as_ref().or(workspace.package.as_ref()).filter(|_| !all_members);
    let place = member_at(metadata, here).filter(|_| wanted.is_none() && !all_members);
    let packages = match (wanted, place) {
        _ if all_members => members(metadata),
        (Some(names), _) => by_name(metadata, names)?,
        (None, Some(member)) => vec![member],
        (None, None) => default_members(metadata),
    };
    // A library at the root, or default members without a program, leave the choice to the others.
    let falls_back = wanted.is_none() && place.is_none() && !has_program(&packages);
    let packages = if falls_back { members(metadata) } else { packages };
    // A saved choice of binaries gives way to a package that is named now, or that the user stands in.
    let saved = workspace.bin.as_ref().filter(|_| flags.package.is_none() && place.is_none() && !all_members);
    let binaries = match flags.bin.as_ref().or(saved) {
        Some(names) => {
            for name in names {
                must_have_binary(metadata, &packages, name)?;
            }
            names.clone()
        }
        None => own_choice(all_settings, &packages)?,
    };
    if !has_program(&packages) {
        return Err(no_binary(metadata, &packages).into());
    }
    let repertoire = Repertoire::read(metadata, &packages, configuration, known)?;
    let mut left_out = match all_settings.excluded() {
        _ if !binaries.is_empty() => Vec::new(),
        Some(names) => excluded(&packages, &names)?,
        None if all_members => Vec::new(),
        None => repertoire.left_out(wanted.is_some() || place.is_some(), falls_back),
    };
    left_out.sort_by(|a, b| (&a.name, &a.package).cmp(&(&b.name, &b.package)));
    let is_chosen = |package: &str, name: &str| {
        let is_left_out = left_out.iter().any(|other| (other.name.as_str(), other.package.as_str()) == (name, package));
        !is_left_out && (binaries.is_empty() || binaries.iter().any(|binary| binary == name))
    };
    let default = repertoire.default(is_chosen);
    // A package without a binary next to others that have one is none of ours.
    let selected: Vec<&Package> = packages
        .iter()
        .copied()
        .filter(|package| binaries_of(package).any(|target| is_chosen(&package.name, &target.name)))
        .collect();
    if falls_back && selected.is_empty() {
        return Err(no_binary(metadata, &default_members(metadata)).into());
    }
    let lock_file = read_if_present(metadata.workspace_root.join("Cargo.lock").as_std_path())?.unwrap_or_default();
    let all = packages.iter().filter(|package| binaries_of(package).next().is_some()).count();
    Ok(Selected {
        packages: selected.iter().map(|package| package.name.to_string()).collect(),
        specs: selected.iter().map(|package| spec(&lock_file, package)).collect(),
        is_named: wanted.is_some() || all_members || falls_back || binaries.is_empty() && selected.len() < all,
        binaries,
        by_place: place.map(|package| package.name.to_string()),
        left_out,
        default,
    })
}

/// The members of a workspace; the method of the same kind compares each package with each member.
pub(super) fn members(metadata: &Metadata) -> Vec<&Package> {
    let ids: BTreeSet<&str> = metadata.workspace_members.iter().map(|id| id.repr.as_str()).collect();
    metadata.packages.iter().filter(|package| ids.contains(package.id.repr.as_str())).collect()
}

/// What `exclude` of the settings leaves out: binaries by their names or by their packages'.
fn excluded(packages: &[&Package], names: &[String]) -> Result<Vec<LeftOutBinary>> {
    let all = || packages.iter().flat_map(|package| binaries_of(package).map(move |target| (*package, target)));
    let is_named = |name: &String, package: &Package, target: &Target| {
        *name == target.name || name.as_str() == package.name.as_str()
    };
    for name in names {
        if !all().any(|(package, target)| is_named(name, package, target)) {
            let known = || all().flat_map(|(package, target)| [package.name.as_str(), target.name.as_str()]);
            return Err(Failure::new(format!("`exclude` names `{name}`, and no binary or package is called that"))
                .help_nearest(name, known(), || {
                    Some(format!("binaries are {}", quoted(all().map(|(_, target)| &target.name))))
                })
                .into());
        }
    }
    let left_out: Vec<LeftOutBinary> = all()
        .filter(|(package, target)| names.iter().any(|name| is_named(name, package, target)))
        .map(|(package, target)| LeftOutBinary {
            name: target.name.clone(),
            package: package.name.to_string(),
            because: WhyLeftOut::Excluded,
        })
        .collect();
    if left_out.len() == all().count() {
        return Err(Failure::new("`exclude` leaves no binary").help("take one of its names away").into());
    }
    Ok(left_out)
}

/// The package's name, with its version where another package of the lock file bears the same name.
/// <https://doc.rust-lang.org/cargo/reference/pkgid-spec.html>
fn spec(lock_file: &str, package: &Package) -> String {
    let name = format!("name = \"{}\"", package.name);
    let namesakes = lock_file.lines().filter(|line| **line == *name).count();
    if namesakes > 1 { format!("{}@{}", package.name, package.version) } else { package.name.to_string() }
}

fn by_name<'a>(metadata: &'a Metadata, names: &[String]) -> Result<Vec<&'a Package>> {
    let members = members(metadata);
    let known = || members.iter().map(|package| package.name.as_str());
    names
        .iter()
        .map(|name| {
            members.iter().copied().find(|package| package.name.as_str() == name).ok_or_else(|| {
                Failure::new(format!("there is no package `{name}` in this workspace"))
                    .help_nearest(name, known(), || Some(format!("members are {}", quoted(known()))))
                    .into()
            })
        })
        .collect()
}

/// The member other than the root package that the user stands in.
fn member_at<'a>(metadata: &'a Metadata, here: &Path) -> Option<&'a Package> {
    let root = metadata.workspace_root.as_std_path();
    let folder = |package: &Package| package.manifest_path.as_std_path().parent().unwrap_or(root).to_owned();
    members(metadata)
        .into_iter()
        .filter(|package| folder(package) != root && here.starts_with(folder(package)))
        .max_by_key(|package| folder(package).components().count())
}

fn default_members(metadata: &Metadata) -> Vec<&Package> {
    if metadata.workspace_default_members.is_available() {
        return metadata.workspace_default_packages();
    }
    metadata.root_package().map_or_else(|| members(metadata), |package| vec![package])
}

/// The binaries that the selected packages' own settings name; empty when none of them names any.
fn own_choice(all_settings: &AllSettings, packages: &[&Package]) -> Result<Vec<String>> {
    let choice =
        |package: &Package| all_settings.packages.get(package.name.as_str()).and_then(|settings| settings.bin.clone());
    if packages.iter().all(|package| choice(package).is_none()) {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for package in packages {
        match choice(package) {
            Some(own) => {
                for name in own {
                    must_have_binary_in(&[package], &name)?;
                    names.push(name);
                }
            }
            None => names.extend(binaries_of(package).map(|target| target.name.clone())),
        }
    }
    Ok(names)
}

pub(super) fn binaries_of(package: &Package) -> impl Iterator<Item = &Target> {
    package.targets.iter().filter(|target| target.is_bin())
}

fn must_have_binary_in(packages: &[&Package], name: &str) -> Result<(), Failure> {
    let known: Vec<&str> =
        packages.iter().flat_map(|package| binaries_of(package)).map(|target| target.name.as_str()).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let owners = quoted(packages.iter().map(|package| &package.name));
    Err(Failure::new(format!("there is no binary `{name}` in {owners}")).help_nearest(
        name,
        known.iter().copied(),
        || (!known.is_empty()).then(|| format!("binaries are {}", quoted(&known))),
    ))
}

fn must_have_binary(metadata: &Metadata, packages: &[&Package], name: &str) -> Result<(), Failure> {
    must_have_binary_in(packages, name).map_err(|failure| {
        let owner =
            members(metadata).into_iter().find(|package| binaries_of(package).any(|target| target.name == name));
        match owner {
            Some(owner) => {
                Failure::new(failure.to_string()).help(format!("it is in `{0}`: add `--package {0}`", owner.name))
            }
            None => failure,
        }
    })
}

fn has_program(packages: &[&Package]) -> bool {
    packages.iter().any(|package| binaries_of(package).next().is_some())
}

/// Every binary wants a feature that is off.
pub(super) fn all_skipped(skipped: &[SkippedBinary]) -> Failure {
    let names = quoted(skipped.iter().map(|binary| &binary.name));
    let features: Vec<&str> = skipped.iter().flat_map(|binary| &binary.required_features).map(String::as_str).collect();
    Failure::new(format!("no binary is built: {names} require features that are off"))
        .help(format!("enable them, as in `--features {}`", features.join(",")))
}

fn no_binary(metadata: &Metadata, packages: &[&Package]) -> Failure {
    let names = quoted(packages.iter().map(|package| &package.name));
    let (noun, verb) = if packages.len() == 1 { ("package", "has") } else { ("packages", "have") };
    let failure = Failure::new(format!("{noun} {names} {verb} no binary target"));
    let owners: Vec<String> = members(metadata)
        .into_iter()
        .filter(|package| binaries_of(package).next().is_some())
        .map(|package| package.name.to_string())
        .collect();
    if owners.is_empty() {
        return failure.help("an image needs a program to run; add `src/main.rs` or a [[bin]] to Cargo.toml");
    }
    failure.help(format!("choose one with `--package`; binaries are in {}", quoted(owners)))
}
