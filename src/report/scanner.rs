//! Known vulnerabilities, where a scanner is at hand: the name of an image enters, counts by severity leave.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::process;
use crate::shell::Shell;

/// How long a scanner may take, which may fetch its database first.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a scanner found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Vulnerabilities {
    /// The scanner.
    pub scanner: &'static str,
    /// Counts by severity.
    pub found: BTreeMap<String, usize>,
}

/// Scanners with the words before the image.
const SCANNERS: [(&str, &[&str]); 2] =
    [("grype", &["--output", "json"]), ("trivy", &["image", "--quiet", "--format", "json"])];

/// Asks the first scanner that there is.
#[expect(clippy::disallowed_methods, reason = "scanners are programs of their own")]
pub(super) fn scan(image: &str, shell: Shell) -> Option<Vulnerabilities> {
    SCANNERS.into_iter().find_map(|(scanner, words)| {
        let said = process::said_within(PATIENCE, Command::new(scanner).args(words).arg(image)).ok()?;
        if !said.status.success() {
            let cause = said.err.lines().last().unwrap_or_default();
            shell.warn(format_args!("{scanner} does not scan the image: {cause}"));
            return None;
        }
        Some(Vulnerabilities { scanner, found: counts(&said.out) })
    })
}

/// Severities in a report of grype or trivy.
fn counts(report: &str) -> BTreeMap<String, usize> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let of_grype = list(&report["matches"]).into_iter().map(|found| found["vulnerability"]["severity"].clone());
    let of_trivy = list(&report["Results"]).into_iter().flat_map(|result| list(&result["Vulnerabilities"]));
    let severities = of_grype.chain(of_trivy.map(|found| found["Severity"].clone()));
    let mut counts = BTreeMap::new();
    for severity in severities {
        *counts.entry(severity.as_str().unwrap_or("unknown").to_lowercase()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scanners_are_understood() {
        let grype =
            r#"{"matches":[{"vulnerability":{"id":"CVE-1","severity":"High"}},{"vulnerability":{"severity":"Low"}}]}"#;
        let trivy = r#"{"Results":[{"Target":"x"},{"Vulnerabilities":[{"Severity":"HIGH"},{"Severity":"LOW"}]}]}"#;
        let expected = BTreeMap::from([("high".to_owned(), 1), ("low".to_owned(), 1)]);
        assert_eq!((counts(grype), counts(trivy), counts("no json")), (expected.clone(), expected, BTreeMap::new()));
    }
}
