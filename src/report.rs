//! `cargo dockerize report`: a workspace enters; what its program comes to as a single stage, on slim, on distroless and on
//! scratch leaves, measured by real builds.

mod edit;
mod measure;
mod sbom;
mod scanner;
mod shapes;
mod shown;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::Outcome;
use crate::cli::{Dockerize, Report, ReportFormat};
use crate::engine::Engine;
use crate::output;
use crate::shell::Shell;

use measure::Bench;
use shapes::Shape;
use shown::Measured;

/// Builds every shape twice, runs it, and shows the figures.
pub(crate) fn run(flags: &Dockerize, report: &Report, shell: Shell) -> Result<Outcome> {
    let shapes = shapes::shapes(flags, report.binary.as_deref(), shell)?;
    let engine = Engine::find(report.engine.engine)?;
    let bench = Bench::new(engine, &shapes, report.engine.build_flags()?, shell)?;
    let mut measured = Vec::new();
    for shape in &shapes.possible {
        measured.push(bench.measure(shape).with_context(|| format!("as {}", shape.title))?);
    }
    bench.clean();
    let found = Measured { binary: &shapes.binary, rows: &measured, impossible: &shapes.impossible };
    if let Some(folder) = &report.into {
        write(folder, &found, shell)?;
    }
    shell.stdout(&match report.format {
        ReportFormat::Table => found.table(),
        ReportFormat::Markdown => found.markdown(),
        ReportFormat::Json => found.json()?,
        ReportFormat::Svg => found.svg(),
        ReportFormat::Sbom => found.smallest().map(|row| row.sbom.clone()).unwrap_or_default(),
    })?;
    Ok(Outcome::Done)
}

/// Writes every form of the report into a folder.
#[expect(clippy::disallowed_methods, reason = "the user names a folder for new files")]
fn write(folder: &Path, found: &Measured, shell: Shell) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let mut files = vec![
        ("report.md".to_owned(), found.markdown()),
        ("report.json".to_owned(), found.json()?),
        ("report.svg".to_owned(), found.svg()),
    ];
    files.extend(found.rows.iter().map(|row| (format!("{}.cdx.json", row.shape), row.sbom.clone())));
    for (name, text) in files {
        let path = folder.join(name);
        if path.exists() {
            output::replace(&path, &text)?;
        } else {
            fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        }
    }
    shell.status("Wrote", format_args!("the report and its SBOMs to {}", folder.display()));
    Ok(())
}

/// Whether a shape is one of ours.
fn is_ours(shape: &Shape) -> bool {
    shape.name != shapes::SINGLE
}
