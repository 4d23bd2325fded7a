//! Cargo's configuration: its files enter, what it says about the build leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_config2::de::{Config, Flags, StringOrArray};
use cargo_platform::{Cfg, CfgExpr};
use serde_json::Value;

use super::config_files::ConfigFiles;
use super::rustc::Rustc;
use crate::workspace::{ARCHITECTURES, CargoConfig, TargetConfig};

/// Cargo's configuration, as far as it belongs to the repository.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// Where it lies.
    pub files: ConfigFiles,
    /// Its known keys.
    pub keys: Config,
}

impl Configuration {
    /// Reads the configuration of a workspace.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let files = ConfigFiles::read(root)?;
        let keys = serde_json::from_value(files.merged.clone())
            .with_context(|| format!("cannot read the configuration of cargo in `{}`", root.display()))?;
        Ok(Self { files, keys })
    }

    /// One key, for what `cargo_config2` does not know: a JSON pointer enters.
    pub(super) fn value(&self, pointer: &str) -> Option<&Value> {
        self.files.merged.pointer(pointer)
    }

    /// `build.target`, unless it is the builder's own.
    pub(super) fn target(&self) -> Option<String> {
        self.named_target().filter(|target| target != HOST)
    }

    fn named_target(&self) -> Option<String> {
        Some(match self.keys.build.target.as_ref()? {
            StringOrArray::String(triple) => triple.val.clone(),
            StringOrArray::Array(triples) => triples.first().map(|triple| triple.val.clone()).unwrap_or_default(),
        })
    }

    /// What it says about a build for each of these targets, or for an architecture that the builder turns out to have.
    pub(super) fn for_targets(&self, rustc: &Rustc, targets: &[&str]) -> Result<CargoConfig> {
        let config = &self.keys;
        let libcs = ["gnu", "musl"];
        let by_builder = ARCHITECTURES
            .iter()
            .flat_map(|architecture| libcs.map(|libc| format!("{architecture}-unknown-linux-{libc}")));
        let triples: BTreeSet<String> = by_builder.chain(targets.iter().map(|target| (*target).to_owned())).collect();
        let triples: Vec<&str> = triples.iter().map(String::as_str).collect();
        let has_cfg = config.target.keys().any(|platform| platform.starts_with("cfg("));
        let cfgs = if has_cfg { rustc.cfgs(&triples)? } else { BTreeMap::new() };
        let of = |triple: &str| target_config(config, triple, cfgs.get(triple).map_or(&[], Vec::as_slice));
        Ok(CargoConfig {
            targets: triples.iter().map(|triple| ((*triple).to_owned(), of(triple))).collect(),
            names_host: self.named_target().as_deref() == Some(HOST),
            target_dir: config.build.target_dir.as_ref().map(|folder| folder.val.clone()),
            build_dir: self.value("/build/build-dir").and_then(|folder| folder.as_str().map(str::to_owned)),
            rustc_wrapper: config.build.rustc_wrapper.as_ref().map(|wrapper| wrapper.val.clone()),
            env: config.env.keys().cloned().collect(),
        })
    }
}

/// The word for the builder's own target, since cargo 1.91.
const HOST: &str = "host-tuple";

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
        Configuration::read(folder.path()).unwrap().for_targets(&Rustc::new(folder.path()), &[X86]).unwrap()
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
}
