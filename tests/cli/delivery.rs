//! Files beside the Dockerfile: for bake, compose and CI.

use std::fs;

use super::common::git;
use super::terminal::Terminal;

#[test]
fn bake_and_compose_are_kept_current_once_they_are_there() {
    let mut terminal = Terminal::in_fixture("services");
    terminal.runs("--bin shop --bin feed --bake --compose");
    terminal.shows("docker-bake.hcl");
    terminal.shows("compose.yaml");
    let bake = terminal.reads("docker-bake.hcl").replace("\"latest\"", "\"edge\"");
    terminal.writes("docker-bake.hcl", bake);
    terminal.remarks("an edit is seen and not lost");
    terminal.runs("--bin shop --bin feed --check");
    terminal.runs("--bin shop --bin feed");
    fs::remove_file(terminal.at("docker-bake.hcl")).expect("a file");
    terminal.remarks("what is gone is not asked for");
    terminal.runs("--bin shop --bin feed --check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn ci_of_a_workspace_below_the_root_of_its_repository() {
    let mut terminal = Terminal::in_empty_folder();
    terminal.writes("backend/Cargo.toml", "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    terminal.writes("backend/src/main.rs", "fn main() {}\n");
    terminal.writes("backend/Cargo.lock", "version = 4\n\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\n");
    git(&terminal.at("."), &["init", "--quiet"]);
    terminal.runs_in("backend", "--platform linux/amd64,linux/arm64 --save");
    terminal.runs_in("backend", "ci github");
    terminal.runs_in("backend", "ci gitlab");
    terminal.shows(".github/workflows/image.yml");
    terminal.shows(".gitlab/image.yml");
    terminal.shows("backend/docker-bake.hcl");
    terminal.remarks("a bot moves an action");
    let workflow = terminal.reads(".github/workflows/image.yml");
    let commit = workflow.split("checkout@").nth(1).expect("a checkout").split('\n').next().expect("a line").to_owned();
    terminal.writes(".github/workflows/image.yml", workflow.replace(&commit, &format!("{} # v99", "a".repeat(40))));
    terminal.runs_in("backend", "--check");
    insta::assert_snapshot!(terminal);
    assert!(fs::exists(terminal.at("backend/Dockerfile")).expect("a folder"));
}

#[test]
fn a_private_registry_reaches_every_builder() {
    let mut terminal = Terminal::in_fixture("private-registry");
    terminal.runs("--check ci github");
    terminal.runs("--slim ci github");
    terminal.searches("secret", "docker-bake.hcl");
    terminal.searches("secrets.", ".github/workflows/image.yml");
    terminal.runs("--compose");
    terminal.searches("cargo-registry", "compose.yaml");
    insta::assert_snapshot!(terminal);
}

#[test]
fn digests_are_those_that_the_registry_says() {
    let mut terminal = Terminal::in_fixture("calculator");
    let mut run = |script: &str, option: &str| {
        terminal.has_tool("docker", script);
        let ran = terminal.runs(&format!("--registry mirror.example.com/base {option}"));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        (ran.stderr, terminal.reads("Dockerfile"))
    };
    let digest = |digit: &str| format!("sha256:{}", digit.repeat(64));
    let says = |digit: &str| format!("echo '{{\"digest\": \"{}\"}}'", digest(digit));

    let (_, dockerfile) = run(&says("1"), "--pin");
    let pinned = format!("FROM mirror.example.com/base/rust:1.95-slim-trixie@{} AS toolchain\n", digest("1"));
    assert!(dockerfile.contains(&pinned), "{dockerfile}");
    run("exit 1", "--check");
    let (said, dockerfile) = run("echo 'ERROR: no such host' >&2; exit 1", "--pin");
    assert!(said.contains("rust:1.95-slim-trixie: no such host; it stays as it was"), "{said}");
    assert!(dockerfile.contains(&pinned), "{dockerfile}");
    let (_, dockerfile) = run(&says("2"), "--pin");
    assert!(dockerfile.contains(&digest("2")), "{dockerfile}");
}
