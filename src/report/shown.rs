//! The figures as a table, Markdown, JSON and a chart.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::json;

use super::measure::{Row, Step};
use crate::sizes;

/// All figures.
pub(super) struct Measured<'a> {
    pub binary: &'a str,
    /// The biggest first.
    pub rows: &'a [Row],
    pub impossible: &'a [(&'static str, String)],
}

/// A line of the table: what is measured, and its value for each image.
struct Line {
    name: &'static str,
    cells: Vec<String>,
}

impl Measured<'_> {
    pub(super) fn smallest(&self) -> Option<&Row> {
        self.rows.iter().min_by_key(|row| row.bytes)
    }

    fn lines(&self) -> Vec<Line> {
        let line = |name, cell: &dyn Fn(&Row) -> String| Line { name, cells: self.rows.iter().map(cell).collect() };
        let names = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let step = |step: Step| {
            let crates = if step.compiled == 1 { "crate" } else { "crates" };
            format!("{:.1} s, {} {crates}", step.seconds, step.compiled)
        };
        let mut lines = vec![
            line("size", &|row| sizes::shown(row.bytes)),
            line("compressed", &|row| sizes::shown(row.compressed)),
            line("layers", &|row| row.layers.to_string()),
            line("files", &|row| row.files.to_string()),
            line("Debian packages", &|row| row.packages.to_string()),
            line("setuid files", &|row| row.setuid.to_string()),
            line("shells", &|row| names(&row.shells)),
            line("package managers", &|row| names(&row.package_managers)),
            line("user", &|row| row.user.clone()),
            line("first build", &|row| step(row.cold)),
            line("build after a line", &|row| step(row.changed)),
            line("sent after a line", &|row| row.sent.map_or_else(|| "not known".to_owned(), sizes::shown)),
            line("start", &|row| {
                row.start_seconds.map_or_else(|| "no sign".to_owned(), |seconds| format!("{seconds:.1} s"))
            }),
        ];
        if self.rows.iter().any(|row| row.vulnerabilities.is_some()) {
            lines.push(line("vulnerabilities", &|row| {
                let found = row.vulnerabilities.iter().flat_map(|known| &known.found);
                names(&found.map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>())
            }));
        }
        lines
    }

    /// What the figures do not say.
    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> =
            self.impossible.iter().map(|(shape, why)| format!("{shape} is not possible: {why}")).collect();
        match self.rows.iter().find_map(|row| row.vulnerabilities.as_ref()) {
            Some(found) => notes.push(format!("vulnerabilities are those that {} knows", found.scanner)),
            None => notes.push(
                "no scanner (grype, trivy) is at hand: the number of Debian packages is what may have vulnerabilities"
                    .to_owned(),
            ),
        }
        notes
    }

    pub(super) fn table(&self) -> String {
        let lines = self.lines();
        let head: Vec<&str> = self.rows.iter().map(|row| row.shape).collect();
        let widths: Vec<usize> = (0..head.len())
            .map(|column| {
                let cells = lines.iter().map(|line| line.cells[column].chars().count());
                cells.chain([head[column].len()]).max().unwrap_or_default()
            })
            .collect();
        let mut table = format!("{:<20}", self.binary);
        for (name, width) in head.iter().zip(&widths) {
            let _ = write!(table, "  {name:>width$}");
        }
        for line in lines {
            let _ = write!(table, "\n{:<20}", line.name);
            for (cell, width) in line.cells.iter().zip(&widths) {
                let _ = write!(table, "  {cell:>width$}");
            }
        }
        table.push('\n');
        for note in self.notes() {
            let _ = write!(table, "\n{note}");
        }
        table.push('\n');
        table
    }

    pub(super) fn markdown(&self) -> String {
        let titles: Vec<&str> = self.rows.iter().map(|row| row.title.as_str()).collect();
        let mut text = format!("| {} | {} |\n|---|{}\n", self.binary, titles.join(" | "), "---:|".repeat(titles.len()));
        for line in self.lines() {
            let _ = writeln!(text, "| {} | {} |", line.name, line.cells.join(" | "));
        }
        for note in self.notes() {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }

    pub(super) fn json(&self) -> Result<String> {
        let impossible: Vec<_> =
            self.impossible.iter().map(|(shape, why)| json!({ "shape": shape, "why": why })).collect();
        let report = json!({ "binary": self.binary, "images": self.rows, "impossible": impossible });
        Ok(format!("{}\n", serde_json::to_string_pretty(&report)?))
    }

    /// Bars for each image, in colours for light and for dark.
    pub(super) fn svg(&self) -> String {
        let panels: [(&str, Vec<(f64, String)>); 4] = [
            ("Size of the image", self.bars(|row| (big(row.bytes), sizes::shown(row.bytes)))),
            ("Files in it", self.bars(|row| (big(row.files as u64), row.files.to_string()))),
            (
                "Sent to a registry after a change of one line",
                self.bars(|row| {
                    (big(row.sent.unwrap_or_default()), row.sent.map_or_else(|| "not known".to_owned(), sizes::shown))
                }),
            ),
            (
                "Build after a change of one line",
                self.bars(|row| (row.changed.seconds, format!("{:.1} s", row.changed.seconds))),
            ),
        ];
        let panel = 34 + 22 * self.rows.len();
        let height = 16 + panels.len() * panel;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" width=\"720\" height=\"{height}\" role=\"img\" aria-label=\"{} as images\">\n{STYLE}\n",
            escaped(self.binary)
        );
        for (number, (title, bars)) in panels.iter().enumerate() {
            let top = 24 + number * panel;
            let _ = writeln!(svg, "<text x=\"16\" y=\"{top}\" class=\"title\">{title}</text>");
            let most = bars.iter().map(|(value, _)| *value).fold(f64::MIN_POSITIVE, f64::max);
            for (index, ((value, label), row)) in bars.iter().zip(self.rows).enumerate() {
                let y = top + 10 + index * 22;
                let width = (value / most * 470.0).max(2.0);
                let kind = if row.shape == super::shapes::SINGLE { "before" } else { "after" };
                let _ = writeln!(svg, "<text x=\"16\" y=\"{}\">{}</text>", y + 13, row.shape);
                let _ = writeln!(
                    svg,
                    "<rect x=\"120\" y=\"{y}\" width=\"{width:.1}\" height=\"16\" rx=\"3\" class=\"{kind}\"/>"
                );
                let _ =
                    writeln!(svg, "<text x=\"{:.1}\" y=\"{}\" class=\"quiet\">{label}</text>", 128.0 + width, y + 13);
            }
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn bars(&self, bar: impl Fn(&Row) -> (f64, String)) -> Vec<(f64, String)> {
        self.rows.iter().map(bar).collect()
    }
}

const STYLE: &str = "<style>
svg { font: 13px ui-sans-serif, system-ui, sans-serif } .title { font-weight: 600 }
text { fill: #1f2328 } .quiet { fill: #656d76 } .before { fill: #8c959f } .after { fill: #d1541f }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .quiet { fill: #8d96a0 } .before { fill: #6e7681 } .after { fill: #f0883e } }
</style>";

#[expect(clippy::cast_precision_loss, reason = "a bar is not longer than a few hundred points")]
fn big(bytes: u64) -> f64 {
    bytes as f64
}

/// Text as XML takes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
