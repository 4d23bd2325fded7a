//! What holds for every source: reading it ends without a panic, whatever stands in it.
//!
//! `PROPTEST_CASES=400000 cargo test --lib properties` looks for ten minutes or so.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::{evidence, guards, in_service, source_paths};
use crate::context_path::ContextPath;

/// Parts of sources that something is read from.
const WORDS: [&str; 52] = [
    "#[cfg(test)]",
    "#![cfg(test)]",
    "#[path = \"../b.rs\"]",
    "#[cfg_attr(a, path = \"c.rs\")]",
    "#[tokio::main]",
    "#[global_allocator]",
    "#[derive(Subcommand)]",
    "#[default(80)]",
    "mod a;",
    "-> Result<()>",
    "static A: B =",
    "const PORT: u16 =",
    "let port =",
    "if cfg!(feature = \"a\")",
    "panic!(\"x\");",
    "compile_error!(\"a or b\");",
    "\"CARGO_MANIFEST_DIR\"",
    "\"PORT\"",
    "\"{}/a/{b}\"",
    "\"../../a/b.txt\"",
    "\"templates/**/*.html\"",
    "\"0.0.0.0:8080\"",
    "\"[::1]:99999\"",
    "\"localhost:\"",
    "\"sqlite://a.db?x\"",
    "b\"\\xff\"",
    "'a'",
    "\"\\u{1F600}\"",
    "0xffff_u16",
    "65536",
    "1e400",
    "127, 0, 0, 1",
    ".parent()",
    ".join(\"a\")",
    ".unwrap()",
    ".output().expect(\"\")",
    "ctrl_c()",
    "SignalKind::terminate()",
    "signal::SIGTERM",
    "Health",
    "self",
    ";",
    ",",
    ".",
    "..",
    "=",
    "+",
    "&",
    "!",
    "#",
    "$p",
    "macro_rules! m { ($p:expr) => { include_str!($p) } }",
];

/// What stands around others.
const BRACKETS: [(&str, &str); 30] = [
    ("mod a {", "}"),
    ("fn f() {", "}"),
    ("impl S {", "}"),
    ("enum E {", "}"),
    ("struct S {", "}"),
    ("{", "}"),
    ("(", ")"),
    ("[", "]"),
    ("#[", "]"),
    ("#[arg(long, env, default_value = ", ")]"),
    ("#[doc = ", "]"),
    ("include_str!(", ")"),
    ("include!(", ")"),
    ("concat!(", ")"),
    ("env!(", ")"),
    ("option_env!(", ")"),
    ("format!(", ")"),
    ("println!(", ")"),
    ("Ipv4Addr::new(", ")"),
    ("TcpListener::bind(", ")"),
    (".bind(", ")"),
    (".connect(", ")"),
    (".unwrap_or(", ")"),
    ("fs::read(", ")"),
    ("File::create(", ")"),
    ("Command::new(", ")"),
    ("kill(", ")"),
    ("thread::spawn(", ")"),
    ("Runtime::new(", ")"),
    ("#[cfg(", ")]"),
];

/// A source: words in any order and brackets around some of them.
fn source() -> impl Strategy<Value = String> {
    let word = prop_oneof![12 => prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"];
    word.prop_recursive(5, 64, 6, |inner| {
        let brackets = prop::sample::select(BRACKETS.to_vec());
        let inside = prop::collection::vec(inner, 0..6);
        (brackets, inside).prop_map(|((open, close), inside)| format!("{open} {} {close}", inside.join(" ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/sources.proptest-regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn reading_a_source_ends(parts in prop::collection::vec(source(), 0..6), while_building in any::<bool>()) {
        let text = parts.join("\n");
        let _ = guards::find(&text, &["a".to_owned()].into(), while_building);
        let mut links = BTreeSet::new();
        evidence::linked(&text, &mut links);
        if let Ok(tokens) = text.parse::<TokenStream>() {
            let file = ContextPath::default().join("src/main.rs");
            let _ = in_service::Signs::all().read(&text, &tokens, &file);
            let said = source_paths::read(tokens.clone(), while_building);
            let lines = text.lines().count();
            prop_assert!(said.mentions.iter().all(|mention| mention.line >= 1 && mention.line <= lines));
            // Where no sign of a path is in the text, reading finds none.
            let names = BTreeSet::from(["a", "b.txt", "templates"].map(str::to_owned));
            let said = source_paths::read(tokens, false);
            if !source_paths::may_be_in(&text, &names) {
                let first = |path: &str| path.split('/').find(|name| !["", "."].contains(name)).map(str::to_owned);
                let mut begins = said.mentions.iter().filter_map(|mention| first(&mention.path));
                prop_assert_eq!(begins.find(|name| name == ".." || names.contains(name)), None);
                prop_assert_eq!([said.computed, said.of_variables, said.bakes_folder].concat(), Vec::<usize>::new());
                prop_assert!(said.libraries.is_empty() && said.test_modules.is_empty());
            }
        }
    }
}
