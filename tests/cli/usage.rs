//! Options as such: help, usage, how much is said and in which colours.

use super::terminal::Terminal;

#[test]
fn wrong_usage_exits_with_2() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--nonsense");
    terminal.runs("--slim --scratch");
    terminal.runs("--check --force");
    terminal.runs("--print nothing");
    terminal.runs("--slim --template scratch");
    insta::assert_snapshot!(terminal);
}

#[test]
fn quiet_verbose_and_colour() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--quiet");
    terminal.runs("--verbose");
    terminal.runs("--color always");
    terminal.runs("--color never");
    insta::assert_snapshot!(terminal);
}

#[test]
fn help() {
    let mut terminal = Terminal::in_empty_folder();
    terminal.runs("--version");
    terminal.runs("--help");
    terminal.runs("-h");
    insta::assert_snapshot!(terminal);
}
