//! Items of a source: which are compiled for tests only, where they end, and which modules they declare.

use proc_macro2::{Delimiter, Group, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Meta, Token};

use super::ConditionalItem;
use super::literals::text_of;
use super::tokens::{group, is_punct, is_word};

/// Whether an attribute marks what is compiled for tests only: `#[cfg(test)]`, `#[test]`, `#[tokio::test]`, `#[bench]`.
pub(in crate::inspect) fn is_for_tests(attribute: &Group) -> bool {
    // Most attributes are lines of documentation.
    !is_named(attribute, "doc") && syn::parse2::<Meta>(attribute.stream()).is_ok_and(|meta| is_for_tests_meta(&meta))
}

/// Whether an attribute begins with a name.
pub(in crate::inspect) fn is_named(attribute: &Group, name: &str) -> bool {
    matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(first)) if first == name)
}

/// The same for what stands in the brackets.
pub(in crate::inspect) fn is_for_tests_meta(meta: &Meta) -> bool {
    match meta {
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

/// The name in tokens that end with `mod name;`.
pub(super) fn declared_module(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [.., TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end)]
            if word == "mod" && end.as_char() == ';' =>
        {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// The first words of items that end with a semicolon or in braces.
const ITEMS: [&str; 13] =
    ["async", "const", "enum", "extern", "fn", "impl", "let", "mod", "static", "struct", "trait", "type", "unsafe"];

/// The condition of `#[cfg(…)]`.
pub(in crate::inspect) fn condition(attribute: &Group) -> Option<String> {
    let inside: Vec<TokenTree> = attribute.stream().into_iter().collect();
    let condition = group(inside.get(1), Delimiter::Parenthesis).filter(|_| is_named(attribute, "cfg"))?;
    Some(condition.stream().to_string())
}

/// The file of `#[path = "file"]`.
fn named_file(attribute: &Group) -> Option<String> {
    match attribute.stream().into_iter().last()? {
        TokenTree::Literal(literal) => text_of(&literal),
        _ => None,
    }
}

/// The item or statement that follows `#[cfg(…)]`; what ends otherwise, such as a field, is left to the compiler.
pub(super) fn conditional(attribute: &Group, after: &[TokenTree]) -> Option<ConditionalItem> {
    let condition = condition(attribute)?;
    let mut at = 0;
    let mut file = None;
    while is_punct(after.get(at), '#') {
        let path = group(after.get(at + 1), Delimiter::Bracket).filter(|other| is_named(other, "path"));
        file = file.or(path.and_then(named_file));
        at += 2;
    }
    let is_visibility = is_word(after.get(at), "pub");
    at += usize::from(is_visibility);
    at += usize::from(is_visibility && group(after.get(at), Delimiter::Parenthesis).is_some());
    let is_item = ITEMS.iter().any(|word| is_word(after.get(at), word));
    let is_block = group(after.get(at), Delimiter::Brace).is_some();
    let item = &after[..end_of_item(after, 0)];
    let last = item.last()?;
    let is_statement = is_punct(Some(last), ';') && !item.iter().any(|token| is_punct(Some(token), ','));
    (is_item || is_block || is_statement).then(|| ConditionalItem {
        condition,
        lines: (attribute.span().start().line, last.span().end().line),
        module: declared_module(item).filter(|_| file.is_none()),
        file,
    })
}

/// The condition of `if cfg!(…) { … }`, of which the tokens after `if` are given.
pub(in crate::inspect) fn condition_of_if(after: &[TokenTree]) -> Option<String> {
    let is_cfg = is_word(after.first(), "cfg") && is_punct(after.get(1), '!');
    group(after.get(3), Delimiter::Brace).filter(|_| is_cfg)?;
    Some(group(after.get(2), Delimiter::Parenthesis)?.stream().to_string())
}

/// The branches of `if cfg!(…) { … } else { … }`, of which the tokens after `if` are given. Lines tell them apart, so
/// what shares its line with a brace is left to the compiler.
pub(super) fn branches(after: &[TokenTree]) -> Vec<ConditionalItem> {
    let is_negated = is_punct(after.first(), '!');
    let after = &after[usize::from(is_negated)..];
    let Some(holds) = condition_of_if(after) else { return Vec::new() };
    let fails = format!("not({holds})");
    let conditions = if is_negated { [fails, holds] } else { [holds, fails] };
    let branch = |at: usize| {
        let span = group(after.get(at), Delimiter::Brace)?.span();
        Some((span.start().line + 1, span.end().line - 1))
    };
    let branches = [branch(3), branch(5).filter(|_| is_word(after.get(4), "else"))].into_iter().zip(conditions);
    let inside =
        branches.filter_map(|(lines, condition)| Some((lines.filter(|(first, last)| first <= last)?, condition)));
    inside.map(|(lines, condition)| ConditionalItem { condition, lines, module: None, file: None }).collect()
}

/// Index after the item whose tokens begin at `at`, its further attributes included.
pub(in crate::inspect) fn end_of_item(tokens: &[TokenTree], mut at: usize) -> usize {
    while is_punct(tokens.get(at), '#') {
        at += 2;
    }
    // `let a = if b { c } else { d };`
    let is_let = is_word(tokens.get(at), "let");
    while let Some(token) = tokens.get(at) {
        at += 1;
        if is_punct(Some(token), ';') || !is_let && group(Some(token), Delimiter::Brace).is_some() {
            break;
        }
    }
    at.min(tokens.len())
}
