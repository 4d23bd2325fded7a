//! Which warnings hold: facts and decisions enter, each warning leaves once, in its fixed order.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::super::basis::Basis;
use super::super::context::{self, BuildContext};
use super::super::images::Image;
use super::super::left_out::{self, LeftOut};
use super::super::linkers;
use super::super::natives::NativeUse;
use super::super::platforms;
use super::super::runtime::Runtime;
use super::super::target;
use super::super::toolchain::Toolchain;
use super::{Supply, UnknownNative, Warning};
use crate::workspace::Binary;

pub(in crate::plan) fn warnings(
    basis: &Basis,
    images: &[Image],
    context: &BuildContext,
    toolchain: &Toolchain,
) -> Vec<Warning> {
    let mut warnings = BTreeSet::new();
    warnings.extend(skipped_binaries(basis));
    warnings.extend(unread_sources(basis));
    warnings.extend(unknown_linkers(basis));
    warnings.extend(unknown_programs(basis));
    warnings.extend(linkers::wants_builders_processor(basis).then_some(Warning::BuildersProcessor));
    warnings.extend(one_architecture(basis));
    warnings.extend(emulated_steps(basis));
    warnings.extend(nameless_registries(basis));
    warnings.extend(unknown_natives(basis));
    warnings.extend(missing_data(basis));
    warnings.extend(baked_folders(images));
    warnings.extend(unnamed_inputs(basis, context));
    warnings.extend(withheld_files(basis));
    warnings.extend(outside_context(basis));
    warnings.extend(missing_folders(basis));
    warnings.extend(front_ends(basis));
    warnings.extend(unreachable(basis, images));
    warnings.extend(old_resolver(basis, toolchain));
    warnings.extend(basis.workspace.ignores_lock_file.then_some(Warning::IgnoredLockFile));
    warnings.extend(local_toolchain(basis, toolchain));
    warnings.extend(needs_nightly(basis, toolchain));
    let empty = basis.workspace.packages.iter().flat_map(|package| &package.empty_submodules);
    let paths: Vec<_> = empty.take(SHOWN).cloned().collect();
    warnings.extend((!paths.is_empty()).then_some(Warning::EmptySubmodules { paths }));
    warnings.into_iter().collect()
}

fn settings_table(basis: &Basis) -> String {
    format!("{}.metadata.dockerize", basis.all_settings.saved_in.key())
}

/// Unstable features, which stable and beta compilers refuse.
fn needs_nightly(basis: &Basis, toolchain: &Toolchain) -> Option<Warning> {
    let said = basis.workspace.unstable.clone()?;
    let is_nightly = toolchain.version.starts_with("nightly");
    let bootstraps = toolchain.env.iter().any(|variable| variable.name == "RUSTC_BOOTSTRAP");
    (!is_nightly && !bootstraps).then(|| Warning::NeedsNightly { said, version: toolchain.version.clone() })
}

/// Front ends by the tables of manifests that describe them, where a crate of theirs is built in.
fn front_ends(basis: &Basis) -> impl Iterator<Item = Warning> {
    let known = &basis.catalog.in_service.front_end;
    let manifests = || {
        let of_packages = basis.workspace.packages.iter().filter(|package| package.is_built);
        of_packages.map(|package| &package.manifest).chain([&basis.workspace.manifest])
    };
    known.iter().filter_map(move |one| {
        let is_used =
            basis.workspace.binaries.iter().any(|binary| binary.crates.iter().any(|krate| krate.name == one.name));
        let table = |text: &String| {
            let mut headers = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'));
            headers
                .find(|header| header.trim_end_matches(']').ends_with(&one.table))
                .map(|header| format!("[{header}]"))
        };
        let table = manifests().find_map(table).filter(|_| is_used)?;
        Some(Warning::FrontEnd { table, tool: one.tool.clone() })
    })
}

fn skipped_binaries(basis: &Basis) -> impl Iterator<Item = Warning> {
    basis.workspace.skipped.iter().map(|binary| Warning::SkippedBinary {
        binary: binary.name.clone(),
        features: binary.required_features.clone(),
    })
}

fn unread_sources(basis: &Basis) -> impl Iterator<Item = Warning> {
    basis.workspace.packages.iter().flat_map(|package| {
        package
            .unread
            .iter()
            .map(|reason| Warning::UnreadSource { package: package.name.clone(), reason: reason.clone() })
    })
}

