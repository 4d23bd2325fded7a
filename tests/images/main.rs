//! Builds images from generated files and runs them, on the engine that `tests/engine/up` starts. `tests/run` calls
//! these; `cargo test` alone leaves them out.

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
#[path = "../common/cases.rs"]
mod list;

mod engine;
mod fixtures;
mod lesson;
mod lint;
mod published;
mod traps;
