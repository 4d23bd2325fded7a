//! Crates as their authors published them: fetched, dockerized, built unedited and run, in every template that the
//! tool says works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::common::copy;
use crate::engine::{build, dockerize};

/// The source of a published crate, lock file included.
fn published(name: &str, version: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let manifest =
        format!("[package]\nname = \"fetcher\"\nedition = \"2024\"\n\n[dependencies]\n{name} = \"={version}\"\n");
    fs::create_dir_all(folder.path().join("fetcher/src")).expect("a folder can be made");
    fs::write(folder.path().join("fetcher/Cargo.toml"), manifest).expect("a manifest can be written");
    fs::write(folder.path().join("fetcher/src/lib.rs"), "").expect("a source can be written");
    let fetched =
        Command::new("cargo").arg("fetch").current_dir(folder.path().join("fetcher")).output().expect("cargo");
    assert!(fetched.status.success(), "{name}: {}", String::from_utf8_lossy(&fetched.stderr));
    copy(&source(&format!("{name}-{version}")), &folder.path().join("checkout"));
    folder
}

/// Where cargo unpacked a crate.
fn source(name: &str) -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))).expect("a home folder");
    let registries = fs::read_dir(home.join("registry/src")).expect("a registry");
    let mut places = registries.map(|entry| entry.expect("an entry").path().join(name));
    places.find(|path| path.is_dir()).unwrap_or_else(|| panic!("cargo did not unpack {name}"))
}

struct Published {
    name: &'static str,
    version: &'static str,
    options: &'static [&'static str],
    /// What the tool says of it when it chooses by itself.
    choice: &'static str,
    /// Templates that work.
    runtimes: &'static [&'static str],
    /// Stage, arguments, and what the program then prints.
    run: (&'static str, &'static [&'static str], Prints),
}

/// What a program prints: all of it, or a part.
enum Prints {
    All(&'static str),
    Part(&'static str),
}

impl Prints {
    fn is_in(&self, printed: &str) -> bool {
        match self {
            Self::All(text) => printed == *text,
            Self::Part(text) => printed.contains(text),
        }
    }
}

impl Published {
    fn proves_itself(&self) {
        let folder = published(self.name, self.version);
        let checkout: &Path = &folder.path().join("checkout");
        let said = dockerize(checkout, self.options);
        assert!(said.contains(self.choice), "{}: {said}", self.name);
        let (stage, arguments, expected) = &self.run;
        for runtime in self.runtimes {
            let flag = format!("--{runtime}");
            dockerize(checkout, &[self.options, &[flag.as_str()]].concat());
            let image = build(checkout, "Dockerfile", Some(stage));
            let printed = image.run(arguments);
            assert!(expected.is_in(&printed), "{} in {runtime} printed {printed}", self.name);
            println!("{} {} in {runtime}: {} bytes", self.name, self.version, image.bytes());
        }
    }
}

const EVERYWHERE: &[&str] = &["slim", "distroless", "scratch"];
const WITH_GLIBC: &[&str] = &["slim", "distroless"];

#[test]
#[ignore = "builds images: see tests/run all"]
fn pure_rust_with_eleven_binaries() {
    Published {
        name: "inferno",
        version: "0.12.8",
        options: &["--no-default-features", "--features", "cli"],
        choice: "(scratch: static musl, pure Rust)",
        runtimes: EVERYWHERE,
        run: ("inferno-flamegraph", &["--help"], Prints::Part("Usage: inferno-flamegraph")),
    }
    .proves_itself();
}

/// BLAKE3 of no bytes, as its test vectors have it:
/// <https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json>
const HASH_OF_NOTHING: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262\n";

#[test]
#[ignore = "builds images: see tests/run all"]
fn vendored_c_and_assembly() {
    Published {
        name: "b3sum",
        version: "1.8.7",
        options: &[],
        choice: "(distroless cc: many threads on musl's allocator are slow)",
        runtimes: EVERYWHERE,
        run: ("b3sum", &["--no-names", "/dev/null"], Prints::All(HASH_OF_NOTHING)),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn openssl_of_the_system() {
    // It makes keys and certificates without a word, and fails where it cannot.
    Published {
        name: "self-signed-cert",
        version: "1.0.3",
        options: &[],
        choice: "(distroless cc: links libssl)",
        runtimes: WITH_GLIBC,
        run: ("self-signed-cert", &["--out-dir", "/dev/shm"], Prints::All("")),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn sqlite_of_the_system() {
    Published {
        name: "refinery_cli",
        version: "0.10.0",
        options: &["--no-default-features", "--features", "sqlite"],
        choice: "(distroless cc: links libsqlite3)",
        runtimes: WITH_GLIBC,
        run: ("refinery", &["--version"], Prints::All("refinery_cli 0.10.0\n")),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn postgresql() {
    Published {
        name: "diesel_cli",
        version: "2.3.14",
        options: &["--no-default-features", "--features", "postgres"],
        choice: "(distroless cc: links libpq)",
        runtimes: WITH_GLIBC,
        run: ("diesel", &["--version"], Prints::Part("postgres")),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn windows_of_x11_through_generated_bindings() {
    Published {
        name: "xcolor",
        version: "0.5.1",
        options: &[],
        choice: "(distroless cc: links libX11, libxcb)",
        runtimes: WITH_GLIBC,
        run: ("xcolor", &["--version"], Prints::Part("xcolor 0.5.1")),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn library_that_only_the_programs_own_source_names() {
    Published {
        name: "sudo-rs",
        version: "0.2.15",
        options: &[],
        choice: "sudo-rs links",
        runtimes: WITH_GLIBC,
        run: ("visudo", &["--version"], Prints::Part("visudo-rs 0.2.15")),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn bus_of_the_desktop() {
    Published {
        name: "dbus-codegen",
        version: "0.12.0",
        options: &[],
        choice: "(distroless cc: links libdbus-1)",
        runtimes: WITH_GLIBC,
        run: ("dbus-codegen-rust", &["--help"], Prints::Part("D-Bus")),
    }
    .proves_itself();
}

#[test]
#[ignore = "builds images: see tests/run all"]
fn protocol_buffers_compiled_while_building() {
    Published {
        name: "otptool",
        version: "0.1.0",
        options: &[],
        choice: "(distroless cc: many threads on musl's allocator are slow)",
        runtimes: EVERYWHERE,
        run: (
            "otptool",
            &[
                "--link",
                "otpauth-migration://offline?data=CiUKCkhlbGxvId6tvu8SDWFsaWNlQGV4YW1wbGUaAkV4IAEoATACEAEYASAAKAE%3D",
            ],
            Prints::Part("JBSWY3DPEHPK3PXP"),
        ),
    }
    .proves_itself();
}
