//! Linters over every case: hadolint, and BuildKit's own checks.

use std::fs;
use std::process::Command;

use super::common::{compile, fixture};
use super::engine::script;

macro_rules! list_cases {
    ($($name:ident: $folder:literal $($option:literal)* $(=> $whole:ident)?;)+) => {
        const CASES: &[(&str, &str, &[&str])] = &[$((stringify!($name), $folder, &[$($option),*])),+];
    };
}

for_each_case!(list_cases);

#[test]
#[ignore = "needs hadolint and docker: see tests/run"]
fn every_dockerfile_passes_hadolint_and_buildkit_checks() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    for (name, fixture_name, options) in CASES {
        let (_, [dockerfile, _]) = compile(&fixture(fixture_name), options).expect(name);
        let path = folder.path().join(format!("{name}.Dockerfile"));
        fs::write(&path, &dockerfile.text).expect("a file can be written");
        assert!(
            !dockerfile.text.contains("hadolint ignore") && !dockerfile.text.contains("# check="),
            "{name} silences a linter"
        );
        if options.contains(&"1.80") || *name == "toolchain_file" {
            // Its toolchain is none of the base images that tests/engine/bases brings.
            continue;
        }
        if *name == "static_on_a_named_platform" {
            // BuildKit checks for its own platform alone, which has no stage here.
            continue;
        }
        let check = Command::new("docker")
            .args(["build", "--check", "--file"])
            .arg(&path)
            .arg(folder.path())
            .output()
            .expect("docker");
        let said = String::from_utf8_lossy(&check.stdout).into_owned() + &String::from_utf8_lossy(&check.stderr);
        assert!(check.status.success() && said.contains("no warnings found"), "{name}: {said}");
    }
    let files: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files.len(), CASES.len());
    let output = Command::new(script("hadolint")).args(files).output().expect("hadolint can be run");
    let findings = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // It takes `FROM for-$TARGETARCH` for an image without a tag.
    let is_stage = |line: &&str| line.contains(" DL3006 ") && line.contains("_platform");
    let findings: Vec<&str> = findings.lines().filter(|line| !line.trim().is_empty() && !is_stage(line)).collect();
    assert!(findings.is_empty(), "{findings:?}");
    assert!(output.status.code().is_some_and(|code| code < 2), "{output:?}");
}
