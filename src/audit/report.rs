//! Findings as people, GitHub and other programs read them.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::rule::{Finding, Level, Rule};

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// Text with the lines that findings are about
    Human,
    /// JSON
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

/// What was found in one file.
pub(super) struct Found<'a> {
    pub rules: &'a [Rule],
    pub findings: &'a [Finding],
    pub text: &'a str,
    pub file: &'a str,
}

impl Found<'_> {
    pub(super) fn rule(&self, finding: &Finding) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == finding.rule)
    }

    /// Each finding with its rule and its line and column, from 1.
    fn all(&self) -> impl Iterator<Item = (&Finding, &Rule, (usize, usize))> {
        self.findings.iter().filter_map(|finding| {
            let before = &self.text[..finding.place.start];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Some((finding, self.rule(finding)?, (line, column)))
        })
    }

    pub(super) fn shown(&self, format: AuditFormat) -> Result<String> {
        Ok(match format {
            AuditFormat::Human => self.human(),
            AuditFormat::Json => format!("{}\n", serde_json::to_string_pretty(&self.json())?),
            AuditFormat::Sarif => format!("{}\n", serde_json::to_string_pretty(&self.sarif())?),
            AuditFormat::Github => self.github(),
        })
    }

    fn human(&self) -> String {
        let mut text = String::new();
        for (finding, rule, (line, column)) in self.all() {
            let style = match rule.level {
                Level::Error => AnsiColor::Red.on_default().bold(),
                Level::Warning => AnsiColor::Yellow.on_default().bold(),
                Level::Note => AnsiColor::Cyan.on_default().bold(),
            };
            let (bold, place) = (Style::new().bold(), format!("{}:{line}:{column}", self.file));
            let _ = writeln!(
                text,
                "{style}{}{style:#}{bold}: {}{bold:#} [{}]",
                level_name(rule.level),
                rule.title,
                rule.id
            );
            let _ = writeln!(text, "  --> {place}");
            let source = self.text.lines().nth(line - 1).unwrap_or_default();
            let _ = writeln!(text, "   | {source}");
            let _ = writeln!(text, "   = {}", finding.said);
            let fix = if finding.edit.is_some() { "`--fix` mends it" } else { rule.fix.as_str() };
            let _ = writeln!(text, "   = help: {fix}\n");
        }
        let count = |level: Level| self.all().filter(|(_, rule, _)| rule.level == level).count();
        let counts = [(Level::Error, "errors"), (Level::Warning, "warnings"), (Level::Note, "notes")];
        let counts: Vec<String> = counts.into_iter().map(|(level, name)| format!("{} {name}", count(level))).collect();
        let _ = writeln!(text, "{}: {}", self.file, counts.join(", "));
        text
    }

    fn json(&self) -> Value {
        let findings = self.all().map(|(finding, rule, (line, column))| {
            json!({
                "rule": rule.id, "level": rule.level, "line": line, "column": column,
                "title": rule.title, "said": finding.said, "fix": rule.fix, "certain": finding.edit.is_some(),
            })
        });
        json!({ "file": self.file, "findings": findings.collect::<Vec<_>>() })
    }

    /// <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
    fn sarif(&self) -> Value {
        let rules = self.rules.iter().map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.title },
                "fullDescription": { "text": rule.why },
                "help": { "text": rule.fix },
                "defaultConfiguration": { "level": rule.level },
            })
        });
        let results = self.all().map(|(finding, rule, (line, column))| {
            json!({
                "ruleId": rule.id,
                "level": rule.level,
                "message": { "text": format!("{}: {}", rule.title, finding.said) },
                "locations": [{ "physicalLocation": {
                    "artifactLocation": { "uri": self.file },
                    "region": { "startLine": line, "startColumn": column },
                } }],
            })
        });
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "cargo-dockerize",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules.collect::<Vec<_>>(),
                } },
                "results": results.collect::<Vec<_>>(),
            }],
        })
    }

    /// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>
    fn github(&self) -> String {
        let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
        let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
        let lines = self.all().map(|(finding, rule, (line, column))| {
            let command = if rule.level == Level::Note { "notice" } else { level_name(rule.level) };
            format!(
                "::{command} file={},line={line},col={column},title={}::{}\n",
                property(self.file),
                property(&rule.id),
                escaped(&format!("{}: {}. {}", rule.title, finding.said, rule.fix))
            )
        });
        lines.collect()
    }
}

pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
