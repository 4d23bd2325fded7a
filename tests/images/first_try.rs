//! Workspaces of odd shapes, built unedited at the first try.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::engine::{Image, build, dockerize};
use super::faults::workspace;

/// Files by path and text, without a lock file.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    write(folder.path(), files);
    folder
}

pub(crate) fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
}

pub(crate) fn lock(folder: &Path) {
    let output = Command::new("cargo").args(["generate-lockfile"]).current_dir(folder).output().expect("cargo");
    assert!(output.status.success(), "{output:?}");
}

/// A manifest of a package with these lines after its name.
pub(crate) fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}\n")
}

#[test]
#[ignore = "builds images: see tests/run"]
fn every_manifest_that_cargo_loads_travels() {
    let app = package(
        "app",
        "[workspace]\nmembers = [\".\", \"only-tests\", \"crates/linked\"]\nexclude = [\"windows\", \"off\", \"unused\"]\n\
         [dependencies]\nnested = { path = \"../libs/nested\" }\nlinked = { path = \"crates/linked\" }\nitoa = \"1\"\n\
         off = { path = \"off\", optional = true }\n\
         [target.'cfg(windows)'.dependencies]\nwindows = { path = \"windows\" }\n\
         [patch.crates-io]\nryu = { path = \"unused\" }",
    );
    let files = [
        (".cargo/config.toml", "include = [\"more.toml\"]\n"),
        (".cargo/more.toml", "[env]\nMARK = \"above\"\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.95\"\n"),
        (
            "libs/Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"nested\", \"gone\"]\n[workspace.package]\nversion = \"0.3.0\"\n",
        ),
        ("libs/gone/Cargo.toml", &package("gone", "")),
        ("libs/gone/src/lib.rs", ""),
        ("libs/nested/Cargo.toml", "[package]\nname = \"nested\"\nversion.workspace = true\n"),
        ("libs/nested/src/lib.rs", "pub fn n() -> &'static str { env!(\"CARGO_PKG_VERSION\") }\n"),
        ("app/Cargo.toml", &app),
        ("app/src/main.rs", "fn main() { println!(\"{} {} {}\", nested::n(), linked::l(), env!(\"MARK\")); }\n"),
        ("app/windows/Cargo.toml", &package("windows", "")),
        ("app/windows/src/lib.rs", ""),
        ("app/off/Cargo.toml", &package("off", "")),
        ("app/off/src/lib.rs", ""),
        ("app/unused/Cargo.toml", &package("ryu", "").replace("0.1.0", "1.0.99")),
        ("app/unused/src/lib.rs", ""),
        ("app/only-tests/Cargo.toml", &package("only-tests", "")),
        ("app/only-tests/tests/all.rs", "#[test] fn a() {}\n"),
        ("app/real/Cargo.toml", &package("linked", "")),
        ("app/real/src/lib.rs", "pub fn l() -> u32 { 4 }\n"),
    ];
    let folder = folder(&files);
    fs::create_dir_all(folder.path().join("app/crates")).expect("a folder can be made");
    symlink("../real", folder.path().join("app/crates/linked")).expect("a link can be made");
    let app = folder.path().join("app");
    lock(&app);
    for options in [&["--scratch"][..], &["--slim", "--cache", "none"]] {
        dockerize(&app, options);
        let image = build_from(folder.path(), "app/Dockerfile");
        assert_eq!(image.run(&[]), "0.3.0 4 above\n", "{options:?}");
    }
}

/// Builds with a context above the Dockerfile.
fn build_from(context: &Path, dockerfile: &str) -> Image {
    build(context, dockerfile, None)
}

