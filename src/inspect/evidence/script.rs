//! The build script of a crate: its tokens enter; what it asks pkg-config for, links, compiles and runs leaves.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::{idle, is_name, text};
use crate::catalog::Images;
use crate::inspect::commands::{copes, insists};
use crate::inspect::source_paths::{PRINTING, owner};
use crate::workspace::Evidence;

/// Methods of `pkg_config::Config` and its kin whose first argument is a module.
const PROBES: [&str; 3] = ["probe", "probe_library", "find_library"];

/// Names of programs that are no words of another kind.
const UNMISTAKABLE: [&str; 8] = ["cmake", "g++", "make", "meson", "nasm", "ninja", "npm", "protoc"];

/// Managers of JavaScript packages, which shells are told to run.
const OF_JAVASCRIPT: [&str; 5] = ["bun", "npm", "npx", "pnpm", "yarn"];

/// Their commands.
const COMMANDS: [&str; 7] = ["build", "ci", "exec", "i", "install", "run", "run-script"];

/// What has a message as its argument.
const MESSAGES: [&str; 6] = ["anyhow", "bail", "context", "expect", "panic", "with_context"];

/// What a build script says with these features; `is_local` says that it is one of the workspace's own.
pub(super) fn read(tokens: TokenStream, images: &Images, features: &BTreeSet<String>, is_local: bool) -> Evidence {
    if idle::is_idle(tokens.clone(), features) {
        return Evidence { is_idle: true, ..Evidence::default() };
    }
    let mut script = Script { images, features, is_local, runs_variable: false, evidence: Evidence::default() };
    script.read(tokens, false);
    script.finish()
}

/// A build script that is read: what it says is gathered.
struct Script<'a> {
    images: &'a Images,
    features: &'a BTreeSet<String>,
    /// Whether it is one of the workspace's own.
    is_local: bool,
    /// Whether it runs a program that a variable names.
    runs_variable: bool,
    evidence: Evidence,
}

