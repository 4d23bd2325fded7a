//! The real binary: what it writes, what it says and how it exits.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests stand at the edge")]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use common::copy_of;
use tempfile::TempDir;

/// What one run left: exit code, stdout, stderr.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn command(folder: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"));
    command.arg("dockerize").args(options).current_dir(folder);
    command
}

fn ran(mut command: Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("the binary can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { code: status.code().expect("an exit code"), out: text(stdout), err: text(stderr) }
}

fn run(folder: &Path, options: &[&str]) -> Ran {
    ran(command(folder, options))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// A package with one binary and no dependency, with these lines in its manifest.
fn package(lines: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let manifest = format!("[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{lines}");
    fs::create_dir(folder.path().join("src")).expect("a folder can be made");
    fs::write(folder.path().join("src/main.rs"), "fn main() {}\n").expect("a source can be written");
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest can be written");
    fs::write(folder.path().join("Cargo.lock"), "version = 4\n\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\n")
        .expect("a lock file");
    folder
}

#[test]
fn both_files_are_written_and_a_second_run_changes_nothing() {
    let folder = package("");
    let first = run(folder.path(), &[]);
    assert_eq!((first.code, first.out.as_str()), (0, ""), "{}", first.err);
    assert_eq!(first.err, "  Dockerized api (scratch: static musl, pure Rust): wrote Dockerfile and .dockerignore\n");
    let written = read(folder.path().join("Dockerfile"));
    let second = run(folder.path(), &[]);
    assert_eq!(
        second.err,
        "   Unchanged api (scratch: static musl, pure Rust): Dockerfile and .dockerignore are current\n"
    );
    assert_eq!(read(folder.path().join("Dockerfile")), written);
    assert_eq!(names(folder.path()), [".dockerignore", "Cargo.lock", "Cargo.toml", "Dockerfile", "src"]);
}

#[test]
fn check_exits_with_0_when_current_and_with_1_and_a_diff_when_not() {
    let folder = package("");
    let missing = run(folder.path(), &["--check"]);
    assert_eq!(missing.code, 1);
    assert!(missing.out.starts_with("--- /dev/null\n+++ b/Dockerfile\n@@ "), "{}", missing.out);
    assert!(missing.err.contains("`Dockerfile` and `.dockerignore` are out of date"), "{}", missing.err);
    assert_eq!(names(folder.path()), ["Cargo.lock", "Cargo.toml", "src"], "--check writes nothing");

    run(folder.path(), &["--distroless"]);
    let current = run(folder.path(), &["--distroless", "--check"]);
    assert_eq!((current.code, current.out.as_str()), (0, ""), "{}", current.err);

    let other = run(folder.path(), &["--slim", "--check"]);
    assert_eq!(other.code, 1);
    assert!(other.out.starts_with("--- a/Dockerfile\n+++ b/Dockerfile\n@@ "), "{}", other.out);
    assert!(other.out.contains("\n-FROM gcr.io/distroless/cc-debian13:nonroot AS api\n"), "{}", other.out);
    assert!(other.err.contains("help: run `cargo dockerize --slim` and commit what it writes"), "{}", other.err);
}

#[test]
fn check_takes_crlf_for_what_it_is() {
    let folder = package("");
    run(folder.path(), &[]);
    for name in ["Dockerfile", ".dockerignore"] {
        let path = folder.path().join(name);
        fs::write(&path, read(&path).replace('\n', "\r\n")).expect("a file can be written");
    }
    assert_eq!(run(folder.path(), &["--check"]).code, 0);
    // Nor does a change elsewhere make it a stranger's file.
    assert_eq!(run(folder.path(), &["--slim"]).code, 0);
}

#[test]
fn the_command_in_the_header_makes_the_same_file() {
    let copy = copy_of("virtual-workspace");
    let options = ["--slim", "--suite", "bookworm", "--package", "worker", "--profile", "dev"];
    run(copy.path(), &options);
    let text = read(copy.path().join("Dockerfile"));
    let line = text.lines().find_map(|line| line.strip_prefix("# Regenerate: cargo dockerize ")).expect("a command");
    let words: Vec<&str> = line.split(' ').chain(["--check"]).collect();
    let again = run(copy.path(), &words);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
}

#[test]
fn a_member_folder_selects_the_member_and_writes_at_the_root() {
    let copy = copy_of("virtual-workspace");
    let ran = run(&copy.path().join("crates/worker/src"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Dockerized worker (") && !ran.err.contains("api"), "{}", ran.err);
    assert!(read(copy.path().join("Dockerfile")).contains("# Regenerate: cargo dockerize --package worker\n"));
}

#[test]
fn print_goes_to_stdout_and_writes_nothing() {
    let folder = package("");
    let dockerfile = run(folder.path(), &["--print", "dockerfile"]);
    assert!(dockerfile.out.starts_with("# Generated by cargo-dockerize") && dockerfile.out.contains("ENTRYPOINT"));
    assert!(run(folder.path(), &["--print", "dockerignore"]).out.contains("\n!src\n"));
    let plan: serde_json::Value = serde_json::from_str(&run(folder.path(), &["--print", "plan"]).out).expect("JSON");
    assert_eq!(plan["template"]["runtime"], "scratch");
    assert_eq!(plan["images"][0]["entrypoint"], serde_json::json!(["/usr/local/bin/api"]));
    assert_eq!(names(folder.path()), ["Cargo.lock", "Cargo.toml", "src"]);
}

#[test]
fn output_names_the_dockerfile_and_its_ignore_file() {
    let folder = package("");
    let ran = run(&folder.path().join("src"), &["--output", "../docker/api.Dockerfile"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(names(&folder.path().join("docker")), ["api.Dockerfile", "api.Dockerfile.dockerignore"]);
    assert!(
        read(folder.path().join("docker/api.Dockerfile")).contains("cargo dockerize --output docker/api.Dockerfile\n")
    );
}

#[test]
fn a_file_of_somebody_elses_is_shown_and_kept() {
    let folder = package("");
    let path = folder.path().join("Dockerfile");
    fs::write(&path, "FROM precious\n").expect("a file can be written");
    let refused = run(folder.path(), &[]);
    assert_eq!(refused.code, 101);
    assert!(refused.out.contains("\n-FROM precious\n"), "{}", refused.out);
    assert!(refused.err.contains("error: `Dockerfile` was not written by cargo-dockerize"), "{}", refused.err);
    assert!(
        refused.err.contains("help: ") && refused.err.contains("--force") && refused.err.contains("--output"),
        "{}",
        refused.err
    );
    assert_eq!(read(&path), "FROM precious\n");
    assert!(!folder.path().join(".dockerignore").exists(), "nothing is written where something is refused");
    assert_eq!(run(folder.path(), &["--force"]).code, 0);
    assert!(read(&path).contains("ENTRYPOINT"));
}

#[test]
fn an_edit_of_our_own_file_is_not_lost() {
    let folder = package("");
    run(folder.path(), &[]);
    let path = folder.path().join("Dockerfile");
    fs::write(&path, read(&path) + "# mine\n").expect("a file can be written");
    let refused = run(folder.path(), &["--slim"]);
    assert_eq!(refused.code, 101);
    assert!(refused.err.contains("`Dockerfile` was edited since cargo-dockerize wrote it"), "{}", refused.err);
    assert!(read(&path).ends_with("# mine\n"));
}

#[test]
fn what_cannot_be_read_is_an_error_and_never_out_of_date() {
    let folder = package("");
    fs::create_dir(folder.path().join("Dockerfile")).expect("a folder can be made");
    let ran = run(folder.path(), &["--check"]);
    assert_eq!(ran.code, 101, "{}", ran.err);
    assert!(ran.err.contains("cannot read") && ran.err.contains("Dockerfile"), "{}", ran.err);
}

#[test]
fn what_cannot_be_written_is_an_error_that_names_it() {
    let folder = package("");
    let ran = run(folder.path(), &["--output", "/proc/nowhere/Dockerfile"]);
    assert_eq!(ran.code, 101, "{}", ran.err);
    assert!(ran.err.contains("cannot write `/proc/nowhere/Dockerfile`"), "{}", ran.err);
}

#[test]
fn no_manifest() {
    let ran = run(TempDir::new().expect("a folder").path(), &[]);
    assert_eq!(ran.code, 101);
    assert!(
        ran.err.contains("could not find `Cargo.toml`") && ran.err.contains("help: run it inside a package"),
        "{}",
        ran.err
    );
}

#[test]
fn broken_manifest_is_shown_in_cargos_words() {
    let folder = package("");
    fs::write(folder.path().join("Cargo.toml"), "[package\nname = 1\n").expect("a manifest can be written");
    let ran = run(folder.path(), &[]);
    assert_eq!(ran.code, 101);
    assert!(ran.err.contains("Cargo.toml:1") && ran.err.matches("error").count() == 1, "{}", ran.err);
}

#[test]
fn library_only_names_the_members_that_have_a_binary() {
    let alone = run(copy_of("library-only").path(), &[]);
    assert_eq!(alone.code, 101);
    assert!(
        alone.err.contains("error: package `solo` has no binary target\nhelp: an image needs a program"),
        "{}",
        alone.err
    );
    let member = run(copy_of("virtual-workspace").path(), &["--package", "virtual-core"]);
    assert_eq!(member.code, 101);
    assert!(
        member.err.contains("choose one with `--package`; binaries are in `api`, `tool`, `worker`"),
        "{}",
        member.err
    );
}

#[test]
fn unknown_names_get_a_suggestion() {
    let copy = copy_of("virtual-workspace");
    let cases: [(&[&str], &str); 6] = [
        (&["--bin", "aip"], "there is no binary `aip` in `api`, `worker`\nhelp: did you mean `api`?"),
        (
            &["--bin", "tool"],
            "there is no binary `tool` in `api`, `worker`\nhelp: it is in `tool`: add `--package tool`",
        ),
        (&["--package", "workr"], "there is no package `workr` in this workspace\nhelp: did you mean `worker`?"),
        (&["--suite", "trixi"], "there are no images of suite `trixi`\nhelp: did you mean `trixie`?"),
        (&["--template", "slimm"], "there is no template `slimm`\nhelp: did you mean `slim`?"),
        (
            &["--target", "wasm32-unknown-unknown"],
            "`wasm32-unknown-unknown` (`--target`) does not run in a Linux container",
        ),
    ];
    for (options, expected) in cases {
        let ran = run(copy.path(), options);
        assert_eq!(ran.code, 101, "{options:?}");
        assert!(ran.err.contains(expected), "{options:?}: {}", ran.err);
    }
}

#[test]
fn required_features_that_are_off_are_named() {
    let copy = copy_of("required-features");
    let skipped = run(copy.path(), &[]);
    assert_eq!(skipped.code, 0);
    assert!(
        skipped.err.contains("warning: binary `admin` is left out: it requires `admin`; add `--features admin`"),
        "{}",
        skipped.err
    );
    let asked = run(copy.path(), &["--bin", "admin"]);
    assert_eq!(asked.code, 101);
    assert!(asked.err.contains("requires the features: `admin`"), "{}", asked.err);
}

#[test]
fn a_missing_lock_file_is_made_unless_nothing_may_be_written() {
    let folder = package("");
    let lock = folder.path().join("Cargo.lock");
    fs::remove_file(&lock).expect("a file can be removed");
    for options in [["--check"].as_slice(), &["--print", "plan"], &["--locked"]] {
        let ran = run(folder.path(), options);
        assert_eq!(ran.code, 101, "{options:?}");
        assert!(
            ran.err.contains("there is no Cargo.lock") && ran.err.contains("cargo generate-lockfile"),
            "{}",
            ran.err
        );
        assert!(!lock.exists(), "{options:?}");
    }
    assert_eq!(run(folder.path(), &[]).code, 0);
    assert!(lock.exists());
}

#[test]
fn a_stale_lock_file_is_an_error_when_locked() {
    let folder = package("");
    let lock = folder.path().join("Cargo.lock");
    fs::write(&lock, read(&lock).replace("0.1.0", "0.0.9")).expect("a lock file can be written");
    let ran = run(folder.path(), &["--locked"]);
    assert_eq!(ran.code, 101);
    assert!(ran.err.contains("error: Cargo.lock is out of date"), "{}", ran.err);
    assert!(ran.err.contains("help: run `cargo update --workspace`"), "{}", ran.err);
}

#[test]
fn no_network_and_a_cold_cache() {
    let copy = copy_of("library-and-two-binaries");
    let home = TempDir::new().expect("a folder");
    let mut command = command(copy.path(), &["--offline"]);
    command.env("CARGO_HOME", home.path());
    let ran = ran(command);
    assert_eq!(ran.code, 101);
    assert!(ran.err.contains("help: run `cargo fetch` once where there is a network"), "{}", ran.err);
}

#[test]
fn impossible_wishes_say_why_and_what_to_do() {
    let copy = copy_of("native-library");
    let ran = run(copy.path(), &["--package", "server", "--scratch"]);
    assert_eq!(ran.code, 101);
    assert!(ran.err.contains("error: scratch is impossible: "), "{}", ran.err);
    assert!(
        ran.err.contains("links the system's lib")
            && ran.err.contains("(server → ")
            && ran.err.contains("or use --distroless"),
        "{}",
        ran.err
    );

    let folder = package("[package.metadata.dockerize]\nruntime-packages = [\"git\"]\n");
    let chosen = run(folder.path(), &[]);
    assert!(chosen.err.contains("(debian-slim: `runtime-packages` of `api` want a package manager)"), "{}", chosen.err);
    let ran = run(folder.path(), &["--distroless"]);
    assert!(
        ran.err.contains("distroless is impossible: `runtime-packages`") && ran.err.contains("or use --slim"),
        "{}",
        ran.err
    );

    let ran = run(package("").path(), &["--distroless", "--suite", "bookworm"]);
    assert!(ran.err.contains("there is no maintained distroless image of bookworm"), "{}", ran.err);
}

#[test]
fn queries_without_what_they_are_checked_against_are_an_error() {
    let copy = copy_of("sqlx-offline");
    fs::remove_dir_all(copy.path().join(".sqlx")).expect("a folder can be removed");
    let ran = run(copy.path(), &[]);
    assert_eq!(ran.code, 101);
    assert!(ran.err.contains("error: `src/main.rs` has queries that sqlx checks while compiling"), "{}", ran.err);
    assert!(ran.err.contains("help: run `cargo sqlx prepare --workspace`"), "{}", ran.err);
    // A database that cargo's configuration names is there to be asked.
    fs::create_dir(copy.path().join(".cargo")).expect("a folder can be made");
    fs::write(copy.path().join(".cargo/config.toml"), "[env]\nDATABASE_URL = \"sqlite:a.db\"\n").expect("a file");
    assert_eq!(run(copy.path(), &[]).code, 0);
}

#[test]
fn a_crate_that_nobody_knows_gets_what_it_asks_for_and_a_warning_until_it_is_known() {
    let copy = copy_of("unlisted-library");
    let ran = run(copy.path(), &[]);
    assert!(ran.err.contains("warning: crates that look native and are in no row of the catalogue"), "{}", ran.err);
    assert!(ran.err.contains("hasher links argon2: gets libargon2-dev for `argon2`"), "{}", ran.err);
    assert!(read(copy.path().join("Dockerfile")).contains("libargon2-dev"));
    let manifest = read(copy.path().join("Cargo.toml"));
    let known = "[package.metadata.dockerize]\nknown-natives = [\"hasher\"]\n\n[workspace]";
    fs::write(copy.path().join("Cargo.toml"), manifest.replace("[workspace]", known)).expect("a manifest");
    let ran = run(copy.path(), &[]);
    assert!(!ran.err.contains("warning"), "{}", ran.err);
    assert!(read(copy.path().join("Dockerfile")).contains("libargon2-dev"), "it still gets what it asks for");
}

#[test]
fn a_library_that_a_suite_lacks_is_an_error_that_names_the_suite_that_has_it() {
    let copy = copy_of("only-on-trixie");
    let ran = run(copy.path(), &["--suite", "bookworm", "--slim"]);
    assert_eq!(ran.code, 101);
    assert!(ran.err.contains("cannot be built on Debian bookworm"), "{}", ran.err);
    assert!(ran.err.contains("help: use `--suite trixie`"), "{}", ran.err);
    assert_eq!(run(copy.path(), &[]).code, 0);
}

#[test]
fn compiling_for_the_processor_of_the_builder_is_warned_of() {
    let copy = copy_of("calculator");
    fs::create_dir(copy.path().join(".cargo")).expect("a folder can be made");
    let config = "[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n";
    fs::write(copy.path().join(".cargo/config.toml"), config).expect("a file can be written");
    let ran = run(copy.path(), &[]);
    assert!(ran.err.contains("warning: `-C target-cpu=native` in .cargo/config.toml"), "{}", ran.err);
}

#[test]
fn explain_tells_the_whole_story_and_each_part_of_it() {
    let folder = common::fixture("native-library");
    let all = run(&folder, &["explain"]);
    assert_eq!(all.code, 0, "{}", all.err);
    for part in ["importer, server on distroless cc: links libpq, libssl", "Build stage on rust:", "Build context"] {
        assert!(all.out.contains(part), "{part}: {}", all.out);
    }
    let told = |name: &str| run(&folder, &["explain", name]).out;
    assert!(told("template").contains("impossible: openssl-sys links the system's libssl"));
    assert!(told("openssl-sys").contains("reached by   server → openssl-sys"));
    assert!(told("libpq-dev").contains("installed in the build stage  pq-sys"));
    assert!(told("libc").contains("needs nothing from the system"));
    let unknown = run(&folder, &["explain", "openssl-syss"]);
    assert_eq!(unknown.code, 101);
    assert!(unknown.err.contains("help: did you mean `openssl-sys`?"), "{}", unknown.err);
    assert!(names(&folder).iter().all(|name| !name.contains("ocker")), "nothing is written");
}

#[test]
fn settings_are_read_and_mistakes_in_them_pointed_at() {
    let folder = package("[package.metadata.dockerize]\nslim = true\nexpose = [8080]\n");
    assert!(run(folder.path(), &[]).err.contains("(debian-slim: "));
    assert!(read(folder.path().join("Dockerfile")).contains("\nEXPOSE 8080\n"));
    assert!(run(folder.path(), &["--scratch"]).err.contains("(scratch: "), "flags win");

    let misspelt = run(package("[package.metadata.dockerize]\nexpos = [8080]\n").path(), &[]);
    assert_eq!(misspelt.code, 101);
    assert!(
        misspelt.err.contains("line 6, column 1") && misspelt.err.contains("help: did you mean `expose`?"),
        "{}",
        misspelt.err
    );

    for hostile in [
        "build-packages = [\"a; rm -rf /\"]",
        "user = \"root\"",
        "env = { \"A B\" = \"1\" }",
        "profile = \"$(id)\"",
        "assets = [\"../secret\"]",
    ] {
        let ran = run(package(&format!("[package.metadata.dockerize]\n{hostile}\n")).path(), &[]);
        assert_eq!(ran.code, 101, "{hostile}");
        assert!(
            ran.err.contains("invalid [package.metadata.dockerize] in `Cargo.toml`") && ran.err.contains("expected"),
            "{}",
            ran.err
        );
    }
    let missing = run(package("[package.metadata.dockerize]\nassets = [\"templates\"]\n").path(), &[]);
    assert!(missing.err.contains("`assets` of `api` name `templates`, which does not exist"), "{}", missing.err);
}

#[test]
fn save_writes_the_options_and_needs_them_no_more() {
    let folder = package("# a comment\n");
    let before = read(folder.path().join("Cargo.toml"));
    let ran = run(folder.path(), &["--slim", "--suite", "bookworm", "--save"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("Saved options in [package.metadata.dockerize]"), "{}", ran.err);
    let after = read(folder.path().join("Cargo.toml"));
    assert!(
        after.starts_with(&before)
            && after.ends_with("[package.metadata.dockerize]\nslim = true\nsuite = \"bookworm\"\n"),
        "{after}"
    );
    assert!(read(folder.path().join("Dockerfile")).contains("# Regenerate: cargo dockerize\n"));
    assert_eq!(run(folder.path(), &["--check"]).code, 0);
}

#[test]
fn save_leaves_the_manifest_alone_when_a_file_is_refused() {
    let folder = package("");
    fs::write(folder.path().join("Dockerfile"), "FROM precious\n").expect("a file can be written");
    let before = read(folder.path().join("Cargo.toml"));
    assert_eq!(run(folder.path(), &["--slim", "--save"]).code, 101);
    assert_eq!(read(folder.path().join("Cargo.toml")), before);
}

#[test]
fn templates_of_ones_own_replace_the_built_in() {
    let folder = package("");
    let ejected = run(folder.path(), &["template", "eject", "before-build"]);
    assert_eq!((ejected.code, ejected.err.as_str()), (0, "     Ejected .dockerize/before-build.hbs\n"));
    let hook = folder.path().join(".dockerize/before-build.hbs");
    fs::write(&hook, "# My own step\nRUN true\n").expect("a template can be written");
    assert_eq!(run(folder.path(), &[]).code, 0);
    assert!(read(folder.path().join("Dockerfile")).contains("\n# My own step\nRUN true\n"));

    let again = run(folder.path(), &["template", "eject"]);
    assert_eq!(again.code, 101);
    assert!(again.err.contains("`before-build` in .dockerize would be overwritten"), "{}", again.err);
    assert_eq!(read(&hook), "# My own step\nRUN true\n");
    assert_eq!(run(folder.path(), &["template", "eject", "--force"]).code, 0);
    assert!(names(&folder.path().join(".dockerize")).contains(&"slim.hbs".to_owned()));
    assert_eq!(run(folder.path(), &[]).code, 0, "what was ejected renders as before");

    let unknown = run(folder.path(), &["template", "eject", "slimm"]);
    assert!(
        unknown.err.contains("there is no built-in template `slimm`\nhelp: did you mean `slim`?"),
        "{}",
        unknown.err
    );
}

#[test]
fn a_template_of_ones_own_name_sits_on_a_chosen_runtime() {
    let folder = package("");
    fs::create_dir(folder.path().join(".dockerize")).expect("a folder can be made");
    fs::write(
        folder.path().join(".dockerize/mine.hbs"),
        "{{> toolchain}}\n{{#each images}}\nFROM {{base}} AS {{stage}}\n{{/each}}\n",
    )
    .expect("a template");
    let ran = run(folder.path(), &["--template", "mine", "--slim"]);
    assert!(ran.err.contains("api (template mine on debian-slim: pure Rust)"), "{}", ran.err);
    assert!(read(folder.path().join("Dockerfile")).ends_with("FROM debian:trixie-slim AS api\n"));
}

#[test]
fn mistakes_in_templates_have_a_place_and_a_suggestion() {
    let cases = [
        (
            "RUN true\nRUN {{build.flgas}}\n",
            "`.dockerize/before-build.hbs`, line 2, column 5: there is no `build.flgas`\nhelp: did you mean `build.flags`?",
        ),
        (
            "{{#if skeleton.whol}}RUN true{{/if}}\n",
            "`.dockerize/before-build.hbs`, line 1, column 1: there is no `skeleton.whol`\nhelp: did you mean `skeleton.whole`?",
        ),
        ("{{#if}\n", "`.dockerize/before-build.hbs`, line 1"),
        ("{{> headr}}\n", "there is no partial `headr`\nhelp: did you mean `header`?"),
    ];
    for (template, expected) in cases {
        let folder = package("");
        fs::create_dir(folder.path().join(".dockerize")).expect("a folder can be made");
        fs::write(folder.path().join(".dockerize/before-build.hbs"), template).expect("a template can be written");
        let ran = run(folder.path(), &[]);
        assert_eq!(ran.code, 101, "{template}");
        assert!(ran.err.contains(expected), "{template}: {}", ran.err);
        assert!(!folder.path().join("Dockerfile").exists());
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = package("");
    for options in
        [["--nonsense"].as_slice(), &["--slim", "--scratch"], &["--check", "--force"], &["--print", "nothing"]]
    {
        assert_eq!(run(folder.path(), options).code, 2, "{options:?}");
    }
    assert_eq!(run(folder.path(), &["--slim", "--template", "scratch"]).code, 101);
}

#[test]
fn quiet_verbose_and_colour() {
    let folder = package("");
    let quiet = run(folder.path(), &["--quiet"]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    assert!(run(folder.path(), &["--verbose"]).err.contains("Because rust:1.95-slim-trixie: the default"));
    assert!(run(folder.path(), &["--color", "always"]).err.contains("\u{1b}["));
    assert!(!run(folder.path(), &["--color", "never"]).err.contains('\u{1b}'));
}

#[test]
fn help_shows_exit_codes() {
    let ran = run(package("").path(), &["--help"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("Exit codes: 0 written or current, 1 out of date (--check), 2 wrong usage, 101 error."),
        "{}",
        ran.out
    );
}

/// A package whose program includes `made/text.txt`, in a repository that ignores `made`.
fn package_with_an_ignored_file() -> TempDir {
    let folder = package("");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file can be written");
    fs::create_dir(folder.path().join("made")).expect("a folder can be made");
    write("made/text.txt", "text");
    write(".gitignore", "/made\n");
    write("src/main.rs", "fn main() {\n    print!(include_str!(\"../made/text.txt\"));\n}\n");
    git(folder.path(), &["init", "--quiet"]);
    folder
}

fn git(folder: &Path, words: &[&str]) {
    let done = Command::new("git").args(words).current_dir(folder).output().expect("git can be run");
    assert!(done.status.success(), "git {words:?}: {done:?}");
}

#[test]
fn a_needed_file_that_git_ignores_is_an_error_with_its_line() {
    let folder = package_with_an_ignored_file();
    let refused = run(folder.path(), &[]);
    assert_eq!(refused.code, 101);
    let said = "error: git ignores `made/text.txt`, which src/main.rs:2 includes: a clone cannot be built";
    assert!(refused.err.contains(said), "{}", refused.err);
    assert!(refused.err.contains("help: commit it with `git add --force made/text.txt`"), "{}", refused.err);
    assert!(!folder.path().join("Dockerfile").exists());
    // What is committed is ignored no more.
    git(folder.path(), &["add", "--force", "made/text.txt"]);
    assert_eq!(run(folder.path(), &[]).code, 0);
    assert!(read(folder.path().join(".dockerignore")).contains("\n!made/text.txt\n"));
}

#[test]
fn a_file_that_a_build_script_makes_may_be_ignored() {
    let folder = package_with_an_ignored_file();
    let script = "fn main() { std::fs::write(\"made/text.txt\", \"text\").unwrap(); }\n";
    fs::write(folder.path().join("build.rs"), script).expect("a file can be written");
    assert_eq!(run(folder.path(), &[]).code, 0);
}

#[test]
fn a_computed_path_brings_the_whole_package_and_says_so() {
    let folder = package("");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file can be written");
    write("src/main.rs", "fn main() {\n    print!(\"{}\", include_str!(env!(\"WHICH\")));\n}\n");
    write("some.txt", "some");
    let done = run(folder.path(), &[]);
    let said = "warning: src/main.rs:2 includes a file whose path cannot be read from the source; all of package `api`";
    assert!(done.err.contains(said), "{}", done.err);
    assert!(read(folder.path().join(".dockerignore")).contains("\n!some.txt\n"));
}

#[test]
fn what_a_program_opens_is_told_and_not_copied() {
    let folder = package("");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file can be written");
    fs::create_dir(folder.path().join("templates")).expect("a folder can be made");
    write("templates/a.html", "a");
    let main = "fn main() {\n    Tera::new(\"templates/**/*.html\");\n    bind(\"0.0.0.0:8080\");\n    bind(\"127.0.0.1:9000\");\n    open(env!(\"CARGO_MANIFEST_DIR\"));\n}\n";
    write("src/main.rs", main);
    let done = run(folder.path(), &[]);
    assert!(
        done.err.contains("note: `templates` (src/main.rs:2) may be read at run time and is not copied"),
        "{}",
        done.err
    );
    assert!(
        done.err.contains("warning: api takes CARGO_MANIFEST_DIR along (src/main.rs:5): files below `/app`"),
        "{}",
        done.err
    );
    let dockerfile = read(folder.path().join("Dockerfile"));
    assert!(!dockerfile.contains("templates") && !dockerfile.contains("EXPOSE"));
    let told = |topic: &str| run(folder.path(), &["explain", topic]).out;
    assert!(
        told("assets").contains("to copy it: assets = [\"templates\"] in [package.metadata.dockerize] of Cargo.toml"),
        "{}",
        told("assets")
    );
    assert!(told("ports").contains("0.0.0.0:8080") && told("ports").contains("expose = [8080] would say so"));
    assert!(told("ports").contains("nobody outside of the container reaches it"), "{}", told("ports"));
    // What the settings copy is no question any more.
    let manifest = read(folder.path().join("Cargo.toml"));
    write("Cargo.toml", &(manifest + "[package.metadata.dockerize]\nassets = [\"templates\"]\nexpose = [8080]\n"));
    let again = run(folder.path(), &[]);
    assert!(!again.err.contains("may be read"), "{}", again.err);
    assert!(told("ports").contains("exposed"));
}

#[test]
fn what_only_rustc_knows_of_is_told_and_settings_bring_it() {
    let folder = package("");
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("target/release")).expect("a folder can be made");
    fs::create_dir(at("data")).expect("a folder can be made");
    fs::write(at("data/table.bin"), "").expect("a file can be written");
    let root = folder.path().canonicalize().expect("a folder");
    let record = format!("{0}/target/release/api: {0}/src/main.rs {0}/data/table.bin\n", root.display());
    fs::write(at("target/release/api.d"), record).expect("a file can be written");
    let done = run(folder.path(), &[]);
    assert!(done.err.contains("the last build here read `data/table.bin`, which no source names"), "{}", done.err);
    let manifest = read(at("Cargo.toml")) + "[package.metadata.dockerize]\ninputs = [\"data\"]\n";
    fs::write(at("Cargo.toml"), manifest).expect("a manifest can be written");
    let again = run(folder.path(), &[]);
    assert!(!again.err.contains("the last build"), "{}", again.err);
    assert!(read(at(".dockerignore")).contains("\n# read by the build, as the settings say\n!data\n"));
}

#[test]
fn an_ignore_file_that_builders_prefer_is_an_error() {
    let folder = package("");
    for rival in ["Dockerfile.dockerignore", ".containerignore"] {
        fs::write(folder.path().join(rival), "src\n").expect("a file can be written");
        let refused = run(folder.path(), &[]);
        assert_eq!(refused.code, 101, "{rival}");
        let said = format!("error: builders read `{rival}` and not `.dockerignore`");
        assert!(refused.err.contains(&said), "{}", refused.err);
        assert!(!folder.path().join("Dockerfile").exists());
        fs::remove_file(folder.path().join(rival)).expect("a file can be removed");
    }
    assert_eq!(run(folder.path(), &[]).code, 0);
}

#[test]
fn sources_that_cannot_be_read_bring_the_whole_package() {
    for (name, bytes) in [
        ("latin.rs", b"// gr\xfc\xdfe\n".to_vec()),
        ("broken.rs", b"fn a( {".to_vec()),
        ("huge.rs", vec![b' '; 17 << 20]),
    ] {
        let folder = package("");
        fs::write(folder.path().join("src").join(name), bytes).expect("a file can be written");
        std::os::unix::fs::symlink("..", folder.path().join("src/round")).expect("a link can be made");
        fs::write(folder.path().join("other.txt"), "").expect("a file can be written");
        let done = run(folder.path(), &[]);
        assert_eq!(done.code, 0, "{name}: {}", done.err);
        assert!(
            done.err.contains(&format!("src/{name}`")) && done.err.contains("all of package `api`"),
            "{}",
            done.err
        );
        assert!(read(folder.path().join(".dockerignore")).contains("\n!other.txt\n"), "{name}");
    }
}

#[test]
fn files_that_include_each_other_and_modules_of_a_build_script_are_followed_once() {
    let folder = package("");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    write("src/main.rs", "include!(\"../parts/a.rs\");\nfn main() {}\n");
    write("parts/a.rs", "include!(\"b.rs\");\n");
    write("parts/b.rs", "include!(\"a.rs\");\n");
    write("build.rs", "mod helper;\nfn main() { helper::run() }\n");
    write("helper/mod.rs", "pub fn run() { std::fs::read(\"schema/a.proto\").unwrap(); }\n");
    write("schema/a.proto", "");
    let done = run(folder.path(), &[]);
    assert_eq!(done.code, 0, "{}", done.err);
    let ignore = read(folder.path().join(".dockerignore"));
    for path in ["helper", "parts/a.rs", "parts/b.rs", "schema"] {
        assert!(ignore.contains(&format!("\n!{path}\n")), "{path}: {ignore}");
    }
}

#[test]
fn inputs_of_settings_settle_what_rustc_knows_also_where_the_context_is_raised() {
    let folder = copy_of("path-outside");
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("service/target/release")).expect("a folder can be made");
    fs::create_dir(at("service/data")).expect("a folder can be made");
    fs::write(at("service/data/table.bin"), "").expect("a file can be written");
    let root = folder.path().canonicalize().expect("a folder");
    let record = format!("{0}/service/target/release/service: {0}/service/data/table.bin\n", root.display());
    fs::write(at("service/target/release/service.d"), record).expect("a file can be written");
    let warned = || run(&at("service"), &[]).err.contains("the last build here read");
    assert!(warned());
    let manifest = read(at("service/Cargo.toml")) + "\n[package.metadata.dockerize]\ninputs = [\"data/*.bin\"]\n";
    fs::write(at("service/Cargo.toml"), manifest).expect("a manifest can be written");
    assert!(!warned());
}

#[test]
fn a_key_among_the_sources_travels_when_the_program_includes_it() {
    let folder = package("");
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("a file can be written");
    write("src/main.rs", "fn main() {\n    print!(\"{}\", include_str!(\"ca.pem\"));\n}\n");
    write("src/ca.pem", "");
    run(folder.path(), &[]);
    let ignore = read(folder.path().join(".dockerignore"));
    assert!(ignore.ends_with("\n# Except these: a source names them\n!src/ca.pem\n"), "{ignore}");
}
