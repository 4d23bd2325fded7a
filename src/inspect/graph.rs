//! The unit graph as facts about binaries: what cargo is going to compile enters, each binary's own closure leaves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use cargo_metadata::{Metadata, Package, Target};
use cargo_platform::Platform;
use rayon::prelude::*;
use semver::Version;

use super::cargo::{Unit, UnitGraph};
use super::evidence;
use super::paths::Layout;
use super::plugins::Plugin;
use super::select::Selected;
use crate::catalog::Catalog;
use crate::error::Failure;
use crate::workspace::LocalPackage;
use crate::workspace::{About, Binary, Crate, Evidence, OwnLibrary, Role, SkippedBinary};

pub(super) struct Graph<'a> {
    units: &'a UnitGraph,
    packages: BTreeMap<&'a str, &'a Package>,
    metadata: &'a Metadata,
}

/// A build script, as far as it concerns the system.
#[derive(Clone, Default)]
struct Script {
    features: BTreeSet<String>,
    build_dependencies: BTreeSet<String>,
    evidence: Evidence,
}

impl<'a> Graph<'a> {
    /// The graph of `units`; `others` are packages that are no members.
    pub(super) fn new(metadata: &'a Metadata, others: impl Iterator<Item = &'a Package>, units: &'a UnitGraph) -> Self {
        let packages = metadata.packages.iter().chain(others);
        let packages = packages.map(|package| (package.id.repr.as_str(), package)).collect();
        Self { units, packages, metadata }
    }

