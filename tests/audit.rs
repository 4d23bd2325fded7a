//! Every rule of `cargo dockerize audit` on two Dockerfiles: one that breaks it, and one that looks much the same.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests stand at the edge")]

mod common;

use std::path::Path;

use cargo_dockerize::internals::{audited, rules};
use common::binary::{names, read};
use common::{compiled, copy_of};

#[test]
fn every_rule_is_broken_by_one_file_and_not_by_the_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit");
    assert_eq!(names(&folder), rules(), "a folder for each rule");
    let readme = read(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    assert!(rules().iter().all(|rule| readme.contains(&format!("`{rule}`"))), "the README names each rule");
    let workspace = copy_of("audited");
    let compiled = compiled(workspace.path(), &["--slim"]).expect("a plan");
    for rule in rules() {
        let broken = |name: &str| {
            let text = read(folder.join(&rule).join(name));
            audited(&text, &compiled, "").unwrap_or_else(|error| panic!("{rule}/{name}: {error}"))
        };
        let (found, sound) = (broken("broken.Dockerfile"), broken("sound.Dockerfile"));
        assert!(found.contains(&rule.as_str()), "{rule} is not found: {found:?}");
        assert!(!sound.contains(&rule.as_str()), "{rule} is found in the sound file");
    }
}

#[test]
fn our_own_files_break_no_rule() {
    for (fixture, options) in [
        ("audited", &["--slim"][..]),
        ("native-library", &["--slim"]),
        ("services", &["--slim", "--bin", "shop"]),
        ("unlisted-library", &["--slim"]),
    ] {
        let workspace = copy_of(fixture);
        let compiled = compiled(workspace.path(), options).expect("a plan");
        let ignore = "*\n";
        let (_, [dockerfile, _]) = common::compile(workspace.path(), options).expect("a plan");
        let found = audited(&dockerfile.text, &compiled, ignore).expect("a Dockerfile");
        // What the program itself does is said when the file is written.
        let of_the_program = ["loopback", "missing-program", "signals"];
        let found: Vec<_> = found.into_iter().filter(|rule| !of_the_program.contains(rule)).collect();
        assert!(found.is_empty(), "{fixture}: {found:?}");
    }
}
