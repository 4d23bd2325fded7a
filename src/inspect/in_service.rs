//! One source as far as a container is concerned: its text and tokens enter; addresses, signals, threads, allocators and
//! files that it makes leave. Code that is compiled for tests only is skipped.

mod addresses;
mod arguments;
mod command_line;
mod config_files;
mod expressions;
mod help;
mod programs;
pub(super) mod settings_files;
mod texts;
mod variables;

use std::cell::LazyCell;

use cargo_metadata::Package as Manifest;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Meta;

pub(super) use variables::is_variable;

use super::source_paths::{end_of_item, group, is_for_tests, is_named, is_punct, owner, text_of};
use crate::context_path::ContextPath;
use crate::workspace::{Allocator, Background, Handling, Mention, Service, SourceLine, Threads};

/// Texts of which a source has at least one when it says anything of this kind.
const SIGNS: [&str; 30] = [
    "\"/api/health",
    "\"/health",
    "\"/livez",
    "\"/ping",
    "\"/ready",
    "::main",
    "Connection::open",
    "Database::open",
    "Db::open",
    "File::create",
    "Runtime::new",
    "SIGINT",
    "SIGTERM",
    "SignalKind",
    "TERM_SIGNALS",
    "ThreadPool",
    "create_dir",
    "create_new",
    "ctrl_c",
    "ctrlc",
    "current_thread",
    "data_dir()",
    "data_local_dir()",
    "disable_signals",
    "fs::write",
    "global_allocator",
    "multi_thread",
    "sqlite:",
    "teloxide::repl",
    "thread::",
];

/// Functions that send a signal to somebody else.
const SENDING: [&str; 5] = ["kill", "killpg", "pidfd_send_signal", "raise", "send_signal"];

/// Functions that make the file or folder which they are given.
const MAKING: [&str; 4] = ["create", "create_dir", "create_dir_all", "create_new"];

/// Types whose `open` makes the file.
const MAKERS: [&str; 4] = ["Connection", "Database", "Db", "SqliteConnection"];

/// Folders for data below the home of the user, by the functions of the crates dirs and directories.
const AT_HOME: [&str; 2] = ["data_dir", "data_local_dir"];

/// Where those are.
const DATA_AT_HOME: &str = "~/.local/share/";

/// Routes that answer whether a server is well.
const ROUTES: [&str; 12] = [
    // https://github.com/mozilla-services/Dockerflow
    "/__heartbeat__",
    "/__lbheartbeat__",
    "/api/health",
    "/health",
    "/health-check",
    "/health_check",
    "/healthcheck",
    "/healthz",
    "/livez",
    "/readyz",
    "/ping",
    "/ready",
];

/// Names of options that keep a program in the foreground; `_` and `-` are one.
const STAYING: [&str; 5] = ["foreground", "no-daemon", "no-daemonize", "no-detach", "nodaemon"];

/// Those of options and keys that take it from there.
const LEAVING: [&str; 4] = ["background", "daemon", "daemonize", "detach"];

/// What is looked for in the sources of a package before they are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// Whether it depends on a crate that declares command lines.
    has_command_line: bool,
    /// Whether it, or another local package, depends on one that takes programs into the background.
    goes_to_background: bool,
}

impl Signs {
    pub(super) fn of(manifest: &Manifest, goes_to_background: bool) -> Self {
        let declares = |name: &str| command_line::CRATES.contains(&name);
        let has_command_line = manifest.dependencies.iter().any(|one| declares(&one.name));
        Self { has_command_line, goes_to_background }
    }

    /// All of them.
    #[cfg(test)]
    pub(super) fn all() -> Self {
        Self { has_command_line: true, goes_to_background: true }
    }

    /// Whether reading a source may find anything. Looking takes less time than parsing.
    pub(super) fn may_be_in(self, text: &str) -> bool {
        self.has_sign(text)
            || addresses::may_be_in(text)
            || self.declares(text)
            || self.prints_help(text)
            || config_files::may_be_in(text)
            || variables::may_be_in(text)
            || programs::may_be_in(text)
    }

    fn has_sign(self, text: &str) -> bool {
        SIGNS.iter().any(|sign| text.contains(sign)) || self.goes_to_background && names_background(text)
    }

    fn declares(self, text: &str) -> bool {
        self.has_command_line && command_line::may_be_in(text)
    }

    fn prints_help(self, text: &str) -> bool {
        self.has_command_line && help::may_be_in(text)
    }

