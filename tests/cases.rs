//! Every fixture workspace: the plan and the ignore file as reviewed snapshots, and of some the whole Dockerfile.
#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests stand at the edge")]

#[macro_use]
#[path = "common/cases.rs"]
mod list;
mod common;

use std::path::Path;
use std::process::Command;

use common::{compile, copy_of, fixture, git};

/// What is kept of a Dockerfile.
#[derive(PartialEq)]
enum Keep {
    /// All of it.
    Whole,
    /// Nothing: it follows from the plan, and other cases show the same lines.
    Nothing,
}

/// Holds the Dockerfile against a parser, and takes snapshots.
fn case(name: &str, folder: &Path, options: &[&str], keep: &Keep) {
    let (plan, [dockerfile, dockerignore]) =
        compile(folder, options).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let plan = serde_json::to_string_pretty(&plan).expect("a plan is JSON");
    holds(name, &plan, &dockerfile.text, &dockerignore.text, keep);
}

fn holds(name: &str, plan: &str, dockerfile: &str, dockerignore: &str, keep: &Keep) {
    parses(name, dockerfile);
    is_short(name, dockerfile);
    takes_sources_from_a_folder_of_their_own(name, dockerfile);
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}.plan"), in_brief(plan));
        insta::assert_snapshot!(format!("{name}.dockerignore"), dockerignore);
        if *keep == Keep::Whole {
            insta::assert_snapshot!(format!("{name}.Dockerfile"), dockerfile);
        }
    });
}

/// The plan as JSON, without what the ignore file shows word for word and without fields that say no: empty lists,
/// `null` and `false`. What fits into a line is in one.
fn in_brief(json: &str) -> String {
    // Where the fixture lies in this repository is no fact about it.
    let is_of_repository = |line: &&str| line.starts_with("\"workspace\": \"") || line.starts_with("\"enter\": \"");
    let mut lines = json.lines().map(str::trim_start).filter(|line| !is_of_repository(line));
    let first = lines.next().expect("a plan has lines");
    fold(first, &mut lines).expect("a plan says something")
}

const IN_THE_IGNORE_FILE: [&str; 3] = ["\"allow\": [", "\"never\": [", "\"exceptions\": ["];

/// The value that begins with a line of its own in JSON; `None` if it says no.
fn fold<'a>(first: &str, lines: &mut impl Iterator<Item = &'a str>) -> Option<String> {
    let first = first.trim_end_matches(',');
    if !first.ends_with(['{', '[']) {
        return (![": []", ": {}", ": null", ": false"].iter().any(|no| first.ends_with(no))).then(|| first.to_owned());
    }
    let mut parts = Vec::new();
    let end = loop {
        let line = lines.next().expect("what is opened is closed");
        if line.starts_with(['}', ']']) {
            break &line[..1];
        }
        parts.extend(fold(line, lines));
    };
    let in_one = format!("{first}{}{end}", parts.join(", "));
    let fits = in_one.chars().count() <= 110 && !in_one.contains('\n');
    let indented = || parts.join(",\n").replace('\n', "\n  ");
    let is_said = !parts.is_empty() && !IN_THE_IGNORE_FILE.contains(&first);
    is_said.then(|| if fits { in_one } else { format!("{first}\n  {}\n{end}", indented()) })
}

/// What comes out is a file that people want to own: so many lines for one program, and so many more for each further
/// one; no line too wide, and no script too long.
fn is_short(name: &str, text: &str) {
    let most = match name {
        "single_binary_is_static" | "single_binary_on_distroless" | "single_binary_on_slim" => 45,
        "shapes_of_a_manifest" | "proc_macro_member" | "renamed_binary_with_unusual_paths" => 70,
        "no_cache_at_all" => 35,
        // Each platform has its variables.
        "native_libraries_on_two_platforms" | "unlisted_library_on_two_platforms" => 100,
        _ => 80,
    };
    let further = text.lines().filter(|line| line.starts_with("ENTRYPOINT ")).count() - 1;
    let lines = text.lines().count();
    assert!(lines <= most + 12 * further, "{name}: {lines} lines, and {further} more programs\n{text}");
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!(widest <= 120, "{name}: {widest} columns\n{text}");
    for script in text.split("<<EOF\n").skip(1) {
        let lines = script.lines().take_while(|line| *line != "EOF").count();
        assert!(lines <= 15 + 2 * further, "{name}: a script of {lines} lines\n{script}");
    }
}

/// BuildKit walks all of the folder around what a later stage takes: in the root it would be the Rust image, at each edit.
fn takes_sources_from_a_folder_of_their_own(name: &str, text: &str) {
    for taken in ["from=sources,source=", "--from=sources "].iter().flat_map(|before| text.split(before).skip(1)) {
        let path = taken.split([',', ' ', '\n']).next().unwrap_or_default();
        assert_eq!(path.matches('/').count(), 2, "{name}: {path}");
    }
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
    assert!(!stages.is_empty(), "{name}: no stage");
    assert!(!text.lines().any(|line| line.ends_with(' ')), "{name}: trailing blanks");
    assert!(!text.contains("\n\n\n"), "{name}: double blank lines");
}

macro_rules! keep {
    (whole) => {
        Keep::Whole
    };
    () => {
        Keep::Nothing
    };
}

macro_rules! test_each {
    ($($name:ident: $folder:literal $($option:literal)* $(=> $whole:ident)?;)+) => {
        $(#[test] fn $name() { case(stringify!($name), &fixture($folder), &[$($option),*], &keep!($($whole)?)); })+
    };
}

for_each_case!(test_each);

/// Names of fields are an interface: templates of users name them.
#[test]
fn templates_see_these_fields() {
    let mut fields = std::collections::BTreeSet::new();
    for (folder, options) in [
        ("settings", &[][..]),
        ("native-library", &[]),
        ("opened-library", &[]),
        ("embedded-files", &[]),
        ("required-features", &[]),
        ("patched-crate", &[]),
        ("unlisted-library", &["--slim"]),
        ("musl-target", &[]),
        ("services", &[]),
    ] {
        let (plan, _) = compile(&fixture(folder), options).expect("a plan");
        collect_fields(&serde_json::to_value(plan).expect("a plan is JSON"), "", &mut fields);
    }
    let fields: Vec<String> = fields.into_iter().collect();
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("fields", fields.join("\n"));
    });
}

fn collect_fields(value: &serde_json::Value, path: &str, fields: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(table) => {
            for (name, value) in table {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect_fields(value, &path, fields);
                fields.insert(path);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect_fields(item, path, fields)),
        _ => {}
    }
}

/// The folder that cargo is called in decides which configuration it reads.
#[test]
fn registry_that_wants_a_token() {
    let print = |what| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"));
        command.args(["dockerize", "--print", what]).current_dir(fixture("private-registry"));
        let output = command.output().expect("the binary can be run");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("output is UTF-8")
    };
    let (plan, dockerfile, dockerignore) = (print("plan"), print("dockerfile"), print("dockerignore"));
    holds("registry_that_wants_a_token", &plan, &dockerfile, &dockerignore, &Keep::Whole);
}

/// A fixture cannot be a repository inside of this one.
#[test]
fn program_that_knows_its_commit_in_a_repository() {
    let copy = copy_of("git-metadata");
    git(copy.path(), &["init", "--quiet"]);
    case("program_that_knows_its_commit_in_a_repository", copy.path(), &["--slim"], &Keep::Whole);
}
