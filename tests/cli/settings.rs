//! Settings in Cargo.toml, and `--save`.

use super::terminal::Terminal;

#[test]
fn settings_are_read_and_flags_win() {
    let mut terminal = Terminal::in_package("[package.metadata.dockerize]\nslim = true\nexpose = [8080]\n");
    terminal.runs("");
    terminal.searches("EXPOSE", "Dockerfile");
    terminal.runs("--scratch");
    terminal.searches("EXPOSE", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn mistakes_in_settings_are_pointed_at() {
    let mut terminal = Terminal::in_package("");
    let manifest = terminal.reads("Cargo.toml");
    for mistake in [
        "expos = [8080]",
        "build-packages = [\"a; rm -rf /\"]",
        "user = \"root\"",
        "env = { \"A B\" = \"1\" }",
        "profile = \"$(id)\"",
        "assets = [\"../secret\"]",
        "assets = [\"templates\"]",
        "volumes = [\"$HOME\"]",
        "healthcheck = []",
        "healthcheck = { command = [\"a\"], interval = \"often\" }",
        "healthcheck = { interval = \"30s\" }",
    ] {
        terminal.remarks(mistake);
        terminal.writes("Cargo.toml", format!("{manifest}[package.metadata.dockerize]\n{mistake}\n"));
        terminal.runs("");
    }
    terminal.lists(".");
    insta::assert_snapshot!(terminal);
}

#[test]
fn save_writes_the_options_and_needs_them_no_more() {
    let mut terminal = Terminal::in_package("# a comment\n");
    terminal.runs("--slim --suite bookworm --save");
    terminal.shows("Cargo.toml");
    terminal.searches("Regenerate", "Dockerfile");
    terminal.runs("--check");
    insta::assert_snapshot!(terminal);
}

#[test]
fn save_leaves_the_manifest_alone_when_a_file_is_refused() {
    let mut terminal = Terminal::in_package_with_short_templates();
    terminal.writes("Dockerfile", "FROM precious\n");
    let before = terminal.reads("Cargo.toml");
    terminal.runs("--slim --save");
    assert_eq!(terminal.reads("Cargo.toml"), before);
    insta::assert_snapshot!(terminal);
}
