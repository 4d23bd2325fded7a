//! What warnings and `explain` advise, followed to the letter: it has to work.
#![allow(clippy::disallowed_methods, reason = "tests stand at the edge")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::copy_of;
use tempfile::TempDir;

fn run(folder: &Path, options: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"))
        .arg("dockerize")
        .args(options)
        .current_dir(folder)
        .output()
        .expect("the binary can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{err}");
    (out, err)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder around it")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// Adds a line to a table of a manifest that has no such table yet.
fn add(manifest: &Path, table: &str, line: &str) {
    write(manifest, &format!("{}\n[{table}]\n{line}\n", read(manifest)));
}

/// The text between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("`{before}` is missing in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("`{after}` is missing after `{before}` in {text}")).0
}

/// A copy of `path-outside` whose last build read one more file.
fn build_that_read(file: &str) -> TempDir {
    let folder = copy_of("path-outside");
    let root = folder.path().canonicalize().expect("a folder");
    write(&root.join(file), "");
    let record = format!("{0}/service/target/release/service: {0}/{file}\n", root.display());
    write(&root.join("service/target/release/service.d"), &record);
    folder
}

#[test]
fn inputs_bring_a_file_that_only_rustc_knows_of() {
    for file in ["service/data/a.bin", "service/data/[a].bin", "libraries/shared/a.bin", "libraries/common/a.bin"] {
        let folder = build_that_read(file);
        let service = folder.path().join("service");
        let warning = run(&service, &[]).1;
        assert!(warning.contains(&format!("the last build here read `{file}`")), "{warning}");
        let (line, table) = (between(&warning, "say `", "` in ["), between(&warning, "` in [", "]\n"));
        add(&service.join("Cargo.toml"), table, line);
        let again = run(&service, &[]).1;
        assert!(!again.contains("the last build"), "{again}");
        let ignore = read(&service.join("Dockerfile.dockerignore"));
        let line = format!("\n!{}\n", file.replace('[', "[[]"));
        assert!(ignore.contains(&line), "{ignore}");
    }
}

#[test]
fn inputs_for_one_folder_say_nothing_of_another() {
    let folder = build_that_read("service/data2/b.bin");
    let service = folder.path().join("service");
    write(&service.join("data/a.bin"), "");
    add(&service.join("Cargo.toml"), "package.metadata.dockerize", "inputs = [\"data\"]");
    let warning = run(&service, &[]).1;
    assert!(warning.contains("the last build here read `service/data2/b.bin`"), "{warning}");
}

/// Follows the advice for the one file that a program opens, and tells what the Dockerfile then copies.
fn copied(root: &Path, options: &[&str]) -> String {
    let told = run(root, &[options, &["explain", "assets"]].concat()).0;
    let context = if root.ends_with("service") { root.parent().expect("a folder") } else { root };
    let table = between(&told, "] in [", "]");
    let manifest = between(&told, &format!("[{table}] of "), "\n");
    add(&context.join(manifest), table, between(&told, "to copy it: ", " in ["));
    assert_eq!(run(root, &[options, &["explain", "assets"]].concat()).0, "There are no assets\n");
    run(root, options);
    let dockerfile = read(&root.join("Dockerfile"));
    dockerfile
        .lines()
        .find(|line| line.starts_with("COPY") && line.contains("/app/"))
        .map(str::to_owned)
        .unwrap_or_default()
}

#[test]
fn assets_copy_what_a_program_opens_where_the_context_is_raised() {
    // A program that is no server looks for a bare name where its user stands; what is only named is never sure.
    for (file, call, copy) in [
        ("config.toml", "std::fs::read_to_string", "COPY service/config.toml /app/config.toml"),
        ("site/[id].html", "std::path::Path::new", "COPY [\"service/site/[[]id].html\", \"/app/site/[id].html\"]"),
    ] {
        let folder = copy_of("path-outside");
        let service = folder.path().join("service");
        write(&service.join(file), "");
        write(&service.join("src/main.rs"), &format!("fn main() {{\n    let _ = {call}({file:?});\n}}\n"));
        assert_eq!(copied(&service, &["--cache", "none"]), copy);
    }
}

#[test]
fn assets_copy_a_file_at_the_root_for_a_member() {
    let folder = TempDir::new().expect("a temporary folder");
    let at = |path: &str| folder.path().join(path);
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    // Settings of the root package would say nothing of the member.
    write(&at("Cargo.toml"), &(package("top") + "[workspace]\nmembers = [\"app\"]\n"));
    write(&at("src/main.rs"), "fn main() {}\n");
    write(&at("app/Cargo.toml"), &package("app"));
    write(&at("app/src/main.rs"), "fn main() {\n    std::fs::read_to_string(\"settings.toml\").unwrap();\n}\n");
    write(&at("settings.toml"), "");
    let lock = ["app", "top"].map(|name| format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\n")).concat();
    write(&at("Cargo.lock"), &format!("version = 4\n{lock}"));
    assert_eq!(
        copied(folder.path(), &["--package", "app", "--cache", "none"]),
        "COPY settings.toml /app/settings.toml"
    );
}
