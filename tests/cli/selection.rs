//! Which package and which binaries, and what is said where there are none.

use super::terminal::Terminal;

#[test]
fn no_manifest() {
    let mut terminal = Terminal::in_empty_folder();
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn broken_manifest_is_shown_in_cargos_words() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("Cargo.toml", "[package\nname = 1\n");
    terminal.refers_to_cargo("metadata --format-version 1");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_member_folder_selects_the_member_and_writes_at_the_root() {
    let mut terminal = Terminal::in_fixture("virtual-workspace");
    terminal.runs_in("crates/worker/src", "");
    terminal.searches("Regenerate", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn library_only_is_an_error() {
    let mut terminal = Terminal::in_fixture("library-only");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

/// As `cargo build --workspace` has it; cargo itself would build the library alone.
#[test]
fn a_library_at_the_root_leaves_the_choice_to_the_members() {
    let mut terminal = Terminal::in_fixture("virtual-workspace");
    let manifest = terminal.reads("Cargo.toml");
    let members = manifest.replace("default-members = [\"crates/api\", \"crates/worker\"]\n", "");
    let package = "[package]\nname = \"virtual\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    terminal.writes("Cargo.toml", format!("{members}\n{package}"));
    terminal.writes("src/lib.rs", "");
    let lock_file = terminal.reads("Cargo.lock");
    terminal.writes("Cargo.lock", format!("{lock_file}\n[[package]]\nname = \"virtual\"\nversion = \"0.1.0\"\n"));
    terminal.runs("");
    terminal.searches("cargo build", "Dockerfile");
    terminal.runs("--check");
    terminal.runs("--package virtual");
    terminal.remarks("where all programs are tools, the library is the product");
    terminal.writes(".cargo/config.toml", "[alias]\na = \"run --package api\"\nb = \"run --package worker\"\n");
    terminal.runs("--force");
    insta::assert_snapshot!(terminal);
}

#[test]
fn library_among_members_names_those_that_have_a_binary() {
    let mut terminal = Terminal::in_fixture("virtual-workspace");
    terminal.runs("--package virtual-core");
    insta::assert_snapshot!(terminal);
}

#[test]
fn unknown_names_get_a_suggestion() {
    let mut terminal = Terminal::in_fixture("virtual-workspace");
    terminal.runs("--bin aip");
    terminal.runs("--bin tool");
    terminal.runs("--package workr");
    terminal.runs("--suite trixi");
    terminal.runs("--template slimm");
    terminal.runs("--target wasm32-unknown-unknown");
    insta::assert_snapshot!(terminal);
}

#[test]
fn required_features_that_are_off_are_named() {
    let mut terminal = Terminal::in_fixture("required-features");
    terminal.runs("");
    terminal.refers_to_cargo("build --bin admin");
    terminal.runs("--bin admin");
    insta::assert_snapshot!(terminal);
}
