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

/// Texts in backticks, without the generated Dockerfile and without commands of other programs, whose options have the
/// same names.
fn code() -> Vec<String> {
    let readme = readme();
    let prose = readme.split("```").step_by(2);
    let spans = prose.flat_map(|text| text.split('`').skip(1).step_by(2)).map(str::to_owned);
    spans.filter(|span| !span.starts_with("docker ") && !span.starts_with("podman ")).collect()
}

#[test]
fn it_names_every_option() {
    let command = CommandLine::command();
    let dockerize = command.find_subcommand("dockerize").expect("the subcommand");
    let code = code();
    let longs: Vec<&str> = dockerize.get_arguments().filter_map(|argument| argument.get_long()).collect();
    assert!(longs.len() > 20, "{longs:?}");
    for long in longs.into_iter().filter(|long| !["help", "version"].contains(long)) {
        let option = format!("--{long}");
        assert!(code.iter().flat_map(|span| span.split_whitespace()).any(|word| word == option), "{option}");
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
    let code = code();
    for key in keys {
        // `binaries.NAME` is a table.
        assert!(code.iter().any(|span| span.split('.').next() == Some(key)), "`{key}` is not in the README");
    }
}
