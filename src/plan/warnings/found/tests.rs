//! Each kind of warning from facts made by hand.

use super::*;
use crate::catalog::{Catalog, Language};
use crate::context_path::ContextPath;
use crate::plan::natives::Natives;
use crate::plan::{images, skeleton, stages, suite, toolchain};
use crate::settings::{AllSettings, BuildSettings, Settings};
use crate::workspace::{
    Binary, CargoConfig, Crate, Evidence, LocalPackage, Mention, Origins, Registry, Role, Selection, SkippedBinary,
    SourceLine, TargetConfig, ToolchainFile, Workspace,
};

fn warned_with(workspace: &Workspace, flags: Settings, runtime: Runtime) -> Vec<Warning> {
    let catalog = Catalog::load().unwrap();
    let all_settings = AllSettings { flags, ..AllSettings::default() };
    let settings = BuildSettings::default();
    let basis = Basis {
        workspace,
        catalog: &catalog,
        settings: &settings,
        all_settings: &all_settings,
        runtime,
        suite: suite::suite(&settings, runtime, &catalog).unwrap(),
        natives: &Natives::find(workspace, &catalog),
        names: &stages::names(workspace, &[]),
        skeleton: &skeleton::skeleton(workspace),
        platforms: &[],
    };
    let toolchain = toolchain::toolchain(&basis).unwrap();
    let images = images::images(&basis);
    warnings(&basis, &images, &context::context(&basis, &images), &toolchain)
}

/// The only warning, as its words.
fn warned(workspace: &Workspace, runtime: Runtime) -> String {
    let warnings = warned_with(workspace, Settings::default(), runtime);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    warnings[0].to_string()
}

fn krate(name: &str) -> Crate {
    Crate {
        name: name.to_owned(),
        version: semver::Version::new(1, 0, 0),
        features: BTreeSet::new(),
        role: Role::Target,
        links: None,
        build_dependencies: BTreeSet::new(),
        evidence: Evidence::default(),
        is_local: false,
        parent: None,
        enabled_by: None,
    }
}

/// A program `api` that depends on one other crate.
fn api_with(other: Crate) -> Workspace {
    let own = Crate { is_local: true, ..krate("api") };
    let crates = vec![own, Crate { parent: Some(0), ..other }];
    let binary = Binary { name: "api".to_owned(), package: "api".to_owned(), crates, ..Binary::default() };
    Workspace { binaries: vec![binary], ..Workspace::default() }
}

fn package(name: &str) -> LocalPackage {
    LocalPackage { name: name.to_owned(), is_built: true, ..LocalPackage::default() }
}

/// A configuration with these flags and this linker for each of the triples.
fn configured(triples: &[&str], linker: Option<&str>, rustflags: &[&str]) -> Workspace {
    let rustflags = rustflags.iter().map(|flag| (*flag).to_owned()).collect();
    let config = TargetConfig { linker: linker.map(str::to_owned), rustflags };
    let targets = triples.iter().map(|triple| ((*triple).to_owned(), config.clone())).collect();
    Workspace { config: CargoConfig { targets, ..CargoConfig::default() }, ..Workspace::default() }
}

const GNUS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

#[test]
fn nothing_to_say() {
    assert_eq!(warned_with(&Workspace::default(), Settings::default(), Runtime::Slim), []);
}

#[test]
fn skipped_binary() {
    let skipped = SkippedBinary { name: "admin".to_owned(), required_features: vec!["a".to_owned(), "b".to_owned()] };
    let workspace = Workspace { skipped: vec![skipped], ..Workspace::default() };
    assert_eq!(
        warned(&workspace, Runtime::Slim),
        "binary `admin` is left out: it requires `a`, `b`; add `--features a,b`"
    );
}

#[test]
fn unread_source() {
    let unread = vec!["cannot parse `src/a.rs`: lex error".to_owned()];
    let packages = vec![LocalPackage { unread, ..package("api") }];
    assert_eq!(
        warned(&Workspace { packages, ..Workspace::default() }, Runtime::Slim),
        "cannot parse `src/a.rs`: lex error; all of package `api` goes into the build context"
    );
}

