//! The arguments of `include_str!`, `include_bytes!`, `include!` and `env!`: tokens enter, the path that they make up
//! leaves.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, Token};

use super::literals::text_of;

/// The file that `include_str!` and the like include.
pub(super) enum Included {
    File {
        path: String,
        /// Whether the path starts from the manifest's folder.
        from_manifest: bool,
    },
    /// A file that the build script generates, in `OUT_DIR`.
    Generated,
    /// A path with a variable in it that only a build script can set.
    OfVariable,
    /// A path that only the compiler can tell.
    Computed,
    /// A path that the callers of a macro complete; what comes before names a folder, or nothing.
    OfCallers { folder: String, from_manifest: bool },
}

pub(super) fn included(arguments: TokenStream) -> Included {
    if let Some(fixed) = before_variable(arguments.clone()) {
        // The words of a macro's definition are no expression; what stands before its variable may be one.
        let mut parts = Parts::default();
        let whole = syn::parse2::<Expr>(fixed).is_ok_and(|expression| parts.collect(&expression));
        let folder = parts.text.rsplit_once('/').map(|(folder, _)| folder.to_owned()).filter(|_| whole);
        let from_manifest = parts.variable.as_deref() == Some("CARGO_MANIFEST_DIR");
        return Included::OfCallers { folder: folder.unwrap_or_default(), from_manifest };
    }
    let Ok(expression) = syn::parse2::<Expr>(without_trailing_comma(arguments)) else {
        return Included::Computed;
    };
    let mut parts = Parts::default();
    if !parts.collect(&expression) {
        return Included::Computed;
    }
    match parts.variable.as_deref() {
        None => Included::File { path: parts.text, from_manifest: false },
        Some("CARGO_MANIFEST_DIR") => Included::File { path: parts.text, from_manifest: true },
        Some("OUT_DIR") => Included::Generated,
        Some(_) => Included::OfVariable,
    }
}

/// `concat!("a/", …)` cut off before the first `$name`; `None` where there is no such variable.
fn before_variable(arguments: TokenStream) -> Option<TokenStream> {
    let mut before: Vec<TokenTree> = Vec::new();
    for token in arguments {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '$' => return Some(before.into_iter().collect()),
            TokenTree::Group(group) => {
                if let Some(inside) = before_variable(group.stream()) {
                    before.push(TokenTree::Group(Group::new(group.delimiter(), inside)));
                    return Some(before.into_iter().collect());
                }
                before.push(TokenTree::Group(group));
            }
            token => before.push(token),
        }
    }
    None
}

/// The parts of a path that is made of literals, `concat!` and `env!`: all the text, and the first variable.
#[derive(Default)]
pub(super) struct Parts {
    pub text: String,
    pub variable: Option<String>,
}

impl Parts {
    /// Adds the parts of an expression; false where it has others.
    pub(super) fn collect(&mut self, expression: &Expr) -> bool {
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

/// Whether the arguments of `env!` name the manifest's folder.
pub(super) fn is_manifest_folder(arguments: TokenStream) -> bool {
    matches!(arguments.into_iter().next(), Some(TokenTree::Literal(literal)) if text_of(&literal).as_deref() == Some("CARGO_MANIFEST_DIR"))
}
