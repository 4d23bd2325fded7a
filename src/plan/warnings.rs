//! What a user should know though it stops nothing: facts enter, sentences with a next step leave.

use std::collections::BTreeSet;

use super::basis::Basis;
use super::context::BuildContext;
use super::images::Image;
use super::left_out::{self, LeftOut, Remedy};
use super::natives::NativeUse;
use super::runtime::Runtime;
use super::{build_packages, context};
use crate::error::quoted;

pub(super) fn warnings(basis: &Basis, images: &[Image], context: &BuildContext) -> Vec<String> {
    let mut warnings = left_out(basis);
    warnings.extend(unknown_linkers(basis));
    warnings.extend(processor_of_the_builder(basis));
    warnings.extend(nameless_registries(basis));
    warnings.extend(unknown_natives(basis));
    warnings.extend(missing_data(basis));
    warnings.extend(baked_folders(images));
    warnings.extend(left_out_files(basis, context));
    warnings
}

/// Files that only rustc's record knows of.
fn left_out_files(basis: &Basis, context: &BuildContext) -> Option<String> {
    let LeftOut { files, remedy } = left_out::left_out(basis.workspace, context)?;
    let remedy = match remedy {
        Remedy::Inputs(path) => {
            format!("say `inputs = [\"{path}\"]` in [{}.metadata.dockerize]", basis.all_settings.saved_in.key())
        }
        Remedy::BuildScript { package, path } => {
            format!("let the build script of `{package}` print `cargo::rerun-if-changed={path}`")
        }
    };
    Some(format!(
        "the last build here read {}, which no source names and which will not travel; if the image needs it, {remedy}",
        quoted(&files)
    ))
}

/// A program that looks for files where it was built finds nothing there.
fn baked_folders(images: &[Image]) -> BTreeSet<String> {
    let found = images.iter().flat_map(|image| image.at_run_time.bakes_folder.iter().map(move |said| (image, said)));
    found
        .map(|(image, said)| {
            format!(
                "{} takes CARGO_MANIFEST_DIR along ({}): files below `{}` are not in its image; read their folder from a variable or the current folder, and name them in `assets`",
                image.binary,
                said.place,
                said.what.below(context::TOP)
            )
        })
        .collect()
}

fn left_out(basis: &Basis) -> Vec<String> {
    let skipped = basis.workspace.skipped.iter();
    skipped
        .map(|binary| {
            format!(
                "binary `{}` is left out: it requires {}; add `--features {}`",
                binary.name,
                quoted(&binary.required_features),
                binary.required_features.join(",")
            )
        })
        .collect()
}

fn unknown_linkers(basis: &Basis) -> Vec<String> {
    let unknown = build_packages::linkers(basis)
        .into_iter()
        .filter(|(program, _)| basis.catalog.images.program(program).is_none());
    unknown
        .map(|(program, by)| {
            format!(
                "linker `{program}` ({by}) is in no list; if the build image lacks it, name its Debian package in `build-packages`"
            )
        })
        .collect()
}

fn processor_of_the_builder(basis: &Basis) -> Option<String> {
    basis.workspace.config.rustflags.iter().any(|flag| flag.contains("target-cpu=native")).then(|| {
        "`-C target-cpu=native` in .cargo/config.toml compiles for the processor of the builder: the image may not run elsewhere; name a processor, as in `target-cpu=x86-64-v3`".to_owned()
    })
}

fn nameless_registries(basis: &Basis) -> Vec<String> {
    let nameless = basis.workspace.origins.registries.iter().filter(|registry| registry.name.is_none());
    nameless
        .map(|registry| {
            format!(
                "crates come from `{}`, which only a configuration outside the workspace knows; name it in .cargo/config.toml, as `registries.NAME.index`",
                registry.index
            )
        })
        .collect()
}

/// Crates that look native and are in no row. What they ask for is supplied as far as that can be read; the rest is for
/// the user to say.
fn unknown_natives(basis: &Basis) -> Option<String> {
    let mut seen = BTreeSet::new();
    let unknown: Vec<&NativeUse> = basis
        .natives
        .all()
        .filter(|found| found.row.is_none() && !found.only_runs_programs())
        .filter(|found| !basis.is_known(found) && seen.insert(&found.krate.name))
        .collect();
    let names = unknown.iter().map(|found| format!("\"{}\"", found.krate.name)).collect::<Vec<_>>().join(", ");
    let lines: Vec<String> = unknown.iter().map(|found| unknown_native(found, basis)).collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "crates that look native and are in no row of the catalogue:\n  {}\n  in [{}.metadata.dockerize], name what else they need in `build-packages`, or say `known-natives = [{names}]`",
            lines.join("\n  "),
            basis.all_settings.saved_in.key()
        )
    })
}

/// `foo-sys (api → foo-sys) links foo: gets libfoo-dev`
fn unknown_native(found: &NativeUse, basis: &Basis) -> String {
    let chain = found.chain();
    let way = if chain.len() > 1 { format!(" ({})", chain.join(" → ")) } else { String::new() };
    let guesses = found.guesses(basis.catalog);
    let gets: Vec<String> = guesses.iter().map(|guess| format!("{} for `{}`", guess.package, guess.name)).collect();
    let gets = if gets.is_empty() { String::new() } else { format!(": gets {}", gets.join(", ")) };
    format!("{}{way} {}{gets}", found.krate.name, found.signs(basis.catalog))
}

/// Things beside libraries that the image will lack.
fn missing_data(basis: &Basis) -> BTreeSet<String> {
    let data = basis.workspace.binaries.iter().flat_map(|binary| basis.natives.data(binary, basis.catalog));
    data.filter(|(_, found)| !basis.is_known(found))
        .filter_map(|(data, found)| {
            let name = &found.krate.name;
            if data.from_user {
                Some(format!(
                    "{name} uses {}, which has to come from you: name a package in `runtime-packages` or install it in a template of your own, then say `known-natives = [\"{name}\"]`",
                    data.what
                ))
            } else if data.wants_packages() && basis.runtime != Runtime::Slim {
                Some(format!(
                    "{name} uses {}, which {} lacks; use `--slim` if the program needs it",
                    data.what,
                    basis.runtime.title()
                ))
            } else {
                None
            }
        })
        .collect()
}
