//! What decisions are made from: facts, settings, the catalogue, and the first decision, the runtime.

use super::natives::{NativeUse, Natives};
use super::program::Program;
use super::runtime::Runtime;
use super::skeleton::Skeleton;
use super::stages::StageNames;
use crate::catalog::{Catalog, Platform, RuntimeData, Suite};
use crate::settings::{AllSettings, BuildSettings, ImageSettings};
use crate::workspace::{Binary, Workspace};

/// Everything that the decisions after the first one, the runtime, are made from.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a> {
    pub workspace: &'a Workspace,
    pub catalog: &'a Catalog,
    pub settings: &'a BuildSettings,
    pub all_settings: &'a AllSettings,
    pub runtime: Runtime,
    pub suite: &'a Suite,
    pub natives: &'a Natives<'a>,
    pub names: &'a StageNames,
    pub skeleton: &'a Skeleton,
    /// Platforms that are built for whatever the builder is; none for the builder's own.
    pub platforms: &'a [&'a Platform],
}

impl<'a> Basis<'a> {
    /// One of the programs.
    pub(super) fn program(&self, binary: &'a Binary) -> Program<'a> {
        Program { workspace: self.workspace, catalog: self.catalog, binary }
    }

    /// The settings of one binary.
    pub(super) fn settings_of(&self, binary: &Binary) -> ImageSettings {
        self.all_settings.binary(&binary.package, &binary.name)
    }

    /// Whether the settings say that a crate needs nothing more than is there.
    pub(super) fn is_known(&self, found: &NativeUse) -> bool {
        self.all_settings.knows(found.binary, &found.krate.name)
    }

    /// What the program reads and its image has to get from the build stage, each with the crate that reads it.
    pub(super) fn copied_data<'s>(
        &'s self,
        binary: &'s Binary,
    ) -> impl Iterator<Item = (&'s RuntimeData, &'s NativeUse<'s>)> {
        let is_copied = |data: &RuntimeData| match self.runtime {
            Runtime::Scratch => !data.wants_packages(),
            Runtime::Distroless => !data.wants_packages() && !data.in_distroless,
            Runtime::Slim => false,
        };
        self.natives.data(binary, self.catalog).filter(move |(data, _)| is_copied(data))
    }
}
