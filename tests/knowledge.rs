//! What the plan knows of the graph is what cargo builds, and what needs nothing from the system gets nothing.
#![allow(clippy::disallowed_methods, reason = "tests stand at the edge")]

#[macro_use]
#[path = "common/cases.rs"]
mod list;
mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cargo_dockerize::internals::Compiled;
use common::{compile, compiled, fixture};

/// Each crate as `name vVERSION feature,feature`.
type Crates = BTreeSet<String>;

/// What `cargo tree` says of the packages that are built.
fn tree(folder: &Path, compiled: &Compiled) -> Crates {
    let mut command = Command::new("cargo");
    command.args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}|{f}"]);
    command.args(["--target", compiled.target()]).current_dir(folder);
    for package in compiled.packages() {
        command.args(["--package", package]);
    }
    if !compiled.features().is_empty() {
        command.args(["--features", &compiled.features().join(",")]);
    }
    let output = command.output().expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter_map(|line| {
        // `name v1.0.0 (proc-macro) (/folder)|features (*)`
        let (package, features) = line.trim_end_matches(" (*)").split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?, words.next()?);
        let mut features: Vec<&str> = features.split(',').filter(|feature| !feature.is_empty()).collect();
        features.sort_unstable();
        Some(format!("{name} {version} {}", features.join(",")))
    });
    lines.collect()
}

/// Unit graph and `cargo tree` are two ways to the crates of a build and to their exact features.
fn two_ways_agree(folder: &str, options: &[&str]) {
    let folder = fixture(folder);
    let compiled = compiled(&folder, options).unwrap_or_else(|error| panic!("{}: {error:?}", folder.display()));
    assert_eq!(compiled.crates(), tree(&folder, &compiled));
}

macro_rules! agree_on_each {
    ($($name:ident: $folder:literal $($option:literal)* $(=> $whole:ident)?;)+) => {
        mod two_ways_agree {
            $(#[test] fn $name() { super::two_ways_agree($folder, &[$($option),*]); })+
        }
    };
}

for_each_case!(agree_on_each);

#[test]
fn what_is_vendored_written_in_rust_or_not_built_installs_nothing() {
    let (plan, _) = compile(&fixture("nothing-of-the-system"), &["--slim"]).expect("a plan");
    let plan = serde_json::to_value(plan).expect("a plan is JSON");
    let names = |packages: &serde_json::Value| -> Vec<String> {
        let packages = packages.as_array().expect("a list of packages");
        packages.iter().map(|package| package["name"].as_str().expect("a name").to_owned()).collect()
    };
    // OpenSSL's own build wants both.
    assert_eq!(names(&plan["toolchain"]["packages"]), ["make", "perl"]);
    assert_eq!(names(&plan["images"][0]["packages"]), ["ca-certificates"], "openssl reads the system's certificates");
    assert_eq!(plan["warnings"], serde_json::json!([]));
}
