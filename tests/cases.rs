//! Every fixture workspace: the plan, the Dockerfile and the ignore file, as reviewed snapshots.

mod common;

use common::{compile, fixture};

/// Takes snapshots of all three outputs and holds the Dockerfile against a parser.
fn case(name: &str, folder: &str, options: &[&str]) {
    let (plan, [dockerfile, dockerignore]) = compile(&fixture(folder), options).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    parses(name, &dockerfile.text);
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_json_snapshot!(format!("{name}.plan"), plan);
        insta::assert_snapshot!(format!("{name}.Dockerfile"), dockerfile.text);
        insta::assert_snapshot!(format!("{name}.dockerignore"), dockerignore.text);
    });
}

/// An independent parser reads it, and every stage that is named exists by then.
fn parses(name: &str, text: &str) {
    use parse_dockerfile::Instruction;

    let dockerfile = parse_dockerfile::parse(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    let mut stages: Vec<&str> = Vec::new();
    for instruction in &dockerfile.instructions {
        match instruction {
            Instruction::From(from) => {
                let (_, stage) = from.as_.as_ref().unwrap_or_else(|| panic!("{name}: a stage without a name"));
                assert!(!stages.contains(&&*stage.value), "{name}: two stages {}", stage.value);
                stages.push(&stage.value);
            }
            Instruction::Copy(copy) => {
                for option in copy.options.iter().filter(|option| option.name.value == "from") {
                    let from = &option.value.as_ref().expect("--from has a value").value;
                    assert!(stages.contains(&&**from), "{name}: COPY --from={from} names no earlier stage");
                }
            }
            _ => {}
        }
    }
    assert!(!text.lines().any(|line| line.ends_with(' ')), "{name}: trailing blanks");
    assert!(!text.contains("\n\n\n"), "{name}: double blank lines");
}

macro_rules! cases {
    ($($name:ident: $folder:literal $($option:literal)*;)+) => {
        $(#[test] fn $name() { case(stringify!($name), $folder, &[$($option),*]); })+
        /// Every case, for tests that hold all of them against something.
        #[allow(dead_code)]
        pub const ALL: &[(&str, &str, &[&str])] = &[$((stringify!($name), $folder, &[$($option),*])),+];
    };
}

cases! {
    single_binary_is_static: "calculator";
    single_binary_on_distroless: "calculator" "--distroless";
    single_binary_on_slim: "calculator" "--slim" "--suite" "bookworm";
    default_run_is_the_last_target: "library-and-two-binaries";
    one_of_two_binaries: "library-and-two-binaries" "--bin" "watch";
    virtual_workspace_builds_its_default_members: "virtual-workspace";
    member_that_links_openssl: "virtual-workspace" "--package" "tool";
    proc_macro_member: "proc-macro-member";
    build_script_reads_files: "build-script" "--distroless";
    renamed_binary_with_unusual_paths: "renamed-binary";
    required_features_leave_a_binary_out: "required-features";
    required_features_given: "required-features" "--features" "admin";
    native_libraries_on_distroless: "native-library" "--package" "server";
    native_libraries_on_slim: "native-library" "--package" "server" "--slim";
    native_libraries_on_bookworm: "native-library" "--package" "server" "--slim" "--suite" "bookworm";
    dev_dependencies_do_not_leak: "native-library" "--package" "importer";
    all_members_share_one_build: "native-library";
    toolchain_file: "toolchain-file";
    old_rust_comes_from_rustup: "calculator" "--rust" "1.80" "--distroless";
    musl_target_in_configuration: "musl-target";
    path_dependency_outside: "path-outside/service";
    patched_crate_is_copied_whole: "patched-crate";
    all_settings: "settings";
    dev_profile: "calculator" "--profile" "dev" "--slim";
}
