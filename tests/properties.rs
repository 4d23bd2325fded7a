//! Properties that hold for any input: random values, texts and templates enter, and what comes out is an error in plain
//! words or files that keep their shape.
//!
//! `PROPTEST_CASES=4000 cargo test --test properties` looks for ten minutes or so. What was found once is kept in
//! `properties.proptest-regressions` and tried again first.
#![allow(clippy::disallowed_methods, reason = "tests stand at the edge")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use cargo_dockerize::internals::{Compiled, audited};
use common::binary::package;
use common::{compile, compiled, copy_of};
use parse_dockerfile::Instruction;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tempfile::TempDir;

/// Some cases in the quick layer, many on request.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|number| number.parse().ok()).unwrap_or(12);
    let kept = FileFailurePersistence::Direct("tests/properties.proptest-regressions");
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(kept)),
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

/// Texts that break out of their place where nothing quotes them, and any others.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\\".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("$(touch /x)".to_owned()),
        Just("${HOME:-x}".to_owned()),
        Just("`id`".to_owned()),
        Just("\nRUN touch /x\n".to_owned()),
        Just(" --from=x ".to_owned()),
        Just("#".to_owned()),
        Just("{{x}}".to_owned()),
        Just("EOF\n".to_owned()),
        Just("[a]".to_owned()),
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

/// A value of TOML of any form, as its text.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(toml_edit::Value::from),
        any::<i64>().prop_map(toml_edit::Value::from),
        (0_i64..70_000).prop_map(toml_edit::Value::from),
        any::<f64>().prop_map(toml_edit::Value::from),
        hostile().prop_map(toml_edit::Value::from),
        "[a-z/0-9:.-]{0,9}".prop_map(toml_edit::Value::from),
    ];
    let any = leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| toml_edit::Value::Array(items.into_iter().collect())),
            prop::collection::vec(("[a-zA-Z_-]{1,8}", inner), 0..3)
                .prop_map(|items| toml_edit::Value::InlineTable(items.into_iter().collect())),
        ]
    });
    any.prop_map(|value| value.to_string())
}

/// Every key of the settings.
const KEYS: [&str; 38] = [
    "slim",
    "distroless",
    "scratch",
    "template",
    "rust",
    "suite",
    "package",
    "workspace",
    "exclude",
    "bin",
    "features",
    "all-features",
    "no-default-features",
    "profile",
    "debug-symbols",
    "target",
    "output",
    "cache",
    "builder",
    "build-packages",
    "runtime-packages",
    "known-natives",
    "inputs",
    "env",
    "labels",
    "expose",
    "volumes",
    "healthcheck",
    "args",
    "command",
    "stop-signal",
    "init",
    "workdir",
    "timezone",
    "user",
    "assets",
    "binaries",
    "data",
];

/// What no error may say: the words of parsers, which nobody but their authors knows.
const SPEECH: [&str; 6] =
    ["untagged enum", "expected struct", "expected a sequence", "invalid type:", "unknown variant", "panicked"];

/// The kinds of the instructions in a Dockerfile.
fn shape(dockerfile: &str) -> Vec<String> {
    let parsed = parse_dockerfile::parse(dockerfile).unwrap_or_else(|error| panic!("{error}\n{dockerfile}"));
    let kind = |instruction: &Instruction| format!("{instruction:?}").split('(').next().unwrap_or_default().to_owned();
    parsed.instructions.iter().map(kind).collect()
}

