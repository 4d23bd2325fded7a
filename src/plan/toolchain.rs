//! The stage that the build starts from: which Rust, which Debian suite, which packages and variables.

use anyhow::Result;
use semver::Version;
use serde::Serialize;

use super::basis::Basis;
use super::platforms::{self, TargetPlatform};
use super::reasons::{DebianPackage, Variable};
use super::{build_packages, suite, target};
use crate::error::Failure;

/// Build image and what is installed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Toolchain {
    /// The base image.
    pub image: String,
    /// Version or channel of the toolchain that compiles.
    pub version: String,
    /// Why this Rust.
    pub reason: String,
    /// Whether somebody asked for the very version of the image, so that no newer one takes its place.
    pub is_fixed: bool,
    /// Platforms that it compiles for whatever its own is; none for its own.
    pub platforms: Vec<TargetPlatform>,
    /// The stage of the platform that is built for, as a builder finds it.
    pub of_platform: Option<String>,
    /// Debian packages.
    pub packages: Vec<DebianPackage>,
    /// Commands that bring the toolchain to what the build needs.
    pub rustup: Vec<String>,
    /// Environment of the build.
    pub env: Vec<Variable>,
}

pub(super) fn toolchain(basis: &Basis) -> Result<Toolchain> {
    let rust = rust(basis)?;
    let packages = build_packages::packages(basis)?;
    let image =
        basis.suite.build_image(if rust.by_rustup { &basis.catalog.images.rust.default } else { &rust.version });
    Ok(Toolchain {
        image: suite::image(&image, basis.settings),
        rustup: rustup(basis, &rust),
        platforms: platforms::stages(basis, &packages),
        of_platform: platforms::chosen_stage(basis),
        packages,
        is_fixed: rust.is_fixed && !rust.by_rustup,
        version: rust.version,
        reason: rust.reason,
        env: build_packages::variables(basis)?,
    })
}

/// What rustup has to do: install a toolchain that no image has, add components and targets.
fn rustup(basis: &Basis, rust: &Rust) -> Vec<String> {
    let mut commands = Vec::new();
    if rust.by_rustup {
        let channel = target::in_shell(&rust.version);
        commands.push(format!("rustup toolchain install --profile minimal {channel}"));
        commands.push(format!("rustup default {channel}"));
    }
    let file = basis.workspace.toolchain.clone().unwrap_or_default();
    let of_use = &basis.catalog.images.rust.build_components;
    let components: Vec<String> = file.components.into_iter().filter(|name| of_use.contains(name)).collect();
    // A build script may compile for wasm; other targets of the file are not built here.
    let wasm = file.targets.into_iter().filter(|target| target.starts_with("wasm32"));
    let targets: Vec<String> = wasm
        .chain(target::target_triple(basis).filter(|_| !target::is_builders_own(basis)))
        .map(|target| target::in_shell(&target))
        .collect();
    for (what, names) in [("component", components), ("target", targets)] {
        if !names.is_empty() {
            commands.push(format!("rustup {what} add {}", names.join(" ")));
        }
    }
    if basis.settings.auditable == Some(true) {
        // It runs here, whatever the programs are built for.
        let native = if basis.platforms.is_empty() { "" } else { "env --unset=CARGO_BUILD_TARGET " };
        let version = &basis.catalog.images.rust.auditable;
        commands.push(format!("{native}cargo install --locked --version {version} cargo-auditable"));
    }
    commands
}

struct Rust {
    version: String,
    reason: String,
    /// Somebody asked for it.
    is_fixed: bool,
    /// No image has it, so rustup installs it.
    by_rustup: bool,
}

fn rust(basis: &Basis) -> Result<Rust> {
    let Basis { workspace, settings, suite, .. } = basis;
    let default = &basis.catalog.images.rust.default;
    let floor = workspace.rust_version.as_ref();
    let rust =
        |version: &str, reason: String| Rust { version: version.to_owned(), reason, is_fixed: false, by_rustup: false };
    let fixed = |version: &str, reason: String| Rust { is_fixed: true, ..rust(version, reason) };
    let file = workspace.toolchain.as_ref();
    let channel =
        file.and_then(|file| Some((file.channel.as_deref()?, &file.file))).filter(|(channel, _)| *channel != "stable");
    let mut chosen = match (&settings.rust, channel, floor) {
        (Some(asked), _, Some((needed, by))) if asked.contains('.') && precise(asked) < *needed => {
            return Err(Failure::new(format!("Rust {asked} is too old: `{by}` requires {}", short(needed)))
                .help(format!("use `--rust {}`, or leave the choice to cargo-dockerize", short(needed)))
                .into());
        }
        (Some(asked), ..) => fixed(asked, "as asked for".to_owned()),
        (None, Some((channel, file)), _) => fixed(without_host(channel), format!("{file} says so")),
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
