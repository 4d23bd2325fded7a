//! `build-inputs.toml`: files that builds read without naming them in a source.

use serde::Deserialize;

/// Files that builds read, and files that never travel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildInputs {
    /// Patterns that never travel.
    pub never: Vec<String>,
    input: Vec<BuildInput>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BuildInput {
    #[serde(rename = "crate")]
    name: String,
    paths: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

impl BuildInputs {
    /// What a direct dependency on this crate reads beside the manifest.
    #[must_use]
    pub fn of(&self, name: &str) -> &[String] {
        self.input.iter().find(|input| input.name == name).map_or(&[], |input| &input.paths)
    }
}
