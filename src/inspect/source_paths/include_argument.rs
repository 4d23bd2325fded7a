//! The arguments of `include_str!`, `include_bytes!`, `include!` and `env!`: tokens enter, the path that they make up
//! leaves.

use proc_macro2::{TokenStream, TokenTree};
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
    /// A path that only the compiler can tell.
    Computed,
}

pub(super) fn included(arguments: TokenStream) -> Included {
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
        Some(_) => Included::Computed,
    }
}

/// The parts of a path that is made of literals, `concat!` and `env!`: all the text, and the first variable.
#[derive(Default)]
struct Parts {
    text: String,
    variable: Option<String>,
}

impl Parts {
    /// Adds the parts of an expression; false where it has others.
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

/// Whether the arguments of `env!` name the manifest's folder.
pub(super) fn is_manifest_folder(arguments: TokenStream) -> bool {
    matches!(arguments.into_iter().next(), Some(TokenTree::Literal(literal)) if text_of(&literal).as_deref() == Some("CARGO_MANIFEST_DIR"))
}
