//! Dockerfiles of many shapes, written for these tests.

use super::super::{CommandLine, Copied, ForeignImage, Source};
use super::*;

fn image(text: &str) -> ForeignImage {
    read(text).unwrap_or_else(|error| panic!("{error}: {text}")).images.pop().expect("an image")
}

fn shown(copied: &[Copied]) -> Vec<String> {
    let from = |source: &Source| match source {
        Source::Context(path) => path.clone(),
        Source::Stage { name, path, perhaps: Some(context) } => format!("{name}:{path} ({context})"),
        Source::Stage { name, path, perhaps: None } => format!("{name}:{path}"),
        Source::Elsewhere(place) => format!("elsewhere {place}"),
    };
    copied.iter().map(|copied| format!("{} → {}", from(&copied.from), copied.to)).collect()
}

/// The shape of many: a stage that compiles, and a small one.
const USUAL: &str = r#"
# syntax=docker/dockerfile:1
ARG RUST_VERSION=1.78.0
ARG APP_NAME=api
FROM rust:${RUST_VERSION}-slim-bookworm AS build
ARG APP_NAME
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends \
    # for bindgen
    clang \

    pkg-config libssl-dev=3.0.* ; rm -rf /var/lib/apt/lists/*
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry cargo build --release --locked && \
    cp target/release/$APP_NAME /bin/server

FROM debian:bookworm-slim AS final
RUN <<EOF
set -e
apt-get update
apt-get install --yes ca-certificates curl
EOF
ARG UID=10001
RUN adduser --disabled-password --gecos "" --home "/nonexistent" --no-create-home --uid "${UID}" appuser
USER appuser
WORKDIR /srv
COPY --from=build /bin/server /bin/
COPY --from=build --chown=appuser /src/templates templates/
COPY config/*.toml ./config/
ADD https://example.com/geo.db /data/
ENV RUST_LOG=info \
    GREETING="hello $UID" PORT=8080
ENV OLD the old form
LABEL org.example.team="core" version=$VERSION
EXPOSE $PORT 53/udp ${MISSING}
VOLUME ["/data"]
VOLUME /cache /logs
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --retries=3 CMD curl -f http://localhost:$PORT/ || exit 1
ENTRYPOINT ["/bin/server", "--config", "/srv/config"]
CMD ["serve"]
"#;

#[test]
fn what_the_usual_one_says() {
    let foreign = read(USUAL).unwrap();
    assert_eq!(foreign.rust.as_deref(), Some("1.78.0"));
    assert_eq!(foreign.debian.iter().cloned().collect::<Vec<_>>(), ["clang", "libssl-dev", "pkg-config"]);
    assert_eq!(foreign.images.len(), 1);
    let image = image(USUAL);
    assert_eq!(image.stage.as_deref(), Some("final"));
    assert_eq!(image.base.as_deref(), Some("debian:bookworm-slim"));
    assert_eq!(image.debian.iter().cloned().collect::<Vec<_>>(), ["ca-certificates", "curl"]);
    assert_eq!(image.user.as_ref().and_then(|user| user.numbers.as_deref()), Some("10001:10001"));
    let env: Vec<String> = image.env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(env, ["GREETING=hello 10001", "OLD=the old form", "PORT=8080", "RUST_LOG=info"]);
    assert_eq!(image.labels.keys().collect::<Vec<_>>(), ["org.example.team"]);
    assert_eq!(image.expose, ["8080", "53/udp"]);
    assert_eq!(image.volumes, ["/data", "/cache", "/logs"]);
    assert_eq!(image.stop_signal.as_deref(), Some("SIGINT"));
    let health = image.healthcheck.unwrap();
    assert_eq!(health.command, CommandLine::Script("curl -f http://localhost:$PORT/ || exit 1".into()));
    assert_eq!(health.options.len(), 2);
    let start = image.start.unwrap();
    assert_eq!((start.program.as_str(), start.args.join(" ").as_str()), ("/bin/server", "--config /srv/config serve"));
    assert_eq!(image.programs.iter().cloned().collect::<Vec<_>>(), ["server"]);
    assert_eq!(
        shown(&image.copies),
        [
            "build:/src/templates (templates) → /srv/templates/",
            "config/*.toml → /srv/config/",
            "elsewhere https://example.com/geo.db → /data/"
        ]
    );
    assert!(!image.compiles && image.starts);
}

#[test]
fn stages_hand_on_what_they_say() {
    let image = image(
        "FROM --platform=$BUILDPLATFORM debian:trixie-slim AS Base\nENV A=1 B=2\nEXPOSE 1\nCMD [\"old\"]\n\
         FROM base AS middle\nENV B=3\nUSER 1000\nFROM MIDDLE\nEXPOSE 2\nENTRYPOINT [\"/api\"]\n",
    );
    assert_eq!(image.base.as_deref(), Some("debian:trixie-slim"));
    assert_eq!(image.env.into_iter().collect::<Vec<_>>(), [("A".into(), "1".into()), ("B".into(), "3".into())]);
    assert_eq!(image.expose, ["1", "2"]);
    assert_eq!(image.user.unwrap().numbers.as_deref(), Some("1000"));
    // A new ENTRYPOINT forgets the CMD of the stage below.
    assert!(image.start.unwrap().args.is_empty());
}

#[test]
fn each_stage_that_nothing_builds_on_is_an_image() {
    let text = "FROM rust:1.80 AS build\nRUN cargo build\nCMD [\"cargo\", \"run\"]\n\
                FROM debian AS common\nCMD [\"sh\"]\n\
                FROM common AS api\nCOPY --from=build /a/target/release/api /usr/bin/api\nENTRYPOINT [\"api\"]\n\
                FROM common AS worker\nCOPY --from=0 /a/target/release/worker /app/work\nENTRYPOINT [\"/app/work\"]\n";
    let foreign = read(text).unwrap();
    let images: Vec<_> = foreign.images.iter().map(|image| image.stage.clone().unwrap_or_default()).collect();
    assert_eq!(images, ["api", "worker"]);
    assert!(foreign.images[1].programs.contains("work"));
    assert_eq!(foreign.rust.as_deref(), Some("1.80"));
}

#[test]
fn an_image_that_compiles_is_known_as_one() {
    let image =
        image("FROM rust\nCOPY . .\nRUN [\"cargo\", \"install\", \"--path\", \".\"]\nCMD ./target/release/api -v\n");
    assert!(image.compiles && image.programs.is_empty());
    assert_eq!(shown(&image.copies), [". → /"]);
    assert_eq!(image.start.unwrap().program, "./target/release/api");
}

#[test]
fn the_version_of_rust_is_in_the_tag() {
    for (image, version) in [
        ("rust:1.78", Some("1.78")),
        ("docker.io/library/rust:1.78.0-slim-bookworm", Some("1.78.0")),
        ("rust:1.78@sha256:00", Some("1.78")),
        ("lukemathwalker/cargo-chef:latest-rust-1.85.1-alpine", Some("1.85.1")),
        ("rust:1", None),
        ("rust:slim", None),
        ("rust", None),
        ("localhost:5000/rust", None),
        ("debian:12.5", None),
        ("rust:.", None),
    ] {
        assert_eq!(rust_version(image).as_deref(), version, "{image}");
    }
}

#[test]
fn other_escapes_and_line_ends() {
    let image = image("# escape=`\r\nFROM debian\r\nRUN apt-get install `\r\n  curl\r\nENV A=`\r\n1\r\n");
    assert!(image.debian.contains("curl"));
    assert_eq!(image.env["A"], "1");
}

#[test]
fn what_is_not_known_is_passed_over() {
    let image = image(
        "ARG BASE\nFROM $BASE\nARG X\nENV A=$X B=$(id) C='$X' PATH=/x:$PATH\nUSER $X\nWORKDIR $X\nCOPY a $X\nCOPY $X b\n\
         COPY a b\nEXPOSE $X\nVOLUME $X\nRUN apt-get install $X ${X:-curl} && adduser $X\n\
         COPY <<EOF /etc/x.toml\na=1\nEOF\nHEALTHCHECK NONE\nCMD migrate && api\n",
    );
    assert_eq!(image.base, None);
    assert_eq!(image.env.into_iter().collect::<Vec<_>>(), [("C".into(), "$X".into())]);
    assert!(image.user.is_none() && image.expose.is_empty() && image.volumes.is_empty());
    assert_eq!(image.debian.into_iter().collect::<Vec<_>>(), ["curl"]);
    assert!(image.starts && image.start.is_none() && image.healthcheck.is_none());
}

#[test]
fn what_is_no_dockerfile_says_why() {
    for text in
        ["", "precious", "FROM", "RUN a", "FROM a\nFROM b AS\n", "FROM a\nRUN <<EOF\nb", "FROM a AS x\nFROM b AS x\n"]
    {
        assert!(read(text).is_err(), "{text:?}");
    }
    assert!(read(&format!("FROM a\n{}", "# \n".repeat(LONGEST))).is_err());
    assert!(read(&"FROM a\n".repeat(MOST_STAGES + 1)).is_err());
}

/// Every pair of characters that mean something somewhere, in every instruction, and a whole text cut off anywhere.
#[test]
fn hostile_texts_are_read_or_refused() {
    const SPECIAL: &str = "\"'\\$`(){}[]<>|&;*?!#=,:-~. \t\n\r\u{0}\u{1}aé";
    const INSTRUCTIONS: [&str; 20] = [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "COPY --from=",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK CMD",
        "LABEL",
        "MAINTAINER",
        "ONBUILD RUN",
        "RUN",
        "RUN <<",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ];
    for instruction in INSTRUCTIONS {
        for (a, b) in SPECIAL.chars().flat_map(|a| SPECIAL.chars().map(move |b| (a, b))) {
            for text in [format!("{a}{b}"), format!("x{a}{b}y{a} z{b}"), format!("[\"{a}{b}\", \"{a}\"]")] {
                drop(read(&format!("FROM a\n{instruction} {text}\nRUN apt-get install {text}\n")));
            }
        }
    }
    for (at, _) in USUAL.char_indices() {
        drop(read(&USUAL[..at]));
        drop(read(&format!("FROM a\n{}", &USUAL[at..])));
    }
}

#[test]
fn long_texts_end() {
    let doubled = |n: u32| format!("ARG A{}=$A{n}$A{n}$A{n}\nENV B{n}=$A{n}\n", n + 1);
    let doubled = (0..200).map(doubled).collect::<Vec<_>>().concat();
    let stage = |n: u32| format!("FROM s{n} AS s{}\nENV C{n}=$A0\nCMD [\"x\"]\n", n + 1);
    let stages = (0..90).map(stage).collect::<Vec<_>>().concat();
    let lines = "RUN apt-get install $A0 && ${A0:-x}; ".repeat(3000);
    for text in [
        format!("FROM a AS s0\nARG A0=aaaaaaaaaaaaaaaa\n{doubled}{stages}"),
        format!("FROM a\nARG A0=b\n{lines}\n"),
        format!("FROM a\n{}\n", "COPY --from=x y z\n".repeat(10_000)),
        format!("FROM a\nRUN {}\n", "(".repeat(200_000)),
        format!("FROM a\nENV {}\n", "${".repeat(100_000)),
        format!("FROM a\nRUN {}\n", "sh -c 'sh -c \"".repeat(10_000)),
    ] {
        let before = std::time::Instant::now();
        drop(read(&text));
        assert!(before.elapsed().as_secs() < 10, "{}", &text[..60]);
    }
}

#[test]
fn a_here_document_in_the_middle_of_a_command_is_passed_over() {
    let text = "FROM debian\nRUN cat <<'EOF' > /x\n#!/bin/sh\nif [ 1 ]; then\nfi\nEOF\nCMD [\"/x\"]\n";
    assert!(readable(text).len() == text.len() && !readable(text).contains("then"), "{}", readable(text));
    assert!(read(text).unwrap().images[0].starts);
}
