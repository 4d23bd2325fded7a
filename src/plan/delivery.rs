//! What others are told who build, start and push the images: images and their programs enter; what bake, compose
//! and CI need leaves.

use std::collections::BTreeMap;

use serde::Serialize;

use super::basis::Basis;
use super::images::{Image, Pair};
use super::{platforms, registry};
use crate::catalog::BackingService;
use crate::context_path::ContextPath;
use crate::quote;
use crate::workspace::{Binary, Role};

/// What concerns all images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Delivery {
    /// The Dockerfile, relative to the build context.
    pub dockerfile: String,
    /// The folder of the workspace inside its git repository, unless that is its root.
    pub workspace: Option<String>,
    /// The command that goes to the workspace, where the repository begins above it.
    pub enter: Option<String>,
    /// The command that checks the files.
    pub check: String,
    /// Platforms that were asked for.
    pub platforms: Vec<String>,
    /// Secrets that the build wants, as options of `docker build` have them.
    pub secrets: Vec<Secret>,
    /// Whether it wants the ssh agent.
    pub ssh: bool,
    /// The images.
    pub images: Vec<Delivered>,
    /// Services that their programs talk to.
    pub services: Vec<BackingService>,
    /// Volumes, by their names.
    pub volumes: Vec<String>,
}

/// A secret of the build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Secret {
    /// Its id in the Dockerfile.
    pub id: String,
    /// The variable that holds it.
    pub variable: String,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Delivered {
    /// Its stage, and the last part of its name.
    pub stage: String,
    /// Its target in a bake file, which may hold no dot.
    pub target: String,
    /// Ports, as `docker run --publish` takes them.
    pub publish: Vec<String>,
    /// Volumes, as `docker run --volume` takes them.
    pub volumes: Vec<String>,
    /// Addresses of services, by the variables that its sources name.
    pub env: Vec<Pair>,
    /// Other variables that it stops without, for whoever starts it to set.
    pub wants: Vec<String>,
    /// Addresses whose variables no source of it names.
    pub unread: Vec<Pair>,
    /// Services that have to be there first, those that tell when they are.
    pub waits_for: Vec<String>,
    /// The others.
    pub uses: Vec<String>,
}

pub(super) fn delivery(basis: &Basis, images: &[Image], (command, dockerfile): (&str, &str)) -> Delivery {
    let origins = &basis.workspace.origins;
    let secret =
        |name: &str| Secret { id: registry::secret(name), variable: registry::registry_variable(name, "TOKEN") };
    let delivered: Vec<Delivered> =
        basis.workspace.binaries.iter().zip(images).map(|(binary, image)| image_of(basis, binary, image)).collect();
    let all = &basis.catalog.services;
    let is_used = |service: &&BackingService| {
        delivered.iter().any(|image| image.waits_for.iter().chain(&image.uses).any(|name| *name == service.name))
    };
    let workspace = &basis.workspace.in_repository;
    let below_root = |folder: &ContextPath| (!folder.is_root()).then(|| folder.to_string());
    let services: Vec<BackingService> = all.iter().filter(is_used).cloned().collect();
    let of_services = services.iter().filter(|service| service.volume.is_some()).map(|service| data_of(&service.name));
    let of_images = delivered.iter().flat_map(|image| &image.volumes);
    let of_images = of_images.filter_map(|volume| volume.split(':').next()).map(str::to_owned);
    Delivery {
        dockerfile: basis.workspace.folder.join(dockerfile).to_string(),
        workspace: below_root(workspace),
        enter: below_root(workspace).map(|folder| format!("cd {}", quote::shell(&folder))),
        check: format!("{command} --check"),
        platforms: platforms::names(basis),
        secrets: origins.registries.iter().filter_map(|registry| registry.name.as_deref()).map(secret).collect(),
        ssh: !origins.ssh_hosts.is_empty(),
        volumes: of_images.chain(of_services).collect(),
        images: delivered,
        services,
    }
}

fn image_of(basis: &Basis, binary: &Binary, image: &Image) -> Delivered {
    let talks_to = |service: &&BackingService| {
        binary.crates.iter().any(|krate| krate.role == Role::Target && service.crates.contains(&krate.name))
    };
    let services: Vec<&BackingService> = basis.catalog.services.iter().filter(talks_to).collect();
    // Two databases would fight for one variable: the first one has it.
    let mut env: BTreeMap<&str, &str> = BTreeMap::new();
    for service in &services {
        env.entry(&service.variable).or_insert(&service.url);
    }
    let (env, unread): (BTreeMap<&str, &str>, _) =
        env.into_iter().partition(|(variable, _)| basis.program(binary).names(variable));
    let wants = image.at_run_time.start.variables.iter().map(|said| said.what.clone());
    let wants = wants.filter(|name| !env.contains_key(name.as_str())).collect();
    let pairs = |env: BTreeMap<&str, &str>| {
        env.into_iter().map(|(name, value)| Pair { name: name.to_owned(), value: value.to_owned() }).collect()
    };
    let (waits_for, uses): (Vec<&BackingService>, Vec<&BackingService>) =
        services.into_iter().partition(|service| !service.ready.is_empty());
    let names = |services: Vec<&BackingService>| services.into_iter().map(|service| service.name.clone()).collect();
    Delivered {
        stage: image.stage.clone(),
        target: image.stage.replace('.', "_"),
        publish: image.published().collect(),
        volumes: image.named_volumes().collect(),
        env: pairs(env),
        wants,
        unread: pairs(unread),
        waits_for: names(waits_for),
        uses: names(uses),
    }
}

/// The name of a service's volume.
fn data_of(service: &str) -> String {
    format!("{service}-data")
}
