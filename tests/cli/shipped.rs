//! Which binaries get an image, which one a plain build gives, and how to have others.

use super::terminal::Terminal;

/// A manifest of a package with these lines after its name.
fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}\n")
}

/// A workspace with a server, a worker, and what grows beside them.
fn shop() -> Terminal {
    let terminal = Terminal::in_empty_folder();
    terminal.writes("Cargo.toml", "[workspace]\nmembers = [\"crates/*\", \"xtask\", \"tools/*\"]\nresolver = \"2\"\n");
    let member = |folder: &str, name: &str, rest: &str| {
        terminal.writes(format!("{folder}/Cargo.toml"), package(name, rest));
        terminal.writes(format!("{folder}/src/main.rs"), "fn main() {}\n");
    };
    // A stand-in with the name of the crate that listens.
    terminal.writes("crates/axum/Cargo.toml", package("axum", ""));
    terminal.writes("crates/axum/src/lib.rs", "");
    member("crates/api", "api", "[dependencies]\naxum = { path = \"../axum\" }");
    terminal.writes("crates/api/src/bin/api-completions.rs", "fn main() {}\n");
    member("crates/worker", "worker", "[dev-dependencies]\nfake-mail = { path = \"../fake-mail\" }");
    member("crates/fake-mail", "fake-mail", "");
    terminal.writes("crates/fake-mail/src/lib.rs", "");
    member("xtask", "xtask", "");
    member("tools/load", "load", "");
    member("crates/notes", "notes", "");
    terminal.writes(".cargo/config.toml", "[alias]\nrelease-notes = \"run --package notes --\"\n");
    terminal
}

#[test]
fn development_tools_get_no_image_unless_they_are_asked_for() {
    let mut terminal = shop();
    terminal.runs("");
    terminal.searches("FROM base AS", "Dockerfile");
    terminal.searches("AS api", "Dockerfile");
    terminal.runs("explain images");
    terminal.runs("--bin load");
    terminal.runs("--workspace --print dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn exclude_settles_it() {
    let mut terminal = shop();
    let manifest = terminal.reads("Cargo.toml");
    for names in ["[]", "[\"notes\", \"xtask\"]", "[\"noets\"]"] {
        terminal.remarks(&format!("with exclude = {names} in [workspace.metadata.dockerize]"));
        terminal.writes("Cargo.toml", format!("{manifest}[workspace.metadata.dockerize]\nexclude = {names}\n"));
        terminal.runs("");
    }
    insta::assert_snapshot!(terminal);
}

#[test]
fn the_repositorys_own_dockerfile_says_what_is_shipped() {
    let mut terminal = shop();
    terminal.writes(
        "docker/Dockerfile",
        "FROM rust AS build\nRUN cargo build --release\nFROM debian\nCOPY --from=build /src/target/release/worker /usr/bin/\nCMD [\"worker\"]\n",
    );
    terminal.runs("");
    terminal.runs("explain images");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_a_replaced_dockerfile_did_not_ship_stays_left_out() {
    let mut terminal = shop();
    terminal
        .writes("Dockerfile", "FROM rust AS b\nFROM debian\nCOPY --from=b /x/worker /bin/\nCMD [\"/bin/worker\"]\n");
    terminal.runs("--force");
    terminal.searches("# ", "Dockerfile");
    terminal.runs("--check");
    terminal.remarks("a new program");
    terminal.writes("crates/mailer/Cargo.toml", package("mailer", ""));
    terminal.writes("crates/mailer/src/main.rs", "fn main() {}\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_dockerfile_of_theirs_beside_the_replaced_one_changes_nothing() {
    let mut terminal = shop();
    let ships =
        |name: &str| format!("FROM rust AS b\nFROM debian\nCOPY --from=b /x/{name} /bin/\nCMD [\"/bin/{name}\"]\n");
    terminal.writes("Dockerfile", ships("worker"));
    terminal.writes("docker/Dockerfile.api", ships("api"));
    terminal.runs("--force");
    terminal.runs("--check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_member_folder_does_not_drop_the_images_of_others() {
    let mut terminal = shop();
    terminal.runs("--quiet");
    terminal.runs_in("crates/api", "");
    terminal.runs_in("crates/api", "--check");
    terminal.searches("ENTRYPOINT", "Dockerfile");
    terminal.runs_in("crates/api", "--output Dockerfile");
    terminal.searches("ENTRYPOINT", "crates/api/Dockerfile");
    terminal.runs_in("crates/api", "--force");
    terminal.searches("ENTRYPOINT", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_saved_binary_gives_way_to_a_package_that_is_named() {
    let mut terminal = shop();
    terminal.runs("--bin worker --save");
    terminal.runs("--package api");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_single_package_saves_no_name_of_its_own() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("--package api --slim --save");
    terminal.shows("Cargo.toml");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_package_that_refuses_its_features_is_refused() {
    let mut terminal = Terminal::in_package("[features]\nsqlite = []\npostgres = []\n");
    terminal.writes(
        "src/main.rs",
        "#[cfg(not(any(feature = \"sqlite\", feature = \"postgres\")))]\ncompile_error!(\"choose a database\");\nfn main() {}\n",
    );
    terminal.runs("");
    terminal.runs("--features sqlite");
    insta::assert_snapshot!(terminal);
}

#[test]
fn names_that_rustc_refuses_are_refused() {
    let mut terminal = Terminal::in_package("[[bin]]\nname = \"a\\nRUN touch /pwned\\nb\"\npath = \"src/main.rs\"\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}
