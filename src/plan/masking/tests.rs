//! Expressions are held against the real sed, and against manifests of every shape.
#![allow(clippy::disallowed_methods, reason = "sed is run here")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

const USUAL: &str = "[package]\nname = \"a\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\n[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\n";
const ROOT: &str = "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"0.4.0\"\nlicense = \"MIT\"\n\n[workspace.dependencies]\ncore = { version = \"0.4.0\", path = \"crates/core\" }\nlog = \"0.4\"\n";
const LAST: &str = "[package]\nname = \"b\"\nversion.workspace = true\n[dev-dependencies]\ncore = { path = \"../core\", version = \"=0.4.0\" }\n";
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\ndependencies = [\n \"core\",\n \"log\",\n]\n\n[[package]]\nname = \"core\"\nversion = \"0.4.0\"\n\n[[package]]\nname = \"log\"\nversion = \"0.4.1\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";

fn sed(expression: &str, text: &str) -> String {
    let mut sed = Command::new("sed")
        .arg(expression)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sed can be run");
    let mut input = sed.stdin.take().expect("its input");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = sed.wait_with_output().expect("its output");
    writer.join().expect("a writer").expect("text can be written");
    assert!(output.status.success(), "{expression}");
    String::from_utf8(output.stdout).expect("text")
}

/// Shapes that people and tools write, and some that only try to confuse.
fn manifests() -> Vec<String> {
    let mut manifests = vec![USUAL.to_owned(), ROOT.to_owned(), LAST.to_owned()];
    for tail in [
        "[dependencies]\nfoo = {version=\"1\",path=\"../foo\"}\n",
        "[dependencies]\nfoo = { path = \"../foo\", version = \"1\", features = [\"x\"] }\n",
        "[dependencies]\nfoo = { features = [\"x\"], version = \"1\", path = \"../foo\" }\nbar={version  =  \"2\" , path = \"b\"}\n",
        "[dependencies.foo]\npath = \"../foo\"\nversion = \"1\"\n",
        "[dependencies]\nfoo.path = \"../foo\"\nfoo.version = \"1\"\n",
        "[dependencies]\nfoo = {\n  path = \"../foo\",\n  version = \"1\",\n}\n",
        "[dependencies.bar]\nversion = \"3\"\n",
        "[package.metadata.release]\nversion = \"no\"\n",
        "[workspace.package]\nversion = \"1.0.0\"\n",
        "[target.'cfg(unix)'.build-dependencies]\nfoo = { version = \"1\", path = \"../foo\" } # version = \"9\", \n",
    ] {
        for head in [
            "[package]\nname = \"a\"\nversion = \"1.2.3\"\n",
            "[package]\nversion = \"1.2.3\" # \"quoted\"\nname = \"a\"\n",
            "[package]\nname = \"a\"\n",
            "[package]\nversion=\"1\"\nname = \"a\"\n",
            "[package]\nversion = '1.2.3'\nname = \"a\"\n",
        ] {
            manifests.push(format!("{head}\n{tail}"));
            manifests.push(format!("{head}\n{tail}").replace('\n', "\r\n"));
            manifests.push(format!("{tail}{head}"));
        }
    }
    manifests
}

#[test]
fn each_expression_does_what_sed_does() {
    for mask in ManifestMask::ALL {
        for text in manifests() {
            assert_eq!(mask.apply(&text), sed(&mask.expression(), &text), "{} on\n{text}", mask.expression());
        }
    }
    let expression = masking(&[USUAL], LOCK).expect("a mask").lock_file;
    for text in
        [LOCK.to_owned(), LOCK.replace('\n', "\r\n"), LOCK.trim_end().to_owned(), LOCK[..LOCK.len() - 75].into()]
    {
        assert_eq!(apply_to_lock_file(&text), sed(&expression, &text), "{text}");
    }
}

#[test]
fn the_shortest_expression_that_holds_is_taken() {
    let simple = masking(&[USUAL], LOCK).expect("a mask").manifests;
    assert_eq!(simple, r#"/^\[.*package\]/,/^version/ s/^version = ".*"/version = "0.0.0"/"#);
    let both = masking(&[USUAL, ROOT, LAST], LOCK).expect("a mask").manifests;
    assert!(both.ends_with(r#"/path = "/ { s/version = "[^"]*", *//; s/, *version = "[^"]*"// }"#), "{both}");
    let text = ManifestMask::ALL[3].apply(ROOT);
    assert!(text.contains("version = \"0.0.0\"") && text.contains("core = { path = \"crates/core\" }"), "{text}");
}

#[test]
fn what_sed_would_spoil_is_left_alone() {
    for spoilt in [
        // A version in a table of its own, by dotted keys, and over several lines as TOML 1.1 has it.
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies.foo]\npath = \"../foo\"\nversion = \"1\"\n",
        "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\nfoo.path = \"../foo\"\nfoo.version = \"1\"\n",
        "package.name = \"a\"\npackage.version = \"1.0.0\"\n",
        // The first version after [package] is another's.
        "[package]\nname = \"a\"\n[dependencies.log]\nversion = \"1\"\n",
        "[package]\nname = \"a\"\nversion = '1.0.0'\n",
    ] {
        assert_eq!(masking(&[spoilt], LOCK), None, "{spoilt}");
    }
    let ambiguous = LOCK.replace(" \"core\",", " \"core 0.4.0\",");
    assert_eq!(masking(&[USUAL], &ambiguous), None, "a lock file that names a local version");
}

#[test]
fn line_ends_of_windows_do_not_matter() {
    assert!(masking(&[&USUAL.replace('\n', "\r\n")], &LOCK.replace('\n', "\r\n")).is_some());
}
