//! Paths in one Rust source: its tokens enter, the paths that it names leave, each with its line and its use. Code that
//! is compiled for tests only is skipped.
//!
//! A path in an attribute or in the arguments of a macro counts as read while compiling, a path in plain code as read
//! when the program runs. So macros need no list, except those whose arguments are plain code ([`known_names`]).

mod arguments;
mod baked;
mod include_argument;
mod items;
mod known_names;
mod literals;
mod signs;
mod tokens;

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};

pub(super) use items::{condition, condition_of_if, end_of_item, is_for_tests, is_for_tests_meta, is_named};
pub(super) use known_names::PRINTING;
pub(super) use literals::{OF_OTHERS, text_of};
pub(super) use signs::may_be_in;
pub(super) use tokens::{group, is_punct, is_word, owner};

use arguments::{Place, called};
use include_argument::{Included, included, is_manifest_folder};
use items::{branches, conditional, declared_module};
use known_names::{GOING_UP, PASSING_ON, PATH_KEYS, READING, WRITING, is_keyword};
use literals::{fixed_part, is_address, pattern_in};

/// What is done with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// In `include_str!`, `include_bytes!` or `include!`: the file becomes part of the program.
    Included,
    /// In `#[path]`: the file of a module.
    Module,
    /// In `#[folder]` of a macro that embeds all of it: it has to be there.
    Embedded,
    /// In another macro or attribute, or anywhere in a build script: read while compiling.
    Named,
    /// In plain code: the program may read it when it runs.
    Opened,
    /// Handed to a function that reads: the program reads it when it runs.
    Read,
    /// In plain code, below the manifest's folder, whose path the program takes along: it reads it there when it runs.
    Baked,
}

/// A path in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPath {
    pub path: String,
    pub usage: Use,
    /// Whether the source itself has it start from the manifest's folder.
    pub from_manifest: bool,
    pub line: usize,
}

/// What one source says.
#[derive(Debug, Default)]
pub(super) struct SourcePaths {
    pub mentions: Vec<NamedPath>,
    /// Lines that include a file whose path only the compiler can tell.
    pub computed: Vec<usize>,
    /// Lines that include a file whose path a variable holds.
    pub of_variables: Vec<usize>,
    /// Lines that put the path of the manifest's folder into the program.
    pub bakes_folder: Vec<usize>,
    /// Patterns of files that a build script names with a hole in them, such as `*.toml` for `{profile}.toml`.
    pub patterns: Vec<String>,
    /// Lines of a build script that read what no literal of theirs names.
    pub unnamed_reads: Vec<usize>,
    /// Whether a build script goes up from a folder.
    pub goes_up: bool,
    /// Shared libraries that the program may open, with their lines.
    pub libraries: Vec<(String, usize)>,
    /// Modules declared with `mod name;` at the top level.
    pub modules: Vec<String>,
    /// Whether a folder to embed need not be there.
    pub allows_missing: bool,
    /// Modules declared for tests only.
    pub test_modules: Vec<String>,
    /// Items that are compiled under a condition.
    pub conditional: Vec<ConditionalItem>,
}

/// An item behind `#[cfg(…)]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConditionalItem {
    /// What stands in the parentheses.
    pub condition: String,
    /// Its first line and its last one.
    pub lines: (usize, usize),
    /// The module that it declares, whose source is another file.
    pub module: Option<String>,
    /// That file, where `#[path]` names it.
    pub file: Option<String>,
}

/// Reads a source; in a build script, every path counts as named.
pub(super) fn read(tokens: TokenStream, is_script: bool) -> SourcePaths {
    let mut reader = Reader { is_script, current: BTreeSet::new(), said: SourcePaths::default() };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    reader.said.modules = tokens.windows(3).filter_map(declared_module).collect();
    reader.walk(&tokens, Place::Code);
    reader.said
}

struct Reader {
    is_script: bool,
    /// Variables that hold the current folder.
    current: BTreeSet<String>,
    said: SourcePaths,
}

