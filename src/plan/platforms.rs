//! Platforms that the toolchain compiles for, whatever the builder is: what was asked for enters; the platforms, and the
//! variables that tell compilers, cargo and pkg-config of each, leave.
//!
//! The toolchain runs on the builder's own platform, so that nothing is emulated. Each platform has a stage of variables,
//! and the builder chooses one by `TARGETARCH`.
//! <https://docs.docker.com/build/building/multi-platform/#cross-compilation>

use serde::Serialize;

use super::basis::Basis;
use super::images::Pair;
use super::reasons::DebianPackage;
use super::runtime::Runtime;
use super::target;
use crate::catalog::{self, Catalog, Platform, Suite};
use crate::error::{Failure, quoted};
use crate::settings::BuildSettings;
use crate::workspace::Workspace;

/// The stage that the platforms' begin with.
pub(super) const STAGE: &str = "rust";
/// Debian's name of the architecture that is built for, in the build stage.
pub(super) const DEBIAN: &str = "$DEBIAN_ARCH";
/// What compilers and folders of libraries are named for there.
pub(super) const TRIPLET: &str = "$TRIPLET";
/// The target triple there.
pub(super) const TARGET: &str = "$CARGO_BUILD_TARGET";

/// A platform that the toolchain compiles for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TargetPlatform {
    /// As builders call it.
    pub name: String,
    /// The stage with its variables.
    pub stage: String,
    /// The variables.
    pub env: Vec<Pair>,
}

/// The platforms that somebody asked for, or the one of a target that is none of the usual builder; none where the image is
/// built for whatever the builder is.
pub(super) fn asked_for<'c>(
    workspace: &Workspace,
    settings: &BuildSettings,
    runtime: Runtime,
    suite: &Suite,
    catalog: &'c Catalog,
) -> Result<Vec<&'c Platform>, Failure> {
    let known = &catalog.images.platform;
    let target = &workspace.selection.target;
    let names = || known.iter().map(|platform| platform.name.as_str());
    let found: Vec<&Platform> = match &settings.platforms {
        Some(asked) => {
            if let Some(unknown) = asked.iter().find(|asked| !names().any(|name| name == asked.as_str())) {
                return Err(Failure::new(format!("nothing is known of platform `{unknown}`")).help_nearest(
                    unknown,
                    names(),
                    || Some(format!("platforms are {}", quoted(names()))),
                ));
            }
            known.iter().filter(|platform| asked.contains(&platform.name)).collect()
        }
        None if workspace.selection.target_named_by.is_some() => {
            let is_of_target = |platform: &&Platform| {
                [false, true].into_iter().any(|is_musl| platform.triple(is_musl) == Some(target))
            };
            // What the usual builder compiles for by itself needs nothing of all this.
            known.iter().skip(1).filter(is_of_target).collect()
        }
        None => Vec::new(),
    };
    let by = if settings.platforms.is_some() { "`--platform`".to_owned() } else { format!("target {target}") };
    if !found.is_empty() && !suite.compiles_across {
        let able = &catalog.images.preferred_suite().name;
        return Err(Failure::new(format!("{by} wants compilers that Debian {able} has, and not {}", suite.name))
            .help(format!("use `--suite {able}`")));
    }
    for platform in &found {
        let lacks = match runtime {
            Runtime::Scratch => platform.triple(true).is_none().then_some("Rust has no standard library for musl"),
            Runtime::Distroless => (!platform.distroless).then_some("there is no distroless image"),
            Runtime::Slim => None,
        };
        if let Some(lacks) = lacks {
            return Err(Failure::new(format!("{runtime} is impossible on {}: {lacks}", platform.name))
                .help("use another runtime, as in `--slim`, or leave that platform out"));
        }
    }
    Ok(found)
}

/// The stages of all platforms; the packages of the build stage say who is to be told.
pub(super) fn stages(basis: &Basis, packages: &[DebianPackage]) -> Vec<TargetPlatform> {
    let has = |name: &str| packages.iter().any(|package| package.name == name);
    let stage = |platform: &&Platform| {
        let (triple, triplet) = (target::triple_of(platform, basis), &platform.triplet);
        let in_name = triple.replace('-', "_");
        let mut env = vec![
            ("CARGO_BUILD_TARGET".to_owned(), triple.to_owned()),
            (format!("CARGO_TARGET_{}_LINKER", in_name.to_uppercase()), format!("{triplet}-gcc")),
            ("DEBIAN_ARCH".to_owned(), platform.debian.clone()),
            ("TRIPLET".to_owned(), triplet.clone()),
        ];
        if has("pkg-config") {
            env.push((format!("PKG_CONFIG_{in_name}"), format!("{triplet}-pkg-config")));
        }
        // Where the builder's platform is this one, nobody looks for the long name.
        if has("g++-for-host") {
            env.push((format!("CXX_{in_name}"), format!("{triplet}-g++")));
        }
        // The crate cc takes the compiler that is named like the linker, and clang knows only glibc's headers.
        if has("musl-tools") {
            let of_musl = triplet.replace("gnu", "musl");
            env.push((format!("CC_{in_name}"), format!("{of_musl}-gcc")));
            env.push((format!("AR_{in_name}"), format!("{triplet}-ar")));
            if has("libclang-dev") {
                env.push((format!("BINDGEN_EXTRA_CLANG_ARGS_{in_name}"), format!("-I/usr/include/{of_musl}")));
            }
        }
        let env = env.into_iter().map(|(name, value)| Pair { name, value }).collect();
        TargetPlatform { name: platform.name.clone(), stage: stage_name(platform), env }
    };
    basis.platforms.iter().map(stage).collect()
}

