//! The lesson that the tool grew from: one program, first in a single-stage image, then as we make it.

use std::fs;
use std::process::Command;

use super::common::copy_of;
use super::engine::{build, bytes_of, dockerize, script};

/// The image of the lesson's first step, with the compiler left in.
const SINGLE_STAGE: &str = "\
FROM rust:1.95-slim-trixie
WORKDIR /app
COPY . .
RUN cargo build --release --locked
CMD [\"/app/target/release/calculator\"]
";

#[test]
#[ignore = "builds images: see tests/run"]
fn every_template_beats_the_single_stage_image() {
    let copy = copy_of("calculator");
    fs::write(copy.path().join("single.Dockerfile"), SINGLE_STAGE).expect("a file can be written");
    fs::create_dir(copy.path().join(".git")).expect("a folder can be made");
    fs::write(copy.path().join(".git/secret"), "token").expect("a file can be written");
    let single = build(copy.path(), "single.Dockerfile", None);
    println!("single-stage: {} bytes, {} files", single.bytes(), single.files().len());

    let mut sizes = vec![single.bytes()];
    for runtime in ["slim", "distroless", "scratch"] {
        dockerize(copy.path(), &[&format!("--{runtime}")]);
        let image = build(copy.path(), "Dockerfile", None);
        println!("{runtime}: {} bytes, {} files", image.bytes(), image.files().len());
        assert_eq!(image.run(&["6", "x", "7"]), "42\n", "{runtime}");
        let program =
            image.files().into_iter().find(|(path, _)| path.ends_with("bin/calculator")).expect("the program").1;
        let base = (runtime == "distroless").then(|| bytes_of("gcr.io/distroless/cc-debian13:nonroot"));
        let own = program + base.unwrap_or_default();
        // On slim there is a user besides, and what made it.
        assert!(runtime == "slim" || image.bytes() * 100 <= own * 105, "{runtime}: {} for {own} bytes", image.bytes());
        assert!(!image.try_run(&["1", "/", "0"]).status.success(), "{runtime}");
        let foreign = |path: &str| {
            path.contains("cargo") || path.contains("rustc") || path.contains(".rs") || path.contains("secret")
        };
        let left: Vec<_> = image.files().into_iter().filter(|(path, _)| foreign(path)).collect();
        assert!(left.is_empty(), "{runtime} ships {left:?}");
        sizes.push(image.bytes());
    }
    assert!(sizes.is_sorted_by(|a, b| a > b), "each template is smaller than the one before: {sizes:?}");
}

#[test]
#[ignore = "builds images: see tests/run"]
fn buildah_builds_the_same_files() {
    // Its root folder sees /tmp and the repository.
    let copy = copy_of("virtual-workspace");
    for (runtime, target) in [("--scratch", "api"), ("--distroless", "worker"), ("--slim", "api")] {
        dockerize(copy.path(), &[runtime]);
        let output = Command::new(script("buildah"))
            .args(["build", "--target", target, "--tag", "dockerize-buildah", "--file"])
            .arg(copy.path().join("Dockerfile"))
            .arg(copy.path())
            .output()
            .expect("buildah can be run");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{runtime}: {}", super::engine::tail(&said));
        // Its version decides whether it says so beside its steps or beside its errors.
        let said = said + String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("COMMIT") && !said.contains("build args were not consumed"), "{runtime}: {said}");
    }
}
