//! The images: one for each binary, with what it needs to run and nothing of the build.

use serde::Serialize;

use super::assets::{self, Asset};
use super::at_run_time::{self, AtRunTime};
use super::basis::Basis;
use super::healthcheck::{self, Healthcheck};
use super::listening::{self, Listening};
use super::reasons::{self, DebianPackage, Reasons};
use super::runtime::Runtime;
use super::volumes::{self, Folder};
use super::{commands, helpers, start, stopping, suite, target, threads};
use crate::catalog::RuntimeData;
use crate::settings::ImageSettings;
use crate::workspace::{Binary, Role};

/// A final image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Image {
    /// Name of the binary.
    pub binary: String,
    /// Name of the stage, to be given to `--target`.
    pub stage: String,
    /// Path of the program.
    pub program: String,
    /// Debian packages.
    pub packages: Vec<DebianPackage>,
    /// Whether some crate links what no catalogue knows: the build then finds out the packages of its libraries.
    pub has_unlisted: bool,
    /// Libraries that the program opens by itself, so that nothing in the binary names them.
    pub opened_libraries: Vec<Library>,
    /// Whether the image itself is asked for every shared library while it is built.
    pub checks_libraries: bool,
    /// What is copied from the build stage beside libraries.
    pub files: Vec<RuntimeFile>,
    /// Labels, sorted by name.
    pub labels: Vec<Pair>,
    /// Environment, sorted by name.
    pub env: Vec<Pair>,
    /// Working directory, unless the base has it already.
    pub workdir: Option<String>,
    /// Files of the source tree.
    pub assets: Vec<Asset>,
    /// What the program may do besides, as far as its sources say.
    pub at_run_time: AtRunTime,
    /// Ports.
    pub expose: Vec<String>,
    /// Folders that outlive a container.
    pub volumes: Vec<String>,
    /// Folders that are made for the program to write to, each with its owner.
    pub folders: Vec<Folder>,
    /// How a container is asked whether it is well.
    pub healthcheck: Option<Healthcheck>,
    /// `uid:gid`
    pub user: String,
    /// The signal that ends the program, where it is not SIGTERM.
    pub stop_signal: Option<String>,
    /// ENTRYPOINT in exec form.
    pub entrypoint: Vec<String>,
    /// CMD in exec form: arguments that others take the place of.
    pub command: Vec<String>,
}

impl Image {
    /// Ports as `docker run --publish` takes them.
    pub(crate) fn published(&self) -> impl Iterator<Item = String> {
        let single = self.expose.iter().filter(|port| !port.contains('-'));
        single.map(|port| format!("{}:{port}", port.split('/').next().unwrap_or_default()))
    }

    /// Volumes as `docker run --volume` takes them, each with a name of its own.
    pub(crate) fn named_volumes(&self) -> impl Iterator<Item = String> {
        self.volumes.iter().map(|path| format!("{}-{}:{path}", self.stage, path.rsplit('/').next().unwrap_or_default()))
    }
}

/// What every image begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Base {
    /// The base image.
    pub image: String,
    /// Whether a user is added to it, because it has none but root.
    pub adds_user: bool,
    /// Number of that user and of its group, and of the one that the image has.
    pub uid: u32,
    /// Whether a user and a folder for temporary files are copied to it, because it has nothing at all.
    pub has_rootfs: bool,
    /// The folder that programs run in, unless an image has its own. It belongs to the user.
    pub workdir: Option<String>,
    /// Whether there are several images.
    pub is_shared: bool,
    /// Labels that all images share, where there are several.
    pub labels: Vec<Pair>,
}

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Pair {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// A shared library that a program opens when it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Library {
    /// Its soname.
    pub soname: String,
    /// Crates that open it.
    pub because: Vec<String>,
}

/// A file or folder of the build stage that a program reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RuntimeFile {
    /// Absolute path, the same in the image.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Crates that read it.
    pub because: Vec<String>,
}

