//! What the real binary says: warnings on every way out, cargo's configuration by platform, and the next step for each of
//! cargo's own errors.
#![allow(clippy::disallowed_methods, reason = "tests stand at the edge")]

mod common;

use std::fs;
use std::path::Path;

use common::binary::{Ran, command, package, ran, read, run};
use tempfile::TempDir;

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// The lines of the warnings.
fn warnings(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter(|line| line.starts_with("warning")).collect()
}

fn plan(folder: &TempDir, options: &[&str]) -> serde_json::Value {
    let printed = run(folder.path(), &[&["--print", "plan"], options].concat());
    serde_json::from_str(&printed.out).unwrap_or_else(|error| panic!("{error}: {}", printed.err))
}

/// A program with a dependency for musl alone, so that both graphs are read, and sources that are none.
fn package_with_unreadable_sources() -> TempDir {
    let folder =
        package("[target.'cfg(target_env = \"musl\")'.dependencies]\nzlib = { path = \"zlib\" }\n[workspace]\n");
    write(
        &folder,
        "Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\ndependencies = [\n \"zlib\",\n]\n\n[[package]]\nname = \"zlib\"\nversion = \"0.1.0\"\n",
    );
    write(&folder, "zlib/Cargo.toml", "[package]\nname = \"zlib\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    write(&folder, "zlib/src/lib.rs", "include_str!(a");
    write(&folder, "src/broken.rs", "include_str!(b");
    folder
}

#[test]
fn an_unreadable_source_warns_once_in_the_same_order_and_in_the_plan() {
    let folder = package_with_unreadable_sources();
    for _ in 0..5 {
        let done = run(folder.path(), &[]);
        let said = warnings(&done);
        assert_eq!(said.len(), 2, "{}", done.err);
        assert!(said[0].contains("`src/broken.rs`") && said[0].contains("all of package `api`"), "{}", said[0]);
        assert!(said[1].contains("`zlib/src/lib.rs`") && said[1].contains("all of package `zlib`"), "{}", said[1]);
    }
    let plan = plan(&folder, &[]);
    let first = &plan["warnings"][0];
    assert_eq!((&first["kind"], &first["package"]), (&"unread-source".into(), &"api".into()));
    assert!(first["reason"].as_str().is_some_and(|reason| reason.starts_with("cannot parse `src/broken.rs`: ")));
    assert!(first["text"].as_str().is_some_and(|text| text.ends_with("goes into the build context")));
    assert_eq!(plan["warnings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn every_way_out_keeps_the_warnings() {
    let folder = package_with_unreadable_sources();
    let expected = warnings(&run(folder.path(), &[])).join("\n");
    for options in [["--check"].as_slice(), &["--print", "plan"], &["--print", "dockerfile"], &["--force"]] {
        assert_eq!(warnings(&run(folder.path(), options)).join("\n"), expected, "{options:?}");
    }
    for options in [["--quiet"].as_slice(), &["--quiet", "--print", "dockerignore"]] {
        assert_eq!(run(folder.path(), options).err, "", "{options:?}");
    }
    let told = run(folder.path(), &["explain"]);
    assert_eq!(told.out.matches("Warning: cannot parse `").count(), 2, "{}", told.out);
    assert_eq!(run(folder.path(), &["explain", "warnings"]).out.matches("Warning: ").count(), 2);
    // A question about one thing is answered, and nothing else.
    let one = run(folder.path(), &["explain", "context"]);
    assert_eq!((one.err.as_str(), one.out.contains("cannot parse")), ("", false), "{}", one.out);
}

#[test]
fn what_two_runs_of_cargo_say_is_said_once() {
    let folder = package("unknown = 1\n");
    write(&folder, ".cargo/config", "[build]\ntarget-dir = \"first\"\n");
    write(&folder, ".cargo/config.toml", "[build]\ntarget-dir = \"second\"\n");
    let done = run(folder.path(), &["--distroless"]);
    let said = warnings(&done);
    assert_eq!(said.len(), 2, "{}", done.err);
    assert!(done.err.contains("config.toml` exist. Using `"), "{}", done.err);
    assert!(done.err.contains("warning: unused manifest key: package.unknown"), "{}", done.err);
}

#[test]
fn tables_of_other_platforms_neither_warn_nor_install() {
    let folder = package("");
    for table in [
        "[target.aarch64-apple-darwin]\nrustflags = [\"-C\", \"link-arg=-fuse-ld=/usr/local/opt/llvm/bin/ld64.lld\"]",
        "[target.'cfg(windows)']\nlinker = \"clang\"",
        "[target.'cfg(target_os = \"macos\")']\nlinker = \"zld\"\nrustflags = [\"-Ctarget-cpu=native\"]",
        "[target.'cfg(target_env = \"musl\")']\nlinker = \"clang\"",
        "[target.armv7-unknown-linux-gnueabihf]\nlinker = \"arm-linux-gnueabihf-gcc\"",
        "[target.x86_64-unknown-linux-gnu]\nrunner = \"wild\"",
    ] {
        write(&folder, ".cargo/config.toml", &format!("{table}\n"));
        let plan = plan(&folder, &["--slim"]);
        assert_eq!(plan["warnings"], serde_json::json!([]), "{table}");
        assert_eq!(plan["toolchain"]["packages"], serde_json::json!([]), "{table}");
    }
}

#[test]
fn tables_of_a_target_of_the_image_install_what_they_name() {
    let folder = package("");
    for (options, table, package) in [
        ("--slim", "[target.'cfg(all(unix, not(target_os=\"macos\")))']\nlinker = \"clang\"", "clang"),
        ("--slim", "[target.\"x86_64-unknown-linux-gnu\"]\nrustflags = [\"-C\", \"link-arg=-fuse-ld=lld\"]", "lld"),
        ("--slim", "[target.aarch64-unknown-linux-gnu]\nrustflags = [\"-Clink-arg=-fuse-ld=mold\"]", "mold"),
        ("--slim", "[build]\nrustflags = \"-Clinker=clang\"", "clang"),
        ("--scratch", "[target.'cfg(target_env = \"musl\")']\nlinker = \"clang\"", "clang"),
        ("--scratch", "[target.aarch64-unknown-linux-musl]\nlinker = \"aarch64-linux-musl-gcc\"", "musl-tools"),
    ] {
        write(&folder, ".cargo/config.toml", &format!("{table}\n"));
        let plan = plan(&folder, &[options]);
        assert_eq!(plan["warnings"], serde_json::json!([]), "{table}");
        assert_eq!(plan["toolchain"]["packages"][0]["name"], package, "{table}");
    }
}

/// Runs in a folder with a manifest of these lines, a configuration and an empty home of cargo's, so that nothing is
/// there but what the test says.
fn failure(folder: &Path, options: &[&str]) -> String {
    let home = TempDir::new().expect("a folder");
    let mut command = command(folder, options);
    command.env("CARGO_HOME", home.path()).env("CARGO_NET_RETRY", "0");
    // A proxy would answer for what is not there.
    for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(variable);
    }
    let ran = ran(command);
    assert_eq!(ran.code, 101, "{}", ran.err);
    ran.err
}

/// The `help:` lines of ours; cargo has its own within the text of an error.
fn last_line(err: &str) -> &str {
    err.lines().last().unwrap_or_default()
}

const CHECK_NETWORK: &str =
    "help: cargo has to download the dependencies once; check the network, or run `cargo fetch` where there is one";
const FETCH: &str = "help: run `cargo fetch` once where there is a network, then try again";

#[test]
fn a_registry_that_nobody_reaches_is_a_matter_of_the_network() {
    for source in ["sparse+http://127.0.0.1:1/", "http://127.0.0.1:1/"] {
        let folder = package("[dependencies]\nserde = \"1\"\n");
        write(
            &folder,
            ".cargo/config.toml",
            &format!("[source.crates-io]\nreplace-with = \"a\"\n[source.a]\nregistry = \"{source}\"\n"),
        );
        let err = failure(folder.path(), &[]);
        assert_eq!(last_line(&err), CHECK_NETWORK, "{err}");
        let err = failure(folder.path(), &["--offline"]);
        assert_eq!(last_line(&err), FETCH, "{err}");
    }
}

#[test]
fn a_repository_that_was_not_fetched_is_named() {
    let folder = package("[dependencies]\nserde = { git = \"http://127.0.0.1:1/serde\" }\n");
    for options in [&[][..], &["--offline"]] {
        let err = failure(folder.path(), options);
        let step = "help: `http://127.0.0.1:1/serde` is a git repository that cargo has not fetched: run `cargo fetch`";
        assert!(last_line(&err).starts_with(step), "{err}");
    }
}

#[test]
fn names_of_the_users_do_not_decide() {
    let folder = package("");
    let manifest = read(folder.path().join("Cargo.toml")).replace("\"api\"", "\"network\"");
    write(&folder, "Cargo.toml", &manifest);
    for feature in ["index", "download", "offline"] {
        let err = failure(folder.path(), &["--features", feature]);
        assert_eq!(
            err,
            format!("error: the package 'network' does not contain this feature: {feature}\n"),
            "no next step"
        );
    }
}

#[test]
fn a_dependency_that_does_not_exist_is_no_matter_of_the_network() {
    let folder = package("[dependencies]\nnetwork-index = \"1\"\n");
    write(&folder, "vendor/.keep", "");
    write(
        &folder,
        ".cargo/config.toml",
        "[source.crates-io]\nreplace-with = \"a\"\n[source.a]\ndirectory = \"vendor\"\n",
    );
    let err = failure(folder.path(), &[]);
    assert!(err.starts_with("error: no matching package named `network-index` found"), "{err}");
    assert!(!err.contains("help: "), "{err}");
}

#[test]
fn a_lock_file_that_is_behind_is_told_in_our_words() {
    let folder = package("");
    write(&folder, "Cargo.lock", "version = 4\n");
    let err = failure(folder.path(), &["--locked"]);
    assert_eq!(
        err,
        "error: Cargo.lock is out of date, and nothing may be written\n\
         help: run `cargo update --workspace` to bring it up to date, and commit it\n"
    );
}

#[test]
fn no_manifest_and_a_broken_one() {
    let err = failure(TempDir::new().expect("a folder").path(), &[]);
    assert!(err.starts_with("error: could not find `Cargo.toml` in `"), "{err}");
    assert_eq!(last_line(&err), "help: run it inside a package or workspace, or name one with `--manifest-path`");
    let folder = package("");
    write(&folder, "Cargo.toml", "[package # index network\n");
    let err = failure(folder.path(), &[]);
    assert!(err.contains("Cargo.toml:1:") && !err.contains("help: "), "{err}");
}
