//! The form of each key, as somebody would write it: shown where a value has another one.

/// A line for each key.
const LINES: [(&str, &str); 44] = [
    ("slim", "slim = true"),
    ("distroless", "distroless = true"),
    ("scratch", "scratch = true"),
    ("template", "template = \"slim\""),
    ("rust", "rust = \"1.95\""),
    ("suite", "suite = \"trixie\""),
    ("registry", "registry = \"mirror.example.com/base\""),
    ("package", "package = [\"api\"]"),
    ("workspace", "workspace = true"),
    ("exclude", "exclude = [\"xtask\"]"),
    ("bin", "bin = [\"api\"]"),
    ("features", "features = [\"tls\"]"),
    ("all-features", "all-features = true"),
    ("no-default-features", "no-default-features = true"),
    ("profile", "profile = \"release\""),
    ("debug-symbols", "debug-symbols = true"),
    ("auditable", "auditable = true"),
    ("target", "target = \"x86_64-unknown-linux-gnu\""),
    ("platforms", "platforms = [\"linux/amd64\", \"linux/arm64\"]"),
    ("output", "output = \"docker/Dockerfile\""),
    ("cache", "cache = \"full\"` (or layers, mounts, none)`"),
    ("builder", "builder = \"buildkit\"` (or podman)`"),
    ("build-packages", "build-packages = [\"libfoo-dev\"]"),
    ("runtime-packages", "runtime-packages = [\"git\"]"),
    ("known-natives", "known-natives = [\"foo-sys\"]"),
    ("inputs", "inputs = [\"schema/*.json\"]"),
    ("env", "env = { RUST_LOG = \"info\" }"),
    ("labels", "labels = { \"org.example.team\" = \"core\" }"),
    ("expose", "expose = [8080, \"53/udp\"]"),
    ("data", "data = [\"/data\"]"),
    ("volumes", "volumes = [\"/data\"]"),
    ("healthcheck", "healthcheck = { http = \"/health\" }"),
    ("args", "args = [\"--config\", \"/app/config.toml\"]"),
    ("command", "command = [\"serve\"]"),
    ("stop-signal", "stop-signal = \"SIGINT\""),
    ("init", "init = true"),
    ("workdir", "workdir = \"/srv/app\""),
    ("timezone", "timezone = \"Europe/Berlin\""),
    ("user", "user = \"1000:1000\""),
    ("size-limit", "size-limit = \"50MB\""),
    ("assets", "assets = [\"templates\"]"),
    ("binaries", "binaries.api.expose = [8080]"),
    ("dockerize", "[package.metadata.dockerize]` (a table)`"),
    ("metadata", "[package.metadata.dockerize]` (a table)`"),
];

/// How a key is written.
pub(super) fn of(key: &str) -> Option<&'static str> {
    LINES.iter().find(|(known, _)| *known == key).map(|(_, line)| *line)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Scope, Settings};
    use super::*;

    fn read(line: &str) -> anyhow::Result<Settings> {
        let manifest = format!("[package.metadata.dockerize]\n{line}\n");
        Settings::from_manifest(&manifest, Scope::Package, Path::new("Cargo.toml"), "")
    }

    #[test]
    fn each_example_is_understood() {
        for (key, line) in LINES.iter().filter(|(_, line)| !line.starts_with('[')) {
            let line = line.split('`').next().unwrap();
            assert_ne!(read(line).unwrap_or_else(|error| panic!("{key}: {error:?}")), Settings::default(), "{key}");
        }
    }

    #[test]
    fn each_key_has_one() {
        let message = read("\"?\" = 1").unwrap_err().to_string();
        let keys: Vec<&str> = message.split('`').skip(1).step_by(2).filter(|key| !key.contains(['.', '?'])).collect();
        assert!(keys.len() > 30, "{message}");
        for key in keys {
            assert!(of(key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_wrong_value_is_answered_with_the_form_of_its_key() {
        for (line, form) in [
            ("expose = true", "write it as in `expose = [8080, \"53/udp\"]`"),
            ("slim = \"yes\"", "write it as in `slim = true`"),
            ("env = [\"A=1\"]", "write it as in `env = { RUST_LOG = \"info\" }`"),
            ("env = { A = 1 }", "write it as in `env = { RUST_LOG = \"info\" }`"),
            (
                "binaries = { api = { slim = true, expose = [\n  true,\n] } }",
                "write it as in `expose = [8080, \"53/udp\"]`",
            ),
            ("binaries = [\"api\"]", "write it as in `binaries.api.expose = [8080]`"),
            ("cache = \"fast\"", "write it as in `cache = \"full\"` (or layers, mounts, none)"),
        ] {
            let error = read(line).unwrap_err();
            let message = error.to_string();
            for speech in ["untagged", "variant", "invalid type", "struct", "sequence"] {
                assert!(!message.contains(speech), "{message}");
            }
            let failure = error.downcast_ref::<crate::error::Failure>().unwrap();
            assert_eq!(failure.steps(), [form], "{line}");
        }
    }
}
