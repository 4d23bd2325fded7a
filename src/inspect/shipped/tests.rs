use super::*;
use crate::catalog::Catalog;

fn candidate(name: &str) -> Candidate {
    Candidate {
        name: name.to_owned(),
        package: name.to_owned(),
        folder: format!("crates/{name}"),
        ..Candidate::default()
    }
}

fn names(own: &str) -> WorkspaceNames {
    WorkspaceNames { own: [own.to_owned()].into(), has_dist: false }
}

/// Names of what is left out, each with the reason.
fn gone(candidates: &[Candidate], signs: &Signs) -> Vec<String> {
    let known = Catalog::load().unwrap().shipping;
    let found = left_out(candidates, signs, &names("shop"), false, &known);
    found.into_iter().map(|binary| format!("{}: {}", binary.name, binary.because)).collect()
}

fn default<'a>(candidates: &'a [Candidate], signs: &Signs) -> &'a str {
    let known = Catalog::load().unwrap().shipping;
    &candidates.iter().max_by_key(|one| rank(one, candidates, signs, &names("shop"), &known)).unwrap().name
}

#[test]
fn tools_are_told_by_words_in_their_names_and_folders() {
    let in_folder = Candidate { folder: "fuzz".to_owned(), ..candidate("target-a") };
    let candidates =
        [candidate("shop"), candidate("worker"), candidate("xtask"), candidate("shop-testsuite"), in_folder];
    assert_eq!(
        gone(&candidates, &Signs::default()),
        [
            "xtask: `xtask` in its name says that it is a tool",
            "shop-testsuite: `testsuite` in its name says that it is a tool",
            "target-a: it lies in `fuzz`",
        ]
    );
}

#[test]
fn a_word_inside_another_says_nothing() {
    assert!(gone(&[candidate("latest"), candidate("devices"), candidate("contesting")], &Signs::default()).is_empty());
}

#[test]
fn where_everything_looks_like_a_tool_nothing_is_left_out() {
    let known = Catalog::load().unwrap().shipping;
    let left_out = |beside_library: bool, tools: &[&str]| {
        let candidates = tools.iter().map(|name| candidate(name)).collect();
        let tools = Repertoire { candidates, signs: Signs::default(), names: names("shop"), known: &known };
        tools.left_out(false, beside_library).len()
    };
    assert_eq!(left_out(false, &["test-a", "test-b"]), 0);
    assert_eq!(left_out(false, &["test-a"]), 0);
    assert_eq!(left_out(true, &["test-a", "test-b"]), 2, "the library is the product");
    assert_eq!(left_out(true, &["test-a"]), 1, "the library is the product");
}

#[test]
fn the_maintainers_own_files_overrule_names() {
    let candidates = [candidate("test-server"), candidate("api"), candidate("worker")];
    let shipment = |programs: &[usize]| {
        vec![Shipment { file: "Dockerfile".to_owned(), programs: programs.to_vec(), is_all: true }]
    };
    let docker = Signs { dockerfiles: shipment(&[2, 0]), ..Signs::default() };
    assert_eq!(gone(&candidates, &docker), ["api: Dockerfile does not ship it"]);
    assert_eq!(default(&candidates, &docker), "test-server");
    let workflow = Signs { workflows: shipment(&[0]), ..Signs::default() };
    assert!(gone(&candidates, &workflow).is_empty());
    // Another one of theirs is left when ours has taken the place of the first.
    let own = Some((shipment(&[0, 2]).remove(0), BTreeSet::new()));
    let replaced = Signs { dockerfiles: shipment(&[1]), own, ..Signs::default() };
    assert!(gone(&candidates, &replaced).is_empty());
    assert_eq!(default(&candidates, &replaced), "worker");
}

#[test]
fn aliases_front_ends_and_what_only_tests_use_are_left_out() {
    let candidates = [
        candidate("api"),
        candidate("release-notes"),
        Candidate { browser: Some("yew".to_owned()), ..candidate("web") },
        Candidate { used_by_tests: Some("api".to_owned()), ..candidate("helper") },
        Candidate { used_by_tests: Some("api".to_owned()), listens: Some("axum".to_owned()), ..candidate("backend") },
    ];
    let signs = Signs { aliases: vec![("notes".to_owned(), "release-notes".to_owned())], ..Signs::default() };
    assert_eq!(
        gone(&candidates, &signs),
        [
            "release-notes: the alias `notes` of cargo runs it",
            "web: a browser runs it: it depends on yew",
            "helper: only tests of `api` use it",
        ]
    );
}

#[test]
fn in_a_package_that_was_asked_for_only_a_binary_of_another_name_is_a_tool() {
    let known = Catalog::load().unwrap().shipping;
    let of = |name: &str, package: &str| Candidate { package: package.to_owned(), ..candidate(name) };
    let candidates = [of("test-kit", "test-kit"), of("test-kit-completions", "test-kit"), of("serve", "test-kit")];
    let found = left_out(&candidates, &Signs::default(), &names("shop"), true, &known);
    assert_eq!(found.iter().map(|binary| binary.name.as_str()).collect::<Vec<_>>(), ["test-kit-completions"]);
}

#[test]
fn the_default_is_the_program_that_the_workspace_is_about() {
    let server = Candidate { listens: Some("axum".to_owned()), ..candidate("api") };
    assert_eq!(default(&[server.clone(), candidate("worker")], &Signs::default()), "api");
    assert_eq!(default(&[server.clone(), candidate("shop")], &Signs::default()), "shop");
    let runs = Candidate { is_default_run: true, ..candidate("worker") };
    assert_eq!(default(&[server, candidate("shop"), runs], &Signs::default()), "worker");
    assert_eq!(default(&[candidate("a"), candidate("b")], &Signs::default()), "b");
    assert_eq!(default(&[candidate("cargo-shop"), candidate("worker")], &Signs::default()), "cargo-shop");
    let workflows = vec![Shipment { file: "release.yml".to_owned(), programs: vec![1], is_all: false }];
    let tool = Signs { workflows, ..Signs::default() };
    assert_eq!(default(&[candidate("api"), candidate("internal-test")], &tool), "api");
}

#[test]
fn programs_for_other_systems_are_left_out() {
    let candidates = [candidate("worker"), candidate("windows-service"), candidate("windowsill")];
    assert_eq!(
        gone(&candidates, &Signs::default()),
        ["windows-service: `windows` in its name says that it is for another system"]
    );
}
