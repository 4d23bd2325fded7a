//! One thing that is asked of an image, and the answer.

use serde::Serialize;

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// What is asked for.
    pub name: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen, as a phrase.
    pub said: String,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The last lines of the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// It is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// This engine cannot tell, or nobody said how it should be.
    Unknown,
}

impl Check {
    pub(super) fn passed(name: &'static str, said: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Passed, said: said.into(), help: None, output: Vec::new() }
    }

    pub(super) fn failed(name: &'static str, said: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, ..Self::passed(name, said) }
    }

    pub(super) fn unknown(name: &'static str, said: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, ..Self::passed(name, said) }
    }

    /// The same with the next step.
    pub(super) fn help(self, step: impl Into<String>) -> Self {
        Self { help: Some(step.into()), ..self }
    }
}
