//! `cargo dockerize`: a small compiler from facts about a workspace to the text of a Dockerfile.
//!
//! The command is the interface, not this library: it holds what `main.rs` calls, and may change with every release.
//!
//! ```text
//! arguments + Cargo.toml metadata ──► Settings ─┐
//! cargo metadata, unit graph, files ─► Workspace ├─► plan ─► Plan ─► render ─► [RenderedFile] ─► output
//! embedded data ────────────────────► Catalog ──┘
//! ```
//!
//! `foreign` reads a Dockerfile that somebody else wrote, and `adopt` tells what it says that a plan does not.
//!
//! `pipeline` is this picture as code. `inspect` and `output` touch the disk, `shell` speaks to the user; everything
//! between them is pure.

mod adopt;
mod audit;
mod bases;
mod catalog;
mod cli;
mod context_path;
mod engine;
mod error;
mod explain;
mod foreign;
mod inspect;
#[doc(hidden)]
pub mod internals;
mod losses;
mod next_steps;
mod old_ignore;
mod output;
mod pin;
mod pipeline;
mod plan;
mod process;
mod quote;
mod render;
mod report;
mod secret_names;
mod settings;
mod shell;
mod sizes;
mod templates;
mod verify;
mod workspace;

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use anyhow::Result;

use cli::{Command, Print};
use output::{FileState, Target};
use pipeline::Compiled;
use plan::Plan;
use render::{Kind, RenderedFile};
use settings::save;

pub use cli::{CommandLine, Dockerize};
pub use shell::Shell;

/// How a run ended when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Files are current or were written.
    Done,
    /// A check found a fault: a file that is not current, or an image that does not work.
    Failed,
}

/// Runs one command. Errors are for people: [`Shell::error`] shows them with their next steps.
pub fn run(flags: &Dockerize, shell: Shell) -> Result<Outcome> {
    match &flags.command {
        Some(Command::Template(command)) => {
            templates::run(command, &inspect::CargoCommand::from(flags).root(shell)?, shell)
        }
        Some(Command::Completions { shell: of }) => shell.stdout(&cli::completions(*of)).map(|()| Outcome::Done),
        Some(Command::Man { folder }) => {
            let page = cli::write_man_pages(folder)?;
            shell.status("Wrote", format_args!("{} and those of its subcommands", page.display()));
            Ok(Outcome::Done)
        }
        Some(Command::Explain { name }) => {
            let Compiled { plan, workspace, .. } = pipeline::compile(flags, shell)?;
            shell.stdout(&match name {
                Some(name) => explain::about(name, &plan, &workspace)?,
                None => explain::overview(&plan),
            })?;
            Ok(Outcome::Done)
        }
        Some(Command::Audit(audit)) => audit::run(flags, audit, shell),
        Some(Command::Report(report)) => report::run(flags, report, shell),
        Some(Command::Verify(verify)) => verify::run(flags, verify, shell),
        Some(Command::Ci { .. }) => {
            let (compiled, _lock) = compile_alone(flags, shell)?;
            dockerize(compiled, flags, shell)
        }
        None if flags.only_looks() => dockerize(pipeline::compile(flags, shell)?, flags, shell),
        None => {
            let (compiled, _lock) = compile_alone(flags, shell)?;
            if !flags.adopt {
                return dockerize(compiled, flags, shell);
            }
            let compiled = adopt::adopt(compiled, flags, shell)?;
            if flags.force { dockerize(compiled, flags, shell) } else { Ok(Outcome::Done) }
        }
    }
}

/// Compiles for a run that writes. No other one writes while the lock lives, and none has changed the settings meanwhile.
fn compile_alone(flags: &Dockerize, shell: Shell) -> Result<(Compiled, Option<File>)> {
    let compiled = pipeline::compile(flags, shell)?;
    let lock = output::lock(compiled.manifests.root(), shell);
    let is_current = compiled.manifests.settings_are_current();
    Ok((if is_current { compiled } else { pipeline::compile(flags, shell)? }, lock))
}

fn dockerize(compiled: Compiled, flags: &Dockerize, shell: Shell) -> Result<Outcome> {
    let Compiled { manifests, all_settings, output, by_place, plan, files, .. } = compiled;
    for warning in &plan.warnings {
        shell.warn(warning);
    }
    if let Some(what) = flags.print {
        print(what, &plan, &files, shell)?;
        return Ok(Outcome::Done);
    }
    let files = if flags.pin { files.into_iter().map(|file| pinned(file, shell)).collect() } else { files };
    let targets = targets(files, &plan, output.as_deref(), manifests.root())?;
    losses::nothing_hides(&targets, &manifests.root().join(&plan.context.root))?;
    if let Some(member) = by_place.filter(|_| !flags.force) {
        losses::nothing_is_dropped(&targets, &member, &plan)?;
    }
    if flags.check {
        return check(&targets, &plan, shell);
    }
    if !flags.force {
        let root = manifests.root();
        let let_in = losses::let_in(&targets, &root.join(&plan.context.root), &plan);
        losses::nothing_of_the_user_is_lost(&targets, &plan, root, let_in.as_deref(), shell)?;
    }
    if flags.save {
        let (path, text) = manifests.root_manifest()?;
        output::replace(&path, &save::save(&text, all_settings.saved_in, &all_settings.flags)?)?;
        shell.status("Saved", format_args!("options in [{}.metadata.dockerize]", all_settings.saved_in.key()));
    }
    write(&targets, &plan, shell)?;
    Ok(Outcome::Done)
}

