//! Build script: reads the data files beside it into tables that load fast, and holds the rows of `native/` to their rules.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "build scripts stand at the edge")]

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

#[allow(dead_code, unreachable_pub, clippy::duplicate_mod, reason = "the program uses it all, and the tests have both")]
#[path = "row.rs"]
mod row;

use row::{Musl, Native, Variant};

const FOLDER: &str = "src/catalog";

/// Words of `proved`, in order.
const IMAGES: [&str; 3] = ["slim", "distroless", "scratch"];

fn main() {
    println!("cargo::rerun-if-changed={FOLDER}/native");
    if let Err(error) = tables() {
        for line in format!("{error:#}").lines() {
            println!("cargo::error={line}");
        }
    }
}

fn tables() -> Result<()> {
    let files = files(Path::new(FOLDER).join("native").as_path())?;
    let catalog = json!({
        "images": table("images.toml")?,
        "inputs": table("build-inputs.toml")?,
        "in_service": table("in-service.toml")?,
        "shipping": table("shipping.toml")?,
        "service": table("services.toml")?["service"],
        "complaint": table("complaints.toml")?["complaint"],
        "data": table("runtime-data.toml")?["data"],
        "native": natives(&files)?,
    });
    write("catalog.json", &catalog)?;
    write("development-files.json", &table("development-files.toml")?)
}

/// A data file that is one table.
fn table(name: &str) -> Result<Value> {
    let path = Path::new(FOLDER).join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    parse(&path.display().to_string(), &fs::read_to_string(&path).with_context(|| path.display().to_string())?)
}

fn parse(name: &str, text: &str) -> Result<Value> {
    toml_edit::de::from_str(text).with_context(|| name.to_owned())
}

fn write(name: &str, value: &Value) -> Result<()> {
    let folder = env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?;
    fs::write(Path::new(&folder).join(name), value.to_string()).with_context(|| name.to_owned())
}

/// Name and text of each file with rows.
fn files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        ensure!(is_toml, "{}: is no file with rows", path.display());
        files.insert(name, fs::read_to_string(&path).with_context(|| path.display().to_string())?);
    }
    Ok(files)
}

/// All rows, sorted by crate.
pub(crate) fn natives(files: &BTreeMap<String, String>) -> Result<Vec<Value>> {
    let mut rows: BTreeMap<String, (&String, Value)> = BTreeMap::new();
    for (file, text) in files {
        let mut last = String::new();
        let found = rows_of(file, text)?;
        let stem = file.trim_end_matches(".toml");
        for row in &found {
            let name = row["crate"].as_str().with_context(|| format!("{file}: a row without `crate`"))?;
            check(row).with_context(|| format!("{file}: row `{name}`"))?;
            ensure!(found.len() > 1 || name == stem, "{file}: row `{name}`: belongs into {name}.toml");
            ensure!(*last < *name, "{file}: row `{name}`: comes after `{last}`; rows are sorted by `crate`");
            name.clone_into(&mut last);
            if let Some((other, _)) = rows.insert(name.to_owned(), (file, row.clone())) {
                bail!("{file}: row `{name}`: {other} has one already");
            }
        }
    }
    Ok(rows.into_values().map(|(_, row)| row).collect())
}

fn rows_of(file: &str, text: &str) -> Result<Vec<Value>> {
    let Value::Object(mut table) = parse(file, text)? else { bail!("{file}: is no table") };
    let rows = table.remove("native");
    ensure!(table.is_empty(), "{file}: has other keys than `native`: {:?}", table.keys());
    match rows {
        Some(Value::Array(rows)) if !rows.is_empty() => Ok(rows),
        _ => bail!("{file}: has no rows"),
    }
}

/// What holds for one row; the program reads it as this does.
fn check(row: &Value) -> Result<()> {
    let native: Native = serde_json::from_value(row.clone())?;
    ensure!(!native.source.is_empty(), "`source` is empty");
    let (last, before) = native.variant.split_last().context("has no variant")?;
    ensure!(
        is_unconditional(last) && !before.iter().any(is_unconditional),
        "the last variant, and only that, has no condition"
    );
    for (index, variant) in native.variant.iter().enumerate() {
        proof(variant).with_context(|| format!("variant {}", index + 1))?;
    }
    Ok(())
}

fn is_unconditional(variant: &Variant) -> bool {
    let conditions = [
        &variant.features,
        &variant.all_features,
        &variant.without_features,
        &variant.with_crates,
        &variant.without_crates,
        &variant.variables,
    ];
    conditions.iter().all(|condition| condition.is_none()) && variant.version.is_none()
}

fn proof(variant: &Variant) -> Result<()> {
    let has_both = variant.proved.is_some() == variant.proved_version.is_some();
    ensure!(has_both, "`proved` and `proved-version` stand together or not at all");
    let images: Vec<&str> = variant.proved.iter().flat_map(|images| images.split(' ')).collect();
    let in_order: Vec<&str> = IMAGES.into_iter().filter(|image| images.contains(image)).collect();
    ensure!(images == in_order, "`proved` takes words of `{}`, in this order", IMAGES.join(" "));
    let is_static = variant.musl == Musl::Static || !images.contains(&"scratch");
    ensure!(is_static, "it is proved in scratch, and `musl` is not \"static\"");
    Ok(())
}
