//! What the build stage needs beside Rust: native crates, cargo's configuration and settings enter, Debian packages and
//! variables leave.

use anyhow::Result;
use semver::Version;

use super::basis::Basis;
use super::natives::NativeUse;
use super::reasons::{self, DebianPackage, Reasons, Variable};
use super::runtime::Runtime;
use super::{cache, git_metadata, helpers, linkers, platforms, registry, target};
use crate::catalog::{CheckedQueries, Language};
use crate::error::Failure;
use crate::workspace::LocalPackage;

/// Packages of the build stage.
pub(super) fn packages(basis: &Basis) -> Result<Vec<DebianPackage>> {
    let mut packages = Reasons::new();
    let mut add = |name: &str, because: &str| {
        packages.entry(name.to_owned()).or_default().insert(because.to_owned());
    };
    let of_target = |name: &str| platforms::package(name, basis);
    if !basis.platforms.is_empty() {
        let libc = (!target::is_musl(basis)).then_some("libc6-dev");
        for name in libc.into_iter().chain(["gcc"]) {
            add(&of_target(name), "cross-compiling");
        }
    }
    for found in basis.natives.all() {
        for package in packages_of(found, basis)? {
            // What a build script or a procedural macro links is the builder's own.
            let name = if found.in_target() { of_target(package) } else { package.to_owned() };
            add(&name, &found.krate.name);
        }
        if target::is_musl(basis) && found.compiles(Language::C) {
            add(&of_target("musl-tools"), &found.krate.name);
        }
    }
    // Files that are copied from this stage come with their packages.
    for binary in &basis.workspace.binaries {
        for (data, found) in basis.copied_data(binary) {
            for package in data.packages.iter().filter(|package| !basis.suite.build_has.contains(package)) {
                add(package, &found.krate.name);
            }
        }
    }
    for name in git_metadata::readers(basis) {
        add("git", &name);
    }
    let origins = &basis.workspace.origins;
    for host in &origins.ssh_hosts {
        add("git", &format!("crates from {host}"));
        add("openssh-client", &format!("crates from {host}"));
    }
    if origins.wants_git_program {
        add("git", "net.git-fetch-with-cli in .cargo/config.toml");
    }
    for linker in linkers::linkers(basis) {
        for package in basis.catalog.images.program(&linker.program).into_iter().flatten() {
            add(package, linker.named_by);
        }
    }
    for binary in &basis.workspace.binaries {
        let settings = basis.settings_of(binary);
        for package in settings.build_packages.iter().flatten() {
            add(&of_target(package), "build-packages");
        }
        for (helper, setting) in helpers::asked_for(&settings) {
            add(&platforms::of_image(helper.package, basis), setting);
        }
    }
    Ok(reasons::listed(packages))
}

/// The packages that one crate is built with.
fn packages_of<'a>(found: &NativeUse<'a>, basis: &Basis<'a>) -> Result<Vec<&'a str>> {
    let suite = &basis.suite.name;
    let Some((native, variant)) = found.row else {
        return Ok(guessed(found, basis));
    };
    let Some(packages) = variant.build.known(suite) else {
        let other = basis.catalog.images.suites().find(|suite| variant.build.known(suite).is_some());
        if basis.is_known(found) {
            return Ok(Vec::new());
        }
        let failure = Failure::new(format!(
            "{} cannot be built on Debian {suite}, which has no package of {} ({})",
            found.krate.name,
            native.library,
            found.chain().join(" → ")
        ));
        return Err(match other {
            Some(other) => failure.help(format!("use `--suite {other}`")),
            None => failure.help(format!(
                "install it in a template of your own (`cargo dockerize template eject after-install`), and say `known-natives = [\"{}\"]` in the settings",
                found.krate.name
            )),
        }
        .into());
    };
    // Distroless gets its libraries from this stage; those that a program opens by itself come with no -dev package.
    let opened = if basis.runtime == Runtime::Distroless && found.in_target() && !variant.opens.is_empty() {
        variant.runtime.of(suite)
    } else {
        &[]
    };
    Ok(packages.iter().chain(opened).map(String::as_str).collect())
}