#[test]
#[ignore = "builds images: see tests/run"]
fn files_that_the_build_names_for_certain_travel_whatever_they_are_called() {
    let script = "use std::path::Path;\nfn main() {\n    let here = Path::new(env!(\"CARGO_MANIFEST_DIR\"));\n    \
                  let count = std::fs::read_dir(here.join(\"certs\")).unwrap().count();\n    \
                  let root = here.parent().unwrap();\n    \
                  let schema = std::fs::read_to_string(root.join(\"schema\").join(\"x.json\")).unwrap();\n    \
                  let profile = std::env::var(\"PROFILE\").unwrap();\n    \
                  let conf = std::fs::read_to_string(here.join(format!(\"{profile}.toml\"))).unwrap();\n    \
                  println!(\"cargo::rustc-env=SAID={count} {} {}\", schema.trim(), conf.trim());\n}\n";
    let vendored = "pub fn key() -> &'static str { include_str!(\"../root.pem\") }\n";
    let main = "fn main() { println!(\"{} {}\", env!(\"SAID\"), vendored::key().trim()); }\n";
    let folder = folder(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"app\"]\nresolver = \"2\"\n"),
        ("app/Cargo.toml", &package("app", "[dependencies]\nvendored = \"1\"")),
        ("app/build.rs", script),
        ("app/src/main.rs", main),
        ("app/certs/root.pem", "a"),
        ("app/certs/other.key", "b"),
        ("app/release.toml", "released"),
        ("schema/x.json", "{}"),
        (".cargo/config.toml", "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n"),
        ("vendor/vendored/Cargo.toml", &package("vendored", "").replace("0.1.0", "1.0.0")),
        ("vendor/vendored/src/lib.rs", vendored),
        ("vendor/vendored/root.pem", "pem"),
        ("vendor/vendored/.vscode/settings.json", "{}"),
    ]);
    let vendored = folder.path().join("vendor/vendored");
    let sum = |name: &str| {
        let output = Command::new("sha256sum").arg(vendored.join(name)).output().expect("sha256sum");
        String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap_or_default().to_owned()
    };
    let sums: Vec<String> = ["Cargo.toml", "src/lib.rs", "root.pem", ".vscode/settings.json"]
        .map(|name| format!("\"{name}\":\"{}\"", sum(name)))
        .into();
    let checksums = format!("{{\"files\":{{{}}},\"package\":null}}", sums.join(","));
    fs::write(vendored.join(".cargo-checksum.json"), checksums).expect("a file can be written");
    lock(folder.path());
    dockerize(folder.path(), &[]);
    assert_eq!(build(folder.path(), "Dockerfile", None).run(&[]), "2 {} released pem\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn what_the_configuration_names_is_there() {
    let config = "[build]\ntarget = \"host-tuple\"\nrustc-workspace-wrapper = \"tools/wrap.sh\"\n\
                  [target.'cfg(target_os = \"linux\")']\n\
                  rustflags = [\"-C\", \"linker=clang\", \"-C\", \"link-arg=-fuse-ld=lld\", \"-C\", \"link-arg=-Wl,--dynamic-list=tools/exports.txt\"]\n\
                  [target.aarch64-apple-darwin]\nrustflags = [\"-C\", \"link-arg=-fuse-ld=/opt/homebrew/bin/ld64.lld\"]\n";
    let folder = workspace(&[
        ("Cargo.toml", &package("app", "[dependencies]\nitoa = \"1\"")),
        ("src/main.rs", "fn main() { println!(\"{}\", option_env!(\"WRAPPED\").unwrap_or(\"bare\")); }\n"),
        ("tools/wrap.sh", "#!/bin/sh\nWRAPPED=wrapped exec \"$@\"\n"),
        ("tools/exports.txt", "{ main; };\n"),
        (".cargo/config.toml", config),
    ]);
    let wrapper = folder.path().join("tools/wrap.sh");
    fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode can be set");
    for options in [&["--slim"][..], &["--distroless", "--cache", "layers"]] {
        dockerize(folder.path(), options);
        assert_eq!(build(folder.path(), "Dockerfile", None).run(&[]), "wrapped\n", "{options:?}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn shared_libraries_of_the_workspace_go_with_the_program_that_links_or_opens_them() {
    let main = "fn main() {\n    println!(\"{}\", shared::s(7));\n    \
                for name in [\"libplugin.so\", \"plugins/libsecond.so\"] {\n        unsafe {\n            \
                let library = libloading::Library::new(name).expect(name);\n            \
                let answer: libloading::Symbol<unsafe extern \"C\" fn() -> u32> = library.get(b\"answer\").unwrap();\n            \
                println!(\"{}\", answer());\n        }\n    }\n}\n";
    let plugin = |answer: u32| format!("#[no_mangle] pub extern \"C\" fn answer() -> u32 {{ {answer} }}\n");
    let folder = workspace(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"api\", \"shared\", \"plugin\", \"second\"]\nresolver = \"2\"\n"),
        ("api/Cargo.toml", &package("api", "[dependencies]\nshared = { path = \"../shared\" }\nlibloading = \"0.8\"")),
        ("api/src/main.rs", main),
        ("shared/Cargo.toml", &package("shared", "[lib]\ncrate-type = [\"dylib\"]\n[dependencies]\nitoa = \"1\"")),
        ("shared/src/lib.rs", "pub fn s(x: u32) -> String { itoa::Buffer::new().format(x).to_owned() }\n"),
        ("plugin/Cargo.toml", &package("plugin", "[lib]\ncrate-type = [\"cdylib\"]")),
        ("plugin/src/lib.rs", &plugin(42)),
        ("second/Cargo.toml", &package("second", "[lib]\ncrate-type = [\"cdylib\"]")),
        ("second/src/lib.rs", &plugin(43)),
    ]);
    for options in [&[][..], &["--slim"]] {
        dockerize(folder.path(), options);
        assert_eq!(build(folder.path(), "Dockerfile", None).run(&[]), "7\n42\n43\n", "{options:?}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn the_standard_library_goes_with_a_program_that_shares_it() {
    let files = [
        ("Cargo.toml", package("dynamic", "")),
        ("src/main.rs", "fn main() { println!(\"hello\"); }\n".to_owned()),
        (".cargo/config.toml", "[build]\nrustflags = [\"-C\", \"prefer-dynamic\"]\n".to_owned()),
    ];
    let folder = folder(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
    lock(folder.path());
    for options in [&["--scratch"][..], &["--distroless"], &["--slim"]] {
        dockerize(folder.path(), options);
        assert_eq!(build(folder.path(), "Dockerfile", None).run(&[]), "hello\n", "{options:?}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn build_scripts_get_the_programs_that_they_run() {
    let script = r#"
        fn main() {
            println!("cargo:rerun-if-changed=Makefile");
            let made = format!("MADE={}/made", std::env::var("OUT_DIR").unwrap());
            let make = std::env::var("MAKE").unwrap_or("make".to_owned());
            assert!(std::process::Command::new(&make).arg(&made).status().unwrap().success());
            assert!(std::process::Command::new("file").arg("Makefile").status().unwrap().success());
        }
    "#;
    let files = [
        ("Cargo.toml", package("app", "")),
        ("Makefile", "all:\n\techo hello > $(MADE)\n".to_owned()),
        ("build.rs", script.to_owned()),
        (
            "src/main.rs",
            "fn main() { print!(\"{}\", include_str!(concat!(env!(\"OUT_DIR\"), \"/made\"))); }\n".to_owned(),
        ),
    ];
    let folder = folder(&files.each_ref().map(|(path, text)| (*path, text.as_str())));
    lock(folder.path());
    dockerize(folder.path(), &[]);
    assert_eq!(build(folder.path(), "Dockerfile", None).run(&[]), "hello\n");
}
