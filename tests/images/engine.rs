//! Docker and buildah: builds with counts of what happened in them, and runs that a hardened cluster would allow.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A script of `tests/engine/`.
pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine").join(name)
}

/// An image that was built; it is removed when the test ends.
pub(crate) struct Image {
    pub(crate) tag: String,
    pub(crate) log: String,
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = Command::new("docker").args(["image", "rm", "--force", &self.tag]).output();
    }
}

/// Builds `folder/dockerfile` with BuildKit. `--network=host` is harmless, and needed where containers have no network.
pub(crate) fn try_build(folder: &Path, dockerfile: &str, target: Option<&str>) -> Result<Image, String> {
    try_build_with(folder, dockerfile, target, &[])
}

/// The same with flags of one's own.
pub(crate) fn try_build_with(
    folder: &Path,
    dockerfile: &str,
    target: Option<&str>,
    flags: &[&str],
) -> Result<Image, String> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let tag = format!("dockerize-test:{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut command = Command::new("docker");
    command.args(["build", "--network=host", "--progress=plain", "--provenance=false", "--tag", &tag]);
    command.arg("--file").arg(folder.join(dockerfile));
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    let output = command.args(flags).arg(folder).output().expect("docker can be run");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(Image { tag, log }) } else { Err(log) }
}

/// The same, for builds that have to pass.
pub(crate) fn build(folder: &Path, dockerfile: &str, target: Option<&str>) -> Image {
    try_build(folder, dockerfile, target).unwrap_or_else(|log| panic!("{}: {}", folder.display(), tail(&log)))
}

/// The last lines of a log.
pub(crate) fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

impl Image {
    /// What the program prints, run as in a hardened cluster: not as root, on a read-only root, without capabilities
    /// and without a network.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        assert!(output.status.success(), "{} {arguments:?}: {output:?}", self.tag);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn try_run(&self, arguments: &[&str]) -> Output {
        Command::new("docker")
            .args([
                "run",
                "--rm",
                "--network=none",
                "--read-only",
                "--cap-drop=ALL",
                "--security-opt=no-new-privileges",
            ])
            .arg(&self.tag)
            .args(arguments)
            .output()
            .expect("docker can be run")
    }

    /// A field of the image's configuration.
    pub(crate) fn inspect(&self, format: &str) -> String {
        let output =
            Command::new("docker").args(["image", "inspect", "--format", format, &self.tag]).output().expect("docker");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Bytes of the image's files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files().iter().map(|(_, size)| size).sum()
    }

    /// Paths and sizes of the image's files.
    pub(crate) fn files(&self) -> Vec<(String, u64)> {
        let create = Command::new("docker").args(["create", &self.tag]).output().expect("docker");
        let container = String::from_utf8_lossy(&create.stdout).trim().to_owned();
        let list = format!("docker export {container} | tar --list --verbose --file -");
        let output = Command::new("sh").args(["-c", &list]).output().expect("tar");
        let _ = Command::new("docker").args(["rm", &container]).output();
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                let (mode, _owner, size) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
                let path = words.nth(2)?.to_owned();
                mode.starts_with('-').then_some((path, size))
            })
            .collect()
    }

    /// Crates that the last cargo call compiled, as `name version`, members apart from the rest.
    pub(crate) fn compiled_last(&self) -> (Vec<String>, Vec<String>) {
        // Steps appear in order; the build stage's cargo call is the last that compiles.
        let compiled: Vec<(&str, &str)> = self
            .log
            .lines()
            .filter_map(|line| {
                let (step, rest) = line.split_once(' ')?;
                Some((step, rest.split_once("   Compiling ")?.1))
            })
            .collect();
        let last = compiled.last().map(|(step, _)| *step);
        let all = compiled.iter().filter(|(step, _)| Some(*step) == last).map(|(_, name)| (*name).to_owned());
        all.partition(|name| name.contains("(/app"))
    }

    /// Whether the step with these words came from the cache.
    pub(crate) fn was_cached(&self, words: &str) -> bool {
        let step = self
            .log
            .lines()
            .find(|line| line.contains(words))
            .and_then(|line| line.split(' ').next())
            .unwrap_or_default();
        self.log.lines().any(|line| line == format!("{step} CACHED"))
    }
}

/// Writes both files with the real binary; what it says is in the error.
pub(crate) fn dockerize(folder: &Path, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"))
        .arg("dockerize")
        .args(options)
        .current_dir(folder)
        .output()
        .expect("cargo-dockerize can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {said}", folder.display());
    said
}
