//! Where a source listens: its syntax tree enters, addresses with their lines leave.
//!
//! A call that binds is certain. What has the name of a port, a host or an address is one by its value: a constant, the
//! default of a variable or of an argument, a field. What is named for another machine, or handed to a call that
//! connects, is none.

mod names;
mod values;
mod walk;

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Expr, ExprStruct, FieldValue, Macro, Member, Token};

use names::{BESIDE, HOSTS, OTHERS, is_plain, words};
use values::{Values, host_in, variable_in};

use super::expressions::string;

use crate::inspect::source_paths::OF_OTHERS;
use crate::workspace::{Address, Certainty, CommandOption};

/// Texts of which a source has at least one where it says an address.
const SIGNS: [&str; 14] = [
    "127, 0",
    "127,0",
    "127.0.0.1",
    "0, 0, 0, 0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "UNSPECIFIED",
    "[::",
    ".accept()",
    "axum_server::from_tcp",
    "Listener::",
    "Server::bind",
    "UdpSocket::",
];

/// The same where no letter stands before them: there is a port in `report =`.
const WORDS: [&str; 4] = ["PORT", "port:", "port =", "port\""];

/// Whether a source may say an address.
pub(super) fn may_be_in(text: &str) -> bool {
    let is_word = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    SIGNS.iter().any(|sign| text.contains(sign))
        || WORDS.iter().any(|word| text.match_indices(word).any(|(at, _)| is_word(at)))
}

pub(super) fn read(file: &syn::File) -> Vec<(Address, usize)> {
    let mut values = Values::default();
    values.visit_file(file);
    let mut reader = Reader {
        values,
        around: Vec::new(),
        arguments: None,
        listens: false,
        is_in_block: false,
        binds_free_port: false,
        found: Vec::new(),
    };
    reader.visit_file(file);
    reader.found
}

/// What a key of a settings file comes to; `outer` are the keys around it. Only where all of them say nothing else, such as
/// `server.http_port`, it is the program's own: others are those of whom it talks to.
pub(super) fn in_setting(outer: &[&str], key: &str, value: &str) -> Option<Address> {
    if !outer.iter().chain([&key]).all(|name| words(name).iter().all(|word| is_plain(word))) {
        return None;
    }
    let says = |wanted: &[&str]| words(key).iter().any(|word| wanted.contains(&word.as_str()));
    let port = |text: &str| text.parse().ok().filter(|port| *port != 0 && !OF_OTHERS.contains(port));
    let (host, port) = if says(&["port"]) {
        (None, Some(port(value)?))
    } else if says(&HOSTS) {
        let (host, after) = value.rsplit_once(':').filter(|(_, after)| after.parse::<u16>().is_ok()).unzip();
        (Some(host_in(host.unwrap_or(value))?), after.and_then(port))
    } else {
        return None;
    };
    Some(Address { host, port, ..Address::default() })
}

/// What stands around an expression.
#[derive(Default, Clone)]
struct Around {
    name: Option<String>,
    /// The type that has it.
    of: Option<String>,
    /// The environment variable that overrules it.
    variable: Option<String>,
    /// The option of the command line that does.
    option: Option<CommandOption>,
    kind: Kind,
    is_udp: bool,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Kind {
    /// A constant, a field, a default.
    #[default]
    Value,
    /// A variable of a function.
    Variable,
    /// The arguments of a call that listens.
    Binding,
    /// The arguments of a call that speaks to another machine.
    Connecting,
}

struct Reader {
    values: Values,
    around: Vec<Around>,
    /// The struct that is read, where it is part of a command line.
    arguments: Option<String>,
    /// Whether the outermost block that is read listens, and whether there is one.
    listens: bool,
    is_in_block: bool,
    /// Whether some call binds to any port that is free.
    binds_free_port: bool,
    found: Vec<(Address, usize)>,
}

/// Whether some of these names has one of these words.
fn has_word<const N: usize>(names: [&Option<String>; N], wanted: &[&str]) -> bool {
    names.into_iter().flatten().flat_map(|name| words(name)).any(|word| wanted.contains(&word.as_str()))
}

impl Reader {
    fn within(&mut self, around: Around, read: impl FnOnce(&mut Self)) {
        self.around.push(around);
        read(self);
        self.around.pop();
    }

