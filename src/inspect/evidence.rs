//! Signs of native code in crates that no catalogue may know: build scripts, sources and
//! `[package.metadata.system-deps]` enter; modules of pkg-config, names of libraries and a language leave.

mod idle;
mod script;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use proc_macro2::{TokenStream, TokenTree};
use rayon::prelude::*;

use super::disk::regular_text;
use super::submodules;
use crate::catalog::{Catalog, Language};
use crate::workspace::{Evidence, NATIVE_TOOLS};

/// Libraries that come with every C compiler.
const OF_THE_COMPILER: [&str; 11] =
    ["anl", "c", "dl", "gcc", "gcc_eh", "gcc_s", "m", "pthread", "resolv", "rt", "util"];

/// Tools that ask pkg-config. A script that uses one may keep the module's name in a table or a variable.
const ASKING: [&str; 3] = ["metadeps", "pkg-config", "system-deps"];

/// Reads what a package says of itself with these features. A script that cannot be read says nothing.
pub(super) fn of(
    package: &Package,
    features: &BTreeSet<String>,
    build_dependencies: &BTreeSet<String>,
    catalog: &Catalog,
) -> Evidence {
    let script = package.targets.iter().find(|target| target.is_custom_build());
    let script = script.and_then(|target| tokens(target.src_path.as_std_path()));
    let said = script.map(|script| script::read(script, &catalog.images, features, package.source.is_none()));
    let mut evidence = said.unwrap_or_default();
    evidence.modules.extend(declared(&package.metadata));
    if evidence.is_idle {
        return evidence;
    }
    if !evidence.insists_on_git && !evidence.words.iter().any(|word| CHANGING.contains(&word.as_str())) {
        evidence.programs.remove("git");
    }
    if !catalog.has_own_row(&package.name) && NATIVE_TOOLS.iter().any(|tool| build_dependencies.contains(*tool)) {
        let folder = package.manifest_path.parent().map_or(Path::new(""), |folder| folder.as_std_path());
        // Sources that git has elsewhere need not be checked out to be counted on.
        let has_submodule = || submodules::all(folder).iter().any(|path| path.starts_with(folder));
        let language = if evidence.compiles_cxx { Language::Cxx } else { Language::C };
        evidence.vendors = vendored(folder).or_else(|| has_submodule().then_some(language));
    }
    linked_in_bindings(package, &mut evidence.libraries);
    evidence.compiles_cxx |= evidence.libraries.remove("stdc++");
    evidence.libraries.retain(|name| !OF_THE_COMPILER.contains(&name.as_str()));
    if !ASKING.iter().any(|tool| build_dependencies.contains(*tool)) {
        evidence.words.clear();
    }
    evidence
}

/// What a build script has git do to sources; one that only asks for the commit can do without.
const CHANGING: [&str; 6] = ["am", "apply", "checkout", "clone", "fetch", "submodule"];

/// Folders of a package whose sources are none of the library's.
const NOT_THE_LIBRARY: [&str; 4] = ["benches", "doc", "examples", "tests"];

/// The language of native sources in a package: C++ where there is any, else C.
#[expect(clippy::disallowed_methods, reason = "packages are looked through here")]
fn vendored(folder: &Path) -> Option<Language> {
    let mut found = None;
    let mut queue = vec![folder.to_owned()];
    while let Some(inside) = queue.pop() {
        for entry in fs::read_dir(&inside).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let is_cargos = name == "target" && inside == folder;
                if !NOT_THE_LIBRARY.contains(&name.as_str()) && !name.starts_with('.') && !is_cargos {
                    queue.push(path);
                }
                continue;
            }
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("cc" | "cpp" | "cxx") => return Some(Language::Cxx),
                Some("c" | "s" | "S") => found = Some(Language::C),
                _ => {}
            }
        }
    }
    found
}

/// The modules that `[package.metadata.system-deps]` asks for on every system and with every feature.
/// <https://docs.rs/system-deps>
fn declared(metadata: &serde_json::Value) -> BTreeSet<String> {
    let table = metadata.get("system-deps").and_then(|table| table.as_object());
    let entries = table.into_iter().flatten();
    entries
        .filter(|(key, value)| {
            let is_optional = value.get("optional").and_then(serde_json::Value::as_bool) == Some(true);
            !is_optional && value.get("feature").is_none() && !key.starts_with("cfg(")
        })
        // The key is the module's name unless `name` says otherwise.
        .map(|(key, value)| value.get("name").and_then(|name| name.as_str()).unwrap_or(key).to_owned())
        .collect()
}

