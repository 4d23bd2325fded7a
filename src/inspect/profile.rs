//! The cargo profile that is built: its tables in the root manifest and in cargo's configuration and the unit graph
//! enter, what it says about symbols leaves.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::cargo::UnitGraph;
use super::config::Configuration;
use super::disk::read_if_present;
use crate::workspace::Profile;

/// Reads the profile of this name.
pub(super) fn read(root: &Path, name: &str, units: &UnitGraph, configuration: &Configuration) -> Result<Profile> {
    let is_configured =
        ["strip", "debug"].into_iter().any(|key| configuration.value(&format!("/profile/{name}/{key}")).is_some());
    Ok(Profile { name: name.to_owned(), decides_strip: is_configured || decides_strip(root, name, units)? })
}

/// Whether the profile says itself what to strip, or wants debug information kept.
fn decides_strip(root: &Path, profile: &str, units: &UnitGraph) -> Result<bool> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Manifest {
        profile: BTreeMap<String, Table>,
    }
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Table {
        inherits: Option<String>,
        strip: Option<serde_json::Value>,
        debug: Option<serde_json::Value>,
    }
    let Some(text) = read_if_present(&root.join("Cargo.toml"))? else {
        return Ok(false);
    };
    let manifest: Manifest = toml_edit::de::from_str(&text).context("cannot read the profiles in Cargo.toml")?;
    let said =
        std::iter::successors(manifest.profile.get(profile), |table| manifest.profile.get(table.inherits.as_deref()?))
            .any(|table| table.strip.is_some() || table.debug.is_some());
    // An inherited `dev` may say it too; the unit graph has the outcome.
    let debug_information = units.roots.iter().any(|&root| {
        !matches!(units.units[root].profile.debuginfo, serde_json::Value::Null)
            && units.units[root].profile.debuginfo != 0
    });
    Ok(said || debug_information)
}
