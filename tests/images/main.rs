//! Builds images from generated files and runs them, on the engine that `tests/engine/up` starts. `tests/run` calls
//! these; `cargo test` alone leaves them out.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests stand at the edge")]

#[path = "../common/mod.rs"]
mod common;
#[macro_use]
#[path = "../common/cases.rs"]
mod list;

mod cache;
mod delivery;
mod engine;
mod faults;
mod first_try;
mod fixtures;
mod in_service;
mod lesson;
mod lint;
mod long;
mod origins;
mod report;
mod traps;
mod verify;
mod wiped_builder;
