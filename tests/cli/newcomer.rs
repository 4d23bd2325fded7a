//! Somebody's first five minutes, on three projects, in a terminal: what they type and all that they see.

use std::fs;

use super::terminal::Terminal;

/// The first run, the second, a check, an edit, what a check says of it, a reason, and a choice that stays.
fn first_five_minutes(fixture: &str, reason: &str, choice: &str) -> Terminal {
    let mut terminal = Terminal::in_fixture(fixture);
    terminal.downloads(&["serde v1.0.229", "itoa v1.0.15"]);
    terminal.types("");
    terminal.types("");
    terminal.types("--check");
    terminal.remarks("an edit: a stage with a name that somebody likes better");
    let edited = terminal.reads("Dockerfile").replace("AS toolchain", "AS tools");
    fs::write(terminal.at("Dockerfile"), edited).expect("an edit");
    terminal.types("--check");
    terminal.types("");
    terminal.types("--force");
    terminal.types(&format!("explain {reason}"));
    terminal.types(&format!("{choice} --save"));
    terminal.types("--check");
    terminal
}

#[test]
fn a_program_without_dependencies() {
    insta::assert_snapshot!(first_five_minutes("calculator", "template", "--slim"));
}

#[test]
fn a_workspace_with_native_libraries() {
    insta::assert_snapshot!(first_five_minutes("native-library", "libpq-dev", "--package server --slim"));
}

#[test]
fn servers() {
    insta::assert_snapshot!(first_five_minutes("services", "signals", "--bin feed --distroless"));
}