#[test]
fn unknown_linker_of_any_architecture_and_of_the_runtimes_libc_alone() {
    let arm = ["aarch64-unknown-linux-gnu"];
    assert!(warned(&configured(&arm, Some("wild"), &[]), Runtime::Slim).starts_with("linker `wild` (linker in "));
    let flags = ["-Clink-arg=-fuse-ld=wild"];
    assert!(warned(&configured(&GNUS, None, &flags), Runtime::Slim).starts_with("linker `wild` (rustflags in "));
    let musl = configured(&["x86_64-unknown-linux-musl"], Some("wild"), &[]);
    assert!(warned(&musl, Runtime::Scratch).starts_with("linker `wild`"));
    assert_eq!(warned_with(&musl, Settings::default(), Runtime::Slim), []);
    // A flag replaces the key, and build scripts of a build for musl are linked with the key of the builder.
    let replaced = configured(&GNUS, Some("wild"), &["-C", "linker=clang"]);
    assert_eq!(warned_with(&replaced, Settings::default(), Runtime::Slim), []);
    assert!(warned(&replaced, Runtime::Scratch).starts_with("linker `wild`"));
}

#[test]
fn linkers_that_come_along_or_are_known_are_no_news() {
    for program in ["cc", "gcc", "rust-lld", "/usr/bin/clang", "mold", "aarch64-linux-gnu-gcc"] {
        let workspace = configured(&GNUS[1..], Some(program), &[]);
        assert_eq!(warned_with(&workspace, Settings::default(), Runtime::Slim), [], "{program}");
    }
    // For a named target the builder may be any.
    let selection = Selection {
        target: GNUS[1].to_owned(),
        target_named_by: Some("`--target`".to_owned()),
        ..Selection::default()
    };
    let named = Workspace { selection, ..configured(&GNUS[1..], Some("aarch64-linux-gnu-gcc"), &[]) };
    let warnings = warned_with(&named, Settings::default(), Runtime::Slim);
    assert!(warnings[0].to_string().starts_with("linker `aarch64-linux-gnu-gcc`"));
}

#[test]
fn builders_processor() {
    let native = configured(&GNUS, None, &["-Ctarget-cpu=native"]);
    assert!(warned(&native, Runtime::Distroless).contains("name a processor, as in `target-cpu=x86-64-v3`"));
    assert_eq!(warned_with(&native, Settings::default(), Runtime::Scratch), [], "flags of another target");
    let later = configured(&GNUS, None, &["-Ctarget-cpu=native", "-C", "target-cpu=x86-64-v2"]);
    assert_eq!(warned_with(&later, Settings::default(), Runtime::Slim), []);
}

#[test]
fn nameless_registry() {
    let registry =
        |name: Option<&str>| Registry { index: "sparse+https://a/".to_owned(), name: name.map(str::to_owned) };
    let with = |name| {
        let origins = Origins { registries: [registry(name)].into(), ..Origins::default() };
        Workspace { origins, ..Workspace::default() }
    };
    assert!(warned(&with(None), Runtime::Slim).contains("name it in .cargo/config.toml, as `registries.NAME.index`"));
    assert_eq!(warned_with(&with(Some("own")), Settings::default(), Runtime::Slim), []);
}

