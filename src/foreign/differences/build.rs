//! What concerns the build as a whole: programs, base image, Rust, packages that only the build needs.

use super::super::{Foreign, start};
use super::packages::{Why, why};
use super::{Difference, Ours, listed};
use crate::plan::Runtime;
use crate::settings::Settings;

/// What every Rust image of ours has.
const IN_THE_BUILD_IMAGE: [&str; 4] = ["ca-certificates", "gcc", "libc6-dev", "tzdata"];

pub(super) fn build(foreign: &Foreign, ours: Ours) -> Vec<Difference> {
    [programs(foreign, ours), base(foreign, ours), rust(foreign, ours), packages(foreign, ours)]
        .into_iter()
        .flatten()
        .collect()
}

/// Programs of the workspace that only one side ships.
fn programs(foreign: &Foreign, ours: Ours) -> Option<Difference> {
    let started =
        foreign.images.iter().filter_map(|image| image.start.as_ref()).map(|start| start::name(&start.program));
    let shipped: Vec<&str> =
        foreign.images.iter().flat_map(|image| &image.programs).map(String::as_str).chain(started).collect();
    let own = &ours.plan.images;
    let both: Vec<String> =
        own.iter().map(|image| image.binary.clone()).filter(|name| shipped.contains(&name.as_str())).collect();
    if both.is_empty() || both.len() == own.len() {
        return None;
    }
    let others: Vec<&str> =
        own.iter().map(|image| image.binary.as_str()).filter(|name| !shipped.contains(name)).collect();
    let what = format!("it ships {}, ours {} besides", listed(&both), listed(&others));
    Some(Difference::optional(what, &Settings { bin: Some(both), ..Settings::default() }))
}

fn base(foreign: &Foreign, ours: Ours) -> Option<Difference> {
    let base = foreign.images.last()?.base.as_deref()?;
    let own = ours.plan.base.image.as_str();
    if base == own || foreign.images.last()?.compiles && base.contains("rust") {
        return None;
    }
    let what = format!("it runs on {base}, ours on {own}");
    if base.contains("alpine") || base.contains("busybox") {
        return Some(Difference::told(what, None));
    }
    let mut settings = Settings::default();
    match (base, ours.plan.template.runtime) {
        ("scratch", Runtime::Scratch) => {}
        ("scratch", _) => settings.scratch = Some(true),
        (base, runtime) if base.contains("distroless") => {
            settings.distroless = (runtime != Runtime::Distroless).then_some(true);
        }
        (_, Runtime::Slim) => {}
        _ => settings.slim = Some(true),
    }
    let suite =
        ours.catalog.images.suites().find(|suite| base.contains(*suite) && !ours.plan.toolchain.image.contains(*suite));
    settings.suite = suite.map(str::to_owned);
    Some(if settings == Settings::default() {
        Difference::told(what, None)
    } else {
        Difference::optional(what, &settings)
    })
}

fn rust(foreign: &Foreign, ours: Ours) -> Option<Difference> {
    let version = foreign.rust.as_ref()?;
    let own = &ours.plan.toolchain.version;
    let is_same = own == version || own.starts_with(&format!("{version}.")) || version.starts_with(&format!("{own}."));
    let settings = Settings { rust: Some(version.clone()), ..Settings::default() };
    (!is_same).then(|| Difference::optional(format!("it builds with Rust {version}, ours with {own}"), &settings))
}

fn packages(foreign: &Foreign, ours: Ours) -> Option<Difference> {
    let is_needless =
        |name: &&String| !IN_THE_BUILD_IMAGE.contains(&name.as_str()) && why(name, None, ours) != Why::Supplied;
    let names: Vec<String> = foreign.debian.iter().filter(is_needless).cloned().collect();
    if !names.is_empty() {
        let what = format!("it builds with {}, which nothing in the graph asks for", listed(&names));
        return Some(Difference::optional(what, &Settings { build_packages: Some(names), ..Settings::default() }));
    }
    let alpine: Vec<&String> = foreign.alpine.iter().collect();
    let what = format!("it builds on Alpine with {}", listed(&alpine));
    let keep = "ours installs what the graph needs of Debian".to_owned();
    (!alpine.is_empty()).then(|| Difference::told(what, Some(keep)))
}
