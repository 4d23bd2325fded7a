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

use std::path::Path;

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
    /// Whether a file or folder is there, by its path from the workspace root.
    exists: &'a dyn Fn(&str) -> bool,
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

    /// Whether the ignore file leaves a path out.
    fn ignores(&self, path: &str) -> bool {
        !old_ignore::let_in(self.ignore.unwrap_or_default(), [ContextPath::default().join(path)]).is_empty()
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
    let compiled = compiled.ok();
    let root = compiled.as_ref().map_or(Path::new("."), |compiled| compiled.manifests.root());
    let output = compiled.as_ref().and_then(|compiled| compiled.output.clone());
    let name = audit.file.clone().unwrap_or_else(|| output.as_deref().unwrap_or("Dockerfile").into());
    let path = if audit.file.is_some() { name.clone() } else { root.join(&name) };
    let text = inspect::regular_text(&path).map_err(|error| {
        Failure::new(format!("cannot read `{}`: {error}", name.display()))
            .help("name the Dockerfile: `cargo dockerize audit FILE`")
    })?;
    let ignore = [path.with_file_name(format!("{}.dockerignore", file_name(&path))), root.join(".dockerignore")];
    let ignore = ignore.iter().find_map(|path| inspect::regular_text(path).ok()).unwrap_or_default();
    let exists = |path: &str| root.join(path).exists();
    let unix = text.replace("\r\n", "\n");
    let is_at_root = path.parent().is_some_and(|folder| {
        let real = |folder: &Path| folder.canonicalize().ok();
        real(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) == real(root)
    });
    let ignore = is_at_root.then_some(ignore.as_str());
    let known = compiled.as_ref().map(|compiled| (&compiled.workspace, &compiled.plan));
    let facts = Facts { text: &unix, known, exists: &exists, ignore };
    let mut findings = findings(&facts)
        .map_err(|cause| Failure::new(format!("cannot read `{}` as a Dockerfile: {cause}", name.display())))?;
    let mut shown_text = unix.clone();
    if audit.fix {
        let mended = fix::mended(&unix, &findings);
        if mended != unix {
            let written = if text.contains("\r\n") { mended.replace('\n', "\r\n") } else { mended.clone() };
            output::replace(&path, &written)?;
            let edits = findings.iter().filter(|finding| finding.edit.is_some()).count();
            shell.status("Mended", format_args!("{}: {edits} of {} findings", name.display(), findings.len()));
            findings = self::findings(&Facts { text: &mended, ..facts }).unwrap_or_default();
            shown_text = mended;
        }
    }
    let found =
        report::Found { rules: &rules, findings: &findings, text: &shown_text, file: &name.display().to_string() };
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
    let root = compiled.manifests.root();
    let exists = |path: &str| root.join(path).exists();
    let known = Some((&compiled.workspace, &compiled.plan));
    Ok(findings(&Facts { text, known, exists: &exists, ignore: Some(ignore) })?
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
