//! What the test files share: copies of fixtures, and the stages of the pipeline in one call.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod binary;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cargo_dockerize::internals::{self, Compiled, Plan, RenderedFile};
use cargo_dockerize::{CommandLine, Dockerize, Shell};
use clap::Parser;
use tempfile::TempDir;

/// The folder of a fixture inside the repository.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A copy of a fixture that a test may change.
pub(crate) fn copy_of(name: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    copy(&fixture(name), folder.path());
    introduce_rustc(folder.path());
    folder
}

/// Tells cargo in a new folder what it would ask rustc there again.
pub(crate) fn introduce_rustc(folder: &Path) {
    static RECORD: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = TempDir::new().expect("a temporary folder");
        copy(&fixture("nothing-of-the-system"), folder.path());
        // Cargo keeps the record where there is a target folder.
        fs::create_dir(folder.path().join("target")).expect("a folder can be made");
        compile(folder.path(), &[]).expect("a plan");
        fs::read(folder.path().join(RUSTC_INFO)).expect("a record")
    });
    fs::create_dir(folder.join("target")).expect("a folder can be made");
    fs::write(folder.join(RUSTC_INFO), &*RECORD).expect("a file can be written");
}

const RUSTC_INFO: &str = "target/.rustc_info.json";

/// Copies a tree, build output excepted.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        let kind = entry.file_type().expect("a file type");
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).expect("a link"), target)
                .expect("a link can be made");
        } else if kind.is_dir() {
            if entry.file_name() != "target" {
                copy(&entry.path(), &target);
            }
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

/// Runs git, which has to succeed.
pub(crate) fn git(folder: &Path, words: &[&str]) {
    let done = Command::new("git").args(words).current_dir(folder).output().expect("git can be run");
    assert!(done.status.success(), "git {words:?}: {done:?}");
}

/// Arguments as they come from a command line.
fn parse(manifest: &Path, options: &[&str]) -> Dockerize {
    let manifest = manifest.join("Cargo.toml");
    let words = ["cargo", "dockerize", "--quiet", "--color", "never", "--manifest-path"].into_iter().map(str::to_owned);
    let words = words.chain([manifest.display().to_string()]).chain(options.iter().map(|option| (*option).to_owned()));
    let CommandLine::Dockerize(arguments) = CommandLine::try_parse_from(words).expect("options that clap accepts");
    *arguments
}

/// The plan and both files for a workspace.
pub(crate) fn compile(folder: &Path, options: &[&str]) -> anyhow::Result<(Plan, [RenderedFile; 2])> {
    Ok(compiled(folder, options)?.output())
}

/// All that is made of a workspace.
pub(crate) fn compiled(folder: &Path, options: &[&str]) -> anyhow::Result<Compiled> {
    let arguments = parse(folder, options);
    internals::compile(&arguments, Shell::from(&arguments))
}
