//! Shared libraries of the workspace that its programs open when they run: what sources name and the members enter, the
//! libraries to build with the programs leave.

use cargo_metadata::{CrateType, Metadata};

use crate::workspace::{LocalPackage, Mention};

/// A member that is built as a shared library for a program to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plugin {
    /// Name of the package.
    pub package: String,
    /// Name of the crate, as its file has it.
    pub name: String,
    /// What the source calls it.
    pub opened_as: Mention<String>,
}

/// The plugins that sources of the packages that are built name.
pub(super) fn find(metadata: &Metadata, packages: &[LocalPackage]) -> Vec<Plugin> {
    let mut plugins: Vec<Plugin> = Vec::new();
    let named = packages.iter().filter(|package| package.is_built).flat_map(|package| &package.opens_libraries);
    for said in named {
        let file = said.what.rsplit('/').next().unwrap_or(&said.what);
        for package in super::select::members(metadata) {
            let mut targets = package.targets.iter();
            let library = targets.find(|target| target.crate_types.contains(&CrateType::CDyLib));
            let Some(name) = library.map(|target| target.name.replace('-', "_")) else { continue };
            if file == format!("lib{name}.so") && plugins.iter().all(|known| known.name != name) {
                plugins.push(Plugin { package: package.name.to_string(), name, opened_as: said.clone() });
            }
        }
    }
    plugins
}
