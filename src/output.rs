//! The edge where text meets disk: rendered files enter, [`FileState`]s leave, and files are written whole or not at
//! all.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use fs4::{FileExt, TryLockError};
use similar::TextDiff;
use tempfile::NamedTempFile;

use crate::bases;
use crate::inspect::regular_text;
use crate::render::{Kind, Origin, RenderedFile, origin};
use crate::shell::Shell;

/// What names of temporary files begin with; six letters and digits follow.
const PREFIX: &str = ".dockerize-";

/// How a file on disk compares with what would be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileState {
    /// The same, whatever its line ends.
    Current,
    /// There is none.
    Missing,
    /// We wrote it and it is out of date.
    Stale,
    /// We wrote it, and it was edited since.
    Edited,
    /// Somebody else wrote it.
    Foreign,
}

/// A rendered file, its place, and what lies there.
#[derive(Debug)]
pub(crate) struct Target {
    /// What it is.
    pub kind: Kind,
    /// Where it goes.
    pub path: PathBuf,
    /// The path as messages show it, relative to the workspace root.
    pub shown: String,
    /// What lies there now.
    pub state: FileState,
    text: String,
    /// The text that lies there.
    pub existing: String,
}

impl Target {
    /// Looks at what lies at `root/shown`. A file that cannot be read is an error, never "stale". Base images that a bot
    /// moved stay where they are, but for versions of those in `fixed`.
    pub(crate) fn look(file: RenderedFile, root: &Path, shown: String, fixed: &[&str]) -> Result<Self> {
        let path = root.join(&shown);
        let mut text = file.text;
        let (existing, state) = match regular_text(&path) {
            Ok(existing) => {
                if origin(&existing) == Origin::Own {
                    text = bases::kept(&text, &existing, fixed);
                }
                let state = if existing.replace("\r\n", "\n") == text {
                    FileState::Current
                } else {
                    match origin(&existing) {
                        Origin::Own => FileState::Stale,
                        Origin::Edited => FileState::Edited,
                        Origin::Foreign => FileState::Foreign,
                    }
                };
                (existing, state)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => (String::new(), FileState::Missing),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        };
        Ok(Self { kind: file.kind, path, shown, state, text, existing })
    }

    /// The text of a Dockerfile that somebody else wrote.
    #[must_use]
    pub(crate) fn foreign_dockerfile(&self) -> Option<&str> {
        (self.kind == Kind::Dockerfile && self.state == FileState::Foreign).then_some(self.existing.as_str())
    }

    /// Names of images in the Dockerfile that lies there and that the new one has no more.
    #[must_use]
    pub(crate) fn dropped_images(&self) -> Vec<&str> {
        let kept = images(&self.text);
        if self.state == FileState::Stale {
            images(&self.existing).into_iter().filter(|name| !kept.contains(name)).collect()
        } else {
            Vec::new()
        }
    }

    /// The way from what lies there to what would be written, as a unified diff.
    #[must_use]
    pub(crate) fn diff(&self) -> String {
        let old = self.existing.replace("\r\n", "\n");
        let header =
            if self.state == FileState::Missing { "/dev/null".to_owned() } else { format!("a/{}", self.shown) };
        TextDiff::from_lines(old.as_str(), &self.text)
            .unified_diff()
            .header(&header, &format!("b/{}", self.shown))
            .to_string()
    }
}

/// The stages of a Dockerfile of ours that start a program.
fn images(dockerfile: &str) -> Vec<&str> {
    let mut stage = None;
    let mut images = Vec::new();
    for line in dockerfile.lines() {
        if line.starts_with("FROM ") {
            stage = line.split_once(" AS ").map(|(_, name)| name.trim());
        } else if line.starts_with("ENTRYPOINT ") {
            images.extend(stage.take());
        }
    }
    images
}

/// Waits until no other run writes in a workspace. The lock ends with the value; where a system cannot lock a folder,
/// nobody waits.
pub(crate) fn lock(root: &Path, shell: Shell) -> Option<File> {
    let folder = File::open(root).ok()?;
    if let Err(TryLockError::WouldBlock) = FileExt::try_lock(&folder) {
        shell.status("Blocking", "waiting for another `cargo dockerize` in this workspace");
        FileExt::lock(&folder).ok()?;
    }
    Some(folder)
}

/// Writes files: all of them are complete on disk before the first takes its place.
pub(crate) fn write(targets: &[&Target]) -> Result<()> {
    let files: Vec<(&Path, &str)> =
        targets.iter().map(|target| (target.path.as_path(), target.text.as_str())).collect();
    write_all(&files)
}

/// Replaces one file of the user's, such as a manifest.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    write_all(&[(path, text)])
}

fn write_all(files: &[(&Path, &str)]) -> Result<()> {
    let mut prepared = Vec::new();
    for (path, text) in files {
        // A link is followed, so that what it points at changes and the link stays.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        prepared.push((prepare(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?, path));
    }
    for (file, path) in prepared {
        file.persist(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// A complete file beside the one that it will replace, with its permissions.
fn prepare(path: &Path, text: &str) -> Result<NamedTempFile> {
    let folder = path.parent().context("it has no folder")?;
    fs::create_dir_all(folder)?;
    sweep(folder);
    let mut file = new_file(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(path) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Removes what a run left that was killed while it wrote: files of this name that nobody has touched for an hour.
#[expect(clippy::disallowed_methods, reason = "the folder is listed to be cleaned")]
fn sweep(folder: &Path) {
    const HOUR: Duration = Duration::from_secs(3600);
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let name = entry.file_name();
        let is_ours = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX))
            .is_some_and(|rest| rest.len() == 6 && rest.chars().all(|c| c.is_ascii_alphanumeric()));
        let age = || entry.metadata().ok().filter(fs::Metadata::is_file)?.modified().ok()?.elapsed().ok();
        if is_ours && age().is_some_and(|age| age > HOUR) {
            // Whoever cannot remove it can still write beside it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file with the permissions that the user's umask gives; temporary files are private otherwise.
fn new_file(folder: &Path) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    Ok(builder.tempfile_in(folder)?)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests stand at the edge")]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        for name in [".dockerize-aB3dEf", ".dockerize-notes", ".dockerize-ab", "dockerize-aB3dEf"] {
            fs::File::create(folder.path().join(name)).unwrap().set_modified(old).unwrap();
        }
        fs::write(folder.path().join(".dockerize-123456"), "").unwrap();
        replace(&folder.path().join("Dockerfile"), "").unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".dockerize-123456", ".dockerize-ab", ".dockerize-notes", "Dockerfile", "dockerize-aB3dEf"]);
    }

    #[test]
    fn nothing_is_replaced_when_one_file_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let (first, in_the_way) = (folder.path().join("Dockerfile"), folder.path().join("file"));
        fs::write(&first, "old").unwrap();
        fs::write(&in_the_way, "").unwrap();
        let second = in_the_way.join(".dockerignore");
        assert!(write_all(&[(&first, "new"), (&second, "new")]).is_err());
        assert_eq!(fs::read_to_string(&first).unwrap(), "old");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "no temporary file stays: {left:?}");
    }
}
