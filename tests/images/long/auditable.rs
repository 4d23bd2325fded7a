//! Programs that hold the list of their crates, for which cargo-auditable is compiled first.

use std::fs;
use std::process::Command;

use crate::common::copy_of;
use crate::engine::{dockerize, tail};

#[test]
#[ignore = "builds images: see tests/run all"]
fn a_program_holds_the_list_of_its_crates() {
    let copy = copy_of("native-library");
    let manifest = copy.path().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, format!("{text}\n[workspace.metadata.dockerize]\nauditable = true\n")).expect("a manifest");
    dockerize(copy.path(), &["--package", "importer"]);
    let folder = copy.path().join("out");
    let output = Command::new("docker")
        .args(["buildx", "build", "--network=host", "--progress=plain", "--output"])
        .arg(&folder)
        .arg(copy.path())
        .output()
        .expect("docker can be run");
    assert!(output.status.success(), "{}", tail(&String::from_utf8_lossy(&output.stderr)));
    let program = folder.join("usr/local/bin/importer");
    let sections = Command::new("readelf").args(["--sections", "--wide"]).arg(program).output().expect("readelf");
    assert!(String::from_utf8_lossy(&sections.stdout).contains(".dep-v0"), "{sections:?}");
}
