//! The workspace's own `.cargo/config.toml`. The user's and the machine's configuration are left out: they do not
//! travel into the image.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_config2::de::{Config, Flags, StringOrArray};
use cargo_platform::{Cfg, CfgExpr};

use super::rustc;
use crate::workspace::{ARCHITECTURES, CargoConfig, TargetConfig};

/// Names that cargo reads. Where both are there, it takes the first.
pub(super) const FILES: [&str; 2] = [".cargo/config", ".cargo/config.toml"];

/// The whole configuration, where the workspace has one.
pub(super) fn load(root: &Path) -> Result<Option<Config>> {
    let path = FILES.iter().map(|file| root.join(file)).find(|path| path.is_file());
    path.map(|path| Config::load_file(&path).with_context(|| format!("cannot read `{}`", path.display()))).transpose()
}

/// One key of the configuration, for what `cargo_config2` does not know.
pub(super) fn value(root: &Path, keys: &[&str]) -> Result<Option<toml_edit::Item>> {
    let Some(path) = FILES.iter().map(|file| root.join(file)).find(|path| path.is_file()) else {
        return Ok(None);
    };
    let text = super::read_if_present(&path)?.unwrap_or_default();
    let document: toml_edit::DocumentMut = text.parse().with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(keys.iter().try_fold(document.as_item(), |item, key| item.get(key)).cloned())
}

/// `build.target`
pub(super) fn target(root: &Path) -> Result<Option<String>> {
    let target = load(root)?.and_then(|config| config.build.target);
    Ok(target.map(|target| match target {
        StringOrArray::String(triple) => triple.val,
        StringOrArray::Array(triples) => triples.into_iter().next().map(|triple| triple.val).unwrap_or_default(),
    }))
}

/// What it says about a build for `target`, or for an architecture that the builder turns out to have.
pub(super) fn read(root: &Path, target: &str) -> Result<CargoConfig> {
    let Some(config) = load(root)? else {
        return Ok(CargoConfig::default());
    };
    let libcs = ["gnu", "musl"];
    let by_builder =
        ARCHITECTURES.iter().flat_map(|architecture| libcs.map(|libc| format!("{architecture}-unknown-linux-{libc}")));
    let triples: BTreeSet<String> = by_builder.chain([target.to_owned()]).collect();
    let triples: Vec<&str> = triples.iter().map(String::as_str).collect();
    let has_cfg = config.target.keys().any(|platform| platform.starts_with("cfg("));
    let cfgs = if has_cfg { rustc::cfgs(root, &triples)? } else { BTreeMap::new() };
    let of = |triple: &str| target_config(&config, triple, cfgs.get(triple).map_or(&[], Vec::as_slice));
    Ok(CargoConfig {
        targets: triples.iter().map(|triple| ((*triple).to_owned(), of(triple))).collect(),
        target_dir: config.build.target_dir.map(|folder| folder.val),
        build_dir: value(root, &["build", "build-dir"])?.and_then(|folder| folder.as_str().map(str::to_owned)),
        rustc_wrapper: config.build.rustc_wrapper.map(|wrapper| wrapper.val),
        env: config.env.into_keys().collect(),
    })
}

