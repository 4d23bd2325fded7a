//! The data files keep their own rules.

use std::collections::BTreeSet;

use super::*;
use crate::workspace::{Evidence, Role};

#[allow(dead_code, unreachable_pub, reason = "its main runs when the package is built")]
#[path = "build.rs"]
mod build;

fn listed(names: &[String], suite: &str, by: &str) {
    assert!(names.is_sorted_by(|a, b| a < b), "{by}: {names:?} is not sorted");
    for name in names {
        assert!(debian::multi_arch(suite, name).is_some(), "{by}: {suite} has no {name}");
    }
}

#[test]
fn complaints_lead_to_their_cures() {
    let catalog = Catalog::load().unwrap();
    let cure = |output: &str| catalog.cure(output, "trixie").unwrap_or_default();
    for (output, says) in [
        (
            "/usr/local/bin/api: error while loading shared libraries: libpq.so.5: cannot open shared object file",
            "runtime-packages = [\"libpq5\"]",
        ),
        ("Error loading shared library libz.so.1: No such file or directory (needed by /app)", "lacks libz.so.1"),
        (
            "Error: failed to read templates/index.html: No such file or directory (os error 2)",
            "no templates/index.html",
        ),
        ("Error: \"config.toml\": No such file or directory (os error 2)", "no config.toml"),
        ("Os { code: 2, kind: NotFound, message: \"No such file or directory\" }", "lacks a file"),
        ("cannot create /var/lib/api/db.sqlite: Read-only file system (os error 30)", "writes /var/lib/api/db.sqlite"),
        ("unable to open database file: ./nostr.db: Error code 14", "writes ./nostr.db"),
        ("Os { code: 30, kind: ReadOnlyFilesystem, message: \"Read-only file system\" }", "data = ["),
        (
            "thread 'main' panicked: DATABASE_URL must be set: NotPresent",
            "--env DATABASE_URL=VALUE`, or for every container with `env = { DATABASE_URL",
        ),
        ("error connecting to 127.0.0.1:5432: Connection refused (os error 111)", "--compose"),
        ("/x: /lib/libc.so.6: version `GLIBC_2.39' not found (required by /x)", "one Debian suite"),
    ] {
        assert!(cure(output).contains(says), "{output}: {}", cure(output));
    }
    assert_eq!(catalog.cure("all is well", "trixie"), None);
}

#[test]
fn packages_of_every_row_exist() {
    let catalog = Catalog::load().unwrap();
    assert_eq!(catalog.images.preferred_suite().name, "trixie");
    for native in catalog.natives.values() {
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
        let Images { of_workspaces, of_programs, .. } = &catalog.images;
        for (name, packages) in of_workspaces.iter().chain(of_programs) {
            listed(packages, suite, name);
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

/// A row of one variant, with these lines in the variant.
fn row(name: &str, lines: &str) -> String {
    format!(
        "[[native]]\ncrate = \"{name}\"\nlibrary = \"a\"\nsource = \"a 1.0.0, build.rs\"\n\n\
         [[native.variant]]\nlinkage = \"vendored\"\ncompiles = \"c\"\n{lines}\n"
    )
}

/// The faults that the build script finds in these files.
fn fault(files: &[(&str, String)]) -> String {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    build::natives(&files).map_or_else(|error| format!("{error:#}"), |rows| format!("{} rows", rows.len()))
}

#[test]
fn a_fault_is_told_with_file_and_row() {
    let good = |name: &str| row(name, "musl = \"static\"");
    assert_eq!(fault(&[("a.toml", good("a")), ("b.toml", good("b") + &good("c"))]), "3 rows");
    let said = fault(&[("family.toml", good("b") + &good("a"))]);
    assert_eq!(said, "family.toml: row `a`: comes after `b`; rows are sorted by `crate`");
    let said = fault(&[("a.toml", good("a")), ("family.toml", good("a") + &good("b"))]);
    assert_eq!(said, "family.toml: row `a`: a.toml has one already");
    assert_eq!(fault(&[("b.toml", good("a"))]), "b.toml: row `a`: belongs into a.toml");
    assert_eq!(fault(&[("a.toml", String::new())]), "a.toml: has no rows");
    let said = fault(&[("a.toml", good("a").replace("a 1.0.0, build.rs", ""))]);
    assert_eq!(said, "a.toml: row `a`: `source` is empty");
    let said = fault(&[("a.toml", good("a").replace("linkage", "likage"))]);
    assert!(said.starts_with("a.toml: row `a`: unknown field `likage`"), "{said}");
    let said = fault(&[("a.toml", row("a", "features = [\"f\"]\nmusl = \"static\""))]);
    assert_eq!(said, "a.toml: row `a`: the last variant, and only that, has no condition");
}

#[test]
fn a_proof_has_its_version_and_fits_the_row() {
    let said = |lines: &str| fault(&[("a.toml", row("a", lines))]);
    assert_eq!(said("musl = \"static\"\nproved = \"slim scratch\"\nproved-version = \"1.0.0+2\""), "1 rows");
    let wrong = "a.toml: row `a`: variant 1: ";
    let words = format!("{wrong}`proved` takes words of `slim distroless scratch`, in this order");
    assert_eq!(said("musl = \"no\"\nproved = \"distroless slim\"\nproved-version = \"1.0.0\""), words);
    assert_eq!(said("musl = \"no\"\nproved = \"slim bare\"\nproved-version = \"1.0.0\""), words);
    assert_eq!(said("musl = \"no\"\nproved = \"\"\nproved-version = \"1.0.0\""), words);
    let said_twice = format!("{wrong}`proved` and `proved-version` stand together or not at all");
    assert_eq!(said("musl = \"no\"\nproved = \"slim\""), said_twice);
    assert_eq!(said("musl = \"no\"\nproved-version = \"1.0.0\""), said_twice);
    let scratch = format!("{wrong}it is proved in scratch, and `musl` is not \"static\"");
    assert_eq!(said("musl = \"unknown\"\nproved = \"slim scratch\"\nproved-version = \"1.0.0\""), scratch);
}

/// Share of the catalogue's variants, in percent, with a proof that tests/try-crate made. It only grows.
const PROVED: usize = 14;

#[test]
#[expect(clippy::disallowed_macros, reason = "the shares are what one runs it for, with --nocapture")]
fn the_share_of_the_catalogue_that_was_tried_does_not_fall() {
    let catalog = Catalog::load().unwrap();
    let variants = || catalog.natives.values().flat_map(|native| &native.variant);
    let works = |variant: &&Variant| variant.musl == Musl::Static;
    let tried = |variant: &&Variant| variant.proved.is_some();
    let in_scratch = |variant: &&Variant| variant.proved.iter().any(|images| images.ends_with("scratch"));
    let all = variants().count();
    let proved = variants().filter(tried).count();
    let in_musl = variants().filter(works).count();
    let proved_in_musl = variants().filter(in_scratch).count();
    println!("{proved} of {all} variants are proved, {}%", proved * 100 / all);
    println!("{proved_in_musl} of {in_musl} variants with musl = \"static\" are proved in scratch");
    assert!(proved * 100 >= PROVED * all, "{proved} of {all} variants are proved: less than {PROVED}%");
}
