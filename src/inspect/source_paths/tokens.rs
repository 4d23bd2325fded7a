//! Questions about single tokens.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

/// Whether a token is this sign.
pub(in crate::inspect) fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

/// Whether a token is this word.
pub(in crate::inspect) fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

/// The name before the `::` before the token at `at`: `fs` for `write` in `fs::write`.
pub(in crate::inspect) fn owner(tokens: &[TokenTree], at: usize) -> Option<&Ident> {
    match tokens.get(at.checked_sub(3)?) {
        Some(TokenTree::Ident(owner)) => Some(owner),
        _ => None,
    }
}

/// The token, where it is a group in these delimiters.
pub(in crate::inspect) fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}
