//! What crates need from the system, by the way they are built: which variant of a row holds for a crate.

use std::collections::BTreeSet;

use semver::Version;

use super::row::{Linkage, Native, Variant, WayOut};
use crate::workspace::Crate;

/// What a variant may depend on beside the crate itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings<'a> {
    /// Names of all crates that are built for the same program.
    pub crates: BTreeSet<&'a str>,
    /// Variables that `[env]` of cargo's configuration sets.
    pub variables: BTreeSet<&'a str>,
}

impl Variant {
    fn applies(&self, krate: &Crate, around: &Surroundings) -> bool {
        let features = |name: &String| krate.features.contains(name);
        let crates = |name: &String| around.crates.contains(name.as_str());
        let variables = |name: &String| around.variables.contains(name.as_str());
        self.features.as_ref().is_none_or(|names| names.iter().any(features))
            && self.all_features.as_ref().is_none_or(|names| names.iter().all(features))
            && !self.without_features.as_ref().is_some_and(|names| names.iter().any(features))
            && self.with_crates.as_ref().is_none_or(|names| names.iter().any(crates))
            && !self.without_crates.as_ref().is_some_and(|names| names.iter().any(crates))
            && self.variables.as_ref().is_none_or(|names| names.iter().any(variables))
            && self.version.as_ref().is_none_or(|version| {
                // A version's own pre-release or build part does not matter here.
                version.matches(&Version::new(krate.version.major, krate.version.minor, krate.version.patch))
            })
    }

    /// The features of the crate that its conditions name and that are on.
    pub(crate) fn deciding_features<'a>(&'a self, krate: &'a Crate) -> impl Iterator<Item = &'a String> {
        let named = self.features.iter().chain(&self.all_features).flatten();
        named.filter(|feature| krate.features.contains(*feature))
    }

    /// What a user can change so that this need goes away, given the chain that leads to the crate.
    #[must_use]
    pub(crate) fn way_out(&self, chain: &[&str]) -> Option<&str> {
        let holds = |way: &&WayOut| way.through.as_deref().is_none_or(|name| chain.contains(&name));
        self.ways_out.iter().find(holds).map(|way| way.what.as_str())
    }
}

impl Native {
    /// Name of the crate.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it holds for all crates whose names begin alike.
    #[must_use]
    pub(crate) fn is_family(&self) -> bool {
        self.name.ends_with('*')
    }

    /// The variant of a fork of its crate: one that compiles its own copy of the library has that in common with the
    /// variant which does.
    #[must_use]
    pub(crate) fn variant_of_fork(&self, krate: &Crate, around: &Surroundings) -> Option<&Variant> {
        if krate.evidence.vendors.is_some() {
            self.variant.iter().rfind(|variant| variant.linkage == Linkage::Vendored)
        } else {
            self.variant(krate, around)
        }
    }

    /// The variant that holds for the way a crate is built.
    pub(super) fn variant(&self, krate: &Crate, around: &Surroundings) -> Option<&Variant> {
        self.variant.iter().find(|variant| variant.applies(krate, around))
    }
}
