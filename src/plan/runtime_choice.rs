//! Which runtime image: what the binaries link and what was asked for enter, one of three runtimes and the reason
//! leave.

use anyhow::Result;
use serde::Serialize;

use super::natives::{NativeUse, Natives};
use super::program::Program;
use super::runtime::Runtime;
use super::{suite, threads};
use crate::catalog::{Catalog, Language, Musl};
use crate::error::Failure;
use crate::settings::{AllSettings, BuildSettings};
use crate::workspace::{Binary, Workspace};

/// The template and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Template {
    /// Name of the template file.
    pub name: String,
    /// What the program runs on.
    pub runtime: Runtime,
    /// Why, as the status line says it.
    pub reason: String,
    /// What becomes of every runtime.
    pub alternatives: Vec<Alternative>,
}

/// A runtime and whether it can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Alternative {
    /// The runtime.
    pub runtime: Runtime,
    /// Whether it works, as a phrase.
    pub verdict: String,
}

/// The runtime that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The runtime.
    pub runtime: Runtime,
    /// Why.
    pub reason: String,
    /// What becomes of every runtime, the smallest first.
    pub alternatives: Vec<Alternative>,
}

/// Whether a runtime can be used.
enum Verdict {
    Sure,
    /// It works, and something else works better.
    Slow {
        why: String,
        /// What causes it.
        by: String,
    },
    /// It may work, and was not tried.
    Unsure(String),
    Impossible {
        cause: String,
        way_out: Option<String>,
    },
}

pub(super) fn choose(
    workspace: &Workspace,
    settings: &BuildSettings,
    all_settings: &AllSettings,
    catalog: &Catalog,
) -> Result<Choice> {
    let natives = Natives::find(workspace, catalog);
    let judge = |runtime| judge(runtime, workspace, settings, all_settings, catalog, &natives);
    let (runtime, reason) = decide(settings, &natives, &judge)?;
    let alternatives = Runtime::ALL
        .into_iter()
        .map(|runtime| Alternative {
            runtime,
            verdict: match judge(runtime) {
                Verdict::Sure => "works".to_owned(),
                Verdict::Slow { why, by } => format!("works, but {why} ({by})"),
                Verdict::Unsure(doubt) => format!("may work: {doubt}"),
                Verdict::Impossible { cause, way_out: None } => format!("impossible: {cause}"),
                Verdict::Impossible { cause, way_out: Some(way_out) } => format!("impossible: {cause}; {way_out}"),
            },
        })
        .collect();
    Ok(Choice { runtime, reason, alternatives })
}

fn decide(
    settings: &BuildSettings,
    natives: &Natives,
    judge: &dyn Fn(Runtime) -> Verdict,
) -> Result<(Runtime, String)> {
    if let Some(runtime) = Runtime::asked_for(settings)? {
        return match judge(runtime) {
            Verdict::Impossible { cause, way_out } => Err(refusal(runtime, &cause, way_out, judge).into()),
            _ => Ok((runtime, summary(runtime, natives))),
        };
    }
    let mut doubt = None;
    for runtime in Runtime::ALL {
        match judge(runtime) {
            Verdict::Sure => {
                let reason = doubt.unwrap_or_else(|| summary(runtime, natives));
                return Ok((runtime, reason));
            }
            Verdict::Slow { why: reason, .. } | Verdict::Unsure(reason) => doubt = doubt.or(Some(reason)),
            // What rules a smaller runtime out is a reason only where the program's own libraries are none.
            Verdict::Impossible { cause, .. } => {
                if natives.all().all(|found| !found.links_system()) {
                    doubt = doubt.or(Some(cause));
                }
            }
        }
    }
    Err(Failure::new("no runtime can hold these binaries").into())
}

fn refusal(runtime: Runtime, cause: &str, way_out: Option<String>, judge: &dyn Fn(Runtime) -> Verdict) -> Failure {
    let other =
        Runtime::ALL.into_iter().filter(|other| *other != runtime).find(|other| matches!(judge(*other), Verdict::Sure));
    let instead = other.map(|other| format!("use --{other}"));
    let steps: Vec<String> = way_out.into_iter().chain(instead).collect();
    let failure = Failure::new(format!("{runtime} is impossible: {cause}"));
    if steps.is_empty() { failure } else { failure.help(steps.join(", or ")) }
}

