//! Things in the Dockerfile with those that ask for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// A Debian package and why it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DebianPackage {
    /// Name of the package.
    pub name: String,
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
    packages.into_iter().map(|(name, because)| DebianPackage { name, because: because.into_iter().collect() }).collect()
}