/// The Dockerfile with digests.
fn pinned(file: RenderedFile, shell: Shell) -> RenderedFile {
    if file.kind == Kind::Dockerfile { RenderedFile { text: pin::pin(&file.text, shell), ..file } } else { file }
}

/// Both files with what lies in their places.
fn targets(files: Vec<RenderedFile>, plan: &Plan, output: Option<&str>, root: &Path) -> Result<Vec<Target>> {
    let fixed: Vec<&str> = plan.toolchain.is_fixed.then_some(plan.toolchain.image.as_str()).into_iter().collect();
    let look = |file: RenderedFile| {
        let shown = place(file.kind, plan, output);
        Target::look(file, root, shown, &fixed)
    };
    files.into_iter().map(look).collect()
}

/// Where a file goes, relative to the workspace root. The default ignore file is found by builders only at the
/// context's root; one with the Dockerfile's name is found beside it.
fn place(kind: Kind, plan: &Plan, output: Option<&str>) -> String {
    match (kind, output) {
        (Kind::Dockerfile, output) => output.unwrap_or("Dockerfile").to_owned(),
        (Kind::Dockerignore, None) if plan.context.root == "." => ".dockerignore".to_owned(),
        (Kind::Dockerignore, output) => format!("{}.dockerignore", output.unwrap_or("Dockerfile")),
        (further, _) => further.place(plan).unwrap_or_default(),
    }
}

fn print(what: Print, plan: &Plan, files: &[RenderedFile], shell: Shell) -> Result<()> {
    let kind = match what {
        Print::Plan => {
            return shell.stdout(&format!("{}\n", serde_json::to_string_pretty(plan)?));
        }
        Print::Dockerfile => Kind::Dockerfile,
        Print::Dockerignore => Kind::Dockerignore,
        Print::Bake => Kind::Bake,
        Print::Compose => Kind::Compose,
    };
    for file in files.iter().filter(|file| file.kind == kind) {
        shell.stdout(&file.text)?;
    }
    Ok(())
}

fn check(targets: &[Target], plan: &Plan, shell: Shell) -> Result<Outcome> {
    let behind: Vec<&Target> = targets.iter().filter(|target| target.state != FileState::Current).collect();
    if behind.is_empty() {
        shell.status("Checked", format_args!("{}: {} are current", headline(plan), shown(targets)));
        return Ok(Outcome::Done);
    }
    for target in &behind {
        shell.diff(&target.diff())?;
    }
    let names: Vec<String> = behind.iter().map(|target| format!("`{}`", target.shown)).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let command = &plan.command;
    let has = |state| behind.iter().any(|target| target.state == state);
    let step = if has(FileState::Foreign) {
        format!("run `{command} --force` and commit what it writes, in place of what somebody else wrote")
    } else if has(FileState::Edited) {
        format!(
            "move the edits into Cargo.toml's settings or a template of your own, then run `{command} --force` and commit"
        )
    } else {
        format!("run `{command}` and commit what it writes")
    };
    shell.verdict(format_args!("{} {verb} out of date", names.join(" and ")), &step);
    Ok(Outcome::Failed)
}

fn write(targets: &[Target], plan: &Plan, shell: Shell) -> Result<()> {
    let changed: Vec<&Target> = targets.iter().filter(|target| target.state != FileState::Current).collect();
    output::write(&changed)?;
    if changed.is_empty() {
        shell.status("Unchanged", format_args!("{}: {} are current", headline(plan), shown(targets)));
    } else {
        shell.status("Dockerized", format_args!("{}: wrote {}", headline(plan), shown(changed)));
    }
    reasons(plan, shell);
    next_steps::notes(plan, shell);
    next_steps::commands(plan, &targets[0].shown, shell);
    Ok(())
}

/// `api, worker (distroless cc: links libpq)`
fn headline(plan: &Plan) -> String {
    let names: Vec<&str> = plan.images.iter().map(|image| image.binary.as_str()).collect();
    let runtime = plan.template.runtime;
    let mut headline = format!("{} (", names.join(", "));
    if plan.template.name != runtime.to_string() {
        let _ = write!(headline, "template {} on ", plan.template.name);
    }
    let _ = write!(headline, "{}: {}", runtime.title(), plan.template.reason);
    if let Some(shape) = plan.build.cache.chosen() {
        let _ = write!(headline, "; cache {shape}");
    }
    headline.push(')');
    headline
}

fn shown<'a>(targets: impl IntoIterator<Item = &'a Target>) -> String {
    let names: Vec<&str> = targets.into_iter().map(|target| target.shown.as_str()).collect();
    match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    }
}

/// With `--verbose`, what each choice rests on.
fn reasons(plan: &Plan, shell: Shell) {
    shell.reason(format_args!("{}: {}", plan.toolchain.image, plan.toolchain.reason));
    let show = |packages: &[plan::DebianPackage], place: &str| {
        for package in packages {
            shell.reason(format_args!("{} in {place}: {}", package.name, package.because.join(", ")));
        }
    };
    show(&plan.toolchain.packages, "the build stage");
    for image in &plan.images {
        show(&image.packages, &format!("the image of {}", image.binary));
    }
}
