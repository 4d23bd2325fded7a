//! The stage that the build starts from: which Rust, which Debian suite, which packages and variables.

use anyhow::Result;
use semver::Version;
use serde::Serialize;

use super::needs::{self, Package, Variable};
use super::{Facts, Runtime};
use crate::catalog::{Catalog, Suite};
use crate::error::{Failure, nearest, quoted};
use crate::settings::Settings;
use crate::workspace::{GNU, MUSL};

/// Build image and what is installed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Toolchain {
    /// The base image.
    pub image: String,
    /// Version or channel of the toolchain that compiles.
    pub version: String,
    /// Why this Rust.
    pub reason: String,
    /// Debian packages.
    pub packages: Vec<Package>,
    /// Commands that bring the toolchain to what the build needs.
    pub rustup: Vec<String>,
    /// Environment of the build.
    pub env: Vec<Variable>,
}

/// The suite of both images.
pub(super) fn suite<'c>(settings: &Settings, runtime: Runtime, catalog: &'c Catalog) -> Result<&'c Suite, Failure> {
    let images = &catalog.images;
    let suite = match &settings.suite {
        None => images.preferred_suite(),
        Some(name) => images.suite(name).ok_or_else(|| {
            let failure = Failure::new(format!("there are no images of suite `{name}`"));
            match nearest(name, images.suites()) {
                Some(known) => failure.help(format!("did you mean `{known}`?")),
                None => failure.help(format!("suites are {}", quoted(images.suites()))),
            }
        })?,
    };
    if runtime == Runtime::Distroless && suite.distroless.is_none() {
        return Err(Failure::new(format!("there is no maintained distroless image of {}", suite.name)));
    }
    Ok(suite)
}

pub(super) fn toolchain(facts: &Facts) -> Result<Toolchain> {
    let rust = rust(facts)?;
    Ok(Toolchain {
        image: facts.suite.build_image(if rust.by_rustup { &facts.catalog.images.rust.default } else { &rust.version }),
        packages: needs::packages(facts)?,
        rustup: rustup(facts, &rust),
        version: rust.version,
        reason: rust.reason,
        env: needs::variables(facts)?,
    })
}

/// What rustup has to do: install a toolchain that no image has, add components and targets.
fn rustup(facts: &Facts, rust: &Rust) -> Vec<String> {
    let mut commands = Vec::new();
    if rust.by_rustup {
        let channel = super::build::in_shell(&rust.version);
        commands.push(format!("rustup toolchain install --profile minimal {channel}"));
        commands.push(format!("rustup default {channel}"));
    }
    let file = facts.workspace.toolchain.clone().unwrap_or_default();
    let of_use = &facts.catalog.images.rust.build_components;
    let components: Vec<String> = file.components.into_iter().filter(|name| of_use.contains(name)).collect();
    // A build script may compile for wasm; other targets of the file are not built here.
    let wasm = file.targets.into_iter().filter(|target| target.starts_with("wasm32"));
    let targets: Vec<String> = wasm.chain(target_triple(facts)).map(|target| super::build::in_shell(&target)).collect();
    for (what, names) in [("component", components), ("target", targets)] {
        if !names.is_empty() {
            commands.push(format!("rustup {what} add {}", names.join(" ")));
        }
    }
    commands
}

/// The builder's own architecture, as target triples begin with it.
pub(super) const ARCHITECTURE: &str = "$(uname -m)";

/// The target as the build stage's shell writes it; `None` for the builder's own.
pub(super) fn target_triple(facts: &Facts) -> Option<String> {
    let selection = &facts.workspace.selection;
    match &selection.target_named_by {
        Some(_) => Some(selection.target.clone()),
        None if facts.runtime == Runtime::Scratch => Some(format!("{ARCHITECTURE}-unknown-linux-musl")),
        None => None,
    }
}

struct Rust {
    version: String,
    reason: String,
    /// No image has it, so rustup installs it.
    by_rustup: bool,
}

fn rust(facts: &Facts) -> Result<Rust> {
    let Facts { workspace, settings, suite, .. } = facts;
    let default = &facts.catalog.images.rust.default;
    let floor = workspace.rust_version.as_ref();
    let rust = |version: &str, reason: String| Rust { version: version.to_owned(), reason, by_rustup: false };
    let file = workspace.toolchain.as_ref();
    let channel =
        file.and_then(|file| Some((file.channel.as_deref()?, &file.file))).filter(|(channel, _)| *channel != "stable");
    let mut chosen = match (&settings.rust, channel, floor) {
        (Some(asked), _, Some((needed, by))) if asked.contains('.') && precise(asked) < *needed => {
            return Err(Failure::new(format!("Rust {asked} is too old: `{by}` requires {}", short(needed)))
                .help(format!("use `--rust {}`, or leave the choice to cargo-dockerize", short(needed)))
                .into());
        }
        (Some(asked), ..) => rust(asked, "as asked for".to_owned()),
        (None, Some((channel, file)), _) => rust(without_host(channel), format!("{file} says so")),
        (None, None, Some((needed, by))) if *needed > precise(default) => {
            rust(&short(needed), format!("`{by}` requires it"))
        }
        _ => rust(default, "the default".to_owned()),
    };
    let is_release = chosen.version.starts_with(|c: char| c.is_ascii_digit());
    if !is_release {
        chosen.by_rustup = true;
    } else if chosen.version.contains('.') && precise(&chosen.version) < precise(&suite.first_rust) {
        chosen.by_rustup = true;
        chosen.reason = format!(
            "{}; images of {} begin with {}, so rustup installs it",
            chosen.reason, suite.name, suite.first_rust
        );
    }
    Ok(chosen)
}

/// A channel without the host triple that older files carry: `1.92.0-x86_64-unknown-linux-gnu`.
fn without_host(channel: &str) -> &str {
    ["-x86_64-", "-aarch64-"].iter().find_map(|arch| channel.split_once(arch)).map_or(channel, |(channel, _)| channel)
}

/// A full version from `1`, `1.95` or `1.95.0`.
fn precise(version: &str) -> Version {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    Version::new(next(), next(), next())
}

fn short(version: &Version) -> String {
    if version.patch == 0 { format!("{}.{}", version.major, version.minor) } else { version.to_string() }
}

/// Whether the program is a static musl binary.
pub(super) fn is_musl(facts: &Facts) -> bool {
    target_triple(facts).is_some_and(|target| target.contains("-musl"))
}

/// Whether a target table of cargo's configuration concerns this build.
pub(super) fn is_built_for(facts: &Facts, table: &str) -> bool {
    table.starts_with("cfg(")
        || table == facts.workspace.selection.target
        || table == GNU
        || table == MUSL && is_musl(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_any_length_compare() {
        assert!(precise("1.9") < precise("1.10.0"));
        assert_eq!(short(&Version::new(1, 85, 0)), "1.85");
        assert_eq!(short(&Version::new(1, 85, 1)), "1.85.1");
        assert_eq!(without_host("1.92.0-x86_64-unknown-linux-gnu"), "1.92.0");
        assert_eq!(without_host("nightly-2026-01-15"), "nightly-2026-01-15");
    }
}
