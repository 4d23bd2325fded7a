//! Rules about the build context: what is copied, and what is not.

use super::Facts;
use super::file::File;
use super::rule::Finding;
use crate::context_path::{ContextPath, ContextPattern};
use crate::foreign::{UNKNOWN, What};

/// As many files as one line names.
const SHOWN: usize = 4;

pub(super) fn check(file: &File, facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(not_copied(file, facts));
    found.extend(whole_context(file, facts));
    found
}

/// What the stage that compiles has from the build context, before cargo runs for the last time; `None` where that cannot be
/// told.
fn copied(file: &File, facts: &Facts) -> Option<Vec<ContextPattern>> {
    let builder = file.builder()?;
    let call = file.final_build(builder)?;
    let mut patterns = Vec::new();
    for stage in file.chain(builder) {
        let is_last = std::ptr::eq(stage, file.stage(call.stage));
        let steps = if is_last { &stage.steps[..call.step] } else { &stage.steps[..] };
        for step in steps {
            match &step.what {
                What::Copy { from: None, sources, .. } => {
                    for source in sources {
                        if source.contains(UNKNOWN) || source.contains("://") {
                            return None;
                        }
                        let source = source.trim_start_matches("./").trim_matches('/');
                        let is_there = source.is_empty() || source == "." || source.contains(['*', '?', '[']);
                        // Another folder is the build context, then.
                        if !is_there && !facts.exists(source) {
                            return None;
                        }
                        patterns.push(ContextPattern::new(
                            &ContextPath::default(),
                            if source.is_empty() { "." } else { source },
                        ));
                    }
                }
                // Sources of another stage, a clone, or what is mounted, may be anything.
                What::Copy { from: Some(_), sources, .. }
                    if sources.iter().any(|path| !path.contains("recipe.json")) =>
                {
                    return None;
                }
                What::Run { commands, mounts, .. } => {
                    let fetches = commands
                        .iter()
                        .any(|words| words.iter().any(|word| ["clone", "curl", "wget"].contains(&word.as_str())));
                    if fetches || mounts.iter().any(|mount| mount.kind == "bind") {
                        return None;
                    }
                }
                _ => {}
            }
        }
        if is_last {
            break;
        }
    }
    let mounts = match &file.step(&call).what {
        What::Run { mounts, .. } => mounts.iter().any(|mount| mount.kind == "bind"),
        _ => false,
    };
    (!mounts && !patterns.is_empty()).then_some(patterns)
}

fn not_copied(file: &File, facts: &Facts) -> Option<Finding> {
    let (workspace, plan) = facts.known?;
    let patterns = copied(file, facts)?;
    let is_whole = |pattern: &ContextPattern| {
        pattern.covers(&ContextPath::default()) || pattern.names().all(|name| name == "." || name.is_empty())
    };
    if patterns.iter().any(is_whole) || plan.context.root != "." {
        return None;
    }
    let matchers: Vec<_> = patterns.iter().map(ContextPattern::matcher).collect();
    let is_copied = |path: &ContextPath| {
        matchers.iter().any(|matches| matches(path) || path.folders().any(|folder| matches(&folder)))
    };
    let mut missing: Vec<String> = Vec::new();
    for package in workspace.packages.iter().filter(|package| package.is_member || package.is_built) {
        let manifest = package.folder.join("Cargo.toml");
        let inputs = package.inputs.iter().filter(|_| package.is_built).map(|input| &input.path);
        for path in [&manifest].into_iter().chain(&package.roots).chain(inputs) {
            // A folder of which parts are copied most likely is copied as far as it is read.
            let is_partly = patterns.iter().any(|pattern| pattern.reaches_into(path));
            let path_text = path.to_string();
            if !is_copied(path) && !is_partly && facts.exists(&path_text) && !missing.contains(&path_text) {
                missing.push(path_text);
            }
        }
    }
    if missing.is_empty() {
        return None;
    }
    let builder = file.builder()?;
    let call = file.final_build(builder)?;
    let place = &file.step(&call).place;
    let more = missing.len().saturating_sub(SHOWN);
    missing.truncate(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Some(Finding::new("not-copied", place, format!("{}{more}", missing.join(", "))))
}

fn whole_context(file: &File, facts: &Facts) -> Option<Finding> {
    facts.ignore?;
    let whole = file.used().flat_map(|stage| &stage.steps).find(|step| match &step.what {
        What::Copy { from: None, sources, .. } => {
            sources.iter().any(|source| [".", "./", "/"].contains(&source.as_str()))
        }
        _ => false,
    })?;
    let ignored = |path: &str| facts.ignores(path);
    let mut taken: Vec<&str> = Vec::new();
    if !ignored("target") {
        taken.push("target");
    }
    taken.extend([".git", ".env"].into_iter().filter(|path| facts.exists(path) && !ignored(path)));
    (!taken.is_empty() && taken != [".git"]).then(|| {
        Finding::new(
            "whole-context",
            &whole.place,
            format!("it takes along {}, which no .dockerignore leaves out", taken.join(", ")),
        )
    })
}
