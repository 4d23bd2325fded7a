//! `runtime-data.toml`: what programs read or run beside the libraries that they link.

use serde::Deserialize;

/// Files or a program that has to be in the image.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RuntimeData {
    /// The name that rows of `native/` use.
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
    /// Crates that may read it: no certain reader, but scratch has nothing.
    #[serde(default)]
    copied_for: Vec<Reader>,
    /// Whether only the user can bring it.
    #[serde(default)]
    pub from_user: bool,
    #[serde(rename = "source")]
    _source: String,
}

/// A crate that reads something unless another one brings it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reader {
    #[serde(rename = "crate")]
    name: String,
    without: String,
}

impl RuntimeData {
    /// The crate for which it is copied where there is nothing; `is_linked` tells what the program links.
    pub(crate) fn perhaps_read_by(&self, is_linked: impl Fn(&str) -> bool) -> Option<&str> {
        let reads = |reader: &&Reader| is_linked(&reader.name) && !is_linked(&reader.without);
        self.copied_for.iter().find(reads).map(|reader| reader.name.as_str())
    }

    /// Whether it takes a package manager.
    #[must_use]
    pub(crate) fn wants_packages(&self) -> bool {
        self.paths.is_empty()
    }
}
