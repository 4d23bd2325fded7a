//! The command line of a program, as far as one source declares it with the crates clap and structopt: a syntax tree
//! enters; what each type cannot do without leaves, with its line.

mod built;

use std::path::Path;

use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprCall, ExprMethodCall, Field, Fields, GenericArgument, Lit, Meta, PathArguments, Token, Type,
};

use super::arguments::{PARSERS, PARTS, conditions, derives, is_for_tests, of_field, option, value, values};
use super::expressions::{last_name, mentions};
use super::settings_files;
use super::texts::Texts;
use super::variables::is_variable;
use crate::workspace::{Command, CommandLine, Need};

/// Crates that declare command lines, or hand on one that does.
pub(super) const CRATES: [&str; 3] = ["abscissa_core", "clap", "structopt"];

/// Texts of which a source has one that declares a command line.
const SIGNS: [&str; 3] = ["Parser", "StructOpt", "clap"];

/// Functions of a type that make it of a command line.
const PARSING: [&str; 6] = ["from_args", "from_iter", "parse", "parse_from", "try_parse", "try_parse_from"];

/// Types of fields that somebody may leave out.
const OPTIONAL: [&str; 4] = ["Option", "Vec", "bool", "PhantomData"];

/// What an attribute says of a field that somebody may leave out, at least at times.
const AT_TIMES: [&str; 9] = [
    "conflicts_with",
    "conflicts_with_all",
    "exclusive",
    "from_global",
    "group",
    "required_if_eq",
    "required_unless_present",
    "required_unless_present_any",
    "skip",
];

