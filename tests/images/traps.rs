//! Ways in which Dockerfiles for Rust go wrong without a word: each is built for real.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::common::copy_of;
use super::engine::{build, dockerize, dockerize_quickly};
use super::faults::workspace;

pub(super) fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a source");
    assert!(text.contains(from), "{} has no {from}", path.display());
    fs::write(path, text.replace(from, to)).expect("a source can be written");
}

/// Gives every file below `folder` a modification time in the year 2001.
pub(super) fn age(folder: &Path) {
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            age(&path);
        } else {
            fs::File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_modified(old))
                .expect("a time can be set");
        }
    }
}

/// A number that no build has seen. Counts of what was compiled need one: an edit that some earlier run made as well
/// comes from the builder's cache.
pub(super) fn never_seen() -> u32 {
    SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").subsec_nanos()
}

#[test]
#[ignore = "builds images: see tests/run"]
fn stub_is_never_shipped_however_old_the_sources_are() {
    for runtime in ["--scratch", "--distroless"] {
        let copy = copy_of("virtual-workspace");
        age(copy.path());
        dockerize(copy.path(), &[runtime]);
        assert_eq!(build(copy.path(), "Dockerfile", Some("api")).run(&[]), "api 42\n", "{runtime}");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn two_clones_and_a_revert_each_get_their_own_program() {
    let (first, second) = (copy_of("virtual-workspace"), copy_of("virtual-workspace"));
    let source = "crates/core/src/lib.rs";
    edit(&second.path().join(source), "42", "43");
    for copy in [&first, &second] {
        dockerize(copy.path(), &["--scratch"]);
    }
    let answer = |folder: &Path| build(folder, "Dockerfile", Some("api")).run(&[]);
    assert_eq!(answer(first.path()), "api 42\n");
    assert_eq!(answer(second.path()), "api 43\n");
    assert_eq!(answer(first.path()), "api 42\n");
    // A branch switch brings back an older file with an older time.
    edit(&second.path().join(source), "43", "42");
    age(&second.path().join("crates"));
    assert_eq!(answer(second.path()), "api 42\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn proc_macro_members_are_compiled_again_with_and_without_a_target() {
    for runtime in ["--scratch", "--distroless"] {
        let copy = copy_of("proc-macro-member");
        dockerize(copy.path(), &[runtime]);
        let image = build(copy.path(), "Dockerfile", None);
        assert_eq!(image.run(&[]), "made by a macro: 7\n", "{runtime}");
        let number = never_seen();
        edit(&copy.path().join("derive/src/lib.rs"), "quote!(7)", &format!("quote!({number})"));
        let image = build(copy.path(), "Dockerfile", None);
        assert_eq!(image.run(&[]), format!("made by a macro: {number}\n"), "{runtime}");
        // The second call has the flags of the first: no crate of the registry is compiled again.
        assert_eq!(image.compiled(), ["app v0.1.0", "derive v0.1.0"], "{runtime}");
        assert!(image.kept_dependencies(), "an edit leaves the dependency layer alone");
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn build_scripts_and_macros_find_the_files_that_they_read() {
    let copy = copy_of("build-script");
    // None of these may travel, and the last two lie where sources read others.
    for secret in [".env", ".git/config", "target/debug/huge", "static/.env", "static/server.key"] {
        let path = copy.path().join(secret);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, "secret").expect("a file can be written");
    }
    dockerize(copy.path(), &["--distroless"]);
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "2 messages, 1 migrations, # Reports, 22 bytes\n");
    let files = travels(copy.path());
    assert!(files.iter().any(|path| path == "static/test.pem"), "a source names it: {files:?}");
    for secret in [".env", ".git", "huge", "server.key"] {
        assert!(!files.iter().any(|path| path.contains(secret)), "{secret} travelled: {files:?}");
    }
    // What a build script reads counts as an edit.
    fs::write(copy.path().join("migrations/2_second.sql"), "DROP TABLE a;").expect("a file can be written");
    dockerize(copy.path(), &["--distroless", "--check"]);
    assert!(build(copy.path(), "Dockerfile", None).run(&[]).contains("2 migrations"));
}

/// What the builder gets to see.
fn travels(folder: &Path) -> Vec<String> {
    fs::write(folder.join("list.Dockerfile"), "FROM scratch\nCOPY . /\nENTRYPOINT [\"/none\"]\n").expect("a file");
    fs::copy(folder.join(".dockerignore"), folder.join("list.Dockerfile.dockerignore")).expect("a copy");
    let image = build(folder, "list.Dockerfile", None);
    // The engine adds these to every container.
    let own = [".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf"];
    image.files().into_iter().map(|(path, _)| path).filter(|path| !own.contains(&path.as_str())).collect()
}

#[test]
#[ignore = "builds images: see tests/run"]
fn embedded_files_travel_and_nothing_else_does() {
    let copy = copy_of("embedded-files");
    let at = |path: &str| copy.path().join(path);
    for planted in [".git/config", ".env", "crates/app/src/.env", "crates/app/static/id_rsa", "crates/other/a.rs"] {
        fs::create_dir_all(at(planted).parent().expect("a folder")).expect("a folder can be made");
        fs::write(at(planted), "planted").expect("a file can be written");
    }
    fs::create_dir_all(at("target/debug")).expect("a folder can be made");
    fs::File::create(at("target/debug/huge")).and_then(|file| file.set_len(1 << 30)).expect("a file of a gigabyte");
    dockerize(copy.path(), &[]);
    let mut files = travels(copy.path());
    files.sort();
    assert_eq!(
        files,
        [
            "Cargo.lock",
            "Cargo.toml",
            "crates/app/Cargo.toml",
            "crates/app/README.md",
            "crates/app/api/v1/a.proto",
            "crates/app/api/v1/b.proto",
            "crates/app/askama.toml",
            "crates/app/build.rs",
            "crates/app/config/app.toml",
            "crates/app/elsewhere/part.rs",
            "crates/app/elsewhere/part.txt",
            "crates/app/logo",
            "crates/app/messages.rs",
            "crates/app/parts/table.in",
            "crates/app/public/css/a.css",
            "crates/app/src/main.rs",
            "crates/app/static/robots.txt",
            "crates/app/templates/hello.txt",
            "crates/app/views/foot.txt",
            "shared/schema.sql",
        ]
    );
    let said = "CREATE TABLE t (id INT); 7 2\ntrue true\nHello two, goodbye elsewhere\n";
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), format!("{said}port = 80\n"));
    // What it reads when it runs stays at home where the settings say so.
    let manifest = fs::read_to_string(at("crates/app/Cargo.toml")).expect("a manifest");
    let settings = "\n[package.metadata.dockerize]\nassets = []\n";
    fs::write(at("crates/app/Cargo.toml"), manifest + settings).expect("a manifest can be written");
    dockerize(copy.path(), &[]);
    assert!(!travels(copy.path()).iter().any(|path| path.contains("config")));
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), said);
}

