//! The cargo profile that is built: its tables in the root manifest and in cargo's configuration and the unit graph
//! enter, what it says about symbols leaves.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::cargo::UnitGraph;
use super::config::Configuration;
use crate::workspace::Profile;

/// Reads the profile of this name; `manifest` is the text of the root manifest.
pub(super) fn read(manifest: &str, name: &str, units: &UnitGraph, configuration: &Configuration) -> Result<Profile> {
    let manifest: Manifest = toml_edit::de::from_str(manifest).context("cannot read the profiles in Cargo.toml")?;
    let said = |key: &str| configuration.value(&format!("/profile/{name}/{key}")).or_else(|| manifest.said(name, key));
    // An inherited `dev` may want debug information too; the unit graph has the outcome.
    let has_debug_information =
        units.roots.iter().any(|&root| ![Value::Null, 0.into()].contains(&units.units[root].profile.debuginfo));
    Ok(Profile {
        name: name.to_owned(),
        decides_strip: has_debug_information || said("strip").or_else(|| said("debug")).is_some(),
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Manifest {
    profile: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Manifest {
    /// What a profile, or the nearest that it inherits from, says.
    fn said(&self, profile: &str, key: &str) -> Option<&Value> {
        let table = self.profile.get(profile)?;
        // A circle is an error of cargo's, which has read the manifest before.
        table.get(key).or_else(|| self.said(table.get("inherits")?.as_str()?, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_inherits_what_it_does_not_say() {
        let manifest = "[profile.release]\nstrip = false\n[profile.small]\ninherits = \"release\"\ndebug = 1\n";
        let manifest: Manifest = toml_edit::de::from_str(manifest).unwrap();
        assert_eq!(manifest.said("small", "debug"), Some(&1.into()));
        assert_eq!(manifest.said("small", "strip"), Some(&false.into()));
        assert_eq!(manifest.said("release", "debug"), None);
        assert_eq!(manifest.said("dev", "strip"), None);
    }
}
