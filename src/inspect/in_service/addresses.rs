//! Where a source listens: its syntax tree enters, addresses with their lines leave.
//!
//! A call that binds is certain. What has the name of a port, a host or an address is one by its value: a constant, the
//! default of a variable or of an argument, a field. What is named for another machine, or handed to a call that
//! connects, is none.

mod names;
mod values;

use proc_macro2::{Span, TokenStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, ExprMethodCall, Field, Lit, Local, Macro, Member, Meta, Token};

use names::{BINDING, CONNECTING, HOSTS, LISTENERS, OTHERS, PLAIN, words};
use values::{Values, built_argument, host_in, last_name, name_of, string, tail, variable_in};

use crate::inspect::source_paths::{OF_OTHERS, PRINTING, is_for_tests_meta};
use crate::workspace::{Address, Certainty};

/// Texts of which a source has at least one where it says an address.
pub(super) const SIGNS: [&str; 13] = [
    "127, 0",
    "127,0",
    "127.0.0.1",
    "0, 0, 0, 0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "UNSPECIFIED",
    "[::",
    "PORT",
    "port:",
    "port =",
    "\"port\"",
];

pub(super) fn read(tokens: TokenStream) -> Vec<(Address, usize)> {
    let Ok(file) = syn::parse2::<syn::File>(tokens) else { return Vec::new() };
    let mut values = Values::default();
    values.visit_file(&file);
    let mut reader = Reader { values, around: Vec::new(), found: Vec::new() };
    reader.visit_file(&file);
    reader.found
}

/// What stands around an expression.
#[derive(Default, Clone)]
struct Around {
    name: Option<String>,
    variable: Option<String>,
    binds: bool,
    connects: bool,
    is_udp: bool,
}

struct Reader {
    values: Values,
    around: Vec<Around>,
    found: Vec<(Address, usize)>,
}

impl Reader {
    fn within(&mut self, around: Around, read: impl FnOnce(&mut Self)) {
        self.around.push(around);
        read(self);
        self.around.pop();
    }

    /// Whether some name around, or that of the variable, has one of these words.
    fn is_named(&self, wanted: &[&str]) -> bool {
        let names = self.around.iter().flat_map(|around| [&around.name, &around.variable]).flatten();
        names.flat_map(|name| words(name)).any(|word| wanted.contains(&word.as_str()))
    }

    fn certainty(&self) -> Certainty {
        if self.around.iter().any(|around| around.binds) {
            return Certainty::Bound;
        }
        let Some(name) = self.around.iter().rev().find_map(|around| around.name.as_ref()) else {
            return Certainty::Said;
        };
        let is_plain =
            |word: &String| word.is_empty() || word == "port" || HOSTS.contains(&&**word) || PLAIN.contains(&&**word);
        if words(name).iter().all(is_plain) { Certainty::Named } else { Certainty::Said }
    }

    fn record(&mut self, host: Option<String>, port: Option<u16>, span: Span) {
        let of_another = self.around.iter().any(|around| around.connects) || self.is_named(&OTHERS);
        if of_another || port == Some(0) || port.is_some_and(|port| OF_OTHERS.contains(&port)) {
            return;
        }
        let address = Address {
            host,
            port,
            is_udp: self.around.iter().any(|around| around.is_udp),
            certainty: self.certainty(),
            variable: self.around.iter().rev().find_map(|around| around.variable.clone()),
        };
        let line = span.start().line;
        if !self.found.iter().any(|(known, at)| *known == address && *at == line) {
            self.found.push((address, line));
        }
    }

    /// A value by its name: `let port = …`, `const HOST: &str = …`, a field, the default of an argument.
    fn named(&mut self, name: Option<String>, expression: &Expr) {
        let variable = variable_in(expression);
        self.valued(Around { name, variable, ..Around::default() }, expression);
    }

    fn valued(&mut self, around: Around, expression: &Expr) {
        self.within(around, |reader| {
            let before = reader.found.len();
            reader.visit_expr(expression);
            if reader.found.len() > before {
                return;
            }
            if reader.is_named(&["port"]) {
                if let Some(port) = reader.values.port(expression) {
                    reader.record(None, Some(port), expression.span());
                }
            } else if reader.is_named(&HOSTS) {
                if let Some(host) = reader.values.host(expression) {
                    reader.record(Some(host), None, expression.span());
                }
            }
        });
    }

    /// Two values that are a host and its port.
    fn pair(&mut self, first: &Expr, second: &Expr) -> bool {
        let Some(host) = self.values.host(first) else { return false };
        // A text and a number are no address by themselves: `("localhost", 3)`.
        let port = self.values.port(second);
        self.record(Some(host), port, first.span());
        true
    }

    fn text(&mut self, text: &str, span: Span) {
        let Some((host, port)) = text.rsplit_once(':') else { return };
        if let (Some(host), Ok(port)) = (host_in(host), port.parse()) {
            self.record(Some(host), Some(port), span);
        }
    }

