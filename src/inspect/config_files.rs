//! The files of cargo's configuration that belong to a repository: the workspace root enters, the files and what they
//! come to together leave. The user's and the machine's configuration are left out: they do not travel into the image.
//! <https://doc.rust-lang.org/cargo/reference/config.html>

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::disk::{read_if_present, repository};
use super::paths::normalized;

/// Names that cargo reads. Where both are there, it takes the first.
const NAMES: [&str; 2] = [".cargo/config", ".cargo/config.toml"];

/// Files that include each other go no deeper than this.
const DEEPEST: usize = 16;

/// Tables of the configuration that say nothing of files which a build reads.
const NO_FILES: [&str; 6] = ["alias", "cargo-new", "doc", "install", "registries", "term"];

/// All files of the configuration, the one that wins first.
#[derive(Debug, Default)]
pub(super) struct ConfigFiles {
    /// Their paths.
    pub paths: Vec<PathBuf>,
    /// What they come to.
    pub merged: Value,
    /// Files and folders that they name.
    pub named: BTreeSet<PathBuf>,
}

impl ConfigFiles {
    /// Reads the configuration of the workspace and of the folders around it, as far as the repository reaches.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Self { merged: Value::Object(serde_json::Map::new()), ..Self::default() };
        for folder in folders_around(root) {
            if let Some(path) = NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file()) {
                files.add(&path, root, 0)?;
            }
        }
        Ok(files)
    }

    fn add(&mut self, path: &Path, root: &Path, depth: usize) -> Result<()> {
        ensure!(depth < DEEPEST, "files of cargo's configuration include each other: `{}`", path.display());
        let text = read_if_present(path)?.with_context(|| format!("there is no `{}`", path.display()))?;
        let table: Value =
            toml_edit::de::from_str(&text).with_context(|| format!("cannot read `{}`", path.display()))?;
        self.paths.push(path.to_owned());
        // Paths of the configuration start from the folder around `.cargo`, and those in flags from where rustc runs.
        let around = path.parent().and_then(Path::parent).unwrap_or(root);
        for (key, value) in table.as_object().into_iter().flatten() {
            if !NO_FILES.contains(&key.as_str()) {
                self.collect_named(value, &[around, root], root);
            }
        }
        let included = includes(&table);
        merge(&mut self.merged, table);
        // Of files that are included the last one wins, and the one that includes them wins over all.
        for (name, is_optional) in included.into_iter().rev() {
            let file = normalized(&path.parent().unwrap_or(root).join(name));
            if file.is_file() || !is_optional {
                self.add(&file, root, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Adds what texts name that exists: `-Tlink.x`, `link-arg=-Wl,--script=link.x`, `tools/wrapper.sh`.
    fn collect_named(&mut self, value: &Value, bases: &[&Path], root: &Path) {
        match value {
            Value::String(text) => {
                let parts = text.split([' ', '=', ',']).chain([text.as_str()]);
                let words = parts.flat_map(|part| {
                    [Some(part), part.strip_prefix("-T"), part.strip_prefix("-L"), part.strip_prefix('@')]
                });
                for word in words.flatten().filter(|word| !word.is_empty() && !word.contains('\n')) {
                    let mut paths = bases.iter().map(|base| normalized(&base.join(word)));
                    let is_input =
                        |path: &PathBuf| path.exists() && !root.starts_with(path) && !path.ends_with("target");
                    self.named.extend(paths.find(is_input));
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect_named(item, bases, root)),
            Value::Object(table) => table.values().for_each(|value| self.collect_named(value, bases, root)),
            _ => {}
        }
    }
}

/// The files that one includes, each with whether it may be missing.
fn includes(table: &Value) -> Vec<(String, bool)> {
    let one = |item: &Value| match item {
        Value::String(path) => Some((path.clone(), false)),
        item => Some((item.get("path")?.as_str()?.to_owned(), item.get("optional") == Some(&Value::Bool(true)))),
    };
    match table.get("include") {
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(item) => one(item).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Merges what wins less: tables key by key, lists with what wins at their end.
fn merge(high: &mut Value, low: Value) {
    match (high, low) {
        (Value::Object(high), Value::Object(low)) => {
            for (key, value) in low {
                match high.get_mut(&key) {
                    Some(own) => merge(own, value),
                    None => {
                        high.insert(key, value);
                    }
                }
            }
        }
        (Value::Array(high), Value::Array(mut low)) => {
            low.append(high);
            *high = low;
        }
        _ => {}
    }
}

/// The workspace root and the folders around it that belong to the same repository. Where there is none, the folders
/// below the user's own and below those of the machine count.
pub(super) fn folders_around(root: &Path) -> Vec<PathBuf> {
    let home = std::env::home_dir().unwrap_or_default();
    let repository = repository(root);
    let belongs = |folder: &&Path| match repository {
        Some(repository) => folder.starts_with(repository),
        None => *folder == root || folder.components().count() > 2 && !home.starts_with(folder),
    };
    root.ancestors().take_while(belongs).map(Path::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn the_nearest_file_wins_and_lists_are_joined() {
        let folder = folder(&[
            (".git/HEAD", ""),
            (".cargo/config.toml", "[build]\nrustflags = [\"far\"]\njobs = 1\ntarget = \"far\"\n"),
            (
                "a/.cargo/config.toml",
                "include = [\"more.toml\", { path = \"none.toml\", optional = true }]\n[build]\nrustflags = [\"near\"]\n",
            ),
            ("a/.cargo/more.toml", "[build]\ntarget = \"more\"\nrustflags = [\"more\"]\n"),
        ]);
        let files = ConfigFiles::read(&folder.path().join("a")).unwrap();
        let build = &files.merged["build"];
        assert_eq!(build["rustflags"], serde_json::json!(["far", "more", "near"]));
        assert_eq!((&build["target"], &build["jobs"]), (&serde_json::json!("more"), &serde_json::json!(1)));
        assert_eq!(files.paths.len(), 3);
    }

    #[test]
    fn the_file_without_an_ending_is_preferred() {
        let folder = folder(&[(".cargo/config", "[build]\njobs = 1\n"), (".cargo/config.toml", "[build]\njobs = 2\n")]);
        assert_eq!(ConfigFiles::read(folder.path()).unwrap().merged["build"]["jobs"], 1);
    }

    #[test]
    fn files_that_flags_and_keys_name_are_found() {
        let folder = folder(&[
            ("link.x", ""),
            ("tools/wrap.sh", ""),
            ("certs/ca.pem", ""),
            ("lib/libx.a", ""),
            ("doc", ""),
            (
                ".cargo/config.toml",
                "[build]\nrustc-workspace-wrapper = \"tools/wrap.sh\"\n[http]\ncainfo = \"certs/ca.pem\"\n\
                 [target.x]\nrustflags = [\"-C\", \"link-arg=-Tlink.x\", \"-Lnative=lib\"]\n[alias]\nd = \"doc\"\n",
            ),
        ]);
        let files = ConfigFiles::read(folder.path()).unwrap();
        let names: Vec<_> =
            files.named.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_owned()).collect();
        assert_eq!(names, ["certs/ca.pem", "lib", "link.x", "tools/wrap.sh"].map(PathBuf::from));
    }

    #[test]
    fn files_that_include_each_other_and_missing_ones_are_errors() {
        let circle = folder(&[(".cargo/config.toml", "include = \"config.toml\"\n")]);
        assert!(ConfigFiles::read(circle.path()).unwrap_err().to_string().contains("include each other"));
        let missing = folder(&[(".cargo/config.toml", "include = [\"none.toml\"]\n")]);
        assert!(ConfigFiles::read(missing.path()).unwrap_err().to_string().contains("there is no"));
    }
}