/// The platforms as builders call them.
pub(super) fn names(basis: &Basis) -> Vec<String> {
    basis.platforms.iter().map(|platform| platform.name.clone()).collect()
}

/// The stage of the platform that a builder builds for.
pub(super) fn chosen_stage(basis: &Basis) -> Option<String> {
    let has_variants = basis.platforms.iter().any(|platform| platform.name.split('/').count() > 2);
    let variant = if has_variants { "$TARGETVARIANT" } else { "" };
    (!basis.platforms.is_empty()).then(|| format!("for-$TARGETARCH{variant}"))
}

/// `for-arm64`, which `FROM for-$TARGETARCH` finds.
pub(super) fn stage_name(platform: &Platform) -> String {
    format!("for-{}", platform.architecture())
}

/// A package whose program goes into the image.
pub(super) fn of_image(name: &str, basis: &Basis) -> String {
    if basis.platforms.is_empty() { name.to_owned() } else { format!("{name}:{DEBIAN}") }
}

/// The package as it is installed for the program: compilers and libraries are those of the platform.
pub(super) fn package(name: &str, basis: &Basis) -> String {
    if basis.platforms.is_empty() {
        return name.to_owned();
    }
    let (plain, version) = name.find('=').map_or((name, ""), |at| name.split_at(at));
    match plain {
        "g++" | "gcc" | "gfortran" => format!("{plain}-for-host:{DEBIAN}{version}"),
        _ if catalog::is_of_target(&basis.suite.name, plain) => format!("{plain}:{DEBIAN}{version}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Selection;

    /// The names of the platforms, or the error with its steps.
    fn found(
        target: Option<&str>,
        platforms: Option<&[&str]>,
        runtime: Runtime,
        suite: &str,
    ) -> Result<Vec<String>, String> {
        let selection = Selection {
            target: target.unwrap_or("x86_64-unknown-linux-gnu").to_owned(),
            target_named_by: target.map(|_| "`--target`".to_owned()),
            ..Selection::default()
        };
        let workspace = Workspace { selection, ..Workspace::default() };
        let platforms = platforms.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
        let settings = BuildSettings { platforms, ..BuildSettings::default() };
        let catalog = Catalog::load().unwrap();
        let suite = catalog.images.suite(suite).unwrap();
        asked_for(&workspace, &settings, runtime, suite, &catalog)
            .map(|found| found.into_iter().map(|platform| platform.name.clone()).collect())
            .map_err(|failure| format!("{failure}; {}", failure.steps().join("; ")))
    }

    #[test]
    fn a_target_of_another_architecture_is_a_platform() {
        let named = |target| found(Some(target), None, Runtime::Distroless, "trixie").unwrap();
        assert_eq!(named("aarch64-unknown-linux-gnu"), ["linux/arm64"]);
        assert_eq!(named("armv7-unknown-linux-musleabihf"), ["linux/arm/v7"]);
        assert!(named("x86_64-unknown-linux-gnu").is_empty(), "every usual builder has it");
        assert!(named("aarch64-linux-android").is_empty());
        assert!(found(None, None, Runtime::Slim, "bookworm").unwrap().is_empty());
    }

    #[test]
    fn platforms_that_cannot_be_are_refused_with_a_way_out() {
        let asked = |platform, runtime, suite| found(None, Some(&[platform]), runtime, suite);
        assert_eq!(asked("linux/s390x", Runtime::Distroless, "trixie").unwrap(), ["linux/s390x"]);
        for (asked, said) in [
            (asked("linux/arm65", Runtime::Slim, "trixie"), "did you mean `linux/arm64`?"),
            (asked("linux/s390x", Runtime::Scratch, "trixie"), "scratch is impossible on linux/s390x"),
            (asked("linux/arm64", Runtime::Slim, "bookworm"), "use `--suite trixie`"),
        ] {
            let error = asked.unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
