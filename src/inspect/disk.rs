//! Reading the disk, with errors that name what could not be read.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

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

/// The text of a file that has to be there.
pub(super) fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The text of a file, or nothing where there is none. Any other trouble is an error that names the file.
pub(super) fn read_if_present(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    }
}
