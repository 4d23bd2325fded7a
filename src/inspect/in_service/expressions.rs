//! What several readers ask of expressions: literal texts, names and words.

use syn::{Expr, ExprLit, Lit};

/// The items of an array, or the only one: `&[a, b]`, `a`.
pub(super) fn items(of: &Expr) -> Vec<&Expr> {
    match of {
        Expr::Reference(inner) => items(&inner.expr),
        Expr::Array(array) => array.elems.iter().collect(),
        one => vec![one],
    }
}

/// A literal text.
pub(super) fn string(of: &Expr) -> Option<String> {
    match of {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Reference(inner) => string(&inner.expr),
        _ => None,
    }
}

/// The last name of a path, and the one before it: `new` and `Arg` of `clap::Arg::new`.
pub(super) fn last_name(expression: &Expr) -> (String, String) {
    let Expr::Path(path) = expression else { return Default::default() };
    let mut names = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    (names.next().unwrap_or_default(), names.next().unwrap_or_default())
}

/// Whether an expression is this word, or one of several settings.
pub(super) fn mentions(of: &Expr, word: &str) -> bool {
    match of {
        Expr::Lit(ExprLit { lit: Lit::Bool(yes), .. }) => yes.value.to_string() == word,
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == word),
        Expr::Binary(both) => mentions(&both.left, word) || mentions(&both.right, word),
        _ => false,
    }
}
