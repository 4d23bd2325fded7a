//! Input that nobody wishes for: it ends, with an error that names it, and nothing is lost.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use super::terminal::Terminal;

#[test]
fn what_is_no_file_is_not_read() {
    let mut terminal = Terminal::in_package("");
    let pipe = terminal.at("Dockerfile");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    terminal.runs("--check");
    std::fs::remove_file(&pipe).expect("a pipe can be removed");
    symlink("/dev/zero", terminal.at("src/zero.rs")).expect("a link can be made");
    terminal.runs("--force");
    insta::assert_snapshot!(terminal);
}

#[test]
fn paths_of_a_repository_stay_inside_of_it() {
    let mut terminal = Terminal::in_package("");
    let manifest = terminal.reads("Cargo.toml");
    for line in ["output = \"/tmp/dockerize-elsewhere\"", "output = \"../elsewhere\"", "assets = [\"linked\"]"] {
        terminal.remarks(line);
        symlink("/etc", terminal.at("linked")).ok();
        terminal.writes("Cargo.toml", format!("{manifest}\n[package.metadata.dockerize]\n{line}\n"));
        terminal.runs("");
    }
    terminal.writes("Cargo.toml", manifest);
    terminal.remarks("a template that is a link to /etc/passwd");
    terminal.writes(".dockerize/README.md", "");
    symlink("/etc/passwd", terminal.at(".dockerize/in-runtime.hbs")).expect("a link can be made");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn brackets_without_end_bring_the_whole_package() {
    let mut terminal = Terminal::in_package("");
    let depth = 50_000;
    terminal.writes(
        "src/deep.rs",
        format!("const A: &str = include_str!({}\"a.txt\"{});\n", "(".repeat(depth), ")".repeat(depth)),
    );
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn slips_in_names_are_found() {
    let mut terminal = Terminal::in_package("");
    let manifest = terminal.reads("Cargo.toml");
    for table in [
        "[package.metadata.dockerise]\nslim = true",
        "[package.metadata.Dockerize]\nslim = true",
        "[package.metadata.dockerize.binaries.aip]\nuser = \"1\"",
    ] {
        terminal.remarks(table);
        terminal.writes("Cargo.toml", format!("{manifest}\n{table}\n"));
        terminal.runs("");
    }
    terminal.remarks("values that are written shorter are understood");
    terminal.writes("data.txt", "");
    let short = "[package.metadata.dockerize]\nexpose = 80\nuser = 1000\nassets = \"data.txt\"\nvolumes = \"state\"";
    terminal.writes("Cargo.toml", format!("{manifest}\n{short}\n"));
    terminal.runs("");
    terminal.searches("80", "Dockerfile");
    terminal.searches("1000", "Dockerfile");
    terminal.searches("data.txt", "Dockerfile");
    terminal.searches("VOLUME", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn options_of_other_tools_are_answered() {
    let mut terminal = Terminal::in_package("");
    for words in ["--alpine", "--dry-run", "--json", "--stdout", "init", "--output -"] {
        terminal.runs(words);
    }
    insta::assert_snapshot!(terminal);
}

#[test]
fn the_program_answers_by_its_own_name_too_and_a_full_disk_is_an_error() {
    let terminal = Terminal::in_package("");
    let own = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-dockerize"));
        command.current_dir(terminal.at(""));
        command
    };
    let version = own().arg("--version").output().expect("it runs");
    assert!(String::from_utf8_lossy(&version.stdout).starts_with("cargo-dockerize "), "{version:?}");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let print = own().args(["--print", "plan"]).stdout(Stdio::from(full)).output().expect("it runs");
    assert_eq!(print.status.code(), Some(101));
    assert!(String::from_utf8_lossy(&print.stderr).contains("cannot write to stdout"), "{print:?}");
    let quiet = own().env("CARGO_TERM_QUIET", "true").output().expect("it runs");
    assert!(quiet.status.success() && quiet.stderr.is_empty(), "{quiet:?}");
}

#[test]
fn runs_at_once_wait_for_each_other_and_see_what_the_other_saved() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("other", "[package.metadata.dockerize]\nslim = true\n");
    // Another run that has the lock, and saves a setting while this one waits.
    let script = "touch locked; sleep 2; cat other >> Cargo.toml";
    let mut other = Command::new("flock")
        .args([".", "sh", "-c", script])
        .current_dir(terminal.at(""))
        .spawn()
        .expect("flock can be run");
    while !terminal.exists("locked") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    terminal.runs("--rust 1.94 --save");
    assert!(other.wait().expect("it ends").success());
    let manifest = terminal.reads("Cargo.toml");
    assert!(manifest.contains("slim = true\nrust = \"1.94\""), "{manifest}");
    assert_eq!(terminal.runs("--check").code, 0);
    terminal.searches("FROM", "Dockerfile");
    insta::assert_snapshot!(terminal);
}
