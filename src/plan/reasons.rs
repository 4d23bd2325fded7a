//! Things in the Dockerfile with those that ask for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::platforms::DEBIAN;
use super::target;

/// A Debian package and why it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DebianPackage {
    /// Name of the package.
    pub name: String,
    /// The same, fit for the shell of the build stage.
    pub argument: String,
    /// Crates or settings that ask for it.
    pub because: Vec<String>,
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Variable {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Crates or settings that ask for it.
    pub because: Vec<String>,
}

/// Reasons by the thing that they are for, so that each thing is named once.
pub(super) type Reasons = BTreeMap<String, BTreeSet<String>>;

/// Packages sorted by name, with all their reasons.
pub(super) fn listed(packages: Reasons) -> Vec<DebianPackage> {
    let package = |(name, because): (String, BTreeSet<String>)| DebianPackage {
        argument: target::in_shell(&name),
        name: name.replace(&format!(":{DEBIAN}"), ""),
        because: because.into_iter().collect(),
    };
    packages.into_iter().map(package).collect()
}
