//! What people ask for: flags over `[package.metadata.dockerize]` over `[workspace.metadata.dockerize]`.
//!
//! The text of manifests enters, one [`Settings`] per layer leaves; [`AllSettings`] says which layer wins.

pub mod save;
mod validate;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::error::{Failure, nearest};
use crate::workspace::Binary;

/// One layer of settings, or several merged. A field that is `None` or empty was not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Run on debian-slim.
    pub slim: Option<bool>,
    /// Run on distroless cc.
    pub distroless: Option<bool>,
    /// Run on scratch.
    pub scratch: Option<bool>,
    /// Template to render.
    pub template: Option<String>,
    /// Rust version of the build image.
    pub rust: Option<String>,
    /// Debian suite of both images.
    pub suite: Option<String>,

    /// Packages whose binaries are wanted.
    pub package: Option<Vec<String>>,
    /// Binaries wanted.
    pub bin: Option<Vec<String>>,
    /// Cargo features to enable.
    pub features: Option<Vec<String>>,
    /// Enable every feature.
    pub all_features: Option<bool>,
    /// Leave the default feature off.
    pub no_default_features: Option<bool>,
    /// Cargo profile.
    pub profile: Option<String>,
    /// Target triple.
    pub target: Option<String>,
    /// Dockerfile to write, relative to the workspace root.
    pub output: Option<String>,
    /// How builds share work.
    pub cache: Option<CacheShape>,
    /// The one builder that the files are for.
    pub builder: Option<Builder>,

    /// Debian packages that the build needs beside those that were found.
    pub build_packages: Option<Vec<String>>,
    /// Debian packages that the program needs when it runs, beside those that were found.
    pub runtime_packages: Option<Vec<String>>,
    /// Crates that look native and need nothing more than they were found to need.
    pub known_natives: Option<Vec<String>>,
    /// Files and folders that the build reads, beside those that were found.
    pub inputs: Option<Vec<ManifestPath>>,
    /// Environment of the image.
    pub env: BTreeMap<String, String>,
    /// Labels of the image, over those taken from the package's metadata.
    pub labels: BTreeMap<String, String>,
    /// Ports that the program listens on.
    pub expose: Option<Vec<Port>>,
    /// Arguments that follow the binary in ENTRYPOINT.
    pub args: Option<Vec<String>>,
    /// Numeric `uid` or `uid:gid` to run as.
    pub user: Option<String>,
    /// Files and folders copied from the source tree into the image.
    pub assets: Option<Vec<ManifestPath>>,

    /// Settings of single binaries, by name.
    pub binaries: BTreeMap<String, Settings>,
}

/// How builds share work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum CacheShape {
    /// Dependencies in a layer of their own, and all that cargo makes in cache mounts
    #[default]
    Full,
    /// Dependencies in a layer of their own, for builders without cache mounts
    Layers,
    /// All that cargo makes in cache mounts, for builders that keep them
    Mounts,
    /// Neither: the shortest file
    None,
}

/// A builder with features of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Builder {
    /// Docker's: the sources are read where they are and not copied first
    Buildkit,
    /// Podman's and buildah's: the commands that are printed say podman
    Podman,
}

/// The word for a choice, on the command line and in a manifest.
fn word(choice: &impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// A port as EXPOSE takes it: `8080` or `"53/udp"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Port {
    /// A TCP port.
    Number(u16),
    /// A port with its protocol.
    WithProtocol(String),
}

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::WithProtocol(text) => f.write_str(text),
        }
    }
}

/// A file, folder or pattern of the source tree, relative to the folder of the manifest that names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct ManifestPath {
    /// The path as written.
    pub path: String,
    /// Folder of the manifest, relative to the workspace root; empty for the root itself.
    pub folder: String,
}

impl From<String> for ManifestPath {
    fn from(path: String) -> Self {
        Self { path, folder: String::new() }
    }
}

/// The table of a manifest that holds settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// `[workspace.metadata.dockerize]`
    Workspace,
    /// `[package.metadata.dockerize]`
    #[default]
    Package,
}

impl Scope {
    /// The key of the manifest's top-level table.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Package => "package",
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    workspace: Holder,
    package: Holder,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Holder {
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    dockerize: Settings,
}

impl Settings {
    /// Reads the settings of `scope` from a manifest's text. `path` names the manifest in errors, `folder` is its
    /// folder relative to the workspace root. An unknown key or a wrong value is an error with line and column.
    pub fn from_manifest(text: &str, scope: Scope, path: &Path, folder: &str) -> Result<Self> {
        let manifest: Manifest = toml_edit::de::from_str(text).map_err(|error| unreadable(&error, path))?;
        let mut settings = match scope {
            Scope::Workspace => manifest.workspace,
            Scope::Package => manifest.package,
        }
        .metadata
        .dockerize;
        settings.place(folder);
        settings.validate().map_err(|failure| {
            anyhow::Error::new(failure).context(format!(
                "invalid [{}.metadata.dockerize] in `{}`",
                scope.key(),
                path.display()
            ))
        })?;
        Ok(settings)
    }

