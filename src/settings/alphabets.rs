//! What values may be made of: a text enters, whether it can be what its key means leaves.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use bytesize::ByteSize;

use super::{HealthCommand, Healthcheck, ManifestPath, Port};
use crate::error::Failure;

/// Refuses a value of `key` with a text that is not what is expected.
pub(super) fn must_be(key: &str, value: &impl Texts, accepts: fn(&str) -> bool, expected: &str) -> Result<(), Failure> {
    match value.texts().find(|text| !accepts(text)) {
        Some(text) => Err(Failure::new(format!("`{key}` has {text:?}, expected {expected}"))),
        None => Ok(()),
    }
}

/// The texts in a value that have to be of a form.
pub(super) trait Texts {
    fn texts(&self) -> impl Iterator<Item = &str>;
}

impl Texts for String {
    fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.as_str())
    }
}

impl Texts for ManifestPath {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.path.texts()
    }
}

impl Texts for Port {
    fn texts(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::Number(0) => Some("0"),
            Self::Number(_) => None,
            Self::WithProtocol(text) => Some(text.as_str()),
        }
        .into_iter()
    }
}

impl Texts for Healthcheck {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let words = match self.command() {
            Some(HealthCommand::Exec(words)) => words.as_slice(),
            Some(HealthCommand::Shell(script)) => std::slice::from_ref(script),
            None => &[],
        };
        words.iter().map(String::as_str).chain(self.route().map(|(path, _)| path))
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.iter().flat_map(T::texts)
    }
}

impl<T: Texts> Texts for Option<T> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.iter().flat_map(T::texts)
    }
}

/// The names; values may be any text on one line.
impl Texts for BTreeMap<String, String> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.keys().map(String::as_str)
    }
}

fn made_of(text: &str, extra: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

pub(super) fn is_word(text: &str) -> bool {
    made_of(text, "-_.") && !text.starts_with('-')
}

pub(super) fn is_file_name(text: &str) -> bool {
    is_word(text) && !text.starts_with('.')
}

/// Cargo's own alphabet for features, with `package/feature` and `dep?/feature`.
pub(super) fn is_feature(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && text.chars().all(|c| c.is_alphanumeric() || "-_+./?".contains(c))
}

pub(super) fn is_rust_version(text: &str) -> bool {
    (1..=3).contains(&text.split('.').count())
        && text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// A host with its port, and folders: what may stand before the name of an image.
/// <https://pkg.go.dev/github.com/distribution/reference>
pub(super) fn is_registry(text: &str) -> bool {
    let is_part = |part: &str, more: &str| {
        part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || more.contains(c))
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    let mut parts = text.split('/');
    parts.next().is_some_and(|host| is_part(host, "-.:")) && parts.all(|part| is_part(part, "-._"))
}

/// Debian policy 5.6.1, with an optional `=version`.
pub(super) fn is_debian_package(text: &str) -> bool {
    let (name, version) = text.split_once('=').unwrap_or((text, "1"));
    name.len() > 1
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && made_of(version, ".+-:~*")
}

pub(super) fn is_variable(text: &str) -> bool {
    made_of(text, "_") && !text.starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn is_label(text: &str) -> bool {
    made_of(text, "-_./")
}

pub(super) fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Digits and nothing else: the parser of numbers takes `+1` as well.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn is_numeric_user(text: &str) -> bool {
    let (user, group) = text.split_once(':').unwrap_or((text, "0"));
    [user, group].iter().all(|id| is_number(id) && id.parse::<u32>().is_ok())
}

/// A port from 1 to 65535 or a range of them, with a protocol or without.
pub(super) fn is_port(text: &str) -> bool {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| is_number(text) && *port > 0);
    matches!(protocol, "tcp" | "udp" | "sctp") && port(first).zip(port(last)).is_some_and(|(first, last)| first <= last)
}

/// A time as Docker takes it: `30s`, `1m30s`, `500ms`.
pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - after.len()];
        match ["ms", "s", "m", "h"].iter().find_map(|unit| after.strip_prefix(unit)) {
            Some(next) if number.parse::<f64>().is_ok() => rest = next,
            _ => return false,
        }
    }
    !text.is_empty()
}

/// A folder of the image, absolute or in the working directory.
pub(super) fn is_volume(text: &str) -> bool {
    is_folder(text) || !text.starts_with('/') && is_folder(&format!("/{}", text.strip_prefix("./").unwrap_or(text)))
}