/// Whether a source may declare something.
pub(super) fn may_be_in(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// What a source says of command lines, each with its line.
#[derive(Default)]
pub(super) struct Found {
    /// What it declares.
    pub declared: Vec<(CommandLine, usize)>,
    /// The types that it parses the command line as.
    pub parsed: Vec<(String, usize)>,
}

pub(super) fn read(file: &syn::File) -> Found {
    let mut reader = Reader { texts: Texts::of(file), found: Found::default() };
    reader.visit_file(file);
    reader.found
}

struct Reader {
    texts: Texts,
    found: Found,
}

impl Reader {
    /// What fields demand, in their order. One under a condition may not be there.
    fn needs(&self, fields: &Fields) -> Vec<Need> {
        fields.iter().filter(|field| conditions(&field.attrs).is_empty()).filter_map(|field| self.need(field)).collect()
    }

    fn need(&self, field: &Field) -> Option<Need> {
        let said = of_field(&field.attrs);
        let says = |name: &str| said.iter().any(|meta| meta.path().is_ident(name));
        let (outer, inner) = type_of(&field.ty);
        let is_optional = OPTIONAL.contains(&outer.as_str());
        if says("subcommand") {
            return Some(if is_optional { Need::PerhapsSubcommand(inner) } else { Need::Subcommand(inner) });
        }
        // The payload of a variant is a part like a flattened one.
        let Some(name) = field.ident.as_ref().map(|name| name.unraw().to_string()) else {
            return Some(Need::Part(inner));
        };
        if says("flatten") {
            return (!is_optional).then_some(Need::Part(inner));
        }
        let mut defaults = said.iter().filter_map(|meta| match meta {
            Meta::NameValue(pair) if pair.path.get_ident()?.to_string().starts_with("default_value") => {
                Some(&pair.value)
            }
            _ => None,
        });
        if let Some(path) = defaults.find_map(|value| self.texts.text(value)) {
            let is_path = outer == "PathBuf" || says_path(&name);
            let data = || data_path(&name, &path).filter(|_| is_path).map(Need::Data);
            return settings_file(&name, &path).map(Need::File).or_else(data);
        }
        let has_default = said.iter().any(|meta| {
            let word = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
            word.starts_with("default_value") || word.starts_with("from_") || AT_TIMES.contains(&&*word)
        });
        if is_optional || has_default || says_no_value(&said) {
            return None;
        }
        if let Some(env) = said.iter().find(|meta| meta.path().is_ident("env")) {
            let is_bare = matches!(env, Meta::Path(_));
            let variable = value(env).or_else(|| is_bare.then(|| name.to_uppercase()));
            return variable.filter(|name| is_variable(name)).map(Need::Variable);
        }
        let shown = match option(&said, &name) {
            Some(option) => option,
            None if says("short") => format!("-{}", said.iter().find_map(short).unwrap_or_else(|| first(&name))),
            None => format!("<{}>", name.to_uppercase()),
        };
        Some(Need::Argument(shown))
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        if derives(&item.attrs, &PARTS) {
            let (name, parses) = (item.ident.to_string(), derives(&item.attrs, &PARSERS));
            let needs = [self.needs(&item.fields), of_struct(&item.attrs)].concat();
            let found = CommandLine { name, parses, needs, commands: Vec::new() };
            self.found.declared.push((found, item.ident.span().start().line));
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if derives(&item.attrs, &PARTS) {
            let (name, parses) = (item.ident.to_string(), derives(&item.attrs, &PARSERS));
            let mut found = CommandLine { name, parses, ..CommandLine::default() };
            for variant in &item.variants {
                let said = of_field(&variant.attrs);
                let says = |name: &str| said.iter().any(|meta| meta.path().is_ident(name));
                if says("flatten") {
                    found.needs.extend(self.needs(&variant.fields));
                } else if !says("external_subcommand") && !says("skip") {
                    let command = command(&variant.ident.to_string(), &said, self.needs(&variant.fields));
                    found.commands.push(Command { conditions: conditions(&variant.attrs), ..command });
                }
            }
            self.found.declared.push((found, item.ident.span().start().line));
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let (function, of) = last_name(&call.func);
        if PARSING.contains(&function.as_str()) && !of.is_empty() {
            self.found.parsed.push((of, call.span().start().line));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        match built::command_line(call, &self.texts) {
            Some(found) => self.found.declared.push((found, call.span().start().line)),
            None => visit::visit_expr_method_call(self, call),
        }
    }
}

/// What the attributes of a struct demand: one argument of a group, or any.
fn of_struct(attributes: &[Attribute]) -> Vec<Need> {
    let mut needs = Vec::new();
    for meta in of_field(attributes) {
        let name = meta.path().get_ident().map(ToString::to_string).unwrap_or_default();
        // `name = value`, and `name(value)` of clap 3
        let value = match &meta {
            Meta::NameValue(pair) => Some(pair.value.clone()),
            Meta::List(list) => {
                let values = list.parse_args_with(Punctuated::<Expr, Token![,]>::parse_terminated);
                values.ok().and_then(|values| values.into_iter().next())
            }
            Meta::Path(_) => None,
        };
        match (name.as_str(), value) {
            ("arg_required_else_help", Some(value)) if mentions(&value, "true") => needs.push(Need::Any),
            ("setting" | "settings", Some(value)) if mentions(&value, "ArgRequiredElseHelp") => {
                needs.push(Need::Any);
            }
            ("group", Some(group)) => needs.extend(built::group(&group)),
            _ => {}
        }
    }
    needs
}

/// A subcommand with the names that its attributes give to it.
fn command(variant: &str, said: &[Meta], needs: Vec<Need>) -> Command {
    let named = |names: [&str; 2]| {
        let metas = said.iter().filter(move |meta| names.iter().any(|name| meta.path().is_ident(name)));
        metas.flat_map(values).collect::<Vec<String>>()
    };
    let name = said.iter().find(|meta| meta.path().is_ident("name")).and_then(value);
    let aliases = [named(["alias", "aliases"]), named(["visible_alias", "visible_aliases"])].concat();
    Command { name: name.unwrap_or_else(|| kebab(variant)), aliases, conditions: Vec::new(), needs }
}

/// Words in the names of arguments for data that a server keeps.
const DATA: [&str; 9] = ["data", "database", "db", "persistence", "state", "storage", "store", "upload", "uploads"];

/// Databases that are one file.
const DATABASES: [&str; 5] = ["db", "db3", "redb", "sqlite", "sqlite3"];

/// Whether the name of an argument says that its value is a path.
fn says_path(argument: &str) -> bool {
    let words = ["dir", "directory", "file", "folder", "path", "root"];
    argument.split(['_', '-']).any(|word| words.contains(&word))
}

/// A folder for data, with a `/` at its end, or the file of a database, by the name of its argument.
fn data_path(argument: &str, path: &str) -> Option<String> {
    let path = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    let is_for_data = argument.split(['_', '-']).any(|word| DATA.contains(&word));
    let is_one = !path.is_empty() && settings_files::is_plain_path(path) && is_for_data;
    match extension.filter(|_| is_one) {
        Some(extension) => DATABASES.contains(&extension).then(|| path.to_owned()),
        None => is_one.then(|| format!("{path}/")),
    }
}

/// The path of a file with settings, by its extension and by its name or that of its argument.
fn settings_file(argument: &str, path: &str) -> Option<String> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_named = |name: &str| ["conf", "cfg", "setting"].iter().any(|word| name.to_lowercase().contains(word));
    let is_one = settings_files::is_plain_path(path)
        && settings_files::has_extension(Path::new(path))
        && (is_named(argument) || is_named(path));
    is_one.then(|| path.to_owned())
}

fn first(name: &str) -> String {
    name.chars().take(1).collect()
}

/// `short = 'c'`
fn short(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else { return None };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("short") => match &literal.lit {
            Lit::Char(letter) => Some(letter.value().to_string()),
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an option takes no value, may have none, or is not required by its own words.
fn says_no_value(said: &[Meta]) -> bool {
    said.iter().any(|meta| match meta {
        Meta::NameValue(pair) => {
            let value = &pair.value;
            let is_false = mentions(value, "false");
            pair.path.is_ident("action") || pair.path.is_ident("num_args") || pair.path.is_ident("required") && is_false
        }
        // `parse(from_occurrences)`
        Meta::List(list) => list.path.is_ident("parse") && list.tokens.to_string().starts_with("from_"),
        Meta::Path(_) => false,
    })
}

/// The name of a type, and that of what a box around it holds: `Box<Serve>`, `Option<cli::Command>`.
fn type_of(of: &Type) -> (String, String) {
    let Type::Path(path) = of else { return (String::new(), String::new()) };
    let Some(last) = path.path.segments.last() else { return (String::new(), String::new()) };
    let outer = last.ident.to_string();
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(generic) => generic.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(inner) => Some(type_of(inner).1),
            _ => None,
        }),
        _ => None,
    };
    let inner = argument.filter(|_| ["Arc", "Box", "Option"].contains(&outer.as_str()));
    (outer.clone(), inner.unwrap_or(outer))
}

/// `RunAll` as clap writes it: `run-all`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests;