    /// The package of a unit. The standard library's own crates, built by `build-std`, are in no metadata.
    fn package(&self, unit: &Unit) -> Option<&'a Package> {
        self.packages.get(unit.pkg_id.as_str()).copied()
    }

    /// Packages that something is compiled from.
    pub(super) fn built(&self) -> impl Iterator<Item = &'a Package> {
        let ids: BTreeSet<&str> = self.units.units.iter().map(|unit| unit.pkg_id.as_str()).collect();
        ids.into_iter().filter_map(|id| self.packages.get(id).copied())
    }

    /// The features that a package is compiled with, be it for the program or for the build.
    pub(super) fn features(&self, id: &str) -> BTreeSet<String> {
        let units = self.units.units.iter().filter(|unit| unit.pkg_id == id);
        units.flat_map(|unit| unit.features.iter().cloned()).collect()
    }

    /// Whether the programs have debug assertions, where cargo says so.
    pub(super) fn debug_assertions(&self) -> Option<bool> {
        self.units.roots.iter().find_map(|&root| self.units.units[root].profile.debug_assertions)
    }

    /// Local packages that stand in for published ones, through `[patch]`: crates from elsewhere depend on them, directly
    /// or not, or local ones do so by version alone.
    pub(super) fn patches(&self) -> BTreeSet<&'a str> {
        let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for unit in &self.units.units {
            let dependencies = unit.dependencies.iter().map(|dependency| &self.units.units[dependency.index]);
            let others = dependencies.filter(|other| other.pkg_id != unit.pkg_id).map(|other| other.pkg_id.as_str());
            edges.entry(&unit.pkg_id).or_default().extend(others);
        }
        let is_local = |id: &str| self.packages.get(id).is_some_and(|package| package.source.is_none());
        let by_version = |id: &str, dependency: &str| {
            let name = self.packages.get(dependency).map(|package| package.name.as_str());
            let declared = self.packages.get(id).into_iter().flat_map(|package| &package.dependencies);
            declared.filter(|declared| Some(declared.name.as_str()) == name).any(|declared| declared.path.is_none())
        };
        let mut queue: VecDeque<&str> = edges.keys().copied().filter(|id| !is_local(id)).collect();
        let mut seen = BTreeSet::new();
        for (id, dependencies) in edges.iter().filter(|(id, _)| is_local(id)) {
            let named = dependencies.iter().filter(|dependency| is_local(dependency) && by_version(id, dependency));
            for dependency in named {
                if seen.insert(*dependency) {
                    queue.push_back(dependency);
                }
            }
        }
        while let Some(id) = queue.pop_front() {
            for dependency in edges.get(id).into_iter().flatten() {
                if is_local(dependency) && seen.insert(*dependency) {
                    queue.push_back(dependency);
                }
            }
        }
        seen.into_iter().filter_map(|id| self.packages.get_key_value(id).map(|(id, _)| *id)).collect()
    }

    /// The binaries that cargo builds, by name; the default one last. `local` are the packages whose sources were read.
    pub(super) fn binaries(
        &self,
        layout: &Layout,
        local: &[LocalPackage],
        catalog: &Catalog,
        selected: &Selected,
        plugins: &[Plugin],
    ) -> Vec<Binary> {
        let mut scripts = self.scripts(catalog);
        for package in local.iter().filter(|package| !package.links.is_empty()) {
            let named = |other: &&&Package| other.source.is_none() && other.name.as_str() == package.name;
            if let Some(id) = self.packages.values().find(named).map(|package| package.id.repr.as_str()) {
                scripts.entry(id).or_default().evidence.libraries.extend(package.links.iter().cloned());
            }
        }
        let mut binaries: Vec<Binary> = self
            .units
            .roots
            .iter()
            .filter_map(|&root| {
                let unit = &self.units.units[root];
                let package = self.package(unit).filter(|_| unit.target.is("bin"))?;
                if selected.leaves_out(&unit.target.name, &package.name) {
                    return None;
                }
                let folder = package.manifest_path.as_std_path().parent()?;
                let crates = self.closure(root, &scripts, plugins);
                Some(Binary {
                    libraries: self.libraries(root, plugins),
                    name: unit.target.name.clone(),
                    package: package.name.to_string(),
                    folder: layout.path(folder),
                    about: about(package),
                    crates,
                })
            })
            .collect();
        binaries.sort_by(|a, b| (&a.name, &a.package).cmp(&(&b.name, &b.package)));
        let chosen = selected.default.as_ref();
        let is_chosen =
            |binary: &Binary| chosen.is_some_and(|(package, name)| (package, name) == (&binary.package, &binary.name));
        let at = binaries.iter().position(is_chosen);
        if let Some(at) = at {
            let last = binaries.remove(at);
            binaries.push(last);
        }
        binaries
    }

    /// Shared libraries that a program is built with: those that it links, and plugins that it opens.
    fn libraries(&self, root: usize, plugins: &[Plugin]) -> Vec<OwnLibrary> {
        let mut found = BTreeSet::new();
        let mut queue = vec![root];
        let mut seen = BTreeSet::from([root]);
        while let Some(index) = queue.pop() {
            let unit = &self.units.units[index];
            let makes = |kind: &str| unit.target.crate_types.iter().any(|own| own == kind);
            // Beside an rlib, rustc leaves a dylib alone.
            if unit.platform.is_some() && makes("dylib") && !makes("rlib") && !makes("lib") {
                found.insert(OwnLibrary { name: unit.target.name.replace('-', "_"), opened_as: None });
            }
            queue.extend(
                unit.dependencies.iter().map(|dependency| dependency.index).filter(|index| seen.insert(*index)),
            );
        }
        let opened = plugins
            .iter()
            .map(|plugin| OwnLibrary { name: plugin.name.clone(), opened_as: Some(plugin.opened_as.clone()) });
        found.into_iter().chain(opened).collect()
    }

    /// Everything that a root unit is built from, breadth first, so that each crate's way is a shortest one.
    fn closure(&self, root: usize, scripts: &BTreeMap<&str, Script>, plugins: &[Plugin]) -> Vec<Crate> {
        let is_plugin = |root: &&usize| {
            let unit = &self.units.units[**root];
            unit.target.is("cdylib") && plugins.iter().any(|plugin| plugin.name == unit.target.name.replace('-', "_"))
        };
        let plugins: Vec<usize> = self.units.roots.iter().filter(is_plugin).copied().collect();
        let mut crates: Vec<Crate> = Vec::new();
        let mut places: BTreeMap<(&str, Role), usize> = BTreeMap::new();
        let mut queue = VecDeque::from([(root, None, None)]);
        let mut seen = BTreeSet::from([root]);
        while let Some((index, parent, parent_unit)) = queue.pop_front() {
            let unit = &self.units.units[index];
            let role = if unit.platform.is_some() { Role::Target } else { Role::Host };
            let place = match (places.get(&(unit.pkg_id.as_str(), role)), self.package(unit)) {
                (Some(place), _) => {
                    crates[*place].features.extend(unit.features.iter().cloned());
                    Some(*place)
                }
                // A build script run belongs to its package, which is reached by its library as well.
                (None, Some(package)) if !is_script(unit) => {
                    places.insert((unit.pkg_id.as_str(), role), crates.len());
                    let script = scripts.get(unit.pkg_id.as_str()).cloned().unwrap_or_default();
                    crates.push(Crate {
                        name: package.name.to_string(),
                        version: package.version.clone(),
                        features: unit.features.iter().cloned().collect(),
                        role,
                        links: package.links.clone(),
                        build_dependencies: script.build_dependencies,
                        evidence: script.evidence,
                        is_local: package.source.is_none(),
                        enabled_by: parent_unit.and_then(|unit| self.enabling_feature(unit, package)),
                        parent,
                    });
                    Some(crates.len() - 1)
                }
                _ => parent,
            };
            let opened: &[usize] = if index == root { &plugins } else { &[] };
            for dependency in unit.dependencies.iter().map(|dependency| dependency.index).chain(opened.iter().copied())
            {
                if seen.insert(dependency) {
                    queue.push_back((dependency, place, Some(unit)));
                }
            }
        }
        crates
    }

    /// The feature of a unit's package that brings an optional dependency.
    fn enabling_feature(&self, unit: &Unit, dependency: &Package) -> Option<String> {
        let package = self.package(unit)?;
        let declared = package.dependencies.iter().find(|declared| declared.name == dependency.name.as_str())?;
        if !declared.optional {
            return None;
        }
        let name = declared.rename.as_ref().unwrap_or(&declared.name);
        let brings = |value: &String| {
            let value = value.strip_prefix("dep:").unwrap_or(value);
            value == name || value.split_once('/').is_some_and(|(of, _)| of == name)
        };
        let features = unit
            .features
            .iter()
            .filter(|feature| package.features.get(*feature).is_some_and(|values| values.iter().any(brings)));
        // The most telling name: not `default`.
        features.min_by_key(|feature| *feature == "default").cloned()
    }

    /// The build script of each package that has one, or that holds bindings: the packages that it uses, and what it says
    /// about the system.
    fn scripts(&self, catalog: &Catalog) -> BTreeMap<&str, Script> {
        let mut scripts: BTreeMap<&str, Script> = BTreeMap::new();
        for unit in self.units.units.iter().filter(|unit| unit.target.is("custom-build") && unit.mode == "build") {
            let names =
                unit.dependencies.iter().filter_map(|dependency| self.package(&self.units.units[dependency.index]));
            let script = scripts.entry(&unit.pkg_id).or_default();
            script.features.extend(unit.features.iter().cloned());
            script.build_dependencies.extend(names.map(|package| package.name.to_string()));
        }
        for package in self.built().filter(|package| package.name.ends_with("sys")) {
            scripts.entry(&package.id.repr).or_default();
        }
        scripts.par_iter_mut().for_each(|(id, script)| {
            if let Some(package) = self.packages.get(id) {
                script.evidence = evidence::of(package, &script.features, &script.build_dependencies, catalog);
            }
        });
        scripts
    }

    /// Binaries of the selected packages that cargo leaves out because a feature they require is off.
    pub(super) fn skipped(&self, selected: &Selected) -> Vec<SkippedBinary> {
        let built: BTreeSet<(&str, &str)> = self
            .units
            .roots
            .iter()
            .map(|&root| (self.units.units[root].pkg_id.as_str(), self.units.units[root].target.name.as_str()))
            .collect();
        let is_selected = |package: &Package| selected.packages.iter().any(|name| name == package.name.as_str());
        let mut skipped: Vec<SkippedBinary> = super::select::members(self.metadata)
            .into_iter()
            .filter(|package| is_selected(package))
            .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
            .filter(|(package, target)| {
                target.is_bin()
                    && !selected.leaves_out(&target.name, &package.name)
                    && !target.required_features.is_empty()
                    && !built.contains(&(package.id.repr.as_str(), target.name.as_str()))
            })
            .map(|(_, target)| SkippedBinary {
                name: target.name.clone(),
                required_features: target.required_features.clone(),
            })
            .collect();
        skipped.sort_by(|a, b| a.name.cmp(&b.name));
        skipped
    }

    /// Crate roots of local packages that are compiled, each once with its package and the features that are on.
    pub(super) fn local_roots(&self) -> impl Iterator<Item = (&'a Package, &'a Path, &'a [String])> {
        let builds = self.units.units.iter().filter(|unit| unit.mode == "build");
        let roots = builds.flat_map(|unit| {
            let package = self.package(unit).filter(|package| package.source.is_none());
            let is_built = move |target: &&Target| {
                target.name == unit.target.name && target.kind.iter().any(|kind| unit.target.is(&kind.to_string()))
            };
            package.into_iter().flat_map(move |package| {
                let targets = package.targets.iter().filter(is_built);
                targets.map(move |target| (package, target.src_path.as_std_path(), unit.features.as_slice()))
            })
        });
        let mut seen = BTreeSet::new();
        roots.filter(move |(_, root, features)| seen.insert((*root, *features)))
    }

    pub(super) fn highest_rust_version(&self) -> Option<(Version, String)> {
        self.built()
            .filter_map(|package| Some((package.rust_version.clone()?, package.name.to_string())))
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
    }

    /// Platforms that dependencies are limited to.
    pub(super) fn platforms(&self) -> BTreeSet<Platform> {
        self.built()
            .flat_map(|package| &package.dependencies)
            .filter_map(|dependency| dependency.target.clone())
            .collect()
    }
}

/// A build script or its run: it is reached on the way to its package's library.
fn is_script(unit: &Unit) -> bool {
    unit.target.is("custom-build")
}

fn about(package: &Package) -> About {
    About {
        description: package.description.clone(),
        license: package.license.clone(),
        repository: package.repository.clone(),
        homepage: package.homepage.clone(),
        documentation: package.documentation.clone(),
        authors: package.authors.clone(),
    }
}

/// Whether a target is compiled for the program: library, binary or build script, as opposed to tests and the like.
pub(super) fn is_compiled(target: &Target) -> bool {
    !(target.is_test() || target.is_bench() || target.is_example())
}

/// Cargo takes any name for a binary, and rustc makes it the name of a crate.
pub(super) fn names_must_be_for_rustc(binaries: &[Binary]) -> Result<(), Failure> {
    let is_for_rustc = |name: &str| name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    let Some(binary) = binaries.iter().find(|binary| !is_for_rustc(&binary.name)) else {
        return Ok(());
    };
    Err(Failure::new(format!("rustc cannot compile a binary that is called {:?}", binary.name))
        .help(format!("give it a name of letters, digits, `-` and `_` in `{}`", binary.folder.join("Cargo.toml"))))
}