fn judge(
    runtime: Runtime,
    workspace: &Workspace,
    settings: &BuildSettings,
    all_settings: &AllSettings,
    catalog: &Catalog,
    natives: &Natives,
) -> Verdict {
    let target = &workspace.selection.target;
    let wants_musl = workspace.selection.target_named_by.is_some() && target.contains("-musl");
    if wants_musl || runtime == Runtime::Scratch {
        if let (Some(by), false) = (&workspace.selection.target_named_by, wants_musl) {
            return impossible(format!("it takes a static musl binary, and the target is `{target}` ({by})"), None);
        }
        if let Some(verdict) = loads_own_library(workspace)
            .or_else(|| judge_musl(natives, all_settings, catalog))
            .or_else(|| asked_for_headers(workspace, all_settings))
        {
            return verdict;
        }
    }
    if runtime == Runtime::Slim {
        return Verdict::Sure;
    }
    let with_packages = workspace.binaries.iter().find(|binary| {
        all_settings.binary(&binary.package, &binary.name).runtime_packages.is_some_and(|packages| !packages.is_empty())
    });
    if let Some(binary) = with_packages {
        return impossible(
            format!("`runtime-packages` of `{}` want a package manager", binary.name),
            Some("remove `runtime-packages`".to_owned()),
        );
    }
    let with_script = workspace.binaries.iter().find(|binary| {
        all_settings.binary(&binary.package, &binary.name).healthcheck.is_some_and(|check| check.wants_shell())
    });
    if let Some(binary) = with_script {
        return impossible(
            format!("`healthcheck` of `{}` is a script, which wants a shell", binary.name),
            Some("write it as a list, the program and its arguments".to_owned()),
        );
    }
    let program = workspace.binaries.iter().flat_map(|binary| natives.data(binary, catalog));
    if let Some((data, found)) = program.into_iter().find(|(data, _)| data.wants_packages()) {
        return Verdict::Unsure(format!("{} uses {}", found.krate.name, data.what));
    }
    if runtime == Runtime::Scratch {
        return slow_threads(workspace, catalog).unwrap_or(Verdict::Sure);
    }
    if runtime == Runtime::Distroless {
        return match suite::suite(settings, runtime, catalog) {
            Ok(_) => Verdict::Sure,
            Err(failure) => impossible(failure.to_string(), Some("use --suite trixie".to_owned())),
        };
    }
    Verdict::Sure
}

/// Threads that would wait for each other whenever they allocate.
fn slow_threads(workspace: &Workspace, catalog: &Catalog) -> Option<Verdict> {
    let slow = |binary| threads::slow_on_musl(Program { workspace, catalog, binary });
    let by = workspace.binaries.iter().find_map(slow)?;
    Some(Verdict::Slow { why: "many threads on musl's allocator are slow".to_owned(), by })
}

/// What speaks against a static musl binary, the hardest objection first.
fn judge_musl(natives: &Natives, all_settings: &AllSettings, catalog: &Catalog) -> Option<Verdict> {
    let is_known = |found: &NativeUse| all_settings.knows(found.binary, &found.krate.name);
    let is_guessed = |found: &&NativeUse| found.in_target() && found.is_guessed(catalog) && !is_known(found);
    if let Some(found) = natives.all().find(is_guessed) {
        let cause = format!("{} {} ({})", found.krate.name, found.signs(catalog), found.chain().join(" → "));
        return Some(impossible(cause, Some(format!("say `known-natives = [\"{}\"]` if it can", found.krate.name))));
    }
    let with = |musl: Musl| natives.all().find(move |found| found.musl() == musl);
    if let Some(found) = with(Musl::No) {
        let chain = found.chain();
        let way_out = found.row.and_then(|(_, variant)| variant.way_out(&chain)).map(str::to_owned);
        return Some(impossible(format!("{} ({})", objection(found), chain.join(" → ")), way_out));
    }
    let found = with(Musl::Unknown)?;
    Some(Verdict::Unsure(match found.row {
        Some(_) => format!("{} is untested with musl", found.krate.name),
        None => format!("{} looks native and is not in the catalogue", found.krate.name),
    }))
}

/// A static program loads no shared library, be it of the workspace itself.
fn loads_own_library(workspace: &Workspace) -> Option<Verdict> {
    let mut libraries =
        workspace.binaries.iter().flat_map(|binary| binary.libraries.iter().map(move |own| (binary, own)));
    libraries.next().map(|(binary, library)| match &library.opened_as {
        Some(said) => impossible(format!("{} opens {} when it runs ({})", binary.name, said.what, said.place), None),
        None => impossible(
            format!("{} links {}, whose crate is a dylib", binary.name, library.file()),
            Some(format!("make `{}` an rlib", library.name)),
        ),
    })
}

/// `-dev` packages in `build-packages` are headers of a library of the system.
fn asked_for_headers(workspace: &Workspace, all_settings: &AllSettings) -> Option<Verdict> {
    let packages =
        |binary: &Binary| all_settings.binary(&binary.package, &binary.name).build_packages.unwrap_or_default();
    let name = workspace.binaries.iter().flat_map(packages).find(|name| name.ends_with("-dev"))?;
    Some(Verdict::Unsure(format!("`build-packages` name {name}")))
}

fn objection(found: &NativeUse) -> String {
    let name = &found.krate.name;
    match found.row {
        Some((native, _)) if found.links_system() => format!("{name} links the system's {}", native.library),
        _ if found.compiles(Language::Cxx) => format!("{name} compiles {} from C++", found.library()),
        _ => format!("{name} does not work with musl"),
    }
}

fn impossible(cause: String, way_out: Option<String>) -> Verdict {
    Verdict::Impossible { cause, way_out }
}

/// What the binaries are made of, in a few words.
fn summary(runtime: Runtime, natives: &Natives) -> String {
    let names = |wanted: &dyn Fn(&NativeUse) -> bool| -> Vec<String> {
        let mut names: Vec<String> =
            natives.all().filter(|found| wanted(found)).map(|found| found.library().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    let linked = names(&|found: &NativeUse| found.links_system());
    let compiled =
        names(&|found| found.row.is_some() && (found.compiles(Language::C) || found.compiles(Language::Cxx)));
    let made_of = match (linked.as_slice(), compiled.as_slice()) {
        ([], []) => "pure Rust".to_owned(),
        ([], compiled) => format!("compiles {} in", compiled.join(", ")),
        (linked, _) => format!("links {}", linked.join(", ")),
    };
    match runtime {
        Runtime::Scratch => format!("static musl, {made_of}"),
        _ => made_of,
    }
}
