//! What must not be lost: the files that lie where ours go enter, and an error leaves where one of them is somebody's work
//! or has what ours would drop.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::error::{Failure, quoted};
use crate::old_ignore::{self, LetIn};
use crate::output::{FileState, Target};
use crate::plan::Plan;
use crate::shell::Shell;
use crate::{adopt, inspect};

/// Refuses to write an ignore file that builders do not read because they find another one first.
pub(crate) fn nothing_hides(targets: &[Target], context: &Path) -> Result<()> {
    let Some(own) = targets.iter().find(|target| target.shown.ends_with(".dockerignore")) else {
        return Ok(());
    };
    let rivals: Vec<PathBuf> = match own.shown.strip_suffix(".dockerignore") {
        Some("") => ["Dockerfile.dockerignore", "Dockerfile.containerignore", ".containerignore"]
            .map(|name| context.join(name))
            .into(),
        _ => vec![own.path.with_extension("containerignore")],
    };
    match rivals.iter().find(|path| path.is_file()) {
        None => Ok(()),
        Some(rival) => {
            let name = rival.file_name().unwrap_or_default().to_string_lossy();
            Err(Failure::new(format!(
                "builders read `{name}` and not `{}`: it may hide what the build needs",
                own.shown
            ))
            .help(format!("remove `{name}`, or write to a name of its own with `--output FILE`"))
            .into())
        }
    }
}

/// Files that an ignore file of somebody else's kept out and that ours lets through; `None` where there is no such file.
pub(crate) fn let_in(targets: &[Target], context: &Path, plan: &Plan) -> Option<Vec<LetIn>> {
    let old = targets.iter().find(|target| is_ignore_file(target) && target.state == FileState::Foreign)?;
    Some(old_ignore::let_in(&old.existing, inspect::travelling(context, &plan.context)))
}

fn is_ignore_file(target: &Target) -> bool {
    target.shown.ends_with(".dockerignore")
}

/// Refuses to replace what is not ours, or is no longer. An ignore file that kept out nothing more than ours does is taken
/// over.
pub(crate) fn nothing_of_the_user_is_lost(
    targets: &[Target],
    plan: &Plan,
    root: &Path,
    let_in: Option<&[LetIn]>,
    shell: Shell,
) -> Result<()> {
    let is_covered = |target: &Target| is_ignore_file(target) && let_in.is_some_and(<[LetIn]>::is_empty);
    let precious =
        |target: &&Target| matches!(target.state, FileState::Edited | FileState::Foreign) && !is_covered(target);
    let Some(target) = targets.iter().find(precious) else {
        if let Some(old) = targets.iter().find(|target| is_covered(target)) {
            shell.note(format_args!("the `{}` that was there is replaced: ours keeps out all that it did", old.shown));
        }
        return Ok(());
    };
    shell.diff(&target.diff())?;
    adopt::tell(target, plan, root, shell)?;
    let failure = not_ours(target, plan);
    let more = let_in.filter(|_| is_ignore_file(target)).and_then(<[LetIn]>::split_first);
    Err(match more {
        Some((first, rest)) => {
            let rest = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            failure.help(format!("`{}`{rest} would travel, which its line `{}` kept out", first.path, first.line))
        }
        None => failure,
    }
    .into())
}

/// Whoever stands in the folder of one member has not said that the images of the others are to go.
pub(crate) fn nothing_is_dropped(targets: &[Target], member: &str, plan: &Plan) -> Result<()> {
    let Some((target, dropped)) =
        targets.iter().map(|target| (target, target.dropped_images())).find(|(_, dropped)| !dropped.is_empty())
    else {
        return Ok(());
    };
    Err(Failure::new(format!(
        "in this folder only `{member}` is built, and `{}` has other images too: {}",
        target.shown,
        quoted(dropped)
    ))
    .help("run it at the workspace root to keep them")
    .help("give the member a file of its own, as in `--output Dockerfile` in this folder")
    .help(format!("drop them with `{} --force`", plan.command))
    .into())
}

/// A refusal that ends with the commands to choose from.
fn not_ours(target: &Target, plan: &Plan) -> Failure {
    let command = &plan.command;
    let failure = if target.state == FileState::Edited {
        Failure::new(format!("`{}` was edited since cargo-dockerize wrote it", target.shown))
            .help("move the edit into Cargo.toml's settings or a template of your own: `cargo dockerize template list`")
    } else {
        let elsewhere = if command.contains("--output") {
            "name another file with `--output`".to_owned()
        } else {
            format!("write elsewhere: `{command} --output docker/Dockerfile`")
        };
        Failure::new(format!("`{}` was not written by cargo-dockerize", target.shown))
            .help(format!("keep it, and {elsewhere}"))
    };
    let failure = if target.foreign_dockerfile().is_some() {
        failure.help(format!("take over what it says of the image, and replace it: `{command} --adopt --force`"))
    } else {
        failure
    };
    failure.help(format!("replace it, as the diff above shows: `{command} --force`"))
}
