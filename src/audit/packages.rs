//! Rules about what images have: Rust, and packages to compile and to run.

use std::collections::BTreeSet;

use semver::Version;

use super::Facts;
use super::bases::{Libc, libc};
use super::file::{File, image_name, image_short_name, image_tag};
use super::rule::Finding;
use crate::foreign::{Stage, is_same_library, rust_version};
use crate::plan::{DebianPackage, Lacked};

/// Packages of the full Rust image that crates ask for. <https://github.com/docker-library/buildpack-deps>
const FULL_IMAGE_HAS: [&str; 43] = [
    "autoconf",
    "automake",
    "bzip2",
    "ca-certificates",
    "curl",
    "default-libmysqlclient-dev",
    "file",
    "g++",
    "gcc",
    "git",
    "libbz2-dev",
    "libc6-dev",
    "libcurl4-openssl-dev",
    "libdb-dev",
    "libevent-dev",
    "libffi-dev",
    "libgdbm-dev",
    "libglib2.0-dev",
    "libgmp-dev",
    "libjpeg-dev",
    "libkrb5-dev",
    "liblzma-dev",
    "libmagickcore-dev",
    "libmagickwand-dev",
    "libmaxminddb-dev",
    "libncurses-dev",
    "libncurses5-dev",
    "libpng-dev",
    "libpq-dev",
    "libreadline-dev",
    "libsqlite3-dev",
    "libssl-dev",
    "libtool",
    "libwebp-dev",
    "libxml2-dev",
    "libxslt1-dev",
    "libyaml-dev",
    "make",
    "perl",
    "pkg-config",
    "pkgconf",
    "tzdata",
    "zlib1g-dev",
];

/// Packages that bring another one along.
const BRING: [(&str, &[&str]); 14] = [
    ("ca-certificates", &["libssl3", "libssl3t64"]),
    ("curl", &["libcurl4t64", "libssl3", "libssl3t64"]),
    ("libpq5", &["libssl3", "libssl3t64"]),
    ("openssl", &["libssl3", "libssl3t64"]),
    ("postgresql-client", &["libpq5", "libssl3", "libssl3t64"]),
    ("build-essential", &["gcc", "g++", "make", "libc6-dev", "perl"]),
    ("g++", &["gcc"]),
    ("clang", &["libclang-dev"]),
    ("llvm-dev", &["libclang-dev"]),
    ("libclang-dev", &["clang"]),
    ("libmysqlclient-dev", &["libmariadb-dev"]),
    ("default-libmysqlclient-dev", &["libmariadb-dev"]),
    ("libmariadb-dev-compat", &["libmariadb-dev"]),
    ("pkgconf", &["pkg-config"]),
];

/// Settings that bring packages into our own files alone.
const OF_SETTINGS: [&str; 2] = ["healthcheck", "init"];

/// Packages that only builds need.
const OF_BUILDS: [&str; 13] = [
    "autoconf",
    "automake",
    "build-essential",
    "cargo",
    "clang",
    "cmake",
    "g++",
    "gcc",
    "libtool",
    "make",
    "pkg-config",
    "pkgconf",
    "rustc",
];

pub(super) fn check(file: &File, facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(needless(file));
    if let Some(builder) = file.builder() {
        found.extend(old_rust(file, builder, facts));
        found.extend(missing_to_build(file, builder, facts));
        found.extend(missing_at_run_time(file, builder, facts));
        found.extend(missing_programs(file, builder, facts));
    }
    found
}

fn old_rust(file: &File, builder: &Stage, facts: &Facts) -> Option<Finding> {
    let (workspace, _) = facts.known?;
    let (wanted, by) = workspace.rust_version.as_ref()?;
    // rustup, which the image has, takes what the toolchain file says.
    if workspace.toolchain.as_ref().is_some_and(|file| file.channel.is_some()) {
        return None;
    }
    let first = file.chain(builder).next()?;
    let image = first.base.as_deref()?;
    let version = rust_version(image)?;
    let parts: Vec<u64> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    let [major, minor, patch @ ..] = parts.as_slice() else { return None };
    // Without a patch version it is the newest one.
    let has = Version::new(*major, *minor, patch.first().copied().unwrap_or(u64::MAX));
    let names_toolchain = |words: &[String]| words.iter().any(|word| word.starts_with('+') && word.len() > 1);
    let mut calls = file.chain(builder).flat_map(|stage| stage.commands().map(|(_, words)| words));
    let installs_another = file.runs(builder, "rustup") || calls.any(names_toolchain);
    (has < *wanted && !installs_another).then(|| {
        Finding::new("old-rust", &first.from, format!("`{image}` has Rust {version}, and {by} asks for {wanted}"))
    })
}

/// Whether an image is Debian's or Ubuntu's, whose packages the catalogue knows.
fn is_debian(image: &str) -> bool {
    matches!(libc(image), Some(Libc::Glibc(_)))
}

fn is_full_rust(image: &str) -> bool {
    let name = image_short_name(image);
    ["rust", "cargo-chef"].contains(&name) && !image_tag(image).unwrap_or_default().contains("slim")
}

/// Whether one of the installed packages is this one, or brings it.
fn has(installed: &BTreeSet<&str>, wanted: &str) -> bool {
    wanted.split('|').map(str::trim).any(|wanted| {
        let is_it = |name: &str| {
            let follows = |rest: &str| rest.starts_with('-');
            name == wanted || is_same_library(name, wanted) || name.strip_prefix(wanted).is_some_and(follows)
        };
        // Headers depend on the library itself.
        let has_headers = |name: &str| name.strip_suffix("-dev").is_some_and(|name| is_same_library(name, wanted));
        installed.iter().any(|name| {
            let brought = BRING.iter().filter(|(package, _)| package == name).flat_map(|(_, brings)| *brings);
            is_it(name) || has_headers(name) || brought.copied().any(is_it)
        })
    })
}

