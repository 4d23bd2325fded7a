//! `runtime-data.toml`: what programs read or run beside the libraries that they link.

use serde::Deserialize;

/// Files or a program that has to be in the image.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuntimeData {
    /// The name that rows of `native-libraries.toml` use.
    pub name: String,
    /// The words that users read.
    pub what: String,
    /// Debian packages that hold it.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Files and folders to copy where there is no package manager; empty for what only works as a package.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Whether the distroless image has it.
    #[serde(default)]
    pub in_distroless: bool,
    /// Whether only the user can bring it.
    #[serde(default)]
    pub from_user: bool,
    #[serde(rename = "source")]
    _source: String,
}

impl RuntimeData {
    /// Whether it takes a package manager.
    #[must_use]
    pub fn wants_packages(&self) -> bool {
        self.paths.is_empty()
    }
}
