//! A session in a terminal: a folder to work in, commands that are run there, and a transcript of all that was seen.

use std::fmt::{Display, Formatter, Result};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::common::{copy_of, introduce_rustc};

/// What one command left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A template of few lines, for sessions that show whole files.
pub(crate) const SHORT_TEMPLATE: &str =
    "{{> header}}\n{{#each images}}\nFROM {{@root.base.image}} AS {{stage}}\n{{/each}}\n";

pub(crate) struct Terminal {
    folder: TempDir,
    seen: String,
    /// Where cargo keeps what it downloads, unless in the usual place.
    cargo_home: Option<PathBuf>,
    /// A program in cargo's place.
    cargo: Option<PathBuf>,
    /// Programs that are found before those of the machine.
    tools: Option<TempDir>,
    /// What cargo says in its own words, which differ from version to version, and what stands for it in the transcript.
    cargos: Option<(String, String)>,
}

impl Terminal {
    /// A session in a folder with nothing in it.
    pub(crate) fn in_empty_folder() -> Self {
        Self::in_folder(TempDir::new().expect("a temporary folder"))
    }

    /// A session in a copy of a fixture.
    pub(crate) fn in_fixture(name: &str) -> Self {
        Self::in_folder(copy_of(name))
    }

    fn in_folder(folder: TempDir) -> Self {
        Self { folder, seen: String::new(), cargo_home: None, cargo: None, tools: None, cargos: None }
    }

    /// A session in a package with one binary and no dependency, with these lines in its manifest.
    pub(crate) fn in_package(lines: &str) -> Self {
        let terminal = Self::in_empty_folder();
        terminal.writes(
            "Cargo.toml",
            format!("[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{lines}"),
        );
        terminal.writes("Cargo.lock", "version = 4\n\n[[package]]\nname = \"api\"\nversion = \"0.1.0\"\n");
        terminal.writes("src/main.rs", "fn main() {}\n");
        introduce_rustc(terminal.folder.path());
        terminal
    }

    /// The same with short templates of its own.
    pub(crate) fn in_package_with_short_templates() -> Self {
        let terminal = Self::in_package("");
        for runtime in ["scratch", "distroless", "slim"] {
            terminal.writes(format!(".dockerize/{runtime}.hbs"), SHORT_TEMPLATE);
        }
        terminal.writes(".dockerize/dockerignore.hbs", "*\n{{#each context.allow}}\n# {{title}}\n{{/each}}\n");
        terminal
    }