    /// Reads a source.
    pub(super) fn read(self, text: &str, tokens: &TokenStream, file: &ContextPath) -> Service {
        let mut reader = Reader { file, text, signs: self, found: Service::default() };
        if self.has_sign(text) {
            let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
            reader.walk(&tokens, false);
        }
        let tree = LazyCell::new(|| syn::parse2::<syn::File>(tokens.clone()).ok());
        let tree_if = |says: bool| if says { tree.as_ref() } else { None };
        let listens = tree_if(addresses::may_be_in(text)).map(addresses::read);
        let of_command_line = tree_if(self.declares(text)).map(command_line::read).unwrap_or_default();
        let prints_help = tree_if(self.prints_help(text)).map(help::read);
        let config_files = tree_if(config_files::may_be_in(text)).map(config_files::read);
        let (variables, files) = tree_if(variables::may_be_in(text)).map(variables::read).unzip();
        reader.found.listens = reader.all_at(listens);
        reader.found.command_lines = reader.all_at(Some(of_command_line.declared));
        reader.found.parsed = reader.all_at(Some(of_command_line.parsed));
        reader.found.prints_help = reader.all_at(prints_help);
        reader.found.required_files = [reader.all_at(config_files), reader.all_at(files)].concat();
        reader.found.required_variables = reader.all_at(variables);
        let texts = tree_if(programs::may_be_in(text)).map(texts::Texts::of);
        reader.found.runs = reader.all_at(texts.map(|texts| programs::read(tokens, texts)));
        reader.found
    }
}

/// Whether a source may have one of the words for the background.
fn names_background(text: &str) -> bool {
    ["background", "daemon", "detach", "foreground"].iter().any(|word| text.contains(word))
}

struct Reader<'a> {
    file: &'a ContextPath,
    text: &'a str,
    signs: Signs,
    found: Service,
}

