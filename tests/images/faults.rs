//! Faults of earlier Dockerfiles, each with a build that showed it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::cache::{MEMBERS, bump, ride, train};
use super::common::copy_of;
use super::engine::{Image, build, dockerize, empty_mounts, mounts};
use super::traps::{edit, never_seen};

/// A package of its own; files are given by path and text.
pub(crate) fn workspace(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    let locked = Command::new("cargo").arg("generate-lockfile").current_dir(folder.path()).output().expect("cargo");
    assert!(locked.status.success(), "{locked:?}");
    folder
}

fn build_here(folder: &TempDir) -> Image {
    build(folder.path(), "Dockerfile", None)
}

/// Copies the content of each cache mount of a Dockerfile to a mount of another name, or back: what another builder
/// would have in its own.
fn swap_mounts(dockerfile: &Path, into: &str, out_of: &str) {
    let mut steps = "FROM debian:trixie-slim\n".to_owned();
    for id in mounts(dockerfile) {
        let (from, to) = (format!("{id}{out_of}"), format!("{id}{into}"));
        let _ = writeln!(
            steps,
            "RUN --mount=type=cache,id={from},target=/from --mount=type=cache,id={to},target=/to \\\n    \
             find /to -mindepth 1 -delete && cp -a /from/. /to && : {}",
            never_seen()
        );
    }
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("Dockerfile"), steps).expect("a file can be written");
    build(folder.path(), "Dockerfile", None);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn layers_of_another_builder_bring_none_of_its_code() {
    let ours = train(&["--scratch"]);
    let dockerfile = ours.path().join("Dockerfile");
    empty_mounts(&dockerfile);
    build_here(&ours);
    swap_mounts(&dockerfile, "-ours", "");
    // The other builder has other sources, and is the first to bump the dependency: its layer is the one that counts.
    empty_mounts(&dockerfile);
    let theirs = TempDir::new().expect("a temporary folder");
    super::common::copy(ours.path(), theirs.path());
    edit(&theirs.path().join("core/src/lib.rs"), "Vienna", "Salzburg");
    build_here(&theirs);
    bump(&theirs);
    assert!(build_here(&theirs).run(&[]).contains("Salzburg"));
    swap_mounts(&dockerfile, "", "-ours");
    bump(&ours);
    let image = build_here(&ours);
    assert!(image.kept_dependencies(), "{}", image.log);
    assert!(image.run(&[]).contains("Vienna"), "{}", image.log);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn code_that_a_build_script_writes_among_the_sources_stays() {
    let folder = workspace(&[
        (
            "Cargo.toml",
            "[package]\nname = \"generated-code\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nitoa = \"1\"\n",
        ),
        ("src/main.rs", "mod pb;\nfn main() { println!(\"{}\", pb::greeter::GREETING); }\n"),
        ("src/pb/mod.rs", "pub mod greeter;\n"),
        (
            "build.rs",
            "fn main() {\n    println!(\"cargo::rerun-if-changed=proto/x.proto\");\n    let text = std::fs::read_to_string(\"proto/x.proto\").unwrap();\n    \
             std::fs::write(\"src/pb/greeter.rs\", format!(\"pub const GREETING: &str = {text:?};\")).unwrap();\n}\n",
        ),
        ("proto/x.proto", "hello"),
        (".gitignore", "/src/pb/greeter.rs\n/target\n"),
    ]);
    dockerize(folder.path(), &[]);
    build_here(&folder);
    for number in 0..2 {
        edit(
            &folder.path().join("src/main.rs"),
            "fn main() {",
            &format!("fn main() {{ /* {number} {} */", never_seen()),
        );
        assert_eq!(build_here(&folder).run(&[]), "hello\n");
    }
    fs::write(folder.path().join("proto/x.proto"), "goodbye").expect("a file can be written");
    assert_eq!(build_here(&folder).run(&[]), "goodbye\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_configured_build_folder_is_no_reason_to_build_dependencies() {
    let folder = workspace(&[
        (
            "Cargo.toml",
            "[package]\nname = \"elsewhere\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nitoa = \"1\"\n",
        ),
        ("src/main.rs", "fn main() { println!(\"{}\", itoa::Buffer::new().format(1)); }\n"),
        (".cargo/config.toml", "[build]\nbuild-dir = \"build-cache\"\ntarget-dir = \"made\"\n"),
    ]);
    for options in [&["--distroless"][..], &["--distroless", "--cache", "layers"]] {
        dockerize(folder.path(), options);
        build_here(&folder);
        edit(&folder.path().join("src/main.rs"), "fn main() {", &format!("fn main() {{ /* {} */", never_seen()));
        let image = build_here(&folder);
        assert_eq!((image.compiled(), image.run(&[])), (vec!["elsewhere v0.1.0".to_owned()], "1\n".to_owned()));
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_path_dependency_that_is_no_member_is_never_its_empty_program() {
    let answer = format!("pub fn answer() -> u32 {{ {} }}\n", never_seen());
    let folder = workspace(&[
        (
            "Cargo.toml",
            "[workspace]\nexclude = [\"helper\", \"other\"]\n\n[package]\nname = \"no-member\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nhelper = { path = \"helper\" }\nother = { path = \"other\" }\nitoa = \"1\"\n",
        ),
        ("src/main.rs", "fn main() { println!(\"{} {}\", helper::answer(), other::word()); }\n"),
        ("helper/Cargo.toml", "[package]\nname = \"helper\"\nedition = \"2024\"\n"),
        ("helper/src/lib.rs", &answer),
        ("other/Cargo.toml", "[package]\nname = \"other\"\nversion = \"0.3.0\"\nedition = \"2024\"\n"),
        ("other/src/lib.rs", "pub fn word() -> &'static str { \"first\" }\n"),
    ]);
    for shape in ["layers", "full", "mounts"] {
        dockerize(folder.path(), &["--cache", shape]);
        super::traps::age(folder.path());
        let said = build_here(&folder).run(&[]);
        assert!(said.ends_with(" first\n"), "{shape}: {said}");
        edit(&folder.path().join("other/src/lib.rs"), "first", "second");
        super::traps::age(folder.path());
        assert!(build_here(&folder).run(&[]).ends_with(" second\n"), "{shape}");
        edit(&folder.path().join("other/src/lib.rs"), "second", "first");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn profiles_of_any_name_are_stripped_unless_somebody_said_otherwise() {
    let has_symbols = |image: &Image| {
        let program = image.files().into_iter().find(|(path, _)| path.ends_with("bin/profiles")).expect("the program");
        program.1 > 1_000_000
    };
    let manifest = "[package]\nname = \"profiles\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[profile.release-lto]\ninherits = \"release\"\n\
                    lto = true\n\n[profile.release-debug]\ninherits = \"release\"\ndebug = true\n";
    let folder = workspace(&[("Cargo.toml", manifest), ("src/main.rs", "fn main() { println!(\"hello\"); }\n")]);
    for (profile, symbols) in [("release-lto", false), ("release-debug", true), ("release", false)] {
        dockerize(folder.path(), &["--distroless", "--profile", profile]);
        let image = build_here(&folder);
        assert_eq!((image.run(&[]), has_symbols(&image)), ("hello\n".to_owned(), symbols), "{profile}");
    }
    fs::create_dir(folder.path().join(".cargo")).expect("a folder can be made");
    let config = "[profile.release]\nstrip = false\ndebug = 1\n";
    fs::write(folder.path().join(".cargo/config.toml"), config).expect("a file can be written");
    dockerize(folder.path(), &["--distroless"]);
    assert!(has_symbols(&build_here(&folder)), "the configuration decides");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_bump_after_mounts_were_lost_downloads_what_is_new_and_nothing_else() {
    let copy = train(&["--scratch"]);
    build_here(&copy);
    empty_mounts(&copy.path().join("Dockerfile"));
    ride(&copy);
    assert_eq!(build_here(&copy).compiled(), MEMBERS);
    bump(&copy);
    assert_eq!(build_here(&copy).downloaded(), 1);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn every_name_of_a_binary_has_a_stage_that_ships_it() {
    let names = ["Server", "server", "foo_", "foo___bar", "café", "日本", "base"];
    let mut bins = String::new();
    for (at, name) in names.iter().enumerate() {
        let _ = write!(bins, "[[bin]]\nname = \"{name}\"\npath = \"src/b{at}.rs\"\n");
    }
    let manifest = format!("[package]\nname = \"names\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{bins}");
    let sources: Vec<(String, String)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (format!("src/b{at}.rs"), format!("fn main() {{ println!(\"{name}\"); }}\n")))
        .collect();
    let mut files = vec![("Cargo.toml", manifest.as_str())];
    files.extend(sources.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let folder = workspace(&files);
    for runtime in ["--scratch", "--distroless", "--slim"] {
        dockerize(folder.path(), &[runtime]);
        for (stage, name) in [("server", "Server"), ("server-image", "Server")] {
            let name = if stage == "server" { "server" } else { name };
            assert_eq!(build(folder.path(), "Dockerfile", Some(stage)).run(&[]), format!("{name}\n"), "{runtime}");
        }
        for (stage, name) in
            [("foo", "foo_"), ("foo_bar", "foo___bar"), ("caf", "café"), ("bin", "日本"), ("base-image", "base")]
        {
            assert_eq!(build(folder.path(), "Dockerfile", Some(stage)).run(&[]), format!("{name}\n"), "{runtime}");
        }
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn assets_of_any_name_are_copied_and_nothing_in_a_name_is_executed() {
    let names =
        ["--from=x", "a\"b.txt", "[a].txt", "it's.txt", "two  words $HOME `id`.txt", "#x", "!y", "back\\slash.txt"];
    let copy = copy_of("calculator");
    let main = "fn main() {\n    let mut names: Vec<_> = std::fs::read_dir(\"/app\").unwrap().map(|e| e.unwrap().file_name()).collect();\n    \
                names.sort();\n    println!(\"{names:?}\");\n}\n";
    fs::write(copy.path().join("src/main.rs"), main).expect("a source can be written");
    let listed: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    for name in names {
        fs::write(copy.path().join(name), name).expect("a file can be written");
    }
    let manifest = fs::read_to_string(copy.path().join("Cargo.toml")).expect("a manifest");
    let settings = format!("\n[package.metadata.dockerize]\nassets = [{}]\n", listed.join(", "));
    fs::write(copy.path().join("Cargo.toml"), manifest + &settings).expect("a manifest can be written");
    dockerize(copy.path(), &[]);
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), format!("{sorted:?}\n"));
}

#[test]
#[ignore = "builds images: see tests/run"]
fn folders_of_any_name_hold_packages() {
    let folder = workspace(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"it's\", \"a$b\", \"two words\"]\nresolver = \"3\"\n"),
        (
            "it's/Cargo.toml",
            "[package]\nname = \"odd\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nitoa = \"1\"\nb = { path = \"../a$b\" }\nc = { path = \"../two words\" }\n",
        ),
        ("it's/src/main.rs", "fn main() { println!(\"{}{}\", b::B, c::C); }\n"),
        ("a$b/Cargo.toml", "[package]\nname = \"b\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("a$b/src/lib.rs", "pub const B: u8 = 4;\n"),
        ("two words/Cargo.toml", "[package]\nname = \"c\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("two words/src/lib.rs", "pub const C: u8 = 2;\n"),
    ]);
    for shape in ["full", "layers"] {
        dockerize(folder.path(), &["--package", "odd", "--cache", shape]);
        assert_eq!(build_here(&folder).run(&[]), "42\n", "{shape}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn lints_of_the_workspace_let_the_empty_programs_through() {
    for lints in [
        "missing_docs = \"deny\"\nunused = \"deny\"\nunused_crate_dependencies = \"deny\"\n",
        "missing_docs = \"forbid\"\ndead_code = \"forbid\"\nunreachable_pub = \"deny\"\n",
    ] {
        let manifest = format!(
            "[package]\nname = \"strict\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nitoa = \"1\"\n\n[lints.rust]\n{lints}"
        );
        let folder = workspace(&[
            ("Cargo.toml", &manifest),
            (
                "src/lib.rs",
                "//! A number.\n\n/// As text.\npub fn text() -> String { itoa::Buffer::new().format(7).to_owned() }\n",
            ),
            ("src/main.rs", "//! Says it.\n\nuse itoa as _;\n\nfn main() { println!(\"{}\", strict::text()); }\n"),
        ]);
        dockerize(folder.path(), &[]);
        assert_eq!(build_here(&folder).run(&[]), "7\n", "{lints}");
    }
}
