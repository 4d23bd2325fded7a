//! What a Rust source says about files: its tokens enter, the paths that it names leave, each with its line and with
//! what is done to it. What is compiled for tests only says nothing.
//!
//! No list of macros has to be kept: a path in an attribute or in the arguments of a macro is read while compiling, one
//! in plain code when the program runs. Only the macros of the standard library that merely print are known by name.

use std::net::SocketAddr;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Meta, Token};

/// What is done with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// `include_str!` and its kin: this very file becomes part of the program.
    Included,
    /// `#[path]`: the file of a module.
    Module,
    /// Named to another macro, to an attribute, or by a build script: read while compiling.
    Named,
    /// Named in code: read when the program runs, if at all.
    Opened,
}

/// A path in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPath {
    pub path: String,
    pub usage: Use,
    /// Whether it starts from the manifest's folder for certain.
    pub from_manifest: bool,
    pub line: usize,
}

/// What one source says.
#[derive(Debug, Default)]
pub(super) struct SourcePaths {
    pub mentions: Vec<NamedPath>,
    /// Lines of `include_str!` and its kin whose path is computed.
    pub computed: Vec<usize>,
    /// Lines where the program takes the manifest's folder with it.
    pub bakes_folder: Vec<usize>,
    /// Addresses that the program may listen on, with their lines.
    pub addresses: Vec<(String, usize)>,
    /// Modules declared with `mod name;` outside any other.
    pub modules: Vec<String>,
    /// Those that exist in tests only.
    pub test_modules: Vec<String>,
}

/// Reads a source; in a build script, every path counts as named.
pub(super) fn read(tokens: TokenStream, is_script: bool) -> SourcePaths {
    let mut reader = Reader { is_script, said: SourcePaths::default() };
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    reader.said.modules = tokens.windows(3).filter_map(module).collect();
    reader.walk(&tokens, Place::Code);
    reader.said
}

/// Where tokens stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    /// Arguments of a call that may open what it is given.
    Opening,
    /// Arguments of a macro or an attribute.
    Arguments,
    /// Documentation, and what else is prose.
    Prose,
}

/// Functions whose argument is a path, even where it has neither a slash nor an extension.
const OPENING: [&str; 14] = [
    "create_dir_all",
    "from_dir",
    "from_glob",
    "load_dir",
    "new",
    "open",
    "path_loader",
    "read",
    "read_dir",
    "read_to_string",
    "register_templates_directory",
    "serve_dir",
    "with_name",
    "with_prefix",
];