    /// Merges two layers; what `self` says wins. Maps are merged key by key, everything else is replaced as a whole.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        // One choice among four: whoever makes it overrules what lies below.
        let chosen = self.runtime_is_chosen();
        let runtime = |own: Option<bool>, other: Option<bool>| if chosen { own } else { other };
        Self {
            slim: runtime(self.slim, below.slim),
            distroless: runtime(self.distroless, below.distroless),
            scratch: runtime(self.scratch, below.scratch),
            template: if chosen { self.template } else { below.template },
            rust: self.rust.or(below.rust),
            suite: self.suite.or(below.suite),
            package: self.package.or(below.package),
            bin: self.bin.or(below.bin),
            features: self.features.or(below.features),
            all_features: self.all_features.or(below.all_features),
            no_default_features: self.no_default_features.or(below.no_default_features),
            profile: self.profile.or(below.profile),
            target: self.target.or(below.target),
            output: self.output.or(below.output),
            cache: self.cache.or(below.cache),
            builder: self.builder.or(below.builder),
            build_packages: self.build_packages.or(below.build_packages),
            runtime_packages: self.runtime_packages.or(below.runtime_packages),
            known_natives: self.known_natives.or(below.known_natives),
            inputs: self.inputs.or(below.inputs),
            env: merged(self.env, below.env),
            labels: merged(self.labels, below.labels),
            expose: self.expose.or(below.expose),
            args: self.args.or(below.args),
            user: self.user.or(below.user),
            assets: self.assets.or(below.assets),
            binaries: merged(self.binaries, below.binaries),
        }
    }

    fn runtime_is_chosen(&self) -> bool {
        let said = |flag: Option<bool>| flag == Some(true);
        said(self.slim) || said(self.distroless) || said(self.scratch) || self.template.is_some()
    }

    /// Notes the folder that relative paths start from.
    fn place(&mut self, folder: &str) {
        for asset in self.assets.iter_mut().chain(&mut self.inputs).flatten() {
            folder.clone_into(&mut asset.folder);
        }
        for settings in self.binaries.values_mut() {
            settings.place(folder);
        }
    }
}

/// All layers of one workspace.
#[derive(Debug, Clone, Default)]
pub struct AllSettings {
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
    pub fn build(&self, packages: &[String]) -> Result<Settings> {
        let mut merged = Settings::default();
        let mut first: Option<(&String, Settings)> = None;
        for name in packages {
            let Some(layer) = self.packages.get(name) else {
                continue;
            };
            let own = layer.build_only();
            if own == Settings::default() {
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
        Ok(self.flags.clone().over(merged).over(self.workspace.clone()))
    }

    /// What holds for one binary: flags, its own table, its package's, the workspace's.
    #[must_use]
    pub fn binary(&self, package: &str, binary: &str) -> Settings {
        let table = |layer: &Settings| layer.binaries.get(binary).cloned().unwrap_or_default();
        let package = self.packages.get(package).cloned().unwrap_or_default();
        self.flags.clone().over(table(&package)).over(package).over(table(&self.workspace)).over(self.workspace.clone())
    }
}

impl AllSettings {
    /// What the build reads besides, as every layer says.
    pub fn inputs(&self) -> impl Iterator<Item = &ManifestPath> {
        let all_settings = [&self.workspace].into_iter().chain(self.packages.values());
        all_settings.flat_map(|layer| layer.inputs.iter().flatten())
    }

    /// Whether a crate of this binary is known to need nothing more than is there.
    #[must_use]
    pub fn knows(&self, binary: &Binary, krate: &str) -> bool {
        self.binary(&binary.package, &binary.name).known_natives.iter().flatten().any(|name| name == krate)
    }
}

impl Settings {
    /// Only what decides the one build that all binaries share.
    fn build_only(&self) -> Self {
        Self {
            bin: None,
            build_packages: None,
            runtime_packages: None,
            known_natives: None,
            inputs: None,
            env: BTreeMap::new(),
            labels: BTreeMap::new(),
            expose: None,
            args: None,
            user: None,
            assets: None,
            binaries: BTreeMap::new(),
            ..self.clone()
        }
    }
}

fn merged<V>(own: BTreeMap<String, V>, mut below: BTreeMap<String, V>) -> BTreeMap<String, V> {
    below.extend(own);
    below
}

/// The parser's own words, which hold line, column and the source line, with a suggestion where a key is misspelt.
fn unreadable(error: &toml_edit::de::Error, path: &Path) -> Failure {
    let failure =
        Failure::new(format!("cannot read the settings in `{}`\n\n{}", path.display(), error.to_string().trim_end()));
    let mut words = error.message().split('`').skip(1).step_by(2);
    let suggestion = error
        .message()
        .starts_with("unknown field")
        .then(|| words.next())
        .flatten()
        .and_then(|unknown| nearest(unknown, words));
    match suggestion {
        Some(known) => failure.help(format!("did you mean `{known}`?")),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        Settings::from_manifest(text, Scope::Package, Path::new("Cargo.toml"), "crates/api")
    }

    #[test]
    fn unknown_key_points_at_its_line_and_suggests() {
        let text = "[package]\nname = \"a\"\n\n[package.metadata.dockerize]\nexpos = [80]\n";
        let error = read(text).unwrap_err();
        let failure = error.downcast_ref::<Failure>().unwrap();
        assert!(failure.to_string().contains("line 5, column 1"), "{failure}");
        assert_eq!(failure.steps(), ["did you mean `expose`?"]);
    }

    #[test]
    fn other_tables_of_the_manifest_are_left_alone() {
        let text = "[package]\nname = \"a\"\n[package.metadata.deb]\nx = 1\n[dependencies]\nserde = \"1\"\n";
        assert_eq!(read(text).unwrap(), Settings::default());
    }

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

    #[test]
    fn assets_remember_the_folder_of_their_manifest() {
        let settings = read("[package.metadata.dockerize]\nassets = [\"templates\"]\n").unwrap();
        assert_eq!(settings.assets.unwrap(), [ManifestPath { path: "templates".into(), folder: "crates/api".into() }]);
    }
}
