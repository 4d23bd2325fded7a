//! `cargo dockerize audit`: what it says in each form, and what it mends.

use super::terminal::Terminal;

const DOCKERFILE: &str = "\
FROM rust:1.95 AS build
WORKDIR /app
COPY . .
RUN cargo build --release --locked

FROM ubuntu:20.04
ENV SESSION_SECRET=change-me
COPY --from=build /app/target/release/shop /usr/local/bin/
CMD /usr/local/bin/shop --port 3000
";

#[test]
fn findings_have_places_causes_and_cures() {
    let mut terminal = Terminal::in_fixture("services");
    terminal.runs("audit");
    terminal.writes("docker/shop.Dockerfile", DOCKERFILE);
    terminal.runs("audit docker/shop.Dockerfile");
    terminal.runs("audit docker/shop.Dockerfile --format github");
    terminal.runs("audit docker/shop.Dockerfile --format json --deny warning");
    terminal.runs("audit --explain shell-form");
    terminal.runs("audit --explain shell-from");
    terminal.remarks("what has one certain edit is mended");
    terminal.runs("audit docker/shop.Dockerfile --fix --format github");
    terminal.shows("docker/shop.Dockerfile");
    terminal.remarks("line ends stay what they are");
    terminal.writes("crlf", "FROM scratch\r\nUSER 1\r\nCMD shop\r\n");
    terminal.runs("audit crlf --fix");
    assert_eq!(terminal.reads("crlf"), "FROM scratch\r\nUSER 1\r\nSTOPSIGNAL SIGINT\r\nCMD [\"shop\"]\r\n");
    terminal.writes("none", "FROM\nUNHEARD OF\n");
    terminal.runs("audit none");
    terminal.runs("--scratch audit");
    insta::assert_snapshot!(terminal);
}

#[test]
fn without_a_workspace_the_file_is_read_alone() {
    let mut terminal = Terminal::in_empty_folder();
    terminal.writes("Dockerfile", "FROM debian:buster\nENTRYPOINT /app\n");
    terminal.runs("audit --deny note");
    insta::assert_snapshot!(terminal);
}

#[test]
fn sarif_is_what_code_scanning_takes() {
    let mut terminal = Terminal::in_fixture("services");
    terminal.writes("Dockerfile", DOCKERFILE);
    let sarif: serde_json::Value = serde_json::from_str(&terminal.runs("audit --format sarif").stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    for result in run["results"].as_array().expect("results") {
        assert!(rules.contains(&result["ruleId"].as_str().expect("a rule")), "{result}");
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64() > Some(0), "{result}");
    }
}
