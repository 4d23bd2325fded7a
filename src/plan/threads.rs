//! Threads and allocators: what runs in a program enters; whether musl's allocator would hold it up leaves.
//!
//! musl's allocator has one lock for all threads. What that costs is measured by `tests/bench/allocator`.

use super::program::Program;
use crate::workspace::Threads;

/// What makes the threads of a program that allocates with musl, unless it brings an allocator of its own.
pub(super) fn slow_on_musl(program: Program) -> Option<String> {
    let has_own = program.says(|package| &package.service.allocators).any(|said| said.what.is_used);
    if has_own {
        return None;
    }
    let says = |threads: Threads| program.says(|package| &package.service.threads).any(|said| said.what == threads);
    let is_single = says(Threads::OneOfTokio) && !says(Threads::ManyOfTokio);
    let by_crate = program.catalog.in_service.threads.iter().find(|one| {
        let has_it = |feature: &String| program.krate(&one.name).is_some_and(|krate| krate.features.contains(feature));
        let is_there = one.feature.as_ref().map_or(program.krate(&one.name).is_some(), has_it);
        is_there && !(one.name == "tokio" && is_single)
    });
    let spawned = || (program.serves() && says(Threads::Spawned)).then(|| "threads of its own".to_owned());
    by_crate.map(|one| one.what.clone()).or_else(spawned)
}
