//! The build itself: the skeleton that the dependency layer is made from, and the one cargo call.

use anyhow::Result;
use serde::Serialize;

use super::basis::Basis;
use super::cache::{self, BuildCache};
use super::images::Image;
use super::{git_metadata, registry, target};
use crate::context_path::ContextPath;
use crate::error::Failure;
use crate::settings::Builder;
use crate::workspace::{LocalPackage, Workspace};

/// What the skeleton stage has to treat in its own way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skeleton {
    /// Crate roots outside cargo's conventional places.
    pub roots: Vec<ContextPath>,
    /// Folders that are copied whole: vendored crates, and those in `patched`.
    pub whole: Vec<ContextPath>,
    /// Folders of local crates that stand in for published ones, so that crates from elsewhere are built against them.
    pub patched: Vec<ContextPath>,
    /// Names of these crates: they keep their versions.
    pub keeps: Vec<String>,
}

/// The cargo call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "templates ask questions of yes or no")]
pub struct Build {
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
    /// Variable that strips the binaries; `None` where the profile decides.
    pub strip: Option<String>,
    /// Binaries and the stages they go to.
    pub binaries: Vec<BuiltBinary>,
    /// Whether git's metadata is there for crates that put the commit into the program.
    pub has_git: bool,
    /// Whether they are static, so that there is no library to look for.
    pub is_static: bool,
    /// Whether some program opens libraries by itself.
    pub opens_libraries: bool,
    /// Whether some program gets files from the build stage beside its libraries.
    pub copies_files: bool,
}

/// A finished binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuiltBinary {
    /// Name of the file.
    pub name: String,
    /// Where cargo leaves it, relative to the workspace root, fit for the shell.
    pub path: String,
    /// Stage that ships it.
    pub stage: String,
}

pub(super) fn skeleton(workspace: &Workspace) -> Skeleton {
    let (patched, rest): (Vec<&LocalPackage>, Vec<&LocalPackage>) =
        workspace.packages.iter().partition(|package| package.is_patch);
    let folders: Vec<ContextPath> =
        patched.iter().filter(|package| package.is_built).map(|package| package.folder.clone()).collect();
    Skeleton {
        roots: rest
            .iter()
            .filter(|package| package.is_built)
            .flat_map(|package| package.unusual_roots.clone())
            .collect(),
        whole: folders.iter().chain(&workspace.origins.folders).cloned().collect(),
        patched: folders,
        keeps: patched.iter().map(|package| package.name.clone()).collect(),
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
    let target = target::target_triple(basis);
    if let Some(target) = &target {
        flags.push(format!("--target {}", target::in_shell(target)));
    }
    flags.extend(selection.packages.iter().map(|package| format!("--package {}", target::in_shell(package))));
    flags.extend(workspace.binaries.iter().map(|binary| format!("--bin {}", target::in_shell(&binary.name))));
    if selection.all_features {
        flags.push("--all-features".to_owned());
    }
    if selection.no_default_features {
        flags.push("--no-default-features".to_owned());
    }
    if !selection.features.is_empty() {
        flags.push(format!("--features {}", target::in_shell(&selection.features.join(","))));
    }
    let mut binaries = Vec::new();
    for (binary, stage) in workspace.binaries.iter().zip(basis.names.stages()) {
        if binaries.iter().any(|other: &BuiltBinary| other.name == binary.name) {
            return Err(Failure::new(format!("two packages have a binary `{}`", binary.name))
                .help("cargo builds both into one file; choose one with `--package`")
                .into());
        }
        let below_target = target.as_ref().map(|target| format!("{target}/")).unwrap_or_default();
        let path = target::in_shell(&format!("target/{below_target}{}/{}", profile.folder(), binary.name));
        binaries.push(BuiltBinary { name: binary.name.clone(), path, stage: stage.to_owned() });
    }
    let (mounts, docker_flags) = registry::access(&workspace.origins);
    Ok(Build {
        flags,
        cache: cache::cache(basis),
        command: if builder == Some(Builder::Podman) { "podman build" } else { "docker build" }.to_owned(),
        binds_context: builder == Some(Builder::Buildkit) && !changes_sources,
        mounts,
        docker_flags,
        strip: (!profile.decides_strip)
            .then(|| format!("CARGO_PROFILE_{}_STRIP", profile.name.to_uppercase().replace('-', "_"))),
        binaries,
        has_git: !git_metadata::readers(basis).is_empty(),
        is_static: target::is_musl(basis),
        opens_libraries: images.iter().any(|image| !image.opens.is_empty()),
        copies_files: images.iter().any(|image| !image.files.is_empty()),
    })
}