fn unknown_linkers(basis: &Basis) -> impl Iterator<Item = Warning> {
    linkers::linkers(basis)
        .into_iter()
        .filter(|linker| basis.catalog.images.program(&linker.program).is_none())
        .map(|linker| Warning::UnknownLinker { program: linker.program, named_by: linker.named_by.to_owned() })
}

fn unknown_programs(basis: &Basis) -> impl Iterator<Item = Warning> {
    let crates =
        basis.workspace.binaries.iter().flat_map(|binary| binary.crates.iter().map(move |krate| (binary, krate)));
    crates.filter(|(binary, krate)| !basis.all_settings.knows(binary, &krate.name)).flat_map(|(_, krate)| {
        let programs = krate.evidence.unknown_programs.iter();
        programs.map(|program| Warning::UnknownProgram { package: krate.name.clone(), program: program.clone() })
    })
}

/// A named target that the toolchain of another architecture has no linker for, or whose libraries it cannot ask for.
fn one_architecture(basis: &Basis) -> Option<Warning> {
    let selection = &basis.workspace.selection;
    let named_by = selection.target_named_by.clone()?;
    let platform = target::platform(&selection.target).filter(|_| basis.platforms.is_empty())?;
    let links = target::is_musl(basis)
        && basis.workspace.config.targets.get(&selection.target).is_some_and(linkers::names_linker);
    let warning =
        Warning::OneArchitecture { target: selection.target.clone(), named_by, platform: platform.to_owned() };
    (!links).then_some(warning)
}

/// A slim image adds a user and packages; the others are made of files that the toolchain prepares.
fn emulated_steps(basis: &Basis) -> Option<Warning> {
    let platforms = platforms::names(basis);
    let is_emulated = basis.runtime == Runtime::Slim && !platforms.is_empty();
    is_emulated.then_some(Warning::EmulatedSteps { platforms })
}

fn nameless_registries(basis: &Basis) -> impl Iterator<Item = Warning> {
    let nameless = basis.workspace.origins.registries.iter().filter(|registry| registry.name.is_none());
    nameless.map(|registry| Warning::NamelessRegistry { index: registry.index.clone() })
}

fn unknown_natives(basis: &Basis) -> Option<Warning> {
    let mut seen = BTreeSet::new();
    let crates: Vec<UnknownNative> = basis
        .natives
        .all()
        .filter(|found| {
            found.is_fork
                || found.row.is_none() && !found.only_runs_programs() && !found.only_compiles_its_own(basis.catalog)
        })
        .filter(|found| !basis.is_known(found) && seen.insert(&found.krate.name))
        .map(|found| unknown_native(found, basis))
        .collect();
    (!crates.is_empty()).then(|| Warning::UnknownNatives { crates, settings_table: settings_table(basis) })
}

fn unknown_native(found: &NativeUse, basis: &Basis) -> UnknownNative {
    if let Some((native, variant)) = found.row {
        let supply = |package: &String| Supply { package: package.clone(), name: native.name().to_owned() };
        return UnknownNative {
            name: found.krate.name.clone(),
            chain: found.chain().into_iter().map(str::to_owned).collect(),
            signs: format!("looks like a fork of {}", native.name()),
            gets: variant.build.of(&basis.suite.name).iter().map(supply).collect(),
        };
    }
    let guesses = found.guesses(basis.catalog).into_iter();
    UnknownNative {
        name: found.krate.name.clone(),
        chain: found.chain().into_iter().map(str::to_owned).collect(),
        signs: found.signs(basis.catalog),
        gets: guesses.map(|guess| Supply { package: guess.package.to_owned(), name: guess.name.to_owned() }).collect(),
    }
}

/// Things beside libraries that the image will lack.
fn missing_data(basis: &Basis) -> Vec<Warning> {
    let data = basis.workspace.binaries.iter().flat_map(|binary| basis.natives.data(binary, basis.catalog));
    data.filter(|(_, found)| !basis.is_known(found))
        .filter_map(|(data, found)| {
            let (krate, what) = (found.krate.name.clone(), data.what.clone());
            if data.from_user {
                Some(Warning::DataFromUser { krate, data: what })
            } else if data.wants_packages() && basis.runtime != Runtime::Slim {
                Some(Warning::MissingData { krate, data: what, runtime: basis.runtime })
            } else {
                None
            }
        })
        .collect()
}

