//! What the plan knows of the graph is what cargo builds, and what needs nothing from the system gets nothing.
#![allow(clippy::disallowed_methods, reason = "tests stand at the edge")]

#[macro_use]
#[path = "common/cases.rs"]
mod list;
mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use common::{compile, fixture};
use tempfile::TempDir;

/// The plan as the real binary prints it, with this cargo.
fn plan(folder: &Path, options: &[&str], cargo: Option<&Path>) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"));
    command.arg("dockerize").args(options).args(["--print", "plan"]).current_dir(folder);
    // Where cargo keeps what it asked rustc once.
    command.env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR"));
    if let Some(cargo) = cargo {
        command.env("CARGO", cargo);
    }
    let output = command.output().expect("the binary can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// The unit graph, and what is stable, are two ways to the crates of a build and to their exact features.
fn two_ways_agree(folder: &str, options: &[&str]) {
    let folder = fixture(folder);
    let tools = TempDir::new().expect("a temporary folder");
    let older = tools.path().join("cargo");
    let script = format!(
        "#!/bin/sh\nfor word; do\n  [ \"$word\" != --unit-graph ] || \
         {{ echo \"error: unexpected argument '--unit-graph' found\" >&2; exit 1; }}\ndone\nexec '{}' \"$@\"\n",
        env!("CARGO")
    );
    fs::write(&older, script).expect("a file can be written");
    fs::set_permissions(&older, fs::Permissions::from_mode(0o755)).expect("a mode can be set");
    assert_eq!(plan(&folder, options, None), plan(&folder, options, Some(&older)));
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
