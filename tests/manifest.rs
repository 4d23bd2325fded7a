//! What this package's own manifest promises.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// The oldest Rust that every dependency of the program compiles with is the one that the manifest declares; clippy
/// holds the code itself against it.
#[test]
fn rust_version_is_the_highest_of_the_dependencies() {
    let metadata = MetadataCommand::new()
        .other_options(["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(str::to_owned))
        .exec()
        .expect("cargo metadata");
    let packages: BTreeMap<_, &Package> = metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let graph = metadata.resolve.as_ref().expect("a resolved graph");
    let own = metadata.root_package().expect("a package");
    let mut queue = vec![&own.id];
    let mut seen = BTreeSet::new();
    while let Some(id) = queue.pop() {
        if seen.insert(id) {
            let node = graph.nodes.iter().find(|node| node.id == *id).expect("a node");
            let used = node
                .deps
                .iter()
                .filter(|edge| edge.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
            queue.extend(used.map(|edge| &edge.pkg));
        }
    }
    seen.remove(&own.id);
    let highest = seen.iter().filter_map(|id| Some((packages[*id].rust_version.clone()?, &packages[*id].name))).max();
    let (version, name) = highest.expect("dependencies that declare a version");
    assert_eq!(own.rust_version.as_ref(), Some(&version), "`{name}` needs {version}");
}
