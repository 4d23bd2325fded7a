//! Options as such: help, usage, how much is said and in which colours.

use std::fs;
use std::process::{Command, Output};

use super::terminal::Terminal;

#[test]
fn wrong_usage_exits_with_2() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--nonsense");
    terminal.runs("--slim --scratch");
    terminal.runs("--check --force");
    terminal.runs("--print nothing");
    terminal.runs("--slim --template scratch");
    terminal.runs("explain --force");
    terminal.runs("--check explain");
    terminal.runs("--slim template list");
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

#[test]
fn bash_completes_what_people_type() {
    let mut terminal = Terminal::in_empty_folder();
    let script = terminal.runs("completions bash").stdout;
    // What readline would do: words, the position in them, the function; its answers stand in COMPREPLY.
    let complete = |words: &str| {
        let call = "COMP_WORDS=($WORDS \"\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cargo_or_dockerize cargo '' \"${COMP_WORDS[-2]}\"; echo \"${COMPREPLY[@]}\"";
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &format!("{script}\n{call}")]).env("WORDS", words);
        let Output { stdout, stderr, .. } = bash.output().expect("bash can be run");
        assert_eq!(String::from_utf8_lossy(&stderr), "", "{words}");
        String::from_utf8(stdout).expect("words")
    };
    assert_eq!(complete("cargo dockerize --print"), "dockerfile dockerignore bake compose plan\n");
    assert!(complete("cargo dockerize template").contains("list eject"));
    assert!(complete("cargo dockerize").contains("--distroless"));
}

#[test]
fn manual_pages_are_written_for_each_subcommand() {
    let mut terminal = Terminal::in_empty_folder();
    terminal.runs("man share/man1");
    terminal.lists("share/man1");
    insta::assert_snapshot!(terminal);
    let page = fs::read_to_string(terminal.at("share/man1/cargo-dockerize.1")).expect("a page");
    assert!(page.starts_with(".ie") && page.contains("\\-\\-distroless"), "{page}");
}
