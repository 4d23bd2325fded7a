//! What is copied into an image beside programs.

use super::super::{Copied, ForeignImage, Source, start};
use super::running::{OWN_PARTIAL, is_started};
use super::{Difference, Ours, listed};
use crate::context_path::in_settings;
use crate::plan::Image;
use crate::settings::{ManifestPath, Settings};

impl Copied {
    /// The path that it is copied from.
    pub(super) fn path(&self) -> &str {
        match &self.from {
            Source::Context(path) | Source::Stage { path, .. } | Source::Elsewhere(path) => path,
        }
    }
}

/// Files of the system that our images get in another way.
const OF_THE_SYSTEM: [&str; 8] = [
    "/etc/ssl/",
    "/etc/passwd",
    "/etc/group",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/lib",
    "/usr/lib",
    "/etc/ca-certificates",
];

pub(super) fn copies(image: &ForeignImage, own: &Image, ours: Ours) -> Vec<Difference> {
    // Where the program is compiled in its image, nobody can tell sources from what it reads.
    if image.compiles {
        return Vec::new();
    }
    let (mut assets, mut others): (Vec<(String, &str)>, Vec<String>) = (Vec::new(), Vec::new());
    for copied in &image.copies {
        let path = copied.path();
        let is_program = start::name(path) == own.binary || path.starts_with("target/");
        if is_program || is_started(copied, image) && matches!(copied.from, Source::Stage { .. }) {
            continue;
        }
        match &copied.from {
            Source::Context(path) if is_there(path, ours) => assets.push((path.clone(), &copied.to)),
            Source::Context(path) if path.trim_matches(['.', '/']).is_empty() => {
                others.push("the whole build context".to_owned());
            }
            Source::Context(path) => others.push(format!("{path}, which is not there")),
            Source::Stage { perhaps: Some(path), .. } if is_there(path, ours) => {
                assets.push((path.clone(), &copied.to));
            }
            Source::Stage { path, .. }
                if path.contains(".so") || OF_THE_SYSTEM.iter().any(|of| path.starts_with(of)) => {}
            Source::Stage { name, path, .. } => others.push(format!("{path} from {name}")),
            Source::Elsewhere(what) => others.push(what.clone()),
        }
    }
    assets.retain(|(path, _)| !is_copied(path, own, ours));
    let mut found = Vec::new();
    if !assets.is_empty() {
        let shown: Vec<String> = assets.iter().map(|(path, to)| format!("{path} to {to}")).collect();
        let moves =
            assets.iter().any(|(path, to)| to.trim_end_matches('/') != format!("/app/{}", path.trim_end_matches('/')));
        let mut names: Vec<String> = assets.iter().map(|(path, _)| as_asset(path)).collect();
        names.dedup();
        let settings =
            Settings { assets: Some(names.into_iter().map(ManifestPath::from).collect()), ..Settings::default() };
        let difference = Difference::adoptable(format!("it copies {}", listed(&shown)), settings);
        found.push(if moves { difference.remarked("copies each to its own path below /app") } else { difference });
    }
    if !others.is_empty() {
        let what = format!("it copies {}", listed(&others));
        found.push(Difference::told(what, Some(OWN_PARTIAL.to_owned())));
    }
    found
}

/// A path as settings write it; patterns mean the same in both.
fn as_asset(path: &str) -> String {
    let path = path.trim_end_matches('/');
    if is_pattern(path) { path.to_owned() } else { in_settings(path) }
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Whether there is something to copy, other than everything; of a pattern, the folder that it looks in.
fn is_there(path: &str, ours: Ours) -> bool {
    let plain = path.split(['*', '?', '[']).next().unwrap_or_default();
    let folder = if is_pattern(path) { plain.rsplit_once('/').map_or(".", |(folder, _)| folder) } else { plain };
    let is_below = !path.split('/').any(|name| name == "..") && !path.trim_matches(['.', '/']).is_empty();
    is_below && (ours.exists)(folder)
}

/// Whether our image has it already.
fn is_copied(path: &str, own: &Image, ours: Ours) -> bool {
    let path = ours.plan.context.folder.join(path);
    own.assets.iter().any(|asset| asset.from.covers(&path) || asset.from.to_string() == path.as_str())
}