/// A program that looks for files where it was built finds nothing there.
fn baked_folders(images: &[Image]) -> impl Iterator<Item = Warning> {
    let mut places: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for image in images {
        if let Some(said) = &image.at_run_time.bakes_folder {
            let folder = said.what.below(context::TOP);
            places.entry((said.place.to_string(), folder)).or_default().push(image.binary.clone());
        }
    }
    places.into_iter().map(|((place, folder), binaries)| Warning::BakedFolder { binaries, place, folder })
}

fn unreachable(basis: &Basis, images: &[Image]) -> impl Iterator<Item = Warning> {
    let mut found: BTreeMap<(String, String, Option<String>), Vec<String>> = BTreeMap::new();
    for image in images {
        if let Some(said) = &image.at_run_time.listening.unreachable {
            let binary = (images.len() > 1).then_some(image.binary.as_str());
            let cure = said.cure.as_ref().map(|cure| cure.setting(binary));
            let key = (said.address.to_string(), said.place.to_string(), cure);
            found.entry(key).or_default().push(image.binary.clone());
        }
    }
    let settings_table = settings_table(basis);
    found.into_iter().map(move |((address, place, cure), binaries)| Warning::Unreachable {
        binaries,
        address,
        place,
        cure,
        settings_table: settings_table.clone(),
    })
}

/// The first Rust whose musl asks by TCP for what does not fit into an answer by UDP: 1.2.5.
/// <https://blog.rust-lang.org/2025/12/05/Updating-musl-1.2.5>
const ASKS_BY_TCP: Version = Version::new(1, 93, 0);

fn old_resolver(basis: &Basis, toolchain: &Toolchain) -> Option<Warning> {
    let version = toolchain.version.split('.').filter_map(|part| part.parse().ok()).chain([0, 0, 0]);
    let [major, minor, patch] = version.take(3).collect::<Vec<u64>>().try_into().ok()?;
    let is_old = major > 0 && Version::new(major, minor, patch) < ASKS_BY_TCP;
    let looks_up = |binary: &&Binary| {
        basis.program(binary).crates().any(|krate| basis.catalog.in_service.looks_up_names(&krate.name))
    };
    let binaries: Vec<String> =
        basis.workspace.binaries.iter().filter(looks_up).map(|binary| binary.name.clone()).collect();
    (is_old && target::is_musl(basis) && !binaries.is_empty())
        .then(|| Warning::OldResolver { binaries, version: toolchain.version.clone() })
}

/// Files that only rustc's record knows of.
fn unnamed_inputs(basis: &Basis, context: &BuildContext) -> Option<Warning> {
    let LeftOut { files, input } = left_out::left_out(basis.workspace, context)?;
    Some(Warning::UnnamedInputs { files, input, settings_table: settings_table(basis) })
}

fn outside_context(basis: &Basis) -> impl Iterator<Item = Warning> {
    let outside = basis.workspace.packages.iter().flat_map(|package| &package.outside);
    outside.map(|said| Warning::OutsideContext {
        path: said.what.clone(),
        place: said.place.to_string(),
        settings_table: settings_table(basis),
    })
}

fn missing_folders(basis: &Basis) -> impl Iterator<Item = Warning> {
    let missing = basis.workspace.packages.iter().flat_map(|package| &package.missing);
    missing.map(|said| Warning::MissingFolder { path: said.what.clone(), place: said.place.to_string() })
}

/// Secrets, by their names, in folders that the settings name or that travel whole.
fn withheld_files(basis: &Basis) -> Option<Warning> {
    let of_packages = basis.workspace.packages.iter().flat_map(|package| &package.withheld);
    let files: BTreeSet<_> = basis.workspace.withheld.iter().chain(of_packages).collect();
    let files: Vec<_> = files.into_iter().take(SHOWN).cloned().collect();
    (!files.is_empty()).then(|| Warning::WithheldFiles { files, settings_table: settings_table(basis) })
}

/// As many files as a warning can hold.
const SHOWN: usize = 3;

fn local_toolchain(basis: &Basis, toolchain: &Toolchain) -> Option<Warning> {
    let file = basis.workspace.toolchain.as_ref().filter(|file| file.path.is_some())?;
    Some(Warning::LocalToolchain { file: file.file.clone(), version: toolchain.version.clone() })
}

#[cfg(test)]
mod tests;