/// Macros whose arguments are code and text for people.
const PRINTING: [&str; 35] = [
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "cfg",
    "concat",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "error",
    "format",
    "format_args",
    "info",
    "json",
    "log",
    "matches",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Words in the key of an attribute that takes a path.
const PATH_KEYS: [&str; 11] =
    ["asset", "dir", "file", "folder", "include", "locale", "migration", "path", "root", "schema", "template"];

struct Reader {
    is_script: bool,
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
                            self.said.test_modules.extend(module(&tokens[at..end]));
                            at = end;
                        } else {
                            self.attribute(attribute);
                        }
                    }
                }
                TokenTree::Ident(ident) => {
                    let arguments = is_punct(tokens.get(at), '!').then(|| tokens.get(at + 1)).flatten();
                    if let Some(TokenTree::Group(arguments)) = arguments {
                        self.invocation(&ident.to_string(), arguments, place);
                        at += 2;
                    } else if let Some(arguments) = group(tokens.get(at), Delimiter::Parenthesis) {
                        let opens = OPENING.iter().any(|name| ident == name);
                        let inside = match place {
                            Place::Code | Place::Opening if opens => Place::Opening,
                            Place::Opening => Place::Code,
                            place => place,
                        };
                        self.walk_group(arguments, inside);
                        at += 1;
                    }
                }
                TokenTree::Group(group) => {
                    self.address(group, tokens.get(at), tokens.get(at + 1));
                    let inside = if place == Place::Opening { Place::Code } else { place };
                    self.walk_group(group, inside);
                }
                TokenTree::Literal(literal) => self.literal(literal, place, at == 1),
                TokenTree::Punct(_) => {}
            }
        }
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
            ("doc", _) => self.walk(&tokens, Place::Prose),
            ("path", Some(TokenTree::Literal(literal))) => {
                let line = literal.span().start().line;
                if let Some(path) = text_of(literal) {
                    self.mention(path, Use::Module, false, line);
                }
            }
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
            "include_str" | "include_bytes" | "include" => match path_of(arguments.stream()) {
                Path::Of { text, from_manifest } => self.mention(text, Use::Included, from_manifest, line),
                Path::OfTheBuild => {}
                Path::Computed => self.said.computed.push(line),
            },
            "env" if is_manifest_folder(arguments.stream()) => {
                if matches!(place, Place::Code | Place::Opening) && !self.is_script {
                    self.said.bakes_folder.push(line);
                }
            }
            "env" => {}
            name if PRINTING.contains(&name) => self.walk_group(arguments, place),
            // `lazy_static! { … }` and its like hold code.
            _ if arguments.delimiter() == Delimiter::Brace || is_keyword(name) => self.walk_group(arguments, place),
            _ => self.walk_group(arguments, if place == Place::Prose { place } else { Place::Arguments }),
        }
    }

    /// `leads` says that nothing stands before it, or that its key asks for a path.
    fn literal(&mut self, literal: &Literal, place: Place, leads: bool) {
        let line = literal.span().start().line;
        let Some(text) = text_of(literal).filter(|_| place != Place::Prose) else {
            return;
        };
        if let Some(address) = address_in(&text).filter(|_| place != Place::Arguments && !self.is_script) {
            self.said.addresses.push((address, line));
            return;
        }
        let Some((path, from_manifest)) = certain_part(&text) else {
            return;
        };
        let looks_like_a_path = path.contains('/') || path.rsplit_once('.').is_some_and(|(stem, _)| !stem.is_empty());
        if self.is_script {
            self.mention(path, Use::Named, from_manifest, line);
        } else if place == Place::Arguments {
            if leads || looks_like_a_path {
                self.mention(path, Use::Named, from_manifest, line);
            }
        } else if looks_like_a_path || place == Place::Opening {
            self.mention(path, Use::Opened, from_manifest, line);
        }
    }

    /// `([0, 0, 0, 0], 8080)`
    fn address(&mut self, host: &Group, comma: Option<&TokenTree>, port: Option<&TokenTree>) {
        let (Delimiter::Bracket, true, Some(TokenTree::Literal(port))) = (host.delimiter(), is_punct(comma, ','), port)
        else {
            return;
        };
        let parts: Vec<String> = host.stream().to_string().split(',').map(|part| part.trim().to_owned()).collect();
        let address = format!("{}:{port}", parts.join("."));
        if parts.len() == 4 && !self.is_script && address.parse::<SocketAddr>().is_ok() {
            self.said.addresses.push((address, port.span().start().line));
        }
    }

    fn mention(&mut self, path: String, usage: Use, from_manifest: bool, line: usize) {
        self.said.mentions.push(NamedPath { path, usage, from_manifest, line });
    }
}

/// What the argument of `include_str!` names.
enum Path {
    Of {
        text: String,
        from_manifest: bool,
    },
    /// Something that a build script makes.
    OfTheBuild,
    Computed,
}

fn path_of(arguments: TokenStream) -> Path {
    let Ok(expression) = syn::parse2::<Expr>(without_trailing_comma(arguments)) else {
        return Path::Computed;
    };
    let mut parts = Parts::default();
    if !parts.collect(&expression) {
        return Path::Computed;
    }
    match parts.variable.as_deref() {
        None => Path::Of { text: parts.text, from_manifest: false },
        Some("CARGO_MANIFEST_DIR") => Path::Of { text: parts.text, from_manifest: true },
        Some("OUT_DIR") => Path::OfTheBuild,
        Some(_) => Path::Computed,
    }
}

/// What a literal, `concat!` and `env!` put together: all the text, and the first variable.
#[derive(Default)]
struct Parts {
    text: String,
    variable: Option<String>,
}

