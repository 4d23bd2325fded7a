//! A Dockerfile as rules ask for it.

use std::collections::BTreeSet;

use crate::foreign::{Stage, Step, UNKNOWN, What};

/// A Dockerfile with a program that cargo compiles, or without.
#[derive(Debug)]
pub(super) struct File {
    stages: Vec<Stage>,
}

/// A call of cargo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CargoCall<'a> {
    /// The stage and the instruction.
    pub stage: usize,
    pub step: usize,
    /// Its words, `cargo` left out.
    pub words: &'a [String],
}

/// The image without its tag and digest.
pub(super) fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// The last part of that name: `cc-debian13`.
pub(super) fn image_short_name(image: &str) -> &str {
    image_name(image).rsplit('/').next().unwrap_or_default()
}

/// The tag of an image.
pub(super) fn image_tag(image: &str) -> Option<&str> {
    let image = image.split('@').next().unwrap_or_default();
    image.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'))
}

impl File {
    pub(super) fn new(stages: Vec<Stage>) -> Option<Self> {
        (!stages.is_empty()).then_some(Self { stages })
    }

    /// The stage that is built when nobody names one.
    pub(super) fn last(&self) -> &Stage {
        &self.stages[self.stages.len() - 1]
    }

    pub(super) fn stage(&self, index: usize) -> &Stage {
        &self.stages[index]
    }

    /// The instruction with a call of cargo.
    pub(super) fn step(&self, call: &CargoCall) -> &Step {
        &self.stages[call.stage].steps[call.step]
    }

