//! A Dockerfile of somebody else's: what is told of it, and `--adopt`.

use super::terminal::{SHORT_TEMPLATE, Terminal};

/// One stage that compiles and one that is shipped, with much that ours would not have.
const FOREIGN: &str = r#"FROM rust:1.80-bookworm AS build
WORKDIR /src
RUN apt-get update && apt-get install -y cmake libssl-dev
COPY . .
RUN cargo build --release

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl libssl3 tini \
    && useradd --uid 1000 --create-home app
COPY --from=build /src/target/release/api /app/server
COPY --from=build /src/templates /app/templates
COPY config/default.toml /etc/api.toml
ENV RUST_LOG=info GREETING="costs \$5 and \"more\""
EXPOSE 8080/tcp 53/udp
VOLUME ["/data"]
USER app
LABEL org.example.team=core
HEALTHCHECK --interval=30s CMD curl -f http://localhost:8080/ || exit 1
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/bin/tini", "--", "/app/server", "--config", "/etc/api.toml"]
"#;

/// A package with a Dockerfile, with the files that it copies, and with short templates.
fn with(dockerfile: &str) -> Terminal {
    let terminal = Terminal::in_package_with_short_templates();
    let template = SHORT_TEMPLATE.replace("{{/each}}", "{{> image}}\n{{/each}}");
    for runtime in ["scratch", "distroless", "slim"] {
        terminal.writes(format!(".dockerize/{runtime}.hbs"), &template);
    }
    terminal.writes("templates/index.html", "");
    terminal.writes("config/default.toml", "");
    terminal.writes("Dockerfile", dockerfile);
    terminal
}

#[test]
fn what_a_dockerfile_does_is_told_with_the_settings_that_keep_it() {
    let mut terminal = with(FOREIGN);
    let before = terminal.reads("Cargo.toml");
    terminal.runs("");
    terminal.runs("--verbose --distroless");
    assert_eq!((terminal.reads("Dockerfile").as_str(), terminal.reads("Cargo.toml")), (FOREIGN, before));
    insta::assert_snapshot!(terminal);
}

#[test]
fn packages_of_programs_that_are_run_have_a_line_of_their_own() {
    let mut terminal = with("FROM debian:trixie-slim\nRUN apt-get install -y git curl\nENTRYPOINT [\"/api\"]\n");
    let main = "fn main() {\n    std::process::Command::new(\"git\").status().unwrap();\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("--adopt");
    terminal.shows("Cargo.toml");
    insta::assert_snapshot!(terminal);
}

#[test]
fn adopt_writes_settings_and_replaces_the_file_only_when_forced() {
    let mut terminal = with(FOREIGN);
    terminal.runs("--adopt");
    assert_eq!(terminal.reads("Dockerfile"), FOREIGN);
    terminal.shows("Cargo.toml");
    terminal.remarks("once more, there is nothing to add");
    let adopted = terminal.reads("Cargo.toml");
    terminal.runs("--adopt --force");
    assert_eq!(terminal.reads("Cargo.toml"), adopted);
    terminal.shows("Dockerfile");
    terminal.remarks("then the file is ours");
    terminal.runs("--adopt");
    terminal.runs("--check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn adopt_adds_to_what_the_manifest_says_and_takes_nothing_away() {
    let mut terminal = with("FROM scratch\nENV A=9 B=2\nEXPOSE 80 81\nUSER 1000\nENTRYPOINT [\"/api\", \"-v\"]\n");
    let manifest = terminal.reads("Cargo.toml");
    terminal.writes(
        "Cargo.toml",
        manifest
            + "\n[package.metadata.dockerize] # ours\nexpose = [ 80 ]\nuser = \"1:1\" # kept\nargs = [\"-q\"]\n\n\
               [package.metadata.dockerize.env]\nA = \"1\"\n\n# the end\n",
    );
    terminal.runs("--adopt");
    terminal.shows("Cargo.toml");
    insta::assert_snapshot!(terminal);
}

#[test]
fn adopt_with_nothing_to_adopt_is_an_error() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--adopt");
    terminal.writes("Dockerfile", "FROM a\nRUN <<END\nno end\n");
    terminal.runs("--adopt");
    terminal.runs("--adopt --check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_cannot_be_read_is_told_in_a_line() {
    let mut terminal = with("FROM a\nRUN <<END\nno end\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn settings_that_contradict_others_leave_the_manifest_alone() {
    let mut terminal = with("FROM debian:trixie-slim\nRUN apt-get install -y git\nCMD [\"api\"]\n");
    let before = terminal.reads("Cargo.toml");
    terminal.runs("--distroless --adopt --force");
    assert_eq!(terminal.reads("Cargo.toml"), before);
    terminal.shows("Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn each_of_several_images_keeps_its_own() {
    let mut terminal = Terminal::in_fixture("virtual-workspace");
    terminal.writes(
        "Dockerfile",
        "FROM rust:1.95 AS build\nRUN cargo build\n\
         FROM alpine:3.22 AS api\nRUN apk add --no-cache ca-certificates tini\nCOPY --from=build /target/release/api /api\n\
         EXPOSE 80\nUSER nobody\nENTRYPOINT [\"/api\"]\n\
         FROM alpine:3.22 AS worker\nCOPY --from=build /target/release/worker /worker\nCOPY start.sh /start.sh\n\
         USER nobody\nENTRYPOINT [\"/start.sh\"]\n",
    );
    terminal.runs("--adopt --package api --package worker");
    terminal.shows("Cargo.toml");
    insta::assert_snapshot!(terminal);
}
