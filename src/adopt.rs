//! Dockerfiles of somebody else's that stand in the way: what they say enters, lines for the user leave, and with `--adopt`
//! settings in the manifest.

use std::path::Path;

use anyhow::{Context, Result};

use crate::catalog::Catalog;
use crate::cli::Dockerize;
use crate::error::Failure;
use crate::foreign::{self, Difference, Ours};
use crate::output::{self, FileState, Target};
use crate::pipeline::{self, Compiled};
use crate::plan::Plan;
use crate::shell::Shell;

/// Lines that are shown unless somebody asks for all.
const MOST: usize = 8;

/// Says in a few lines what a Dockerfile of somebody else's does that ours would not do, and how to keep it.
pub(crate) fn tell(target: &Target, plan: &Plan, root: &Path, shell: Shell) -> Result<()> {
    let Some(text) = target.foreign_dockerfile() else { return Ok(()) };
    match foreign::read(text) {
        Ok(foreign) => {
            let found = differences(&foreign, plan, root)?;
            list(&format!("what `{}` does and ours would not:", target.shown), found.iter(), shell);
            if found.iter().any(Difference::is_adopted) {
                shell.note("`--adopt` writes these settings into Cargo.toml");
            }
        }
        Err(reason) => unread(target, &reason, shell),
    }
    Ok(())
}

/// Writes settings for what the Dockerfile says, and makes the plan anew.
pub(crate) fn adopt(compiled: Compiled, flags: &Dockerize, shell: Shell) -> Result<Compiled> {
    let Compiled { manifests, all_settings, output, plan, files, .. } = compiled;
    let targets = crate::targets(files, &plan, output.as_deref(), manifests.root())?;
    let target = targets.iter().find(|target| target.foreign_dockerfile().is_some());
    let Some((target, text)) = target.and_then(|target| Some((target, target.foreign_dockerfile()?))) else {
        return Err(nothing_to_adopt(&targets).into());
    };
    let foreign = foreign::read(text).map_err(|reason| {
        Failure::new(format!("cannot read `{}`: {}", target.shown, reason.trim_end()))
            .help("correct it, or write the settings by hand")
    })?;
    let found = differences(&foreign, &plan, manifests.root())?;
    let (path, before) = manifests.root_manifest()?;
    let after = foreign::adopted(&before, all_settings.saved_in, &found)?;
    let table = all_settings.saved_in.key();
    if after == before {
        shell.status("Unchanged", format_args!("[{table}.metadata.dockerize] has what `{}` says", target.shown));
    } else {
        output::replace(&path, &after)?;
    }
    let again = pipeline::compile(flags, shell).or_else(|error| {
        output::replace(&path, &before)?;
        Err(error).with_context(|| format!("the settings that `{}` leads to contradict others", target.shown))
    })?;
    if after != before {
        shell.status("Adopted", format_args!("`{}` as settings in [{table}.metadata.dockerize]:", target.shown));
        for difference in found.iter().filter(|difference| difference.is_adopted()) {
            shell.line(format_args!("  {difference}"));
        }
    }
    let left = differences(&foreign, &again.plan, manifests.root())?;
    list("what is left for you to decide:", left.iter(), shell);
    if !flags.force {
        shell.note(format_args!("`{}` is as it was; replace it with `--force`", target.shown));
    }
    Ok(again)
}

fn differences(foreign: &foreign::Foreign, plan: &Plan, root: &Path) -> Result<Vec<Difference>> {
    let catalog = Catalog::load()?;
    let exists = |path: &str| root.join(path).exists();
    Ok(foreign::differences(foreign, Ours { plan, catalog: &catalog, exists: &exists }))
}

fn list<'a>(title: &str, found: impl ExactSizeIterator<Item = &'a Difference>, shell: Shell) {
    let count = found.len();
    if count == 0 {
        return;
    }
    shell.note(title);
    let most = if shell.is_verbose() { usize::MAX } else { MOST };
    for difference in found.take(most) {
        shell.line(format_args!("  {difference}"));
    }
    if count > most {
        shell.line(format_args!("  and {} more, which `--verbose` shows", count - most));
    }
}

fn unread(target: &Target, reason: &str, shell: Shell) {
    let first = reason.lines().next().unwrap_or_default();
    shell.note(format_args!("nothing can be said of what `{}` does: {first}", target.shown));
}

fn nothing_to_adopt(targets: &[Target]) -> Failure {
    let dockerfile = targets.iter().find(|target| target.kind == crate::render::Kind::Dockerfile);
    let (shown, state) =
        dockerfile.map_or(("Dockerfile", &FileState::Missing), |target| (target.shown.as_str(), &target.state));
    match state {
        FileState::Missing => Failure::new(format!("there is no `{shown}` to adopt"))
            .help("name the one that is there with `--output FILE`, or leave `--adopt` away"),
        FileState::Edited => Failure::new(format!("`{shown}` was written by cargo-dockerize and edited since")).help(
            "move the edit into Cargo.toml's settings or a template of your own (`cargo dockerize template eject`)",
        ),
        _ => Failure::new(format!("`{shown}` was written by cargo-dockerize: there is nothing to adopt"))
            .help("leave `--adopt` away"),
    }
}
