//! Submodules of git that have no files: a folder of the repository enters, the empty ones leave.

use std::path::{Path, PathBuf};

use super::disk::{entries, read_if_present};
use crate::error::Failure;

/// Folders of submodules that are not checked out.
pub(super) fn empty(folder: &Path) -> Vec<PathBuf> {
    let is_empty = |path: &PathBuf| !path.is_dir() || entries(path).is_ok_and(|names| names.is_empty());
    all(folder).into_iter().filter(is_empty).collect()
}

/// Folders of the submodules of the repository that a folder lies in.
pub(super) fn all(folder: &Path) -> Vec<PathBuf> {
    let Some(repository) = folder.ancestors().find(|folder| folder.join(".gitmodules").is_file()) else {
        return Vec::new();
    };
    let text = read_if_present(&repository.join(".gitmodules")).unwrap_or_default().unwrap_or_default();
    let paths = text.lines().filter_map(|line| {
        let (key, path) = line.split_once('=')?;
        (key.trim() == "path").then(|| repository.join(path.trim().trim_matches('"')))
    });
    paths.collect()
}

/// An error of cargo's with the next step, where what it misses lies in a submodule that is not checked out.
pub(super) fn explain(error: anyhow::Error, folder: &Path) -> anyhow::Error {
    let text = error.to_string();
    let missing = empty(folder).into_iter().find(|path| text.contains(&path.display().to_string()));
    match missing {
        Some(path) => Failure::new(text)
            .help(format!(
                "`{}` is a submodule of git that is not checked out: run `git submodule update --init --recursive`",
                path.display()
            ))
            .into(),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn submodules_without_files_are_found_from_any_folder() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(
            at(".gitmodules"),
            "[submodule \"a\"]\n\tpath = libs/a\n\turl = ../a\n[submodule \"b\"]\n\tpath = libs/b\n[submodule \"c\"]\n\tpath=c\n",
        )
        .unwrap();
        fs::create_dir_all(at("libs/a")).unwrap();
        fs::create_dir_all(at("libs/b")).unwrap();
        fs::write(at("libs/b/x"), "").unwrap();
        assert_eq!(empty(&at("libs")), [at("libs/a"), at("c")]);
        let error = explain(anyhow::anyhow!("failed to read `{}/Cargo.toml`", at("libs/a").display()), &at("libs"));
        assert!(error.downcast_ref::<Failure>().unwrap().steps()[0].contains("git submodule update"));
        assert!(explain(anyhow::anyhow!("failed to read `libs/b`"), &at("libs")).downcast_ref::<Failure>().is_none());
    }
}
