//! The graph of a build from what is stable, for a cargo whose unit graph cannot be had: cargo's metadata and the text
//! of `cargo tree` enter, a [`UnitGraph`] leaves.
//!
//! `cargo tree` knows the features of each crate for the host and for the target, as the unit graph does; what a target
//! is made from stands in the metadata.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, Package, Target};
use serde_json::Value;

use super::cargo::{BuildRequest, Unit, UnitDependency, UnitGraph, UnitProfile, UnitTarget};

/// Flags of `cargo tree` under which [`units`] reads its output.
pub(super) const TREE: [&str; 8] =
    ["tree", "--edges", "normal,build", "--charset", "ascii", "--prefix", "indent", "--format={p}|{f}"];

/// A package as it is built for the host or for the target.
type Node<'a> = (&'a str, bool);

/// What `cargo tree` says of a node.
#[derive(Default)]
struct Known<'a> {
    features: BTreeSet<String>,
    normal: BTreeSet<Node<'a>>,
    build: BTreeSet<Node<'a>>,
}

/// The compiler runs of a build.
pub(super) fn units(metadata: &Metadata, tree: &str, request: &BuildRequest) -> UnitGraph {
    let packages: BTreeMap<&str, &Package> =
        metadata.packages.iter().map(|package| (package.id.repr.as_str(), package)).collect();
    let (nodes, roots) = read(metadata, tree);
    let mut builder = Builder { packages, nodes, request, places: BTreeMap::new(), units: Vec::new() };
    let mut bins = Vec::new();
    for id in roots {
        let Some(package) = builder.packages.get(id).copied() else { continue };
        let wanted: Vec<&Target> = package.targets.iter().filter(|target| builder.is_asked_for(id, target)).collect();
        for target in wanted {
            let unit = builder.unit(target, (id, false));
            let mut dependencies = builder.dependencies((id, false));
            dependencies.extend(builder.library((id, false)));
            builder.units.push(Unit { dependencies: edges(dependencies), ..unit });
            bins.push(builder.units.len() - 1);
        }
    }
    UnitGraph { version: 1, units: builder.units, roots: bins }
}

struct Builder<'a> {
    packages: BTreeMap<&'a str, &'a Package>,
    nodes: BTreeMap<Node<'a>, Known<'a>>,
    request: &'a BuildRequest,
    /// Units of libraries and build scripts that are there already.
    places: BTreeMap<(Node<'a>, bool), usize>,
    units: Vec<Unit>,
}

impl<'a> Builder<'a> {
    fn is_asked_for(&self, id: &str, target: &Target) -> bool {
        let features = self.nodes.get(&(id, false)).map(|known| &known.features);
        let is_on = |feature: &String| features.is_some_and(|features| features.contains(feature));
        let is_library = self.request.with_libraries && !target.is_bin() && is_library(target);
        let is_named = self.request.binaries.is_empty() || self.request.binaries.contains(&target.name);
        is_library || target.is_bin() && is_named && target.required_features.iter().all(is_on)
    }

    /// The unit of a package's library, and of all that it is built from.
    fn library(&mut self, node: Node<'a>) -> Option<usize> {
        if let Some(place) = self.places.get(&(node, false)) {
            return Some(*place);
        }
        let package = self.packages.get(node.0).copied()?;
        let target = package.targets.iter().find(|target| is_library(target))?;
        let unit = self.unit(target, node);
        // Cargo has no circles among normal and build dependencies.
        let dependencies = self.dependencies(node);
        self.units.push(Unit { dependencies: edges(dependencies), ..unit });
        self.places.insert((node, false), self.units.len() - 1);
        Some(self.units.len() - 1)
    }

    /// The units that a library or a program of a package depends on, its build script among them.
    fn dependencies(&mut self, node: Node<'a>) -> Vec<usize> {
        let normal: Vec<Node> =
            self.nodes.get(&node).map(|known| known.normal.iter().copied().collect()).unwrap_or_default();
        let mut found: Vec<usize> = normal.into_iter().filter_map(|node| self.library(node)).collect();
        found.extend(self.script(node));
        found
    }

    fn script(&mut self, node: Node<'a>) -> Option<usize> {
        if let Some(place) = self.places.get(&(node, true)) {
            return Some(*place);
        }
        let package = self.packages.get(node.0).copied()?;
        let target = package.targets.iter().find(|target| target.is_custom_build())?;
        let unit = Unit { platform: None, ..self.unit(target, node) };
        let build: Vec<Node> =
            self.nodes.get(&node).map(|known| known.build.iter().copied().collect()).unwrap_or_default();
        let dependencies: Vec<usize> = build.into_iter().filter_map(|node| self.library(node)).collect();
        self.units.push(Unit { dependencies: edges(dependencies), ..unit });
        self.places.insert((node, true), self.units.len() - 1);
        Some(self.units.len() - 1)
    }

