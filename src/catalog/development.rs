//! `development-files.toml`: which Debian package has a module of pkg-config or a library to link.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// Both tables. They are large and seldom asked for, so they are read at the first question.
#[derive(Debug, Default)]
pub(super) struct Development(OnceLock<Tables>);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    modules: BTreeMap<String, String>,
    libraries: BTreeMap<String, String>,
}

impl Development {
    pub(super) fn module(&self, name: &str) -> Option<&str> {
        self.tables().modules.get(name).map(String::as_str)
    }

    pub(super) fn library(&self, name: &str) -> Option<&str> {
        self.tables().libraries.get(name).map(String::as_str)
    }

    /// The file is part of the program, and a test reads it.
    fn tables(&self) -> &Tables {
        let embedded = include_str!(concat!(env!("OUT_DIR"), "/development-files.json"));
        self.0.get_or_init(|| serde_json::from_str(embedded).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_read() {
        let development = Development::default();
        assert_eq!(development.module("libpq"), Some("libpq-dev"));
        assert_eq!(development.library("argon2"), Some("libargon2-dev"));
        assert_eq!(development.library("kernel32"), None);
    }
}
