//! Images of several platforms from one file, built without emulation. Those of arm64 run under qemu-user here.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::common::copy_of;
use crate::engine::{Image, dockerize, tail, try_build_with};
use crate::first_try::{lock, package, write};

const BOTH: [&str; 2] = ["--platform", "linux/amd64,linux/arm64"];

fn build(folder: &TempDir, platform: &str) -> Image {
    try_build_with(folder.path(), "Dockerfile", None, &["--platform", platform])
        .unwrap_or_else(|log| panic!("{}", tail(&log)))
}

/// What the program of an arm64 image prints, with its own libraries and its own loader.
fn emulated(image: &Image, program: &str) -> String {
    let files = TempDir::new().expect("a temporary folder");
    let unpack = format!(
        "container=$(docker create --platform linux/arm64 {} none) && docker export $container | tar -x && docker rm $container",
        image.tag
    );
    let unpacked = Command::new("sh").args(["-c", &unpack]).current_dir(files.path()).output().expect("sh");
    assert!(unpacked.status.success(), "{unpacked:?}");
    let program = files.path().join("usr/local/bin").join(program);
    let output = Command::new("qemu-aarch64").arg("-L").arg(files.path()).arg(program).output().expect("qemu-user");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn shared_libraries_are_those_of_the_platform() {
    let copy = copy_of("native-library");
    dockerize(copy.path(), &[&["--package", "server"], BOTH.as_slice()].concat());
    let says = |said: &str| said.starts_with("libssl 0x3") && said.contains("libpq 17");
    let said = build(&copy, "linux/amd64").run(&[]);
    assert!(says(&said), "{said}");
    let arm = build(&copy, "linux/arm64");
    assert_eq!(arm.inspect("{{.Architecture}}"), "arm64");
    let said = emulated(&arm, "server");
    assert!(says(&said), "{said}");

    // An edit costs what it costs on one platform.
    let source = copy.path().join("server/src/main.rs");
    let edited = fs::read_to_string(&source).expect("a source").replace("libssl", "edited");
    // What an earlier run built would come from the cache.
    fs::write(&source, format!("{edited}\n// {}\n", std::process::id())).expect("a file can be written");
    let again = build(&copy, "linux/arm64");
    assert_eq!(again.compiled(), ["server v0.1.0"]);
    assert!(again.kept_dependencies());
    assert!(emulated(&again, "server").starts_with("edited 0x3"));
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn vendored_c_and_assembly_are_static_on_each_platform() {
    let folder = TempDir::new().expect("a temporary folder");
    let main = "fn main() {\n    let sum = ring::digest::digest(&ring::digest::SHA256, b\"abc\");\n    \
                println!(\"{} {:02x?}\", std::env::consts::ARCH, &sum.as_ref()[..2]);\n}\n";
    let manifest = package("hasher", "\n[dependencies]\nring = \"0.17\"\n");
    write(folder.path(), &[("Cargo.toml", &manifest), ("src/main.rs", main)]);
    lock(folder.path());
    let said = dockerize(folder.path(), &BOTH);
    assert!(said.contains("scratch: static musl, compiles ring in"), "{said}");
    assert_eq!(build(&folder, "linux/amd64").run(&[]).trim(), "x86_64 [ba, 78]");
    let arm = build(&folder, "linux/arm64");
    assert_eq!(emulated(&arm, "hasher").trim(), "aarch64 [ba, 78]");
    // A builder that is asked for another platform says so, instead of shipping a wrong program.
    dockerize(folder.path(), &["--target", "aarch64-unknown-linux-musl", "--force"]);
    let refused = try_build_with(folder.path(), "Dockerfile", None, &["--platform", "linux/amd64"]);
    assert!(refused.is_err_and(|log| log.contains("for-amd64")));
}
