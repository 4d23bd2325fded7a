//! Questions about single tokens.

use proc_macro2::{Delimiter, Group, TokenTree};

/// Whether a token is this sign.
pub(in crate::inspect) fn is_punct(token: Option<&TokenTree>, c: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

/// The token, where it is a group in these delimiters.
pub(in crate::inspect) fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}
