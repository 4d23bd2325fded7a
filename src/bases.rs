//! What bots move, images and actions: a file as it lies there and as it would be written enter, the second one leaves with
//! what was moved in the first.
//!
//! Dependabot and Renovate change the tag and the digest of `FROM rust:1.95-slim-trixie@sha256:… AS toolchain` and of
//! `image: postgres:17`, and the commit and the comment of `uses: actions/checkout@… # v5`. A digest for the tag that we
//! would write is kept, and so are a newer version and another commit.

/// The text with the images of `old`, where somebody moved them. Of the images in `fixed`, only the digest may differ.
#[must_use]
pub(crate) fn kept(new: &str, old: &str, fixed: &[&str]) -> String {
    let moved = |line: &str| {
        if let Some(action) = action(line) {
            return old.lines().find(|line| self::action(line) == Some(action)).map(|line| line.trim_end().to_owned());
        }
        let new = From::read(line)?;
        let mut froms = old.lines().filter_map(|line| Some((line, From::read(line)?)));
        let is_same = |old: &From| (old.name, old.flags, tag(old.image).0) == (new.name, new.flags, tag(new.image).0);
        let (line, old) = froms.find(|(_, old)| is_same(old))?;
        let (reference, digest) = old.image.split_once('@').map_or((old.image, None), |(one, two)| (one, Some(two)));
        let is_pinned = reference == new.image && digest.is_some_and(is_digest);
        let is_newer = !fixed.contains(&new.image) && is_newer(reference, new.image) && digest.is_none_or(is_digest);
        (is_pinned || is_newer).then(|| line.trim_end().to_owned())
    };
    new.lines().map(|line| moved(line).unwrap_or_else(|| line.to_owned()) + "\n").collect::<Vec<_>>().concat()
}

/// The text with the digest that `resolve` has for each image; the others stay as they are.
#[must_use]
pub(crate) fn pinned(text: &str, resolve: impl Fn(&str) -> Option<String>) -> String {
    let line = |line: &str| {
        let image = From::read(line.trim_end()).filter(|_| line.starts_with("FROM "))?.image;
        let reference = image.split('@').next().unwrap_or(image);
        Some(line.replacen(image, &format!("{reference}@{}", resolve(reference)?), 1))
    };
    text.split_inclusive('\n').map(|one| line(one).unwrap_or_else(|| one.to_owned())).collect::<Vec<_>>().concat()
}

/// The text without what bots change, for a checksum that outlives it.
#[must_use]
pub(crate) fn without_versions(text: &str) -> String {
    let line = |line: &str| {
        if let Some(action) = action(line.trim_end()) {
            return action.to_owned();
        }
        let Some(from) = From::read(line.trim_end()) else { return line.to_owned() };
        let (name, tag) = tag(from.image);
        line.replacen(from.image, &format!("{name}:{}", tag.map_or("", |tag| version(tag).1)), 1)
    };
    text.split_inclusive('\n').map(line).collect::<Vec<_>>().concat()
}

/// The part of `- uses: actions/checkout@08c6903… # v5` before the commit.
fn action(line: &str) -> Option<&str> {
    let (name, commit) = line.split_once('@')?;
    let commit = commit.split(' ').next().unwrap_or_default();
    let is_commit = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
    (is_commit && name.trim_start().trim_start_matches("- ").starts_with("uses: ")).then_some(name)
}

/// `FROM --platform=$BUILDPLATFORM rust:1.95-slim-trixie AS toolchain`, or `image: postgres:17`.
struct From<'a> {
    flags: Option<&'a str>,
    image: &'a str,
    name: Option<&'a str>,
}

impl<'a> From<'a> {
    /// Reads a line; `None` where it names no image with a tag or a digest, but a stage.
    fn read(line: &'a str) -> Option<Self> {
        let words = line.strip_prefix("FROM ").or_else(|| line.trim_start().strip_prefix("image: "));
        let mut words = words?.split_whitespace().peekable();
        let flags = words.next_if(|word| word.starts_with("--"));
        let image = words.next().filter(|image| tag(image).1.is_some() || image.contains('@'))?;
        let name = words.next().filter(|word| word.eq_ignore_ascii_case("as")).and_then(|_| words.next());
        words.next().is_none().then_some(Self { flags, image, name })
    }
}

/// The name of an image and its tag. A colon before the last slash is that of a port.
fn tag(image: &str) -> (&str, Option<&str>) {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (image, None),
    }
}

/// The version that a tag begins with, and the rest: `1.95` and `-slim-trixie`.
fn version(tag: &str) -> (&str, &str) {
    let end = tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len());
    tag.split_at(end)
}