impl Parts {
    /// False where there is anything else.
    fn collect(&mut self, expression: &Expr) -> bool {
        match expression {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => self.text.push_str(&text.value()),
            Expr::Macro(call) if call.mac.path.is_ident("concat") => {
                let arguments = call.mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
                return arguments.is_ok_and(|arguments| arguments.iter().all(|argument| self.collect(argument)));
            }
            Expr::Macro(call) if call.mac.path.is_ident("env") => {
                let Ok(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) =
                    syn::parse2(without_trailing_comma(call.mac.tokens.clone()))
                else {
                    return false;
                };
                self.variable.get_or_insert_with(|| name.value());
            }
            Expr::Group(group) => return self.collect(&group.expr),
            _ => return false,
        }
        true
    }
}

fn without_trailing_comma(tokens: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.pop_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
    tokens.into_iter().collect()
}

fn is_manifest_folder(arguments: TokenStream) -> bool {
    matches!(arguments.into_iter().next(), Some(TokenTree::Literal(literal)) if text_of(&literal).as_deref() == Some("CARGO_MANIFEST_DIR"))
}

/// `#[cfg(test)]`, `#[test]`, `#[tokio::test]`, `#[bench]`.
fn is_for_tests(attribute: &Group) -> bool {
    let Ok(meta) = syn::parse2::<Meta>(attribute.stream()) else {
        return false;
    };
    match &meta {
        Meta::List(list) if meta.path().is_ident("cfg") => {
            return syn::parse2(list.tokens.clone()).is_ok_and(|condition| wants_test(&condition));
        }
        _ => {}
    }
    let name = meta.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    ["test", "bench", "rstest", "test_case"].contains(&name.as_str())
}

/// Whether a configuration holds in tests only.
fn wants_test(meta: &Meta) -> bool {
    match meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => {
            let inside = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            inside.is_ok_and(|inside| {
                list.path.is_ident("all") && inside.iter().any(wants_test)
                    || list.path.is_ident("any") && !inside.is_empty() && inside.iter().all(wants_test)
            })
        }
        Meta::NameValue(_) => false,
    }
}