    fn is_within(&self, kind: Kind) -> bool {
        self.around.iter().any(|around| around.kind == kind)
    }

    /// Whether some name around, or that of the variable, has one of these words.
    fn is_named(&self, wanted: &[&str]) -> bool {
        self.around.iter().any(|around| has_word([&around.name, &around.variable, &around.of], wanted))
    }

    fn certainty(&self) -> Certainty {
        if self.is_within(Kind::Binding) {
            return Certainty::Bound;
        }
        let Some(named) = self.around.iter().rev().find(|around| around.name.is_some()) else {
            return Certainty::Said;
        };
        // What a server calls itself is no address to listen on, unless somebody may set another one.
        let is_own_name =
            named.name.as_deref() == Some("hostname") && named.variable.is_none() && named.option.is_none();
        let is_plain = named.name.iter().flat_map(|name| words(name)).all(|word| is_plain(&word)) && !is_own_name;
        // A variable may be a step on the way to anything, unless it is filled from outside or the block listens.
        let is_passing =
            named.kind == Kind::Variable && !self.listens && self.around.iter().all(|around| around.variable.is_none());
        let is_beside = self.around.iter().any(|around| has_word([&around.of], &BESIDE));
        if is_plain && !is_passing && !is_beside { Certainty::Named } else { Certainty::Said }
    }

    fn record(&mut self, host: Option<String>, port: Option<u16>, span: Span) {
        let certainty = self.certainty();
        let is_weak = certainty == Certainty::Said || self.is_within(Kind::Variable);
        let is_database =
            port.is_some_and(|port| OF_OTHERS.contains(&port)) && is_weak && certainty != Certainty::Bound;
        let of_another = self.is_within(Kind::Connecting) || self.is_named(&OTHERS);
        self.binds_free_port |= port == Some(0) && self.is_within(Kind::Binding);
        if of_another || is_database || port == Some(0) {
            return;
        }
        let address = Address {
            host,
            port,
            is_udp: self.around.iter().any(|around| around.is_udp),
            certainty,
            variable: self.around.iter().rev().find_map(|around| around.variable.clone()),
            option: self.around.iter().rev().find_map(|around| around.option.clone()),
        };
        let line = span.start().line;
        if !self.found.iter().any(|(known, at)| *known == address && *at == line) {
            self.found.push((address, line));
        }
    }

    /// What an expression comes to, with the variable that overrules it.
    fn record_value(&mut self, of: &Expr, host: Option<String>, port: Option<u16>, span: Span) {
        let variable = self.values.variable(of);
        let kind = self.around.last().map_or(Kind::Value, |around| around.kind);
        self.within(Around { variable, kind, ..Around::default() }, |reader| reader.record(host, port, span));
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
            for text in reader.values.texts(expression) {
                reader.text(&text, expression.span());
            }
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
        self.record_value(first, Some(host), port, first.span());
        true
    }

    fn text(&mut self, text: &str, span: Span) {
        let Some((host, port)) = text.rsplit_once(':') else { return };
        if let (Some(host), Ok(port)) = (host_in(host), port.parse()) {
            self.record(Some(host), Some(port), span);
        }
    }

    /// Whether a value has this machine as its host and the port of a server that programs are clients of.
    fn names_client(&self, made: &ExprStruct) -> bool {
        let named = |wanted: &'static [&str]| {
            let name = |field: &&FieldValue| match &field.member {
                Member::Named(name) => has_word([&Some(name.to_string())], wanted),
                Member::Unnamed(_) => false,
            };
            made.fields.iter().filter(name).map(|field| &field.expr)
        };
        let is_theirs = |port: u16| OF_OTHERS.contains(&port);
        let is_here = |host| Address { host: Some(host), ..Address::default() }.is_loopback();
        named(&["port"]).any(|port| self.values.port(port).is_some_and(is_theirs))
            && named(&HOSTS).any(|host| self.values.host(host).is_some_and(is_here))
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
        if let (Some(0), Some(hole)) = (port, &host_hole) {
            // Any free port: nobody else is meant to come, and to the host alone neither.
            let line = self.values.line_of(hole);
            self.found.retain(|(found, at)| found.port.is_some() || Some(*at) != line);
        }
        if host.is_some() {
            match &host_hole {
                Some(expression) => self.record_value(expression, host, port, mac.path.span()),
                None => self.record(host, port, mac.path.span()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
