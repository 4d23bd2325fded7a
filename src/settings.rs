//! What people ask for: flags over `[package.metadata.dockerize]` over `[workspace.metadata.dockerize]`.
//!
//! The text of manifests enters, one [`Settings`] per layer leaves; [`AllSettings`] says which layer wins, and hands out
//! what concerns the build as a whole and what concerns one image.

mod alphabets;
mod examples;
mod keys;
mod manifest;
pub(crate) mod save;
mod validate;
mod values;

use std::collections::BTreeMap;

use anyhow::Result;

use crate::error::Failure;
use crate::workspace::Binary;

pub use keys::Settings;
pub(crate) use keys::{BuildSettings, ImageSettings};
pub use manifest::Scope;
pub(crate) use values::{Builder, CacheShape, HealthCommand, Healthcheck, ManifestPath, Port, TimedCommand};

/// All layers of one workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllSettings {
    /// The command line.
    pub flags: Settings,
    /// `[workspace.metadata.dockerize]`.
    pub workspace: Settings,
    /// `[package.metadata.dockerize]` of each member that has it.
    pub packages: BTreeMap<String, Settings>,
    /// The table of the root manifest that `--save` writes to.
    pub saved_in: Scope,
}

impl AllSettings {
    /// What holds for the whole build when `packages` are selected. Packages that disagree are an error.
    pub(crate) fn build(&self, packages: &[String]) -> Result<BuildSettings> {
        let mut merged = BuildSettings::default();
        let mut first: Option<(&String, BuildSettings)> = None;
        for name in packages {
            let Some(layer) = self.packages.get(name) else {
                continue;
            };
            let own = BuildSettings::from(layer);
            if own == BuildSettings::default() {
                continue;
            }
            match &first {
                Some((other, settings)) if *settings != own => {
                    return Err(Failure::new(format!(
                        "packages `{other}` and `{name}` are built together but ask for different builds"
                    ))
                    .help("say it once, in [workspace.metadata.dockerize], or build one of them with `--package`")
                    .into());
                }
                _ => first = Some((name, own.clone())),
            }
            merged = own;
        }
        Ok(BuildSettings::from(&self.flags).over(merged).over(BuildSettings::from(&self.workspace)))
    }

    /// What holds for one binary: flags, its own table, its package's, the workspace's.
    #[must_use]
    pub(crate) fn binary(&self, package: &str, binary: &str) -> ImageSettings {
        let manifests = [self.packages.get(package), Some(&self.workspace)].into_iter().flatten();
        let layers = manifests.flat_map(|layer| layer.binaries.get(binary).into_iter().chain([layer]));
        layers.fold(ImageSettings::from(&self.flags), |merged, layer| merged.over(ImageSettings::from(layer)))
    }

    /// What the build reads besides, as every layer says.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &ManifestPath> {
        let all_settings = [&self.workspace].into_iter().chain(self.packages.values());
        all_settings.flat_map(|layer| layer.inputs.iter().flatten())
    }

    /// Binaries and packages that get no image, where somebody says so: an empty list leaves nothing out.
    pub(crate) fn excluded(&self) -> Option<Vec<String>> {
        if let Some(names) = &self.flags.exclude {
            return Some(names.clone());
        }
        let layers = [&self.workspace].into_iter().chain(self.packages.values());
        let lists: Vec<&Vec<String>> = layers.filter_map(|layer| layer.exclude.as_ref()).collect();
        (!lists.is_empty()).then(|| lists.into_iter().flatten().cloned().collect())
    }

    /// Whether a crate of this binary is known to need nothing more than is there.
    #[must_use]
    pub(crate) fn knows(&self, binary: &Binary, krate: &str) -> bool {
        self.binary(&binary.package, &binary.name).known_natives.iter().flatten().any(|name| name == krate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_package_over_workspace() {
        let all_settings = AllSettings {
            flags: Settings { slim: Some(true), ..Settings::default() },
            workspace: Settings {
                scratch: Some(true),
                user: Some("1:1".into()),
                profile: Some("dist".into()),
                ..Settings::default()
            },
            packages: BTreeMap::from([(
                "api".to_owned(),
                Settings { distroless: Some(true), user: Some("2:2".into()), ..Settings::default() },
            )]),
            ..AllSettings::default()
        };
        let build = all_settings.build(&["api".to_owned()]).unwrap();
        assert_eq!((build.slim, build.distroless, build.scratch), (Some(true), None, None));
        assert_eq!(build.profile.as_deref(), Some("dist"));
        assert_eq!(all_settings.binary("api", "api").user.as_deref(), Some("2:2"));
        assert_eq!(all_settings.binary("other", "x").user.as_deref(), Some("1:1"));
    }

    #[test]
    fn packages_that_disagree_about_the_build_are_refused() {
        let with = |profile: &str| Settings { profile: Some(profile.into()), ..Settings::default() };
        let all_settings = AllSettings {
            packages: BTreeMap::from([("a".to_owned(), with("x")), ("b".to_owned(), with("y"))]),
            ..AllSettings::default()
        };
        assert!(all_settings.build(&["a".to_owned(), "b".to_owned()]).is_err());
        assert!(all_settings.build(&["a".to_owned()]).is_ok());
    }
}
