//! What a Dockerfile says that a plan does not: both enter, the differences leave, those that matter most first, each with
//! the setting that keeps it where there is one.

mod build;
mod copies;
mod packages;
mod running;

use anyhow::Result;

pub(crate) use packages::is_same_library;

use super::{Foreign, ForeignImage};
use crate::catalog::Catalog;
use crate::plan::{Image, Plan};
use crate::settings::{Scope, Settings, save};

/// What a Dockerfile is held against.
#[derive(Clone, Copy)]
pub(crate) struct Ours<'a> {
    /// Our plan.
    pub plan: &'a Plan,
    /// What is known of packages.
    pub catalog: &'a Catalog,
    /// Whether a file or folder is there, by its path from the workspace root.
    pub exists: &'a dyn Fn(&str) -> bool,
}

/// One difference.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Difference {
    /// What the Dockerfile does, as a phrase: `it exposes 8080`.
    what: String,
    /// What would keep it.
    keep: Option<String>,
    /// The settings that are written to keep it; none for what only a user can decide.
    settings: Settings,
}

impl Difference {
    /// With settings that are written when the Dockerfile is adopted. What no setting can hold is only told.
    fn adoptable(what: String, settings: Settings) -> Self {
        if settings.validate().is_err() {
            return Self::told(what, None);
        }
        Self { keep: Some(as_code(&settings)), what, settings }
    }

    /// With what would keep it, for a user to decide.
    fn told(what: String, keep: Option<String>) -> Self {
        Self { what, keep, settings: Settings::default() }
    }

    /// With settings that would keep it, for a user to decide.
    fn optional(what: String, settings: &Settings) -> Self {
        let keep = settings.validate().is_ok().then(|| as_code(settings));
        Self::told(what, keep)
    }

    /// Adds a remark to what would keep it.
    fn remarked(mut self, remark: &str) -> Self {
        self.keep = self.keep.map(|keep| format!("{keep} {remark}"));
        self
    }

    /// Whether adopting the Dockerfile keeps it.
    pub(crate) fn is_adopted(&self) -> bool {
        self.settings != Settings::default()
    }

    /// For one of several images, in whose table its settings go.
    fn of_binary(self, binary: &str) -> Self {
        let what =
            self.what.strip_prefix("it ").map_or(self.what.clone(), |what| format!("the image of {binary} {what}"));
        if !self.is_adopted() {
            return Self { what, ..self };
        }
        let settings = Settings { binaries: [(binary.to_owned(), self.settings)].into(), ..Settings::default() };
        Self::adoptable(what, settings)
    }
}

/// It exposes 8080: `expose = [8080]`
impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A line is a line, whatever the Dockerfile holds.
        let on_one_line = |text: &str| text.replace(|c: char| c.is_control(), " ");
        f.write_str(&on_one_line(&self.what))?;
        self.keep.as_ref().map_or(Ok(()), |keep| write!(f, ": {}", on_one_line(keep)))
    }
}

/// Settings as a sentence shows them.
fn as_code(settings: &Settings) -> String {
    let lines = save::lines(settings).unwrap_or_default();
    lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(" and ")
}

/// Names as a sentence lists them, and how many more there are.
fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const MOST: usize = 6;
    let shown = names.iter().take(MOST).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}

/// All differences.
pub(crate) fn differences(foreign: &Foreign, ours: Ours) -> Vec<Difference> {
    let mut found = Vec::new();
    let is_alone = ours.plan.images.len() == 1;
    for (image, own) in pairs(foreign, ours.plan) {
        let of_one = [
            running::start(image, own),
            packages::at_run_time(image, own, ours),
            copies::copies(image, own, ours),
            running::running(image, own, ours.plan),
            packages::at_run_time_and_unused(image, own, ours),
        ];
        let of_one = of_one.into_iter().flatten();
        found.extend(of_one.map(|difference| if is_alone { difference } else { difference.of_binary(&own.binary) }));
    }
    found.extend(build::build(foreign, ours));
    found
}

/// Each image of the Dockerfile with the one of ours that it stands for.
fn pairs<'a>(foreign: &'a Foreign, plan: &'a Plan) -> Vec<(&'a ForeignImage, &'a Image)> {
    let named = |image: &ForeignImage| {
        let started = image.start.as_ref().map(|start| super::start::name(&start.program));
        let by_name = |name: &str| plan.images.iter().find(|own| own.binary == name);
        started.and_then(by_name).or_else(|| image.stage.as_deref().and_then(by_name)).or_else(|| {
            let mut known = image.programs.iter().filter_map(|program| by_name(program));
            known.next().filter(|_| known.next().is_none())
        })
    };
    let mut pairs: Vec<(&ForeignImage, &Image)> =
        foreign.images.iter().filter_map(|image| Some((image, named(image)?))).collect();
    if pairs.is_empty() {
        pairs.extend(foreign.images.last().zip(plan.images.last()));
    }
    pairs
}

/// The settings of a manifest with those that keep what a Dockerfile says, and the keys that were added.
pub(crate) fn adopted(manifest: &str, scope: Scope, differences: &[Difference]) -> Result<String> {
    differences
        .iter()
        .filter(|difference| difference.is_adopted())
        .try_fold(manifest.to_owned(), |manifest, difference| save::add(&manifest, scope, &difference.settings))
}

#[cfg(test)]
mod tests;
