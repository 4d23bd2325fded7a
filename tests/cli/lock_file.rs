//! Cargo.lock and the network.

use std::fs;

use super::terminal::Terminal;

#[test]
fn a_missing_lock_file_is_made_unless_nothing_may_be_written() {
    let mut terminal = Terminal::in_package("");
    fs::remove_file(terminal.at("Cargo.lock")).expect("a file can be removed");
    for options in ["--check", "--print plan", "--locked"] {
        terminal.runs(options);
    }
    terminal.lists(".");
    terminal.runs("");
    terminal.lists(".");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_stale_lock_file_is_an_error_when_locked() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("Cargo.lock", terminal.reads("Cargo.lock").replace("0.1.0", "0.0.9"));
    terminal.runs("--locked");
    insta::assert_snapshot!(terminal);
}

#[test]
fn no_network_and_a_cold_cache() {
    let mut terminal = Terminal::in_fixture("library-and-two-binaries");
    terminal.forgets_downloads();
    terminal.refers_to_cargo("metadata --format-version 1 --offline");
    terminal.runs("--offline");
    insta::assert_snapshot!(terminal);
}
