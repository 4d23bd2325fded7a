//! rustc's own record of what the last build read: dep-info files enter, files of the build context leave.
//! <https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files>

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::paths::Layout;
use crate::context_path::ContextPath;
use crate::workspace::Binary;

/// Files that the last build of one of the binaries read, where there was one.
pub(super) fn last_read(target: &Path, layout: &Layout, binaries: &[Binary]) -> Vec<ContextPath> {
    let files: BTreeSet<ContextPath> = binaries
        .iter()
        .filter_map(|binary| newest(target, &binary.name))
        .flat_map(|text| read(&text))
        .filter(|path| !path.starts_with(target) && path.is_file())
        .filter_map(|path| layout.inside(&path))
        .filter(|path| !path.names().any(|name| name == ".git"))
        .collect();
    files.into_iter().collect()
}

/// The newest dep-info file of a binary.
fn newest(target: &Path, binary: &str) -> Option<String> {
    let files = ["release", "debug"].map(|profile| target.join(profile).join(format!("{binary}.d")));
    let modified = |path: &PathBuf| fs::metadata(path).and_then(|data| data.modified()).ok();
    let file = files.into_iter().filter(|path| path.is_file()).max_by_key(modified)?;
    fs::read_to_string(file).ok()
}

/// The files of the one rule in it, as make writes them: separated by blanks, blanks in names behind a backslash.
fn read(text: &str) -> Vec<PathBuf> {
    let rule = text.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, files)| files);
    let mut files = vec![String::new()];
    let mut characters = rule.chars();
    while let Some(c) = characters.next() {
        match (c, files.last_mut()) {
            (' ', _) => files.push(String::new()),
            ('\\', Some(file)) => file.extend(characters.next()),
            (c, Some(file)) => file.push(c),
            (_, None) => {}
        }
    }
    files.into_iter().filter(|file| !file.is_empty()).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_in_names_are_behind_a_backslash() {
        let files = read("/w/target/release/a: /w/src/main.rs /w/my\\ files/b.txt\n\n/w/src/main.rs:\n");
        assert_eq!(files, [Path::new("/w/src/main.rs"), Path::new("/w/my files/b.txt")]);
        assert!(read("").is_empty());
    }
}
