//! Crates that do not come from crates.io: vendored ones, and those of a registry that wants a token.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::common::copy_of;
use super::engine::{build, dockerize, empty_mounts, try_build_with};
use super::traps::{edit, never_seen};

fn cargo(folder: &Path, words: &[&str]) -> String {
    let output = Command::new("cargo")
        .args(words)
        .current_dir(folder)
        .env("CARGO_REGISTRIES_PRIVATE_TOKEN", TOKEN)
        .env("CARGO_REGISTRIES_PRIVATE_CREDENTIAL_PROVIDER", "cargo:token")
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "cargo {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "builds images: see tests/run"]
fn vendored_crates_are_built_in_the_dependency_layer() {
    let copy = copy_of("proc-macro-member");
    let number = format!("resolver = \"3\"\nmetadata.number = {}", never_seen());
    edit(&copy.path().join("Cargo.toml"), "resolver = \"3\"", &number);
    let config = cargo(copy.path(), &["vendor", "--locked", "third-party"]);
    fs::create_dir_all(copy.path().join(".cargo")).expect("a folder can be made");
    fs::write(copy.path().join(".cargo/config.toml"), config).expect("a file can be written");
    dockerize(copy.path(), &["--distroless"]);
    // To cargo a vendored crate is the one of the registry, which other tests may have left in the mounts.
    empty_mounts(&copy.path().join("Dockerfile"));
    let image = build(copy.path(), "Dockerfile", None);
    assert_eq!(image.run(&[]), "made by a macro: 7\n");
    assert!(image.compiled().iter().any(|krate| krate.starts_with("quote ")), "{}", image.log);
    assert_eq!(image.downloaded(), 0, "nothing is fetched: {}", image.log);
    edit(&copy.path().join("derive/src/lib.rs"), "quote!(7)", "quote!(9)");
    assert_eq!(build(copy.path(), "Dockerfile", None).run(&[]), "made by a macro: 9\n");
}

const TOKEN: &str = "a-token-that-only-the-builder-knows";

/// A registry with one crate, for those who have the token.
/// <https://doc.rust-lang.org/cargo/reference/registry-index.html>
struct Registry {
    port: u16,
}

impl Registry {
    fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::create_dir(folder.path().join("src")).expect("a folder can be made");
        fs::write(folder.path().join("src/lib.rs"), "pub const WORD: &str = \"private\";").expect("a source");
        let manifest = "[package]\nname = \"secretive\"\nversion = \"1.0.0\"\nedition = \"2024\"\ndescription = \"x\"\n\
                        license = \"MIT\"\n";
        fs::write(folder.path().join("Cargo.toml"), manifest).expect("a manifest");
        cargo(folder.path(), &["package", "--offline", "--no-verify", "--allow-dirty", "--target-dir", "target"]);
        let packed = fs::read(folder.path().join("target/package/secretive-1.0.0.crate")).expect("a crate");
        let sum = Command::new("sha256sum").arg(folder.path().join("target/package/secretive-1.0.0.crate")).output();
        let sum = String::from_utf8_lossy(&sum.expect("sha256sum").stdout)[..64].to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let entry = format!(
            r#"{{"name":"secretive","vers":"1.0.0","deps":[],"cksum":"{sum}","features":{{}},"yanked":false}}"#
        );
        let config = format!(r#"{{"dl":"http://127.0.0.1:{port}/dl","api":null,"auth-required":true}}"#);
        let files = Arc::new([
            ("/config.json", config.into_bytes()),
            ("/se/cr/secretive", entry.into_bytes()),
            ("/dl/secretive/1.0.0/download", packed),
        ]);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let files = Arc::clone(&files);
                std::thread::spawn(move || answer(stream, files.as_slice()));
            }
        });
        Self { port }
    }
}

fn answer(mut stream: TcpStream, files: &[(&str, Vec<u8>)]) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
    let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned)).unwrap_or_default();
    let is_allowed = lines.take_while(|line| !line.is_empty()).any(|line| {
        line.split_once(": ").is_some_and(|(key, value)| key.eq_ignore_ascii_case("authorization") && value == TOKEN)
    });
    let file = files.iter().find(|(name, _)| *name == path);
    let (status, body) = match file {
        Some((_, body)) if is_allowed => ("200 OK", body.as_slice()),
        Some(_) => ("401 Unauthorized", &[][..]),
        None => ("404 Not Found", &[][..]),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A client that left is no concern of ours.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

#[test]
#[ignore = "builds images: see tests/run"]
fn token_of_a_private_registry_comes_from_a_secret_and_stays_out_of_the_image() {
    let registry = Registry::start();
    let copy = copy_of("calculator");
    let at = |path: &str| copy.path().join(path);
    fs::create_dir_all(at(".cargo")).expect("a folder can be made");
    let config = format!("[registries.private]\nindex = \"sparse+http://127.0.0.1:{}/\"\n", registry.port);
    fs::write(at(".cargo/config.toml"), config).expect("a file can be written");
    let manifest = fs::read_to_string(at("Cargo.toml")).expect("a manifest");
    let manifest = manifest + "\n[dependencies.secretive]\nversion = \"1\"\nregistry = \"private\"\n";
    fs::write(at("Cargo.toml"), manifest).expect("a manifest can be written");
    fs::write(at("src/main.rs"), "fn main() { println!(\"{}\", secretive::WORD); }").expect("a source");
    cargo(copy.path(), &["fetch"]);
    let said = dockerize(copy.path(), &["--scratch", "--offline"]);
    let flags = "--secret id=cargo-registry-private,env=CARGO_REGISTRIES_PRIVATE_TOKEN";
    assert!(said.contains(flags), "{said}");
    let without = try_build_with(copy.path(), "Dockerfile", None, &[]).err().expect("a build that fails");
    assert!(without.contains("cat: /run/secrets/cargo-registry-private: "), "the missing secret is named: {without}");
    let secret = at("token");
    fs::write(&secret, TOKEN).expect("a file can be written");
    let secret = format!("id=cargo-registry-private,src={}", secret.display());
    let image = try_build_with(copy.path(), "Dockerfile", None, &["--secret", &secret]);
    let image = image.unwrap_or_else(|log| panic!("{log}"));
    assert_eq!(image.run(&[]), "private\n");
    let history = Command::new("docker").args(["history", "--no-trunc", &image.tag]).output().expect("docker");
    let history = String::from_utf8_lossy(&history.stdout).into_owned();
    assert!(history.contains("ENTRYPOINT") && !history.contains(TOKEN), "{history}");
}
