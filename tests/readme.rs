//! The README says what is true: its Dockerfile is a generated one, and it names every option and every setting.
#![allow(clippy::disallowed_methods, reason = "tests stand at the edge")]

mod common;

use std::fs;
use std::path::Path;

use cargo_dockerize::CommandLine;
use cargo_dockerize::internals::{Scope, Settings};
use clap::CommandFactory;
use common::{compile, fixture};

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README")
}

#[test]
fn its_dockerfile_is_what_comes_out() {
    let (_, [dockerfile, _]) = compile(&fixture("native-library"), &["--package", "server"]).expect("a plan");
    let readme = readme();
    let shown = readme.split("```dockerfile\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a Dockerfile");
    assert_eq!(shown, dockerfile.text);
}

#[test]
fn it_names_every_option() {
    let command = CommandLine::command();
    let dockerize = command.find_subcommand("dockerize").expect("the subcommand");
    let readme = readme();
    for argument in dockerize.get_arguments() {
        if let Some(long) = argument.get_long().filter(|long| !["help", "version"].contains(long)) {
            assert!(readme.contains(&format!("--{long}")), "--{long} is not in the README");
        }
    }
}

#[test]
fn it_names_every_setting() {
    // An unknown key makes the parser list the known ones.
    let manifest = "[package.metadata.dockerize]\n\"?\" = 1\n";
    let error =
        Settings::from_manifest(manifest, Scope::Package, Path::new("Cargo.toml"), "").expect_err("an unknown key");
    let message = error.to_string();
    let keys: Vec<&str> = message.split('`').skip(1).step_by(2).filter(|key| !key.contains(['.', '?'])).collect();
    assert!(keys.len() > 15, "{message}");
    let readme = readme();
    for key in keys {
        assert!(readme.contains(&format!("`{key}")), "`{key}` is not in the README");
    }
}
