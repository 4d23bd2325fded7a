//! Paths below the folder of the manifest that a program takes along, with `env!("CARGO_MANIFEST_DIR")`.

use proc_macro2::{Delimiter, Group, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, Token};

use super::include_argument::{Parts, is_manifest_folder};
use super::literals::{fixed_part, only_text};
use super::tokens::{group, is_punct};

/// The path that follows `Path::new(env!("CARGO_MANIFEST_DIR"))`, whose arguments enter: `.join("static").join("css")`; and
/// the number of its tokens.
pub(super) fn joined(arguments: &Group, after: &[TokenTree]) -> Option<(String, usize)> {
    let inside: Vec<TokenTree> = arguments.stream().into_iter().filter(|token| !is_punct(Some(token), '&')).collect();
    let [TokenTree::Ident(env), TokenTree::Punct(_), TokenTree::Group(variable)] = inside.as_slice() else {
        return None;
    };
    if env != "env" || !is_manifest_folder(variable.stream()) {
        return None;
    }
    let mut names = Vec::new();
    for call in after.chunks(3) {
        let [dot, TokenTree::Ident(join), arguments] = call else { break };
        let argument =
            group(Some(arguments), Delimiter::Parenthesis).filter(|_| is_punct(Some(dot), '.') && join == "join");
        let Some(name) = argument.and_then(only_text) else { break };
        names.push(name);
    }
    let path = names.join("/");
    (!path.is_empty()).then_some((path, 3 * names.len()))
}

/// The path in `concat!(env!("CARGO_MANIFEST_DIR"), "/templates/*.html")`, up to its pattern.
pub(super) fn concatenated(arguments: &Group) -> Option<String> {
    let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(arguments.stream()).ok()?;
    let mut arguments = arguments.iter();
    match arguments.next()? {
        Expr::Macro(env) if env.mac.path.is_ident("env") && is_manifest_folder(env.mac.tokens.clone()) => {}
        _ => return None,
    }
    let mut parts = Parts::default();
    if !arguments.all(|argument| parts.collect(argument)) || parts.variable.is_some() {
        return None;
    }
    let (path, _) = fixed_part(parts.text.strip_prefix('/')?)?;
    Some(path)
}
