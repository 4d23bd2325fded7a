//! What the build stage needs beside Rust: native crates, cargo's configuration and settings enter, Debian packages and
//! variables leave.

use anyhow::Result;
use serde::Serialize;

use super::natives::Found;
use super::{Facts, Reasons, Runtime, build, context, runtime, toolchain};
use crate::catalog::Language;
use crate::error::Failure;
use crate::workspace::Package as LocalPackage;

/// A Debian package and why it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Name of the package.
    pub name: String,
    /// Crates or settings that ask for it.
    pub because: Vec<String>,
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
    /// Crates or settings that ask for it.
    pub because: Vec<String>,
}

/// Packages of the build stage.
pub(super) fn packages(facts: &Facts) -> Result<Vec<Package>> {
    let mut packages = Reasons::new();
    let mut add = |name: &str, because: &str| {
        packages.entry(name.to_owned()).or_default().insert(because.to_owned());
    };
    for found in facts.natives.all() {
        for package in packages_of(found, facts)? {
            add(package, &found.krate.name);
        }
        if toolchain::is_musl(facts) && found.compiles(Language::C) {
            add("musl-tools", &found.krate.name);
        }
    }
    // Files that are copied from this stage come with their packages.
    for binary in &facts.workspace.binaries {
        for (data, found) in runtime::copied(facts, binary) {
            for package in data.packages.iter().filter(|package| !facts.suite.build_has.contains(package)) {
                add(package, &found.krate.name);
            }
        }
    }
    for name in context::git_readers(facts) {
        add("git", &name);
    }
    let origins = &facts.workspace.origins;
    for host in &origins.ssh_hosts {
        add("git", &format!("crates from {host}"));
        add("openssh-client", &format!("crates from {host}"));
    }
    if origins.wants_git_program {
        add("git", "net.git-fetch-with-cli in .cargo/config.toml");
    }
    for (program, by) in linkers(facts) {
        for package in facts.catalog.images.program(&program).into_iter().flatten() {
            add(package, &by);
        }
    }
    for binary in &facts.workspace.binaries {
        for package in facts.settings_of(binary).build_packages.iter().flatten() {
            add(package, "build-packages");
        }
    }
    Ok(listed(packages))
}

/// The packages that one crate is built with.
fn packages_of<'a>(found: &Found<'a>, facts: &Facts<'a>) -> Result<Vec<&'a str>> {
    let suite = &facts.suite.name;
    let Some((native, variant)) = found.row else {
        return Ok(guessed(found, facts));
    };
    let Some(packages) = variant.build.known(suite) else {
        let other = facts.catalog.images.suites().find(|suite| variant.build.known(suite).is_some());
        if facts.is_known(found) {
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
    let opened = if facts.runtime == Runtime::Distroless && found.in_target() && !variant.opens.is_empty() {
        variant.runtime.of(suite)
    } else {
        &[]
    };
    Ok(packages.iter().chain(opened).map(String::as_str).collect())
}

/// What a crate in no row asks pkg-config for or links by name, and a compiler for its language.
fn guessed<'a>(found: &Found<'a>, facts: &Facts<'a>) -> Vec<&'a str> {
    let mut packages: Vec<&str> = found.guesses(facts.catalog).into_iter().map(|guess| guess.package).collect();
    if !found.krate.evidence.modules.is_empty() || !found.krate.evidence.words.is_empty() {
        packages.push("pkg-config");
    }
    if found.krate.evidence.compiles_cxx {
        packages.push("g++");
    }
    packages
}

/// Variables of the build stage.
pub(super) fn variables(facts: &Facts) -> Result<Vec<Variable>> {
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
    for found in facts.natives.all() {
        for (name, value) in found.row.iter().flat_map(|(_, variant)| &variant.env) {
            set(name, value, &found.krate.name);
        }
    }
    let origins = &facts.workspace.origins;
    for host in &origins.ssh_hosts {
        set("CARGO_NET_GIT_FETCH_WITH_CLI", "true", &format!("crates from {host}"));
        set("GIT_SSH_COMMAND", "ssh -o StrictHostKeyChecking=accept-new", &format!("crates from {host}"));
    }
    for name in origins.registries.iter().filter_map(|registry| registry.name.as_deref()) {
        let provider = format!("cargo:token-from-stdout cat /run/secrets/{}", build::secret(name));
        set(&build::registry_variable(name, "CREDENTIAL_PROVIDER"), &provider, &format!("crates from registry {name}"));
    }
    let config = &facts.workspace.config;
    if let Some(wrapper) = &config.rustc_wrapper {
        set("RUSTC_WRAPPER", "", &format!("{wrapper}, which .cargo/config.toml names, is not in this image"));
    }
    if config.target_dir.is_some() {
        let value = format!("{}/target", context::workdir(facts.workspace));
        set("CARGO_TARGET_DIR", &value, "Where .cargo/config.toml would put it is of no use here");
    }
    if queries_are_checked_offline(facts)? {
        set("SQLX_OFFLINE", "true", "sqlx-macros");
    }
    variables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(variables)
}

/// Whether sqlx has to check queries against what `cargo sqlx prepare` saved; without that there is nothing to check
/// them against, unless cargo's configuration says where the database is.
fn queries_are_checked_offline(facts: &Facts) -> Result<bool> {
    let workspace = facts.workspace;
    let has_macros =
        workspace.binaries.iter().flat_map(|binary| &binary.crates).any(|krate| krate.name == "sqlx-macros");
    if !has_macros || workspace.config.env.contains("DATABASE_URL") {
        return Ok(false);
    }
    let mut asking = workspace
        .packages
        .iter()
        .filter(|package| package.is_built && package.dependencies.contains("sqlx"))
        .filter_map(|package| Some((package, package.queries.as_ref()?)))
        .peekable();
    if asking.peek().is_none() {
        return Ok(false);
    }
    let is_saved = |package: &LocalPackage| package.entries.contains(".sqlx") || workspace.entries.contains(".sqlx");
    if let Some((_, source)) = asking.find(|(package, _)| !is_saved(package)) {
        return Err(Failure::new(format!(
            "`{source}` has queries that sqlx checks while compiling, and no .sqlx folder holds what they are checked against"
        ))
        .help("run `cargo sqlx prepare --workspace` beside a database, and commit .sqlx")
        .into());
    }
    Ok(true)
}

/// Linkers that cargo's configuration names for this build, with the place that names them.
pub(super) fn linkers(facts: &Facts) -> Vec<(String, String)> {
    let config = &facts.workspace.config;
    // rust-lld comes with the toolchain, gcc and cc with the image.
    let comes_along = |program: &str| ["rust-lld", "cc", "gcc"].contains(&program);
    let mut found: Vec<(String, String)> = config
        .linkers
        .iter()
        .filter(|(table, _)| toolchain::is_built_for(facts, table))
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
    packages.into_iter().map(|(name, because)| Package { name, because: because.into_iter().collect() }).collect()
}
