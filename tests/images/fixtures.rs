//! Fixture workspaces as images that run.

use std::fs;

use super::common::copy_of;
use super::engine::{build, dockerize, printed, try_build};

/// Builds a fixture and holds what its program prints against what it should.
fn prints(name: &str, below: &str, options: &[&str], target: Option<&str>, expected: &str) {
    let copy = copy_of(name);
    let folder = copy.path().join(below);
    dockerize(&folder, options);
    let image = build(&folder, "Dockerfile", target);
    assert_eq!(image.run(&[]).trim(), expected, "{name} {options:?}");
    assert_eq!(image.inspect("{{.Config.User}}"), "65532:65532");
    // Nothing but the default of every engine, SIGTERM.
    assert_eq!(image.inspect("{{.Config.StopSignal}}"), "");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn each_binary_has_its_own_target_and_the_default_is_last() {
    prints("library-and-two-binaries", "", &[], None, "list 1");
    prints("library-and-two-binaries", "", &[], Some("watch"), "watch 2");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn lints_that_the_workspace_denies_do_not_stop_the_skeleton() {
    prints("virtual-workspace", "", &["--slim"], Some("api"), "api 42");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn shared_libraries_reach_both_runtimes() {
    for runtime in ["--distroless", "--slim"] {
        let copy = copy_of("native-library");
        dockerize(copy.path(), &[runtime]);
        let server = build(copy.path(), "Dockerfile", Some("server"));
        let said = server.run(&[]);
        assert!(said.starts_with("libssl 0x3") && said.contains("libpq 17"), "{runtime}: {said}");
        let importer = build(copy.path(), "Dockerfile", Some("importer"));
        assert!(importer.run(&[]).starts_with("sqlite 3"), "{runtime}");
        // libpq is the server's alone.
        assert!(!importer.files().iter().any(|(path, _)| path.contains("libpq")), "{runtime}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn vendored_c_is_static_with_musl() {
    let copy = copy_of("native-library");
    let said = dockerize(copy.path(), &["--package", "importer"]);
    assert!(said.contains("scratch: static musl, compiles"), "{said}");
    let image = build(copy.path(), "Dockerfile", None);
    assert!(image.run(&[]).starts_with("sqlite 3"));
    let files: Vec<String> = image
        .files()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| !path.starts_with("etc/") && !path.starts_with("dev/"))
        .collect();
    assert_eq!(files, [".dockerenv", "usr/local/bin/importer"]);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn configured_target_folder_and_wrapper_do_not_get_in_the_way() {
    prints("musl-target", "", &[], None, "static");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn settings_reach_the_image_and_nothing_in_them_is_executed() {
    let copy = copy_of("settings");
    dockerize(copy.path(), &[]);
    let image = build(copy.path(), "Dockerfile", None);
    let said = image.run(&[]);
    assert_eq!(
        said,
        "argument --config\nargument /app/config/default.toml\nargument two words\nRUST_LOG is debug\n\
         GREETING is costs $5 and \"quotes\"\ntemplates/a.html is there\nconfig/default.toml is there\ndata files/b.txt is there\n\
         /data is writable\n/var/lib/settings is writable\n"
    );
    assert_eq!(
        image.inspect(r#"{{index .Config.Labels "org.opencontainers.image.description"}}"#),
        r#"A "quoted" description with $(touch /hacked), ${HOME}, `id`, a \ backslash and several lines"#
    );
    assert_eq!(image.inspect(r#"{{index .Config.Labels "org.opencontainers.image.vendor"}}"#), "Example");
    assert_eq!(image.inspect("{{.Config.User}}"), "1000:1000");
    assert_eq!(image.inspect("{{json .Config.ExposedPorts}}"), r#"{"53/udp":{},"8080/tcp":{}}"#);
    assert_eq!(image.inspect("{{json .Config.Volumes}}"), r#"{"/data":{},"/var/lib/settings":{}}"#);
    assert!(!image.files().iter().any(|(path, _)| path.contains("hacked")));
}

#[test]
#[ignore = "builds images: see tests/run"]
fn volumes_belong_to_the_user_on_each_runtime() {
    for runtime in ["--scratch", "--distroless", "--slim"] {
        let copy = copy_of("settings");
        dockerize(copy.path(), &[runtime]);
        let said = build(copy.path(), "Dockerfile", None).run(&[]);
        assert!(said.ends_with("/data is writable\n/var/lib/settings is writable\n"), "{runtime}: {said}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn library_that_only_a_source_names_reaches_both_runtimes() {
    for runtime in ["--distroless", "--slim"] {
        prints("unlisted-library", "", &[runtime], None, "argon2 says OK");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn library_that_nobody_announced_fails_the_build_and_not_the_deployment() {
    let copy = copy_of("unlisted-library");
    let at = |path: &str| copy.path().join(path);
    let source = fs::read_to_string(at("src/main.rs")).expect("a source");
    fs::write(at("src/main.rs"), source.replace("#[link(name = \"argon2\")]\n", "")).expect("a source");
    fs::create_dir(at(".cargo")).expect("a folder can be made");
    fs::write(at(".cargo/config.toml"), "[build]\nrustflags = [\"-Clink-arg=-largon2\"]\n").expect("a file");
    let manifest = fs::read_to_string(at("Cargo.toml")).expect("a manifest");
    let settings = "\n[package.metadata.dockerize]\nbuild-packages = [\"libargon2-dev\"]\n";
    fs::write(at("Cargo.toml"), manifest.clone() + settings).expect("a manifest can be written");
    dockerize(copy.path(), &["--slim"]);
    let log = try_build(copy.path(), "Dockerfile", None).err().expect("a build that fails");
    assert!(printed(&log, "\tlibargon2.so.1 => not found"), "{log}");
    let settings = settings.to_owned() + "runtime-packages = [\"libargon2-1\"]\n";
    fs::write(at("Cargo.toml"), manifest + &settings).expect("a manifest can be written");
    dockerize(copy.path(), &["--slim"]);
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "argon2 says OK\n", "the package is installed");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn data_that_a_program_reads_is_in_an_image_that_holds_nothing_else() {
    prints("time-zones", "", &["--scratch"], None, "2026-07-01T12:00:00+02:00[Europe/Vienna]");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn libraries_that_a_program_opens_by_itself_reach_both_runtimes() {
    for runtime in ["--distroless", "--slim"] {
        let said = "PDF document, version 1.7\nlibwayland-client is there: true";
        prints("opened-library", "", &[runtime], None, said);
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn glibc_older_than_the_program_needs_fails_the_build_and_not_the_deployment() {
    let copy = copy_of("calculator");
    let main = "unsafe extern \"C\" { fn __isoc23_strtol(text: *const i8, end: *mut *mut i8, base: i32) -> i64; }\n\
                fn main() { println!(\"{}\", unsafe { __isoc23_strtol(c\"42\".as_ptr(), std::ptr::null_mut(), 10) }); }\n";
    fs::write(copy.path().join("src/main.rs"), main).expect("a source can be written");
    dockerize(copy.path(), &["--slim"]);
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "42\n");
    // A base of one's own, older than the build's.
    fs::create_dir(copy.path().join(".dockerize")).expect("a folder can be made");
    let base = "FROM debian:bookworm-slim AS base\nRUN useradd --no-log-init --uid 65532 nonroot\n";
    fs::write(copy.path().join(".dockerize/base.hbs"), base).expect("a template can be written");
    dockerize(copy.path(), &["--slim"]);
    let log = try_build(copy.path(), "Dockerfile", None).err().expect("a build that fails");
    assert!(log.contains("GLIBC_2.38' not found"), "{log}");
}
