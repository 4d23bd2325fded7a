//! Code of a build script that does nothing with these features: tokens enter; what to skip leaves, and whether anything is
//! left.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::inspect::conditions::{Compiled, may_hold};
use crate::inspect::source_paths::{condition, condition_of_if, end_of_item, group, is_punct, is_word};

/// Where code ends that begins here and is not compiled, or not run: an item behind `#[cfg(…)]`, or `if cfg!(…) { … }`,
/// whose condition cannot hold.
pub(super) fn end_of_skipped(tokens: &[TokenTree], at: usize, features: &BTreeSet<String>) -> Option<usize> {
    if is_punct(tokens.get(at), '#') {
        let condition = condition(group(tokens.get(at + 1), Delimiter::Bracket)?)?;
        return (!may_hold(&condition, Compiled::with(features))).then(|| end_of_item(tokens, at + 2));
    }
    let condition = condition_of_if(tokens.get(at + 1..)?).filter(|_| is_word(tokens.get(at), "if"))?;
    (!may_hold(&condition, Compiled::with(features))).then_some(at + 5)
}

/// Whether nothing of `main` is run with these features.
pub(super) fn is_idle(script: TokenStream, features: &BTreeSet<String>) -> bool {
    let tokens: Vec<TokenTree> = script.into_iter().collect();
    let is_main = |pair: &[TokenTree]| is_word(pair.first(), "fn") && is_word(pair.get(1), "main");
    let Some(main) = tokens.windows(2).position(is_main) else { return false };
    let body = tokens[main..].iter().find_map(|token| group(Some(token), Delimiter::Brace));
    let body: Vec<TokenTree> = body.into_iter().flat_map(Group::stream).collect();
    let mut at = 0;
    while let Some(end) = end_of_skipped(&body, at, features) {
        at = end;
    }
    at == body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_work_is_told_from_one_with_some() {
        let is_idle = |main: &str, features: &[&str]| {
            let script = format!("use a::b; fn c() {{ Build::new(); }} fn main() {{ {main} }}");
            is_idle(script.parse().unwrap(), &features.iter().map(|name| (*name).to_owned()).collect())
        };
        let guarded = "if cfg!(all(feature = \"test\", unix)) { c(); }";
        assert!(is_idle("", &[]));
        assert!(is_idle(guarded, &[]));
        assert!(is_idle(&format!("#[cfg(feature = \"a\")] c(); {guarded} #[cfg(windows)] {{ c(); }}"), &[]));
        assert!(!is_idle(guarded, &["test"]));
        assert!(!is_idle(&format!("{guarded} c();"), &[]));
        assert!(!is_idle(&format!("{guarded} else {{ c(); }}"), &[]));
        assert!(!is_idle("if cfg!(debug_assertions) { c(); }", &[]));
        assert!(!is_idle("if d { c(); }", &[]));
    }
}
