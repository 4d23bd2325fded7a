//! `services.toml`: databases and the like that programs talk to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A service, as compose.yaml describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackingService {
    /// Its name, which is its host name too.
    pub name: String,
    /// Crates that talk to it.
    #[serde(skip_serializing)]
    pub crates: BTreeSet<String>,
    /// Its image.
    pub image: String,
    /// The variable that programs read its address from.
    #[serde(skip_serializing)]
    pub variable: String,
    /// Its address.
    #[serde(skip_serializing)]
    pub url: String,
    /// Its environment.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// The command that asks whether it answers.
    #[serde(default)]
    pub ready: Vec<String>,
    /// The folder of its data.
    pub volume: Option<String>,
}
