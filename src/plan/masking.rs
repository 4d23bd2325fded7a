//! Versions in the dependency layer: the texts of manifests and lock file enter, `sed` expressions that hide the
//! workspace's own versions leave. They are tried on these very texts first; where they would change anything else, or
//! leave a version behind, there are none.

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

/// The version that takes the place of every local one.
const MASK: &str = "0.0.0";

/// Expressions for GNU sed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Masking {
    /// For manifests.
    pub manifests: String,
    /// For the lock file.
    pub lock_file: String,
}

/// The expressions that hold for all these manifests and the lock file; `None` where there are none.
pub(super) fn masking(manifests: &[&str], lock_file: &str) -> Option<Masking> {
    let wanted: Vec<(&str, Value)> = manifests
        .par_iter()
        .map(|text| {
            let mut manifest = read(text)?;
            mask(&mut manifest);
            Some((*text, manifest))
        })
        .collect::<Option<_>>()?;
    let holds = |mask: &ManifestMask| wanted.par_iter().all(|(text, wanted)| mask.holds(text, wanted));
    let mask = ManifestMask::ALL.into_iter().find(holds)?;
    lock_file_holds(lock_file).then(|| Masking {
        manifests: mask.expression(),
        lock_file: r#"/^version = "/ { $!N; /\nsource/! s/".*"/"0.0.0"/ }"#.to_owned(),
    })
}

/// A way to mask manifests.
#[derive(Debug, Clone, Copy)]
struct ManifestMask {
    /// Whether `=` may stand between any blanks, and not between one on each side.
    any_blanks: bool,
    /// Whether `version` stands before other keys of a path dependency.
    before: bool,
    /// Whether it stands after another key.
    after: bool,
}

impl ManifestMask {
    /// The shortest first.
    const ALL: [Self; 8] = [
        Self { any_blanks: false, before: false, after: false },
        Self { any_blanks: false, before: true, after: false },
        Self { any_blanks: false, before: false, after: true },
        Self { any_blanks: false, before: true, after: true },
        Self { any_blanks: true, before: false, after: false },
        Self { any_blanks: true, before: true, after: false },
        Self { any_blanks: true, before: false, after: true },
        Self { any_blanks: true, before: true, after: true },
    ];

