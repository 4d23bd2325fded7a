//! Where things lie: absolute paths enter, paths relative to the build context's root leave.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use cargo_metadata::Package;

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
    /// The context that holds every local package, every path that one of them names, and these folders besides.
    pub(super) fn new(root: &Path, packages: &[&Package], besides: &[PathBuf]) -> Result<Self> {
        let named = packages.iter().flat_map(|package| &package.dependencies);
        let own = packages.iter().filter_map(|package| package.manifest_path.as_std_path().parent());
        // A folder that is a link lies where it leads to as well.
        let linked = own.clone().map(|folder| follow_links(folder, root).1);
        let folders: BTreeSet<PathBuf> = own
            .map(Path::to_owned)
            .chain(linked)
            .chain(named.filter_map(|dependency| Some(dependency.path.clone()?.into())))
            .chain(besides.iter().cloned())
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
                "files of the build lie so far from the workspace that only the whole disk would hold both: {}",
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

    /// The links on the way to a path, and where it lies when they are followed.
    pub(super) fn follow_links(&self, path: &Path) -> (Vec<PathBuf>, PathBuf) {
        follow_links(path, &self.context)
    }

    /// The same for a path that may lead out of the context.
    pub(super) fn inside(&self, path: &Path) -> Option<ContextPath> {
        normalized(path).strip_prefix(&self.context).ok().map(ContextPath::new)
    }
}

/// Symbolic links below `top` on the way to a path, and where the path lies when they are followed. Links that lead
/// in a circle are followed a while.
fn follow_links(path: &Path, top: &Path) -> (Vec<PathBuf>, PathBuf) {
    let mut links = Vec::new();
    let mut path = normalized(path);
    for _ in 0..40 {
        let below = path.ancestors().take_while(|folder| folder.starts_with(top) && *folder != top);
        let Some(link) = below.filter(|folder| folder.is_symlink()).last().map(Path::to_owned) else { break };
        let Ok(target) = std::fs::read_link(&link) else { break };
        let rest = path.strip_prefix(&link).map(Path::to_owned).unwrap_or_default();
        path = normalized(&link.parent().unwrap_or(top).join(target).join(rest));
        links.push(link);
    }
    (links, path)
}

/// A relative path as Dockerfiles write it.
pub(super) fn with_slashes(path: &Path) -> String {
    let parts: Vec<String> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The way from a folder to a path, both absolute.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
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
    fn links_are_followed_and_named() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("real/inner")).unwrap();
        std::os::unix::fs::symlink("real", at("one")).unwrap();
        std::os::unix::fs::symlink("../one/inner", at("real/two")).unwrap();
        std::os::unix::fs::symlink("circle", at("circle")).unwrap();
        let (links, real) = follow_links(&at("one/two/a.rs"), folder.path());
        assert_eq!(real, at("real/inner/a.rs"));
        assert_eq!(links, [at("one"), at("real/two"), at("one")]);
        assert_eq!(follow_links(&at("real/b"), folder.path()), (Vec::new(), at("real/b")));
        assert_eq!(follow_links(&at("circle"), folder.path()).1, at("circle"));
    }

    #[test]
    fn dots_disappear() {
        assert_eq!(normalized(Path::new("/a/b/../c/./d")), Path::new("/a/c/d"));
        assert_eq!(relative(Path::new("/a/b"), Path::new("/a/c/d")), "../c/d");
    }
}