#[test]
fn unknown_natives() {
    let evidence = Evidence { libraries: ["argon2".to_owned()].into(), ..Evidence::default() };
    let workspace = api_with(Crate { evidence, ..krate("hasher") });
    assert_eq!(
        warned(&workspace, Runtime::Slim),
        "crates that look native and are in no row of the catalogue:\n  \
         hasher (api → hasher) links argon2: gets libargon2-dev for `argon2`\n  \
         in [package.metadata.dockerize], name what else they need in `build-packages`, or say `known-natives = [\"hasher\"]`"
    );
    let of_its_own = |library: &str| {
        let libraries = [library.to_owned()].into();
        let evidence = Evidence { vendors: Some(Language::Cxx), libraries, ..Evidence::default() };
        let workspace = api_with(Crate { evidence, build_dependencies: ["cc".to_owned()].into(), ..krate("packer") });
        warned_with(&workspace, Settings::default(), Runtime::Slim).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(of_its_own("shell32"), [""; 0]);
    assert_eq!(of_its_own("argon2").len(), 1);
    let known = Settings { known_natives: Some(vec!["hasher".to_owned()]), ..Settings::default() };
    assert_eq!(warned_with(&workspace, known, Runtime::Slim), []);
}

#[test]
fn programs_that_the_build_image_may_lack() {
    let evidence = Evidence { unknown_programs: ["trunk".to_owned()].into(), ..Evidence::default() };
    let workspace = api_with(Crate { evidence, is_local: true, ..krate("web") });
    assert_eq!(
        warned(&workspace, Runtime::Slim),
        "the build script of `web` runs `trunk`, which the build image may lack: name its Debian package in \
         `build-packages`, or install it in the hook before-build, and say `known-natives = [\"web\"]`"
    );
    let known = Settings { known_natives: Some(vec!["web".to_owned()]), ..Settings::default() };
    assert_eq!(warned_with(&workspace, known, Runtime::Slim), []);
}

#[test]
fn unstable_features_want_a_nightly() {
    let place = SourceLine { file: ContextPath::default().join("src/main.rs"), line: 1 };
    let mut workspace = api_with(krate("other"));
    workspace.unstable = Some(Mention { what: "test".to_owned(), place });
    let said = warned(&workspace, Runtime::Scratch);
    assert!(
        said.starts_with("`#![feature(test)]` (src/main.rs:1) needs a nightly Rust, and the build has 1."),
        "{said}"
    );
    let file = ToolchainFile { channel: Some("nightly-2026-01-15".to_owned()), ..ToolchainFile::default() };
    workspace.toolchain = Some(file);
    assert_eq!(warned_with(&workspace, Settings::default(), Runtime::Scratch), []);
}

#[test]
fn data_that_the_image_lacks() {
    let with = |name: &str, runtime| warned(&api_with(krate(name)), runtime);
    assert_eq!(
        with("ffmpeg-sidecar", Runtime::Distroless),
        "ffmpeg-sidecar uses the ffmpeg program, which distroless cc lacks; use `--slim` if the program needs it"
    );
    let slim = warned_with(&api_with(krate("ffmpeg-sidecar")), Settings::default(), Runtime::Slim);
    assert_eq!(slim, []);
    let cuda = with("cudarc", Runtime::Slim);
    assert!(cuda.starts_with("cudarc uses NVIDIA's CUDA libraries, which has to come from you"), "{cuda}");
}

#[test]
fn baked_folder_once_for_each_place() {
    let path = |text: &str| ContextPath::default().join(text);
    let place = SourceLine { file: path("crates/api/src/main.rs"), line: 3 };
    let said = Mention { what: path("crates/api"), place };
    let mut workspace = api_with(krate("plain"));
    workspace.packages = vec![LocalPackage { bakes_folder: vec![said], ..package("api") }];
    let warning = warned(&workspace, Runtime::Slim);
    assert!(warning.contains("(crates/api/src/main.rs:3): files below `/app/crates/api` are not in"), "{warning}");
}

#[test]
fn unnamed_inputs() {
    let path = |number| ContextPath::default().join(&format!("data/{number}.bin"));
    let last_read = (1..=6).map(path).collect();
    let workspace = Workspace { last_read, ..Workspace::default() };
    let warning = warned(&workspace, Runtime::Slim);
    assert!(warning.contains("`data/5.bin`") && !warning.contains("data/6.bin"), "{warning}");
    assert!(warning.ends_with("say `inputs = [\"data/1.bin\"]` in [package.metadata.dockerize]"), "{warning}");
}

#[test]
fn kinds_come_in_their_order_and_nothing_twice() {
    let skipped = |name: &str| SkippedBinary { name: name.to_owned(), required_features: vec!["x".to_owned()] };
    let unread = vec!["b".to_owned(), "a".to_owned(), "b".to_owned()];
    let workspace = Workspace {
        skipped: vec![skipped("z"), skipped("y")],
        packages: vec![LocalPackage { unread, ..package("api") }],
        last_read: [ContextPath::default().join("data")].into_iter().collect(),
        ..configured(&GNUS, Some("wild"), &["-Ctarget-cpu=native"])
    };
    let warnings = warned_with(&workspace, Settings::default(), Runtime::Slim);
    let json = serde_json::to_value(warnings).unwrap();
    let kinds: Vec<&str> = json.as_array().unwrap().iter().map(|warning| warning["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "skipped-binary",
            "skipped-binary",
            "unread-source",
            "unread-source",
            "unknown-linker",
            "builders-processor",
            "unnamed-inputs"
        ]
    );
    assert_eq!((&json[0]["binary"], &json[2]["reason"]), (&"y".into(), &"a".into()));
}

#[test]
fn a_target_of_another_architecture_names_its_platform() {
    let named = |target: &str, workspace: Workspace| Workspace {
        selection: Selection {
            target: target.to_owned(),
            target_named_by: Some("`--target`".to_owned()),
            ..Selection::default()
        },
        ..workspace
    };
    let glibc = named("aarch64-unknown-linux-gnu", Workspace::default());
    assert!(warned(&glibc, Runtime::Slim).contains("docker build --platform linux/arm64"));
    assert!(
        warned(&named("riscv64gc-unknown-linux-gnu", Workspace::default()), Runtime::Slim).contains("linux/riscv64")
    );
    let musl = "aarch64-unknown-linux-musl";
    let linked = named(musl, configured(&[musl], Some("rust-lld"), &[]));
    assert_eq!(warned_with(&linked, Settings::default(), Runtime::Scratch), []);
    let own = named("x86_64-unknown-linux-gnu", Workspace::default());
    assert_eq!(warned_with(&own, Settings::default(), Runtime::Slim), []);
}