    fn expression(self) -> String {
        let is = if self.any_blanks { " *= *" } else { " = " };
        let own = format!(r#"/^\[.*package\]/,/^version/ s/^version{is}".*"/version = "0.0.0"/"#);
        let before = format!(r#"s/version{is}"[^"]*", *//"#);
        let after = format!(r#"s/, *version{is}"[^"]*"//"#);
        match (self.before, self.after) {
            (false, false) => own,
            (true, false) => format!(r#"{own}; /path{is}"/ {before}"#),
            (false, true) => format!(r#"{own}; /path{is}"/ {after}"#),
            (true, true) => format!(r#"{own}; /path{is}"/ {{ {before}; {after} }}"#),
        }
    }

    /// What sed makes of a manifest.
    fn apply(self, text: &str) -> String {
        let mut in_package = false;
        let lines = text.split_inclusive('\n').map(|line| {
            let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
            let mut body = body.to_owned();
            let is_first = !in_package && body.starts_with('[') && body.contains("package]");
            let value = self.key(&body, "version").filter(|value| in_package && value.starts_with('"'));
            if let Some((_, rest)) = value.and_then(|value| value[1..].rsplit_once('"')) {
                body = format!("version = \"{MASK}\"{rest}");
            }
            in_package = is_first || in_package && !line.starts_with("version");
            if self.finds_path(&body) {
                if self.before {
                    body = self.cut(&body, false);
                }
                if self.after {
                    body = self.cut(&body, true);
                }
            }
            body + end
        });
        lines.collect()
    }

    /// What follows `key =` at the beginning of a text.
    fn key<'t>(self, text: &'t str, key: &str) -> Option<&'t str> {
        let rest = text.strip_prefix(key)?;
        if self.any_blanks {
            Some(rest.trim_start_matches(' ').strip_prefix('=')?.trim_start_matches(' '))
        } else {
            rest.strip_prefix(" = ")
        }
    }

    fn finds_path(self, line: &str) -> bool {
        let mut places = line.match_indices("path");
        places.any(|(at, _)| self.key(&line[at..], "path").is_some_and(|rest| rest.starts_with('"')))
    }

    /// A line without the first `version = "…"` and the comma behind it, or before it.
    fn cut(self, line: &str, comma_before: bool) -> String {
        for (at, _) in line.match_indices("version") {
            let Some(rest) = self.key(&line[at..], "version").and_then(|rest| rest.strip_prefix('"')) else { continue };
            let Some((_, rest)) = rest.split_once('"') else { continue };
            if comma_before {
                if let Some(start) = line[..at].trim_end_matches(' ').strip_suffix(',') {
                    return format!("{start}{rest}");
                }
            } else if let Some(rest) = rest.strip_prefix(',') {
                return format!("{}{}", &line[..at], rest.trim_start_matches(' '));
            }
        }
        line.to_owned()
    }

    /// Whether sed masks every version in a manifest that has to be masked, and nothing else.
    fn holds(self, text: &str, wanted: &Value) -> bool {
        read(&self.apply(text)).as_ref() == Some(wanted)
    }
}

fn read(manifest: &str) -> Option<Value> {
    toml_edit::de::from_str(manifest).ok()
}

/// A manifest as it should be: without its own versions, and without those of path dependencies.
fn mask(manifest: &mut Value) {
    for table in ["/package", "/workspace/package"] {
        if let Some(version) = manifest.pointer_mut(table).and_then(|table| table.get_mut("version")) {
            if version.is_string() {
                *version = MASK.into();
            }
        }
    }
    if let Some(dependencies) = manifest.pointer_mut("/workspace/dependencies") {
        drop_versions(dependencies);
    }
    let Some(root) = manifest.as_object_mut() else { return };
    mask_dependencies(root);
    for table in root.get_mut("target").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        table.as_object_mut().into_iter().for_each(mask_dependencies);
    }
}

fn mask_dependencies(table: &mut Map<String, Value>) {
    let kinds = ["dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"];
    for kind in kinds {
        table.get_mut(kind).into_iter().for_each(drop_versions);
    }
}

fn drop_versions(dependencies: &mut Value) {
    let tables = dependencies.as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    for table in tables.filter(|table| table.contains_key("path")) {
        table.remove("version");
    }
}

/// What sed makes of a lock file.
fn apply_to_lock_file(text: &str) -> String {
    let mut masked = String::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        if !line.starts_with("version = \"") {
            masked.push_str(line);
            continue;
        }
        let next = lines.next().unwrap_or_default();
        let both = format!("{line}{next}");
        match (both.find('"'), both.rfind('"')) {
            (Some(first), Some(last)) if !next.starts_with("source") => {
                masked = masked + &both[..first] + "\"" + MASK + "\"" + &both[last + 1..];
            }
            _ => masked.push_str(&both),
        }
    }
    masked
}

/// Whether sed masks the local packages of a lock file and nothing else, and no entry names one with its version.
fn lock_file_holds(text: &str) -> bool {
    let read = |text: &str| toml_edit::de::from_str::<Value>(text).ok();
    let Some(mut wanted) = read(text) else { return false };
    let packages = wanted.get_mut("package").and_then(Value::as_array_mut).into_iter().flatten();
    let mut local = Vec::new();
    for package in packages.filter(|package| package.get("source").is_none()) {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        local.push(Value::String(format!("{} {}", text("name"), text("version"))));
        package["version"] = MASK.into();
    }
    let packages = wanted.get("package").and_then(Value::as_array).into_iter().flatten();
    let mut named = packages.filter_map(|package| package.get("dependencies")?.as_array()).flatten();
    !named.any(|dependency| local.contains(dependency)) && read(&apply_to_lock_file(text)).as_ref() == Some(&wanted)
}

#[cfg(test)]
mod tests;
