//! Packages that an image installs and that ours does not, and why ours does not.

use super::super::ForeignImage;
use super::{Difference, Ours, listed};
use crate::plan::{Image, Lacked, Runtime};
use crate::settings::Settings;

/// Why a package is not installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// What it is for is there, in one way or another.
    Supplied,
    /// A source runs a program that it holds.
    Run,
    /// The crates that it is known to serve are not in the graph.
    Unused,
    /// No crate is known that it serves. The program may run it.
    Unknown,
}

/// Libraries that come with the compiler: in each base image of ours, or in the static program.
const OF_THE_COMPILER: [&str; 9] =
    ["libc6", "libgcc-s1", "libgcc1", "libstdc++6", "libgcc", "libstdc++", "musl", "libc6-compat", "gcompat"];

/// Programs that images have for the sake of a library that is packaged apart.
const FOR_A_LIBRARY: [(&str, &str); 1] = [("openssl", "openssl-sys")];

/// Why our plan does not have a package, by what is known of Debian.
pub(super) fn why(package: &str, own: Option<&Image>, ours: Ours) -> Why {
    let plan = ours.plan;
    let mut installed = plan.toolchain.packages.iter().filter(|_| own.is_none());
    let mut shipped = own.iter().flat_map(|own| &own.packages);
    if OF_THE_COMPILER.contains(&package)
        || installed.any(|known| known.name == package)
        || shipped.any(|known| known.name == package)
    {
        return Why::Supplied;
    }
    if own.is_some_and(|own| lacked(own, package).is_some()) {
        return Why::Run;
    }
    let is_built = |name: &str| plan.natives.iter().any(|native| native.name == name);
    if let Some((_, krate)) = FOR_A_LIBRARY.iter().find(|(name, _)| *name == package) {
        return if is_built(krate) { Why::Supplied } else { Why::Unused };
    }
    let mut is_known = false;
    for krate in ours.catalog.crates_with(|name| is_same_library(name, package)) {
        is_known = true;
        if is_built(krate) {
            return Why::Supplied;
        }
    }
    for data in ours.catalog.data_in(package) {
        is_known = true;
        let is_copied = own.is_some_and(|own| own.files.iter().any(|file| data.paths.contains(&file.path)));
        if is_copied || (plan.template.runtime == Runtime::Distroless && data.in_distroless) {
            return Why::Supplied;
        }
    }
    // debian-slim has time zones, and so has the Rust image.
    if package == "tzdata" && plan.template.runtime == Runtime::Slim {
        return Why::Supplied;
    }
    if is_known { Why::Unused } else { Why::Unknown }
}

/// The first program that a source runs, our image lacks and a package holds.
fn lacked<'a>(own: &'a Image, package: &str) -> Option<&'a Lacked> {
    own.at_run_time.lacks.iter().find(|lacked| lacked.is_held_by(|holder| holder == package))
}

/// Whether two names are those of one library, which other suites have in other versions.
pub(crate) fn is_same_library(known: &str, name: &str) -> bool {
    let stem = |name: &str| {
        let name = name.strip_suffix("t64").unwrap_or(name);
        name.trim_end_matches(|c: char| c.is_ascii_digit() || "-.".contains(c)).to_owned()
    };
    let is_library = |name: &str| name.starts_with("lib") && !name.ends_with("-dev");
    known == name || (is_library(known) && is_library(name) && stem(known) == stem(name))
}

/// Packages that the program may run, and those of Alpine.
pub(super) fn at_run_time(image: &ForeignImage, own: &Image, ours: Ours) -> Vec<Difference> {
    // What is installed where the program is compiled is told with the build.
    if image.compiles {
        return Vec::new();
    }
    let mut found = Vec::new();
    let run = packages(image, own, ours, Why::Run);
    if let Some(first) = run.first().and_then(|package| lacked(own, package)) {
        let what = format!("it installs {}, which {} runs ({})", listed(&run), own.binary, first.place);
        let settings = Settings { runtime_packages: Some(run), ..Settings::default() };
        found.push(Difference::adoptable(what, settings));
    }
    let unknown = packages(image, own, ours, Why::Unknown);
    if !unknown.is_empty() {
        let what = format!("it installs {} at run time", listed(&unknown));
        let remark = "(no crate is known to use them)";
        found.extend(split_by_suite(image, ours, unknown, what).map(|difference| difference.remarked(remark)));
    }
    let alpine: Vec<&String> = image
        .alpine
        .iter()
        .filter(|name| why(name, Some(own), ours) != Why::Supplied && *name != "ca-certificates")
        .collect();
    if !alpine.is_empty() {
        let what = format!("it installs {} with apk", listed(&alpine));
        let keep = "those are Alpine's names; `runtime-packages` takes Debian's".to_owned();
        found.push(Difference::told(what, Some(keep)));
    }
    found
}

/// A library of another suite most likely has another name in ours; it is for the user to find.
fn split_by_suite(
    image: &ForeignImage,
    ours: Ours,
    packages: Vec<String>,
    what: String,
) -> impl Iterator<Item = Difference> {
    let base = image.base.as_deref().unwrap_or_default();
    let same_suite =
        ours.catalog.images.suites().any(|suite| base.contains(suite) && ours.plan.toolchain.image.contains(suite));
    let (certain, libraries): (Vec<String>, Vec<String>) =
        packages.into_iter().partition(|name| same_suite || !name.starts_with("lib"));
    let setting = |names: &Vec<String>| Settings { runtime_packages: Some(names.clone()), ..Settings::default() };
    let all_certain = libraries.is_empty();
    let first = (!certain.is_empty()).then(|| {
        let what = if all_certain { what } else { format!("it installs {} at run time", listed(&certain)) };
        Difference::adoptable(what, setting(&certain))
    });
    let second = (!libraries.is_empty()).then(|| {
        let what = format!("it installs {} at run time, names of another suite perhaps", listed(&libraries));
        Difference::optional(what, &setting(&libraries))
    });
    first.into_iter().chain(second)
}

/// Packages that nothing uses.
pub(super) fn at_run_time_and_unused(image: &ForeignImage, own: &Image, ours: Ours) -> Vec<Difference> {
    let unused = if image.compiles { Vec::new() } else { packages(image, own, ours, Why::Unused) };
    let what = format!("it installs {}, which nothing in the graph uses", listed(&unused));
    let settings = Settings { runtime_packages: Some(unused.clone()), ..Settings::default() };
    (!unused.is_empty()).then(|| Difference::optional(what, &settings)).into_iter().collect()
}

fn packages(image: &ForeignImage, own: &Image, ours: Ours, wanted: Why) -> Vec<String> {
    image.debian.iter().filter(|name| why(name, Some(own), ours) == wanted).cloned().collect()
}