/// What the configuration comes to for one target, by cargo's rules: the flags of its own table and of every `cfg` that
/// holds are joined, and `build.rustflags` count where there are none; a linker is its own table's, or that of the only
/// `cfg` that holds.
/// <https://doc.rust-lang.org/cargo/reference/config.html#target>
fn target_config(config: &Config, triple: &str, cfg: &[Cfg]) -> TargetConfig {
    let own = config.target.get(triple);
    let holding: Vec<_> = config
        .target
        .iter()
        .filter(|(platform, _)| CfgExpr::matches_key(platform, cfg))
        .map(|(_, table)| table)
        .collect();
    let flags = |flags: &Flags| flags.flags.iter().map(|flag| flag.val.clone()).collect::<Vec<_>>();
    let tables = own.into_iter().chain(holding.iter().copied()).filter_map(|table| table.rustflags.as_ref());
    let mut rustflags: Vec<String> = tables.flat_map(flags).collect();
    if rustflags.is_empty() {
        rustflags = config.build.rustflags.as_ref().map(flags).unwrap_or_default();
    }
    // Cargo refuses to build where several `cfg` tables name one.
    let mut linkers = holding.iter().filter_map(|table| table.linker.as_ref());
    let by_cfg = linkers.next().filter(|_| linkers.next().is_none());
    let linker = own.and_then(|table| table.linker.as_ref()).or(by_cfg).map(|linker| linker.val.clone());
    TargetConfig { linker, rustflags }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const X86: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "aarch64-unknown-linux-gnu";
    const X86_MUSL: &str = "x86_64-unknown-linux-musl";

    fn read_text(text: &str) -> CargoConfig {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".cargo")).unwrap();
        fs::write(folder.path().join(".cargo/config.toml"), text).unwrap();
        read(folder.path(), X86).unwrap()
    }

    /// The flags for a target, in one line.
    fn flags(text: &str, triple: &str) -> String {
        read_text(text).targets[triple].rustflags.join(" ")
    }

    fn linker(text: &str, triple: &str) -> Option<String> {
        read_text(text).targets[triple].linker.clone()
    }

    #[test]
    fn tables_of_other_platforms_do_not_count() {
        for platform in [
            "aarch64-apple-darwin",
            "'cfg(windows)'",
            "'cfg(target_os = \"macos\")'",
            "'cfg(all(unix, target_vendor = \"apple\"))'",
            "\"cfg(target_env = \\\"musl\\\")\"",
            "'cfg(nonsense'",
        ] {
            let text = format!("[target.{platform}]\nlinker = \"clang\"\nrustflags = [\"--cfg=a\"]\n");
            assert_eq!(read_text(&text).targets[X86], TargetConfig::default(), "{platform}");
        }
    }

    #[test]
    fn tables_of_the_target_count_in_every_spelling() {
        for platform in [
            X86,
            "'x86_64-unknown-linux-gnu'",
            "'cfg(unix)'",
            "'cfg(all(unix, not(target_os=\"macos\")))'",
            "'cfg(all(target_env = \"gnu\", target_arch = \"x86_64\"))'",
            "'cfg(any(windows, target_os = \"linux\"))'",
        ] {
            let text = format!("[target.{platform}]\nlinker = \"clang\"\nrustflags = \"--cfg a\"\nrunner = \"qemu\"\n");
            let config = &read_text(&text).targets[X86];
            assert_eq!((config.linker.as_deref(), config.rustflags.join(" ")), (Some("clang"), "--cfg a".to_owned()));
        }
    }

    #[test]
    fn each_target_has_its_own() {
        let text = "[target.aarch64-unknown-linux-gnu]\nlinker = \"arm\"\n\
                    [target.'cfg(target_env = \"musl\")']\nlinker = \"musl\"\n";
        assert_eq!(linker(text, X86), None);
        assert_eq!(linker(text, ARM).as_deref(), Some("arm"));
        assert_eq!(linker(text, X86_MUSL).as_deref(), Some("musl"));
    }

    #[test]
    fn flags_of_tables_are_joined_and_those_of_build_are_the_last_resort() {
        let text = "[build]\nrustflags = [\"build\"]\n\
                    [target.'cfg(unix)']\nrustflags = [\"unix\"]\n\
                    [target.x86_64-unknown-linux-gnu]\nrustflags = [\"own\"]\n";
        assert_eq!(flags(text, X86), "own unix");
        assert_eq!(flags(text, ARM), "unix");
        assert_eq!(
            flags("[build]\nrustflags = [\"build\"]\n[target.'cfg(windows)']\nrustflags = [\"w\"]\n", X86),
            "build"
        );
    }

    #[test]
    fn a_linker_is_the_tables_own_or_that_of_the_only_cfg() {
        let cfgs = "[target.'cfg(unix)']\nlinker = \"a\"\n[target.'cfg(target_os = \"linux\")']\nlinker = \"b\"\n";
        assert_eq!(linker(cfgs, X86), None);
        let own = format!("{cfgs}[target.x86_64-unknown-linux-gnu]\nlinker = \"own\"\n");
        assert_eq!(linker(&own, X86).as_deref(), Some("own"));
    }

    #[test]
    fn the_file_without_an_ending_is_preferred() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".cargo")).unwrap();
        fs::write(folder.path().join(".cargo/config"), "[build]\ntarget = \"a\"\n").unwrap();
        fs::write(folder.path().join(".cargo/config.toml"), "[build]\ntarget = \"b\"\n").unwrap();
        assert_eq!(target(folder.path()).unwrap().as_deref(), Some("a"));
    }
}
