//! Docker and buildah: builds with counts of what happened in them, and runs that a hardened cluster would allow.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
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
    command.args(flags).arg(folder);
    let mut run = || {
        let output = command.output().expect("docker can be run");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (is_built, log) = match run() {
        // Of two builds that export one layer, an engine may lose it: https://github.com/moby/buildkit/issues/6521
        (false, log) if log.contains("failed to prepare extraction snapshot") => run(),
        ran => ran,
    };
    if is_built { Ok(Image { tag, log }) } else { Err(log) }
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

/// Whether a step of a build printed this line. The log of one that fails shows the lines of the Dockerfile as well.
pub(crate) fn printed(log: &str, line: &str) -> bool {
    // `#12 0.345 the line`
    log.lines().any(|logged| logged.starts_with('#') && logged.splitn(3, ' ').nth(2) == Some(line))
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
        bytes_of(&self.tag)
    }

    /// Paths and sizes of the image's files.
    pub(crate) fn files(&self) -> Vec<(String, u64)> {
        files_of(&self.tag)
    }

    /// Crates that any step compiled, as `name version`, sorted; those of the skeleton left out.
    pub(crate) fn compiled(&self) -> Vec<String> {
        compiled(&self.log)
    }

    /// How many crates were downloaded.
    pub(crate) fn downloaded(&self) -> usize {
        self.log.lines().filter(|line| line.contains(" Downloaded ")).count()
    }

    /// How many RUN steps were executed, and not taken from the cache.
    pub(crate) fn steps_run(&self) -> usize {
        let started = self.log.lines().filter(|line| line.starts_with('#') && line.contains("] RUN "));
        let steps: BTreeSet<&str> = started.filter_map(|line| line.split(' ').next()).collect();
        assert!(!steps.is_empty(), "no step in {}", self.log);
        steps.into_iter().filter(|step| !self.log.lines().any(|line| line == format!("{step} CACHED"))).count()
    }

    /// Whether the layer with the dependencies came from the cache.
    pub(crate) fn kept_dependencies(&self) -> bool {
        let step = self
            .log
            .lines()
            .find(|line| line.contains("[dependencies ") && line.contains("] RUN "))
            .and_then(|line| line.split(' ').next())
            .unwrap_or_default();
        self.log.lines().any(|line| line == format!("{step} CACHED"))
    }
}

/// Bytes of an image's files.
pub(crate) fn bytes_of(tag: &str) -> u64 {
    files_of(tag).iter().map(|(_, size)| size).sum()
}

/// Paths and sizes of an image's files.
fn files_of(tag: &str) -> Vec<(String, u64)> {
    let create = Command::new("docker").args(["create", tag, "none"]).output().expect("docker");
    let container = String::from_utf8_lossy(&create.stdout).trim().to_owned();
    let list = format!("docker export {container} | tar --list --verbose --file -");
    let output = Command::new("sh").args(["-c", &list]).output().expect("tar");
    let _ = Command::new("docker").args(["rm", &container]).output();
    let files: Vec<(String, u64)> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (mode, _owner, size) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
            let path = words.nth(2)?.to_owned();
            mode.starts_with('-').then_some((path, size))
        })
        .collect();
    assert!(!files.is_empty(), "no file in {tag}: {create:?} {output:?}");
    files
}

/// Writes both files for a build in the profile dev, without debug information: most of the time of large graphs goes
/// there.
pub(crate) fn dockerize_quickly(folder: &Path) -> String {
    let manifest = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    std::fs::write(&manifest, text + "\n[profile.dev]\ndebug = false\n").expect("a file can be written");
    dockerize(folder, &["--profile", "dev"])
}

/// A build under way.
pub(crate) struct Running(Child);

/// Starts to build `folder` with BuildKit.
pub(crate) fn start_build(folder: &Path) -> Running {
    let child = Command::new("docker")
        .args(["build", "--network=host", "--progress=plain"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("docker can be run");
    Running(child)
}

impl Running {
    /// Kills it as soon as it says these words.
    pub(crate) fn kill_after(mut self, words: &str) {
        let lines = BufReader::new(self.0.stderr.take().expect("its output")).lines();
        let said = lines.map_while(Result::ok).any(|line| line.contains(words));
        assert!(said, "the build never says {words}");
        self.0.kill().expect("it can be killed");
        self.0.wait().expect("it ends");
    }
}

/// What cargo says that it compiles: `name version`, sorted, the empty programs of the dependency layer left out.
pub(crate) fn compiled(log: &str) -> Vec<String> {
    // BuildKit numbers its steps; buildah names the stage where it begins.
    let is_dependencies = |line: &str| line.contains("[dependencies ");
    let numbers: BTreeSet<&str> =
        log.lines().filter(|line| is_dependencies(line)).filter_map(|line| line.split(' ').next()).collect();
    let mut stage = "";
    let mut names = Vec::new();
    for line in log.lines() {
        if let Some((_, name)) = line.split_once(" AS ").filter(|_| line.contains("STEP 1/")) {
            stage = name.trim();
        }
        let Some((before, rest)) = line.split_once("Compiling ") else { continue };
        let is_local = rest.contains("(/app");
        let in_layer =
            stage == "dependencies" || before.split(' ').next().is_some_and(|number| numbers.contains(number));
        if !(is_local && in_layer) {
            names.push(rest.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
        }
    }
    names.sort();
    names
}

/// Names of the cache mounts in a Dockerfile.
pub(crate) fn mounts(dockerfile: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(dockerfile).expect("a Dockerfile");
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let ids: BTreeSet<String> = text
        .split("type=cache,id=")
        .skip(1)
        .filter_map(|rest| rest.split(',').next())
        .map(|id| id.replace("$TARGETARCH", arch))
        .collect();
    assert!(!ids.is_empty(), "{text}");
    ids
}

/// Empties the cache mounts that a Dockerfile names. Some engines forget every step when they prune mounts, so that is
/// not the way to see what a builder without them does.
pub(crate) fn empty_mounts(dockerfile: &Path) {
    build(emptying(dockerfile).path(), "Dockerfile", None);
}

/// The same for buildah, whose mounts outlive a run of these tests.
pub(crate) fn empty_mounts_of_buildah(dockerfile: &Path) {
    let folder = emptying(dockerfile);
    let output = Command::new(script("buildah")).arg("build").arg(folder.path()).output().expect("buildah can be run");
    assert!(output.status.success(), "{}", tail(&String::from_utf8_lossy(&output.stderr)));
}

/// A folder with a Dockerfile whose steps empty the cache mounts of another one.
fn emptying(dockerfile: &Path) -> tempfile::TempDir {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_nanos();
    let mut steps = "FROM debian:trixie-slim\n".to_owned();
    for id in mounts(dockerfile) {
        let _ =
            writeln!(steps, "RUN --mount=type=cache,id={id},target=/mount find /mount -mindepth 1 -delete && : {now}");
    }
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("Dockerfile"), steps).expect("a file can be written");
    folder
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