impl Reader<'_> {
    fn at(&self, line: usize) -> SourceLine {
        SourceLine { file: self.file.clone(), line }
    }

    fn all_at<T>(&self, found: Option<Vec<(T, usize)>>) -> Vec<Mention<T>> {
        let found = found.into_iter().flatten();
        found.map(|(what, line)| Mention { what, place: self.at(line) }).collect()
    }

    /// `sends` says that the tokens are arguments of a call that sends signals.
    fn walk(&mut self, tokens: &[TokenTree], sends: bool) {
        let mut at = 0;
        let mut conditions = Vec::new();
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = usize::from(is_punct(tokens.get(at), '!'));
                    let Some(attribute) = group(tokens.get(at + inner), Delimiter::Bracket) else { continue };
                    at += inner + 1;
                    if is_for_tests(attribute) {
                        if inner == 1 {
                            return;
                        }
                        at = end_of_item(tokens, at);
                    } else if inner == 0 {
                        self.attribute(attribute, &mut conditions, &tokens[at..]);
                    }
                }
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let arguments = group(tokens.get(at), Delimiter::Parenthesis);
                    self.word(&name, tokens, at - 1, sends);
                    // A field, and no path such as `daemonize::Daemonize`.
                    if is_punct(tokens.get(at), ':') && !is_punct(tokens.get(at + 1), ':') {
                        self.background(&name, ident.span().start().line);
                    }
                    if let Some(arguments) = arguments {
                        self.made(&name, tokens, at - 1, arguments);
                        let sends = sends || SENDING.iter().any(|sending| name == *sending);
                        self.walk(&arguments.stream().into_iter().collect::<Vec<_>>(), sends);
                        at += 1;
                    }
                }
                TokenTree::Group(inner) => {
                    self.walk(&inner.stream().into_iter().collect::<Vec<_>>(), sends);
                    if inner.delimiter() == Delimiter::Brace {
                        conditions.clear();
                    }
                }
                TokenTree::Literal(literal) => {
                    if let Some(text) = text_of(literal) {
                        self.text(&text, literal.span().start().line);
                    }
                }
                TokenTree::Punct(punct) => {
                    if punct.as_char() == ';' {
                        conditions.clear();
                    }
                }
            }
        }
    }

    fn attribute(&mut self, attribute: &Group, conditions: &mut Vec<String>, item: &[TokenTree]) {
        if is_named(attribute, "doc") {
            return;
        }
        let line = attribute.span_open().start().line;
        let Ok(meta) = syn::parse2::<Meta>(attribute.stream()) else { return };
        let words = || attribute.stream().to_string();
        if meta.path().is_ident("cfg") {
            if let Meta::List(list) = &meta {
                conditions.push(list.tokens.to_string());
            }
        } else if meta.path().is_ident("global_allocator") {
            let end = end_of_item(item, 0);
            let is_system = item[..end].iter().any(|token| matches!(token, TokenTree::Ident(name) if name == "System"));
            if !is_system {
                let allocator = Allocator { conditions: conditions.clone(), is_used: false };
                self.found.allocators.push(Mention { what: allocator, place: self.at(line) });
            }
        } else if meta.path().segments.last().is_some_and(|last| last.ident == "main") {
            let is_single = words().contains("current_thread");
            let what = if is_single { Threads::OneOfTokio } else { Threads::ManyOfTokio };
            self.found.threads.push(Mention { what, place: self.at(line) });
        }
    }

    /// A name and what stands around it.
    fn word(&mut self, name: &str, tokens: &[TokenTree], at: usize, sends: bool) {
        let is_owned_by = |name: &str| {
            is_punct(tokens.get(at.wrapping_sub(1)), ':') && owner(tokens, at).is_some_and(|owner| owner == name)
        };
        let is_call = group(tokens.get(at + 1), Delimiter::Parenthesis).is_some();
        let line = tokens[at].span().start().line;
        let handling = match name {
            _ if sends => None,
            "SIGTERM" | "TERM_SIGNALS" => Some(Handling::Terminate),
            "terminate" if is_owned_by("SignalKind") => Some(Handling::Terminate),
            "SIGINT" => Some(Handling::Interrupt),
            "interrupt" if is_owned_by("SignalKind") => Some(Handling::Interrupt),
            // Those of https://docs.rs/teloxide call tokio's `ctrl_c`.
            "ctrl_c" | "enable_ctrlc_handler" if is_call => Some(Handling::Interrupt),
            "repl" if is_call && is_owned_by("teloxide") => Some(Handling::Interrupt),
            "set_handler" | "try_set_handler" if is_owned_by("ctrlc") => Some(Handling::Ctrlc),
            "disable_signals" if is_call => Some(Handling::Off),
            _ => None,
        };
        self.found.signals.extend(handling.map(|what| Mention { what, place: self.at(line) }));
        let threads = match name {
            "new_multi_thread" => Some(Threads::ManyOfTokio),
            "new" if is_call && is_owned_by("Runtime") => Some(Threads::ManyOfTokio),
            "new_current_thread" => Some(Threads::OneOfTokio),
            "spawn" | "scope" | "Builder" if is_owned_by("thread") => Some(Threads::Spawned),
            "ThreadPool" | "ThreadPoolBuilder" => Some(Threads::Spawned),
            _ => None,
        };
        self.found.threads.extend(threads.map(|what| Mention { what, place: self.at(line) }));
    }

    /// A call that makes a file, or asks for the folder to make it in.
    fn made(&mut self, name: &str, tokens: &[TokenTree], at: usize, arguments: &Group) {
        let owner = owner(tokens, at).map(ToString::to_string).unwrap_or_default();
        let makes = MAKING.contains(&name) && ["File", "fs", "DirBuilder", ""].contains(&owner.as_str())
            || name == "write" && owner == "fs"
            || name == "open" && MAKERS.contains(&owner.as_str());
        if AT_HOME.contains(&name) && arguments.stream().is_empty() {
            let is_function = ["dirs", "dirs_next"].contains(&owner.as_str());
            // Of a type of the crate directories.
            let is_method = is_punct(tokens.get(at.wrapping_sub(1)), '.')
                && ["BaseDirs", "ProjectDirs"].iter().any(|name| self.text.contains(name));
            let place = self.at(tokens[at].span().start().line);
            let found = (is_function || is_method).then(|| Mention { what: DATA_AT_HOME.to_owned(), place });
            self.found.writes.extend(found);
        }
        let first = arguments.stream().into_iter().find(|token| !is_punct(Some(token), '&'));
        if let (true, Some(TokenTree::Literal(literal))) = (makes, first) {
            if let Some(path) = text_of(&literal).filter(|path| is_made(path)) {
                let line = literal.span().start().line;
                self.found.writes.push(Mention { what: path, place: self.at(line) });
            }
        }
    }

    /// The name of an option, a field or a key.
    fn background(&mut self, name: &str, line: usize) {
        let name = name.replace('_', "-");
        let what = match name.as_str() {
            _ if !self.signs.goes_to_background => return,
            name if LEAVING.contains(&name) => Background::Leaves,
            name if STAYING.contains(&name) => Background::Stays(format!("--{name}")),
            _ => return,
        };
        self.found.background.push(Mention { what, place: self.at(line) });
    }

    fn text(&mut self, text: &str, line: usize) {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let path = path.split('?').next().unwrap_or_default();
            if is_made(path) {
                self.found.databases.push(Mention { what: path.to_owned(), place: self.at(line) });
            }
        }
        self.background(text, line);
        if ROUTES.contains(&text) {
            self.found.health.push(Mention { what: text.to_owned(), place: self.at(line) });
        }
    }
}

/// Whether a text is the relative path of a file that a program may make: no name with a hole, no database in memory.
fn is_made(path: &str) -> bool {
    !path.is_empty() && !path.starts_with(['/', ':', '~', '.']) && !path.contains(['{', '}', ':', '\\', '\n', '*', ' '])
        || path.strip_prefix("./").is_some_and(is_made)
}

#[cfg(test)]
mod tests;