impl Reader {
    fn walk(&mut self, tokens: &[TokenTree], place: Place) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    let inner = is_punct(tokens.get(at), '!');
                    if let Some(attribute) = group(tokens.get(at + usize::from(inner)), Delimiter::Bracket) {
                        at += usize::from(inner) + 1;
                        if is_for_tests(attribute) {
                            if inner {
                                return;
                            }
                            let end = end_of_item(tokens, at);
                            self.said.test_modules.extend(declared_module(&tokens[at..end]));
                            at = end;
                        } else {
                            self.attribute(attribute);
                            self.said.conditional.extend(conditional(attribute, &tokens[at..]));
                        }
                    }
                }
                TokenTree::Ident(ident) => {
                    if ident == "let" {
                        self.current.extend(self.holds_current_folder(&tokens[at..]));
                    }
                    if ident == "if" {
                        self.said.conditional.extend(branches(&tokens[at..]));
                    }
                    self.said.goes_up |= GOING_UP.iter().any(|name| ident == name);
                    let arguments = is_punct(tokens.get(at), '!').then(|| tokens.get(at + 1)).flatten();
                    if let Some(TokenTree::Group(arguments)) = arguments {
                        self.invocation(&ident.to_string(), arguments, place);
                        at += 2;
                    } else if let Some(arguments) = group(tokens.get(at), Delimiter::Parenthesis) {
                        let inside = match place {
                            Place::Code | Place::Reading | Place::Opening | Place::Routing => {
                                let joined = tokens[..at - 1].split_last().filter(|_| ident == "join");
                                called(tokens, at - 1, joined.is_some_and(|(_, to)| self.is_current_folder(to)))
                            }
                            place => place,
                        };
                        let reads = self.is_script && READING.iter().any(|name| ident == name);
                        if reads && !writes(&tokens[..at - 1]) && !names_anything(arguments) {
                            self.said.unnamed_reads.push(ident.span().start().line);
                        }
                        if ident == "library_filename" {
                            let name = arguments.stream().into_iter().next();
                            if let Some(name) = name.and_then(|name| match name {
                                TokenTree::Literal(name) => text_of(&name),
                                _ => None,
                            }) {
                                self.said.libraries.push((format!("lib{name}.so"), ident.span().start().line));
                            }
                        }
                        at += 1;
                        match baked::joined(arguments, &tokens[at..]).filter(|_| !self.is_script) {
                            Some((path, end)) => {
                                self.mention(path, Use::Baked, true, ident.span().start().line);
                                at += end;
                            }
                            None => self.walk_group(arguments, inside),
                        }
                    }
                }
                TokenTree::Group(group) => {
                    let is_call = matches!(place, Place::Reading | Place::Opening | Place::Routing);
                    self.walk_group(group, if is_call { Place::Code } else { place });
                }
                TokenTree::Literal(literal) => self.literal(literal, place, at == 1),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// The variable of `let NAME = env::current_dir()?;`.
    fn holds_current_folder(&self, after_let: &[TokenTree]) -> Option<String> {
        let end = after_let.iter().position(|token| is_punct(Some(token), ';'))?;
        let statement = Some(&after_let[..end]).filter(|statement| self.is_current_folder(statement))?;
        statement.iter().find_map(|token| match token {
            TokenTree::Ident(name) if name != "mut" => Some(name.to_string()),
            _ => None,
        })
    }

    /// Whether tokens end with what comes to the current folder: `current_dir().unwrap()`, or a variable with it.
    fn is_current_folder(&self, tokens: &[TokenTree]) -> bool {
        for token in tokens.iter().rev() {
            match token {
                TokenTree::Ident(name) if name == "current_dir" || self.current.contains(&name.to_string()) => {
                    return true;
                }
                TokenTree::Ident(name) if PASSING_ON.iter().any(|method| name == method) => {}
                TokenTree::Group(arguments) if arguments.delimiter() == Delimiter::Parenthesis => {}
                TokenTree::Punct(punct) if ['?', '.'].contains(&punct.as_char()) => {}
                _ => return false,
            }
        }
        false
    }

    fn walk_group(&mut self, group: &Group, place: Place) {
        let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
        self.walk(&tokens, place);
    }

    fn attribute(&mut self, attribute: &Group) {
        let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
        let name = match tokens.first() {
            Some(TokenTree::Ident(name)) => name.to_string(),
            _ => return,
        };
        match (name.as_str(), tokens.get(2)) {
            ("doc", Some(TokenTree::Literal(_))) => {}
            ("doc", _) => self.walk(&tokens, Place::Prose),
            ("path", Some(TokenTree::Literal(literal))) => {
                let line = literal.span().start().line;
                if let Some(path) = text_of(literal) {
                    self.mention(path, Use::Module, false, line);
                }
            }
            ("folder", Some(TokenTree::Literal(literal))) => {
                let line = literal.span().start().line;
                if let Some((path, from_manifest)) = text_of(literal).and_then(|text| fixed_part(&text)) {
                    self.mention(path, Use::Embedded, from_manifest, line);
                }
            }
            ("allow_missing", _) => self.said.allows_missing = true,
            _ => self.keyed(&tokens),
        }
    }

    /// The arguments of an attribute: `key = "path"` for keys that take one, and whatever looks like a path.
    fn keyed(&mut self, tokens: &[TokenTree]) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    self.keyed(&group.stream().into_iter().collect::<Vec<_>>());
                }
                TokenTree::Literal(literal) => {
                    let key = match at.checked_sub(2).map(|key| &tokens[key]) {
                        Some(TokenTree::Ident(key)) => key.to_string(),
                        _ => String::new(),
                    };
                    self.literal(literal, Place::Arguments, PATH_KEYS.iter().any(|word| key.contains(word)));
                }
                _ => {}
            }
        }
    }

    fn invocation(&mut self, name: &str, arguments: &Group, place: Place) {
        let line = arguments.span().start().line;
        match name {
            "include_str" | "include_bytes" | "include" => match included(arguments.stream()) {
                Included::File { path, from_manifest } => self.mention(path, Use::Included, from_manifest, line),
                Included::Computed => self.said.computed.push(line),
                Included::OfVariable => self.said.of_variables.push(line),
                Included::OfCallers { folder, from_manifest } if !folder.is_empty() => {
                    self.mention(folder, Use::Named, from_manifest, line);
                }
                Included::Generated | Included::OfCallers { .. } => {}
            },
            "env" if is_manifest_folder(arguments.stream()) => {
                if !matches!(place, Place::Arguments | Place::Prose) && !self.is_script {
                    self.said.bakes_folder.push(line);
                }
            }
            // What is quoted is code of other programs.
            "env" | "quote" | "quote_spanned" | "parse_quote" => {}
            "concat" if !self.is_script && !matches!(place, Place::Arguments | Place::Prose) => {
                match baked::concatenated(arguments) {
                    Some(path) => self.mention(path, Use::Baked, true, line),
                    None => self.walk_group(arguments, place),
                }
            }
            name if PRINTING.contains(&name) => self.walk_group(arguments, place),
            // Macros in braces hold code: `lazy_static! { … }`.
            _ if arguments.delimiter() == Delimiter::Brace || is_keyword(name) => self.walk_group(arguments, place),
            _ => self.walk_group(arguments, if place == Place::Prose { place } else { Place::Arguments }),
        }
    }

    /// A literal that is the first argument, or the value of a key for paths (`leads`), need not look like a path.
    fn literal(&mut self, literal: &Literal, place: Place, leads: bool) {
        let line = literal.span().start().line;
        let Some(text) = text_of(literal).filter(|_| !matches!(place, Place::Prose | Place::Routing)) else {
            return;
        };
        if is_address(&text) {
            return;
        }
        if self.is_script {
            if let Some(pattern) = pattern_in(&text) {
                self.said.patterns.push(pattern);
            }
        }
        if text.starts_with("lib") || text.contains("/lib") {
            let is_library = std::path::Path::new(&text).extension().is_some_and(|extension| extension == "so");
            self.said.libraries.extend(is_library.then(|| (text.clone(), line)));
        }
        let Some((path, from_manifest)) = fixed_part(&text) else {
            return;
        };
        let looks_like_a_path = path.contains('/') || path.rsplit_once('.').is_some_and(|(stem, _)| !stem.is_empty());
        if self.is_script {
            self.mention(path, Use::Named, from_manifest, line);
        } else if place == Place::Arguments {
            if leads || looks_like_a_path {
                self.mention(path, Use::Named, from_manifest, line);
            }
        // A program that opens an absolute path finds nothing of the source tree there; mostly it is that of an URL.
        } else if (looks_like_a_path || matches!(place, Place::Reading | Place::Opening)) && !text.starts_with('/') {
            let usage = if place == Place::Reading { Use::Read } else { Use::Opened };
            self.mention(path, usage, from_manifest, line);
        }
    }

    fn mention(&mut self, path: String, usage: Use, from_manifest: bool, line: usize) {
        self.said.mentions.push(NamedPath { path, usage, from_manifest, line });
    }
}

/// Whether the statement that ends with these tokens opens a file to write it.
fn writes(tokens: &[TokenTree]) -> bool {
    let statement = tokens.iter().rev().take_while(|token| !is_punct(Some(token), ';'));
    statement.into_iter().any(|token| match token {
        TokenTree::Ident(method) => WRITING.iter().any(|name| method == name),
        _ => false,
    })
}

/// Whether some argument is a text.
fn names_anything(arguments: &Group) -> bool {
    arguments.stream().into_iter().any(|token| match token {
        TokenTree::Literal(literal) => text_of(&literal).is_some(),
        TokenTree::Group(group) => names_anything(&group),
        _ => false,
    })
}

#[cfg(test)]
mod tests;
