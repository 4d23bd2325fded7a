//! Where things lie: absolute paths enter, paths relative to the build context's root leave.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use cargo_metadata::Metadata;

use crate::context_path::ContextPath;
use crate::error::Failure;

/// The build context: the folder that holds the workspace and every path dependency.
#[derive(Debug)]
pub(super) struct Layout {
    /// Absolute path of the context's root.
    pub context: PathBuf,
    /// Steps from the workspace root up to it: `.`, `..`, `../..`.
    pub steps_up: String,
}

impl Layout {
    /// The context that holds every local package, and every path that one of them names.
    pub(super) fn new(root: &Path, metadata: &Metadata) -> Result<Self> {
        let local = || metadata.packages.iter().filter(|package| package.source.is_none());
        let named = local().flat_map(|package| &package.dependencies);
        let folders: BTreeSet<&Path> = local()
            .filter_map(|package| package.manifest_path.as_std_path().parent())
            .chain(named.filter_map(|dependency| Some(dependency.path.as_ref()?.as_std_path())))
            .collect();
        let mut context = root.to_owned();
        for folder in &folders {
            while !folder.starts_with(&context) {
                context.pop();
            }
        }
        if context != root && context.components().all(|part| !matches!(part, Component::Normal(_))) {
            let outside: Vec<String> = folders
                .iter()
                .filter(|folder| !folder.starts_with(root))
                .map(|folder| folder.display().to_string())
                .collect();
            return Err(Failure::new(format!(
                "path dependencies lie so far from the workspace that only the whole disk would hold both: {}",
                crate::error::quoted(outside)
            ))
            .help("move them beside the workspace, or depend on them through git or a registry")
            .into());
        }
        let up = root.strip_prefix(&context).map_or(0, |below| below.components().count());
        let steps_up = if up == 0 { ".".to_owned() } else { vec![".."; up].join("/") };
        Ok(Self { context, steps_up })
    }

    /// A path of the context. One that lies elsewhere, where no build finds it, keeps all its names.
    pub(super) fn path(&self, path: &Path) -> ContextPath {
        self.inside(path).unwrap_or_else(|| ContextPath::new(path))
    }

    /// The same for a path that may lead out of the context.
    pub(super) fn inside(&self, path: &Path) -> Option<ContextPath> {
        normalized(path).strip_prefix(&self.context).ok().map(ContextPath::new)
    }
}

/// A relative path as Dockerfiles write it.
pub(super) fn with_slashes(path: &Path) -> String {
    let parts: Vec<String> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The path without `.` and `..`, by its text alone.
pub(super) fn normalized(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_disappear() {
        assert_eq!(normalized(Path::new("/a/b/../c/./d")), Path::new("/a/c/d"));
    }
}
