//! `cargo dockerize audit`: a Dockerfile that is there and the facts of its workspace enter, what is wrong with it leaves,
//! each with its place, its cause and the way out.

mod bases;
mod build;
mod copies;
mod file;
mod fix;
mod packages;
mod report;
mod rule;
mod running;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::Outcome;
use crate::cli::{Audit, Dockerize};
use crate::context_path::ContextPath;
use crate::error::{Failure, quoted};
use crate::foreign;
use crate::inspect;
use crate::old_ignore;
use crate::output;
use crate::pipeline::{self, Compiled};
use crate::plan::{Image, Plan};
use crate::shell::Shell;
use crate::workspace::Workspace;

use file::File;
use rule::{Finding, Rule};

pub(crate) use report::AuditFormat;
pub(crate) use rule::Level;

/// What rules hold a Dockerfile against.
struct Facts<'a> {
    /// The Dockerfile.
    text: &'a str,
    /// The workspace and what slim images of it would be, if cargo can read it.
    known: Option<(&'a Workspace, &'a Plan)>,
    /// The workspace root.
    root: &'a Path,
    /// The text of the ignore file, where the Dockerfile lies at the root, so that the build context most likely begins
    /// there.
    ignore: Option<&'a str>,
}

impl<'a> Facts<'a> {
    /// The plan for the program that the last stage starts.
    fn image(&self, file: &File) -> Option<&'a Image> {
        let words = file.last().steps.iter().flat_map(|step| match &step.what {
            foreign::What::Start { command, .. } => foreign::words_of(command).unwrap_or_default(),
            foreign::What::Copy { sources, to, .. } => sources.iter().chain([to]).cloned().collect(),
            _ => Vec::new(),
        });
        let names: Vec<String> = words.filter_map(|word| word.rsplit('/').next().map(str::to_owned)).collect();
        self.known?.1.images.iter().find(|image| names.contains(&image.binary))
    }

    /// Whether a file or folder is there, by its path from the workspace root.
    fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Whether the ignore file leaves a path out.
    fn ignores(&self, path: &str) -> bool {
        !old_ignore::let_in(self.ignore.unwrap_or_default(), [ContextPath::default().join(path)]).is_empty()
    }
}

/// A Dockerfile on this disk, and what is beside it.
struct Audited<'a> {
    path: PathBuf,
    /// Its name as the user has it.
    name: String,
    /// Its text as it is, line ends included.
    text: String,
    /// See [`Facts::ignore`].
    ignore: Option<String>,
    /// The root of the workspace, or where the user stands.
    root: &'a Path,
    compiled: Option<&'a Compiled>,
}

