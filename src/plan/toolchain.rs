//! The stage that the build starts from: which Rust, which Debian suite, which packages and variables.

use anyhow::Result;
use semver::Version;
use serde::Serialize;

use super::natives::Natives;
use super::{Reasons, Request, Runtime};
use crate::catalog::{Catalog, Language, Suite};
use crate::error::{Failure, nearest, quoted};
use crate::settings::Settings;
use crate::workspace::{GNU, MUSL, Workspace};

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

/// A Debian package and why it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Name of the package.
    pub name: String,
    /// Crates or settings that ask for it.
    pub because: String,
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Crates or settings that ask for it.
    pub because: String,
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

pub(super) fn toolchain(
    workspace: &Workspace,
    catalog: &Catalog,
    request: Request,
    suite: &Suite,
    natives: &Natives,
    warnings: &mut Vec<String>,
) -> Result<Toolchain> {
    let rust = rust(workspace, catalog, request.settings, suite)?;
    let (packages, env) = needs(workspace, catalog, request, suite, natives, warnings);
    Ok(Toolchain {
        image: suite.build_image(if rust.by_rustup { &catalog.images.rust.default } else { &rust.version }),
        packages,
        rustup: rustup(workspace, catalog, request.runtime, &rust),
        version: rust.version,
        reason: rust.reason,
        env,
    })
}

/// What rustup has to do: install a toolchain that no image has, add components and targets.
fn rustup(workspace: &Workspace, catalog: &Catalog, runtime: Runtime, rust: &Rust) -> Vec<String> {
    let mut commands = Vec::new();
    if rust.by_rustup {
        let channel = super::build::in_shell(&rust.version);
        commands.push(format!("rustup toolchain install --profile minimal {channel}"));
        commands.push(format!("rustup default {channel}"));
    }
    let file = workspace.toolchain.clone().unwrap_or_default();
    let components: Vec<String> =
        file.components.into_iter().filter(|name| catalog.images.rust.build_components.contains(name)).collect();
    // A build script may compile for wasm; other targets of the file are not built here.
    let wasm = file.targets.into_iter().filter(|target| target.starts_with("wasm32"));
    let targets: Vec<String> =
        wasm.chain(target_triple(workspace, runtime)).map(|target| super::build::in_shell(&target)).collect();
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
pub(super) fn target_triple(workspace: &Workspace, runtime: Runtime) -> Option<String> {
    match &workspace.selection.target_named_by {
        Some(_) => Some(workspace.selection.target.clone()),
        None if runtime == Runtime::Scratch => Some(format!("{ARCHITECTURE}-unknown-linux-musl")),
        None => None,
    }
}

struct Rust {
    version: String,
    reason: String,
    /// No image has it, so rustup installs it.
    by_rustup: bool,
}

fn rust(workspace: &Workspace, catalog: &Catalog, settings: &Settings, suite: &Suite) -> Result<Rust> {
    let default = &catalog.images.rust.default;
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

/// Packages and variables of the build: those of the crates, of cargo's configuration and of the settings.
fn needs(
    workspace: &Workspace,
    catalog: &Catalog,
    request: Request,
    suite: &Suite,
    natives: &Natives,
    warnings: &mut Vec<String>,
) -> (Vec<Package>, Vec<Variable>) {
    let mut packages = Reasons::new();
    let mut variables: Vec<Variable> = Vec::new();
    let mut add = |name: &str, because: &str| {
        packages.entry(name.to_owned()).or_default().insert(because.to_owned());
    };
    for found in natives.all() {
        let name = &found.krate.name;
        if let Some((_, variant)) = found.row {
            for package in variant.build.of(&suite.name) {
                add(package, name);
            }
            for (variable, value) in &variant.env {
                variables.push(Variable { name: variable.clone(), value: value.clone(), because: name.clone() });
            }
        }
        if is_musl(workspace, request.runtime) && found.compiles(Language::C) {
            add("musl-tools", name);
        }
    }
    for (program, by) in linkers(workspace, request.runtime) {
        match catalog.images.linker(&program) {
            Some(names) => names.iter().for_each(|name| add(name, &by)),
            None => warnings.push(format!(
                "linker `{program}` ({by}) is in no list; if the build image lacks it, name its Debian package in `build-packages`"
            )),
        }
    }
    for binary in &workspace.binaries {
        for package in request.layers.binary(&binary.package, &binary.name).build_packages.iter().flatten() {
            add(package, "build-packages");
        }
    }
    if let Some(wrapper) = &workspace.config.rustc_wrapper {
        variables.push(Variable {
            name: "RUSTC_WRAPPER".to_owned(),
            value: String::new(),
            because: format!("{wrapper}, which .cargo/config.toml names, is not in this image"),
        });
    }
    if workspace.config.target_dir.is_some() {
        variables.push(Variable {
            name: "CARGO_TARGET_DIR".to_owned(),
            value: format!("{}/target", super::context::workdir(workspace)),
            because: "Where .cargo/config.toml would put it is of no use here".to_owned(),
        });
    }
    variables.sort_by(|a, b| (&a.name, &a.because).cmp(&(&b.name, &b.because)));
    variables.dedup_by(|a, b| a.name == b.name);
    (listed(packages), variables)
}

/// Whether the program is a static musl binary.
pub(super) fn is_musl(workspace: &Workspace, runtime: Runtime) -> bool {
    target_triple(workspace, runtime).is_some_and(|target| target.contains("-musl"))
}

/// Linkers that cargo's configuration names for this build, with the place that names them.
fn linkers(workspace: &Workspace, runtime: Runtime) -> Vec<(String, String)> {
    let config = &workspace.config;
    let applies = |table: &str| {
        table.starts_with("cfg(")
            || table == workspace.selection.target
            || table == GNU
            || table == MUSL && is_musl(workspace, runtime)
    };
    // rust-lld comes with the toolchain, gcc and cc with the image.
    let comes_along = |program: &str| ["rust-lld", "cc", "gcc"].contains(&program);
    let mut found: Vec<(String, String)> = config
        .linkers
        .iter()
        .filter(|(table, _)| applies(table))
        .map(|(_, program)| (program.clone(), "linker in .cargo/config.toml".to_owned()))
        .collect();
    for flag in &config.rustflags {
        if let Some((_, program)) = flag.split_once("-fuse-ld=") {
            found.push((program.trim_start_matches("ld.").to_owned(), "rustflags in .cargo/config.toml".to_owned()));
        }
    }
    found.retain(|(program, _)| !comes_along(program));
    found.sort();
    found.dedup();
    found
}

/// Packages sorted by name, with all their reasons.
pub(super) fn listed(packages: Reasons) -> Vec<Package> {
    packages
        .into_iter()
        .map(|(name, because)| Package { name, because: because.into_iter().collect::<Vec<_>>().join(", ") })
        .collect()
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
