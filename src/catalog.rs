//! What the world is like: base images, native libraries, files that builds and programs read. Facts live in the data
//! files beside this module; the build script `catalog/build.rs` reads them and holds them to their rules, and here the
//! tables that it makes are loaded.

mod development;
mod images;
mod inputs;
mod native;
mod row;
mod runtime_data;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::workspace::Crate;

use development::Development;

pub(crate) use images::{Images, Suite};
pub(crate) use inputs::{BuildInputs, CheckedQueries};
pub(crate) use native::Surroundings;
pub(crate) use row::{Language, Linkage, Musl, Native, Variant};
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

/// What the build script made of the data files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    images: Images,
    inputs: BuildInputs,
    data: Vec<RuntimeData>,
    native: Vec<Native>,
}

impl Catalog {
    /// Loads the embedded tables. They are part of the program, so an error here is a mistake in it.
    pub(crate) fn load() -> Result<Self> {
        let Tables { images, inputs, data, native } =
            serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/catalog.json")))
                .context("cannot read the embedded catalogue")?;
        ensure!(!images.suite.is_empty(), "images.toml has no suite");
        let natives = native.into_iter().map(|native: Native| (native.name.clone(), native)).collect();
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

#[cfg(test)]
mod tests;
