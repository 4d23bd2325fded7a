//! Errors that carry the next step: a lowercase phrase with the thing in backticks, and `help:` lines under it.

use std::fmt;

/// A failure that a user can act on.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    help: Vec<String>,
}

impl Failure {
    /// A failure described by `message`, a lowercase phrase without a full stop.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    /// Adds a next step, shown as a `help:` line.
    #[must_use]
    pub(crate) fn help(mut self, step: impl Into<String>) -> Self {
        self.help.push(step.into());
        self
    }

    /// Suggests the one of the `known` names that a mistyped `name` most likely meant, or else what `otherwise` says.
    #[must_use]
    pub(crate) fn help_nearest<'a>(
        self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: impl FnOnce() -> Option<String>,
    ) -> Self {
        let step = nearest(name, known).map(|near| format!("did you mean `{near}`?")).or_else(otherwise);
        match step {
            Some(step) => self.help(step),
            None => self,
        }
    }

    /// The next steps, in the order in which they are shown.
    #[must_use]
    pub(crate) fn steps(&self) -> &[String] {
        &self.help
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Names joined as a sentence wants them, each in backticks: `` `a`, `b` ``.
#[must_use]
pub(crate) fn quoted<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}

/// Whether a name is most likely a slip in another one.
#[must_use]
pub(crate) fn is_near(name: &str, meant: &str) -> bool {
    strsim::osa_distance(&name.to_lowercase(), meant) <= 2
}

/// The candidate that a mistyped `name` most likely meant.
fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // One slip for every three letters.
    let allowed = |candidate: &str| name.len().max(candidate.len()) / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(slips, candidate)| *slips <= allowed(candidate))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_name() {
        assert_eq!(nearest("expos", ["env", "expose", "labels"]), Some("expose"));
        assert_eq!(nearest("aip", ["worker", "api"]), Some("api"));
        assert_eq!(nearest("zzz", ["env", "expose"]), None);
    }

    #[test]
    fn without_a_name_nearby_there_is_another_step_or_none() {
        let failure = || Failure::new("there is no `zzz`");
        let known = ["env", "expose"];
        assert_eq!(failure().help_nearest("expos", known, || None).steps(), ["did you mean `expose`?"]);
        assert_eq!(failure().help_nearest("zzz", known, || Some("list them".into())).steps(), ["list them"]);
        assert!(failure().help_nearest("zzz", known, || None).steps().is_empty());
    }

    #[test]
    fn a_slip_is_told_from_another_name() {
        assert!(is_near("dockerise", "dockerize") && is_near("Dockerize", "dockerize"));
        assert!(!is_near("docker", "dockerize"), "another tool's table");
    }

    #[test]
    fn names_are_quoted_and_joined() {
        assert_eq!(quoted(["api", "worker"]), "`api`, `worker`");
    }
}