fn tokens(path: &Path) -> Option<TokenStream> {
    regular_text(path).ok()?.parse().ok()
}

/// The libraries that a source links by `#[link(name = "foo")]`, unless they are static or of another kind. Bindings are
/// long, so only the attribute itself is parsed.
pub(super) fn linked(source: &str, found: &mut BTreeSet<String>) {
    for (at, start) in source.match_indices("link(") {
        let attribute = &source[at + start.len()..];
        let Some(tokens) = attribute.split_once(')').and_then(|(inside, _)| inside.parse::<TokenStream>().ok()) else {
            continue;
        };
        let words: Vec<String> = tokens.into_iter().map(|token| token.to_string()).collect();
        let value = |key: &str| {
            let at = words.iter().position(|word| word == key)?;
            text(words.get(at + 2)?)
        };
        if value("kind").is_none_or(|kind| kind == "dylib") {
            found.extend(value("name").filter(|name| is_name(name)).map(str::to_owned));
        }
    }
}

/// The same for all sources of a package that holds bindings, as its name says.
fn linked_in_bindings(package: &Package, found: &mut BTreeSet<String>) {
    let Some(folder) = package.manifest_path.parent().filter(|_| package.name.ends_with("sys")) else {
        return;
    };
    let sources = glob::glob(&format!("{}/src/**/*.rs", glob::Pattern::escape(folder.as_str())));
    let sources: Vec<PathBuf> = sources.into_iter().flatten().filter_map(Result::ok).collect();
    let read = |source: &PathBuf| {
        let mut found = BTreeSet::new();
        linked(&regular_text(source).unwrap_or_default(), &mut found);
        found
    };
    found.extend(sources.par_iter().flat_map_iter(read).collect::<Vec<String>>());
}

/// Whether a source calls one of these macros.
pub(super) fn calls(macros: &BTreeSet<String>, tokens: TokenStream) -> bool {
    let mut name = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                name = Some(ident.to_string());
                continue;
            }
            TokenTree::Punct(punct)
                if punct.as_char() == '!' && name.as_ref().is_some_and(|name| macros.contains(name)) =>
            {
                return true;
            }
            TokenTree::Group(group) if calls(macros, group.stream()) => return true,
            _ => {}
        }
        name = None;
    }
    false
}

fn text(literal: &str) -> Option<&str> {
    literal.strip_prefix('"')?.strip_suffix('"')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_system_deps_are_those_that_are_always_asked_for() {
        let metadata = serde_json::json!({ "system-deps": {
            "foo_1_0": { "name": "foo-1.0", "version": "1.2" },
            "bar": "0.3",
            "extra": { "version": "1", "feature": "extra" },
            "maybe": { "version": "1", "optional": true },
            "cfg(windows)": { "win": "1" },
        }});
        assert_eq!(declared(&metadata).into_iter().collect::<Vec<_>>(), ["bar", "foo-1.0"]);
        assert!(declared(&serde_json::Value::Null).is_empty());
    }

    #[test]
    fn query_macros_are_found_and_others_are_not() {
        let catalog = Catalog::load().unwrap();
        let asks = |source: &str| calls(&catalog.inputs.checked_queries.macros, source.parse().unwrap());
        assert!(asks("fn a() { sqlx::query!(\"SELECT 1\").fetch_one(&pool); }"));
        assert!(asks("let b = query_file_as!(User, \"users.sql\");"));
        assert!(!asks("sqlx::query(\"SELECT 1\"); query_builder!(x); if !query { }"));
    }

    #[test]
    fn libraries_are_read_off_a_source() {
        let source = r#"
            #[link(name = "pam")] unsafe extern "C" { fn pam_end(); }
            #[link(name = "own", kind = "static")] unsafe extern "C" {}
            mod inner { #[cfg_attr(unix, link(name = "argon2"))] unsafe extern "C" {} }
        "#;
        let mut found = BTreeSet::new();
        linked(source, &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["argon2", "pam"]);
    }
}
