//! `cargo dockerize report` on a real engine.

use std::fs;

use serde_json::Value;

use super::common::binary::{read, run};
use super::common::copy_of;

#[test]
#[ignore = "builds images: see tests/run"]
fn every_shape_is_built_run_and_built_again() {
    let copy = copy_of("calculator");
    let source = read(copy.path().join("src/main.rs"));
    let into = copy.path().join("figures");
    let ran = run(
        copy.path(),
        &["report", "--build-flags=--network=host", "--format", "json", "--into", into.to_str().expect("a path")],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains('\u{1b}'), "no colour in a pipe: {}", ran.out);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    let rows = report["images"].as_array().expect("images");
    let of = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("shape"), ["single-stage", "slim", "distroless", "scratch"]);
    for size in ["bytes", "compressed", "files"] {
        let sizes: Vec<u64> = of(size).iter().filter_map(Value::as_u64).collect();
        assert!(sizes.len() == 4 && sizes.is_sorted_by(|a, b| a > b), "{size}: {sizes:?}");
    }
    for row in rows {
        assert_eq!((&row["cold"]["compiled"], &row["changed"]["compiled"]), (&1.into(), &1.into()), "{row}");
        let (sent, whole) = (row["sent"].as_u64().expect("bytes"), row["compressed"].as_u64().expect("bytes"));
        assert!(sent > 0 && sent <= whole, "{row}");
        assert!(row["start_seconds"].as_f64().is_some(), "it ends: {row}");
        let shape = row["shape"].as_str().expect("a name");
        let has_shell = !row["shells"].as_array().expect("names").is_empty();
        assert_eq!(has_shell, ["single-stage", "slim"].contains(&shape), "{row}");
        assert_eq!(row["user"] == "root", shape == "single-stage", "{row}");
        let sbom: Value = serde_json::from_str(&read(into.join(format!("{shape}.cdx.json")))).expect("JSON");
        let urls: Vec<&str> =
            sbom["components"].as_array().expect("parts").iter().filter_map(|part| part["purl"].as_str()).collect();
        assert!(urls.contains(&"pkg:cargo/calculator@0.1.0"), "{urls:?}");
        assert_eq!(urls.iter().any(|url| url.starts_with("pkg:deb/debian/libc6@")), row["packages"] != 0, "{urls:?}");
    }
    assert!(read(into.join("report.svg")).contains("prefers-color-scheme: dark"));
    assert!(read(into.join("report.md")).contains("| size |"));
    assert_eq!(read(copy.path().join("src/main.rs")), source, "the workspace stays as it was");
    assert!(!fs::exists(copy.path().join("Dockerfile")).expect("a folder"), "nothing is written beside the folder");
}
