//! What programs may read and do when they run: what their sources say enters; what is copied for it, and candidates for
//! the settings, leave.

use std::path::Path;

use serde::Serialize;

use super::assets::{self, Asset};
use super::commands::Lacked;
use super::context;
use super::listening::Listening;
use super::program::Program;
use super::start::{self, Start};
use super::stopping::Stopping;
use super::volumes;
use crate::context_path::{ContextPath, in_settings};
use crate::settings::ImageSettings;
use crate::workspace::{Mention, OpenedPath, SourceLine};

/// What the sources of one program say of its life.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct AtRunTime {
    /// Files and folders that it may read and that are not copied.
    pub may_read: Vec<Candidate>,
    /// Where it listens.
    pub listening: Listening,
    /// How it is started.
    pub start: Start,
    /// How it ends.
    pub stopping: Stopping,
    /// Paths of files and folders that it makes, where no folder is there to keep them.
    pub writes: Vec<Mention<String>>,
    /// Programs that it runs and that its image lacks.
    pub lacks: Vec<Lacked>,
    /// What would tell whether it is well, where nothing is asked.
    pub health: Option<String>,
    /// Whether it takes arguments, so that what one source says may be of one of its subcommands.
    #[serde(skip)]
    pub takes_arguments: bool,
    /// What makes its threads, where they wait for musl's allocator.
    pub slow_threads: Option<String>,
    /// The first place where it takes along the path of the folder that it was built in.
    pub bakes_folder: Option<Mention<ContextPath>>,
}

/// Something to copy, perhaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Candidate {
    /// The file or folder.
    pub path: ContextPath,
    /// What `assets` would have to say.
    pub asset: String,
    /// The manifest for it.
    pub manifest: ContextPath,
    /// Its table, such as `package.metadata.dockerize`.
    pub table: String,
    /// Line that names it.
    pub place: SourceLine,
}

/// What the program reads and nothing copies, and the like; `has_port` says that the image exposes one. `listening`,
/// `stopping` and `lacks` are decided elsewhere.
pub(super) fn at_run_time(
    program: Program,
    settings: &ImageSettings,
    start: Start,
    assets: &[Asset],
    has_port: bool,
) -> AtRunTime {
    let unnamed = program.says(|package| &package.bakes_folder).next().cloned();
    let bakes_folder = unnamed.or_else(|| looks_elsewhere(program, assets));
    let takes_arguments = program.takes_arguments();
    let mut found = AtRunTime { start, takes_arguments, bakes_folder, ..AtRunTime::default() };
    let opens = program.says(|package| &package.opens).filter(|said| !is_for_its_user(program, &said.what.path));
    let reads = program.says(|package| &package.reads);
    for said in reads.chain(opens).filter(|said| !is_copied(&said.what.path, assets)) {
        if found.may_read.iter().all(|candidate| candidate.path != said.what.path) {
            found.may_read.extend(candidate(program, said));
        }
    }
    if settings.volumes.is_none() && program.stays() {
        found.writes = program.says_first(|package| &package.service.writes);
        if program.crates().any(|krate| program.catalog.in_service.opens_sqlite(&krate.name)) {
            found.writes.extend(program.says_first(|package| &package.service.databases));
        }
        if program.takes_arguments() {
            // What a program with many commands writes may be for another one than the server's.
            found.writes.retain(|said| is_database(&said.what) || volumes::at_home(&said.what).is_some());
        }
        for said in &mut found.writes {
            if let Some(path) = volumes::at_home(&said.what) {
                said.what = path;
            }
        }
        found.writes.extend_from_slice(&found.start.data);
    }
    if settings.healthcheck.is_none() && program.serves() {
        found.health = health(program, has_port);
    }
    found
}

fn is_database(path: &str) -> bool {
    [".db", ".db3", ".sqlite", ".sqlite3"].iter().any(|extension| path.ends_with(extension))
}

/// The setting that asks the program whether it is well, by what its sources answer.
fn health(program: Program, has_port: bool) -> Option<String> {
    if let Some(subcommand) = start::health_command(program) {
        return Some(format!("healthcheck = [\"/usr/local/bin/{}\", \"{subcommand}\"]", program.binary.name));
    }
    let route = program.says(|package| &package.service.health).find(|_| has_port)?;
    Some(format!("healthcheck = {{ http = \"{}\" }}", route.what))
}

/// What a tool names and nothing more, it looks for where its user stands.
pub(super) fn is_for_its_user(program: Program, path: &ContextPath) -> bool {
    let folder = path.parent();
    let packages = &program.workspace.packages;
    let is_bare = packages.iter().any(|package| folder.as_ref() == Some(&package.folder))
        || folder.as_ref() == Some(&program.workspace.folder);
    is_bare && !program.stays()
}

/// A file below the folder that the program was built in, which no asset brings there.
fn looks_elsewhere(program: Program, assets: &[Asset]) -> Option<Mention<ContextPath>> {
    let is_there = |path: &ContextPath| {
        let to = path.below(context::TOP);
        assets.iter().any(|asset| asset.from.covers(path) && Path::new(&to).starts_with(&asset.to))
    };
    let mut baked = program.says(|package| &package.reads).filter(|said| said.what.is_baked);
    let said = baked.find(|said| !is_there(&said.what.path))?;
    Some(Mention { what: said.what.from.clone(), place: said.place.clone() })
}

fn is_copied(path: &ContextPath, assets: &[Asset]) -> bool {
    assets.iter().any(|asset| asset.from.covers(path) || asset.from.reaches_into(path))
}

/// A path below the program's own manifest is named from there, any other from the workspace root.
fn candidate(program: Program, said: &Mention<OpenedPath>) -> Option<Candidate> {
    let (folder, path, scope) = assets::home_of(program, &said.what.path)?;
    Some(Candidate {
        path: said.what.path.clone(),
        asset: in_settings(path),
        manifest: folder.join("Cargo.toml"),
        table: format!("{}.metadata.dockerize", scope.key()),
        place: said.place.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context_path::ContextPattern;

    #[test]
    fn what_is_copied_is_no_candidate() {
        let asset = |from: &str| Asset {
            from: ContextPattern::new(&ContextPath::default(), from),
            name: from.to_owned(),
            to: String::new(),
            because: None,
        };
        let is_copied = |path: &str, assets: &[Asset]| is_copied(&ContextPath::default().join(path), assets);
        assert!(is_copied("templates", &[asset("templates")]));
        assert!(is_copied("templates/a.html", &[asset("templates")]));
        assert!(is_copied("config", &[asset("config/*.toml")]));
        assert!(is_copied("config/a.toml", &[asset("config/*.toml")]));
        assert!(!is_copied("templates-old", &[asset("templates")]));
        assert!(!is_copied("static", &[asset("templates")]));
    }
}
