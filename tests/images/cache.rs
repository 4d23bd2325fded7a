//! The build cache by exact counts: what an edit, a bump, a release, lost mounts and an empty builder make cargo compile.

use std::fs;
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use super::common::copy_of;
use super::engine::{
    Image, build, compiled, dockerize, empty_mounts, empty_mounts_of_buildah, script, start_build, try_build,
    try_build_with,
};
use super::traps::{age, edit, never_seen};

const MAIN: &str = "app/src/main.rs";
const LEAF: &str = "core/src/lib.rs";

/// All members of the train, as cargo names them.
pub(super) const MEMBERS: [&str; 3] = ["core-types v1.4.0", "train v1.4.0", "train-service v0.9.3"];

/// A workspace of an application, a service and a leaf, like none that the builder knows.
pub(super) fn train(options: &[&str]) -> TempDir {
    let copy = copy_of("release-train");
    let manifest = copy.path().join("Cargo.toml");
    edit(&manifest, "resolver = \"3\"", &format!("resolver = \"3\"\nmetadata.number = {}", never_seen()));
    dockerize(copy.path(), options);
    copy
}

fn build_train(copy: &TempDir) -> Image {
    build(copy.path(), "Dockerfile", None)
}

pub(super) fn ride(copy: &TempDir) {
    edit(&copy.path().join(MAIN), "on track", &format!("({}) on track", never_seen()));
}

