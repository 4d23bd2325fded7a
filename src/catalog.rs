//! What the world is like: base images, native libraries, files that builds and programs read. Facts live in the data
//! files beside this module; the build script `catalog/build.rs` reads them and holds them to their rules, and here the
//! tables that it makes are loaded.

mod complaints;
mod debian;
mod development;
mod images;
mod in_service;
mod inputs;
mod native;
mod row;
mod runtime_data;
mod services;
mod shipping;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::workspace::Crate;

use complaints::Complaint;
use development::Development;
use row::PerSuite;

pub(crate) use debian::is_of_target;
pub(crate) use images::{Images, Platform, Suite};
pub(crate) use in_service::{Framework, InService};
pub(crate) use inputs::{BuildInputs, CheckedQueries};
pub(crate) use native::Surroundings;
pub(crate) use row::{Language, Linkage, Musl, Native, Variant};
pub(crate) use runtime_data::RuntimeData;
pub(crate) use services::BackingService;
pub(crate) use shipping::Shipping;

/// All embedded facts.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// Images and toolchain.
    pub images: Images,
    /// Files that builds read.
    pub inputs: BuildInputs,
    /// What crates do in a container by themselves.
    pub in_service: InService,
    /// Signs of what is shipped.
    pub shipping: Shipping,
    /// Databases and the like.
    pub services: Vec<BackingService>,
    complaints: Vec<Complaint>,
    natives: BTreeMap<String, Native>,
    /// Names of rows that are patterns.
    families: Vec<String>,
    data: Vec<RuntimeData>,
    development: Development,
}

/// What the build script made of the data files.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    images: Images,
    inputs: BuildInputs,
    in_service: InService,
    shipping: Shipping,
    service: Vec<BackingService>,
    complaint: Vec<Complaint>,
    data: Vec<RuntimeData>,
    native: Vec<Native>,
}

impl Catalog {
    /// Loads the embedded tables. They are part of the program, so an error here is a mistake in it.
    pub(crate) fn load() -> Result<Self> {
        let Tables { images, inputs, in_service, shipping, service: services, complaint: complaints, data, native } =
            serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/catalog.json")))
                .context("cannot read the embedded catalogue")?;
        ensure!(!images.suite.is_empty(), "images.toml has no suite");
        let natives: BTreeMap<String, Native> =
            native.into_iter().map(|native: Native| (native.name.clone(), native)).collect();
        let families = natives.keys().filter(|name| name.ends_with('*')).cloned().collect();
        Ok(Self {
            images,
            inputs,
            in_service,
            shipping,
            services,
            complaints,
            natives,
            families,
            data,
            development: Development::default(),
        })
    }

    /// Data that programs use at run time, by its name or that of a Debian package which holds it.
    pub(crate) fn data_named(&self, name: &str) -> Option<&RuntimeData> {
        self.data.iter().find(|data| data.name == name || data.packages.iter().any(|package| package == name))
    }

    /// What cures the first complaint in the output of a program.
    #[must_use]
    pub(crate) fn cure(&self, output: &str, suite: &str) -> Option<String> {
        self.complaints.iter().find_map(|complaint| complaint.cure(output, suite))
    }

    /// The row of a crate, and the variant that holds for the way it is built.
    #[must_use]
    pub(crate) fn native(&self, krate: &Crate, around: &Surroundings) -> Option<(&Native, &Variant)> {
        let by_pattern = || {
            let name = self.families.iter().find(|name| krate.name.starts_with(name.trim_end_matches('*')))?;
            self.natives.get(name)
        };
        let native = self.natives.get(&krate.name).or_else(by_pattern)?;
        Some((native, native.variant(krate, around)?))
    }

    /// Whether a crate has a row of its own or of its family.
    #[must_use]
    pub(crate) fn has_row(&self, name: &str) -> bool {
        let is_one_of = |family: &String| name.starts_with(family.trim_end_matches('*'));
        self.natives.contains_key(name) || self.families.iter().any(is_one_of)
    }

    /// Whether one crate does its work with another.
    #[must_use]
    pub(crate) fn wraps(&self, name: &str, other: &str) -> bool {
        self.natives.get(name).is_some_and(|native| native.through.iter().any(|inner| inner == other))
    }

    /// Whether a crate has a row of its own, beside that of its family.
    #[must_use]
    pub(crate) fn has_own_row(&self, name: &str) -> bool {
        self.natives.contains_key(name)
    }

    /// The row that a fork of a crate most likely shares: one with the same library by its `links` key, or the same name
    /// but for what forks add to it.
    #[must_use]
    pub(crate) fn row_of_fork(&self, krate: &Crate) -> Option<&Native> {
        let own = [Some(krate.name.as_str()), krate.links.as_deref()].into_iter().flatten().map(Stem::of);
        let own: Vec<Stem> = own.filter(|stem| stem.word.len() > 3).collect();
        let is_alike = |native: &&Native| {
            let (name, library) = (Stem::of(&native.name), Stem::of(&native.library));
            let ends_with_name = |stem: &Stem| name.word.len() > 5 && stem.word.ends_with(&name.word);
            own.iter().any(|stem| stem.may_be(&library) || stem.may_be(&name) || ends_with_name(stem))
        };
        self.natives.values().filter(|native| native.name.ends_with("sys")).find(is_alike)
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

    /// Crates in whose rows a Debian package stands, for whatever suite and way to build them.
    pub(crate) fn crates_with(&self, is_meant: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        let is_in = move |native: &&Native| {
            let lists = native.variant.iter().flat_map(|variant| [&variant.build, &variant.runtime]);
            lists.flat_map(PerSuite::all).any(|name| is_meant(name))
        };
        self.natives.values().filter(is_in).map(|native| native.name.as_str())
    }

    /// What a Debian package brings that programs read or run.
    pub(crate) fn data_in(&self, package: &str) -> impl Iterator<Item = &RuntimeData> {
        self.data.iter().filter(move |data| data.packages.iter().any(|name| name == package))
    }

    /// What a program may read, each with the crate that most likely does; `is_linked` tells what the program links.
    pub(crate) fn perhaps_read(&self, is_linked: impl Fn(&str) -> bool) -> impl Iterator<Item = (&RuntimeData, &str)> {
        self.data.iter().filter_map(move |data| Some((data, data.perhaps_read_by(&is_linked)?)))
    }
}

/// A name without what says that it is a library or its bindings, and without the number of a fork: `rocksdb` for
/// `librocksdb-sys`, `boring` for `boring-sys2`.
#[derive(Debug)]
struct Stem {
    word: String,
    /// The number of the library itself, such as 2 in `bzip2-sys`.
    number: String,
}

impl Stem {
    fn of(name: &str) -> Self {
        let name = name.to_lowercase().replace('_', "-");
        let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = name.strip_suffix("-sys").unwrap_or(name);
        let name = name.strip_prefix("lib").unwrap_or(name);
        let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
        Self { word: word.trim_end_matches('-').to_owned(), number: name[word.len()..].to_owned() }
    }

    /// Whether it may be the other's; bzip3 is not bzip2.
    fn may_be(&self, other: &Self) -> bool {
        let is_unnumbered = self.number.is_empty() || other.number.is_empty();
        self.word == other.word && (is_unnumbered || self.number == other.number)
    }
}

#[cfg(test)]
mod tests;
