//! `rules.toml`, and what a rule finds.

use std::ops::Range;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Its name.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, as a phrase.
    pub title: String,
    /// What happens.
    pub why: String,
    /// What to do.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// It works, and could be better
    Note,
    /// It most likely goes wrong
    Warning,
    /// The image does not build, does not start or ships a secret
    Error,
}

/// A place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// Bytes of the Dockerfile.
    pub place: Range<usize>,
    /// What was found, with its cause in the workspace.
    pub said: String,
    /// An edit that is certain to mend it.
    pub edit: Option<Edit>,
}

/// A text in place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// What goes.
    pub place: Range<usize>,
    /// What comes.
    pub text: String,
}

impl Finding {
    pub(super) fn new(rule: &'static str, place: &Range<usize>, said: impl Into<String>) -> Self {
        Self { rule, place: place.clone(), said: said.into(), edit: None }
    }
}

/// All rules.
pub(super) fn rules() -> Result<Vec<Rule>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rules {
        rule: Vec<Rule>,
    }
    let Rules { rule } =
        toml_edit::de::from_str(include_str!("rules.toml")).context("cannot read the embedded rules")?;
    Ok(rule)
}
