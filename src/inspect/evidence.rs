//! Signs of native code in crates that no catalogue knows: build scripts and `[package.metadata.system-deps]` enter, the
//! modules that they ask pkg-config for and the language that they compile leave.

use std::fs;
use std::path::Path;

use cargo_metadata::Package;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::workspace::Evidence;

/// Methods of `pkg_config::Config`, `cc::Build` and their kin whose first literal is what they are named for.
const PROBES: [&str; 3] = ["probe", "probe_library", "find_library"];

/// Reads what a package says of itself. A script that cannot be read says nothing.
pub(super) fn of(package: &Package) -> Evidence {
    let mut evidence = Evidence::default();
    if let Some(table) = package.metadata.get("system-deps").and_then(|table| table.as_object()) {
        // https://docs.rs/system-deps: the key is the module's name unless `name` says otherwise.
        for (key, value) in table {
            let name = value.get("name").and_then(|name| name.as_str()).unwrap_or(key);
            let is_optional = value.get("optional").and_then(serde_json::Value::as_bool) == Some(true);
            let is_for_this = value.get("feature").is_none() && !key.starts_with("cfg(") && !is_optional;
            if is_for_this {
                evidence.modules.insert(name.to_owned());
            }
        }
    }
    let script = package.targets.iter().find(|target| target.is_custom_build());
    if let Some(tokens) = script.and_then(|target| tokens(target.src_path.as_std_path())) {
        read(tokens, &mut evidence);
    }
    evidence
}

#[expect(clippy::disallowed_methods, reason = "build scripts are read here")]
fn tokens(path: &Path) -> Option<TokenStream> {
    fs::read_to_string(path).ok()?.parse().ok()
}

/// Follows a token stream: `.probe("libfoo")`, `.cpp(true)`.
fn read(tokens: TokenStream, evidence: &mut Evidence) {
    let mut called = None;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => called = Some(ident.to_string()),
            TokenTree::Group(group) => {
                if let (Some(method), Delimiter::Parenthesis) = (&called, group.delimiter()) {
                    let first = group.stream().into_iter().next().map(|token| token.to_string()).unwrap_or_default();
                    if PROBES.contains(&method.as_str()) {
                        evidence.modules.extend(literal(&first));
                    }
                    evidence.compiles_cxx |= method == "cpp" && first == "true";
                }
                called = None;
                read(group.stream(), evidence);
            }
            _ => called = None,
        }
    }
}

fn literal(token: &str) -> Option<String> {
    let name = token.strip_prefix('"')?.strip_suffix('"')?;
    let is_module = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
    is_module.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_and_languages_are_read_off_a_build_script() {
        let script = r#"
            fn main() {
                if let Ok(_) = pkg_config::Config::new().atleast_version("1.0").probe("libfoo-1.0") { return }
                pkg_config::probe_library("bar").unwrap();
                cc::Build::new().cpp(true).file("a.cc").compile("baz");
                println!("cargo:rustc-link-lib=dylib=x");
            }
        "#;
        let mut evidence = Evidence::default();
        read(script.parse().unwrap(), &mut evidence);
        assert_eq!(evidence.modules.into_iter().collect::<Vec<_>>(), ["bar", "libfoo-1.0"]);
        assert!(evidence.compiles_cxx);
    }
}
