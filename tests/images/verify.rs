//! `cargo dockerize verify` on images with planted faults: each is caught and named.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::common::binary::{Ran, run};
use super::engine::{Image, build, dockerize};
use super::faults::workspace;
use super::traps::never_seen;

/// A program that does what MODE says. As process 1 it is not ended by a signal that it does not handle.
const PROGRAM: &str = r#"
use std::{env, fs, net::{TcpListener, TcpStream}, thread, time::Duration};

fn serve(address: &str) {
    let listener = TcpListener::bind(address).unwrap();
    for stream in listener.incoming() {
        thread::sleep(Duration::from_secs(2));
        drop(stream);
    }
}

fn main() {
    match env::var("MODE").unwrap_or_default().as_str() {
        "serves" => serve("0.0.0.0:8080"),
        "loopback" => serve("127.0.0.1:8080"),
        "reads" => println!("{}", fs::read_to_string("templates/index.html").expect("templates/index.html")),
        "writes" => fs::write("/srv/state.json", "{}").expect("/srv/state.json"),
        "connects" => drop(TcpStream::connect("127.0.0.1:1").unwrap()),
        "wants" => drop(env::var("API_KEY_FILE").expect("API_KEY_FILE must be set")),
        "tool" if env::args().nth(1).as_deref() == Some("--version") => println!("faulty 0.1.0"),
        "tool" => std::process::exit(2),
        _ => println!("hello"),
    }
}
"#;

fn faulty(runtime: &str) -> TempDir {
    let manifest = format!(
        "[package]\nname = \"faulty\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
         [package.metadata.dockerize]\n{runtime} = true\nprofile = \"dev\"\nsize-limit = \"1GB\"\nexpose = []\n"
    );
    let source = format!("{PROGRAM}// {}\n", never_seen());
    let folder = workspace(&[("Cargo.toml", &manifest), ("src/main.rs", &source), (".env", "KEY=do-not-ship-this\n")]);
    dockerize(folder.path(), &[]);
    folder
}

/// An image on top of another one, with the files of a folder at hand.
fn on_top(image: &Image, folder: &Path, instructions: &str) -> Image {
    let context = TempDir::new().expect("a temporary folder");
    fs::write(context.path().join("Dockerfile"), format!("FROM {}\n{instructions}\n", image.tag)).expect("a file");
    fs::copy(folder.join(".env"), context.path().join("environment")).expect("a file");
    build(context.path(), "Dockerfile", None)
}

fn verify(folder: &Path, words: &[&str]) -> Ran {
    run(folder, &[&["verify", "--format", "json", "--wait", "3", "--grace", "2"], words].concat())
}

/// Checks that fail, each with all that is said of it.
fn failures(ran: &Ran) -> Vec<(String, String)> {
    let found: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err));
    let checks = found["images"][0]["checks"].as_array().expect("checks");
    let failed: Vec<(String, String)> = checks
        .iter()
        .filter(|check| check["verdict"] == "failed")
        .map(|check| {
            (check["name"].as_str().expect("a name").to_owned(), format!("{} {}", check["said"], check["help"]))
        })
        .collect();
    assert_eq!((found["ok"] == false, ran.code), (!failed.is_empty(), i32::from(!failed.is_empty())), "{}", ran.out);
    failed
}

#[test]
#[ignore = "builds images: see tests/run"]
fn every_planted_fault_is_caught_and_named() {
    let folder = faulty("slim");
    let image = build(folder.path(), "Dockerfile", None);
    let here = folder.path();
    let faults = |image: &Image, options: &[&str]| {
        let ran = verify(here, &[&["faulty", "--image", &image.tag], options].concat());
        failures(&ran)
    };
    assert_eq!(faults(&image, &[]), [], "it prints a line and ends");

    // What the program does.
    let modes = [
        ("tool", "", None),
        ("serves", "EXPOSE 8080", Some(("stops", "SIGTERM does not end it"))),
        ("loopback", "EXPOSE 8080", Some(("starts", "nothing answers on 8080"))),
        ("reads", "", Some(("starts", "no templates/index.html"))),
        ("writes", "", Some(("starts", "/srv/state.json"))),
        ("connects", "", Some(("starts", "--compose"))),
        ("wants", "", Some(("starts", "--env API_KEY_FILE="))),
    ];
    for (mode, instruction, expected) in modes {
        let planted = on_top(&image, here, &format!("ENV MODE={mode}\n{instruction}"));
        let found = faults(&planted, &[]);
        match expected {
            None => assert_eq!(found, [], "{mode}"),
            Some((name, words)) => {
                assert!(found.iter().any(|(failed, said)| failed == name && said.contains(words)), "{mode}: {found:?}");
            }
        }
    }
    let planted = on_top(&image, here, "ENV MODE=serves\nEXPOSE 8080");
    assert_eq!(faults(&planted, &["--", "--init"]), [], "options of `docker run`");

    // What is in the image.
    let contents = [
        ("USER root", "user", "root"),
        ("COPY environment /opt/extra", "files", "/opt/extra"),
        ("COPY --chmod=4755 environment /opt/extra", "setuid", "/opt/extra"),
        ("COPY environment /app/environment", "secrets", "the bytes of .env"),
        ("COPY environment /app/.env\nUSER root\nRUN rm /app/.env\nUSER 65532", "secrets", "/app/.env"),
        ("USER root\nRUN rm /usr/lib/*/libgcc_s.so.1\nUSER 65532", "libraries", "libgcc_s.so.1"),
        ("ENV TZ=Europe/Nowhere", "data", "Europe/Nowhere"),
    ];
    for (instructions, name, words) in contents {
        let found = faults(&on_top(&image, here, instructions), &[]);
        assert!(found.iter().any(|(failed, said)| failed == name && said.contains(words)), "{instructions}: {found:?}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn verify_builds_what_the_dockerfile_says() {
    let folder = faulty("distroless");
    let ran = run(folder.path(), &["verify", "--build-flags=--network=host"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("ends with exit code 0"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "no colour in a pipe: {}", ran.out);
    assert!(ran.err.contains("Building faulty") && ran.err.contains("Compiling faulty"), "its progress: {}", ran.err);

    // In a terminal there is colour, unless somebody wants none.
    for (no_colour, expected) in [("", true), ("1", false)] {
        let typed = format!("{} dockerize verify --build-flags=--network=host", env!("CARGO_BIN_EXE_cargo-dockerize"));
        let seen = Command::new("script")
            .args(["--quiet", "--return", "--command", &typed, "/dev/null"])
            .env("TERM", "xterm-256color")
            .env("NO_COLOR", no_colour)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("script can be run");
        let seen = String::from_utf8_lossy(&seen.stdout).into_owned();
        let table = seen.split("Verifying").nth(1).unwrap_or_else(|| panic!("{seen}"));
        assert_eq!(table.contains("\u{1b}["), expected, "{table}");
    }

    // A shell on distroless, and a limit that the image is above.
    let image = build(folder.path(), "Dockerfile", None);
    let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).expect("a manifest");
    fs::write(folder.path().join("Cargo.toml"), manifest.replace("1GB", "1MB")).expect("a manifest");
    let planted = on_top(&image, folder.path(), "COPY --from=debian:trixie-slim /usr/bin/dash /usr/bin/sh");
    let ran = verify(folder.path(), &["faulty", "--image", &planted.tag]);
    let names: Vec<String> = failures(&ran).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["files", "shell", "size"], "{}", ran.out);
}
