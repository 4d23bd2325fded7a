//! `cargo dockerize` as a library: a small compiler from facts about a workspace to the text of a Dockerfile.
//!
//! ```text
//! arguments + Cargo.toml metadata ──► Settings ─┐
//! cargo metadata, unit graph, files ─► Workspace ├─► plan ─► Plan ─► render ─► [RenderedFile] ─► output
//! embedded data ────────────────────► Catalog ──┘
//! ```
//!
//! [`inspect`] and [`output`] touch the disk, [`shell`] speaks to the user; everything between them is pure.

pub mod catalog;
pub mod cli;
pub mod error;
pub mod inspect;
pub mod output;
pub mod plan;
pub mod render;
pub mod settings;
pub mod shell;
pub mod workspace;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use catalog::Catalog;
use cli::{Command, Dockerize, Print, TemplateCommand};
use error::{Failure, quoted};
use inspect::{Facts, Manifests};
use output::{FileState, Target};
use plan::{Plan, Request};
use render::{Kind, RenderedFile};
use settings::save;
use shell::Shell;

/// How a run ended when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Files are current or were written.
    Done,
    /// `--check` found a file that is not current.
    OutOfDate,
}

/// Runs one command. Errors are for people: [`shell::Shell::error`] shows them with their next steps.
pub fn run(flags: &Dockerize, shell: Shell) -> Result<Outcome> {
    match &flags.command {
        Some(Command::Template(TemplateCommand::Eject { name })) => {
            eject(&inspect::root(flags, shell)?, name.as_deref(), flags.force, shell)
        }
        None => dockerize(&Manifests::read(flags, shell)?, flags, shell),
    }
}

/// What the pipeline makes of a workspace, before any of it is written.
#[derive(Debug)]
pub struct Compiled {
    /// Facts that the plan was made from.
    pub facts: Facts,
    /// All decisions.
    pub plan: Plan,
    /// The Dockerfile and the ignore file.
    pub files: [RenderedFile; 2],
}

/// The whole pipeline without its last stage: reads, decides and renders.
pub fn compile(manifests: &Manifests, flags: &Dockerize, shell: Shell) -> Result<Compiled> {
    let facts = manifests.facts(shell)?;
    // Options that are saved need not be given again.
    let given = if flags.save { Vec::new() } else { facts.flags_to_repeat() };
    let command = std::iter::once("cargo dockerize".to_owned()).chain(given).collect::<Vec<_>>().join(" ");
    let request = Request {
        settings: &facts.settings,
        layers: &facts.layers,
        runtime: facts.runtime,
        reason: &facts.reason,
        command: &command,
    };
    let plan = plan::plan(&facts.workspace, &Catalog::load()?, request)?;
    let files = render::render(&plan, &inspect::own_templates(manifests.root())?)?;
    Ok(Compiled { facts, plan, files })
}

fn dockerize(manifests: &Manifests, flags: &Dockerize, shell: Shell) -> Result<Outcome> {
    let Compiled { facts, plan, files } = compile(manifests, flags, shell)?;
    if let Some(what) = flags.print {
        print(what, &plan, &files, shell)?;
        return Ok(Outcome::Done);
    }
    let mut targets = Vec::new();
    for file in files {
        let shown = place(file.kind, &plan, facts.output.as_deref());
        targets.push(Target::look(file, manifests.root(), shown)?);
    }
    for warning in &plan.warnings {
        shell.warn(warning);
    }
    if flags.check {
        return Ok(check(&targets, &plan, shell));
    }
    write(&targets, &facts, flags, &plan, shell)?;
    Ok(Outcome::Done)
}

/// Where a file goes, relative to the workspace root. The default ignore file is found by builders only at the
/// context's root; one with the Dockerfile's name is found beside it.
fn place(kind: Kind, plan: &Plan, output: Option<&str>) -> String {
    match (kind, output) {
        (Kind::Dockerfile, output) => output.unwrap_or("Dockerfile").to_owned(),
        (Kind::Dockerignore, None) if plan.context.root == "." => ".dockerignore".to_owned(),
        (Kind::Dockerignore, output) => format!("{}.dockerignore", output.unwrap_or("Dockerfile")),
    }
}

fn print(what: Print, plan: &Plan, files: &[RenderedFile], shell: Shell) -> Result<()> {
    let kind = match what {
        Print::Plan => {
            shell.stdout(&format!("{}\n", serde_json::to_string_pretty(plan)?));
            return Ok(());
        }
        Print::Dockerfile => Kind::Dockerfile,
        Print::Dockerignore => Kind::Dockerignore,
    };
    for file in files.iter().filter(|file| file.kind == kind) {
        shell.stdout(&file.text);
    }
    Ok(())
}

