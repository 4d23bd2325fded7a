//! `cargo dockerize verify` where there is no image to ask.

use super::terminal::Terminal;

#[test]
fn what_cannot_be_verified_is_an_error_with_the_next_step() {
    let mut terminal = Terminal::in_fixture("services");
    terminal.has_tool("podman", "exit 0");
    terminal.has_tool("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1");
    terminal.runs("verify --engine docker");
    terminal.runs("verify shopp");
    terminal.remarks("podman answers, and there is no Dockerfile");
    terminal.runs("verify shop");
    terminal.writes("Dockerfile", "FROM rust\nRUN cargo build --release\n");
    terminal.runs("verify shop");
    terminal.runs("verify --image some/image shop blog");
    terminal.runs("verify --image some/image");
    terminal.remarks("podman's build fails");
    terminal.runs("--force");
    terminal.has_tool("podman", "case $1 in build) echo 'step 3: no' >&2; exit 4 ;; esac");
    terminal.runs("verify shop");
    terminal.runs("--check verify");
    terminal.runs("verify --build-flags \"");
    insta::assert_snapshot!(terminal);
}
