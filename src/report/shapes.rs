//! The images that are compared: flags enter, the Dockerfile of each with its plan leaves.

use std::fmt::Write as _;

use anyhow::Result;

use crate::cli::Dockerize;
use crate::error::{Failure, quoted};
use crate::pipeline::{self, Compiled};
use crate::quote;
use crate::render::Kind;
use crate::shell::Shell;

/// The name of the image that everybody begins with.
pub(super) const SINGLE: &str = "single-stage";

/// One image.
#[derive(Debug)]
pub(super) struct Shape {
    /// `single-stage`, `slim`, …
    pub name: &'static str,
    /// As a sentence names it.
    pub title: String,
    /// The stage to build, if there are several.
    pub target: Option<String>,
    /// The Dockerfile.
    pub dockerfile: String,
    /// Further options of the build.
    pub options: Vec<String>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Shapes {
    /// The program.
    pub binary: String,
    /// What can be built, the biggest first.
    pub possible: Vec<Shape>,
    /// What cannot, with the reason.
    pub impossible: Vec<(&'static str, String)>,
    /// The workspace, as slim images see it.
    pub compiled: Compiled,
}

/// Plans the single stage and each runtime.
pub(super) fn shapes(flags: &Dockerize, binary: Option<&str>, shell: Shell) -> Result<Shapes> {
    let on = |runtime: &str| {
        let mut flags = flags.clone();
        flags.image.template = None;
        flags.image.slim = runtime == "slim";
        flags.image.distroless = runtime == "distroless";
        flags.image.scratch = runtime == "scratch";
        pipeline::compile(&flags, shell.quiet())
    };
    let compiled = on("slim")?;
    let image = match binary {
        None => compiled.plan.images.last(),
        Some(name) => compiled.plan.images.iter().find(|image| image.binary == name || image.stage == name),
    };
    let Some(image) = image else {
        let known = compiled.plan.images.iter().map(|image| image.binary.as_str());
        let name = binary.unwrap_or_default();
        return Err(Failure::new(format!("there is no image `{name}`"))
            .help_nearest(name, known.clone(), || Some(format!("there are {}", quoted(known))))
            .into());
    };
    let name = image.binary.clone();
    let single = Shape {
        name: SINGLE,
        title: format!("a single stage, `FROM {}`", compiled.plan.toolchain.image),
        target: None,
        dockerfile: single_stage(&compiled, &name),
        options: docker_flags(&compiled),
    };
    let (mut possible, mut impossible) = (vec![single], Vec::new());
    for runtime in ["slim", "distroless", "scratch"] {
        match on(runtime) {
            Ok(compiled) => possible.extend(ours(runtime, &compiled, &name)),
            Err(error) => impossible.push((runtime, error.to_string())),
        }
    }
    Ok(Shapes { binary: name, possible, impossible, compiled })
}

fn docker_flags(compiled: &Compiled) -> Vec<String> {
    compiled.plan.build.docker_flags.iter().filter_map(|flag| shlex::split(flag)).flatten().collect()
}

fn ours(runtime: &'static str, compiled: &Compiled, binary: &str) -> Option<Shape> {
    let image = compiled.plan.images.iter().find(|image| image.binary == binary)?;
    let file = compiled.files.iter().find(|file| file.kind == Kind::Dockerfile)?;
    Some(Shape {
        name: runtime,
        title: format!("`--{runtime}`"),
        target: Some(image.stage.clone()),
        dockerfile: file.text.clone(),
        options: docker_flags(compiled),
    })
}

/// What people write who write a Dockerfile for the first time: everything in one stage.
fn single_stage(compiled: &Compiled, binary: &str) -> String {
    let plan = &compiled.plan;
    let mut text = format!("FROM {}\n", plan.toolchain.image);
    let packages: Vec<&str> = plan.toolchain.packages.iter().map(|package| package.name.as_str()).collect();
    if !packages.is_empty() {
        let packages: Vec<String> = packages.into_iter().map(quote::shell).collect();
        let _ = writeln!(text, "RUN apt-get update && apt-get satisfy --yes {}", packages.join(" "));
    }
    for variable in &plan.toolchain.env {
        let _ = writeln!(text, "ENV {}={}", variable.name, quote::value(&variable.value));
    }
    let _ = writeln!(text, "WORKDIR {}\nCOPY . /app", plan.context.folder.below("/app"));
    let _ = writeln!(text, "RUN cargo build --locked --target-dir /app/target {}", plan.build.flags.join(" "));
    let built = plan.build.binaries.iter().find(|built| built.name == binary);
    let below = built.and_then(|built| built.path.split_once("/target/")).map_or("release", |(_, path)| path);
    let below = below.trim_matches(['"', '\'']);
    if let Some(image) = plan.images.iter().find(|image| image.binary == binary) {
        for variable in &image.env {
            let _ = writeln!(text, "ENV {}={}", variable.name, quote::value(&variable.value));
        }
        if !image.expose.is_empty() {
            let _ = writeln!(text, "EXPOSE {}", image.expose.join(" "));
        }
    }
    let _ = writeln!(text, "CMD [\"/app/target/{below}\"]");
    text
}