impl Script<'_> {
    /// Follows a token stream: `.probe("libfoo")`, `.cpp(true)`, `"cargo:rustc-link-lib=foo"`. What is not compiled with
    /// these features says nothing; a message names no program.
    fn read(&mut self, tokens: TokenStream, is_message: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut at, mut called) = (0, None);
        while let Some(token) = tokens.get(at) {
            if let Some(end) = idle::end_of_skipped(&tokens, at, self.features) {
                (at, called) = (end, None);
                continue;
            }
            if let Some((block, end)) = idle::wanted_by_variable(&tokens, at) {
                let libraries = self.evidence.libraries.clone();
                self.read(block.stream(), is_message);
                self.evidence.libraries = libraries;
                (at, called) = (end, None);
                continue;
            }
            at += 1;
            match token {
                TokenTree::Ident(ident) => {
                    called = Some(ident.to_string());
                    continue;
                }
                // `panic!(…)`
                TokenTree::Punct(punct) if punct.as_char() == '!' => continue,
                TokenTree::Group(group) => {
                    let name = called.as_deref().unwrap_or_default();
                    if group.delimiter() == Delimiter::Parenthesis {
                        self.call(name, group, &tokens, at);
                    }
                    self.read(group.stream(), is_message || MESSAGES.contains(&name) || PRINTING.contains(&name));
                }
                TokenTree::Literal(literal) => {
                    if let Some(text) = text(&literal.to_string()) {
                        self.text(text, is_message);
                    }
                }
                TokenTree::Punct(_) => {}
            }
            called = None;
        }
    }

    /// A call; its arguments stand before `at`.
    fn call(&mut self, method: &str, arguments: &Group, tokens: &[TokenTree], at: usize) {
        let first = arguments.stream().into_iter().next().map(|token| token.to_string()).unwrap_or_default();
        let name = text(&first);
        if PROBES.contains(&method) {
            self.evidence.modules.extend(name.filter(|name| is_name(name)).map(str::to_owned));
        }
        self.evidence.compiles_cxx |= method == "cpp" && first == "true";
        if method != "new" {
            return;
        }
        let is_command = at.checked_sub(2).and_then(|at| owner(tokens, at)).is_some_and(|owner| owner == "Command");
        let Some(name) = name else {
            self.runs_variable |= is_command;
            return;
        };
        if self.images.is_run_by_scripts(name, self.is_local) {
            self.evidence.insists_on_git |= name == "git" && insists(&tokens[at..]);
            self.evidence.programs.insert(name.to_owned());
        } else if is_command
            && self.is_local
            && is_name(name)
            && !self.images.has_program(name)
            && !copes(&tokens[at..])
        {
            self.evidence.unknown_programs.insert(name.to_owned());
        }
    }

    fn text(&mut self, text: &str, is_message: bool) {
        if let Some((_, library)) = text.split_once("rustc-link-lib=") {
            let (kind, name) = library.split_once('=').unwrap_or(("dylib", library));
            if kind == "dylib" && is_name(name) {
                self.evidence.libraries.insert(name.to_owned());
            }
        } else if is_name(text) {
            self.evidence.words.insert(text.to_owned());
        }
        // `sh -c "npm run build"`
        let mut words = text.split(' ');
        let (program, command) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if self.is_local && !is_message && OF_JAVASCRIPT.contains(&program) && COMMANDS.contains(&command) {
            let is_known = self.images.is_run_by_scripts(program, true);
            let Evidence { programs, unknown_programs, .. } = &mut self.evidence;
            if is_known { programs } else { unknown_programs }.insert(program.to_owned());
        }
    }

    /// What it says, with the programs that its variables may name.
    fn finish(mut self) -> Evidence {
        if self.runs_variable && self.is_local {
            let named = UNMISTAKABLE.into_iter().filter(|name| self.evidence.words.contains(*name));
            self.evidence.programs.extend(named.map(str::to_owned));
        }
        self.evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn said(script: &str, is_local: bool, features: &[&str]) -> Evidence {
        let features = features.iter().map(|name| (*name).to_owned()).collect();
        read(script.parse().unwrap(), &Catalog::load().unwrap().images, &features, is_local)
    }

    #[test]
    fn programs_of_the_workspaces_own_scripts() {
        let programs = |script: &str, is_local: bool| {
            let evidence = said(&format!("fn main() {{ {script} }}"), is_local, &[]);
            evidence
                .programs
                .into_iter()
                .chain(evidence.unknown_programs.iter().map(|name| format!("{name}?")))
                .collect()
        };
        for (script, found) in [
            ("Command::new(\"npm\").arg(\"ci\").status().unwrap();", &["npm"][..]),
            ("for c in [\"npm install\", \"pnpm run build\"] { sh(c); }", &["npm", "pnpm?"]),
            ("panic!(\"npm install failed\"); a.expect(\"npm run build\"); println!(\"npm ci\");", &[]),
            ("let make = \"make\"; Command::new(&make).arg(\"go\");", &["make"]),
            ("let make = \"make\"; Tool::new(&make);", &[]),
            ("Command::new(\"trunk\").arg(\"build\").status()?;", &["trunk?"]),
            ("let mut c = Command::new(\"trunk\"); c.status().unwrap();", &["trunk?"]),
            ("let s = std::process::Command::new(\"trunk\").status().expect(\"trunk\");", &["trunk?"]),
            ("if Command::new(\"sccache\").output().is_ok() { }", &[]),
            ("let out = Command::new(\"lsb_release\").output();", &[]),
            ("Command::new(\"rustc\").status()?; Command::new(\"sh\").status()?; Command::new(\"./configure\");", &[]),
            ("Config::new(\"trunk\"); #[cfg(windows)] { Command::new(\"where\").status()?; }", &[]),
        ] {
            let all: Vec<String> = programs(script, true);
            assert_eq!(all, found, "{script}");
        }
        let of_registry: Vec<String> = programs("Command::new(\"npm\"); Command::new(\"trunk\").status()?;", false);
        assert!(of_registry.is_empty(), "{of_registry:?}");
    }

    #[test]
    fn probes_libraries_and_languages_are_read_off_a_build_script() {
        let script = r#"
            const ALSO: [&str; 1] = ["libqux"];
            fn main() {
                if let Ok(_) = pkg_config::Config::new().atleast_version("1.0").probe("libfoo-1.0") { return }
                pkg_config::probe_library("bar").unwrap();
                std::process::Command::new("python3").arg("gen.py");
                std::process::Command::new("rustc").arg("-V");
                cc::Build::new().cpp(true).file("a.cc").compile("baz");
                println!("cargo:rustc-link-lib=dylib=sensors");
                println!("cargo::rustc-link-lib=static=own");
                println!("cargo:rustc-link-lib=udev");
            }
        "#;
        let evidence = said(script, false, &[]);
        assert_eq!(evidence.modules.into_iter().collect::<Vec<_>>(), ["bar", "libfoo-1.0"]);
        assert_eq!(evidence.libraries.into_iter().collect::<Vec<_>>(), ["sensors", "udev"]);
        assert_eq!(evidence.programs.into_iter().collect::<Vec<_>>(), ["python3"]);
        assert!(evidence.compiles_cxx && evidence.words.contains("libqux"));
    }

    #[test]
    fn libraries_that_a_variable_has_to_ask_for_are_none() {
        for (condition, is_linked) in [
            ("is_env_truthy(\"API_PROFILING\")", false),
            ("std::env::var(\"WITH_PROFILER\").is_ok()", false),
            ("let Ok(_) = env::var(\"PROFILER\")", false),
            ("env::var(\"WITH_PROFILER\").is_err()", true),
            ("!env::var(\"NO_PROFILER\").is_ok()", true),
            ("env::var(\"PROFILER\").unwrap_or_default() == \"\"", true),
            ("env::var(\"CARGO_FEATURE_PROFILER\").is_ok()", true),
            ("env::var(\"TARGET\").unwrap().contains(\"linux\")", true),
            ("target == \"LINUX\"", true),
        ] {
            let script = format!("fn main() {{ if {condition} {{ println!(\"cargo:rustc-link-lib=tcmalloc\"); }} }}");
            assert_eq!(said(&script, true, &[]).libraries.contains("tcmalloc"), is_linked, "{condition}");
        }
        let other = "fn main() { if env::var(\"SYSTEM_FOO\").is_ok() { probe(\"foo\"); } else { println!(\"cargo:rustc-link-lib=bar\"); } }";
        let evidence = said(other, true, &[]);
        assert!(evidence.modules.contains("foo") && evidence.libraries.contains("bar"));
    }

    #[test]
    fn a_script_that_panics_without_git_is_told_from_one_that_does_without() {
        let insists = |script: &str| said(script, false, &[]).insists_on_git;
        let command = "Command::new(\"git\").current_dir(env!(\"A\")).args([\"show\"])";
        assert!(insists(&format!("fn a() {{ let b = {command}.output().expect(\"git\"); }}")));
        assert!(insists(&format!("{command}.status().unwrap().success();")));
        assert!(!insists(&format!("if let Ok(b) = {command}.output() {{ b.stdout.first().unwrap(); }}")));
        assert!(!insists(&format!("let b = {command}.output().ok()?; c.output().unwrap();")));
        assert!(!insists("Command::new(\"python3\").output().unwrap();"));
    }

    #[test]
    fn code_of_a_feature_that_is_off_says_nothing() {
        let script = "#[cfg(feature = \"generate\")] mod inner { fn f() { Command::new(\"git\").arg(\"clone\").output(); } }\n\
                      fn main() { if cfg!(feature = \"cc\") { Build::new().cpp(true); } #[cfg(not(feature = \"cc\"))] \
                      println!(\"cargo:rustc-link-lib=foo\"); }";
        let read = |features: &[&str]| {
            let evidence = said(script, false, features);
            (evidence.programs.len(), evidence.compiles_cxx, evidence.libraries.len())
        };
        assert_eq!(read(&[]), (0, false, 1));
        assert_eq!(read(&["cc", "generate"]), (1, true, 0));
    }
}
