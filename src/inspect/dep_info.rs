//! rustc's own record of what the last build read: dep-info files enter, files of the build context leave.
//! <https://doc.rust-lang.org/cargo/reference/build-cache.html#dep-info-files>

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::disk::regular_text;
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
    // `release`, the folder of another profile, or one of those below the folder of a target triple.
    let folders = folders_in(target);
    let deeper = folders.iter().flat_map(|folder| folders_in(folder));
    let files = folders.iter().cloned().chain(deeper).map(|folder| folder.join(format!("{binary}.d")));
    let modified = |path: &PathBuf| fs::metadata(path).and_then(|data| data.modified()).ok();
    let file = files.filter(|path| path.is_file()).max_by_key(modified)?;
    regular_text(&file).ok()
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
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
    fn the_newest_record_counts_whatever_was_built() {
        let target = tempfile::TempDir::new().unwrap();
        for (folder, age) in
            [("release", 30), ("dist", 20), ("x86_64-unknown-linux-musl/dist", 10), ("debug/build", 40)]
        {
            let path = target.path().join(folder).join("api.d");
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, folder).unwrap();
            let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        }
        assert_eq!(newest(target.path(), "api").as_deref(), Some("x86_64-unknown-linux-musl/dist"));
    }

    #[test]
    fn blanks_in_names_are_behind_a_backslash() {
        let files = read("/w/target/release/a: /w/src/main.rs /w/my\\ files/b.txt\n\n/w/src/main.rs:\n");
        assert_eq!(files, [Path::new("/w/src/main.rs"), Path::new("/w/my files/b.txt")]);
        assert!(read("").is_empty());
    }
}