#[test]
#[ignore = "builds images: see tests/run"]
fn patched_crates_are_copied_whole() {
    let exclude = "members = [\"crates/local\"]\nexclude = [\"vendor\"]";
    for workspace in [exclude, "members = [\"crates/local\", \"vendor/cfg-if\"]"] {
        let copy = copy_of("patched-crate");
        edit(&copy.path().join("Cargo.toml"), exclude, workspace);
        dockerize(copy.path(), &["--distroless"]);
        // A build that is taken from the builder's cache would leave the mounts as they are.
        edit(&copy.path().join("crates/local/src/lib.rs"), "\n", &format!(" // {}\n", never_seen()));
        let first = build(copy.path(), "Dockerfile", None).run(&[]);
        edit(&copy.path().join("crates/local/src/lib.rs"), "patched", &format!("changed {}", never_seen()));
        age(&copy.path().join("vendor"));
        let image = build(copy.path(), "Dockerfile", None);
        assert_ne!(image.run(&[]), first);
        let compiled = image.compiled();
        assert_eq!(
            compiled,
            ["local v0.1.0", "patched v0.1.0"],
            "neither the patch nor what is built on it: {workspace}"
        );
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn explicit_paths_work_and_a_binary_added_later_is_found() {
    let copy = copy_of("renamed-binary");
    dockerize(copy.path(), &[]);
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "power 9000 by script\n");
    let manifest = copy.path().join("Cargo.toml");
    let text =
        fs::read_to_string(&manifest).expect("a manifest") + "\n[[bin]]\nname = \"later\"\npath = \"app/later.rs\"\n";
    fs::write(&manifest, text).expect("a manifest can be written");
    fs::write(copy.path().join("app/later.rs"), "fn main() { println!(\"later\"); }").expect("a source can be written");
    dockerize(copy.path(), &[]);
    assert_eq!(build(copy.path(), "Dockerfile", Some("later")).run(&[]), "later\n");
    assert_eq!(build(copy.path(), "Dockerfile", Some("engine-cli")).run(&[]), "power 9000 by script\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn path_dependency_outside_the_workspace_raises_the_context() {
    let copy = copy_of("path-outside");
    let said = dockerize(&copy.path().join("service"), &["--distroless"]);
    assert!(said.contains("docker build --tag service --file Dockerfile .."), "{said}");
    let image = build(copy.path(), "service/Dockerfile", None);
    assert_eq!(image.run(&[]), "hello from outside\n");
    edit(&copy.path().join("libraries/shared/src/lib.rs"), "hello from", "goodbye from");
    assert_eq!(build(copy.path(), "service/Dockerfile", None).run(&[]), "goodbye from outside\n");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn links_odd_names_and_crlf_build() {
    let copy = copy_of("calculator");
    let at = |path: &str| copy.path().join(path);
    fs::create_dir_all(at("shared files")).expect("a folder can be made");
    fs::write(at("shared files/grüße [1].txt"), "hello").expect("a file can be written");
    fs::write(at("shared files/linked.rs"), "pub fn name() -> &'static str { \"linked\" }\r\n")
        .expect("a file can be written");
    std::os::unix::fs::symlink("../shared files/linked.rs", at("src/linked.rs")).expect("a link can be made");
    let main = "mod linked;\r\nfn main() {\r\n    println!(\"{} {}\", linked::name(), include_str!(\"../shared files/grüße [1].txt\"));\r\n}\r\n";
    fs::write(at("src/main.rs"), main).expect("a file can be written");
    let manifest = fs::read_to_string(at("Cargo.toml")).expect("a manifest").replace('\n', "\r\n");
    fs::write(at("Cargo.toml"), manifest).expect("a manifest can be written");
    dockerize(copy.path(), &[]);
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "linked hello\n");
}

fn git(folder: &Path, words: &[&str]) -> String {
    let who = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    let output = Command::new("git").args(who).args(words).current_dir(folder).output().expect("git can be run");
    assert!(output.status.success(), "git {words:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
#[ignore = "builds images: see tests/run"]
fn git_metadata_reaches_the_program_and_not_the_dependency_layer() {
    let copy = copy_of("git-metadata");
    git(copy.path(), &["init", "--quiet"]);
    dockerize(copy.path(), &[]);
    git(copy.path(), &["add", "."]);
    for number in [0, never_seen()] {
        git(copy.path(), &["commit", "--quiet", "--allow-empty", "--message", &number.to_string()]);
        let image = build(copy.path(), "Dockerfile", None);
        assert_eq!(image.run(&[]).trim(), git(copy.path(), &["describe", "--always"]));
        assert!(number == 0 || image.kept_dependencies(), "{}", image.log);
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn a_build_script_that_fails_without_git_gets_it_with_its_commit() {
    let folder = workspace(&[
        ("Cargo.toml", "[package]\nname = \"dated\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("src/main.rs", "fn main() { println!(\"{}\", env!(\"COMMIT\")); }\n"),
        (
            "build.rs",
            "fn main() {\n    let words = [\"rev-parse\", \"HEAD\"];\n    \
             let commit = std::process::Command::new(\"git\").args(words).output().expect(\"git\");\n    \
             println!(\"cargo::rustc-env=COMMIT={}\", String::from_utf8(commit.stdout).unwrap().trim());\n}\n",
        ),
    ]);
    git(folder.path(), &["init", "--quiet"]);
    dockerize(folder.path(), &[]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "first"]);
    let image = build(folder.path(), "Dockerfile", None);
    assert_eq!(image.run(&[]).trim(), git(folder.path(), &["rev-parse", "HEAD"]));
}

#[test]
#[ignore = "builds images: see tests/run"]
fn queries_are_checked_against_what_was_saved() {
    let copy = copy_of("sqlx-offline");
    dockerize_quickly(copy.path());
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "the answer is 42\n");
}
