//! The data files keep their own rules.

use std::collections::BTreeSet;

use super::*;
use crate::workspace::{Evidence, Role};

const PACKAGES: &str = include_str!("../../tests/debian/packages.txt");

fn listed(names: &[String], suite: &str, by: &str) {
    assert!(names.is_sorted_by(|a, b| a < b), "{by}: {names:?} is not sorted");
    for name in names {
        // Made from Debian's package lists by tests/debian/refresh.
        assert!(PACKAGES.lines().any(|line| line == format!("{suite} {name}")), "{by}: {suite} has no {name}");
    }
}

#[test]
fn every_row_has_a_source_and_its_packages_exist() {
    let catalog = Catalog::load().unwrap();
    assert_eq!(catalog.images.preferred_suite().name, "trixie");
    for native in catalog.natives.values() {
        assert!(!native.source.is_empty(), "{} has no source", native.name);
        for variant in &native.variant {
            for suite in catalog.images.suites() {
                listed(variant.build.of(suite), suite, &native.name);
                listed(variant.runtime.of(suite), suite, &native.name);
            }
        }
    }
    for suite in catalog.images.suites() {
        for data in &catalog.data {
            listed(&data.packages, suite, &data.name);
        }
        for program in &catalog.images.program {
            listed(&program.packages, suite, &program.name);
        }
    }
}

#[test]
fn rows_do_not_contradict_themselves() {
    let catalog = Catalog::load().unwrap();
    for native in catalog.natives.values() {
        for other in &native.through {
            assert!(catalog.natives.contains_key(other), "{} wraps {other}, which has no row", native.name);
        }
        for variant in &native.variant {
            let links = matches!(variant.linkage, Linkage::System | Linkage::Download);
            let wants_packages = catalog.images.suites().any(|suite| !variant.runtime.of(suite).is_empty());
            assert!(links || !wants_packages, "{} links nothing, and needs a package to run", native.name);
            assert!(links || variant.opens.is_empty(), "{} links nothing, and opens a library", native.name);
            // Debian's libraries are made for glibc.
            assert!(variant.linkage != Linkage::System || variant.musl != Musl::Static, "{}: musl", native.name);
            assert!(variant.compiles != Some(Language::Cxx) || variant.musl != Musl::Static, "{}: C++", native.name);
            for name in &variant.data {
                assert!(catalog.data.iter().any(|data| data.name == *name), "{}: no data `{name}`", native.name);
            }
        }
    }
    let used: BTreeSet<&String> =
        catalog.natives.values().flat_map(|native| &native.variant).flat_map(|variant| &variant.data).collect();
    for data in &catalog.data {
        assert!(used.contains(&data.name), "nothing uses `{}`", data.name);
        assert!(!data.from_user || data.packages.is_empty(), "`{}` has a package, and comes from the user", data.name);
    }
    assert!(catalog.data.is_sorted_by(|a, b| a.name < b.name), "runtime-data.toml is not sorted");
}

#[test]
fn rustls_has_certificates_copied_unless_it_brings_its_own() {
    let catalog = Catalog::load().unwrap();
    let read_by = |linked: &[&str]| -> Vec<(String, String)> {
        let is_linked = |name: &str| linked.contains(&name);
        catalog.perhaps_read(is_linked).map(|(data, because)| (data.name.clone(), because.to_owned())).collect()
    };
    assert_eq!(read_by(&["ring", "rustls"]), [("certificates".to_owned(), "rustls".to_owned())]);
    assert_eq!(read_by(&["rustls", "webpki-roots"]), []);
    assert_eq!(read_by(&["webpki-roots"]), []);
}

/// Some crate leads to each variant: none hides behind another.
#[test]
fn every_variant_is_reached() {
    let catalog = Catalog::load().unwrap();
    let mut hidden = Vec::new();
    for native in catalog.natives.values() {
        for (index, variant) in native.variant.iter().enumerate() {
            let is_reached = variant.examples(&native.name, &native.variant[..index]).iter().any(|(krate, around)| {
                native.variant(krate, around).is_some_and(|reached| std::ptr::eq(reached, variant))
            });
            if !is_reached {
                hidden.push(format!("{} {index}", native.name));
            }
        }
    }
    assert!(hidden.is_empty(), "these variants hide behind those before them: {hidden:?}");
}

impl Variant {
    /// Crates for which its conditions hold, with what keeps those before it from holding.
    fn examples<'a>(&'a self, name: &str, before: &'a [Self]) -> Vec<(Crate, Surroundings<'a>)> {
        let any_of = |names: &'a Option<Vec<String>>| -> Vec<Option<&'a String>> {
            names.as_ref().map_or(vec![None], |names| names.iter().map(Some).collect())
        };
        let against: Vec<&String> = before.iter().flat_map(|variant| &variant.without_features).flatten().collect();
        let mut examples = Vec::new();
        for version in self.versions() {
            for choice in any_of(&self.features) {
                for against in std::iter::once(None).chain(against.iter().copied().map(Some)) {
                    let features = [choice, against].into_iter().flatten().chain(self.all_features.iter().flatten());
                    let krate = Crate {
                        name: name.to_owned(),
                        version: version.clone(),
                        features: features.cloned().collect(),
                        role: Role::Target,
                        links: None,
                        build_dependencies: BTreeSet::new(),
                        evidence: Evidence::default(),
                        is_local: false,
                        parent: None,
                        enabled_by: None,
                    };
                    let around = Surroundings {
                        crates: self.with_crates.iter().flatten().take(1).map(String::as_str).collect(),
                        variables: self.variables.iter().flatten().take(1).map(String::as_str).collect(),
                    };
                    examples.push((krate, around));
                }
            }
        }
        examples
    }

    /// Versions on both sides of every bound.
    fn versions(&self) -> Vec<semver::Version> {
        let mut versions = vec![semver::Version::new(0, 0, 1), semver::Version::new(9999, 0, 0)];
        for bound in self.version.iter().flat_map(|version| &version.comparators) {
            let (major, minor, patch) = (bound.major, bound.minor.unwrap_or(0), bound.patch.unwrap_or(0));
            versions.push(semver::Version::new(major, minor, patch));
            versions.push(semver::Version::new(major, minor, patch + 1));
            versions.push(semver::Version::new(major, minor.saturating_sub(1), 0));
            versions.push(semver::Version::new(major.saturating_sub(1), 99, 0));
        }
        versions
    }
}
