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
        word_among(name, &self.tools)
    }

    /// The word of a name that marks a program for another system.
    #[must_use]
    pub(crate) fn system_word(&self, name: &str) -> Option<&str> {
        word_among(name, &self.systems)
    }

    /// Whether a name is that of a workflow which builds what is shipped.
    #[must_use]
    pub(crate) fn is_release(&self, name: &str) -> bool {
        word_among(name, &self.releases).is_some() && self.tool_word(name).is_none()
    }
}

/// The first word of a name that is one of these.
fn word_among<'w>(name: &str, known: &'w BTreeSet<String>) -> Option<&'w str> {
    let words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.into_iter().find_map(|word| known.get(&word)).map(String::as_str)
}