/// Whether one reference has a newer version than another one of the same image and kind.
fn is_newer(one: &str, than: &str) -> bool {
    let ((one_name, Some(one)), (than_name, Some(than))) = (tag(one), tag(than)) else { return false };
    let ((one, one_kind), (than, than_kind)) = (version(one), version(than));
    let numbers = |version: &str| -> Option<Vec<u64>> { version.split('.').map(|part| part.parse().ok()).collect() };
    let (Some(one), Some(than)) = (numbers(one), numbers(than)) else { return false };
    one_name == than_name && one_kind == than_kind && one > than
}

/// `sha256:` and 64 digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:2a0d9b2e8e5a4e1e6c1f0a9c4b7d3f5e6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d";

    #[test]
    fn what_bots_write_is_kept() {
        let new = "FROM rust:1.95-slim-trixie AS toolchain\nRUN true\nFROM toolchain AS build\n";
        for image in [
            "rust:1.96-slim-trixie".to_owned(),
            "rust:1.95.1-slim-trixie".to_owned(),
            format!("rust:1.95-slim-trixie@{DIGEST}"),
            format!("rust:2.0-slim-trixie@{DIGEST}"),
        ] {
            let old = new.replace("rust:1.95-slim-trixie", &image);
            assert_eq!(kept(new, &old, &[]), old);
            assert_eq!(without_versions(&old), without_versions(new));
        }
    }

    #[test]
    fn images_and_actions_of_other_files_are_kept() {
        let new = "  postgres:\n    image: postgres:17\n  redis:\n    image: redis:8\n      - uses: actions/checkout@0123456789012345678901234567890123456789 # v1\n";
        let old = new.replace("postgres:17", "postgres:18").replace(
            "@0123456789012345678901234567890123456789 # v1",
            "@abcdef6789012345678901234567890123456789 # v2",
        );
        assert_eq!(kept(new, &old, &[]), old);
        assert_eq!(without_versions(&old), without_versions(new));
        assert_ne!(without_versions(&old.replace("actions/checkout", "evil/checkout")), without_versions(new));
        assert_eq!(
            kept(new, &old.replace("actions/checkout", "evil/checkout"), &[]).lines().last(),
            new.lines().last()
        );
    }

    #[test]
    fn what_is_resolved_is_pinned() {
        let text = "FROM rust:1.95 AS a\nFROM debian:trixie AS b\nFROM a AS c\n# FROM rust:1.95\n";
        let pinned = pinned(text, |image| (image == "rust:1.95").then(|| DIGEST.to_owned()));
        assert_eq!(pinned, text.replacen("rust:1.95", &format!("rust:1.95@{DIGEST}"), 1));
        assert_eq!(without_versions(&pinned), without_versions(text));
        // What was pinned before is kept where nothing new is known, and gives way where something is.
        assert_eq!(kept(text, &pinned, &[]), pinned);
        let newer = pinned.replace("2a0d", "ffff");
        assert_eq!(kept(&newer, &pinned, &[]), newer);
    }

    #[test]
    fn what_nobody_should_have_moved_is_not() {
        let new = "FROM rust:1.95-slim-trixie AS toolchain\n";
        for image in [
            "rust:1.94-slim-trixie",
            "rust:1.96-slim-bookworm",
            "rust:1.96-alpine",
            "rust:latest",
            "example.com/rust:1.96-slim-trixie",
            "rust:1.95-slim-trixie@sha256:12",
            "toolchain",
        ] {
            assert_eq!(kept(new, &new.replace("rust:1.95-slim-trixie", image), &[]), new, "{image}");
        }
    }

    #[test]
    fn a_version_that_somebody_asked_for_takes_a_digest_alone() {
        let new = "FROM rust:1.95-slim-trixie AS toolchain\n";
        let fixed = ["rust:1.95-slim-trixie"];
        assert_eq!(kept(new, &new.replace("1.95", "1.96"), &fixed), new);
        let pinned = new.replace("trixie", &format!("trixie@{DIGEST}"));
        assert_eq!(kept(new, &pinned, &fixed), pinned);
    }

    #[test]
    fn images_of_each_form_are_read() {
        for (line, image) in [
            ("FROM rust:1.95-slim-trixie AS toolchain", Some("rust:1.95-slim-trixie")),
            ("FROM --platform=$BUILDPLATFORM rust:1.95 as toolchain", Some("rust:1.95")),
            ("FROM localhost:5000/rust:1.95", Some("localhost:5000/rust:1.95")),
            ("FROM gcr.io/distroless/cc-debian13:nonroot AS base", Some("gcr.io/distroless/cc-debian13:nonroot")),
            ("FROM localhost:5000/rust AS base", None),
            ("FROM base AS server", None),
            ("FROM scratch AS server", None),
            ("# FROM rust:1.95", None),
        ] {
            assert_eq!(From::read(line).map(|from| from.image), image, "{line}");
        }
    }
}
