//! The workspace's own `.cargo/config.toml`. The user's and the machine's configuration are left out: they do not
//! travel into the image.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_config2::de::{Config, StringOrArray};

use crate::workspace::CargoConfig;

/// Names that cargo reads, in its order.
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

/// What it says about the build.
pub(super) fn read(root: &Path) -> Result<CargoConfig> {
    let Some(config) = load(root)? else {
        return Ok(CargoConfig::default());
    };
    let mut rustflags: Vec<String> = Vec::new();
    let tables = config.target.values().map(|table| &table.rustflags);
    for flags in [&config.build.rustflags].into_iter().chain(tables).flatten() {
        rustflags.extend(flags.flags.iter().map(|flag| flag.val.clone()));
    }
    Ok(CargoConfig {
        target: config.build.target.map(|target| match target {
            StringOrArray::String(triple) => triple.val,
            StringOrArray::Array(triples) => triples.into_iter().next().map(|triple| triple.val).unwrap_or_default(),
        }),
        target_dir: config.build.target_dir.map(|folder| folder.val),
        build_dir: value(root, &["build", "build-dir"])?.and_then(|folder| folder.as_str().map(str::to_owned)),
        rustc_wrapper: config.build.rustc_wrapper.map(|wrapper| wrapper.val),
        linkers: config.target.into_iter().filter_map(|(triple, table)| Some((triple, table.linker?.val))).collect(),
        rustflags,
        env: config.env.into_keys().collect(),
    })
}
