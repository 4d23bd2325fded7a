//! Decisions. Facts, settings and the catalogue enter, a [`Plan`] leaves: plain data that templates render, that
//! `--print plan` and `explain` show and that snapshots hold. Every decision carries its reason.

mod at_run_time;
mod build;
mod cache;
mod context;
mod natives;
mod needs;
mod runtime;
mod stages;
mod template;
mod toolchain;
mod warnings;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde::Serialize;

use crate::catalog::{Catalog, Suite};
use crate::settings::{Layers, Settings};
use crate::workspace::{Binary, Workspace};

use natives::{Found, Natives};
use stages::StageNames;

pub use at_run_time::{AtRunTime, Candidate};
pub use build::{Build, Skeleton};
pub use cache::{Cache, Effect};
pub use context::{BuildContext, IgnoreGroup};
pub use natives::{Link, NativeCrate};
pub use needs::{Package, Variable};
pub use runtime::{Asset, Image, Library, RuntimeFile};
pub use template::{Alternative, Choice, Runtime, Template};
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
    pub settings: &'a Settings,
    /// All layers, for what concerns single binaries.
    pub layers: &'a Layers,
    /// The runtime that was chosen.
    pub choice: &'a Choice,
    /// The command that makes the files again.
    pub command: &'a str,
    /// Whether a template of the user's own may change the sources before cargo sees them.
    pub changes_sources: bool,
}

/// Everything that the decisions after the first one, the runtime, are made from.
#[derive(Clone, Copy)]
struct Facts<'a> {
    workspace: &'a Workspace,
    catalog: &'a Catalog,
    settings: &'a Settings,
    layers: &'a Layers,
    runtime: Runtime,
    suite: &'a Suite,
    natives: &'a Natives<'a>,
    names: &'a StageNames,
}

impl Facts<'_> {
    /// The settings of one binary.
    fn settings_of(&self, binary: &Binary) -> Settings {
        self.layers.binary(&binary.package, &binary.name)
    }

    /// Whether the settings say that a crate needs nothing more than is there.
    fn is_known(&self, found: &Found) -> bool {
        self.layers.knows(found.binary, &found.krate.name)
    }
}

/// The runtime to use, with its reason. An explicit wish that cannot work is an error with the way out.
pub fn choose(workspace: &Workspace, settings: &Settings, layers: &Layers, catalog: &Catalog) -> Result<Choice> {
    template::choose(workspace, settings, layers, catalog)
}

/// Decides everything else.
pub fn plan(workspace: &Workspace, catalog: &Catalog, request: Request) -> Result<Plan> {
    let Request { settings, layers, choice, command, changes_sources } = request;
    let facts = Facts {
        workspace,
        catalog,
        settings,
        layers,
        runtime: choice.runtime,
        suite: toolchain::suite(settings, choice.runtime, catalog)?,
        natives: &Natives::find(workspace, catalog),
        names: &stages::names(workspace),
    };
    let images = runtime::images(&facts);
    Ok(Plan {
        command: command.to_owned(),
        settings_table: format!("{}.metadata.dockerize", layers.saved_in.key()),
        template: Template {
            name: settings.template.clone().unwrap_or_else(|| choice.runtime.to_string()),
            runtime: choice.runtime,
            reason: choice.reason.clone(),
            alternatives: choice.alternatives.clone(),
        },
        context: context::context(&facts),
        toolchain: toolchain::toolchain(&facts)?,
        skeleton: build::skeleton(workspace),
        build: build::build(&facts, &images, changes_sources)?,
        natives: facts.natives.explained(catalog),
        warnings: warnings::warnings(&facts, &images),
        images,
    })
}

/// Reasons by the thing that they are for, so that each thing is named once.
type Reasons = BTreeMap<String, BTreeSet<String>>;
