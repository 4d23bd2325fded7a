//! A builder that knows nothing and gets its layers from a folder, as in CI. This runs last: it empties the builder.

use std::process::Command;

use tempfile::TempDir;

use super::cache::{MEMBERS, ride, train};
use super::engine::{empty_mounts, script, try_build_with};

#[test]
#[ignore = "builds images: see tests/run"]
fn an_empty_builder_with_an_imported_cache_compiles_members_only() {
    let cache = TempDir::new().expect("a temporary folder");
    let copy = train(&["--scratch"]);
    let with = |flag: &str, words: &str| {
        let value =
            format!("type=local,{words}={}{}", cache.path().display(), if words == "dest" { ",mode=max" } else { "" });
        try_build_with(copy.path(), "Dockerfile", None, &[flag, &value]).unwrap_or_else(|log| panic!("{log}"))
    };
    with("--cache-to", "dest");
    empty_mounts(&copy.path().join("Dockerfile"));
    let forgotten = Command::new(script("forget")).status().expect("a script of tests/engine");
    if forgotten.code() == Some(3) {
        println!("skipped: the engine is not ours to empty");
        return;
    }
    assert!(forgotten.success());
    ride(&copy);
    let image = with("--cache-from", "src");
    assert_eq!(image.compiled(), MEMBERS);
    assert_eq!(image.downloaded(), 0);
}
