//! Rules about builds: those that should be alike, what mounts hold, and programs that stand for others.

use std::collections::BTreeSet;

use super::file::{CargoCall, File};
use super::rule::Finding;
use crate::foreign::{Stage, Step, UNKNOWN, What};

pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(builder) = file.builder() else { return found };
    found.extend(different_builds(file, builder));
    found.extend(unused_mount(file, builder));
    found.extend(copied_from_mount(file));
    found.extend(stale(file, builder));
    found
}

/// What decides whether two builds share what they compile.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    profile: String,
    features: BTreeSet<String>,
    flags: BTreeSet<String>,
    target: Option<String>,
}

/// `None` where a variable hides some of it.
fn options(words: &[String]) -> Option<Options> {
    let mut options = Options { profile: "dev".to_owned(), ..Options::default() };
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word.contains(UNKNOWN) {
            return None;
        }
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let mut value = || value.or_else(|| words.next()).unwrap_or_default().to_owned();
        match name {
            "-r" | "--release" => "release".clone_into(&mut options.profile),
            "--profile" => options.profile = value(),
            "--target" => options.target = Some(value()),
            "-F" | "--features" => {
                options.features.extend(value().split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned));
            }
            "--all-features" | "--no-default-features" => {
                options.flags.insert(name.to_owned());
            }
            "--" => break,
            _ => {}
        }
    }
    if !options.flags.contains("--no-default-features") {
        options.features.remove("default");
    }
    Some(options)
}

/// The step that compiles dependencies, and the one that compiles the program.
fn both_builds<'a>(file: &'a File, builder: &'a Stage) -> Option<(CargoCall<'a>, CargoCall<'a>)> {
    let cook = file.cargo(builder, &["chef"]).into_iter().rfind(|call| call.words.iter().any(|word| word == "cook"))?;
    Some((cook, file.final_build(builder)?))
}

fn different_builds(file: &File, builder: &Stage) -> Option<Finding> {
    let (first, last) = both_builds(file, builder)?;
    let (cooked, built) = (options(first.words)?, options(last.words)?);
    let place = &file.step(&last).place;
    let differ = |what: &str, cooked: &dyn std::fmt::Debug, built: &dyn std::fmt::Debug| {
        Some(Finding::new(
            "different-builds",
            place,
            format!("dependencies are compiled with {what} {cooked:?}, the program with {built:?}"),
        ))
    };
    if cooked.profile != built.profile {
        return differ("the profile", &cooked.profile, &built.profile);
    }
    if cooked.target != built.target {
        return differ("the target", &cooked.target.unwrap_or_default(), &built.target.unwrap_or_default());
    }
    if cooked.features != built.features {
        return differ("the features", &cooked.features, &built.features);
    }
    if cooked.flags != built.flags {
        return differ("the options", &cooked.flags, &built.flags);
    }
    None
}

/// Folders that cache mounts of a step cover.
fn cached(step: &Step) -> Vec<&str> {
    match &step.what {
        What::Run { mounts, .. } => mounts
            .iter()
            .filter(|mount| mount.kind == "cache")
            .map(|mount| mount.target.trim_end_matches('/'))
            .collect(),
        _ => Vec::new(),
    }
}

fn unused_mount(file: &File, builder: &Stage) -> Option<Finding> {
    let (cook, build) = both_builds(file, builder)?;
    let of = |call: &CargoCall| -> BTreeSet<String> {
        let targets = cached(file.step(call)).into_iter().map(str::to_owned);
        targets.filter(|target| target.ends_with("/target")).collect()
    };
    let lost: Vec<String> = of(&cook).difference(&of(&build)).cloned().collect();
    let place = &file.step(&build).place;
    (!lost.is_empty())
        .then(|| Finding::new("cached-target-unused", place, format!("it is without the mount at {}", lost.join(", "))))
}

fn copied_from_mount(file: &File) -> Vec<Finding> {
    let last = file.last();
    let mut found = Vec::new();
    for step in &last.steps {
        let What::Copy { from: Some(from), sources, .. } = &step.what else { continue };
        let Some(number) = file.named(from) else { continue };
        let from = file.stage(number);
        for source in sources {
            let is_inside = |folder: &str| source.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            let builds = file.cargo(from, &["build", "b"]);
            let covers = |call: &CargoCall| cached(file.step(call)).into_iter().any(is_inside);
            if !builds.is_empty() && builds.iter().all(covers) && !file.writes(from, source) {
                found.push(Finding::new(
                    "cached-target-copied",
                    &step.place,
                    format!("{source} is in a cache mount of the RUN that makes it"),
                ));
            }
        }
    }
    found
}

/// A build with empty programs before the sources come, and nothing that tells cargo of the change.
fn stale(file: &File, builder: &Stage) -> Option<Finding> {
    let builds = file.cargo(builder, &["build", "b"]);
    let [first, .., last] = builds.as_slice() else { return None };
    if first.stage != last.stage || first.step == last.step {
        return None;
    }
    let stage = file.stage(first.stage);
    let words = |step: usize| match &stage.steps[step].what {
        What::Run { commands, .. } => commands.iter().flatten().map(String::as_str).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let makes_stub = (0..=first.step)
        .any(|step| words(step).iter().any(|word| word.contains("fn main()") || word.contains("fn main ()")));
    let sources =
        (first.step + 1..last.step).find(|step| matches!(&stage.steps[*step].what, What::Copy { from: None, .. }))?;
    // What touches or removes anything, cleans, or copies with new times, is taken for the cure.
    let cures = |step: usize| {
        let words = words(step);
        let removes =
            words.contains(&"rm") && words.iter().any(|word| word.contains("target") || word.contains("deps"));
        words.contains(&"touch")
            || words.contains(&"clean")
            || removes
            || words.iter().any(|word| word.contains("touch "))
    };
    let is_cured = (first.step..=last.step).any(cures);
    (makes_stub && !is_cured).then(|| {
        Finding::new(
            "stale-program",
            &stage.steps[sources].place,
            "the sources keep their times, which are older than the empty program's",
        )
    })
}