fn missing_to_build(file: &File, builder: &Stage, facts: &Facts) -> Option<Finding> {
    let base = builder.base.as_deref().filter(|base| is_debian(base))?;
    let name = image_short_name(base);
    // What others put into their images is not known.
    let is_known = ["rust", "cargo-chef", "debian", "ubuntu"].contains(&name);
    if !is_known || file.hides_packages(builder) || file.is_static(builder) {
        return None;
    }
    let mut installed = file.packages(builder);
    // What another stage has compiled comes along with its artefacts.
    let helpers = builder.copies().filter_map(|(from, ..)| file.named(from?)).map(|number| file.stage(number));
    installed.extend(helpers.filter(|stage| file.compiles(stage)).flat_map(|stage| file.packages(stage)));
    // A build script may do without git.
    installed.insert("git");
    if is_full_rust(base) {
        installed.extend(FULL_IMAGE_HAS);
    } else if ["rust", "cargo-chef"].contains(&name) {
        installed.extend(["gcc", "libc6-dev", "ca-certificates"]);
    }
    let missing = missing(&facts.known?.1.toolchain.packages, &installed)?;
    let place = &file.step(&file.final_build(builder)?).place;
    Some(Finding::new("missing-build-package", place, missing))
}

/// The base of the image, where it is one of Debian's that nothing is compiled in and whose packages can be seen.
fn runtime_base<'a>(file: &'a File, builder: &Stage) -> Option<&'a str> {
    let last = file.last();
    if file.chain(last).any(|stage| std::ptr::eq(stage, builder)) || file.hides_packages(last) {
        return None;
    }
    let base = last.base.as_deref().filter(|base| is_debian(base))?;
    (is_distroless(base) || ["debian", "ubuntu"].contains(&image_short_name(base))).then_some(base)
}

fn is_distroless(base: &str) -> bool {
    image_name(base).contains("distroless")
}

fn missing_at_run_time(file: &File, builder: &Stage, facts: &Facts) -> Option<Finding> {
    let last = file.last();
    let image = facts.image(file)?;
    let base = runtime_base(file, builder).filter(|_| !file.is_static(builder))?;
    // Whoever copies libraries by hand knows which.
    if last.copies().any(|(from, sources, _)| {
        from.is_some() && sources.iter().any(|path| path.contains(".so") || path.contains("/lib"))
    }) {
        return None;
    }
    let mut installed = file.packages(last);
    let is_bundle = |path: &String| path.contains("/etc/ssl") || path.contains("ca-cert");
    if last.copies().any(|(_, sources, _)| sources.iter().any(is_bundle)) {
        installed.insert("ca-certificates");
    }
    if is_distroless(base) {
        installed.extend(["ca-certificates", "tzdata", "libssl3", "libssl3t64"]);
    }
    // The program has certificates of its own.
    let crates =
        facts.known?.0.binaries.iter().filter(|binary| binary.name == image.binary).flat_map(|binary| &binary.crates);
    if crates.into_iter().any(|krate| krate.name.starts_with("webpki-root")) {
        installed.insert("ca-certificates");
    }
    let missing = missing(&image.packages, &installed)?;
    Some(Finding::new("missing-runtime-package", &last.from, missing))
}

/// Programs that the program runs, in no package of the image and not copied.
fn missing_programs(file: &File, builder: &Stage, facts: &Facts) -> Option<Finding> {
    let last = file.last();
    let image = facts.image(file)?;
    let base = runtime_base(file, builder)?;
    let installed = file.packages(last);
    let is_copied = |name: &str| {
        let mut sources = last.copies().flat_map(|(_, sources, _)| sources);
        sources.any(|path| path.rsplit('/').next() == Some(name))
    };
    let is_there = |lacked: &Lacked| {
        lacked.is_in_slim && !is_distroless(base)
            || is_copied(&lacked.name)
            || lacked.is_held_by(|package| has(&installed, package))
    };
    let missing: Vec<String> = (image.at_run_time.lacks.iter().filter(|lacked| !is_there(lacked)))
        .map(|lacked| format!("{} ({})", lacked.name, lacked.place))
        .collect();
    (!missing.is_empty()).then(|| Finding::new("missing-program", &last.from, missing.join(", ")))
}

/// Packages that are wanted and not there, each with the crates that want it.
fn missing(wanted: &[DebianPackage], installed: &BTreeSet<&str>) -> Option<String> {
    let missing: Vec<String> = wanted
        .iter()
        .filter(|package| !package.because.iter().all(|by| OF_SETTINGS.contains(&by.as_str())))
        .filter(|package| !has(installed, &package.name))
        .map(|package| format!("{} ({})", package.name, package.because.join(", ")))
        .collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

fn needless(file: &File) -> Option<Finding> {
    let last = file.last();
    if file.compiles(last) || file.builder().is_none() {
        return None;
    }
    let packages = file.packages(last);
    let of_builds: Vec<&str> =
        packages.into_iter().filter(|name| OF_BUILDS.contains(name) || name.ends_with("-dev")).collect();
    (!of_builds.is_empty()).then(|| Finding::new("needless-package", &last.from, of_builds.join(", ")))
}
