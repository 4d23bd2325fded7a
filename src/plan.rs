//! Decisions. Facts, settings and the catalogue enter, a [`Plan`] leaves: plain data that templates render, that
//! `--print plan` and `explain` show and that snapshots hold. Every decision carries its reason.

mod assets;
mod at_run_time;
mod basis;
mod build;
mod build_packages;
mod cache;
mod commands;
mod context;
mod delivery;
mod git_metadata;
mod healthcheck;
mod helpers;
mod images;
mod left_out;
mod linkers;
mod listening;
mod masking;
mod natives;
mod platforms;
mod program;
mod reasons;
mod registry;
mod runtime;
mod runtime_choice;
mod skeleton;
mod stages;
mod start;
mod stopping;
mod suite;
mod target;
mod threads;
mod toolchain;
mod volumes;
mod warnings;

use anyhow::Result;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::settings::{AllSettings, BuildSettings};
use crate::workspace::{LeftOutBinary, WhyLeftOut, Workspace};

use basis::Basis;
use natives::Natives;

pub(crate) use build::Build;
pub(crate) use commands::Lacked;
pub(crate) use context::{BuildContext, IgnoreGroup};
pub(crate) use delivery::Delivery;
pub(crate) use images::{Base, Image, Pair};
pub(crate) use listening::{Cure, lets_others_in};
pub(crate) use natives::NativeCrate;
pub(crate) use reasons::DebianPackage;
pub(crate) use runtime::Runtime;
pub(crate) use runtime_choice::{Choice, Template};
pub(crate) use skeleton::Skeleton;
pub(crate) use toolchain::Toolchain;
pub(crate) use warnings::Warning;

/// All decisions for one workspace. Templates see exactly these fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The command that makes the files again.
    pub(crate) command: String,
    /// Table of Cargo.toml that holds settings.
    pub(crate) settings_table: String,
    /// Template and runtime, with the reason of the choice.
    pub(crate) template: Template,
    /// What the builder gets to see.
    pub(crate) context: BuildContext,
    /// The stage that all others of the build start from.
    pub(crate) toolchain: Toolchain,
    /// What the dependency layer is made from.
    pub(crate) skeleton: Skeleton,
    /// The cargo call and what it leaves.
    pub(crate) build: Build,
    /// What every image begins with.
    pub(crate) base: Base,
    /// One image for each binary, the default one last.
    pub(crate) images: Vec<Image>,
    /// What others are told who build, start and push the images.
    pub(crate) delivery: Delivery,
    /// Binaries that get no image unless they are asked for.
    pub(crate) left_out: Vec<LeftOutBinary>,
    /// Those that a Dockerfile which was there left out, in lines of text: this one remembers them, since it takes that
    /// one's place.
    pub(crate) remembered: Vec<String>,
    /// Crates that need something from the system, and why they are built. Packages, variables and files name them.
    pub(crate) natives: Vec<NativeCrate>,
    /// What a user should know though it stops nothing.
    #[serde(serialize_with = "warnings::with_text")]
    pub(crate) warnings: Vec<Warning>,
}

/// What a plan is made from beside the facts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// Settings of the build as a whole.
    pub settings: &'a BuildSettings,
    /// Every layer of settings, for what concerns single binaries.
    pub all_settings: &'a AllSettings,
    /// The runtime that was chosen.
    pub choice: &'a Choice,
    /// The command that makes the files again.
    pub command: &'a str,
    /// Path of the Dockerfile, relative to the workspace root.
    pub dockerfile: &'a str,
    /// Whether a template of the user's own may change the sources before cargo sees them.
    pub changes_sources: bool,
}

/// The runtime to use, with its reason. A runtime that was asked for and cannot work is an error with the way out.
pub(crate) fn choose(
    workspace: &Workspace,
    settings: &BuildSettings,
    all_settings: &AllSettings,
    catalog: &Catalog,
) -> Result<Choice> {
    runtime_choice::choose(workspace, settings, all_settings, catalog)
}

fn remembered(workspace: &Workspace) -> Vec<String> {
    let by_dockerfile = |binary: &&LeftOutBinary| {
        matches!(binary.because, WhyLeftOut::NotInDockerfile { .. } | WhyLeftOut::LeftOutBefore { .. })
    };
    let mut lines: Vec<String> = Vec::new();
    for binary in workspace.left_out.iter().filter(by_dockerfile) {
        match lines.last_mut().filter(|line| line.len() + binary.name.len() < 100) {
            Some(line) => {
                line.push_str(", ");
                line.push_str(&binary.name);
            }
            None => lines.push(binary.name.clone()),
        }
    }
    lines
}

/// Decides everything else.
pub(crate) fn plan(workspace: &Workspace, catalog: &Catalog, request: Request) -> Result<Plan> {
    let Request { settings, all_settings, choice, command, dockerfile, changes_sources } = request;
    let suite = suite::suite(settings, choice.runtime, catalog)?;
    let platforms = platforms::asked_for(workspace, settings, choice.runtime, suite, catalog)?;
    let basis = Basis {
        workspace,
        catalog,
        settings,
        all_settings,
        runtime: choice.runtime,
        suite,
        natives: &Natives::find(workspace, catalog),
        names: &stages::names(workspace, &platforms),
        skeleton: &skeleton::skeleton(workspace),
        platforms: &platforms,
    };
    let mut images = images::images(&basis);
    for (binary, image) in workspace.binaries.iter().zip(&images) {
        healthcheck::must_have_port(basis.settings_of(binary).healthcheck.as_ref(), image)?;
    }
    let base = images::base(&basis, &mut images);
    let context = context::context(&basis, &images);
    let toolchain = toolchain::toolchain(&basis)?;
    Ok(Plan {
        command: command.to_owned(),
        settings_table: format!("{}.metadata.dockerize", all_settings.saved_in.key()),
        template: Template {
            name: settings.template.clone().unwrap_or_else(|| choice.runtime.to_string()),
            runtime: choice.runtime,
            reason: choice.reason.clone(),
            alternatives: choice.alternatives.clone(),
        },
        skeleton: basis.skeleton.clone(),
        build: build::build(&basis, &images, changes_sources)?,
        natives: basis.natives.explained(catalog),
        warnings: warnings::warnings(&basis, &images, &context, &toolchain),
        toolchain,
        delivery: delivery::delivery(&basis, &images, (command, dockerfile)),
        left_out: workspace.left_out.clone(),
        remembered: remembered(workspace),
        context,
        base,
        images,
    })
}