    /// A place in the folder.
    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    pub(crate) fn reads(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Makes a file, and the folders that it lies in.
    pub(crate) fn writes(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Runs `cargo dockerize` with these words.
    pub(crate) fn runs(&mut self, words: &str) -> Ran {
        self.runs_in("", words)
    }

    /// The same in a folder below.
    pub(crate) fn runs_in(&mut self, folder: &str, words: &str) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_cargo-dockerize"), &format!("dockerize {words}"));
        let Output { status, stdout, stderr } =
            command.current_dir(self.at(folder)).output().expect("the binary can be run");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let ran = Ran {
            code: status.code().expect("an exit code"),
            stdout: text(stdout),
            stderr: without_cargo(&text(stderr)),
        };
        let line = format!("{folder}$ cargo dockerize {words}");
        self.sees(line.trim_end(), &format!("exit code: {}\n", ran.code));
        for (name, text) in [("stderr", &ran.stderr), ("stdout", &ran.stdout)] {
            if !text.is_empty() {
                self.seen.extend([name, ":\n", &self.masked(text)]);
            }
        }
        ran
    }

    /// Types `cargo dockerize` with these words into a terminal of 100 columns, and sees what a person would.
    pub(crate) fn types(&mut self, words: &str) {
        let typed = format!("stty cols 100; exec {} dockerize {words}", env!("CARGO_BIN_EXE_cargo-dockerize"));
        let mut command = self.command("script", "--quiet --return --command");
        command.arg(typed).arg("/dev/null").env("TERM", "xterm-256color").stdin(Stdio::null());
        command.envs(self.cargo.iter().map(|path| ("CARGO", path)));
        let Output { status, stdout, .. } = command.output().expect("script can be run");
        let text = self.masked(&String::from_utf8_lossy(&stdout).replace("\r\n", "\n"));
        self.sees(format!("$ cargo dockerize {words}").trim_end(), &text);
        self.sees(&format!("# exit code {}", status.code().expect("an exit code")), "");
    }

    /// The next time cargo tells of downloads first, as it does where nothing was downloaded yet.
    pub(crate) fn downloads(&mut self, crates: &[&str]) {
        let lines: Vec<String> = crates.iter().map(|name| format!("echo '  Downloaded {name}' >&2\n")).collect();
        let said =
            format!("echo '    Updating crates.io index' >&2\necho ' Downloading crates ...' >&2\n{}", lines.concat());
        let path = self.at(".cargo-that-downloads");
        let script = format!("#!/bin/sh\nif mkdir \"$0.ran\" 2> /dev/null; then\n{said}fi\nexec cargo \"$@\"\n");
        fs::write(&path, script).expect("a script can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        self.cargo = Some(path);
    }

    /// A program of this name, as a script for the shell, is found before that of the machine.
    pub(crate) fn has_tool(&mut self, name: &str, script: &str) {
        let tools = self.tools.get_or_insert_with(|| TempDir::new().expect("a temporary folder"));
        let path = tools.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    }

    /// A program that is run in the folder, whatever the environment of the tests says.
    fn command(&self, program: &str, words: &str) -> Command {
        let mut command = Command::new(program);
        command.args(words.split_whitespace()).current_dir(self.folder.path());
        for variable in ["CARGO_TERM_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
            command.env_remove(variable);
        }
        if let Some(tools) = &self.tools {
            let path = std::env::var("PATH").expect("a path");
            command.env("PATH", format!("{}:{path}", tools.path().display()));
        }
        command.envs(self.cargo_home.iter().map(|path| ("CARGO_HOME", path)));
        command
    }

    /// Lets the transcript name what this call of cargo says, which has to fail, where a command repeats it.
    pub(crate) fn refers_to_cargo(&mut self, words: &str) {
        let Output { status, stderr, .. } = self.command("cargo", words).output().expect("cargo can be run");
        let said = without_cargo(&String::from_utf8(stderr).expect("output is UTF-8"));
        assert!(!status.success() && said.starts_with("error: "), "cargo {words} succeeds: {said}");
        self.cargos = Some((said.trim_end().to_owned(), format!("[what `cargo {words}` says]")));
    }

    /// From here on nothing was ever downloaded.
    pub(crate) fn forgets_downloads(&mut self) {
        self.cargo_home = Some(self.at("cold"));
        self.remarks("CARGO_HOME is empty");
    }

    /// Shows what is in a folder.
    pub(crate) fn lists(&mut self, folder: &str) {
        let entries = fs::read_dir(self.at(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
        // Its own is there from the start.
        names.retain(|name| name != "target");
        names.sort();
        self.sees(&format!("$ ls -A {folder}"), &(names.join("\n") + "\n"));
    }

    /// Shows a file.
    pub(crate) fn shows(&mut self, path: &str) {
        let text = self.masked(&self.reads(path));
        self.sees(&format!("$ cat {path}"), &text);
    }

    /// Shows the lines of a file that hold a text.
    pub(crate) fn searches(&mut self, text: &str, path: &str) {
        let file = self.masked(&self.reads(path));
        let lines: String =
            file.lines().filter(|line| line.contains(text)).map(|line| line.to_owned() + "\n").collect();
        self.sees(&format!("$ grep -F '{text}' {path}"), &lines);
    }

    /// Says what happens between commands.
    pub(crate) fn remarks(&mut self, text: &str) {
        self.sees(&format!("# {text}"), "");
    }

    fn sees(&mut self, line: &str, text: &str) {
        let gap = if self.seen.is_empty() || self.seen.ends_with("\n\n") { "" } else { "\n" };
        self.seen.extend([gap, line, "\n", text]);
    }

    /// A text without what differs from run to run, or with each change of a file.
    fn masked(&self, text: &str) -> String {
        let text = self.cargos.iter().fold(text.to_owned(), |text, (words, name)| text.replace(words, name));
        let folder = self.folder.path();
        let real = folder.canonicalize().expect("a folder");
        let text = text.replace(&*real.to_string_lossy(), "[folder]").replace(&*folder.to_string_lossy(), "[folder]");
        let text = text
            .replace('\u{1b}', "[escape]")
            .replace(concat!("cargo-dockerize ", env!("CARGO_PKG_VERSION")), "cargo-dockerize [version]");
        let mut parts = text.split("checksum ");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |masked, part| {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            masked + "checksum [checksum]" + rest
        })
    }
}

impl Display for Terminal {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        formatter.write_str(&self.seen)
    }
}

/// A text without the lines in which cargo tells what it fetches and waits for, which differ from run to run.
fn without_cargo(text: &str) -> String {
    let status = ["Blocking", "Updating", "Locking", "Adding", "Downloading", "Downloaded"];
    let is_cargos = |line: &&str| status.iter().any(|word| line.trim_start().starts_with(word));
    text.split_inclusive('\n').filter(|line| !is_cargos(line)).collect()
}
