//! `cargo dockerize explain`.

use super::terminal::Terminal;

#[test]
fn the_whole_story() {
    let mut terminal = Terminal::in_fixture("native-library");
    terminal.runs("explain");
    terminal.remarks("nothing is written");
    terminal.lists(".");
    insta::assert_snapshot!(terminal);
}

#[test]
fn each_part_of_it() {
    let mut terminal = Terminal::in_fixture("native-library");
    terminal.runs("explain template");
    terminal.runs("explain openssl-sys");
    terminal.runs("explain libpq-dev");
    terminal.runs("explain libc");
    terminal.runs("explain openssl-syss");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_a_program_opens_and_where_it_listens() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("templates/a.html", "a");
    terminal.writes(
        "src/main.rs",
        "fn main() {\n    Tera::new(\"templates/**/*.html\");\n    bind(\"0.0.0.0:8080\");\n    bind(\"127.0.0.1:9000\");\n    \
         open(env!(\"CARGO_MANIFEST_DIR\"));\n}\n",
    );
    terminal.runs("");
    terminal.searches("templates", "Dockerfile");
    terminal.searches("EXPOSE", "Dockerfile");
    terminal.runs("explain assets");
    terminal.runs("explain ports");
    let settings = "[package.metadata.dockerize]\nassets = [\"templates\"]\nexpose = [8080]\n";
    terminal.writes("Cargo.toml", terminal.reads("Cargo.toml") + settings);
    terminal.remarks("what the settings copy is no question any more: assets = [\"templates\"], expose = [8080]");
    terminal.runs("");
    terminal.searches("templates", "Dockerfile");
    terminal.searches("EXPOSE", "Dockerfile");
    terminal.runs("explain assets");
    terminal.runs("explain ports");
    insta::assert_snapshot!(terminal);
}

#[test]
fn data_that_an_image_has_or_lacks() {
    let mut terminal = Terminal::in_fixture("time-zones");
    terminal.runs("explain tzdata");
    terminal.runs("--slim explain tzdata");
    terminal.runs("explain ca-certificates");
    terminal.runs("--distroless explain certificates");
    insta::assert_snapshot!(terminal);
}