/// A folder of the image other than its root and those that the kernel makes. Each character stands for itself in VOLUME
/// and in a shell.
pub(super) fn is_folder(text: &str) -> bool {
    let names = text.strip_prefix('/').map(|path| path.strip_suffix('/').unwrap_or(path));
    names.is_some_and(|names| {
        names.split('/').all(|name| made_of(name, "-_.@+") && name != "." && name != "..")
            && !["proc", "sys", "dev"].contains(&names.split('/').next().unwrap_or_default())
    })
}

/// A signal by its name or its number.
pub(super) fn is_signal(text: &str) -> bool {
    let is_name = |name: &str| {
        name.len() > 2 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "+-".contains(c))
    };
    text.strip_prefix("SIG").is_some_and(is_name) || text.parse::<u8>().is_ok_and(|number| (1..=64).contains(&number))
}

/// The path of an URL, with its query.
pub(super) fn is_size(text: &str) -> bool {
    text.parse::<ByteSize>().is_ok()
}

pub(super) fn is_route(text: &str) -> bool {
    text.starts_with('/') && made_of(text, "/-_.~%?&=+,:;@")
}

/// The name of a time zone, which is the path of a file.
pub(super) fn is_time_zone(text: &str) -> bool {
    text.split('/').all(|name| made_of(name, "-_+")) && !text.starts_with('-')
}

pub(super) fn is_below(text: &str) -> bool {
    is_relative(text) && Path::new(text).components().all(|part| part != Component::ParentDir)
}

pub(super) fn is_relative(text: &str) -> bool {
    let is_step = |part| matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir);
    is_one_line(text) && !text.is_empty() && Path::new(text).components().all(is_step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_syntax_never_passes_as_a_name() {
        for hostile in ["a;b", "$(x)", "`x`", "a b", "a\nb", "", "-x", "a\"b"] {
            assert!(!is_word(hostile), "{hostile:?}");
            assert!(!is_feature(hostile), "{hostile:?}");
            assert!(!is_debian_package(hostile), "{hostile:?}");
            assert!(!is_variable(hostile), "{hostile:?}");
            assert!(!is_label(hostile) || hostile == "-x", "{hostile:?}");
            assert!(!is_volume(&format!("/{hostile}")) || hostile == "-x", "{hostile:?}");
        }
    }

    #[test]
    fn what_people_write_passes() {
        assert!(is_debian_package("libstdc++6") && is_debian_package("libpq-dev=17.*"));
        assert!(is_feature("tokio/rt-multi-thread") && is_feature("dep?/x"));
        assert!(is_numeric_user("1000") && is_numeric_user("1000:1000") && !is_numeric_user("app"));
        assert!(is_port("53/udp") && is_port("8000-8010") && !is_port("http"));
        for text in ["90-80", "1-2-3", "+80", "0", "65536", "80/", "-80", "80-"] {
            assert!(!is_port(text), "{text}");
        }
        assert!(!is_numeric_user("+1") && !is_numeric_user("1:") && !is_numeric_user("4294967296"));
        assert!(is_volume("/data") && is_volume("/var/lib/app/") && is_volume("/srv/my-app_1.0"));
        assert!(is_volume("data") && is_volume("./data/") && !is_folder("data"));
        assert!(
            is_signal("SIGINT") && is_signal("SIGRTMIN+3") && is_signal("15") && !is_signal("INT") && !is_signal("65")
        );
        assert!(is_time_zone("Europe/Berlin") && is_time_zone("UTC") && is_time_zone("Etc/GMT+1"));
        assert!(!is_time_zone("../etc/passwd") && !is_time_zone("/etc") && !is_time_zone("a b"));
        for text in ["/", "//", "/a/../b", "/./a", "/a//b", "/proc/x", "/dev", "$HOME", "/a b"] {
            assert!(!is_volume(text), "{text}");
        }
        assert!(is_duration("30s") && is_duration("1m30s") && is_duration("500ms") && is_duration("1.5h"));
        for text in ["", "30", "s", "1d", "1s2", "..s", "-1s"] {
            assert!(!is_duration(text), "{text}");
        }
        assert!(is_below("config/*.toml") && !is_below("../x") && !is_below("/etc"));
        assert!(is_relative("../libs/Cargo.toml") && !is_relative("/etc") && !is_relative(""));
        assert!(is_size("50MB") && is_size("48.5 MiB") && !is_size("big") && !is_size("-1MB"));
        assert!(is_rust_version("1.95") && !is_rust_version("nightly"));
    }
}