    /// Its number, or that of the stage which a name or number means.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        let by_name = |stage: &Stage| stage.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.stages.iter().position(by_name).or_else(|| name.parse().ok().filter(|number| *number < self.stages.len()))
    }

    fn number(&self, stage: &Stage) -> usize {
        self.stages.iter().position(|known| std::ptr::eq(known, stage)).unwrap_or_default()
    }

    /// A stage and those that it is built on, the first one first.
    pub(super) fn chain<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a Stage> {
        let mut chain = vec![stage];
        while let Some(parent) = chain.last().and_then(|stage| stage.parent) {
            chain.push(&self.stages[parent]);
        }
        chain.into_iter().rev()
    }

    /// The stages that the last one is made from.
    pub(super) fn used(&self) -> impl Iterator<Item = &Stage> {
        let mut used = BTreeSet::new();
        let mut queue = vec![self.stages.len() - 1];
        while let Some(number) = queue.pop() {
            if used.insert(number) {
                let stage = &self.stages[number];
                queue.extend(stage.parent);
                queue.extend(stage.copies().filter_map(|(from, ..)| self.named(from?)));
            }
        }
        self.stages.iter().enumerate().filter(move |(number, _)| used.contains(number)).map(|(_, stage)| stage)
    }

    /// Every call of cargo with one of these subcommands, in a stage and those that it is built on.
    pub(super) fn cargo<'a>(&'a self, stage: &'a Stage, subcommands: &[&str]) -> Vec<CargoCall<'a>> {
        let mut calls = Vec::new();
        for stage in self.chain(stage) {
            let number = self.number(stage);
            for (step, words) in stage.commands() {
                let Some((program, words)) = words.split_first() else { continue };
                let words = if words.first().is_some_and(|word| word.starts_with('+')) { &words[1..] } else { words };
                let is_asked = words.first().is_some_and(|word| subcommands.contains(&word.as_str()));
                if program.rsplit('/').next() == Some("cargo") && is_asked {
                    calls.push(CargoCall { stage: number, step, words });
                }
            }
        }
        calls
    }

    /// Whether cargo compiles in a stage or in one that it is built on.
    pub(super) fn compiles(&self, stage: &Stage) -> bool {
        !self.cargo(stage, &["build", "b", "install", "rustc", "chef", "zigbuild", "auditable"]).is_empty()
    }

    /// The stage that the last one has its program from: the latest of those it is made from in which cargo builds it.
    pub(super) fn builder(&self) -> Option<&Stage> {
        let stages: Vec<&Stage> = self.used().collect();
        stages.into_iter().rfind(|stage| !self.cargo(stage, &["build", "b"]).is_empty())
    }

    /// The last call that builds in a stage.
    pub(super) fn final_build<'a>(&'a self, stage: &'a Stage) -> Option<CargoCall<'a>> {
        self.cargo(stage, &["build", "b"]).pop()
    }

    /// Names of packages that commands of a stage, or of one that it is built on, install.
    pub(super) fn packages<'a>(&'a self, stage: &'a Stage) -> BTreeSet<&'a str> {
        let mut packages = BTreeSet::new();
        for stage in self.chain(stage) {
            for (_, words) in stage.commands() {
                let is_manager = |word: &String| {
                    let name = word.rsplit('/').next().unwrap_or_default();
                    ["apt", "apt-get", "aptitude", "apk", "dnf", "microdnf", "yum", "eatmydata"].contains(&name)
                };
                if words.first().is_some_and(is_manager) {
                    let names = words.iter().skip_while(|word| !["install", "add", "satisfy"].contains(&word.as_str()));
                    let names = names.skip(1).filter(|word| !word.starts_with('-'));
                    packages.extend(names.map(|name| name.split(['=', '~', ':', '<', '>']).next().unwrap_or_default()));
                }
            }
        }
        packages
    }

    /// Whether a stage installs one of these.
    pub(super) fn installs(&self, stage: &Stage, names: &[&str]) -> bool {
        let packages = self.packages(stage);
        names.iter().any(|name| packages.contains(name))
    }

    /// Whether a stage, or one that it is built on, runs a program of this name.
    pub(super) fn runs(&self, stage: &Stage, name: &str) -> bool {
        self.chain(stage).any(|stage| stage.commands().any(|(_, words)| words.first().is_some_and(|word| word == name)))
    }

    /// Whether a command of a stage names a path as what it makes: `cp … PATH`.
    pub(super) fn writes(&self, stage: &Stage, path: &str) -> bool {
        let is_writing = |words: &[String]| {
            let program = words.first().map(String::as_str).unwrap_or_default();
            ["cp", "mv", "install"].contains(&program)
                && words.last().is_some_and(|last| path.starts_with(last.trim_end_matches('/')))
        };
        self.chain(stage).any(|stage| stage.commands().any(|(_, words)| is_writing(words)))
    }

    /// Whether what is installed into a stage cannot be seen: a script or an install command with words that nobody knows.
    pub(super) fn hides_packages(&self, stage: &Stage) -> bool {
        self.chain(stage).any(|stage| {
            stage.commands().any(|(_, words)| {
                let text = words.join(" ");
                let is_script = words.first().is_some_and(|word| {
                    word.contains(".sh")
                        || ["sh", "bash", "source", ".", "make", "just", "xargs"].contains(&word.as_str())
                });
                let is_hidden = text.contains("install") && text.contains(UNKNOWN);
                is_script || is_hidden || text.contains("dpkg -i") || text.contains("dpkg --install")
            })
        })
    }

    /// Whether a stage makes static programs: for a musl target, with such flags, or with tools for that.
    pub(super) fn is_static(&self, stage: &Stage) -> bool {
        let says = |text: &str| text.contains("musl") || text.contains("crt-static") || text.contains("zigbuild");
        self.chain(stage).any(|stage| {
            let base = stage.base.as_deref().is_none_or(says);
            let in_steps = stage.steps.iter().any(|step| match &step.what {
                What::Run { commands, .. } => commands
                    .iter()
                    .flatten()
                    .any(|word| says(word) || word.contains(UNKNOWN) && word.contains("target")),
                What::Variables { pairs, .. } => {
                    pairs.iter().any(|(name, value)| says(&name.to_lowercase()) || value.as_deref().is_some_and(says))
                }
                _ => false,
            });
            base || in_steps
        })
    }
}