/// What a crate in no row asks pkg-config for or links by name, and a compiler for its language.
fn guessed<'a>(found: &NativeUse<'a>, basis: &Basis<'a>) -> Vec<&'a str> {
    let mut packages: Vec<&str> = found.guesses(basis.catalog).into_iter().map(|guess| guess.package).collect();
    if !found.krate.evidence.modules.is_empty() || !found.krate.evidence.words.is_empty() {
        packages.push("pkg-config");
    }
    if found.compiles_cxx() {
        packages.push("g++");
    }
    packages
}

/// Variables of the build stage.
pub(super) fn variables(basis: &Basis) -> Result<Vec<Variable>> {
    let mut variables: Vec<Variable> = Vec::new();
    let mut set = |name: &str, value: &str, because: &str| match variables.iter_mut().find(|known| known.name == name) {
        Some(known) if known.because.iter().any(|known| known == because) => {}
        Some(known) => known.because.push(because.to_owned()),
        None => variables.push(Variable {
            name: name.to_owned(),
            value: value.to_owned(),
            because: vec![because.to_owned()],
        }),
    };
    for found in basis.natives.all() {
        for (name, value) in found.row.iter().flat_map(|(_, variant)| &variant.env) {
            set(name, value, &found.krate.name);
        }
    }
    let origins = &basis.workspace.origins;
    for host in &origins.ssh_hosts {
        set("CARGO_NET_GIT_FETCH_WITH_CLI", "true", &format!("crates from {host}"));
        set("GIT_SSH_COMMAND", "ssh -o StrictHostKeyChecking=accept-new", &format!("crates from {host}"));
    }
    for name in origins.registries.iter().filter_map(|registry| registry.name.as_deref()) {
        let provider = format!("cargo:token-from-stdout cat /run/secrets/{}", registry::secret(name));
        set(
            &registry::registry_variable(name, "CREDENTIAL_PROVIDER"),
            &provider,
            &format!("crates from registry {name}"),
        );
    }
    let config = &basis.workspace.config;
    if let Some(wrapper) = &config.rustc_wrapper {
        set("RUSTC_WRAPPER", "", &format!("{wrapper}, which .cargo/config.toml names, is not in this image"));
    }
    let in_mount = cache::cache(basis).mounts;
    let target_folder = cache::target_folder(basis, in_mount);
    // In a mount all builds of this file have a target folder of their own.
    if config.target_dir.is_some() && !in_mount {
        set("CARGO_TARGET_DIR", &target_folder, "instead of the folder that .cargo/config.toml names");
    }
    if config.build_dir.is_some() {
        set("CARGO_BUILD_BUILD_DIR", &target_folder, "instead of the folder that .cargo/config.toml names");
    }
    let queries = &basis.catalog.inputs.checked_queries;
    if are_checked_offline(queries, basis)? {
        set(&queries.offline, "true", &queries.checked_by);
    }
    variables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(variables)
}

/// Whether queries have to be checked against what was saved before; without that there is nothing to check them against,
/// unless cargo's configuration says where the database is.
fn are_checked_offline(queries: &CheckedQueries, basis: &Basis) -> Result<bool> {
    let workspace = basis.workspace;
    let has_macros =
        workspace.binaries.iter().flat_map(|binary| &binary.crates).any(|krate| krate.name == queries.checked_by);
    if !has_macros || workspace.config.env.contains(&queries.database) {
        return Ok(false);
    }
    let mut asking = workspace
        .packages
        .iter()
        .filter(|package| package.is_built && package.dependencies.contains(&queries.name))
        .filter_map(|package| Some((package, package.queries.as_ref()?)))
        .peekable();
    if asking.peek().is_none() {
        return Ok(false);
    }
    let CheckedQueries { name, prepare, .. } = queries;
    let crates = workspace.binaries.iter().flat_map(|binary| &binary.crates);
    let mut macros = crates.filter(|krate| krate.name == queries.checked_by);
    let is_older = macros.all(|krate| krate.version < Version::new(0, 7, 0));
    let (saved, kind) = if is_older { (&queries.saved_before, "file") } else { (&queries.saved, "folder") };
    let is_saved = |package: &LocalPackage| package.entries.contains(saved) || workspace.entries.contains(saved);
    if let Some((_, source)) = asking.find(|(package, _)| !is_saved(package)) {
        return Err(Failure::new(format!(
            "`{source}` has queries that {name} checks while compiling, and no {saved} {kind} holds what they are checked against"
        ))
        .help(format!("run `{prepare}` beside a database, and commit {saved}"))
        .into());
    }
    Ok(true)
}