/// Number of the user and of the group of distroless' `nonroot` images, and of all others for the sake of sameness.
pub(super) const NONROOT: u32 = 65532;

/// The base of all images.
pub(super) fn base(basis: &Basis, images: &mut [Image]) -> Base {
    let image = match basis.runtime {
        Runtime::Scratch => "scratch",
        Runtime::Distroless => basis.suite.distroless.as_deref().unwrap_or_default(),
        Runtime::Slim => &basis.suite.slim,
    };
    Base {
        image: if basis.runtime == Runtime::Scratch { image.to_owned() } else { suite::image(image, basis.settings) },
        adds_user: basis.runtime == Runtime::Slim,
        uid: NONROOT,
        has_rootfs: basis.runtime == Runtime::Scratch,
        workdir: images.iter().any(|image| image.workdir.is_none()).then(|| assets::HOME.to_owned()),
        is_shared: images.len() > 1,
        labels: shared_labels(images),
    }
}

/// Labels that several images have alike move to their base.
fn shared_labels(images: &mut [Image]) -> Vec<Pair> {
    let [first, rest @ ..] = &images else { return Vec::new() };
    let is_shared = |label: &&Pair| !rest.is_empty() && rest.iter().all(|image| image.labels.contains(label));
    let shared: Vec<Pair> = first.labels.iter().filter(is_shared).cloned().collect();
    for image in images {
        image.labels.retain(|label| !shared.contains(label));
    }
    shared
}

/// The images without their base.
pub(super) fn images(basis: &Basis) -> Vec<Image> {
    let binaries = basis.workspace.binaries.iter().zip(basis.names.stages());
    binaries
        .map(|(binary, stage)| {
            let settings = basis.settings_of(binary);
            let program = basis.program(binary);
            let path = format!("/usr/local/bin/{}", binary.name);
            let assets = assets::assets(program, &settings);
            let user = settings.user.clone().unwrap_or_else(|| format!("{NONROOT}:{NONROOT}"));
            let workdir = workdir(&settings, &user);
            let volumes = volumes::volumes(&settings);
            let listening = listening::listening(program, &settings);
            let stopping = stopping::stopping(program, &settings);
            let env = env(&settings, &listening);
            let start = start::start(program, &settings, &env, &assets);
            let packages = packages(basis, binary, &settings);
            let mut expose: Vec<String> = settings.expose.iter().flatten().map(ToString::to_string).collect();
            if settings.expose.is_none() {
                expose.extend(listening.ports.iter().map(|found| found.port.clone()));
            }
            Image {
                binary: binary.name.clone(),
                stage: stage.to_owned(),
                program: path.clone(),
                has_unlisted: basis.runtime == Runtime::Slim
                    && basis.natives.of(binary).any(|found| found.in_target() && found.is_guessed(basis.catalog)),
                opened_libraries: opened_libraries(basis, binary),
                checks_libraries: basis.runtime == Runtime::Slim && !target::is_musl(basis),
                files: files(basis, binary),
                labels: labels(binary, &settings),
                env,
                folders: volumes::folders(&volumes, workdir.as_deref(), &user),
                volumes,
                healthcheck: healthcheck::healthcheck(&settings, &expose),
                user,
                stop_signal: stopping.signal.clone(),
                command: settings
                    .command
                    .clone()
                    .unwrap_or_else(|| start.command.iter().map(|said| said.what.clone()).collect()),
                at_run_time: AtRunTime {
                    slow_threads: (basis.runtime == Runtime::Scratch).then(|| threads::slow_on_musl(program)).flatten(),
                    listening,
                    stopping,
                    lacks: commands::lacked(basis, program, &settings, &packages),
                    ..at_run_time::at_run_time(program, &settings, start, &assets, !expose.is_empty())
                },
                packages,
                workdir,
                assets,
                expose,
                entrypoint: entrypoint(path, &settings),
            }
        })
        .collect()
}

