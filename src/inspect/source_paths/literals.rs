//! String literals: tokens enter, the path or the address in them leaves.

use std::net::SocketAddr;

use proc_macro2::{Group, Literal, TokenTree};
use syn::Lit;

/// The value of a string literal.
pub(in crate::inspect) fn text_of(literal: &Literal) -> Option<String> {
    let text = literal.to_string();
    // Most have nothing to unescape, and need no parser.
    if let Some(plain) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        if !plain.contains('\\') {
            return Some(plain.to_owned());
        }
    }
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// Whether a text is an address, `0.0.0.0:8080` or `localhost:3000`, and so no path.
pub(super) fn is_address(text: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    text.strip_prefix("localhost:").is_some_and(is_port) || text.parse::<SocketAddr>().is_ok()
}

/// Ports of servers that programs are clients of: databases, brokers, directories, mail, logs, keys.
pub(in crate::inspect) const OF_OTHERS: [u16; 19] =
    [25, 389, 465, 514, 587, 601, 636, 2379, 3306, 4222, 5432, 5672, 5696, 6379, 6514, 9042, 9092, 11211, 27017];

/// The text of a literal that is the only argument.
pub(super) fn only_text(arguments: &Group) -> Option<String> {
    let mut tokens = arguments.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Literal(literal)), None) => text_of(&literal),
        _ => None,
    }
}

/// The path in a text, without what a format string or a pattern leaves open: `/proto` for `{}/proto/*.proto`. The flag
/// says whether the text itself has it start from the manifest's folder.
pub(super) fn fixed_part(text: &str) -> Option<(String, bool)> {
    // What a build script prints for cargo: `cargo::rerun-if-changed=proto`.
    let text = match text.strip_prefix("cargo:") {
        Some(words) => match words.split_once("rerun-if-changed=") {
            Some((_, path)) => path,
            // What sources include through a variable.
            None => words.split_once("rustc-env=")?.1.split_once('=')?.1,
        },
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

/// The pattern of a file whose name is computed: `*.toml` for `{profile}.toml`, `conf/*.toml` for `{}/conf/{}.toml`.
pub(super) fn pattern_in(text: &str) -> Option<String> {
    let is_path = !text.contains(|c: char| c.is_whitespace() || ":=\"<>\\".contains(c)) && text.len() < 200;
    let (name, extension) = text.rsplit_once('.').filter(|_| is_path && text.contains('{'))?;
    if !name.ends_with('}') || extension.is_empty() || !extension.chars().all(char::is_alphanumeric) {
        return None;
    }
    // A hole in front stands for the folder that the path starts from.
    let rooted = text.strip_prefix('{').and_then(|rest| rest.split_once("}/")).map_or(text, |(_, rest)| rest);
    let mut pattern = String::new();
    let mut depth = 0;
    for c in rooted.chars() {
        match c {
            '{' => {
                depth += 1;
                pattern.push('*');
            }
            '}' => depth -= 1,
            _ if depth > 0 => {}
            '*' | '?' | '[' | ']' => return None,
            c => pattern.push(c),
        }
    }
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_computed_name_is_a_pattern() {
        for (text, pattern) in [
            ("{profile}.toml", Some("*.toml")),
            ("{}/conf/{}.toml", Some("conf/*.toml")),
            ("conf/{name}.{kind}.json", Some("conf/*.*.json")),
            ("{}", None),
            ("{}/{}", None),
            ("cannot read {}.", None),
            ("cargo:rustc-env=A={}.b", None),
            ("plain.toml", None),
        ] {
            assert_eq!(pattern_in(text).as_deref(), pattern, "{text}");
        }
    }

    #[test]
    fn patterns_and_format_strings_name_the_folder_that_is_fixed() {
        for (text, path) in [
            ("proto/*.proto", Some("proto")),
            ("{}/proto/api.proto", Some("/proto/api.proto")),
            ("{root}/templates/{name}.html", Some("/templates")),
            ("{}", None),
            ("*.sql", None),
            ("{} of {}", None),
        ] {
            assert_eq!(fixed_part(text).map(|(path, _)| path).as_deref(), path, "{text}");
        }
    }
}