fn check(targets: &[Target], plan: &Plan, shell: Shell) -> Outcome {
    let behind: Vec<&Target> = targets.iter().filter(|target| target.state != FileState::Current).collect();
    if behind.is_empty() {
        shell.status("Checked", format_args!("{}: {} are current", headline(plan), shown(targets)));
        return Outcome::Done;
    }
    for target in &behind {
        shell.diff(&target.diff());
    }
    let names: Vec<String> = behind.iter().map(|target| format!("`{}`", target.shown)).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    shell.verdict(
        format_args!("{} {verb} out of date", names.join(" and ")),
        &format!("run `{}` and commit what it writes", plan.command),
    );
    Outcome::OutOfDate
}

fn write(targets: &[Target], facts: &Facts, flags: &Dockerize, plan: &Plan, shell: Shell) -> Result<()> {
    let precious = |target: &&Target| matches!(target.state, FileState::Edited | FileState::Foreign);
    if !flags.force {
        if let Some(target) = targets.iter().find(precious) {
            shell.diff(&target.diff());
            return Err(not_ours(target).into());
        }
    }
    if flags.save {
        let (path, text, scope) = &facts.root_manifest;
        output::replace(path, &save::save(text, *scope, &facts.layers.flags)?)?;
        shell.status("Saved", format_args!("options in [{}.metadata.dockerize]", scope.key()));
    }
    let changed: Vec<&Target> = targets.iter().filter(|target| target.state != FileState::Current).collect();
    output::write(&changed)?;
    if changed.is_empty() {
        shell.status("Unchanged", format_args!("{}: {} are current", headline(plan), shown(targets)));
    } else {
        shell.status("Dockerized", format_args!("{}: wrote {}", headline(plan), shown(changed)));
    }
    explain(plan, shell);
    if plan.context.root != "." {
        let dockerfile = place(Kind::Dockerfile, plan, facts.output.as_deref());
        shell.note(format_args!(
            "a path dependency lies outside the workspace; from its root, build with `docker build --file {dockerfile} {}`",
            plan.context.root
        ));
    }
    Ok(())
}

fn not_ours(target: &Target) -> Failure {
    let failure = match target.state {
        FileState::Edited => Failure::new(format!("`{}` was edited since cargo-dockerize wrote it", target.shown))
            .help(
                "move the edit into Cargo.toml's settings or a template of your own (`cargo dockerize template eject`)",
            ),
        _ => Failure::new(format!("`{}` was not written by cargo-dockerize", target.shown))
            .help("keep it and write elsewhere with `--output FILE`"),
    };
    failure.help("replace it with `--force`; the diff above shows what would change")
}

/// `api, worker (distroless cc: links libpq)`
fn headline(plan: &Plan) -> String {
    let names: Vec<&str> = plan.images.iter().map(|image| image.binary.as_str()).collect();
    let runtime = plan.template.runtime;
    let mut headline = format!("{} (", names.join(", "));
    if plan.template.name != runtime.to_string() {
        let _ = write!(headline, "template {} on ", plan.template.name);
    }
    let _ = write!(headline, "{}: {})", runtime.title(), plan.template.reason);
    headline
}

fn shown<'a>(targets: impl IntoIterator<Item = &'a Target>) -> String {
    targets.into_iter().map(|target| target.shown.as_str()).collect::<Vec<_>>().join(" and ")
}

/// With `--verbose`, what each choice rests on.
fn explain(plan: &Plan, shell: Shell) {
    shell.reason(format_args!("{}: {}", plan.toolchain.image, plan.toolchain.reason));
    for package in &plan.toolchain.packages {
        shell.reason(format_args!("{} in the build stage: {}", package.name, package.because));
    }
    for image in &plan.images {
        for package in &image.packages {
            shell.reason(format_args!("{} in the image of {}: {}", package.name, image.binary, package.because));
        }
    }
}

fn eject(root: &Path, name: Option<&str>, force: bool, shell: Shell) -> Result<Outcome> {
    let chosen: Vec<&(&str, &str)> =
        render::BUILT_IN.iter().filter(|(built_in, _)| name.is_none_or(|name| name == *built_in)).collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        let known = || render::BUILT_IN.iter().map(|(name, _)| *name);
        let failure = Failure::new(format!("there is no built-in template `{name}`"));
        return Err(match error::nearest(name, known()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help(format!("built-in are {}", quoted(known()))),
        }
        .into());
    }
    let own = inspect::own_templates(root)?;
    let existing: Vec<&str> = chosen.iter().map(|(name, _)| *name).filter(|name| own.contains_key(*name)).collect();
    if !existing.is_empty() && !force {
        return Err(Failure::new(format!("{} in {} would be overwritten", quoted(existing), render::TEMPLATE_FOLDER))
            .help("name another one, or replace them with `--force`")
            .into());
    }
    for (name, text) in chosen {
        let shown = Path::new(render::TEMPLATE_FOLDER).join(format!("{name}.hbs"));
        output::replace(&root.join(&shown), text)?;
        shell.status("Ejected", shown.display());
    }
    Ok(Outcome::Done)
}
