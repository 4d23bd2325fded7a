//! What becomes of a command that cannot be run: the tokens that follow it enter, up to the end of its statement.

use proc_macro2::TokenTree;

use super::source_paths::is_punct;

/// Methods that run a command.
const RUNNING: [&str; 4] = ["exec", "output", "spawn", "status"];

/// The words and the `?` of the calls that follow a command.
fn words_after(calls: &[TokenTree]) -> Vec<String> {
    let of_statement = calls.iter().take_while(|token| !is_punct(Some(token), ';'));
    let words = of_statement.filter(|token| match token {
        TokenTree::Ident(word) => word != "await",
        token => is_punct(Some(token), '?'),
    });
    words.map(ToString::to_string).collect()
}

/// Whether its calls panic: `.output().expect("git is there")`.
pub(super) fn insists(calls: &[TokenTree]) -> bool {
    let is_end = |word: &String| word == "expect" || word == "unwrap";
    words_after(calls).windows(2).any(|pair| RUNNING.contains(&pair[0].as_str()) && is_end(&pair[1]))
}

/// Whether code does without it, as far as its statement says.
pub(super) fn copes(calls: &[TokenTree]) -> bool {
    const FAILING: [&str; 7] = ["?", "context", "expect", "map_err", "unwrap", "unwrap_or_else", "with_context"];
    let words = words_after(calls);
    let runs = words.iter().position(|word| RUNNING.contains(&word.as_str()));
    runs.is_some_and(|at| words.get(at + 1).is_none_or(|next| !FAILING.contains(&next.as_str())))
}