    fn unit(&self, target: &Target, node: Node) -> Unit {
        let features = self.nodes.get(&node).map(|known| known.features.iter().cloned().collect()).unwrap_or_default();
        let names = |kinds: &[String]| kinds.to_vec();
        Unit {
            pkg_id: node.0.to_owned(),
            target: UnitTarget {
                kind: names(&target.kind.iter().map(ToString::to_string).collect::<Vec<_>>()),
                crate_types: names(&target.crate_types.iter().map(ToString::to_string).collect::<Vec<_>>()),
                name: target.name.clone(),
                src_path: target.src_path.clone().into(),
            },
            // The profiles of the manifest are read by themselves; only these have debug information without a word.
            profile: UnitProfile {
                debuginfo: if matches!(self.request.profile.as_str(), "dev" | "test") {
                    Value::from(2)
                } else {
                    Value::Null
                },
                debug_assertions: None,
            },
            platform: (!node.1).then(|| self.request.target.clone()),
            mode: "build".to_owned(),
            features,
            dependencies: Vec::new(),
        }
    }
}

fn is_library(target: &Target) -> bool {
    !target.is_bin() && !target.is_custom_build() && !target.is_test() && !target.is_bench() && !target.is_example()
}

fn edges(units: Vec<usize>) -> Vec<UnitDependency> {
    units.into_iter().map(|index| UnitDependency { index }).collect()
}

/// The nodes of a tree, and the packages that it begins with.
fn read<'a>(metadata: &'a Metadata, tree: &str) -> (BTreeMap<Node<'a>, Known<'a>>, Vec<&'a str>) {
    let mut nodes: BTreeMap<Node, Known> = BTreeMap::new();
    let mut roots = Vec::new();
    // The nodes on the way to a line, and whether those below each are for its build script.
    let mut above: Vec<(Node, bool)> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let text = line.trim_start_matches(['|', '`', '-', ' ']);
        let depth = (line.len() - text.len()) / 4;
        if text.starts_with('[') {
            // `[build-dependencies]` stands as deep as the node that it belongs to.
            above.truncate(depth + 1);
            if let Some((_, builds)) = above.last_mut() {
                *builds = true;
            }
            continue;
        }
        let Some(package) = package(metadata, text) else { continue };
        above.truncate(depth);
        let parent = above.last().copied();
        let is_macro = package.targets.iter().any(Target::is_proc_macro);
        let on_host = is_macro || parent.is_some_and(|((_, on_host), builds)| on_host || builds);
        let node = (package.id.repr.as_str(), on_host);
        let known = nodes.entry(node).or_default();
        let features = text.trim_end_matches(" (*)").rsplit_once('|').map_or("", |(_, features)| features);
        known.features.extend(features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned));
        match parent {
            Some((parent, builds)) => {
                let of_parent = nodes.entry(parent).or_default();
                if builds {
                    of_parent.build.insert(node)
                } else {
                    of_parent.normal.insert(node)
                };
            }
            None => roots.push(node.0),
        }
        above.push((node, false));
    }
    complete(&mut nodes);
    (nodes, roots)
}

/// What lies below a node is written once, though it may be built for the host and for the target.
fn complete<'a>(nodes: &mut BTreeMap<Node<'a>, Known<'a>>) {
    let mut queue: Vec<Node<'a>> = nodes.keys().copied().collect();
    while let Some(node) = queue.pop() {
        let is_leaf = nodes.get(&node).is_some_and(|known| known.normal.is_empty() && known.build.is_empty());
        let other = (node.0, !node.1);
        let Some(twin) = nodes.get(&other).filter(|_| is_leaf) else { continue };
        let (normal, build) = (below(&twin.normal, node.1), below(&twin.build, true));
        for below in normal.iter().chain(&build) {
            if !nodes.contains_key(below) {
                let features = nodes.get(&(below.0, !below.1)).map(|known| known.features.clone()).unwrap_or_default();
                nodes.insert(*below, Known { features, ..Known::default() });
                queue.push(*below);
            }
        }
        let known = nodes.entry(node).or_default();
        known.normal.extend(normal);
        known.build.extend(build);
    }
}

/// The same nodes for a parent on the host, where it is one.
fn below<'a>(nodes: &BTreeSet<Node<'a>>, on_host: bool) -> Vec<Node<'a>> {
    nodes.iter().map(|(id, anyway)| (*id, *anyway || on_host)).collect()
}

/// The package of `name v1.0.0 (proc-macro) (/folder)|features (*)`.
fn package<'a>(metadata: &'a Metadata, text: &str) -> Option<&'a Package> {
    let (named, _) = text.split_once('|')?;
    let mut words = named.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    let place = words.find(|word| *word != "(proc-macro)").map(|word| word.trim_matches(['(', ')']));
    let mut alike: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| package.name.as_str() == name && package.version.to_string() == version)
        .collect();
    if alike.len() > 1 {
        let is_local = place.is_some_and(|place| place.starts_with('/'));
        alike.retain(|package| package.source.is_none() == is_local);
    }
    alike.first().copied()
}
