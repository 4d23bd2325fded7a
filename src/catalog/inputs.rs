//! `build-inputs.toml`: files that builds read without naming them in a source.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Files that builds read, and files that never travel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BuildInputs {
    /// Patterns that never travel.
    pub never: Vec<String>,
    /// Those of them that match secrets.
    pub secrets: Vec<String>,
    /// Files that name folders of templates.
    pub template_folders: Vec<TemplateFolders>,
    /// Macros that ask a database.
    pub checked_queries: CheckedQueries,
    input: Vec<BuildInput>,
}

/// A file beside a manifest that tells a template engine where templates lie.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateFolders {
    /// Its name.
    pub file: String,
    key: String,
    #[serde(rename = "source")]
    _source: String,
}

impl TemplateFolders {
    /// The key of the list of folders, table by table.
    pub(crate) fn key(&self) -> impl Iterator<Item = &str> {
        self.key.split('.')
    }
}

/// Macros that check queries while compiling, against a database or against what was saved before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct CheckedQueries {
    /// The crate whose macros they are.
    #[serde(rename = "crate")]
    pub name: String,
    /// The crate that compiles them.
    pub checked_by: String,
    /// Names of the macros.
    pub macros: BTreeSet<String>,
    /// The variable that names a database.
    pub database: String,
    /// The variable that says to leave the database alone.
    pub offline: String,
    /// The command that saves what queries are checked against.
    pub prepare: String,
    /// The folder that it is saved in.
    pub saved: String,
    /// The file that older releases saved it in.
    pub saved_before: String,
    #[serde(rename = "source")]
    _source: String,
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
    pub(crate) fn of(&self, name: &str) -> &[String] {
        self.input.iter().find(|input| input.name == name).map_or(&[], |input| &input.paths)
    }
}
