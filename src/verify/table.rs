//! What was found, for people and for programs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::check::{Check, Verdict};
use crate::engine::{Kind, Layer};
use crate::sizes;

/// All that was found of one image.
#[derive(Debug, Serialize)]
pub(super) struct Findings {
    /// Its stage in the Dockerfile, or the name that was given.
    pub image: String,
    /// What it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// Where it runs, such as `amd64`.
    pub architecture: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Its layers, the lowest first.
    pub layers: Vec<LayerFound>,
    /// What was asked.
    pub checks: Vec<Check>,
}

/// One layer.
#[derive(Debug, Serialize)]
pub(super) struct LayerFound {
    /// The instruction that made it.
    pub created_by: String,
    /// Bytes of its files.
    pub bytes: u64,
    /// Bytes of the archive that travels.
    pub compressed: u64,
    /// Number of its files.
    pub files: usize,
}

impl LayerFound {
    pub(super) fn of(layer: &Layer) -> Self {
        Self {
            created_by: layer.created_by.clone(),
            bytes: layer.bytes,
            compressed: layer.compressed,
            files: layer.entries.iter().filter(|entry| entry.kind == Kind::File).count(),
        }
    }
}

impl Findings {
    /// Whether nothing is wrong.
    pub(super) fn is_well(&self) -> bool {
        self.checks.iter().all(|check| check.verdict != Verdict::Failed)
    }

    /// The table of one image.
    pub(super) fn table(&self, shows_layers: bool) -> String {
        let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
        let runtime = self.runtime.as_ref().map(|runtime| format!(" on {runtime}")).unwrap_or_default();
        let mut table = format!("{bold}{}{bold:#}{runtime}, linux/{}\n", self.image, self.architecture);
        for Check { name, verdict, said, help, output } in &self.checks {
            let (word, style) = match verdict {
                Verdict::Passed => ("ok", AnsiColor::Green.on_default().bold()),
                Verdict::Failed => ("FAILED", AnsiColor::Red.on_default().bold()),
                Verdict::Unknown => ("?", AnsiColor::Yellow.on_default().bold()),
            };
            let _ = writeln!(table, "  {style}{word:<6}{style:#}  {name:<9}  {said}");
            for line in output {
                let _ = writeln!(table, "{:21}{dim}| {line}{dim:#}", "");
            }
            if let Some(help) = help {
                let _ = writeln!(table, "{:21}help: {help}", "");
            }
        }
        for layer in self.layers.iter().filter(|_| shows_layers) {
            let _ =
                writeln!(table, "  {:>10}  {:>5} files  {}", sizes::shown(layer.bytes), layer.files, layer.created_by);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_stands_with_its_last_lines_and_the_next_step() {
        let failed = Check {
            output: vec!["Error: templates: No such file or directory".to_owned()],
            ..Check::failed("starts", "ends with exit code 1 after 0.1 s").help("`assets = [\"…\"]`")
        };
        let findings = Findings {
            image: "shop".to_owned(),
            runtime: Some("distroless cc".to_owned()),
            architecture: "amd64".to_owned(),
            bytes: 34_100_000,
            layers: vec![LayerFound {
                created_by: "COPY /out/shop / # buildkit".to_owned(),
                bytes: 9_000_000,
                compressed: 3_000_000,
                files: 2,
            }],
            checks: vec![failed, Check::unknown("healthy", "docker cannot run it"), Check::passed("setuid", "none")],
        };
        assert!(!findings.is_well());
        let table = anstream::adapter::strip_str(&findings.table(true)).to_string();
        insta::assert_snapshot!(table, @r#"
        shop on distroless cc, linux/amd64
          FAILED  starts     ends with exit code 1 after 0.1 s
                             | Error: templates: No such file or directory
                             help: `assets = ["…"]`
          ?       healthy    docker cannot run it
          ok      setuid     none
              9.0 MB      2 files  COPY /out/shop / # buildkit
        "#);
    }
}
