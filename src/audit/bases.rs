//! Rules about base images.

use super::file::{File, image_name, image_short_name, image_tag};
use super::rule::Finding;
use crate::foreign::{Stage, rust_version};

/// Versions of glibc by what tags and names of images say of their suite. Sources: packages.debian.org/libc6,
/// packages.ubuntu.com/libc6
const GLIBC: [(&str, u32); 14] = [
    ("buster", 28),
    ("debian10", 28),
    ("focal", 31),
    ("bullseye", 31),
    ("debian11", 31),
    ("jammy", 35),
    ("bookworm", 36),
    ("debian12", 36),
    ("noble", 39),
    ("trixie", 41),
    ("debian13", 41),
    ("bionic", 27),
    ("xenial", 23),
    ("stretch", 24),
];

/// The release with which the start of a program changed: one that was linked later does not start on an earlier glibc.
/// <https://sourceware.org/glibc/wiki/Release/2.34>
const NEW_START: u32 = 34;

/// Versions of Ubuntu and Debian by number, as names of the table above.
const BY_NUMBER: [(&str, &str, &str); 12] = [
    ("ubuntu", "16.04", "xenial"),
    ("ubuntu", "18.04", "bionic"),
    ("ubuntu", "20.04", "focal"),
    ("ubuntu", "22.04", "jammy"),
    ("ubuntu", "24.04", "noble"),
    ("ubuntu", "latest", "noble"),
    ("debian", "10", "buster"),
    ("debian", "11", "bullseye"),
    ("debian", "12", "bookworm"),
    ("debian", "13", "trixie"),
    ("debian", "stable", "trixie"),
    ("debian", "latest", "trixie"),
];

/// Suites without security updates for everybody, as of November 2026.
/// <https://wiki.debian.org/LTS>, <https://ubuntu.com/about/release-cycle>
const ENDED: [&str; 10] =
    ["stretch", "buster", "bullseye", "xenial", "bionic", "focal", "debian9", "debian10", "debian11", "debian12"];

/// The oldest release of Alpine with updates, as of November 2026. <https://alpinelinux.org/releases/>
const OLDEST_ALPINE: u32 = 21;

/// What a program finds to run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Libc {
    /// glibc 2.N.
    Glibc(u32),
    /// Alpine's.
    Musl,
    /// Scratch and images for static programs.
    None,
}

/// The C library of an image, where its name says it.
pub(super) fn libc(image: &str) -> Option<Libc> {
    let (name, tag) = (image_name(image), image_tag(image).unwrap_or("latest"));
    let last = image_short_name(image);
    if name == "scratch" || last.starts_with("static") && name.contains("distroless") {
        return Some(Libc::None);
    }
    if tag.contains("alpine") || last == "alpine" {
        return Some(Libc::Musl);
    }
    let text = format!("{last}:{tag}");
    if let Some((_, version)) = GLIBC.iter().find(|(suite, _)| text.contains(suite)) {
        return Some(Libc::Glibc(*version));
    }
    let suite = match suite_by_number(last, tag) {
        Some(suite) => suite,
        None if last == "debian" && tag == "slim" => "trixie",
        None if last == "rust" || last == "cargo-chef" => suite_of_rust(image)?,
        None => return None,
    };
    GLIBC.iter().find(|(known, _)| *known == suite).map(|(_, version)| Libc::Glibc(*version))
}

/// The suite that a number in a tag means: `debian:12-slim`.
fn suite_by_number(name: &str, tag: &str) -> Option<&'static str> {
    let tag = tag.trim_end_matches("-slim");
    BY_NUMBER.iter().find(|(of, number, _)| *of == name && *number == tag).map(|(_, _, suite)| *suite)
}

/// The suite that a Rust image has whose tag names none.
/// <https://github.com/docker-library/official-images/blob/master/library/rust>
fn suite_of_rust(image: &str) -> Option<&'static str> {
    let Some(version) = rust_version(image) else { return Some("trixie") };
    let minor: u32 = version.split('.').nth(1)?.parse().ok()?;
    Some(match minor {
        ..71 => "bullseye",
        71..89 => "bookworm",
        _ => "trixie",
    })
}

