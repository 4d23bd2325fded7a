//! What cargo's configuration says about linking and code generation, for every target that the image can be built for.

use std::collections::BTreeSet;

use super::basis::Basis;
use super::target;
use crate::workspace::TargetConfig;

/// A program that links and does not come with the build image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Linker {
    /// Name of the program.
    pub program: String,
    /// The key of the configuration that names it.
    pub named_by: &'static str,
}

const BY_KEY: &str = "linker in .cargo/config.toml";
const BY_FLAG: &str = "rustflags in .cargo/config.toml";

/// Linkers that cargo's configuration names for this build.
pub(super) fn linkers(basis: &Basis) -> BTreeSet<Linker> {
    let targets = &basis.workspace.config.targets;
    let mut found = BTreeSet::new();
    let mut add = |triple: &str, program: &str, named_by: &'static str| {
        let program = program.trim_start_matches("/usr/bin/");
        if !comes_along(program, triple, basis) {
            found.insert(Linker { program: program.to_owned(), named_by });
        }
    };
    for triple in target::triples(basis) {
        let Some(config) = targets.get(&triple) else {
            continue;
        };
        let flag = linker_of_flags(config);
        match (flag, &config.linker) {
            (Some(program), _) => add(&triple, program, BY_FLAG),
            (None, Some(program)) => add(&triple, program, BY_KEY),
            (None, None) => {}
        }
        for program in linkers_of_linker(config) {
            add(&triple, program, BY_FLAG);
        }
    }
    // Build scripts are linked for the builder, with none of the flags.
    for triple in target::builders(basis) {
        if let Some(program) = targets.get(&triple).and_then(|config| config.linker.as_ref()) {
            add(&triple, program, BY_KEY);
        }
    }
    found
}

/// Whether code is made for whatever processor the builder happens to have.
pub(super) fn wants_builders_processor(basis: &Basis) -> bool {
    let targets = &basis.workspace.config.targets;
    let configs = target::triples(basis).into_iter().filter_map(|triple| targets.get(&triple));
    configs
        .filter_map(|config| options(config).filter(|(name, _)| name == "target-cpu").last())
        .any(|(_, processor)| processor == "native")
}

/// Whether programs link the standard library as a shared one, which there is none of for musl.
pub(super) fn prefers_dynamic(basis: &Basis) -> bool {
    let targets = &basis.workspace.config.targets;
    let mut configs = target::triples(basis).into_iter().filter_map(|triple| targets.get(&triple));
    !target::is_musl(basis) && configs.any(wants_dynamic)
}

fn wants_dynamic(config: &TargetConfig) -> bool {
    let last = options(config).filter(|(name, _)| name == "prefer-dynamic").last();
    last.is_some_and(|(_, value)| !["n", "no", "off", "false"].contains(&value))
}

/// rust-lld comes with the toolchain; gcc, also under its long name, and binutils come with the image.
fn comes_along(program: &str, triple: &str, basis: &Basis) -> bool {
    let architecture = triple.split('-').next().unwrap_or_default();
    let of_platforms = basis.platforms.iter().any(|platform| program == format!("{}-gcc", platform.triplet));
    let is_native = basis.workspace.selection.target_named_by.is_none() && triple.ends_with("-gnu");
    ["rust-lld", "cc", "gcc", "ld", "bfd"].contains(&program)
        || of_platforms
        || is_native && program == format!("{architecture}-linux-gnu-gcc")
}

/// `-C linker=clang`: it comes after what cargo passes for the key, and the last one counts.
fn linker_of_flags(config: &TargetConfig) -> Option<&str> {
    options(config).filter(|(name, _)| name == "linker").last().map(|(_, program)| program)
}

/// Whether a configuration names a linker.
pub(super) fn names_linker(config: &TargetConfig) -> bool {
    config.linker.is_some() || linker_of_flags(config).is_some()
}

/// `-C link-arg=-fuse-ld=lld`: the linker that the linker calls.
fn linkers_of_linker(config: &TargetConfig) -> impl Iterator<Item = &str> {
    let arguments = options(config).filter(|(name, _)| name == "link-arg" || name == "link-args");
    arguments
        .flat_map(|(_, values)| values.split_whitespace())
        .filter_map(|argument| argument.strip_prefix("-fuse-ld=").or_else(|| argument.strip_prefix("--ld-path=")))
        .map(|program| program.trim_start_matches("/usr/bin/").trim_start_matches("ld."))
}

/// Codegen options in all their spellings: `-C name=value` in one word or two, `--codegen name=value`.
/// <https://doc.rust-lang.org/rustc/codegen-options/index.html>
fn options(config: &TargetConfig) -> impl Iterator<Item = (String, &str)> {
    let mut flags = config.rustflags.iter().map(String::as_str);
    std::iter::from_fn(move || {
        let flag = flags.next()?;
        Some(match flag {
            "-C" | "--codegen" => flags.next(),
            _ => flag.strip_prefix("--codegen=").or_else(|| flag.strip_prefix("-C")),
        })
    })
    .flatten()
    .map(|option| option.trim().split_once('=').unwrap_or((option.trim(), "")))
    // rustc takes either spelling.
    .map(|(name, value)| (name.replace('_', "-"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(rustflags: &[&str]) -> TargetConfig {
        TargetConfig { linker: None, rustflags: rustflags.iter().map(|flag| (*flag).to_owned()).collect() }
    }

    #[test]
    fn options_are_read_in_every_spelling() {
        for flags in [
            ["-C", "link-arg=-fuse-ld=lld"].as_slice(),
            &["-Clink-arg=-fuse-ld=lld"],
            &["-Clink_arg=-fuse-ld=ld.lld"],
            &["--codegen", "link-arg=-fuse-ld=lld"],
            &["--codegen=link-args=-Wl,--gc-sections -fuse-ld=/usr/bin/ld.lld"],
            &["-C", "opt-level=3", "-C", "link-arg=--ld-path=lld"],
        ] {
            assert_eq!(linkers_of_linker(&with(flags)).collect::<Vec<_>>(), ["lld"], "{flags:?}");
        }
        for flags in [["-Zlinker-features=+lld"].as_slice(), &["-C", "linker-features=+lld"], &["--cfg", "fuse-ld=lld"]]
        {
            assert_eq!(linkers_of_linker(&with(flags)).count(), 0, "{flags:?}");
            assert_eq!(linker_of_flags(&with(flags)), None, "{flags:?}");
        }
    }

    #[test]
    fn the_standard_library_is_shared_where_that_is_preferred() {
        assert!(wants_dynamic(&with(&["-C", "prefer-dynamic"])));
        assert!(wants_dynamic(&with(&["-Cprefer-dynamic=no", "-Cprefer_dynamic=yes"])));
        assert!(!wants_dynamic(&with(&["-Cprefer-dynamic=no"])));
        assert!(!wants_dynamic(&with(&["-C", "opt-level=3"])));
    }

    #[test]
    fn the_last_linker_counts() {
        assert_eq!(linker_of_flags(&with(&["-Clinker=gcc", "-C", "linker=clang"])), Some("clang"));
        assert_eq!(linker_of_flags(&with(&["-C", "linker-flavor=gcc"])), None);
    }
}
