//! Base images in FROM lines, which bots move: a Dockerfile as it lies there and as it would be written enter, the second
//! one leaves with what was moved in the first.
//!
//! Dependabot and Renovate change the tag and the digest of `FROM rust:1.95-slim-trixie@sha256:… AS toolchain`, and
//! nothing else. A digest for the tag that we would write is kept, and so is a newer version of it.

/// The text with the images of `old`, where somebody moved them. Of the images in `fixed`, only the digest may differ.
#[must_use]
pub(crate) fn kept(new: &str, old: &str, fixed: &[&str]) -> String {
    let moved = |line: &str| {
        let new = From::read(line)?;
        let mut froms = old.lines().filter_map(|line| Some((line, From::read(line)?)));
        let (line, old) = froms.find(|(_, old)| old.name == new.name && old.flags == new.flags)?;
        let (reference, digest) = old.image.split_once('@').map_or((old.image, None), |(one, two)| (one, Some(two)));
        let is_pinned = reference == new.image && digest.is_some_and(is_digest);
        let is_newer = !fixed.contains(&new.image) && is_newer(reference, new.image) && digest.is_none_or(is_digest);
        (is_pinned || is_newer).then(|| line.trim_end().to_owned())
    };
    new.lines().map(|line| moved(line).unwrap_or_else(|| line.to_owned()) + "\n").collect::<Vec<_>>().concat()
}

/// The text without what bots change, for a checksum that outlives it.
#[must_use]
pub(crate) fn without_versions(text: &str) -> String {
    let line = |line: &str| match From::read(line.trim_end()) {
        Some(from) => {
            let (name, tag) = tag(from.image);
            line.replacen(from.image, &format!("{name}:{}", tag.map_or("", |tag| version(tag).1)), 1)
        }
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect::<Vec<_>>().concat()
}

/// `FROM --platform=$BUILDPLATFORM rust:1.95-slim-trixie AS toolchain`
struct From<'a> {
    flags: Option<&'a str>,
    image: &'a str,
    name: Option<&'a str>,
}

impl<'a> From<'a> {
    /// Reads a line; `None` where it names no image with a tag or a digest, but a stage.
    fn read(line: &'a str) -> Option<Self> {
        let mut words = line.strip_prefix("FROM ")?.split_whitespace().peekable();
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
fn is_digest(text: &str) -> bool {
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