pub(super) fn check(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for stage in file.used() {
        let Some(base) = stage.base.as_deref().filter(|_| stage.parent.is_none()) else { continue };
        if base == "scratch" {
            continue;
        }
        // Distroless has the suite in its names.
        if !base.contains('@')
            && !image_name(base).contains("distroless")
            && matches!(image_tag(base), None | Some("latest"))
        {
            found.push(Finding::new("base-without-version", &stage.from, format!("`{base}` is whatever is newest")));
        }
        found.extend(end_of_life(base).map(|said| Finding::new("end-of-life-base", &stage.from, said)));
        let is_fixed = stage.platform.as_ref().filter(|platform| !platform.contains('$'));
        if let (Some(platform), true) = (is_fixed, file.compiles(stage)) {
            found.push(Finding::new(
                "emulated-build",
                &stage.from,
                format!("it is compiled on {platform} wherever it is built"),
            ));
        }
    }
    found.extend(glibc(file));
    found
}

fn end_of_life(image: &str) -> Option<String> {
    let (name, tag) = (image_name(image), image_tag(image).unwrap_or_default());
    let last = image_short_name(image);
    let text = format!("{last}:{tag} {}", suite_by_number(last, tag).unwrap_or_default());
    // Distroless ends its images a year after Debian has a newer release, Debian itself goes on for longer.
    let is_ended = |suite: &&&str| !suite.starts_with("debian") || name.contains("distroless");
    if let Some(suite) = ENDED.iter().filter(is_ended).find(|suite| text.contains(**suite)) {
        return Some(format!("`{image}`: {suite} gets no security updates any more"));
    }
    let alpine = if last == "alpine" { Some(tag) } else { tag.split_once("alpine").map(|(_, version)| version) };
    let minor: u32 = alpine?.split('.').nth(1)?.parse().ok()?;
    (alpine?.starts_with("3.") && minor < OLDEST_ALPINE)
        .then(|| format!("`{image}`: this Alpine gets no security updates any more"))
}

/// Whether what one stage links can run in the last one.
fn glibc(file: &File) -> Option<Finding> {
    let last = file.last();
    let builder = file.builder()?;
    if file.chain(last).any(|stage| std::ptr::eq(stage, builder)) || file.is_static(builder) {
        return None;
    }
    let Libc::Glibc(linked) = libc(builder.base.as_deref()?)? else { return None };
    let runtime = last.base.as_deref()?;
    let (rule, said) = match libc(runtime)? {
        Libc::Glibc(has) if has < NEW_START && linked >= NEW_START => {
            ("older-glibc", format!("it is linked with glibc 2.{linked}, and `{runtime}` has 2.{has}"))
        }
        Libc::Glibc(has) if has < linked => {
            ("other-glibc", format!("it is linked with glibc 2.{linked}, and `{runtime}` has 2.{has}"))
        }
        Libc::Glibc(_) => return None,
        Libc::Musl if file.installs(last, &["gcompat", "libc6-compat", "glibc"]) => return None,
        Libc::Musl => ("older-glibc", format!("it is linked with glibc, and `{runtime}` has musl")),
        Libc::None if copies_libc(last) => return None,
        Libc::None => ("older-glibc", format!("it is linked with glibc, and `{runtime}` has none")),
    };
    Some(Finding::new(rule, &last.from, said))
}

/// Whether somebody brings a libc along by hand.
fn copies_libc(stage: &Stage) -> bool {
    stage.copies().any(|(_, sources, _)| sources.iter().any(|path| path.contains("/lib") || path.contains("ld-linux")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_tell_their_libc() {
        let glibc = |version| Some(Libc::Glibc(version));
        for (image, expected) in [
            ("rust:1.95-slim-trixie", glibc(41)),
            ("rust:1.80", glibc(36)),
            ("rust", glibc(41)),
            ("rust:1.70-alpine3.18", Some(Libc::Musl)),
            ("lukemathwalker/cargo-chef:latest-rust-1.80-bookworm", glibc(36)),
            ("debian:12-slim", glibc(36)),
            ("ubuntu:22.04", glibc(35)),
            ("gcr.io/distroless/cc-debian12:nonroot", glibc(36)),
            ("gcr.io/distroless/static", Some(Libc::None)),
            ("alpine", Some(Libc::Musl)),
            ("registry.example.com/own/base:3", None),
        ] {
            assert_eq!(libc(image), expected, "{image}");
        }
    }

    #[test]
    fn suites_end() {
        for image in [
            "debian:buster-slim",
            "rust:1.60-bullseye",
            "ubuntu:20.04",
            "alpine:3.18",
            "debian:11",
            "rust:1.70-alpine3.18",
            "gcr.io/distroless/cc-debian12",
        ] {
            assert!(end_of_life(image).is_some(), "{image}");
        }
        for image in
            ["debian:bookworm-slim", "debian:12", "ubuntu:24.04", "alpine:3.22", "alpine", "rust:1.95", "rust:1-alpine"]
        {
            assert_eq!(end_of_life(image), None, "{image}");
        }
    }
}
