//! Files that a build needs and that a clone does not have: paths enter, an error with the line that needs them leaves.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use super::disk::repository;
use super::paths::Layout;
use crate::context_path::ContextPath;
use crate::error::Failure;
use crate::workspace::Mention;

/// Refuses a file that becomes part of the program and that git ignores. Git itself is asked; where there is none, or
/// no repository, nothing is hidden.
pub(super) fn refuse(layout: &Layout, included: &[Mention<ContextPath>]) -> Result<()> {
    let names: Vec<&str> = included.iter().map(|said| said.what.as_str()).collect();
    let ignored = ignored(&layout.context, &names);
    let mut hidden = included.iter().filter(|said| ignored.split('\0').any(|path| path == said.what.as_str()));
    let Some(first) = hidden.next() else {
        return Ok(());
    };
    let rest = hidden.count();
    let more = if rest == 0 { String::new() } else { format!(" ({rest} more like it)") };
    Err(Failure::new(format!(
        "git ignores `{}`, which {} includes: a clone cannot be built{more}",
        first.what, first.place
    ))
    .help(format!("commit it with `git add --force {}`, or let a build script write it to OUT_DIR", first.what))
    .into())
}

/// Removes what comes from paths that git ignores.
pub(super) fn remove<T>(layout: &Layout, found: &mut Vec<(ContextPath, T)>) {
    let names: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let ignored = ignored(&layout.context, &names);
    found.retain(|(path, _)| ignored.split('\0').all(|one| one != path.as_str()));
}

/// Whether git ignores the lock file of a workspace. One that is committed all the same is not ignored.
pub(super) fn ignores_lock_file(root: &Path) -> bool {
    !ignored(root, &["Cargo.lock"]).is_empty()
}

/// Those of the names in a folder that git ignores, separated by NUL.
fn ignored(folder: &Path, names: &[&str]) -> String {
    if names.is_empty() || repository(folder).is_none() {
        return String::new();
    }
    ask_git(folder, names.join("\0")).unwrap_or_default()
}

fn ask_git(folder: &Path, names: String) -> Option<String> {
    let mut git = Command::new("git")
        .args(["check-ignore", "--stdin", "-z"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut input = git.stdin.take()?;
    let writer = std::thread::spawn(move || input.write_all(names.as_bytes()));
    let output = git.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    String::from_utf8(output.stdout).ok()
}
