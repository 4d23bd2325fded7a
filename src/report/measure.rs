//! One image after the other: each is built with nothing in the cache, run, and built again after a change of one line.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::Serialize;
use tempfile::TempDir;

use super::shapes::{Shape, Shapes};
use super::{edit, is_ours, sbom, scanner};
use crate::engine::{self, Built, Container, Contents, Engine, Entry, First, Saved};
use crate::inspect;
use crate::shell::Shell;

/// How long a program may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The figures of one image.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    /// `single-stage`, `slim`, …
    pub shape: &'static str,
    /// As a sentence names it.
    pub title: String,
    /// Bytes of all files.
    pub bytes: u64,
    /// Bytes that travel for the whole image.
    pub compressed: u64,
    /// Layers.
    pub layers: usize,
    /// Files.
    pub files: usize,
    /// Packages of Debian.
    pub packages: usize,
    /// Files that run as somebody else.
    pub setuid: usize,
    /// Shells in it.
    pub shells: Vec<String>,
    /// Package managers in it.
    pub package_managers: Vec<String>,
    /// Who its program runs as.
    pub user: String,
    /// The build with nothing in the cache.
    pub cold: Step,
    /// The build after a change of one line.
    pub changed: Step,
    /// Seconds until it answers, or ends; `None` where it does neither.
    pub start_seconds: Option<f64>,
    /// Bytes that travel after the change; `None` where the source has no `main` to change.
    pub sent: Option<u64>,
    /// What a scanner found.
    pub vulnerabilities: Option<scanner::Vulnerabilities>,
    /// Its bill of materials.
    #[serde(skip)]
    pub sbom: String,
}

/// One build.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Step {
    /// How long it took.
    pub seconds: f64,
    /// Crates that were compiled.
    pub compiled: usize,
}

/// A copy of the build context, and the engine that builds it.
pub(super) struct Bench<'a> {
    engine: Engine,
    shapes: &'a Shapes,
    options: Vec<String>,
    shell: Shell,
    /// The copy, and beside it the Dockerfiles.
    folder: TempDir,
    /// The source that is changed, with its text.
    source: Option<(PathBuf, String)>,
}

#[expect(clippy::disallowed_methods, reason = "a copy of the build context is made and changed here")]
impl<'a> Bench<'a> {
    pub(super) fn new(engine: Engine, shapes: &'a Shapes, options: Vec<String>, shell: Shell) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let compiled = &shapes.compiled;
        let root = compiled.manifests.root().join(&compiled.plan.context.root);
        let to = folder.path().join("context");
        for path in inspect::travelling(&root, &compiled.plan.context) {
            let (from, to) = (root.join(path.as_str()), to.join(path.as_str()));
            let parent = to.parent().context("a file lies in a folder")?;
            fs::create_dir_all(parent).context("cannot copy the build context")?;
            copy(&from, &to).with_context(|| format!("cannot copy `{path}`"))?;
        }
        let binary = compiled.workspace.binaries.iter().find(|binary| binary.name == shapes.binary);
        let package =
            binary.and_then(|binary| compiled.workspace.packages.iter().find(|package| package.name == binary.package));
        let roots = package.into_iter().flat_map(|package| {
            let own = package.programs.get(&shapes.binary).map(|path| path.as_str().to_owned());
            let inside = own.iter().map(|path| format!("{path}/main.rs")).collect::<Vec<_>>();
            own.into_iter().chain(inside).chain([package.folder.join("src/main.rs").to_string()])
        });
        let source =
            roots.map(|path| to.join(path)).find_map(|path| Some((path.clone(), fs::read_to_string(&path).ok()?)));
        let source = source.filter(|(_, text)| edit::changed(text, "").is_some());
        Ok(Self { engine, shapes, options, shell, folder, source })
    }

    /// Builds and runs one shape.
    pub(super) fn measure(&self, shape: &Shape) -> Result<Row> {
        let dockerfile = self.folder.path().join(format!("{}.Dockerfile", shape.name));
        fs::write(&dockerfile, own_mounts(&shape.dockerfile, shape.name)).context("cannot write a temporary file")?;
        if let Some((path, text)) = &self.source {
            fs::write(path, text).context("cannot write a temporary file")?;
        }
        self.shell.status("Building", format_args!("{} as {} with an empty cache", self.shapes.binary, shape.title));
        let cold = self.build(shape, &dockerfile, &["--no-cache"])?;
        let saved = self.engine.save(&cold.id)?;
        let contents = Contents::of(&saved);
        let start_seconds = self.start(&cold.id, &saved)?;
        if let Some((path, text)) = &self.source {
            // Builders take two builds for one that differ in the names of their cache mounts alone.
            let change = format!("{} {}", std::process::id(), shape.name);
            let text = edit::changed(text, &change).unwrap_or_default();
            fs::write(path, text).context("cannot write a temporary file")?;
        }
        self.shell
            .status("Building", format_args!("{} as {} after a change of one line", self.shapes.binary, shape.title));
        let changed = self.build(shape, &dockerfile, &[])?;
        let sent = match &self.source {
            Some(_) => Some(sent(&saved, &self.engine.save(&changed.id)?)),
            None => None,
        };
        let names = |known: &[&str]| {
            let names: BTreeSet<&str> = contents.programs(known).map(Entry::name).collect();
            names.into_iter().map(str::to_owned).collect()
        };
        Ok(Row {
            shape: shape.name,
            title: shape.title.clone(),
            bytes: contents.bytes(),
            compressed: saved.layers.iter().map(|layer| layer.compressed).sum(),
            layers: saved.layers.len(),
            files: contents.files().count(),
            packages: contents.packages().len(),
            setuid: contents.set_id().count(),
            shells: names(&engine::SHELLS),
            package_managers: names(&engine::PACKAGE_MANAGERS),
            user: Some(saved.config.user.clone()).filter(|user| !user.is_empty()).unwrap_or_else(|| "root".to_owned()),
            cold: step(&cold),
            changed: step(&changed),
            start_seconds,
            sent,
            vulnerabilities: scanner::scan(&cold.id, self.shell),
            sbom: sbom::sbom(&self.shapes.compiled, &self.shapes.binary, &contents, is_ours(shape))?,
        })
    }

