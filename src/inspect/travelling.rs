//! What a builder gets to see: the build context and its ignore file's lists enter, files leave.

use std::path::{Path, PathBuf};

use super::disk::{entries, matching};
use crate::context_path::ContextPath;
use crate::plan::BuildContext;

/// Files of the build context at `root` that its ignore file lets through. Links are not followed, and folders that cannot
/// be read have none.
pub(crate) fn travelling(root: &Path, context: &BuildContext) -> Vec<ContextPath> {
    let travels = context.traveller();
    let mut files = Vec::new();
    let allowed = context.allow.iter().flat_map(|group| &group.paths);
    let mut queue: Vec<PathBuf> = allowed.flat_map(|pattern| matching(root, &pattern.to_string())).collect();
    while let Some(path) = queue.pop() {
        if path.is_dir() && !path.is_symlink() {
            queue.extend(entries(&path).unwrap_or_default().into_iter().map(|name| path.join(name)));
        } else if let Ok(inside) = path.strip_prefix(root) {
            files.push(ContextPath::new(inside));
        }
    }
    files.sort();
    files.dedup();
    files.retain(|path| travels(path));
    files
}
