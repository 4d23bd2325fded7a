//! Decisions. Facts, settings and the catalogue enter, a [`Plan`] leaves: plain data that templates render, that
//! `--print plan` shows and that snapshots hold. Every decision carries its reason.

mod build;
mod context;
mod natives;
mod runtime;
mod stages;
mod template;
mod toolchain;

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::settings::{Layers, Settings};
use crate::workspace::Workspace;

pub use build::{Build, Skeleton};
pub use context::{BuildContext, IgnoreGroup};
pub use runtime::{Asset, Image};
pub use template::{Runtime, Template};
pub use toolchain::{Package, Toolchain, Variable};

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
    /// What a user should know: binaries left out, linkers that nobody knows.
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
    pub runtime: Runtime,
    /// Why.
    pub reason: &'a str,
    /// The command that makes the files again.
    pub command: &'a str,
}

/// The runtime to use, with its reason. An explicit wish that cannot work is an error with the way out.
pub fn choose(
    workspace: &Workspace,
    settings: &Settings,
    layers: &Layers,
    catalog: &Catalog,
) -> Result<(Runtime, String)> {
    template::choose(workspace, settings, layers, catalog)
}

/// Decides everything else.
pub fn plan(workspace: &Workspace, catalog: &Catalog, request: Request) -> Result<Plan> {
    let suite = toolchain::suite(request.settings, request.runtime, catalog)?;
    let natives = natives::Natives::find(workspace, catalog);
    let mut warnings = Vec::new();
    for binary in &workspace.skipped {
        warnings.push(format!(
            "binary `{}` is left out: it requires {}; add `--features {}`",
            binary.name,
            crate::error::quoted(&binary.required_features),
            binary.required_features.join(",")
        ));
    }
    let names = stages::names(workspace);
    let toolchain = toolchain::toolchain(workspace, catalog, request, suite, &natives, &mut warnings)?;
    let build = build::build(workspace, request, &names)?;
    Ok(Plan {
        command: request.command.to_owned(),
        settings_table: format!("{}.metadata.dockerize", request.layers.saved_in.key()),
        template: Template {
            name: request.settings.template.clone().unwrap_or_else(|| request.runtime.to_string()),
            runtime: request.runtime,
            reason: request.reason.to_owned(),
        },
        context: context::context(workspace, catalog, request),
        toolchain,
        skeleton: build::skeleton(workspace),
        images: runtime::images(workspace, request, suite, &natives, &names),
        build,
        warnings,
    })
}

/// Reasons by the thing that they are for, so that each thing is named once.
type Reasons = BTreeMap<String, std::collections::BTreeSet<String>>;
