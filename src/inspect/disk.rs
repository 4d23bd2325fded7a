//! Reading the disk, with errors that name what could not be read.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the git repository that a folder lies in.
pub(super) fn repository(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

/// Names of the files and folders in a folder.
pub(super) fn entries(folder: &Path) -> Result<BTreeSet<String>> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
        })
        .with_context(|| format!("cannot list `{}`", folder.display()))
}

/// What an ignore file's pattern names in a folder.
pub(super) fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let exact = pattern.replace('\\', "");
    if folder.join(&exact).symlink_metadata().is_ok() {
        return vec![folder.join(exact)];
    }
    let pattern = format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()));
    glob::glob(&pattern).into_iter().flatten().filter_map(Result::ok).collect()
}

/// Bytes of the largest file that is read as text.
const LARGEST: u64 = 16 << 20;

/// The text of a regular file of sensible size: a pipe or a device would never end.
pub(crate) fn regular_text(path: &Path) -> std::io::Result<String> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(std::io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    if metadata.len() > LARGEST {
        return Err(std::io::Error::other(format!("it has more than {} MB", LARGEST >> 20)));
    }
    fs::read_to_string(path)
}

/// The text of a file that has to be there.
pub(super) fn read_text(path: &Path) -> Result<String> {
    regular_text(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The text of a file, or nothing where there is none. Any other trouble is an error that names the file.
pub(super) fn read_if_present(path: &Path) -> Result<Option<String>> {
    match regular_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}

/// Whether a path lies in a folder, with links on the way to it followed as far as there is anything.
pub(super) fn lies_in(path: &Path, folder: &Path) -> bool {
    let Ok(folder) = fs::canonicalize(folder) else { return false };
    let there = path.ancestors().find_map(|path| fs::canonicalize(path).ok());
    there.is_some_and(|there| there.starts_with(&folder))
}
