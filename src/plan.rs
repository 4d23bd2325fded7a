//! Decisions. Facts, settings and the catalogue enter, a [`Plan`] leaves: plain data that templates render, that
//! `--print plan` and `explain` show and that snapshots hold. Every decision carries its reason.

mod assets;
mod at_run_time;
mod basis;
mod build;
mod build_packages;
mod cache;
mod context;
mod git_metadata;
mod images;
mod masking;
mod natives;
mod reasons;
mod registry;
mod runtime;
mod runtime_choice;
mod skeleton;
mod stages;
mod suite;
mod target;
mod toolchain;
mod warnings;

use anyhow::Result;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::settings::{AllSettings, BuildSettings};
use crate::workspace::Workspace;

use basis::Basis;
use natives::Natives;

pub use assets::Asset;
pub use at_run_time::{AtRunTime, Candidate};
pub use build::Build;
pub use cache::{BuildCache, Effect};
pub use context::{BuildContext, IgnoreGroup};
pub use images::{Base, Image, Library, RuntimeFile};
pub use masking::Masking;
pub use natives::{Link, NativeCrate};
pub use reasons::{DebianPackage, Variable};
pub use runtime::Runtime;
pub use runtime_choice::{Alternative, Choice, Template};
pub use skeleton::Skeleton;
pub use toolchain::Toolchain;

/// All decisions for one workspace. Templates see exactly these fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The command that makes the files again.
    pub command: String,
    /// Table of Cargo.toml that holds settings.
    pub settings_table: String,
    /// Template and runtime, with the reason of the choice.
    pub template: Template,
    /// What the builder gets to see.
    pub context: BuildContext,
    /// The stage that all others of the build start from.
    pub toolchain: Toolchain,
    /// What the dependency layer is made from.
    pub skeleton: Skeleton,
    /// The cargo call and what it leaves.
    pub build: Build,
    /// Number of the user, and of its group, that programs run as unless settings name another one.
    pub nonroot: u32,
    /// What every image begins with.
    pub base: Base,
    /// One image for each binary, the default one last.
    pub images: Vec<Image>,
    /// Crates that need something from the system, and why they are built. Packages, variables and files name them.
    pub natives: Vec<NativeCrate>,
    /// What a user should know: binaries left out, crates and linkers that nobody knows.
    pub warnings: Vec<String>,
}

/// What a plan is made from beside the facts.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Settings of the build as a whole.
    pub settings: &'a BuildSettings,
    /// Every layer of settings, for what concerns single binaries.
    pub all_settings: &'a AllSettings,
    /// The runtime that was chosen.
    pub choice: &'a Choice,
    /// The command that makes the files again.
    pub command: &'a str,
    /// Whether a template of the user's own may change the sources before cargo sees them.
    pub changes_sources: bool,
}

/// The runtime to use, with its reason. An explicit wish that cannot work is an error with the way out.
pub fn choose(
    workspace: &Workspace,
    settings: &BuildSettings,
    all_settings: &AllSettings,
    catalog: &Catalog,
) -> Result<Choice> {
    runtime_choice::choose(workspace, settings, all_settings, catalog)
}

/// Decides everything else.
pub fn plan(workspace: &Workspace, catalog: &Catalog, request: Request) -> Result<Plan> {
    let Request { settings, all_settings, choice, command, changes_sources } = request;
    let basis = Basis {
        workspace,
        catalog,
        settings,
        all_settings,
        runtime: choice.runtime,
        suite: suite::suite(settings, choice.runtime, catalog)?,
        natives: &Natives::find(workspace, catalog),
        names: &stages::names(workspace),
    };
    let mut images = images::images(&basis);
    let base = images::base(&basis, &mut images);
    Ok(Plan {
        command: command.to_owned(),
        settings_table: format!("{}.metadata.dockerize", all_settings.saved_in.key()),
        template: Template {
            name: settings.template.clone().unwrap_or_else(|| choice.runtime.to_string()),
            runtime: choice.runtime,
            reason: choice.reason.clone(),
            alternatives: choice.alternatives.clone(),
        },
        context: context::context(&basis),
        toolchain: toolchain::toolchain(&basis)?,
        skeleton: skeleton::skeleton(&basis),
        build: build::build(&basis, &images, changes_sources)?,
        natives: basis.natives.explained(catalog),
        warnings: warnings::warnings(&basis, &images),
        nonroot: images::NONROOT,
        base,
        images,
    })
}
