//! `cargo dockerize verify`: a workspace or the name of an image enters, proof that images work leaves.

mod check;
mod contents;
mod running;
mod table;

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::Outcome;
use crate::catalog::Catalog;
use crate::cli::{Dockerize, Format, Verify};
use crate::engine::{Contents, Engine, Saved};
use crate::error::{Failure, quoted};
use crate::inspect;
use crate::pipeline::{self, Compiled};
use crate::plan::{Image, Plan};
use crate::shell::Shell;

use contents::Subject;
use running::Trial;
use table::{Findings, LayerFound};

pub(crate) use contents::SecretFile;

/// What every image is asked with.
struct Asking<'a> {
    engine: Engine,
    catalog: &'a Catalog,
    verify: &'a Verify,
    shell: Shell,
}

/// Builds the images, runs them and shows what was found.
pub(crate) fn run(flags: &Dockerize, verify: &Verify, shell: Shell) -> Result<Outcome> {
    let catalog = Catalog::load()?;
    let mut findings = Vec::new();
    match &verify.image {
        Some(name) if verify.stages.is_empty() => {
            let asking = Asking { engine: Engine::find(verify.engine.engine)?, catalog: &catalog, verify, shell };
            findings.push(asking.ask(name, name, None)?);
        }
        _ => {
            let compiled = pipeline::compile(flags, shell)?;
            let images = chosen(&compiled.plan, &verify.stages)?;
            if verify.image.is_some() && images.len() > 1 {
                return Err(Failure::new("`--image` is one image").help("name one stage with it").into());
            }
            let asking = Asking { engine: Engine::find(verify.engine.engine)?, catalog: &catalog, verify, shell };
            for image in images {
                let id = match &verify.image {
                    Some(name) => name.clone(),
                    None => asking.build(&compiled, image)?,
                };
                findings.push(asking.ask(&id, &image.stage, Some((&compiled, image)))?);
            }
        }
    }
    let is_well = findings.iter().all(Findings::is_well);
    shell.stdout(&match verify.format {
        Format::Json => {
            format!("{}\n", serde_json::to_string_pretty(&json!({ "ok": is_well, "images": findings }))?)
        }
        Format::Human => findings.iter().map(|found| found.table(shell.is_verbose())).collect::<Vec<_>>().join("\n"),
    })?;
    Ok(if is_well { Outcome::Done } else { Outcome::Failed })
}

/// The images of these stages, or all.
fn chosen<'a>(plan: &'a Plan, stages: &[String]) -> Result<Vec<&'a Image>> {
    if stages.is_empty() {
        return Ok(plan.images.iter().collect());
    }
    let find = |name: &String| {
        plan.images.iter().find(|image| image.stage == *name || image.binary == *name).ok_or_else(|| {
            let known = plan.images.iter().map(|image| image.stage.as_str());
            Failure::new(format!("there is no image `{name}`"))
                .help_nearest(name, known.clone(), || Some(format!("there are {}", quoted(known))))
                .into()
        })
    };
    stages.iter().map(find).collect()
}

impl Asking<'_> {
    /// Builds the stage of an image from the Dockerfile that is there.
    fn build(&self, compiled: &Compiled, image: &Image) -> Result<String> {
        let root = compiled.manifests.root();
        let name = compiled.output.as_deref().unwrap_or("Dockerfile");
        let dockerfile = root.join(name);
        let text = inspect::regular_text(&dockerfile).map_err(|error| {
            Failure::new(format!("cannot read `{name}`: {error}")).help("`cargo dockerize` writes it")
        })?;
        if !text.lines().any(|line| line.starts_with("FROM ") && line.ends_with(&format!(" AS {}", image.stage))) {
            return Err(Failure::new(format!("`{name}` has no stage `{}`", image.stage))
                .help("`cargo dockerize` writes it anew; `verify --image NAME` takes an image that another file made")
                .into());
        }
        self.shell.status("Building", &image.stage);
        let mut options =
            vec!["--target".to_owned(), image.stage.clone(), "--file".to_owned(), dockerfile.display().to_string()];
        options.extend(compiled.plan.build.docker_flags.iter().filter_map(|flag| shlex::split(flag)).flatten());
        options.extend(self.verify.engine.build_flags()?);
        let context = root.join(&compiled.plan.context.root);
        self.engine.build(&options, &context, !self.shell.says_status())
    }

    /// Asks one image everything.
    fn ask(&self, id: &str, name: &str, planned: Option<(&Compiled, &Image)>) -> Result<Findings> {
        self.shell.status("Verifying", name);
        let saved = self.engine.save(id)?;
        let contents = Contents::of(&saved);
        let suite = suite(&contents);
        let trial = Trial {
            engine: self.engine,
            image: id,
            config: &saved.config,
            architecture: &saved.architecture,
            options: &self.verify.run_options,
            patience: Duration::from_secs(self.verify.wait),
            grace: Duration::from_secs(self.verify.grace),
            catalog: self.catalog,
            suite: &suite,
        };
        let mut checks = trial.checks()?;
        checks.extend(trial.libraries(&programs(&saved, &contents))?);
        let secret_files = match planned {
            Some((compiled, _)) => {
                let context = compiled.manifests.root().join(&compiled.plan.context.root);
                inspect::secret_files(&context, &self.catalog.inputs.secrets)
            }
            None => Vec::new(),
        };
        let limit = planned.and_then(|(compiled, image)| compiled.size_limit(image));
        let own_templates = planned.is_some_and(|(compiled, _)| compiled.has_own_templates);
        checks.extend(contents::checks(&Subject {
            saved: &saved,
            contents: &contents,
            planned: planned.map(|(compiled, image)| (&compiled.plan, image)),
            own_templates,
            size_limit: limit,
            secrets: &self.catalog.inputs.secrets,
            secret_files: &secret_files,
        }));
        Ok(Findings {
            image: name.to_owned(),
            runtime: planned.map(|(compiled, _)| compiled.plan.template.runtime.title().to_owned()),
            architecture: saved.architecture.clone(),
            bytes: contents.bytes(),
            layers: saved.layers.iter().map(LayerFound::of).collect(),
            checks,
        })
    }
}

/// The Debian suite of an image, from what it says of itself.
fn suite(contents: &Contents) -> String {
    let release = contents.at("/etc/os-release").and_then(|file| file.text.as_deref()).unwrap_or_default();
    let suite = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    suite.unwrap_or("trixie").trim_matches('"').to_owned()
}

/// The programs that the image starts, each with its loader if it has one.
fn programs(saved: &Saved, contents: &Contents) -> Vec<(String, Option<String>)> {
    let folders = ["", "/usr/local/bin/", "/usr/bin/", "/bin/"];
    let find = |word: &String| {
        let at = |folder: &str| contents.at(&format!("{folder}{word}"));
        folders.iter().find_map(|folder| at(folder).filter(|entry| entry.is_elf))
    };
    saved.config.words().filter_map(find).map(|entry| (entry.path.clone(), entry.loader.clone())).collect()
}
