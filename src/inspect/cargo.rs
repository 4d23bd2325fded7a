//! Runs cargo and reads what it prints. What enters are the manifest and the flags that every cargo command takes,
//! what leaves are its metadata and its unit graph.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use serde::Deserialize;

use super::manifest_text;
use super::relay::Relay;
use super::stable_graph;
use crate::error::Failure;
use crate::process::Process;
use crate::settings::BuildSettings;
use crate::shell::Shell;

/// How cargo is called.
#[derive(Debug, Clone, Default)]
pub(crate) struct CargoCommand {
    /// `--manifest-path`
    pub manifest_path: Option<PathBuf>,
    /// `--locked`
    pub locked: bool,
    /// `--offline`
    pub offline: bool,
    /// What it runs, where somebody may stop that.
    pub process: Option<Process>,
}

/// What is going to be built, as flags of `cargo build`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BuildRequest {
    /// Package specs; empty for cargo's own choice.
    pub(super) packages: Vec<String>,
    /// Names of binaries; empty for all.
    pub(super) binaries: Vec<String>,
    /// Whether libraries are built as well.
    pub(super) with_libraries: bool,
    /// Feature flags.
    pub(super) features: Vec<String>,
    /// Profile name.
    pub(super) profile: String,
    /// Target triple.
    pub(super) target: String,
}

impl BuildRequest {
    /// What the settings ask for.
    pub(super) fn new(settings: &BuildSettings, packages: Vec<String>, binaries: Vec<String>, target: &str) -> Self {
        let mut features = Vec::new();
        if settings.all_features == Some(true) {
            features.push("--all-features".to_owned());
        }
        if settings.no_default_features == Some(true) {
            features.push("--no-default-features".to_owned());
        }
        if let Some(names) = &settings.features {
            features.extend(["--features".to_owned(), names.join(",")]);
        }
        let profile = settings.profile.clone().unwrap_or_else(|| "release".to_owned());
        Self { packages, binaries, with_libraries: false, features, profile, target: target.to_owned() }
    }
}

/// What cargo says about a build.
#[derive(Debug)]
pub(super) struct Resolved {
    /// The build.
    pub(super) request: BuildRequest,
    /// Packages from elsewhere that something is compiled from.
    pub(super) packages: Vec<Package>,
    /// Every compiler run of it.
    pub(super) units: UnitGraph,
}

/// `cargo build --unit-graph`: every compiler run of a build with its exact features.
/// <https://doc.rust-lang.org/cargo/reference/unstable.html#unit-graph>
#[derive(Debug, Deserialize)]
pub(super) struct UnitGraph {
    /// Version of the format.
    pub(super) version: u32,
    /// All units.
    pub(super) units: Vec<Unit>,
    /// Indices of the units that were asked for.
    pub(super) roots: Vec<usize>,
}

/// One compiler or build script run.
#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    /// The package, as in cargo's metadata.
    pub(super) pkg_id: String,
    /// The target of the package.
    pub(super) target: UnitTarget,
    /// The profile in force.
    pub(super) profile: UnitProfile,
    /// The target triple; `None` for what runs on the host.
    pub(super) platform: Option<String>,
    /// `build` or `run-custom-build`.
    pub(super) mode: String,
    /// Features that are on.
    pub(super) features: Vec<String>,
    /// Units that have to come first.
    pub(super) dependencies: Vec<UnitDependency>,
}

/// A target of a package, as in cargo's metadata.
#[derive(Debug, Deserialize)]
pub(super) struct UnitTarget {
    /// Such as `bin`, `lib`, `custom-build`.
    pub(super) kind: Vec<String>,
    /// What rustc makes of it, such as `rlib`, `dylib`.
    pub(super) crate_types: Vec<String>,
    /// Name of the target.
    pub(super) name: String,
    /// Its crate root.
    pub(super) src_path: PathBuf,
}

impl UnitTarget {
    /// Whether it is of this kind.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|own| own == kind)
    }
}

/// The part of a unit's profile that matters here.
#[derive(Debug, Deserialize)]
pub(super) struct UnitProfile {
    /// Debug information in the unit.
    #[serde(default)]
    pub(super) debuginfo: serde_json::Value,
    /// Whether `cfg(debug_assertions)` holds in it.
    pub(super) debug_assertions: Option<bool>,
}

/// An edge of the unit graph.
#[derive(Debug, Deserialize)]
pub(super) struct UnitDependency {
    /// Index of the unit.
    pub(super) index: usize,
}

impl CargoCommand {
    /// The workspace's root folder, found without reading any manifest but those on the way to it.
    pub(crate) fn root(&self, shell: Shell) -> Result<PathBuf> {
        let mut command = Command::new(program());
        command.args(["locate-project", "--workspace", "--message-format", "plain"]);
        let manifest = PathBuf::from(self.run(&Relay::new(shell), command)?.trim());
        manifest.parent().map(Path::to_owned).context("a manifest lies in a folder")
    }

