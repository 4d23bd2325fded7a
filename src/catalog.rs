//! What the world is like: base images, native libraries, files that builds and programs read. Facts live in the data
//! files beside this module; here they are loaded and held to their rules.

mod development;
mod images;
mod inputs;
mod native;
mod runtime_data;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::workspace::Crate;

use development::Development;

pub(crate) use images::{Images, Suite};
pub(crate) use inputs::{BuildInputs, CheckedQueries};
pub(crate) use native::{Language, Linkage, Musl, Native, Surroundings, Variant};
pub(crate) use runtime_data::RuntimeData;

/// All embedded facts.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// Images and toolchain.
    pub images: Images,
    /// Files that builds read.
    pub inputs: BuildInputs,
    natives: BTreeMap<String, Native>,
    data: Vec<RuntimeData>,
    development: Development,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NativeLibraries {
    native: Vec<Native>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    data: Vec<RuntimeData>,
}

impl Catalog {
    /// Loads the embedded files. They are part of the program, so an error here is a mistake in it.
    pub(crate) fn load() -> Result<Self> {
        let images: Images = parse("images.toml", include_str!("catalog/images.toml"))?;
        ensure!(!images.suite.is_empty(), "images.toml has no suite");
        let inputs = parse("build-inputs.toml", include_str!("catalog/build-inputs.toml"))?;
        let Data { data } = parse("runtime-data.toml", include_str!("catalog/runtime-data.toml"))?;
        let NativeLibraries { native } = parse("native-libraries.toml", include_str!("catalog/native-libraries.toml"))?;
        let names: Vec<&str> = native.iter().map(|native| native.name.as_str()).collect();
        ensure!(names.is_sorted_by(|a, b| a < b), "native-libraries.toml is not sorted, or names a crate twice");
        for native in &native {
            native.check()?;
        }
        let natives = native.into_iter().map(|native| (native.name.clone(), native)).collect();
        Ok(Self { images, inputs, natives, data, development: Development::default() })
    }

    /// The row of a crate, and the variant that holds for the way it is built.
    #[must_use]
    pub(crate) fn native(&self, krate: &Crate, around: &Surroundings) -> Option<(&Native, &Variant)> {
        let by_pattern = || {
            let family =
                |native: &&Native| native.name.strip_suffix('*').is_some_and(|prefix| krate.name.starts_with(prefix));
            self.natives.values().find(family)
        };
        let native = self.natives.get(&krate.name).or_else(by_pattern)?;
        Some((native, native.variant(krate, around)?))
    }

    /// The Debian package that has a module of pkg-config.
    #[must_use]
    pub(crate) fn module(&self, name: &str) -> Option<&str> {
        self.development.module(name)
    }

    /// The Debian package with what it takes to link a shared library by name.
    #[must_use]
    pub(crate) fn library(&self, name: &str) -> Option<&str> {
        self.development.library(name)
    }

    /// What a crate of this variant reads or runs.
    pub(crate) fn data<'a>(&'a self, variant: &'a Variant) -> impl Iterator<Item = &'a RuntimeData> {
        self.data.iter().filter(|data| variant.data.contains(&data.name))
    }

    /// What a program may read, each with the crate that most likely does; `is_linked` tells what the program links.
    pub(crate) fn perhaps_read(&self, is_linked: impl Fn(&str) -> bool) -> impl Iterator<Item = (&RuntimeData, &str)> {
        self.data.iter().filter_map(move |data| Some((data, data.perhaps_read_by(&is_linked)?)))
    }
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml_edit::de::from_str(text).with_context(|| format!("cannot read the embedded {name}"))
}

#[cfg(test)]
mod tests;
