//! The build itself: facts, settings and images enter; the one cargo call, its mounts and what it leaves leave.

use anyhow::Result;
use serde::Serialize;

use super::basis::Basis;
use super::cache::{self, BuildCache};
use super::images::Image;
use super::platforms::{self, TRIPLET};
use super::runtime::Runtime;
use super::{context, git_metadata, linkers, registry, target};
use crate::error::Failure;
use crate::settings::Builder;
use crate::workspace::OwnLibrary;

/// The cargo call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "templates ask questions of yes or no")]
pub(crate) struct Build {
    /// The command whose `build` makes the programs.
    pub cargo: String,
    /// Flags of `cargo build`, each already fit for the shell.
    pub flags: Vec<String>,
    /// How builds share work.
    pub cache: BuildCache,
    /// The command that builds the image, without its flags.
    pub command: String,
    /// Whether steps read the sources where the builder has them, and no copy.
    pub binds_context: bool,
    /// Mounts of the steps that download crates, beside the caches.
    pub mounts: Vec<String>,
    /// Flags that the command needs for them.
    pub docker_flags: Vec<String>,
    /// The flag that builds for all platforms, where there are several.
    pub all_platforms: Option<String>,
    /// Whether symbols are stripped from the binaries: the profile does not say.
    pub strips: bool,
    /// What the names of binutils begin with, where those of the builder do not do.
    pub binutils: String,
    /// Whether the sources have a stage of their own, for what is made of them before they are built.
    pub has_sources_stage: bool,
    /// The option that makes `cp` leave alone what is there already.
    pub copies_missing: String,
    /// Binaries and the stages they go to.
    pub binaries: Vec<BuiltBinary>,
    /// Whether git's metadata is there for crates that put the commit into the program.
    pub has_git: bool,
    /// Whether they are static, so that there is no library to look for.
    pub is_static: bool,
    /// Whether there are several programs and one step can look for the libraries of all.
    pub checks_libraries_together: bool,
}

/// A finished binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BuiltBinary {
    /// Name of the file.
    pub name: String,
    /// Where cargo leaves it, fit for the shell.
    pub path: String,
    /// Stage that ships it.
    pub stage: String,
    /// Where its debug information goes, where it is kept, and the stage that has it.
    pub debug_file: Option<String>,
    /// See `debug_file`.
    pub debug_stage: Option<String>,
    /// Shared libraries of the workspace that go with it, each with the folder that it goes to.
    pub libraries: Vec<BuiltLibrary>,
}

/// A shared library that cargo makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BuiltLibrary {
    /// Where cargo leaves it, fit for the shell; several where others come along.
    pub paths: String,
    /// The folder for it, fit for the shell.
    pub folder: String,
}

/// The standard library as a shared one, fit for the shell.
const STANDARD_LIBRARY: &str = "\"$(rustc --print target-libdir)\"/libstd-*.so";

/// The folder of the system's libraries.
fn system_folder(basis: &Basis) -> String {
    format!("/usr/lib/{}", target::triplet(basis))
}

/// The folder of libraries that the program links: with the system's, where the step that looks for libraries finds them.
fn linked_folder(stage: &str, basis: &Basis) -> String {
    let system = system_folder(basis);
    target::in_shell(&match basis.runtime {
        Runtime::Slim => format!("/out/{stage}{system}"),
        _ => system,
    })
}

/// A library that is opened lies where the source looks for it.
fn built_library(library: &OwnLibrary, made: &str, stage: &str, basis: &Basis) -> BuiltLibrary {
    let path = target::in_shell(&format!("{made}/{}", library.file()));
    let image = format!("/out/{stage}");
    match &library.opened_as {
        // The standard library is shared with it.
        None => BuiltLibrary { paths: format!("{path} {STANDARD_LIBRARY}"), folder: linked_folder(stage, basis) },
        Some(said) => {
            let folder = said.what.rsplit_once('/').map(|(folder, _)| folder.trim_start_matches("./"));
            let folder = match folder {
                None => format!("{image}{}", system_folder(basis)),
                Some(folder) if folder.starts_with('/') => format!("{image}{folder}"),
                Some(folder) => format!("{image}{}/{folder}", context::TOP),
            };
            BuiltLibrary { paths: path, folder: target::in_shell(&folder) }
        }
    }
}