pub(super) fn bump(copy: &TempDir) {
    let lock = copy.path().join("Cargo.lock");
    edit(&lock, "2.3.1", "2.3.2");
    let (old, new) = (
        "e3148f5046208a5d56bcfc03053e3ca6334e51da8dfb19b6cdc8b306fae3283e",
        "9b4f627cb1b25917193a259e49bdad08f671f8d9708acfd5fe0a8c1455d87220",
    );
    edit(&lock, old, new);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn an_edit_compiles_what_it_compiles_on_the_host_and_no_change_runs_nothing() {
    let copy = train(&["--scratch"]);
    let host = TempDir::new().expect("a temporary folder");
    let on_host = || {
        let output = Command::new("cargo")
            .args(["build", "--release", "--locked", "--target-dir"])
            .arg(host.path())
            .current_dir(copy.path())
            .output()
            .expect("cargo can be run");
        assert!(output.status.success(), "{output:?}");
        compiled(&String::from_utf8_lossy(&output.stderr))
    };
    on_host();
    build_train(&copy);
    assert_eq!(build_train(&copy).steps_run(), 0);
    for (file, members) in [(MAIN, 1), (LEAF, 3)] {
        edit(&copy.path().join(file), "\n", &format!(" // {}\n", never_seen()));
        let image = build_train(&copy);
        assert_eq!(image.compiled(), on_host(), "{file}");
        assert_eq!(image.compiled().len(), members, "{file}");
        assert!(image.kept_dependencies(), "{}", image.log);
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_changed_dependency_is_compiled_with_what_depends_on_it() {
    let copy = train(&["--scratch"]);
    empty_mounts(&copy.path().join("Dockerfile"));
    build_train(&copy);
    bump(&copy);
    let image = build_train(&copy);
    assert_eq!(
        image.compiled(),
        ["form_urlencoded v1.2.2", "percent-encoding v2.3.2", "train v1.4.0", "train-service v0.9.3"]
    );
    assert_eq!(image.downloaded(), 1);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_release_keeps_the_dependency_layer() {
    // As most manifests are written: the way to hide their versions is short.
    let copy = train(&[]);
    let at = |path: &str| copy.path().join(path);
    edit(
        &at("app/Cargo.toml"),
        "\n[dependencies.train-service]\nversion = \"0.9\"\npath = \"../service\"",
        "train-service = { path = \"../service\", version = \"0.9\" }",
    );
    edit(
        &at("service/Cargo.toml"),
        "core-types.path = \"../core\"\ncore-types.version = \"1.4.0\"",
        "core-types = { version = \"1.4.0\", path = \"../core\" }",
    );
    dockerize(copy.path(), &["--scratch"]);
    build_train(&copy);
    edit(&at("Cargo.toml"), "\"1.4", "\"1.5");
    edit(&at("service/Cargo.toml"), "\"0.9.3\"", "\"0.10.0\"");
    edit(&at("service/Cargo.toml"), "\"1.4.0\"", "\"1.5.0\"");
    edit(&at("app/Cargo.toml"), "\"0.9\"", "\"0.10\"");
    edit(&at("Cargo.lock"), "\"1.4.0\"", "\"1.5.0\"");
    edit(&at("Cargo.lock"), "\"0.9.3\"", "\"0.10.0\"");
    dockerize(copy.path(), &["--scratch", "--check"]);
    let image = build_train(&copy);
    assert!(image.kept_dependencies(), "{}", image.log);
    assert_eq!(image.compiled(), ["core-types v1.5.0", "train v1.5.0", "train-service v0.10.0"]);
    assert_eq!(image.run(&[]), "1.5.0 from Vienna+%26+Graz on track 7, 13\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn without_its_mounts_an_edit_compiles_members_and_downloads_nothing() {
    let copy = train(&["--scratch"]);
    build_train(&copy);
    empty_mounts(&copy.path().join("Dockerfile"));
    ride(&copy);
    let image = build_train(&copy);
    assert_eq!(image.compiled(), MEMBERS);
    assert_eq!(image.downloaded(), 0);
    // And then the mounts are as good as ever.
    ride(&copy);
    assert_eq!(build_train(&copy).compiled(), ["train v1.4.0"]);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn other_system_packages_compile_everything_again() {
    let copy = train(&["--distroless"]);
    build_train(&copy);
    edit(
        &copy.path().join("Cargo.toml"),
        "[workspace.package]",
        "[workspace.metadata.dockerize]\nbuild-packages = [\"time\"]\n\n[workspace.package]",
    );
    dockerize(copy.path(), &["--distroless"]);
    assert_eq!(build_train(&copy).compiled().len(), 6);
    ride(&copy);
    assert_eq!(build_train(&copy).compiled(), ["train v1.4.0"]);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_killed_build_leaves_nothing_that_the_next_one_believes() {
    let copy = train(&["--scratch"]);
    let said = |image: &Image| image.run(&[]);
    for words in ["Compiling itoa", "Compiling train-service v0.9.3", "Compiling train v1.4.0"] {
        empty_mounts(&copy.path().join("Dockerfile"));
        edit(
            &copy.path().join("Cargo.toml"),
            "metadata.number = ",
            &format!("metadata.number = {}", never_seen() % 9 + 1),
        );
        edit(&copy.path().join(LEAF), "Vienna", "Salzburg");
        start_build(copy.path()).kill_after(words);
        edit(&copy.path().join(LEAF), "Salzburg", "Vienna");
        age(copy.path());
        assert_eq!(said(&build_train(&copy)), "1.4.0 from Vienna+%26+Graz on track 7, 13\n", "killed at {words}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn two_builds_at_once_each_get_their_own_program() {
    let copies = [train(&["--scratch"]), train(&["--scratch"])];
    edit(&copies[1].path().join(LEAF), "Vienna", "Linz");
    age(copies[1].path());
    let answers: Vec<String> = thread::scope(|scope| {
        let builds: Vec<_> = copies.iter().map(|copy| scope.spawn(|| build_train(copy).run(&[]))).collect();
        builds.into_iter().map(|build| build.join().expect("a build")).collect()
    });
    assert_eq!(answers, ["1.4.0 from Vienna+%26+Graz on track 7, 13\n", "1.4.0 from Linz+%26+Graz on track 7, 11\n"]);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn files_that_go_come_back_or_change_their_mode_count() {
    let copy = copy_of("calculator");
    let at = |path: &str| copy.path().join(path);
    let write = |path: &str, text: &str| fs::write(at(path), text).expect("a file can be written");
    let allow = |path: &str, mode: u32| {
        let mode = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(mode);
        fs::set_permissions(at(path), mode).expect("a mode can be set");
    };
    write("src/main.rs", "mod part;\nfn main() { println!(\"{} {}\", part::NAME, env!(\"SAID\")); }\n");
    write("src/part.rs", "pub const NAME: &str = \"one\";\n");
    write("say it.sh", "#!/bin/sh\necho cargo::rustc-env=SAID=hello\n");
    write(
        "build.rs",
        "fn main() {\n    let said = std::process::Command::new(\"./say it.sh\").output().expect(\"it runs\");\n    \
         println!(\"{}\", String::from_utf8_lossy(&said.stdout));\n}\n",
    );
    allow("say it.sh", 0o755);
    dockerize(copy.path(), &[]);
    let answer = || build(copy.path(), "Dockerfile", None).run(&[]);
    assert_eq!(answer(), "one hello\n");
    allow("say it.sh", 0o644);
    assert!(try_build(copy.path(), "Dockerfile", None).is_err(), "a script that may not be run");
    allow("say it.sh", 0o755);
    assert_eq!(answer(), "one hello\n");
    // A module becomes a folder, and a file again.
    fs::create_dir(at("src/part")).expect("a folder can be made");
    fs::rename(at("src/part.rs"), at("src/part/mod.rs")).expect("a file can be moved");
    edit(&at("src/part/mod.rs"), "one", "two");
    age(&at("src"));
    assert_eq!(answer(), "two hello\n");
    fs::remove_dir_all(at("src/part")).expect("a folder can be removed");
    assert!(try_build(copy.path(), "Dockerfile", None).is_err(), "a module that is gone");
    write("src/odd  name.rs", "pub const NAME: &str = \"three\";\n");
    std::os::unix::fs::symlink("odd  name.rs", at("src/part.rs")).expect("a link can be made");
    age(&at("src"));
    assert_eq!(answer(), "three hello\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn patched_crates_of_two_clones_do_not_mix() {
    let copies = [copy_of("patched-crate"), copy_of("patched-crate")];
    edit(&copies[1].path().join("vendor/cfg-if/src/lib.rs"), "\"vendor\"", "\"another\"");
    let mut answers = Vec::new();
    for round in 0..2 {
        for copy in &copies {
            dockerize(copy.path(), &["--distroless"]);
            age(copy.path());
            answers.push((round, build(copy.path(), "Dockerfile", None).run(&[])));
        }
    }
    let of = |clone: usize, round: usize| answers[round * 2 + clone].1.clone();
    assert!(of(0, 0).contains("by vendor") && of(1, 0).contains("by another"), "{answers:?}");
    assert_eq!((of(0, 0), of(1, 0)), (of(0, 1), of(1, 1)));
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_lock_file_that_is_behind_fails_the_build() {
    let copy = train(&["--scratch"]);
    edit(&copy.path().join("app/Cargo.toml"), "itoa = \"1\"", "itoa = \"1\"\nfnv = \"1\"");
    let log = try_build(copy.path(), "Dockerfile", None).err().expect("a build that fails");
    assert!(log.contains("because --locked was passed"), "{log}");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn the_time_of_the_source_is_no_reason_to_build_dependencies() {
    let copy = train(&["--scratch"]);
    build_train(&copy);
    ride(&copy);
    let flags = ["--build-arg", "SOURCE_DATE_EPOCH=1234567890"];
    let image = try_build_with(copy.path(), "Dockerfile", None, &flags).unwrap_or_else(|log| panic!("{log}"));
    assert!(image.kept_dependencies(), "{}", image.log);
    assert_eq!(image.compiled(), ["train v1.4.0"]);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn the_target_folder_may_be_laid_out_in_any_way() {
    // What cargo 1.100 does by itself.
    let copy = train(&["--scratch"]);
    fs::create_dir(copy.path().join(".dockerize")).expect("a folder can be made");
    fs::write(
        copy.path().join(".dockerize/after-install.hbs"),
        "ENV RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_DIR_NEW_LAYOUT=true\n",
    )
    .expect("a template can be written");
    dockerize(copy.path(), &["--scratch"]);
    build_train(&copy);
    ride(&copy);
    assert_eq!(build_train(&copy).compiled(), ["train v1.4.0"]);
    empty_mounts(&copy.path().join("Dockerfile"));
    ride(&copy);
    let image = build_train(&copy);
    assert_eq!(image.compiled(), MEMBERS);
    assert!(image.run(&[]).starts_with("1.4.0 from Vienna"));
}

#[test]
#[ignore = "builds images: see tests/run"]
fn every_shape_and_builder_builds_the_program_of_the_day() {
    for options in [
        ["--scratch", "--cache", "layers"],
        ["--scratch", "--cache", "mounts"],
        ["--scratch", "--cache", "none"],
        ["--scratch", "--builder", "buildkit"],
    ] {
        let copy = train(&options);
        build_train(&copy);
        edit(&copy.path().join(LEAF), "Vienna", "Bregenz");
        age(copy.path());
        let image = build_train(&copy);
        assert_eq!(image.run(&[]), "1.4.0 from Bregenz+%26+Graz on track 7, 14\n", "{options:?}");
        if options[2] == "none" {
            assert_eq!(image.compiled().len(), 6, "{options:?}");
        } else {
            assert_eq!(image.compiled(), MEMBERS, "{options:?}");
        }
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn buildah_keeps_the_same_promises() {
    let copy = train(&["--scratch", "--builder", "podman"]);
    empty_mounts_of_buildah(&copy.path().join("Dockerfile"));
    let made = TempDir::new().expect("a temporary folder");
    let answer = || {
        let output = Command::new(script("buildah"))
            .args(["build", "--layers", "--output"])
            .arg(made.path())
            .arg("--file")
            .arg(copy.path().join("Dockerfile"))
            .arg(copy.path())
            .output()
            .expect("buildah can be run");
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{}", super::engine::tail(&log));
        let said = Command::new(made.path().join("usr/local/bin/train")).output().expect("the program can be run");
        (String::from_utf8_lossy(&said.stdout).into_owned(), compiled(&log))
    };
    assert_eq!(answer().0, "1.4.0 from Vienna+%26+Graz on track 7, 13\n");
    // An edit that looks old, and back again.
    for (from, to, said) in [("Vienna", "Linz", "11"), ("Linz", "Vienna", "13")] {
        edit(&copy.path().join(LEAF), from, to);
        age(copy.path());
        let (answer, mut compiled) = answer();
        assert_eq!(answer, format!("1.4.0 from {to}+%26+Graz on track 7, {said}\n"));
        // Buildah runs the step of the dependencies each time, where cargo names the members and their wrapper skips them.
        compiled.dedup();
        assert_eq!(compiled, MEMBERS);
    }
    bump(&copy);
    let (_, compiled) = answer();
    assert!(compiled.contains(&"percent-encoding v2.3.2".to_owned()), "{compiled:?}");
    let named = |name: &str| compiled.iter().filter(|krate| krate.starts_with(name)).count();
    assert_eq!((named("itoa"), named("core-types")), (0, 1), "{compiled:?}");
    // Two clones of one project.
    edit(&copy.path().join(MAIN), "on track", "on platform");
    assert!(answer().0.contains("on platform 7"));
}