/// The Dockerfile for a manifest, or the error with its causes.
fn dockerfile(folder: &Path) -> Result<String, String> {
    let compiled = compile(folder, &["--slim"]);
    compiled.map(|(_, [dockerfile, _])| dockerfile.text).map_err(|error| format!("{error:#}"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn texts_of_a_manifest_add_no_instruction(texts in prop::collection::vec(hostile(), 6)) {
        let folder = package("");
        let manifest = folder.path().join("Cargo.toml");
        let plain = fs::read_to_string(&manifest).expect("a manifest");
        let with = |texts: &[String]| {
            let mut document: toml_edit::DocumentMut = plain.parse().expect("a manifest");
            document["package"]["description"] = toml_edit::value(&texts[0]);
            let settings = &mut document["package"]["metadata"]["dockerize"];
            settings["env"]["A"] = toml_edit::value(&texts[1]);
            settings["labels"]["a.b"] = toml_edit::value(&texts[2]);
            settings["args"] = toml_edit::value([&texts[3], &texts[4]].into_iter().collect::<toml_edit::Array>());
            settings["command"] = toml_edit::value([&texts[5]].into_iter().collect::<toml_edit::Array>());
            fs::write(&manifest, document.to_string()).expect("a manifest can be written");
            dockerfile(folder.path())
        };
        let expected = with(&["a", "b", "c", "d", "e", "f"].map(str::to_owned)).expect("a Dockerfile");
        match with(&texts) {
            Ok(found) => prop_assert_eq!(shape(&found), shape(&expected), "{}", found),
            Err(error) => prop_assert!(SPEECH.iter().all(|words| !error.contains(words)), "{}", error),
        }
    }

    #[test]
    fn settings_of_any_form_are_refused_in_plain_words_or_make_a_dockerfile(
        settings in prop::collection::vec((prop::sample::select(KEYS.to_vec()), value()), 1..4),
    ) {
        let folder = package("");
        let manifest = folder.path().join("Cargo.toml");
        let mut document: toml_edit::DocumentMut =
            fs::read_to_string(&manifest).expect("a manifest").parse().expect("a manifest");
        for (key, value) in settings {
            let value: toml_edit::Value = value.trim().parse().expect("a value");
            document["package"]["metadata"]["dockerize"][key] = toml_edit::value(value);
        }
        fs::write(&manifest, document.to_string()).expect("a manifest can be written");
        match dockerfile(folder.path()) {
            Ok(found) => prop_assert!(shape(&found).contains(&"Entrypoint".to_owned())),
            Err(error) => prop_assert!(SPEECH.iter().all(|words| !error.contains(words)), "{}\n{}", error, document),
        }
    }

    #[test]
    fn dockerfiles_of_any_form_are_audited_or_refused(lines in prop::collection::vec(dockerfile_line(), 0..12)) {
        static WORKSPACE: LazyLock<(TempDir, Compiled)> = LazyLock::new(|| {
            let folder = copy_of("audited");
            let compiled = compiled(folder.path(), &["--slim"]).expect("a plan");
            (folder, compiled)
        });
        // Whether it is a Dockerfile, and what is wrong with it, is not the question.
        let _ = audited(&lines.join("\n"), &WORKSPACE.1, "");
    }

    #[test]
    fn templates_of_any_form_end_in_an_error_or_a_file(pieces in prop::collection::vec(template_piece(), 0..12)) {
        let folder = package("");
        let template = folder.path().join(".dockerize/before-build.hbs");
        fs::create_dir(template.parent().expect("a folder")).expect("a folder can be made");
        fs::write(&template, pieces.concat()).expect("a template can be written");
        if let Err(error) = dockerfile(folder.path()) {
            prop_assert!(error.contains("before-build") || error.contains("built-in template"), "{}", error);
        }
    }
}

/// A line of a Dockerfile, or what is none.
fn dockerfile_line() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        Just("FROM rust:1.80 AS build"),
        Just("FROM --platform=linux/arm64 rust"),
        Just("FROM build"),
        Just("FROM $X:latest AS é"),
        Just("ARG X=1 TOKEN"),
        Just("ENV A=$X B=\"$A b"),
        Just("RUN --mount=type=cache,target=target cargo build --release --features $F"),
        Just("RUN cat <<EOF > /x\nif [ é ]; then\nEOF"),
        Just("RUN <<EOF\ncargo chef cook --target\nEOF"),
        Just("RUN echo 'fn main() {}' > src/main.rs && \\\n cargo build"),
        Just("COPY --from=0 /app/target/release/app /"),
        Just("COPY . ."),
        Just("COPY [\"a b\", \"/\"]"),
        Just("WORKDIR ../../x"),
        Just("USER $X"),
        Just("ENTRYPOINT app --x \"y\""),
        Just("CMD [\"app\"]"),
        Just("# syntax=x"),
    ];
    prop_oneof![words.prop_map(str::to_owned), hostile()]
}

/// A part of a template: what templates are made of, whole and broken, and any other text.
fn template_piece() -> impl Strategy<Value = String> {
    let names = ["{{", "}}", "{{#each images}}", "{{/each}}", "{{#if build}}", "{{else}}", "{{/if}}", "{{> header}}"];
    let more =
        ["{{> before-build}}", "{{this}}", "{{../x}}", "{{quote x}}", "{{shell build.command}}", "{{#with base}}"];
    let rest =
        ["{{/with}}", "{{json images}}", "{{{raw}}}", "{{!-- a --}}", "{{#> cargo}}", "{{/cargo}}", "\\{{x}}", "@"];
    let words: Vec<String> = names.into_iter().chain(more).chain(rest).map(str::to_owned).collect();
    prop_oneof![4 => prop::sample::select(words), 1 => "\\PC{0,8}"]
}
