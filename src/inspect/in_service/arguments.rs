//! Attributes of items and fields, those of the crates clap and structopt most of all: they enter, what they say leaves.

use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Path, Token};

use super::expressions::{items, string};
use crate::inspect::source_paths::is_for_tests_meta;

/// What derives a whole command line.
pub(super) const PARSERS: [&str; 2] = ["Parser", "StructOpt"];

/// What derives one or a part of one.
pub(super) const PARTS: [&str; 4] = ["Args", "Parser", "StructOpt", "Subcommand"];

/// Whether an item is compiled for tests only.
pub(super) fn is_for_tests(item: &Item) -> bool {
    let attributes = match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| is_for_tests_meta(&attribute.meta))
}

/// Texts of the `#[cfg(…)]` among attributes.
pub(super) fn conditions(attributes: &[Attribute]) -> Vec<String> {
    let cfgs = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    cfgs.filter_map(|attribute| Some(attribute.meta.require_list().ok()?.tokens.to_string())).collect()
}

/// Whether attributes derive one of these, also under `cfg_attr`.
pub(super) fn derives(attributes: &[Attribute], names: &[&str]) -> bool {
    attributes.iter().any(|attribute| derives_in(&attribute.meta, names))
}

fn derives_in(meta: &Meta, names: &[&str]) -> bool {
    let Meta::List(list) = meta else { return false };
    if list.path.is_ident("cfg_attr") {
        return inside(meta).iter().skip(1).any(|meta| derives_in(meta, names));
    }
    let derived = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).unwrap_or_default();
    let is_one = |path: &Path| path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name));
    list.path.is_ident("derive") && derived.iter().any(is_one)
}

/// What the attributes of a field or a variant say to the parser of arguments, also under `cfg_attr`.
pub(super) fn of_field(attributes: &[Attribute]) -> Vec<Meta> {
    attributes.iter().flat_map(|attribute| of_meta(&attribute.meta)).collect()
}

fn of_meta(meta: &Meta) -> Vec<Meta> {
    if meta.path().is_ident("cfg_attr") {
        return inside(meta).iter().skip(1).flat_map(of_meta).collect();
    }
    let is_one = ["arg", "argh", "clap", "command", "structopt"].iter().any(|name| meta.path().is_ident(name));
    if is_one { inside(meta) } else { Vec::new() }
}

fn inside(meta: &Meta) -> Vec<Meta> {
    let Meta::List(list) = meta else { return Vec::new() };
    list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default().into_iter().collect()
}

/// The option of a field, such as `--listen`; the field's name is its own unless it says another.
pub(super) fn option(said: &[Meta], field: &str) -> Option<String> {
    let long = said.iter().find(|meta| meta.path().is_ident("long"))?;
    Some(format!("--{}", value(long).unwrap_or_else(|| field.replace('_', "-"))))
}

/// The text that `name = "text"` sets.
pub(super) fn value(meta: &Meta) -> Option<String> {
    values(meta).into_iter().next()
}

/// The texts that `names = ["text", "another"]` sets.
pub(super) fn values(meta: &Meta) -> Vec<String> {
    match meta {
        Meta::NameValue(pair) => items(&pair.value).into_iter().filter_map(string).collect(),
        _ => Vec::new(),
    }
}
