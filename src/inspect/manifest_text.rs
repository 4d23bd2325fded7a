//! A package by the text of its manifest, where cargo is not asked: a manifest enters, a [`Package`] as in cargo's
//! metadata leaves.
//!
//! Cargo's metadata of a whole graph takes as long as the unit graph, and cargo does one after the other. Crates of a
//! registry have manifests without inheritance, and of others little more than names is asked.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::Package;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::cargo::{Unit, UnitGraph};
use super::disk::read_text;
use super::paths::normalized;

/// The packages of a unit graph that come from registries and from git.
pub(super) fn of_units(graph: &UnitGraph) -> Result<Vec<Package>> {
    let mut by_id: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
    for unit in graph.units.iter().filter(|unit| !unit.pkg_id.starts_with("path+")) {
        by_id.entry(&unit.pkg_id).or_default().push(unit);
    }
    by_id.into_par_iter().map(|(id, units)| of_unit(id, &units)).collect()
}

fn of_unit(id: &str, units: &[&Unit]) -> Result<Package> {
    let (source, named) = id.rsplit_once('#').with_context(|| format!("cargo calls a package `{id}`"))?;
    let version = named.rsplit_once('@').map_or(named, |(_, version)| version);
    let source_file = units.first().map_or(Path::new(""), |unit| unit.target.src_path.as_path());
    let manifest = source_file.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    let manifest = manifest.with_context(|| format!("cannot find the manifest of `{id}`"))?;
    let targets = units.iter().map(|unit| {
        let target = &unit.target;
        json!({
            "name": target.name, "kind": target.kind, "crate_types": target.crate_types, "src_path": target.src_path,
        })
    });
    package(&manifest, Some((id, version, source)), &targets.collect::<Vec<_>>())
}

/// A local package that cargo loads as a dependency of another, and not by itself.
pub(super) fn of_local(manifest: &Path) -> Result<Package> {
    let table = read(manifest)?;
    let folder = manifest.parent().unwrap_or(manifest);
    let text = |pointer: &str| table.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let name = text("/package/name").unwrap_or_default();
    let bins = table.get("bin").and_then(Value::as_array).into_iter().flatten();
    let named = bins.filter_map(|bin| Some(("bin", bin.get("path")?.as_str()?.to_owned())));
    let lib = text("/lib/path").unwrap_or_else(|| "src/lib.rs".to_owned());
    let script = text("/package/build").unwrap_or_else(|| "build.rs".to_owned());
    let all = named.chain([("lib", lib), ("bin", "src/main.rs".to_owned()), ("custom-build", script)]);
    let targets = all.filter(|(_, root)| folder.join(root).is_file()).map(
        |(kind, root)| json!({ "name": name, "kind": [kind], "crate_types": [kind], "src_path": folder.join(root) }),
    );
    package(manifest, None, &targets.collect::<Vec<_>>())
}

fn read(manifest: &Path) -> Result<Value> {
    toml_edit::de::from_str(&read_text(manifest)?).with_context(|| format!("cannot read `{}`", manifest.display()))
}

/// `identity` is the package's id, version and source as cargo writes them; a local package has its own.
fn package(manifest: &Path, identity: Option<(&str, &str, &str)>, targets: &[Value]) -> Result<Package> {
    let table = read(manifest)?;
    let folder = manifest.parent().unwrap_or(manifest);
    let package = table.get("package").or_else(|| table.get("project")).cloned().unwrap_or_default();
    let text = |key: &str| package.get(key).and_then(Value::as_str);
    let name = text("name").unwrap_or_default();
    let own_version = text("version").unwrap_or("0.0.0");
    let is_named_as_folder = folder.file_name().is_some_and(|folder| folder.to_string_lossy() == name);
    let version_in_id = if is_named_as_folder { own_version.to_owned() } else { format!("{name}@{own_version}") };
    let own_id = format!("path+file://{}#{version_in_id}", folder.display());
    let (id, version, source) = match identity {
        Some((id, version, source)) => (id, version, Some(source)),
        None => (own_id.as_str(), own_version, None),
    };
    let dependencies = dependencies(&table, folder);
    let value = json!({
        "name": name,
        "version": version,
        "id": id,
        "source": source,
        "features": features(&table, &dependencies),
        "dependencies": dependencies,
        "targets": targets,
        "manifest_path": manifest,
        "links": text("links"),
        "rust_version": text("rust-version"),
        "metadata": package.get("metadata"),
    });
    serde_json::from_value(value).with_context(|| format!("cannot read `{}`", manifest.display()))
}

