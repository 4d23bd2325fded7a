//! What the dependency layer is made from: the workspace without its sources. Facts enter; files, the way to mask their
//! versions and an empty program leave.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::masking::{self, Masking};
use crate::context_path::ContextPath;
use crate::quote;
use crate::workspace::{LocalPackage, Workspace};

/// The workspace without its sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Skeleton {
    /// Manifests, lock file, cargo's configuration and crate roots, as words of a shell that start from the context's
    /// root.
    pub files: Vec<String>,
    /// How versions are hidden, so that a release keeps the layer; `None` where no short way is right.
    pub masking: Option<Masking>,
    /// The lock file.
    pub lock_file: ContextPath,
    /// The program that stands in every crate root: without `'`, for a shell, and without `{}`, for `find`.
    pub empty_program: String,
    /// Whether no member goes whole, so that none has to be compiled.
    pub skips_members: bool,
    /// Folders that are copied whole: vendored crates, and local ones that cannot be told from an empty program.
    pub copied_whole: Vec<ContextPath>,
}

pub(super) fn skeleton(workspace: &Workspace) -> Skeleton {
    let masking = versions(workspace);
    let mut whole = whole(&workspace.packages, masking.is_some());
    let (real, stubs): (Vec<&LocalPackage>, Vec<&LocalPackage>) =
        workspace.packages.iter().partition(|package| whole.contains(&package.folder));
    whole.extend(&workspace.named_by_config);
    whole.extend(workspace.packages.iter().flat_map(|package| &package.symlinks));
    Skeleton {
        files: files(workspace, &stubs),
        masking,
        lock_file: workspace.folder.join("Cargo.lock"),
        empty_program: empty_program(workspace).to_owned(),
        skips_members: !real.iter().any(|package| package.is_member),
        copied_whole: whole.into_iter().chain(&workspace.origins.folders).cloned().collect(),
    }
}

/// Folders of the packages that go whole, with those that they are built against.
fn whole(packages: &[LocalPackage], is_masked: bool) -> BTreeSet<&ContextPath> {
    let mut queue: Vec<&LocalPackage> = packages.iter().filter(|package| goes_whole(package, is_masked)).collect();
    let mut whole = BTreeSet::new();
    while let Some(package) = queue.pop() {
        if whole.insert(&package.folder) {
            queue.extend(packages.iter().filter(|other| other.is_built && package.dependencies.contains(&other.name)));
        }
    }
    whole
}

/// Members meet a wrapper in the dependency layer, and others have a masked version there: cargo keeps
/// what it makes of their empty programs under names of their own. A package for which neither holds goes whole, and so
/// does one that crates from elsewhere are built against.
fn goes_whole(package: &LocalPackage, is_masked: bool) -> bool {
    let is_told_apart = package.is_member || is_masked && has_version(package);
    package.is_built && (package.is_patch || !is_told_apart)
}

fn has_version(package: &LocalPackage) -> bool {
    let manifest: Option<Value> = toml_edit::de::from_str(&package.manifest).ok();
    manifest
        .and_then(|manifest| manifest.pointer("/package/version").cloned())
        .is_some_and(|version| version != "0.0.0")
}

/// A crate that stands in for a published one has to keep its version, so nothing is masked beside it.
fn versions(workspace: &Workspace) -> Option<Masking> {
    if workspace.packages.iter().any(|package| package.is_patch && package.is_built) {
        return None;
    }
    let own = workspace.packages.iter().map(|package| package.manifest.as_str());
    let others = workspace.other_workspaces.iter().map(String::as_str);
    let manifests: BTreeSet<&str> = own.chain([workspace.manifest.as_str()]).chain(others).collect();
    let manifests: Vec<&str> = manifests.into_iter().collect();
    masking::masking(&manifests, workspace.lock_file.as_deref()?)
}

