//! Runs of the real binary.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// What one run left: exit code, stdout, stderr.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn command(folder: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"));
    command.arg("dockerize").args(options).current_dir(folder);
    command
}

pub(crate) fn ran(mut command: Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("the binary can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { code: status.code().expect("an exit code"), out: text(stdout), err: text(stderr) }
}

pub(crate) fn run(folder: &Path, options: &[&str]) -> Ran {
    ran(command(folder, options))
}

pub(crate) fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// A package with one binary and no dependency, with these lines in its manifest.
pub(crate) fn package(lines: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let manifest = format!("[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{lines}");
    fs::create_dir(folder.path().join("src")).expect("a folder can be made");
    fs::write(folder.path().join("src/main.rs"), "fn main() {}\n").expect("a source can be written");
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest can be written");
    fs::write(folder.path().join("Cargo.lock"), "version = 4\n\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\n")
        .expect("a lock file");
    folder
}
