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