/// Words that name the files, by a pattern where packages beside one another have the same one.
fn files(workspace: &Workspace, packages: &[&LocalPackage]) -> Vec<String> {
    let is_read_first = |path: &ContextPath| workspace.origins.folders.iter().all(|folder| !path.starts_with(folder));
    let shared = workspace.shared_files.iter().map(|input| &input.path);
    let is_named = |path: &ContextPath| workspace.named_by_config.contains(path);
    let shared: Vec<&ContextPath> = shared.filter(|path| !is_named(path) && is_read_first(path)).collect();
    // By the folder around packages and the file in each: the packages.
    let mut beside: BTreeMap<(ContextPath, String), BTreeSet<String>> = BTreeMap::new();
    let mut alone: BTreeSet<Vec<String>> = BTreeSet::new();
    for package in packages {
        let manifest = package.folder.join("Cargo.toml");
        for file in [&manifest].into_iter().chain(&package.roots).filter(|file| !shared.contains(file)) {
            match (package.folder.parent(), file.strip_prefix(&package.folder)) {
                (Some(around), Some(inside)) => {
                    beside.entry((around, inside.to_owned())).or_default().insert(package.folder.name().to_owned());
                }
                _ => {
                    alone.insert(file.names().map(quote::shell).collect());
                }
            }
        }
    }
    for ((around, inside), names) in beside {
        let name = match names.len() {
            1 => names.iter().map(|name| quote::shell(name)).collect(),
            _ => "*".to_owned(),
        };
        let inside = inside.split('/').map(quote::shell);
        alone.insert(around.names().map(quote::shell).chain([name]).chain(inside).collect());
    }
    let shared = shared.into_iter().map(|path| path.names().map(quote::shell).collect::<Vec<_>>());
    shared.chain(in_one_folder(&alone)).map(|parts| word(&parts)).collect()
}

/// `src/bin/*.rs` for several roots in one folder.
fn in_one_folder(paths: &BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
    let pattern = |path: &Vec<String>| {
        let (name, folder) = path.split_last()?;
        (is_source(name) && holds_roots_alone(folder))
            .then(|| folder.iter().cloned().chain(["*.rs".to_owned()]).collect::<Vec<_>>())
    };
    let alike = |wanted: &Vec<String>| paths.iter().filter(|path| pattern(path).as_ref() == Some(wanted)).count();
    let several = |path: &Vec<String>| pattern(path).filter(|pattern| alike(pattern) > 1 && pattern.len() > 1);
    paths.iter().map(|path| several(path).unwrap_or_else(|| path.clone())).collect()
}

/// Folders in which cargo takes every source for a crate root; elsewhere a pattern would name modules too.
/// <https://doc.rust-lang.org/cargo/guide/project-layout.html>
fn holds_roots_alone(folder: &[String]) -> bool {
    folder.last().is_some_and(|name| ["bin", "tests", "benches", "examples"].contains(&name.as_str()))
}

fn is_source(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "rs")
}

/// A path as one word that no command takes for an option.
fn word(parts: &[String]) -> String {
    let path = parts.join("/");
    if path.starts_with(['*', '-']) || path.starts_with("'-") { format!("./{path}") } else { path }
}

/// The shortest program that the lints of the workspace let through without a word.
fn empty_program(workspace: &Workspace) -> &'static str {
    let manifests = workspace.packages.iter().map(|package| &package.manifest).chain([&workspace.manifest]);
    let lints: Vec<(String, String)> = manifests.flat_map(|text| lints(text)).collect();
    let of_program = ["warnings", "missing_docs", "unused_crate_dependencies", "unused", "dead_code"];
    let forbids = lints.iter().any(|(name, level)| level == "forbid" && of_program.contains(&name.as_str()));
    let denies = lints.iter().any(|(_, level)| level == "deny" || level == "forbid");
    let flags = workspace.config.targets.values().flat_map(|target| &target.rustflags);
    let by_flag =
        flags.into_iter().any(|flag| ["-D", "-F", "--deny", "--forbid"].iter().any(|start| flag.starts_with(start)));
    if forbids {
        // A lint that is forbidden cannot be allowed: nothing is left to complain of.
        r#"#![doc = "Empty"] #![allow(unreachable_pub)] #[doc = "Empty"] pub fn main() { }"#
    } else if denies || by_flag {
        "#![allow(dead_code, missing_docs, unused_crate_dependencies, warnings)] fn main() { }"
    } else if workspace.packages.iter().any(|package| !package.is_member) {
        // A library that the wrapper does not see has a function that nothing calls.
        "#![allow(dead_code)] fn main() { }"
    } else {
        "fn main() { }"
    }
}

