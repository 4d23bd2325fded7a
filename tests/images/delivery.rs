//! Files beside the Dockerfile, taken by the real programs: bake builds all images at once, and compose reads its file.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::common::copy_of;
use super::engine::{compiled, dockerize, tail};

/// Builds all images of a bake file, and gives the log.
fn bake(folder: &Path, tag: &str) -> String {
    let output = Command::new("docker")
        .args(["buildx", "bake", "--progress=plain", "--load", "--allow=network.host"])
        .args(["--set=*.network=host", "--provenance=false"])
        .env("TAG", tag)
        .current_dir(folder)
        .output()
        .expect("docker can be run");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}", tail(&log));
    log
}

/// The id of an image.
fn id(name: &str) -> String {
    let output =
        Command::new("docker").args(["image", "inspect", "--format", "{{.Id}}", name]).output().expect("docker");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
#[ignore = "builds images: see tests/run"]
fn bake_builds_all_images_and_an_edit_changes_one() {
    let copy = copy_of("native-library");
    dockerize(copy.path(), &["--bake"]);
    let tag = format!("dockerize-{}", std::process::id());
    // What an earlier run built is another program, so that the mounts hold this one's.
    for name in ["server", "importer"] {
        let source = copy.path().join(name).join("src/main.rs");
        let text = fs::read_to_string(&source).expect("a source");
        fs::write(&source, format!("{text}\n// {tag}\n")).expect("a file can be written");
    }
    let [server, importer] = ["server", "importer"].map(|name| format!("{name}:{tag}"));
    bake(copy.path(), &tag);
    let before = [id(&server), id(&importer)];
    let source = copy.path().join("importer/src/main.rs");
    let edited = fs::read_to_string(&source).expect("a source").replace("\"sqlite ", "\"edited ");
    fs::write(&source, edited).expect("a file can be written");
    let log = bake(copy.path(), &tag);
    assert_eq!(compiled(&log), ["importer v0.1.0"]);
    let after = [id(&server), id(&importer)];
    let _ = Command::new("docker").args(["image", "rm", "--force", &server, &importer]).output();
    assert_eq!(after[0], before[0], "the other image is the same");
    assert_ne!(after[1], before[1]);
}

#[test]
#[ignore = "needs docker compose: see tests/run"]
fn compose_takes_its_file() {
    for name in ["services", "native-library", "private-registry"] {
        let copy = copy_of(name);
        dockerize(copy.path(), &["--compose"]);
        let output = Command::new("docker")
            .args(["compose", "config", "--quiet"])
            .current_dir(copy.path())
            .env("CARGO_REGISTRIES_EXAMPLE_CORP_TOKEN", "")
            .output()
            .expect("docker can be run");
        assert!(output.status.success(), "{name}: {output:?}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn the_same_sources_give_the_same_bytes() {
    let copy = copy_of("native-library");
    dockerize(copy.path(), &["--package", "server", "--cache", "layers"]);
    let digest = |number: u32| {
        let file = copy.path().join(format!("{number}.tar"));
        let output = Command::new("docker")
            .args(["buildx", "build", "--network=host", "--progress=plain", "--provenance=false", "--no-cache"])
            .args(["--build-arg", "SOURCE_DATE_EPOCH=1700000000"])
            .args(["--output", &format!("type=oci,dest={},rewrite-timestamp=true", file.display())])
            .arg(copy.path())
            .output()
            .expect("docker can be run");
        assert!(output.status.success(), "{}", tail(&String::from_utf8_lossy(&output.stderr)));
        let index = Command::new("tar").args(["-xO", "index.json", "-f"]).arg(&file).output().expect("tar");
        let index: serde_json::Value = serde_json::from_slice(&index.stdout).expect("an index");
        index["manifests"][0]["digest"].as_str().expect("a digest").to_owned()
    };
    assert_eq!(digest(1), digest(2));
}
