//! Every fixture workspace: the plan, the Dockerfile and the ignore file, as reviewed snapshots.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests stand at the edge")]

#[macro_use]
#[path = "common/cases.rs"]
mod list;
mod common;

use common::{compile, fixture};

/// Takes snapshots of all three outputs and holds the Dockerfile against a parser.
fn case(name: &str, folder: &str, options: &[&str]) {
    let (plan, [dockerfile, dockerignore]) =
        compile(&fixture(folder), options).unwrap_or_else(|error| panic!("{name}: {error:?}"));
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

macro_rules! test_each {
    ($($name:ident: $folder:literal $($option:literal)*;)+) => {
        $(#[test] fn $name() { case(stringify!($name), $folder, &[$($option),*]); })+
    };
}

for_each_case!(test_each);
