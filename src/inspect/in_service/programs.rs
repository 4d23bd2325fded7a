//! Programs that a source runs and stops without, or fails a request for: its tokens enter, and the texts that its constants
//! hold; names with their lines leave. One that it asks for and does without is none.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::super::commands::copes;
use super::super::source_paths::{end_of_item, group, is_for_tests, is_punct, owner};
use super::texts::Texts;

/// Whether a source may run one by its name.
pub(super) fn may_be_in(text: &str) -> bool {
    ["Command", "::new(", "process"].iter().all(|sign| text.contains(sign))
}

pub(super) fn read(tokens: &TokenStream, texts: Texts) -> Vec<(String, usize)> {
    let mut reader = Reader { texts, ..Reader::default() };
    reader.imports(tokens.clone());
    reader.walk(tokens.clone());
    reader.found
}

#[derive(Default)]
struct Reader {
    texts: Texts,
    /// What `std::process::Command` and its kin are called.
    names: BTreeSet<String>,
    /// Whether another crate's `Command` is there, such as that of clap.
    has_other: bool,
    found: Vec<(String, usize)>,
}

impl Reader {
    /// `use std::process::{Command as Process, Stdio};`
    fn imports(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(word) if word == "use" => {
                    let end = tokens[at..].iter().position(|token| is_punct(Some(token), ';')).unwrap_or_default();
                    self.import(&words(&tokens[at..at + end]));
                }
                TokenTree::Group(inner) => self.imports(inner.stream()),
                _ => {}
            }
        }
    }

    fn import(&mut self, words: &[String]) {
        let Some(at) = words.iter().position(|word| word == "Command") else { return };
        if !words[..at].iter().any(|word| word == "process") {
            self.has_other = true;
            return;
        }
        let alias = words.get(at + 2).filter(|_| words.get(at + 1).is_some_and(|word| word == "as"));
        self.names.insert(alias.unwrap_or(&words[at]).clone());
    }

    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = usize::from(is_punct(tokens.get(at), '!'));
                    if group(tokens.get(at + inner), Delimiter::Bracket).is_some_and(is_for_tests) {
                        if inner == 1 {
                            return;
                        }
                        at = end_of_item(&tokens, at + 1);
                    }
                }
                TokenTree::Ident(word) if word == "new" => {
                    let arguments = group(tokens.get(at), Delimiter::Parenthesis);
                    let runs = arguments.filter(|_| self.is_command(&tokens, at - 1) && !copes(&tokens[at + 1..]));
                    if let Some(name) = runs.and_then(|arguments| self.program(arguments)) {
                        self.found.push((name, word.span().start().line));
                    }
                }
                TokenTree::Group(inner) => self.walk(inner.stream()),
                _ => {}
            }
        }
    }

    /// Whether the `new` at this place is that of a command: `Command::new`, `process::Command::new`.
    fn is_command(&self, tokens: &[TokenTree], at: usize) -> bool {
        let Some(name) = owner(tokens, at) else { return false };
        match at.checked_sub(3).and_then(|at| owner(tokens, at)).filter(|_| is_punct(tokens.get(at - 4), ':')) {
            Some(path) => path == "process" && name == "Command",
            None => self.names.contains(&name.to_string()) && !(self.has_other && name == "Command"),
        }
    }

    /// The program that a text or a constant names, be it by its path.
    fn program(&self, arguments: &Group) -> Option<String> {
        let name = self.texts.text(&syn::parse2(arguments.stream()).ok()?)?;
        let folders = ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"];
        let bare = folders.iter().find_map(|folder| name.strip_prefix(folder)).unwrap_or(&name);
        let is_name = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c));
        (is_name && !bare.starts_with('.')).then(|| bare.to_owned())
    }
}

/// All words of an import, in their order.
fn words(tokens: &[TokenTree]) -> Vec<String> {
    let words = tokens.iter().flat_map(|token| match token {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(inner) => words(&inner.stream().into_iter().collect::<Vec<_>>()),
        _ => Vec::new(),
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_are_run_by_their_names() {
        let found = |source: &str| -> Vec<String> {
            let texts = Texts::of(&syn::parse_str(source).unwrap());
            read(&source.parse().unwrap(), texts).into_iter().map(|(name, line)| format!("{line} {name}")).collect()
        };
        for (source, expected) in [
            ("use std::process::Command;\nfn a() { Command::new(\"git\").arg(\"log\").output()?; }", &["2 git"][..]),
            (
                "use std::{fs, process::{self, Command}}; fn a() { let mut c = Command::new(\"git\"); c.spawn(); }",
                &["1 git"],
            ),
            ("use tokio::process::Command as Process; fn a() { Process::new(\"git\").status().await?; }", &["1 git"]),
            ("fn a() { std::process::Command::new(\"/usr/bin/git\").status().unwrap(); }", &["1 git"]),
            ("fn a() { use std::process::Command; Command::new(\"git\").output().map_err(E)?; }", &["1 git"]),
            ("use std::process::Command; fn a() { if let Ok(o) = Command::new(\"git\").output() { } }", &[]),
            ("use std::process::Command; fn a() { Command::new(\"git\").output().await.ok(); }", &[]),
            ("use clap::Command; use std::process; fn a() { Command::new(\"git\").get_matches(); }", &[]),
            (
                "use clap::{Arg, Command}; use std::process::Command as P; fn a() { Command::new(\"b\"); P::new(\"c\"); }",
                &["1 c"],
            ),
            ("use std::process; fn a() { clap::Command::new(\"git\"); process::Command::new(\"ls\"); }", &["1 ls"]),
            (
                "use std::process::Command; fn a() { Command::new(name); Command::new(\"./a\"); Command::new(\"a b\"); }",
                &[],
            ),
            (
                "use std::process::Command; #[test] fn a() { Command::new(\"git\"); } #[cfg(test)] mod b { fn c() { Command::new(\"d\"); } }",
                &[],
            ),
            (
                "use std::process::Command; const GIT: &str = \"git\"; static TAR: &str = \"/bin/tar\";\n\
                 fn a() { Command::new(GIT).status()?; Command::new(String::from(TAR)).spawn()?; Command::new(names::LS); }",
                &["2 git", "2 tar"],
            ),
            ("struct Command; fn a() { Command::new(\"git\"); }", &[]),
        ] {
            assert_eq!(found(source), expected, "{source}");
        }
    }
}