const KINDS: [(&str, Option<&str>); 5] = [
    ("dependencies", None),
    ("build-dependencies", Some("build")),
    ("build_dependencies", Some("build")),
    ("dev-dependencies", Some("dev")),
    ("dev_dependencies", Some("dev")),
];

fn dependencies(manifest: &Value, folder: &Path) -> Vec<Value> {
    let mut found = of_tables(manifest, None, folder);
    for (platform, table) in manifest.get("target").and_then(Value::as_object).into_iter().flatten() {
        found.extend(of_tables(table, Some(platform), folder));
    }
    found
}

fn of_tables(tables: &Value, platform: Option<&String>, folder: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    for (table, kind) in KINDS {
        for (key, dependency) in tables.get(table).and_then(Value::as_object).into_iter().flatten() {
            let is_set = |name: &str| dependency.get(name) == Some(&Value::Bool(true));
            let renamed = dependency.get("package").and_then(Value::as_str);
            let path = dependency.get("path").and_then(Value::as_str).map(|path| normalized(&folder.join(path)));
            found.push(json!({
                "name": renamed.unwrap_or(key),
                "rename": renamed.map(|_| key),
                "kind": kind,
                "optional": is_set("optional"),
                "target": platform,
                "path": path,
                "source": null,
                "req": "*",
                "uses_default_features": true,
                "features": [],
            }));
        }
    }
    found
}

/// The features of a manifest, with those that optional dependencies have by themselves.
/// <https://doc.rust-lang.org/cargo/reference/features.html#optional-dependencies>
fn features(manifest: &Value, dependencies: &[Value]) -> Map<String, Value> {
    let mut features = manifest.get("features").and_then(Value::as_object).cloned().unwrap_or_default();
    let is_text = |value: &Value| value.is_array();
    features.retain(|_, value| is_text(value));
    let enabled: Vec<String> = features
        .values()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|value| Some(value.as_str()?.strip_prefix("dep:")?.to_owned()))
        .collect();
    for dependency in dependencies.iter().filter(|dependency| dependency["optional"] == true) {
        let name = dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap_or_default();
        if !enabled.iter().any(|enabled| enabled == name) && !features.contains_key(name) {
            features.insert(name.to_owned(), json!([format!("dep:{name}")]));
        }
    }
    features
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        fs::write(folder.path().join("tool.rs"), "").unwrap();
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        folder
    }

    #[test]
    fn a_local_manifest_that_inherits_has_its_roots_and_paths() {
        let folder = folder(
            "[package]\nname = \"a\"\nversion.workspace = true\n[[bin]]\nname = \"t\"\npath = \"tool.rs\"\n\
             [dependencies]\nb = { path = \"../b\" }\nserde = \"1\"\n",
        );
        let package = of_local(&folder.path().join("Cargo.toml")).unwrap();
        let roots: Vec<_> = package.targets.iter().map(|target| target.src_path.file_name().unwrap()).collect();
        assert_eq!(roots, ["tool.rs", "lib.rs"]);
        let paths: Vec<_> = package.dependencies.iter().filter_map(|dependency| dependency.path.clone()).collect();
        assert_eq!(paths, [folder.path().parent().unwrap().join("b").to_str().unwrap()]);
    }

    #[test]
    fn what_a_unit_comes_from_is_known_by_its_manifest() {
        let folder = folder(
            "[package]\nname = \"x-sys\"\nversion = \"0.1.0\"\nlinks = \"x\"\nrust-version = \"1.70\"\n\
             [target.'cfg(unix)'.dependencies]\nz = { version = \"1\", optional = true, package = \"zlib-sys\" }\n\
             [build-dependencies]\ncc = \"1\"\n[features]\nvendored = [\"cc/parallel\"]\n",
        );
        let id = "registry+https://github.com/rust-lang/crates.io-index#x-sys@0.1.0";
        let targets = vec![json!({
            "name": "x_sys", "kind": ["lib"], "crate_types": ["lib"], "src_path": folder.path().join("src/lib.rs"),
        })];
        let identity = Some((id, "0.1.0", "registry+https://github.com/rust-lang/crates.io-index"));
        let package = package(&folder.path().join("Cargo.toml"), identity, &targets).unwrap();
        assert_eq!((package.links.as_deref(), package.rust_version.unwrap().minor), (Some("x"), 70));
        assert!(package.source.unwrap().is_crates_io());
        assert_eq!(package.features["z"], ["dep:z"]);
        let dependency = package.dependencies.iter().find(|dependency| dependency.name == "zlib-sys").unwrap();
        assert_eq!((dependency.rename.as_deref(), dependency.optional), (Some("z"), true));
        assert!(dependency.target.is_some());
    }
}
