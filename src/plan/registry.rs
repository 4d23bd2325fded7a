//! Access to registries that ask for a secret: where crates come from enters; mounts, flags of the build command and
//! variables of cargo leave.

use crate::workspace::Origins;

/// What the builder has to be given for the downloads: mounts of the steps that download, and flags of the build command.
pub(super) fn access(origins: &Origins) -> (Vec<String>, Vec<String>) {
    let (mut mounts, mut flags) = (Vec::new(), Vec::new());
    if !origins.ssh_hosts.is_empty() {
        mounts.push("type=ssh".to_owned());
        flags.push("--ssh default".to_owned());
    }
    for name in origins.registries.iter().filter_map(|registry| registry.name.as_deref()) {
        let secret = secret(name);
        mounts.push(format!("type=secret,id={secret}"));
        flags.push(format!("--secret id={secret},env={}", registry_variable(name, "TOKEN")));
    }
    (mounts, flags)
}

/// The id of the secret that holds a registry's token.
pub(super) fn secret(registry: &str) -> String {
    format!("cargo-registry-{registry}")
}

/// A variable that cargo reads for one registry.
/// <https://doc.rust-lang.org/cargo/reference/config.html#registries>
pub(super) fn registry_variable(registry: &str, key: &str) -> String {
    format!("CARGO_REGISTRIES_{}_{key}", registry.to_uppercase().replace('-', "_"))
}