/// Names and levels in `[lints.rust]` and `[workspace.lints.rust]`.
fn lints(manifest: &str) -> Vec<(String, String)> {
    let manifest: Value = toml_edit::de::from_str(manifest).unwrap_or_default();
    let tables =
        ["/lints/rust", "/workspace/lints/rust"].into_iter().filter_map(|table| manifest.pointer(table)?.as_object());
    tables
        .flatten()
        .filter_map(|(name, value)| {
            let level = value.as_str().or_else(|| value.get("level")?.as_str())?;
            Some((name.clone(), level.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Input;

    fn path(text: &str) -> ContextPath {
        ContextPath::default().join(text)
    }

    fn member(folder: &str, roots: &[&str]) -> LocalPackage {
        LocalPackage {
            folder: path(folder),
            is_member: true,
            is_built: true,
            manifest: format!("[package]\nname = \"{folder}\"\nversion = \"1.0.0\"\n"),
            roots: roots.iter().map(|root| path(folder).join(root)).collect(),
            ..LocalPackage::default()
        }
    }

    fn words(packages: &[LocalPackage]) -> Vec<String> {
        let shared = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "link.x"];
        let input = |name: &&str| Input { path: path(name), reason: String::new() };
        let workspace = Workspace {
            shared_files: shared.iter().map(input).collect(),
            named_by_config: vec![path("link.x")],
            ..Workspace::default()
        };
        files(&workspace, &packages.iter().collect::<Vec<_>>())
    }

    #[test]
    fn files_beside_one_another_go_by_a_pattern() {
        assert_eq!(
            words(&[
                member("crates/a", &["src/lib.rs"]),
                member("crates/b", &["src/lib.rs", "build.rs"]),
                member("both", &["src/lib.rs", "src/main.rs"]),
                member("tool", &["src/bin/x.rs", "src/bin/y.rs", "src/bin/z/main.rs"]),
            ]),
            [
                "Cargo.toml",
                "Cargo.lock",
                ".cargo/config.toml",
                "./*/Cargo.toml",
                "both/src/lib.rs",
                "both/src/main.rs",
                "crates/*/Cargo.toml",
                "crates/*/src/lib.rs",
                "crates/b/build.rs",
                "tool/src/bin/*.rs",
                "tool/src/bin/z/main.rs",
            ]
        );
    }

    #[test]
    fn odd_names_stay_words() {
        let words = words(&[member("", &["src/main.rs"]), member("it's", &["src/lib.rs"]), member("-x", &["a b.rs"])]);
        assert!(words.contains(&"./*/Cargo.toml".to_owned()), "{words:?}");
        assert!(words.contains(&"./-x/'a b.rs'".to_owned()), "{words:?}");
        assert!(words.contains(&"\"it's\"/src/lib.rs".to_owned()), "{words:?}");
    }

    #[test]
    fn a_package_that_cannot_be_told_from_its_empty_program_goes_whole() {
        let outside = LocalPackage { is_member: false, ..member("libs/x", &["src/lib.rs"]) };
        assert!(!goes_whole(&outside, true) && goes_whole(&outside, false));
        let nameless = LocalPackage { manifest: "[package]\nname = \"x\"\n".to_owned(), ..outside.clone() };
        assert!(goes_whole(&nameless, true));
        assert!(!goes_whole(&LocalPackage { is_built: false, ..nameless }, true));
        assert!(!goes_whole(&member("a", &[]), false));
    }

    #[test]
    fn what_a_whole_package_is_built_against_goes_whole() {
        let outside = LocalPackage { is_member: false, ..member("libs/x", &["src/lib.rs"]) };
        let outside = LocalPackage { dependencies: ["a".to_owned(), "serde".to_owned()].into(), ..outside };
        let packages = [LocalPackage { name: "a".to_owned(), ..member("a", &[]) }, member("b", &[]), outside];
        assert_eq!(whole(&packages, false), [&path("a"), &path("libs/x")].into());
        assert!(whole(&packages, true).is_empty());
    }

    #[test]
    fn lints_are_let_nothing_to_complain_of() {
        let with = |text: &str| {
            let workspace = Workspace { manifest: text.to_owned(), ..Workspace::default() };
            let program = empty_program(&workspace);
            assert!(!program.contains('\'') && !program.contains("{}"), "{program}");
            program
        };
        assert_eq!(with("[lints.rust]\nmissing_docs = \"warn\"\n"), "fn main() { }");
        let outside = LocalPackage { is_member: false, ..member("libs/x", &["src/lib.rs"]) };
        let workspace = Workspace { packages: vec![outside], ..Workspace::default() };
        assert_eq!(empty_program(&workspace), "#![allow(dead_code)] fn main() { }");
        assert!(with("[workspace.lints.rust]\nunused = { level = \"deny\", priority = -1 }\n").contains("allow"));
        assert!(with("[lints.rust]\nmissing_docs = \"forbid\"\n").contains("pub fn main"));
    }
}