    /// `format!("127.0.0.1:{port}")`, `format!("{}:{}", host, port)`
    fn formatted(&mut self, mac: &Macro) {
        let Ok(arguments) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else { return };
        let mut arguments = arguments.iter();
        let Some(text) = arguments.next().and_then(string) else { return };
        let Some((host, port)) = text.rsplit_once(':') else { return };
        let mut filled = |text: &str| -> Option<Expr> {
            let hole = text.strip_prefix('{')?.strip_suffix('}')?;
            if hole.is_empty() { arguments.next().cloned() } else { syn::parse_str(hole).ok() }
        };
        let (host_hole, port_hole) = (filled(host), filled(port));
        let host = match &host_hole {
            Some(expression) => self.values.host(expression),
            None => host_in(host),
        };
        let port = match &port_hole {
            Some(expression) => self.values.port(expression),
            None => port.parse().ok().filter(|_| !port.is_empty()),
        };
        if host.is_some() {
            self.record(host, port, mac.path.span());
        }
    }

    /// `#[arg(long, env = "BIND", default_value = "127.0.0.1:3000")]` of a field.
    fn defaults(&mut self, name: Option<&str>, attributes: &[Attribute]) {
        for attribute in attributes {
            let is_one = ["arg", "clap", "structopt", "argh"].iter().any(|name| attribute.path().is_ident(name));
            let Meta::List(list) = &attribute.meta else { continue };
            let Ok(pairs) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { continue };
            if !is_one {
                continue;
            }
            let mut variable = None;
            for pair in &pairs {
                match pair {
                    Meta::Path(path) if path.is_ident("env") => {
                        variable = name.map(str::to_uppercase);
                    }
                    Meta::NameValue(pair) if pair.path.is_ident("env") => variable = string(&pair.value),
                    _ => {}
                }
            }
            for pair in &pairs {
                let Meta::NameValue(pair) = pair else { continue };
                if pair.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("default_value")) {
                    let around =
                        Around { name: name.map(str::to_owned), variable: variable.clone(), ..Around::default() };
                    self.valued(around, &pair.value);
                }
            }
        }
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| is_for_tests_meta(&attribute.meta))
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Static(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        // `fn default_port() -> u16 { 3000 }`, which serde calls.
        let name = item.sig.ident.to_string();
        match tail(&item.block).filter(|_| name.starts_with("default") && item.sig.inputs.is_empty()) {
            Some(value) => self.named(Some(name), value),
            None => visit::visit_item_fn(self, item),
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.named(Some(item.ident.to_string()), &item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.named(Some(item.ident.to_string()), &item.expr);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init {
            self.named(name_of(&local.pat), &init.expr);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        let name = field.ident.as_ref().map(ToString::to_string);
        self.defaults(name.as_deref(), &field.attrs);
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        let name = match &field.member {
            Member::Named(name) => Some(name.to_string()),
            Member::Unnamed(_) => None,
        };
        self.named(name, &field.expr);
    }

    fn visit_expr_tuple(&mut self, tuple: &'ast syn::ExprTuple) {
        if tuple.elems.len() != 2 || !self.pair(&tuple.elems[0], &tuple.elems[1]) {
            visit::visit_expr_tuple(self, tuple);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        let (name, owner) = last_name(&call.func);
        let around = Around {
            binds: BINDING.contains(&name.as_str()) || name == "new" && LISTENERS.contains(&owner.as_str()),
            connects: CONNECTING.contains(&name.as_str()),
            is_udp: owner == "UdpSocket",
            ..Around::default()
        };
        let listens = LISTENERS.contains(&owner.as_str()) && around.binds;
        self.within(around, |reader| {
            let before = reader.found.len();
            if call.args.len() != 2 || !reader.pair(&call.args[0], &call.args[1]) {
                visit::visit_expr_call(reader, call);
            }
            // That it listens is something, if nobody can tell where.
            let is_any_port = call.args.first().and_then(string).is_some_and(|text| text.ends_with(":0"));
            if listens && reader.found.len() == before && !is_any_port {
                reader.record(None, None, call.func.span());
            }
        });
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let name = call.method.to_string();
        if name == "default_value" || name == "default_value_t" {
            let (argument, variable) = built_argument(call);
            if let Some(value) = call.args.first() {
                self.valued(Around { name: argument, variable, ..Around::default() }, value);
            }
            return self.visit_expr(&call.receiver);
        }
        self.visit_expr(&call.receiver);
        let around = Around {
            binds: BINDING.contains(&name.as_str()),
            connects: CONNECTING.contains(&name.as_str()),
            ..Around::default()
        };
        self.within(around, |reader| {
            if call.args.len() != 2 || !reader.pair(&call.args[0], &call.args[1]) {
                call.args.iter().for_each(|argument| reader.visit_expr(argument));
            }
        });
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        // Where a call binds, a lone host or a name is an address as well.
        if self.around.last().is_some_and(|around| around.binds) && matches!(expression, Expr::Path(_)) {
            let (host, port) = (self.values.host(expression), self.values.port(expression));
            if host.is_some() || port.is_some() {
                self.record(host, port, expression.span());
            }
        }
        visit::visit_expr(self, expression);
    }

    fn visit_expr_lit(&mut self, literal: &'ast syn::ExprLit) {
        if let Lit::Str(text) = &literal.lit {
            self.text(&text.value(), text.span());
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if mac.path.is_ident("format") {
            return self.formatted(mac);
        }
        // What is printed is no address to listen on.
        let name = mac.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        if name != "vec" && PRINTING.contains(&name.as_str()) {
            return;
        }
        if let Ok(arguments) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            arguments.iter().for_each(|argument| self.visit_expr(argument));
        }
    }
}

#[cfg(test)]
mod tests;
