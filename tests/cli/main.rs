//! The real binary: what it writes, what it says and how it exits. Each test is a session in a terminal, kept whole as
//! a snapshot.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests stand at the edge")]

#[path = "../common/mod.rs"]
mod common;
mod terminal;

mod adopt;
mod audit;
mod choice;
mod delivery;
mod explain;
mod files;
mod hostile;
mod in_service;
mod lock_file;
mod newcomer;
mod selection;
mod settings;
mod shipped;
mod sources;
mod templates;
mod usage;
mod verify;