/// The name in `mod name;`, whatever stands before it.
fn module(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [.., TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end)]
            if word == "mod" && end.as_char() == ';' =>
        {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// The place after the item that begins at `at`.
fn end_of_item(tokens: &[TokenTree], mut at: usize) -> usize {
    while is_punct(tokens.get(at), '#') {
        at += 2;
    }
    while let Some(token) = tokens.get(at) {
        at += 1;
        if is_punct(Some(token), ';') || group(Some(token), Delimiter::Brace).is_some() {
            break;
        }
    }
    at
}

fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// `if !(…)` is no macro.
fn is_keyword(name: &str) -> bool {
    ["else", "if", "in", "match", "return", "while"].contains(&name)
}

fn text_of(literal: &Literal) -> Option<String> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// An address to listen on: `0.0.0.0:8080`, `localhost:3000`.
fn address_in(text: &str) -> Option<String> {
    let is_local = text.strip_prefix("localhost:").is_some_and(|port| port.parse::<u16>().is_ok());
    (is_local || text.parse::<SocketAddr>().is_ok()).then(|| text.to_owned())
}

/// The path that a text may hold, without the part that a format string or a pattern leaves open: `proto` for
/// `{}/proto/*.proto`. With it goes whether it starts from the manifest's folder for certain.
fn certain_part(text: &str) -> Option<(String, bool)> {
    // A build script's words to cargo: `cargo::rerun-if-changed=proto`.
    let text = match text.strip_prefix("cargo:") {
        Some(words) => words.split_once("rerun-if-changed=")?.1,
        None => text,
    };
    let rest = text.strip_prefix("$CARGO_MANIFEST_DIR").or_else(|| text.strip_prefix("${CARGO_MANIFEST_DIR}"));
    let from_manifest = rest.is_some();
    let text = rest.unwrap_or(text);
    let rooted = text.strip_prefix('{').and_then(|rest| rest.split_once('}')).map_or(text, |(_, rest)| rest);
    let fixed = match rooted.find(['{', '*']) {
        Some(open) => rooted[..open].rsplit_once('/')?.0,
        None => rooted,
    };
    let possible = !fixed.is_empty() && fixed.len() < 200 && !fixed.contains(['\\', '\n', '}', '<', ':', '\0']);
    possible.then(|| (fixed.to_owned(), from_manifest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: &str) -> SourcePaths {
        read(source.parse().unwrap(), false)
    }

    fn of(said: &SourcePaths, usage: Use) -> Vec<&str> {
        said.mentions.iter().filter(|mention| mention.usage == usage).map(|mention| mention.path.as_str()).collect()
    }

    #[test]
    fn files_that_become_part_of_the_program_are_told_from_those_that_it_opens() {
        let said = said(
            r##"
            #![doc = include_str!("../README.md")]
            /// See "docs/guide.md".
            #[derive(RustEmbed)] #[folder = "static"] struct A;
            #[derive(Template)] #[template(path = "index.html")] struct T;
            #[serde(rename = "config")] struct S;
            const B: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.sql"));
            static C: &[u8] = include_bytes!(r#"raw/path"#,);
            include!(concat!(env!("OUT_DIR"), "/made.rs"));
            fn d() {
                sqlx::migrate!("migrations"); include_dir!("$CARGO_MANIFEST_DIR/public");
                let tera = Tera::new("templates/**/*.html");
                ServeDir::new("assets");
                println!("see help/me.txt for {}", "more");
                lazy_static! { static ref X: String = std::fs::read_to_string("config.toml"); }
            }
            #[path = "../elsewhere/part.rs"] mod part;
            "##,
        );
        assert_eq!(of(&said, Use::Included), ["../README.md", "/../schema.sql", "raw/path"]);
        assert_eq!(of(&said, Use::Named), ["static", "index.html", "migrations", "/public"]);
        assert_eq!(of(&said, Use::Opened), ["templates", "assets", "config.toml"]);
        assert_eq!(of(&said, Use::Module), ["../elsewhere/part.rs"]);
        assert_eq!((said.computed.len(), said.bakes_folder.len()), (0, 0));
    }

    #[test]
    fn what_only_tests_read_says_nothing() {
        let said = said(
            r#"
            #[cfg(test)] mod tests { const A: &str = include_str!("a.txt"); }
            #[cfg(all(test, unix))] use x::y;
            #[tokio::test] #[ignore] async fn t() { read("b.txt"); }
            #[cfg(any(test, feature = "x"))] const C: &str = include_str!("c.txt");
            #[cfg(not(test))] const D: &str = include_str!("d.txt");
            #[cfg(test)] pub(crate) mod helpers;
            "#,
        );
        assert_eq!(said.test_modules, ["helpers"]);
        assert_eq!(of(&said, Use::Included), ["c.txt", "d.txt"]);
        assert!(of(&said, Use::Opened).is_empty());
    }

    #[test]
    fn computed_paths_and_the_manifests_folder_are_found_with_their_lines() {
        let said = said(
            "const A: &str = include_str!(env!(\"SCHEMA\"));\nfn root() -> PathBuf {\n    Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"static\")\n}\n",
        );
        assert_eq!((said.computed, said.bakes_folder), (vec![1], vec![3]));
    }

    #[test]
    fn addresses_to_listen_on() {
        let said = said(
            "fn main() { bind(\"0.0.0.0:8080\"); SocketAddr::from(([127, 0, 0, 1], 3000)); bind(\"localhost:9\"); \"a:b\"; [1, 2]; }",
        );
        let addresses: Vec<&str> = said.addresses.iter().map(|(address, _)| address.as_str()).collect();
        assert_eq!(addresses, ["0.0.0.0:8080", "127.0.0.1:3000", "localhost:9"]);
    }

    #[test]
    fn every_path_in_a_build_script_counts() {
        let source =
            "mod helper;\nfn main() { println!(\"cargo::rerun-if-changed=proto\"); compile(\"api/*.proto\"); }";
        let said = read(source.parse().unwrap(), true);
        assert_eq!(of(&said, Use::Named), ["proto", "api"]);
        assert_eq!(said.modules, ["helper"]);
    }

    #[test]
    fn patterns_and_format_strings_name_the_folder_that_is_certain() {
        for (text, path) in [
            ("proto/*.proto", Some("proto")),
            ("{}/proto/api.proto", Some("/proto/api.proto")),
            ("{root}/templates/{name}.html", Some("/templates")),
            ("{}", None),
            ("*.sql", None),
            ("{} of {}", None),
        ] {
            assert_eq!(certain_part(text).map(|(path, _)| path).as_deref(), path, "{text}");
        }
    }
}
