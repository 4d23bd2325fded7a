//! `shipping.toml`: signs by which shipped programs are told from the tools beside them.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Words and crates that say what a program is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shipping {
    /// Words in names of tools.
    pub tools: BTreeSet<String>,
    /// Words in names of programs for other systems than Linux.
    pub systems: BTreeSet<String>,
    /// Crates that listen for connections.
    pub servers: BTreeSet<String>,
    /// Crates that only a browser runs.
    pub browser: BTreeSet<String>,
    /// Words in names of workflows that build what is shipped.
    pub releases: BTreeSet<String>,
}

impl Shipping {
    /// The word of a name that marks a tool.
    #[must_use]
    pub(crate) fn tool_word(&self, name: &str) -> Option<&str> {
        words(name).find_map(|word| self.tools.get(&word)).map(String::as_str)
    }

    /// The word of a name that marks a program for another system.
    #[must_use]
    pub(crate) fn system_word(&self, name: &str) -> Option<&str> {
        words(name).find_map(|word| self.systems.get(&word)).map(String::as_str)
    }

    /// Whether a name is that of a workflow which builds what is shipped.
    #[must_use]
    pub(crate) fn is_release(&self, name: &str) -> bool {
        words(name).any(|word| self.releases.contains(&word)) && self.tool_word(name).is_none()
    }
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}
