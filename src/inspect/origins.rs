//! Where crates come from: the resolved graph and cargo's configuration enter; folders, registries and hosts leave.

use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::Package;

use super::config::Configuration;
use super::paths::Layout;
use crate::workspace::{Origins, Registry};

pub(super) fn read(
    root: &Path,
    layout: &Layout,
    packages: &[Package],
    configuration: &Configuration,
) -> Result<Origins> {
    let config = &configuration.keys;
    let mut origins = Origins::default();
    let folders = config.source.values().flat_map(|source| [&source.directory, &source.local_registry]);
    for folder in folders.flatten() {
        let path = root.join(&folder.val);
        let inside = layout.inside(&path).with_context(|| {
            format!(
                "`{}`, which .cargo/config.toml names as a source of crates, lies outside the workspace",
                folder.val
            )
        })?;
        origins.folders.push(inside);
    }
    let sources = packages.iter().filter_map(|package| package.source.as_ref());
    for source in sources.filter(|source| !source.is_crates_io()) {
        let url = source.repr.as_str();
        if let Some(index) = url.strip_prefix("registry+").or_else(|| url.starts_with("sparse+").then_some(url)) {
            let named = config.registries.iter().find(|(_, registry)| {
                registry
                    .index
                    .as_ref()
                    .is_some_and(|known| known.val.trim_end_matches('/') == index.trim_end_matches('/'))
            });
            let name = named.map(|(name, _)| name.clone());
            origins.registries.insert(Registry { index: index.to_owned(), name });
        } else if let Some(host) = url.strip_prefix("git+ssh://") {
            let host = host.split(['/', ':', '?']).next().unwrap_or(host);
            origins.ssh_hosts.insert(host.rsplit('@').next().unwrap_or(host).to_owned());
        }
        origins.has_git |= url.starts_with("git+");
    }
    let asks_for_program = config.net.git_fetch_with_cli.as_ref().is_some_and(|value| value.val);
    origins.wants_git_program = asks_for_program && origins.has_git;
    Ok(origins)
}