pub(super) fn build(basis: &Basis, images: &[Image], changes_sources: bool) -> Result<Build> {
    let workspace = basis.workspace;
    let selection = &workspace.selection;
    let profile = &workspace.profile;
    let builder = basis.settings.builder;
    let mut flags = vec![match profile.name.as_str() {
        "release" => "--release".to_owned(),
        name => format!("--profile {name}"),
    }];
    let keeps_symbols = basis.settings.debug_symbols == Some(true);
    if keeps_symbols {
        let profile = &profile.name;
        flags.push(target::in_shell(&format!("--config=profile.{profile}.debug='line-tables-only'")));
        flags.push(target::in_shell(&format!("--config=profile.{profile}.strip=false")));
    }
    let target = target::target_triple(basis);
    // Where there are several, each platform's variables name the target.
    if let Some(target) = target.as_ref().filter(|_| basis.platforms.is_empty()) {
        flags.push(format!("--target {}", target::in_shell(target)));
    }
    flags.extend(selection.packages.iter().map(|package| format!("--package {}", target::in_shell(package))));
    flags.extend(workspace.binaries.iter().map(|binary| format!("--bin {}", target::in_shell(&binary.name))));
    if selection.with_libraries {
        flags.push("--lib".to_owned());
    }
    if selection.all_features {
        flags.push("--all-features".to_owned());
    }
    if selection.no_default_features {
        flags.push("--no-default-features".to_owned());
    }
    if !selection.features.is_empty() {
        flags.push(format!("--features {}", target::in_shell(&selection.features.join(","))));
    }
    let cache = cache::cache(basis);
    let target_folder = cache::target_folder(basis, cache.mounts);
    let prefers_dynamic = linkers::prefers_dynamic(basis);
    let mut binaries = Vec::new();
    let stages: Vec<&str> = basis.names.stages().collect();
    for (binary, stage) in workspace.binaries.iter().zip(stages.iter().copied()) {
        if binaries.iter().any(|other: &BuiltBinary| other.name == binary.name) {
            return Err(Failure::new(format!("two packages have a binary `{}`", binary.name))
                .help("cargo builds both into one file; choose one with `--package`")
                .into());
        }
        let below_target = target.as_ref().map(|target| format!("{target}/")).unwrap_or_default();
        let path = target::in_shell(&format!("{target_folder}/{below_target}{}/{}", profile.folder(), binary.name));
        let made = format!("{target_folder}/{below_target}{}/deps", profile.folder());
        let mut libraries: Vec<BuiltLibrary> =
            binary.libraries.iter().map(|library| built_library(library, &made, stage, basis)).collect();
        // One that the program links brings it along.
        if prefers_dynamic && binary.libraries.iter().all(|library| library.opened_as.is_some()) {
            let paths = STANDARD_LIBRARY.to_owned();
            libraries.push(BuiltLibrary { paths, folder: linked_folder(stage, basis) });
        }
        let debug_stage = || {
            let names = std::iter::once(format!("{stage}-debug")).chain((2..).map(|n| format!("{stage}-debug-{n}")));
            names.into_iter().find(|name| !stages.contains(&name.as_str()))
        };
        binaries.push(BuiltBinary {
            name: binary.name.clone(),
            path,
            stage: stage.to_owned(),
            debug_file: keeps_symbols.then(|| format!("/debug/{stage}/{}.debug", binary.name)),
            debug_stage: keeps_symbols.then(debug_stage).flatten(),
            libraries,
        });
    }
    let (mounts, mut docker_flags) = registry::access(&workspace.origins);
    let names = platforms::names(basis);
    let platform_flag = format!("--platform {}", names.join(","));
    if names.len() == 1 {
        docker_flags.push(platform_flag.clone());
    }
    Ok(Build {
        cargo: if basis.settings.auditable == Some(true) { "cargo auditable" } else { "cargo" }.to_owned(),
        flags,
        has_sources_stage: cache.layer || cache.mounts,
        copies_missing: basis.suite.copy_missing.clone(),
        cache,
        command: if builder == Some(Builder::Podman) { "podman build" } else { "docker build" }.to_owned(),
        binds_context: builder == Some(Builder::Buildkit) && !changes_sources,
        mounts,
        docker_flags,
        all_platforms: (names.len() > 1).then_some(platform_flag),
        strips: !profile.decides_strip || keeps_symbols,
        binutils: if basis.platforms.is_empty() { String::new() } else { format!("\"{TRIPLET}\"-") },
        binaries,
        has_git: !git_metadata::readers(basis).is_empty(),
        is_static: target::is_musl(basis),
        checks_libraries_together: images.len() > 1 && images.iter().all(|image| image.opened_libraries.is_empty()),
    })
}
