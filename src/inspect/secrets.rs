//! Files that are named like secrets: folders enter, the files in them that an ignore file keeps at home leave.
#![expect(clippy::disallowed_methods, reason = "folders are read here")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::paths::Layout;
use crate::catalog::BuildInputs;
use crate::context_path::{ContextPath, literal};
use crate::settings::AllSettings;
use crate::verify::SecretFile;
use crate::workspace::Workspace;

/// Names of folders that are not looked into.
const NOT_LOOKED_INTO: [&str; 3] = [".git", "node_modules", "target"];

/// Patterns for the names of such files.
#[derive(Debug)]
pub(crate) struct Secrets(Vec<Pattern>);

impl Secrets {
    /// Patterns as an ignore file has them, `**/*.pem`.
    pub(crate) fn new(patterns: &[String]) -> Self {
        let names = patterns.iter().map(|pattern| pattern.trim_start_matches("**/"));
        Self(names.filter_map(|name| Pattern::new(name).ok()).collect())
    }

    /// Whether a file of this name may be one.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(name))
    }

    /// Files in a folder, or below it, that bear such a name. A folder that cannot be read has none.
    pub(super) fn in_folder(&self, folder: &Path) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        let mut queue = vec![folder.to_owned()];
        while let Some(folder) = queue.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
                let name = entry.file_name().to_string_lossy().into_owned();
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && !NOT_LOOKED_INTO.contains(&name.as_str()) {
                    queue.push(entry.path());
                } else if !is_folder && self.matches(&name) {
                    found.insert(entry.path());
                }
            }
        }
        found
    }
}

/// Those in folders that settings name, and in packages that travel whole.
pub(super) fn withheld(
    root: &Path,
    layout: &Layout,
    workspace: &Workspace,
    all_settings: &AllSettings,
    known: &BuildInputs,
) -> BTreeSet<ContextPath> {
    let secrets = Secrets::new(&known.secrets);
    let assets = workspace
        .binaries
        .iter()
        .flat_map(|binary| all_settings.binary(&binary.package, &binary.name).assets.into_iter().flatten());
    let named = all_settings.inputs().cloned().chain(assets);
    let named = named.filter_map(|named| Some(root.join(named.folder).join(literal(&named.path)?)));
    let unread = workspace.packages.iter().filter(|package| !package.unread.is_empty());
    let unread = unread.map(|package| layout.context.join(package.folder.as_str()));
    named
        .chain(unread)
        .filter(|folder| folder.is_dir())
        .flat_map(|folder| secrets.in_folder(&folder))
        .filter_map(|path| layout.inside(&path))
        .collect()
}

/// Files in the build context that bear such a name, with what tells them again in an image. Empty ones tell nothing.
pub(crate) fn secret_files(context: &Path, patterns: &[String]) -> Vec<SecretFile> {
    let found = Secrets::new(patterns).in_folder(context);
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).ok().filter(|bytes| !bytes.is_empty())?;
        let path = path.strip_prefix(context).ok()?.display().to_string();
        Some(SecretFile { path, size: bytes.len() as u64, crc: crc32fast::hash(&bytes) })
    };
    found.into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_however_deep_a_file_lies() {
        let folder = tempfile::TempDir::new().unwrap();
        for name in ["a/b/root.pem", "a/.env", "a/pem", "target/x.pem", "a/env.pem.txt"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let secrets = Secrets::new(&["**/*.pem".to_owned(), "**/.env".to_owned()]);
        let found = secrets.in_folder(folder.path());
        let found: Vec<_> = found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_owned()).collect();
        assert_eq!(found, [Path::new("a/.env"), Path::new("a/b/root.pem")]);
    }
}