impl<'a> Audited<'a> {
    /// Reads the file that was named, or else the one that this program would write.
    fn read(named: Option<&Path>, compiled: Option<&'a Compiled>) -> Result<Self> {
        let root = compiled.map_or(Path::new("."), |compiled| compiled.manifests.root());
        let output = compiled.and_then(|compiled| compiled.output.as_deref()).unwrap_or("Dockerfile");
        let name = named.unwrap_or(Path::new(output));
        let path = if named.is_some() { name.to_owned() } else { root.join(name) };
        let text = inspect::regular_text(&path).map_err(|error| {
            Failure::new(format!("cannot read `{}`: {error}", name.display()))
                .help("name the Dockerfile: `cargo dockerize audit FILE`")
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let is_at_root = folder.canonicalize().ok() == root.canonicalize().ok();
        let own_ignore = path.with_file_name(format!("{}.dockerignore", file_name(&path)));
        let ignore =
            || [own_ignore, root.join(".dockerignore")].iter().find_map(|path| inspect::regular_text(path).ok());
        let ignore = is_at_root.then(|| ignore().unwrap_or_default());
        Ok(Self { name: name.display().to_string(), path, text, ignore, root, compiled })
    }

    /// What is wrong with a text that stands in its place, whose lines end with a line feed.
    fn findings(&self, text: &str) -> Result<Vec<Finding>> {
        let known = self.compiled.map(|compiled| (&compiled.workspace, &compiled.plan));
        findings(&Facts { text, known, root: self.root, ignore: self.ignore.as_deref() })
            .map_err(|cause| Failure::new(format!("cannot read `{}` as a Dockerfile: {cause}", self.name)).into())
    }

    /// Writes a text in its place, with the line ends that it has.
    fn replace(&self, text: &str) -> Result<()> {
        let has_carriage_returns = self.text.contains("\r\n");
        output::replace(&self.path, &if has_carriage_returns { text.replace('\n', "\r\n") } else { text.to_owned() })
    }
}

/// Reads a Dockerfile and tells, or mends, what is wrong with it.
pub(crate) fn run(flags: &Dockerize, audit: &Audit, shell: Shell) -> Result<Outcome> {
    let rules = rule::rules()?;
    if let Some(id) = &audit.explain {
        shell.stdout(&explained(&rules, id)?)?;
        return Ok(Outcome::Done);
    }
    // Slim images name the packages that a program needs, and are possible for every workspace.
    let mut flags = flags.clone();
    flags.image.slim = true;
    let compiled = pipeline::compile(&flags, shell.quiet());
    if let Err(error) = &compiled {
        let cause = error.to_string();
        let cause = cause.lines().next().unwrap_or_default();
        shell.warn(format_args!("the workspace cannot be read, so that rules about it are left out: {cause}"));
    }
    let audited = Audited::read(audit.file.as_deref(), compiled.as_ref().ok())?;
    let mut text = audited.text.replace("\r\n", "\n");
    let mut findings = audited.findings(&text)?;
    let mended = if audit.fix { fix::mended(&text, &findings) } else { text.clone() };
    if mended != text {
        audited.replace(&mended)?;
        let edits = findings.iter().filter(|finding| finding.edit.is_some()).count();
        shell.status("Mended", format_args!("{}: {edits} of {} findings", audited.name, findings.len()));
        findings = audited.findings(&mended)?;
        text = mended;
    }
    let found = report::Found { rules: &rules, findings: &findings, text: &text, file: &audited.name };
    shell.stdout(&found.shown(audit.format)?)?;
    let is_denied = |finding: &Finding| found.rule(finding).is_some_and(|rule| rule.level >= audit.deny);
    Ok(if findings.iter().any(is_denied) { Outcome::Failed } else { Outcome::Done })
}

/// What all rules find, from top to bottom.
fn findings(facts: &Facts) -> Result<Vec<Finding>, String> {
    let Some(file) = File::new(foreign::stages(facts.text)?) else { return Err("it has no stage".to_owned()) };
    let mut findings = bases::check(&file);
    findings.extend(packages::check(&file, facts));
    findings.extend(build::check(&file));
    findings.extend(copies::check(&file, facts));
    findings.extend(running::check(&file, facts));
    findings.sort_by_key(|finding| (finding.place.start, finding.rule));
    Ok(findings)
}

/// Rules that a Dockerfile breaks.
pub(crate) fn broken(text: &str, compiled: &Compiled, ignore: &str) -> Result<Vec<&'static str>, String> {
    let known = Some((&compiled.workspace, &compiled.plan));
    Ok(findings(&Facts { text, known, root: compiled.manifests.root(), ignore: Some(ignore) })?
        .iter()
        .map(|finding| finding.rule)
        .collect())
}

/// Ids of all rules.
pub(crate) fn ids() -> Vec<String> {
    rule::rules().into_iter().flatten().map(|rule| rule.id).collect()
}

/// All that is known of a rule.
fn explained(rules: &[Rule], id: &str) -> Result<String> {
    let Some(rule) = rules.iter().find(|rule| rule.id == id) else {
        let known = rules.iter().map(|rule| rule.id.as_str());
        return Err(Failure::new(format!("there is no rule `{id}`"))
            .help_nearest(id, known.clone(), || Some(format!("there are {}", quoted(known))))
            .into());
    };
    let level = report::level_name(rule.level);
    Ok(format!("{} ({level}): {}\n\n{}\n\n{}\n", rule.id, rule.title, rule.why, rule.fix))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
