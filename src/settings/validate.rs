//! Values that reach a Dockerfile or a shell unquoted are held to their alphabet here, before anything is planned.

use std::path::{Component, Path};

use super::{ManifestPath, Port, Settings};
use crate::error::Failure;

impl Settings {
    /// Refuses values that cannot be what their key means.
    pub fn validate(&self) -> Result<(), Failure> {
        let runtimes = [self.slim, self.distroless, self.scratch];
        if runtimes.iter().filter(|runtime| **runtime == Some(true)).count() > 1 {
            return Err(Failure::new("only one of `slim`, `distroless` and `scratch` can be true"));
        }
        each("template", self.template.iter(), is_file_name, "a name without slashes")?;
        each("rust", self.rust.iter(), is_rust_version, "a version such as 1.95 or 1.95.0")?;
        each("profile", self.profile.iter(), is_word, "a profile name")?;
        each("target", self.target.iter(), is_word, "a target triple")?;
        each("features", self.features.iter().flatten(), is_feature, "a feature name")?;
        each(
            "build-packages",
            self.build_packages.iter().flatten(),
            is_debian_package,
            "the name of a Debian package",
        )?;
        each(
            "runtime-packages",
            self.runtime_packages.iter().flatten(),
            is_debian_package,
            "the name of a Debian package",
        )?;
        each("env", self.env.keys(), is_variable, "a variable name")?;
        each("env", self.env.values(), is_one_line, "a value on one line")?;
        each("labels", self.labels.keys(), is_label, "a label name")?;
        each("labels", self.labels.values(), is_one_line, "a value on one line")?;
        each("args", self.args.iter().flatten(), is_one_line, "an argument on one line")?;
        each("user", self.user.iter(), is_numeric_user, "a numeric uid or uid:gid, such as 65532:65532")?;
        for port in self.expose.iter().flatten() {
            if let Port::WithProtocol(text) = port {
                each("expose", [text].into_iter(), is_port, "a port such as 8080 or 53/udp")?;
            }
        }
        for ManifestPath { path, .. } in self.assets.iter().flatten() {
            each("assets", [path].into_iter(), is_below, "a path inside the manifest's folder")?;
        }
        for ManifestPath { path, .. } in self.inputs.iter().flatten() {
            each("inputs", [path].into_iter(), is_below, "a path inside the manifest's folder")?;
        }
        for (name, settings) in &self.binaries {
            settings.validate()?;
            let own = Settings { bin: settings.bin.clone(), ..settings.build_only() };
            refuse(
                &format!("binaries.{name}"),
                own != Settings::default() || !settings.binaries.is_empty() || settings.inputs.is_some(),
                "can hold only what concerns one image: build-packages, runtime-packages, env, labels, expose, args, user, assets",
            )?;
        }
        Ok(())
    }
}

fn refuse(key: &str, present: bool, why: &str) -> Result<(), Failure> {
    if present {
        return Err(Failure::new(format!("`{key}` {why}")));
    }
    Ok(())
}

fn each<'a>(
    key: &str,
    mut values: impl Iterator<Item = &'a String>,
    accepts: fn(&str) -> bool,
    expected: &str,
) -> Result<(), Failure> {
    match values.find(|value| !accepts(value)) {
        Some(value) => Err(Failure::new(format!("`{key}` has {value:?}, expected {expected}"))),
        None => Ok(()),
    }
}

fn made_of(text: &str, extra: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

fn is_word(text: &str) -> bool {
    made_of(text, "-_.") && !text.starts_with('-')
}

fn is_file_name(text: &str) -> bool {
    is_word(text) && !text.starts_with('.')
}

/// Cargo's own alphabet for features, with `package/feature` and `dep?/feature`.
fn is_feature(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && text.chars().all(|c| c.is_alphanumeric() || "-_+./?".contains(c))
}

fn is_rust_version(text: &str) -> bool {
    (1..=3).contains(&text.split('.').count())
        && text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

/// Debian policy 5.6.1, with an optional `=version`.
fn is_debian_package(text: &str) -> bool {
    let (name, version) = text.split_once('=').unwrap_or((text, "1"));
    name.len() > 1
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && made_of(version, ".+-:~*")
}

fn is_variable(text: &str) -> bool {
    made_of(text, "_") && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_label(text: &str) -> bool {
    made_of(text, "-_./")
}

fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn is_numeric_user(text: &str) -> bool {
    let (user, group) = text.split_once(':').unwrap_or((text, "0"));
    [user, group].iter().all(|id| id.parse::<u32>().is_ok())
}

fn is_port(text: &str) -> bool {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    matches!(protocol, "tcp" | "udp" | "sctp") && ports.split('-').all(|port| port.parse::<u16>().is_ok())
}

fn is_below(text: &str) -> bool {
    is_one_line(text)
        && Path::new(text).components().next().is_some()
        && Path::new(text).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
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
        }
    }

    #[test]
    fn what_people_write_passes() {
        assert!(is_debian_package("libstdc++6") && is_debian_package("libpq-dev=17.*"));
        assert!(is_feature("tokio/rt-multi-thread") && is_feature("dep?/x"));
        assert!(is_numeric_user("1000") && is_numeric_user("1000:1000") && !is_numeric_user("app"));
        assert!(is_port("53/udp") && is_port("8000-8010") && !is_port("http"));
        assert!(is_below("config/*.toml") && !is_below("../x") && !is_below("/etc"));
        assert!(is_rust_version("1.95") && !is_rust_version("nightly"));
    }

    #[test]
    fn a_binary_table_holds_only_what_concerns_its_image() {
        let settings = Settings {
            binaries: [("api".to_owned(), Settings { profile: Some("dist".into()), ..Settings::default() })].into(),
            ..Settings::default()
        };
        assert!(settings.validate().is_err());
    }
}