/// The working directory of an image that does not have its base's: another folder, or another owner.
fn workdir(settings: &ImageSettings, user: &str) -> Option<String> {
    let is_ours = user.split(':').next() == Some(&NONROOT.to_string());
    settings.workdir.clone().or_else(|| (!is_ours).then(|| assets::HOME.to_owned()))
}

/// What the settings say, over what lets others in.
fn env(settings: &ImageSettings, listening: &Listening) -> Vec<Pair> {
    let mut env = settings.env.clone();
    if let Some(variable) = &listening.opened_by {
        env.entry(variable.clone()).or_insert_with(|| "0.0.0.0".to_owned());
    }
    if let Some(zone) = &settings.timezone {
        env.entry("TZ".to_owned()).or_insert_with(|| zone.clone());
    }
    pairs(env)
}

/// The program with its arguments, behind an init where one is wanted.
fn entrypoint(program: String, settings: &ImageSettings) -> Vec<String> {
    let init = (settings.init == Some(true)).then(|| [helpers::INIT.path, "--"].map(str::to_owned));
    init.into_iter().flatten().chain([program]).chain(settings.args.iter().flatten().cloned()).collect()
}

/// Packages with the libraries that the binary links and with what it reads or runs, where there is a package manager.
fn packages(basis: &Basis, binary: &Binary, settings: &ImageSettings) -> Vec<DebianPackage> {
    let mut packages = Reasons::new();
    if basis.runtime != Runtime::Slim {
        return Vec::new();
    }
    let mut add = |name: &String, because: &str| {
        packages.entry(name.clone()).or_default().insert(because.to_owned());
    };
    for found in basis.natives.of(binary).filter(|found| found.in_target()) {
        let libraries = found.row.map_or(&[][..], |(_, variant)| variant.runtime.of(&basis.suite.name));
        for name in libraries {
            add(name, &found.krate.name);
        }
    }
    for (data, found) in basis.natives.data(binary, basis.catalog) {
        let missing = data.packages.iter().filter(|name| !basis.suite.slim_has.contains(name));
        missing.for_each(|name| add(name, &found.krate.name));
    }
    settings.runtime_packages.iter().flatten().for_each(|name| add(name, "runtime-packages"));
    reasons::listed(packages)
}

/// Libraries that the program opens by itself.
fn opened_libraries(basis: &Basis, binary: &Binary) -> Vec<Library> {
    let mut opens = Reasons::new();
    for found in basis.natives.of(binary).filter(|found| found.links_system()) {
        for soname in found.row.iter().flat_map(|(_, variant)| &variant.opens) {
            opens.entry(soname.clone()).or_default().insert(found.krate.name.clone());
        }
    }
    opens.into_iter().map(|(soname, because)| Library { soname, because: because.into_iter().collect() }).collect()
}

/// What is copied from the build stage because there is no package manager to install it.
fn files(basis: &Basis, binary: &Binary) -> Vec<RuntimeFile> {
    let mut files: Vec<RuntimeFile> = Vec::new();
    let mut add = |data: &RuntimeData, because: &str| {
        for path in &data.paths {
            match files.iter_mut().find(|file| file.path == *path) {
                Some(file) if file.because.iter().any(|known| known == because) => {}
                Some(file) => file.because.push(because.to_owned()),
                None => files.push(RuntimeFile {
                    path: path.clone(),
                    what: data.what.clone(),
                    because: vec![because.to_owned()],
                }),
            }
        }
    };
    for (data, found) in basis.copied_data(binary) {
        add(data, &found.krate.name);
    }
    let settings = basis.settings_of(binary);
    let is_linked = |name: &str| binary.crates.iter().any(|krate| krate.role == Role::Target && krate.name == name);
    if basis.runtime == Runtime::Scratch {
        for (data, because) in basis.catalog.perhaps_read(is_linked) {
            add(data, because);
        }
    }
    files.extend(helpers::helpers(&settings, basis.runtime));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Labels that hold for every build; version, revision and date belong to the build command.
/// <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
fn labels(binary: &Binary, settings: &ImageSettings) -> Vec<Pair> {
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