    /// The members of the workspace, without any graph.
    pub(super) fn members(&self, relay: &Relay) -> Result<Metadata> {
        let mut command = Command::new(program());
        command.args(["metadata", "--format-version", "1", "--no-deps"]);
        MetadataCommand::parse(self.run(relay, command)?).context("cannot read what `cargo metadata` printed")
    }

    /// Reads a build's packages and its unit graph.
    pub(super) fn resolve(&self, relay: &Relay, request: BuildRequest) -> Result<Resolved> {
        if let Some(units) = self.unit_graph(relay, &request)? {
            return Ok(Resolved { packages: manifest_text::of_units(&units)?, units, request });
        }
        relay.shell.reason("this cargo has no unit graph to read: the graph comes from `cargo tree`");
        let metadata = self.metadata(relay, &request)?;
        let units = stable_graph::units(&metadata, &self.tree(relay, &request)?, &request);
        let packages = metadata.packages.into_iter().filter(|package| package.source.is_some()).collect();
        Ok(Resolved { request, packages, units })
    }

    /// All packages of the resolved graph.
    fn metadata(&self, relay: &Relay, request: &BuildRequest) -> Result<Metadata> {
        let mut command = Command::new(program());
        command.args(["metadata", "--format-version", "1", "--filter-platform", &request.target]);
        command.args(&request.features);
        MetadataCommand::parse(self.run(relay, command)?).context("cannot read what `cargo metadata` printed")
    }

    /// The graph as text.
    fn tree(&self, relay: &Relay, request: &BuildRequest) -> Result<String> {
        let mut command = Command::new(program());
        command.args(stable_graph::TREE).args(["--target", &request.target]).args(&request.features);
        for package in &request.packages {
            command.args(["--package", package]);
        }
        self.run(relay, command)
    }

    /// The packages of the workspace that a manifest belongs to, without any graph.
    pub(super) fn of_manifest(&self, relay: &Relay, manifest: &Path) -> Result<Metadata> {
        let mut command = Command::new(program());
        command.args(["metadata", "--format-version", "1", "--no-deps"]);
        let elsewhere = Self { manifest_path: Some(manifest.to_owned()), ..self.clone() };
        // What it says of another workspace is nobody's concern here.
        let unheard = Relay::new(relay.shell.quiet());
        MetadataCommand::parse(elsewhere.run(&unheard, command)?).context("cannot read what `cargo metadata` printed")
    }

