//! `cfg(…)`: a condition and what a package is compiled with enter, whether it holds leaves. What depends on anything but
//! features, the kind of system and debug assertions is left for the compiler.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::{Expr, Lit, Meta, Token};

/// Whether a condition holds; `None` where only the compiler can tell.
pub(super) type Verdict = Option<bool>;

/// What a package is compiled with.
#[derive(Clone, Copy)]
pub(super) struct Compiled<'a> {
    pub features: &'a BTreeSet<String>,
    /// `target_env`, where it is known.
    pub libc: Option<&'a str>,
    /// Whether the profile has debug assertions, where that is known.
    pub debug_assertions: Option<bool>,
}

impl<'a> Compiled<'a> {
    /// With these features, and nothing else that is known.
    pub(super) fn with(features: &'a BTreeSet<String>) -> Self {
        Self { features, libc: None, debug_assertions: None }
    }
}

/// The features that a condition speaks of.
#[derive(Default)]
pub(super) struct Named(pub BTreeSet<String>);

/// Whether a condition holds on Linux.
pub(super) fn holds(meta: &Meta, with: Compiled, named: &mut Named) -> Verdict {
    match meta {
        Meta::Path(path) if path.is_ident("unix") => Some(true),
        Meta::Path(path) if path.is_ident("debug_assertions") => with.debug_assertions,
        Meta::Path(path) => ["windows", "test", "doc", "doctest", "miri", "docsrs"]
            .iter()
            .any(|name| path.is_ident(name))
            .then_some(false),
        Meta::NameValue(pair) => {
            let Expr::Lit(value) = &pair.value else { return None };
            let Lit::Str(value) = &value.lit else { return None };
            let value = value.value();
            if pair.path.is_ident("feature") {
                let is_on = with.features.contains(&value);
                named.0.insert(value);
                Some(is_on)
            } else if pair.path.is_ident("target_os") {
                Some(value == "linux")
            } else if pair.path.is_ident("target_family") {
                Some(value == "unix")
            } else if pair.path.is_ident("target_env") {
                with.libc.map(|libc| value == libc)
            } else {
                None
            }
        }
        Meta::List(list) => {
            let inside = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            let verdicts: Vec<Verdict> = inside.iter().map(|meta| holds(meta, with, named)).collect();
            if list.path.is_ident("not") {
                verdicts.first().copied().flatten().map(|holds| !holds)
            } else if list.path.is_ident("all") {
                all(&verdicts)
            } else if list.path.is_ident("any") {
                any(&verdicts)
            } else {
                None
            }
        }
    }
}

/// The same for the text of a condition. What only the compiler can tell is taken to hold.
pub(super) fn may_hold(condition: &str, with: Compiled) -> bool {
    let meta = syn::parse_str::<Meta>(condition).ok();
    meta.and_then(|meta| holds(&meta, with, &mut Named::default())).unwrap_or(true)
}

pub(super) fn all(verdicts: &[Verdict]) -> Verdict {
    settled(verdicts, false)
}

pub(super) fn any(verdicts: &[Verdict]) -> Verdict {
    settled(verdicts, true)
}

/// One verdict of `by` settles it; without one, all of them have to be known.
fn settled(verdicts: &[Verdict], by: bool) -> Verdict {
    if verdicts.contains(&Some(by)) {
        Some(by)
    } else if verdicts.contains(&None) {
        None
    } else {
        Some(!by)
    }
}
