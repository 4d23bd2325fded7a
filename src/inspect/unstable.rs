//! Unstable features of the language: crate roots enter, the first line that wants a nightly toolchain leaves.

use std::collections::BTreeSet;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{AttrStyle, Attribute, Meta, Token};

use super::conditions::{self, Compiled, Named};
use super::config::Configuration;
use super::disk::read_if_present;
use super::graph::Graph;
use super::paths::Layout;
use crate::workspace::{Mention, SourceLine};

/// What the local packages ask for with their features, unless cargo's configuration lets every compiler have it.
pub(super) fn first(graph: &Graph, layout: &Layout, configuration: &Configuration) -> Option<Mention<String>> {
    if configuration.value("/env/RUSTC_BOOTSTRAP").is_some() {
        return None;
    }
    graph.local_roots().find_map(|(_, root, features)| {
        let text = read_if_present(root).ok()??;
        let (what, line) = wanted(&text, &features.iter().cloned().collect())?;
        Some(Mention { what, place: SourceLine { file: layout.path(root), line } })
    })
}

/// The names in `#![feature(…)]`, with its line.
fn wanted(text: &str, features: &BTreeSet<String>) -> Option<(String, usize)> {
    // Most sources have none, and parsing takes longer than looking.
    if !text.contains("feature(") || !text.contains("#![") {
        return None;
    }
    let file = syn::parse_file(text).ok()?;
    let mut inner = file.attrs.iter().filter(|attribute| matches!(attribute.style, AttrStyle::Inner(_)));
    inner.find_map(|attribute| Some((names(attribute, features)?, attribute.span().start().line)))
}

/// What an attribute asks for, be it under a condition that holds.
fn names(attribute: &Attribute, features: &BTreeSet<String>) -> Option<String> {
    let of = |meta: &Meta| match meta {
        Meta::List(list) if list.path.is_ident("feature") => Some(list.tokens.to_string()),
        _ => None,
    };
    if !attribute.path().is_ident("cfg_attr") {
        return of(&attribute.meta);
    }
    let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut parts = parts.iter();
    let holds = conditions::holds(parts.next()?, Compiled::with(features), &mut Named::default());
    parts.find_map(of).filter(|_| holds == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unstable_features_that_are_on() {
        let found = |text: &str| wanted(text, &["fast".to_owned()].into());
        let some = |names: &str, line| Some((names.to_owned(), line));
        assert_eq!(
            found("//! A\n#![feature(decl_macro, never_type)]\nfn main() {}"),
            some("decl_macro , never_type", 2)
        );
        assert_eq!(found("#![cfg_attr(feature = \"fast\", feature(test))]"), some("test", 1));
        assert_eq!(found("#![cfg_attr(feature = \"slow\", feature(test))]"), None);
        assert_eq!(found("#![cfg_attr(docsrs, feature(doc_cfg))]"), None);
        assert_eq!(found("#![cfg_attr(has_nightly, feature(test))]"), None, "only a build script can tell");
        assert_eq!(found("#![deny(warnings)]\n#[cfg(feature(a))] fn a() {}"), None);
        assert_eq!(found("// #![feature(test)]\nfn main() {}"), None);
    }
}