    fn build(&self, shape: &Shape, dockerfile: &Path, further: &[&str]) -> Result<Built> {
        let mut options = vec!["--file".to_owned(), dockerfile.display().to_string()];
        options.extend(shape.target.iter().flat_map(|target| ["--target".to_owned(), target.clone()]));
        options.extend(shape.options.iter().chain(&self.options).cloned());
        options.extend(further.iter().map(|option| (*option).to_owned()));
        self.engine.build_and_listen(&options, &self.folder.path().join("context"))
    }

    /// Seconds until the program answers or ends.
    fn start(&self, image: &str, saved: &Saved) -> Result<Option<f64>> {
        let ports = saved.config.ports("tcp");
        let options: Vec<String> = saved.config.publish().collect();
        let container = Container::start(self.engine, &options, image, &[])?;
        let first = container.first(&ports, PATIENCE)?;
        Ok(matches!(first, First::Answers | First::Ends(_)).then(|| container.age().as_secs_f64()))
    }

    /// Takes away what the builds left in cache mounts. An engine that cannot is left as it is.
    pub(super) fn clean(&self) {
        let image = &self.shapes.compiled.plan.toolchain.image;
        let mut text = format!("FROM {image}\n");
        for shape in self.shapes.possible.iter().filter(|shape| is_ours(shape)) {
            for id in mounts(&own_mounts(&shape.dockerfile, shape.name)) {
                let id = id.replace("$TARGETARCH", engine::own_architecture());
                let _ = writeln!(text, "RUN --mount=type=cache,id={id},target=/mount find /mount -mindepth 1 -delete");
            }
        }
        let dockerfile = self.folder.path().join("clean.Dockerfile");
        let options = ["--no-cache".to_owned(), "--file".to_owned(), dockerfile.display().to_string()];
        if fs::write(&dockerfile, text).is_ok() {
            let _ = self.engine.build_and_listen(&options, self.folder.path());
        }
    }
}

/// Copies a file, or a link as it is.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if from.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    fs::copy(from, to).map(|_| ())
}

/// The Dockerfile with cache mounts that nobody else uses, so that they begin empty and take nothing from the user's.
fn own_mounts(dockerfile: &str, shape: &str) -> String {
    dockerfile.replace("type=cache,id=", &format!("type=cache,id=report-{}-{shape}-", std::process::id()))
}

/// Ids of cache mounts.
fn mounts(dockerfile: &str) -> BTreeSet<&str> {
    dockerfile.split("type=cache,id=").skip(1).filter_map(|rest| rest.split([',', ' ']).next()).collect()
}

fn step(built: &Built) -> Step {
    Step { seconds: built.took.as_secs_f64(), compiled: compiled(&built.log) }
}

/// How many crates cargo compiled, empty programs of the dependency layer left out.
fn compiled(log: &str) -> usize {
    // `#12 [dependencies 3/4] RUN …` names the step whose lines begin with `#12`.
    let of_dependencies = |line: &&str| line.contains("[dependencies ");
    let steps: BTreeSet<&str> = log.lines().filter(of_dependencies).filter_map(|line| line.split(' ').next()).collect();
    let crates = log.lines().filter_map(|line| {
        let (before, krate) = line.split_once("Compiling ")?;
        let is_empty = krate.contains("(/") && before.split(' ').next().is_some_and(|step| steps.contains(step));
        (!is_empty).then_some(krate)
    });
    crates.collect::<BTreeSet<&str>>().len()
}

/// Bytes of the layers that an image has and the one before it has not.
fn sent(before: &Saved, after: &Saved) -> u64 {
    let known: BTreeSet<&str> = before.layers.iter().map(|layer| layer.diff_id.as_str()).collect();
    after.layers.iter().filter(|layer| !known.contains(layer.diff_id.as_str())).map(|layer| layer.compressed).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Layer;

    #[test]
    fn crates_are_counted_once_and_empty_programs_not_at_all() {
        let log = "#7 [dependencies 2/2] RUN cargo\n#7 1.0    Compiling libc v0.2.1\n#7 1.1    Compiling app v0.1.0 (/app)\n\
                   #9 [build 1/2] RUN cargo\n#9 2.0    Compiling app v0.1.0 (/app)\n#9 2.0    Compiling libc v0.2.1\n";
        assert_eq!(compiled(log), 2);
    }

    #[test]
    fn mounts_of_a_report_are_its_own() {
        let dockerfile = own_mounts("RUN --mount=type=cache,id=app-$TARGETARCH,target=/x true\n", "slim");
        let ids = mounts(&dockerfile);
        assert!(
            ids.len() == 1 && ids.iter().all(|id| id.starts_with("report-") && id.ends_with("-slim-app-$TARGETARCH")),
            "{ids:?}"
        );
    }

    #[test]
    fn only_new_layers_are_sent() {
        let image = |layers: &[(&str, u64)]| Saved {
            layers: layers
                .iter()
                .map(|(id, size)| Layer { diff_id: (*id).to_owned(), compressed: *size, ..Layer::default() })
                .collect(),
            ..Saved::default()
        };
        assert_eq!(sent(&image(&[("a", 100), ("b", 7)]), &image(&[("a", 100), ("c", 8)])), 8);
    }
}
