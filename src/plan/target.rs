//! The target of the build: what was asked for and the runtime enter; its triple, and words fit for the build stage's
//! shell, leave.

use super::basis::Basis;
use super::platforms;
use super::runtime::Runtime;
use crate::catalog::Platform;
use crate::quote;
use crate::workspace::ARCHITECTURES;

/// The builder's own architecture, as target triples begin with it.
pub(super) const ARCHITECTURE: &str = "$(uname -m)";

/// The target as the build stage's shell writes it; `None` for the builder's own.
pub(super) fn target_triple(basis: &Basis) -> Option<String> {
    let selection = &basis.workspace.selection;
    match &selection.target_named_by {
        _ if !basis.platforms.is_empty() => Some(platforms::TARGET.to_owned()),
        Some(_) => Some(selection.target.clone()),
        None if basis.runtime == Runtime::Scratch => Some(format!("{ARCHITECTURE}-unknown-linux-musl")),
        None if basis.workspace.config.names_host => Some(format!("{ARCHITECTURE}-unknown-linux-gnu")),
        None => None,
    }
}

/// What folders of libraries are named for, as the build stage's shell writes it.
pub(super) fn triplet(basis: &Basis) -> String {
    if basis.platforms.is_empty() { format!("{ARCHITECTURE}-linux-gnu") } else { platforms::TRIPLET.to_owned() }
}

/// Whether the target is the builder's own, which every toolchain has.
pub(super) fn is_builders_own(basis: &Basis) -> bool {
    basis.platforms.is_empty() && basis.workspace.selection.target_named_by.is_none() && !is_musl(basis)
}

/// Whether the program is a static musl binary.
pub(super) fn is_musl(basis: &Basis) -> bool {
    let selection = &basis.workspace.selection;
    match &selection.target_named_by {
        Some(_) => selection.target.contains("-musl"),
        None => basis.runtime == Runtime::Scratch,
    }
}

/// The triple of one platform.
pub(super) fn triple_of<'p>(platform: &'p Platform, basis: &Basis) -> &'p str {
    platform.triple(is_musl(basis)).unwrap_or_default()
}

/// Every triple that the program can be compiled for: those of the platforms or the one that somebody named, else one
/// for each architecture that a builder may have.
pub(super) fn triples(basis: &Basis) -> Vec<String> {
    let selection = &basis.workspace.selection;
    if !basis.platforms.is_empty() {
        return basis.platforms.iter().map(|platform| triple_of(platform, basis).to_owned()).collect();
    }
    if selection.target_named_by.is_some() {
        return vec![selection.target.clone()];
    }
    let libc = if is_musl(basis) { "musl" } else { "gnu" };
    ARCHITECTURES.iter().map(|architecture| format!("{architecture}-unknown-linux-{libc}")).collect()
}

/// Every triple that build scripts can be compiled for, where cargo tells them from the program: it does once a target
/// is named.
pub(super) fn builders(basis: &Basis) -> Vec<String> {
    let architectures = ARCHITECTURES.iter().filter(|_| target_triple(basis).is_some());
    architectures.map(|architecture| format!("{architecture}-unknown-linux-gnu")).collect()
}

/// The platform of a target, as builders call it, unless it is that of most builders.
/// <https://docs.docker.com/build/building/multi-platform/>
pub(super) fn platform(triple: &str) -> Option<&'static str> {
    const PLATFORMS: [(&str, &str); 8] = [
        ("aarch64-", "linux/arm64"),
        ("armv7-", "linux/arm/v7"),
        ("arm-", "linux/arm/v6"),
        ("i586-", "linux/386"),
        ("i686-", "linux/386"),
        ("powerpc64le-", "linux/ppc64le"),
        ("riscv64gc-", "linux/riscv64"),
        ("s390x-", "linux/s390x"),
    ];
    PLATFORMS.iter().find(|(begins, _)| triple.starts_with(begins)).map(|(_, platform)| *platform)
}

/// A word of a shell command. Only our own substitutions, at most one in a word, are left for the shell to make.
pub(super) fn in_shell(word: &str) -> String {
    let ours = [ARCHITECTURE, platforms::TARGET, platforms::TRIPLET, platforms::DEBIAN];
    let found = ours.iter().find_map(|ours| Some((*ours, word.split_once(ours)?)));
    let Some((ours, (before, after))) = found else {
        return quote::shell(word);
    };
    let is_plain = |text: &str| !text.contains(['"', '$', '`', '\\', '!']);
    if is_plain(before) && is_plain(after) {
        return format!("\"{word}\"");
    }
    let quoted = |text: &str| if text.is_empty() { String::new() } else { quote::shell(text) };
    format!("{}\"{ours}\"{}", quoted(before), quoted(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_substitution_reaches_the_shell() {
        assert_eq!(
            in_shell("target/$(uname -m)-unknown-linux-musl/release/a"),
            "\"target/$(uname -m)-unknown-linux-musl/release/a\""
        );
        assert_eq!(in_shell("target/release/a"), "target/release/a");
        assert_eq!(in_shell("a$(id)"), "'a$(id)'");
        assert_eq!(in_shell("$(uname -m)$(id)"), "\"$(uname -m)\"'$(id)'");
        assert_eq!(in_shell("target/$(uname -m)/café"), "\"target/$(uname -m)/café\"");
    }
}
