//! Files that are written, compared, printed and kept.

use std::fs;

use super::common::{compile, git};
use super::terminal::Terminal;

#[test]
fn both_files_are_written_and_a_second_run_changes_nothing() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("");
    let written = terminal.reads("Dockerfile");
    terminal.runs("");
    assert_eq!(terminal.reads("Dockerfile"), written);
    terminal.lists(".");
    insta::assert_snapshot!(terminal);
}

#[test]
fn check_exits_with_0_when_current_and_with_1_and_a_diff_when_not() {
    let mut terminal = Terminal::in_package_with_short_templates();
    terminal.runs("--check");
    terminal.lists(".");
    terminal.runs("--distroless");
    terminal.runs("--distroless --check");
    terminal.runs("--slim --check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn check_takes_crlf_for_what_it_is() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("");
    for name in ["Dockerfile", ".dockerignore"] {
        terminal.writes(name, terminal.reads(name).replace('\n', "\r\n"));
    }
    terminal.remarks("both files get the line ends of Windows");
    terminal.runs("--check");
    terminal.remarks("nor does a change of the options make them files of somebody else's");
    terminal.runs("--slim");
    insta::assert_snapshot!(terminal);
}

#[test]
fn the_command_in_the_header_makes_the_same_file() {
    let mut terminal = Terminal::in_fixture("virtual-workspace");
    terminal.runs("--slim --suite bookworm --package worker --profile dev");
    let text = terminal.reads("Dockerfile");
    let words = text.lines().find_map(|line| line.strip_prefix("# Regenerate: cargo dockerize ")).expect("a command");
    terminal.runs(&format!("{words} --check"));
    insta::assert_snapshot!(terminal);
}

#[test]
fn print_goes_to_stdout_and_writes_nothing() {
    let mut terminal = Terminal::in_package_with_short_templates();
    terminal.runs("--print dockerfile");
    terminal.runs("--print dockerignore");
    terminal.lists(".");
    insta::assert_snapshot!(terminal);
}

#[test]
fn the_printed_plan_is_json_with_every_decision() {
    let mut terminal = Terminal::in_package("");
    let (plan, _) = compile(&terminal.at(""), &[]).expect("a plan");
    let printed = terminal.runs("--print plan");
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert_eq!(printed.stdout, serde_json::to_string_pretty(&plan).expect("a plan is JSON") + "\n");
    assert!(!terminal.exists("Dockerfile"));
}

#[test]
fn output_names_the_dockerfile_and_its_ignore_file() {
    let mut terminal = Terminal::in_package("");
    terminal.runs_in("src", "--output ../docker/api.Dockerfile");
    terminal.lists("docker");
    terminal.searches("Regenerate", "docker/api.Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_file_of_somebody_elses_is_shown_and_kept() {
    let mut terminal = Terminal::in_package_with_short_templates();
    terminal.writes("Dockerfile", "FROM precious\n");
    terminal.runs("");
    terminal.remarks("nothing is written where something is refused");
    terminal.lists(".");
    terminal.shows("Dockerfile");
    terminal.runs("--force");
    terminal.shows("Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn an_edit_of_our_own_file_is_not_lost() {
    let mut terminal = Terminal::in_package_with_short_templates();
    terminal.runs("");
    terminal.writes("Dockerfile", terminal.reads("Dockerfile") + "# mine\n");
    let edited = terminal.reads("Dockerfile");
    terminal.remarks("a line is added to the Dockerfile");
    terminal.runs("--slim");
    assert_eq!(terminal.reads("Dockerfile"), edited);
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_cannot_be_read_is_an_error_and_never_out_of_date() {
    let mut terminal = Terminal::in_package("");
    terminal.remarks("Dockerfile is a folder");
    fs::create_dir(terminal.at("Dockerfile")).expect("a folder can be made");
    terminal.runs("--check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_cannot_be_written_is_an_error_that_names_it() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--output /proc/nowhere/Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn an_ignore_file_that_builders_prefer_is_an_error() {
    let mut terminal = Terminal::in_package("");
    for rival in ["Dockerfile.dockerignore", ".containerignore"] {
        terminal.writes(rival, "src\n");
        terminal.runs("");
        terminal.lists(".");
        fs::remove_file(terminal.at(rival)).expect("a file can be removed");
    }
    terminal.remarks("both are removed");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

/// A package whose program includes `made/text.txt`, in a repository that ignores `made`.
fn in_repository_that_ignores_a_needed_file() -> Terminal {
    let terminal = Terminal::in_package("");
    terminal.writes("made/text.txt", "text");
    terminal.writes(".gitignore", "/made\n");
    terminal.writes("src/main.rs", "fn main() {\n    print!(include_str!(\"../made/text.txt\"));\n}\n");
    git(&terminal.at(""), &["init", "--quiet"]);
    terminal
}

#[test]
fn a_needed_file_that_git_ignores_is_an_error_with_its_line() {
    let mut terminal = in_repository_that_ignores_a_needed_file();
    terminal.runs("");
    terminal.lists(".");
    git(&terminal.at(""), &["add", "--force", "made/text.txt"]);
    terminal.remarks("what is committed is ignored no more: git add --force made/text.txt");
    terminal.runs("");
    terminal.searches("made", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_file_that_a_build_script_makes_may_be_ignored() {
    let mut terminal = in_repository_that_ignores_a_needed_file();
    terminal.writes("build.rs", "fn main() { std::fs::write(\"made/text.txt\", \"text\").unwrap(); }\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn an_old_ignore_file_is_taken_over_where_ours_covers_it() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("src/notes.md", "");
    terminal.writes("target/debug/api", "");
    terminal.writes(".dockerignore", "# ours\n/target\n**/*.md\n.git\n");
    terminal.runs("");
    terminal.searches("*.md", ".dockerignore");
    terminal.writes(".dockerignore", "# ours\n/target\n.git\n");
    terminal.runs("");
    terminal.searches("Generated", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_bots_move_is_kept_unless_somebody_asked_for_another_version() {
    let mut terminal = Terminal::in_package_with_short_templates();
    terminal.writes(".dockerize/scratch.hbs", "{{> header}}\n{{> toolchain}}\nFROM debian:trixie-slim AS base\n");
    terminal.runs("");
    let written = terminal.reads("Dockerfile");
    let digest = "a".repeat(64);
    for (from, to) in [
        ("rust:1.95-slim-trixie", "rust:1.96-slim-trixie".to_owned()),
        ("rust:1.95-slim-trixie", format!("rust:1.96.1-slim-trixie@sha256:{digest}")),
        ("debian:trixie-slim", format!("debian:trixie-slim@sha256:{digest}")),
    ] {
        terminal.remarks(&format!("a bot writes {}", to.replace(&digest, "[digest]")));
        terminal.writes("Dockerfile", written.replace(from, &to));
        terminal.runs("--check");
        terminal.runs("--quiet --profile dev");
        let again = terminal.reads("Dockerfile");
        assert!(again.contains(&to) && again.contains("--profile dev"), "{again}");
    }
    terminal.remarks("a bot writes rust:1.96-slim-trixie, and somebody asks for 1.95");
    terminal.writes("Dockerfile", written.replace("1.95-", "1.96-"));
    terminal.runs("--rust 1.95 --check");
    terminal.remarks("somebody writes another image");
    terminal.writes("Dockerfile", written.replace("rust:1.95-slim-trixie", "rust:1.95-slim-bookworm"));
    terminal.runs("--check");
    insta::assert_snapshot!(terminal);
}