    /// The unit graph of a build; `None` where this cargo has none that can be read. The format is marked unstable, so cargo wants to be told that we know: hence
    /// `RUSTC_BOOTSTRAP`, which nothing is compiled with.
    fn unit_graph(&self, relay: &Relay, request: &BuildRequest) -> Result<Option<UnitGraph>> {
        let mut command = Command::new(program());
        command
            .args(["build", "--unit-graph", "-Z", "unstable-options", "--ignore-rust-version"])
            .args(["--profile", &request.profile, "--target", &request.target])
            .args(&request.features)
            .env("RUSTC_BOOTSTRAP", "1");
        for package in &request.packages {
            command.args(["--package", package]);
        }
        for binary in &request.binaries {
            command.args(["--bin", binary]);
        }
        if request.binaries.is_empty() {
            command.arg("--bins");
        }
        if request.with_libraries {
            command.arg("--lib");
        }
        match self.run(relay, command) {
            // A later version may mean something else by the same names.
            Ok(output) => Ok(serde_json::from_str(&output).ok().filter(|graph: &UnitGraph| graph.version == 1).map(
                |mut graph: UnitGraph| {
                    graph.units.iter_mut().for_each(|unit| unit.pkg_id = id_of_metadata(&unit.pkg_id));
                    graph
                },
            )),
            Err(error) if is_unknown_flag(&error.to_string()) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs cargo: what it reports while it works goes to the user as it comes, its errors become ours.
    fn run(&self, relay: &Relay, mut command: Command) -> Result<String> {
        if let Some(path) = &self.manifest_path {
            command.arg("--manifest-path").arg(path);
        }
        let lock_flags = [(self.locked, "--locked"), (self.offline, "--offline")];
        command.args(lock_flags.into_iter().filter_map(|(holds, flag)| holds.then_some(flag)));
        let process = self.process.clone().unwrap_or_default();
        let (stdout, stderr) = process.start(&mut command).map_err(|error| {
            Failure::new(format!("cannot run `{}`: {error}", Path::new(&program()).display()))
                .help("install Rust from https://rustup.rs")
        })?;
        let (output, errors) = std::thread::scope(|scope| {
            let errors = scope.spawn(move || stderr.map(|pipe| relay.read(pipe)).unwrap_or_default());
            let mut output = String::new();
            let read = stdout.map(|mut pipe| pipe.read_to_string(&mut output));
            (read.transpose().map(|_| output), errors.join().unwrap_or_default())
        });
        if process.wait().context("lost the cargo process")?.success() {
            return output.context("cannot read what cargo printed");
        }
        Err(explain(&errors).into())
    }
}

/// Cargo passes its own path to subcommands.
fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// An error of cargo's with the next step, where one is known. What decides is how a line of cargo's begins, never a word
/// that may as well be a name of the user's; the tests of the binary hold these phrases against the real cargo.
fn explain(errors: &str) -> Failure {
    let text = errors.trim().trim_start_matches("error: ");
    let has =
        |phrases: &[&str]| text.lines().any(|line| phrases.iter().any(|phrase| line.trim_start().starts_with(phrase)));
    if has(&STALE_LOCK_FILE) && text.contains("was passed to prevent this") {
        // Cargo speaks of a flag that may be ours.
        return Failure::new("Cargo.lock is out of date, and nothing may be written")
            .help("run `cargo update --workspace` to bring it up to date, and commit it");
    }
    let failure = Failure::new(if text.is_empty() { "cargo failed without a word" } else { text });
    if has(&["could not find `Cargo.toml` in `"]) {
        failure.help("run it inside a package or workspace, or name one with `--manifest-path`")
    } else if let Some(url) = git_source(text).filter(|_| has(&OFFLINE) || has(&NO_NETWORK)) {
        failure.help(format!("`{url}` is a git repository that cargo has not fetched: run `cargo fetch` once where it can be reached, or vendor it with `cargo vendor`"))
    } else if has(&OFFLINE) {
        failure.help("run `cargo fetch` once where there is a network, then try again")
    } else if has(&NO_NETWORK) {
        failure.help(
            "cargo has to download the dependencies once; check the network, or run `cargo fetch` where there is one",
        )
    } else {
        failure
    }
}

/// A package's id as cargo's metadata has it. Unit graphs of older cargos have `name 1.0.0 (source)`.
/// <https://doc.rust-lang.org/cargo/reference/pkgid-spec.html>
fn id_of_metadata(id: &str) -> String {
    let parts = id.split_once(' ').and_then(|(name, rest)| Some((name, rest.split_once(" (")?)));
    let Some((name, (version, source))) = parts else { return id.to_owned() };
    let source = source.trim_end_matches(')');
    // The commit of a git source is no part of it.
    let source = source.split_once('#').map_or(source, |(source, _)| source);
    let last = source.split('?').next().unwrap_or(source).rsplit('/').next().unwrap_or_default();
    if last == name { format!("{source}#{version}") } else { format!("{source}#{name}@{version}") }
}

/// Whether cargo does not know a flag of the unit graph.
fn is_unknown_flag(error: &str) -> bool {
    ["unexpected argument '--unit-graph'", "unknown `-Z` flag specified", "the `-Z` flag is only accepted"]
        .iter()
        .any(|phrase| error.starts_with(phrase))
}

/// The git repository that an error of cargo's is about.
fn git_source(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim_start);
    lines.find_map(|line| {
        let url = line.strip_prefix("unable to update ").or_else(|| line.strip_prefix("Unable to update "))?;
        (!url.contains("index") && url.contains("://")).then_some(url)
    })
}

/// The last one is that of Rust before 1.92.
const STALE_LOCK_FILE: [&str; 3] = ["cannot update the lock file ", "cannot create the lock file ", "the lock file "];

const OFFLINE: [&str; 4] = [
    "As a reminder, you're using offline mode (",
    "attempting to make an HTTP request, but --offline was specified",
    "failed to lookup reference in preexisting repository, and can't check for updates in offline mode (",
    "can't checkout from '",
];

const NO_NETWORK: [&str; 6] = [
    "download of ",
    "failed to clone into: ",
    "failed to download from `",
    "failed to fetch `",
    "failed to fetch into: ",
    "failed to get successful HTTP response from `",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_is_stale_in_the_words_of_an_older_cargo() {
        let older = "error: the lock file /a/Cargo.lock needs to be updated but --locked was passed to prevent this\n";
        assert!(explain(older).steps()[0].contains("cargo update"));
    }

    #[test]
    fn ids_of_older_unit_graphs_are_those_of_the_metadata() {
        for (old, new) in [
            ("api 0.1.0 (path+file:///w/api)", "path+file:///w/api#0.1.0"),
            ("api-bin 0.1.0 (path+file:///w/api)", "path+file:///w/api#api-bin@0.1.0"),
            ("itoa 1.0.19 (registry+https://github.com/x/y)", "registry+https://github.com/x/y#itoa@1.0.19"),
            ("a 1.0.0 (git+https://g.com/r?rev=1#abc)", "git+https://g.com/r?rev=1#a@1.0.0"),
        ] {
            assert_eq!(id_of_metadata(old), new);
            assert_eq!(id_of_metadata(new), new);
        }
    }

    #[test]
    fn a_git_repository_that_was_not_fetched_is_named() {
        let error = "error: failed to get `x` as a dependency of package `a`\n\nCaused by:\n  failed to load source for dependency `x`\n\nCaused by:\n  unable to update https://example.com/x?rev=1#1\n\nCaused by:\n  failed to clone into: /c\n";
        assert!(explain(error).steps()[0].starts_with("`https://example.com/x?rev=1#1` is a git repository"));
    }

    #[test]
    fn a_failure_without_a_word_says_so() {
        assert_eq!(explain("").to_string(), "cargo failed without a word");
    }
}
