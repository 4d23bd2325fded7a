//! What is chosen, what cannot be had, and what is uncertain.

use std::fs;

use super::terminal::Terminal;

#[test]
fn impossible_wishes_say_why_and_what_to_do() {
    let mut terminal = Terminal::in_fixture("native-library");
    terminal.runs("--package server --scratch");
    insta::assert_snapshot!(terminal);
}

#[test]
fn packages_at_run_time_want_a_package_manager() {
    let mut terminal = Terminal::in_package("[package.metadata.dockerize]\nruntime-packages = [\"git\"]\n");
    terminal.runs("");
    terminal.runs("--distroless");
    insta::assert_snapshot!(terminal);
}

#[test]
fn distroless_is_there_for_some_suites_only() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--distroless --suite bookworm");
    insta::assert_snapshot!(terminal);
}

#[test]
fn queries_without_what_they_are_checked_against_are_an_error() {
    let mut terminal = Terminal::in_fixture("sqlx-offline");
    fs::remove_dir_all(terminal.at(".sqlx")).expect("a folder can be removed");
    terminal.runs("");
    terminal.remarks("a database that cargo's configuration names is there to be asked");
    terminal.writes(".cargo/config.toml", "[env]\nDATABASE_URL = \"sqlite:a.db\"\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_crate_that_nobody_knows_gets_what_it_asks_for_and_a_warning_until_it_is_known() {
    let mut terminal = Terminal::in_fixture("unlisted-library");
    terminal.runs("");
    terminal.searches("argon2", "Dockerfile");
    let known = "[package.metadata.dockerize]\nknown-natives = [\"hasher\"]\n\n[workspace]";
    terminal.writes("Cargo.toml", terminal.reads("Cargo.toml").replace("[workspace]", known));
    terminal.remarks("known-natives = [\"hasher\"]");
    terminal.runs("");
    terminal.searches("argon2", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_library_that_a_suite_lacks_is_an_error_that_names_the_suite_that_has_it() {
    let mut terminal = Terminal::in_fixture("only-on-trixie");
    terminal.runs("--suite bookworm --slim");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_health_check_that_is_a_script_wants_a_shell() {
    let mut terminal =
        Terminal::in_package("[package.metadata.dockerize]\nhealthcheck = \"curl -f localhost || exit 1\"\n");
    terminal.runs("--distroless");
    terminal.runs("--scratch");
    terminal.runs("");
    terminal.searches("HEALTHCHECK", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn compiling_for_the_processor_of_the_builder_is_warned_of() {
    let mut terminal = Terminal::in_fixture("calculator");
    terminal.writes(".cargo/config.toml", "[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn unstable_features_need_a_nightly_toolchain() {
    let mut terminal = Terminal::in_fixture("calculator");
    terminal.writes("src/main.rs", "#![feature(decl_macro)]\nfn main() {}\n");
    terminal.runs("");
    terminal.writes(".cargo/config.toml", "[env]\nRUSTC_BOOTSTRAP = \"1\"\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn crates_of_a_registry_that_wants_a_token_need_flags_of_the_build_command() {
    let mut terminal = Terminal::in_fixture("private-registry");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}
