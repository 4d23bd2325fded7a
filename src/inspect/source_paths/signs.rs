//! Whether a source may name a path at all: its text enters. Looking takes much less time than parsing.

use std::collections::BTreeSet;

/// Texts of which a source has one that includes a file or a folder, declares where a module lies, opens a library, or
/// knows the manifest's folder.
const SIGNS: [&str; 8] = [
    "include!",
    "include_str!",
    "include_bytes!",
    "#[folder",
    "#[path",
    "library_filename",
    ".so\"",
    "CARGO_MANIFEST_DIR",
];

/// Whether reading a source may find anything. Where it is no build script, only paths count that exist, and these
/// begin with one of the names.
pub(in crate::inspect) fn may_be_in(text: &str, names: &BTreeSet<String>) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
        || declares_module(text)
        || text.match_indices('"').any(|(at, _)| begins_with(&text[at + 1..], names))
}

/// Whether the source of some module is another file, which may be compiled under a condition.
fn declares_module(text: &str) -> bool {
    text.lines().any(|line| line.contains("mod ") && line.contains(';'))
}

/// Whether a text, whose end may be anywhere, begins with a path that starts from one of the names.
fn begins_with(text: &str, names: &BTreeSet<String>) -> bool {
    // What a format string leaves open stands for a folder.
    let mut path = match text.strip_prefix('{') {
        Some(hole) => hole.split_once('}').map_or("", |(_, rest)| rest),
        None => text,
    };
    while let Some(rest) = path.strip_prefix('/').or_else(|| path.strip_prefix("./")) {
        path = rest;
    }
    let end = path.find(['/', '"', '\\', '{', '*']).unwrap_or(path.len());
    let name = &path[..end];
    name == ".." || names.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_for_what_exists() {
        let names = BTreeSet::from(["conf".to_owned(), "a.toml".to_owned()]);
        for (text, expected) in [
            ("open(\"conf/x\")", true),
            ("open(\"conf\")", true),
            ("open(\"/conf\")", true),
            ("open(\"./a.toml\")", true),
            ("open(\"../x\")", true),
            ("format!(\"{}/conf/x\")", true),
            ("format!(\"{root}a.toml\")", true),
            ("open(r#\"conf\"#)", true),
            ("include_str!(\"x\")", true),
            ("#[path = \"x.rs\"]\nmod x;", true),
            ("#[cfg(test)]\nmod tests;", true),
            ("println!(\"config of {conf}\")", false),
            ("open(conf)", false),
            ("mod conf;", true),
            ("#[cfg(a)]\nfn conf() {}", false),
            ("\"", false),
            ("", false),
        ] {
            assert_eq!(may_be_in(text, &names), expected, "{text}");
        }
    }
}
