//! Code of a build script that does nothing with these features: tokens enter; what to skip leaves, and whether anything is
//! left.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::text;
use crate::inspect::conditions::{Compiled, may_hold};
use crate::inspect::in_service::is_variable;
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

/// Variables that cargo sets for build scripts, and what names of others begin with.
const OF_CARGO: [&str; 8] = ["DEBUG", "HOST", "NUM_JOBS", "OPT_LEVEL", "OUT_DIR", "PROFILE", "RUSTC", "TARGET"];
const PREFIXES_OF_CARGO: [&str; 3] = ["CARGO", "DEP_", "RUSTC_"];

/// What turns a condition around, or has it hold without the variable.
const TURNING: [&str; 8] = ["!", "|", "Err", "None", "is_err", "is_none", "true", "unwrap_or"];

/// The block of `if env::var("WITH_FOO").is_ok() { … }`, which is not run unless somebody sets that variable, and where the
/// condition and the block end.
pub(super) fn wanted_by_variable(tokens: &[TokenTree], at: usize) -> Option<(&Group, usize)> {
    let after = tokens.get(at + 1..).filter(|_| is_word(tokens.get(at), "if"))?;
    let end = after.iter().position(|token| group(Some(token), Delimiter::Brace).is_some())?;
    let mut words = Vec::new();
    leaves(after[..end].iter().cloned().collect(), &mut words);
    let asks = words.iter().any(|word| word.to_lowercase().split('_').any(|part| part == "env" || part == "var"));
    let is_users = |word: &String| {
        let name = text(word).unwrap_or_default();
        name.len() > 2
            && is_variable(name)
            && !OF_CARGO.contains(&name)
            && !PREFIXES_OF_CARGO.iter().any(|prefix| name.starts_with(prefix))
    };
    let turns = |word: &String| TURNING.iter().any(|turning| word.starts_with(turning));
    let is_wanted = asks && words.iter().any(is_users) && !words.iter().any(turns);
    Some((group(after.get(end), Delimiter::Brace)?, at + end + 2)).filter(|_| is_wanted)
}

/// The words, texts and signs of a token stream.
fn leaves(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(inner) => leaves(inner.stream(), found),
            leaf => found.push(leaf.to_string()),
        }
    }
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
