//! The images: one for each binary, with what it needs to run and nothing of the build.

use serde::Serialize;

use super::natives::{Found, Natives};
use super::stages::StageNames;
use super::toolchain::listed;
use super::{Package, Reasons, Request, Runtime};
use crate::catalog::Suite;
use crate::settings::Settings;
use crate::workspace::{Binary, Workspace, below};

/// A final image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// Name of the binary.
    pub binary: String,
    /// Name of the stage, to be given to `--target`.
    pub stage: String,
    /// The base image.
    pub base: String,
    /// Debian packages.
    pub packages: Vec<Package>,
    /// Labels, sorted by name.
    pub labels: Vec<Pair>,
    /// Environment, sorted by name.
    pub env: Vec<Pair>,
    /// Files of the source tree.
    pub assets: Vec<Asset>,
    /// Ports.
    pub expose: Vec<String>,
    /// `uid:gid`
    pub user: String,
    /// ENTRYPOINT in exec form.
    pub entrypoint: Vec<String>,
}

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// A file, folder or pattern that is copied into the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// Path in the build context.
    pub from: String,
    /// Path in the image.
    pub to: String,
}

/// The user of distroless' `nonroot` images, and of all others for the sake of sameness.
const NONROOT: &str = "65532:65532";

/// Folder of the assets, and the working directory where there are some.
const HOME: &str = "/app";

pub(super) fn images(
    workspace: &Workspace,
    request: Request,
    suite: &Suite,
    natives: &Natives,
    names: &StageNames,
) -> Vec<Image> {
    let base = match request.runtime {
        Runtime::Scratch => "scratch",
        Runtime::Distroless => suite.distroless.as_deref().unwrap_or_default(),
        Runtime::Slim => &suite.slim,
    };
    workspace
        .binaries
        .iter()
        .zip(names.stages())
        .map(|(binary, stage)| {
            let settings = request.layers.binary(&binary.package, &binary.name);
            let path = format!("/usr/local/bin/{}", binary.name);
            Image {
                binary: binary.name.clone(),
                stage: stage.to_owned(),
                base: base.to_owned(),
                packages: if request.runtime == Runtime::Slim {
                    packages(binary, &settings, suite, natives)
                } else {
                    Vec::new()
                },
                labels: labels(binary, &settings),
                env: pairs(settings.env.clone()),
                assets: assets(workspace, &settings),
                expose: settings.expose.iter().flatten().map(ToString::to_string).collect(),
                user: settings.user.unwrap_or_else(|| NONROOT.to_owned()),
                entrypoint: [path].into_iter().chain(settings.args.into_iter().flatten()).collect(),
            }
        })
        .collect()
}

/// Packages with the libraries that the binary links, and with the certificates that it verifies others by.
fn packages(binary: &Binary, settings: &Settings, suite: &Suite, natives: &Natives) -> Vec<Package> {
    let mut packages = Reasons::new();
    for found in natives.of(binary).filter(|found: &&Found| found.in_target()) {
        let Some((_, variant)) = found.row else { continue };
        let tls = variant.tls.then_some("ca-certificates");
        let names = variant.runtime.of(&suite.name).iter().map(String::as_str).chain(tls);
        for name in names {
            packages.entry(name.to_owned()).or_default().insert(found.krate.name.clone());
        }
    }
    for name in settings.runtime_packages.iter().flatten() {
        packages.entry(name.clone()).or_default().insert("runtime-packages".to_owned());
    }
    listed(packages)
}

/// Labels that hold for every build; version, revision and date belong to the build command.
/// <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
fn labels(binary: &Binary, settings: &Settings) -> Vec<Pair> {
    let about = &binary.about;
    let authors = (!about.authors.is_empty()).then(|| about.authors.join(", "));
    let mut labels: std::collections::BTreeMap<String, String> = [
        ("title", Some(binary.name.clone())),
        ("description", about.description.clone()),
        ("licenses", about.license.clone()),
        ("source", about.repository.clone()),
        ("url", about.homepage.clone()),
        ("documentation", about.documentation.clone()),
        ("authors", authors),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((format!("org.opencontainers.image.{name}"), on_one_line(&value?))))
    .filter(|(_, value)| !value.is_empty())
    .collect();
    labels.extend(settings.labels.clone());
    pairs(labels)
}

/// Descriptions often run over several lines of the manifest.
fn on_one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn pairs(map: impl IntoIterator<Item = (String, String)>) -> Vec<Pair> {
    map.into_iter().map(|(name, value)| Pair { name, value }).collect()
}

/// What one binary's settings copy into its image.
pub(super) fn assets(workspace: &Workspace, settings: &Settings) -> Vec<Asset> {
    settings
        .assets
        .iter()
        .flatten()
        .map(|asset| {
            let path = asset.path.trim_start_matches("./").trim_end_matches('/');
            let from = below(&workspace.folder, &below(&asset.folder, path));
            // A pattern goes into the folder that it looks in, anything else to its own name.
            let to = match (path.contains(['*', '?', '[']), path.rsplit_once('/')) {
                (true, Some((folder, _))) => format!("{HOME}/{folder}/"),
                (true, None) => format!("{HOME}/"),
                (false, _) => format!("{HOME}/{path}"),
            };
            Asset { from, to }
        })
        .collect()
}
