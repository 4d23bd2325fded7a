//! Builds images from generated files and runs them, on the engine that `tests/engine/up` starts. `tests/run` calls
//! these; `cargo test` alone leaves them out.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod engine;
mod fixtures;
mod lesson;
mod lint;
mod published;
mod traps;
