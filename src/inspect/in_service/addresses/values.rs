//! What expressions come to: ports, hosts and environment variables, through constants, conversions and defaults.

use std::collections::BTreeMap;
use std::net::IpAddr;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, Ident, Lit, Local, Pat, Stmt, Token};

use super::super::expressions::{last_name, string};
use super::super::variables::is_variable;
use super::names::{BINDING, HOSTS, words};

/// Methods of an URL that may have no port.
const PORTS_OF_URLS: [&str; 3] = ["port", "port_or_known_default", "port_u16"];

/// Steps from an expression to what it comes to.
const DEPTH: u8 = 12;

/// What a source names.
#[derive(Default)]
pub(super) struct Values {
    /// What stands for a port or a host.
    named: BTreeMap<String, Expr>,
    /// Whether it has listeners of TCP.
    pub has_listeners: bool,
}

impl Values {
    fn add(&mut self, name: String, value: &Expr) {
        if words(&name).iter().any(|word| word == "port" || HOSTS.contains(&word.as_str())) {
            self.named.insert(name, value.clone());
        }
    }
}

impl<'ast> Visit<'ast> for Values {
    fn visit_ident(&mut self, name: &'ast Ident) {
        self.has_listeners |= name == "TcpListener";
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.add(item.ident.to_string(), &item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.add(item.ident.to_string(), &item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.add(item.ident.to_string(), &item.expr);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if let Some(value) = default_of(&item.sig, &item.block) {
            self.add(item.sig.ident.to_string(), value);
        }
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if let Some(value) = default_of(&item.sig, &item.block) {
            self.add(item.sig.ident.to_string(), value);
        }
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let (Some(name), Some(init)) = (name_of(&local.pat), &local.init) {
            self.add(name, &init.expr);
        }
        visit::visit_local(self, local);
    }
}

/// The name that a pattern binds.
pub(super) fn name_of(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(ident) => Some(ident.ident.to_string()),
        Pat::Type(typed) => name_of(&typed.pat),
        _ => None,
    }
}

/// Whether an expression is a call that listens.
pub(super) fn binds(expression: &Expr) -> bool {
    matches!(expression, Expr::Call(call) if BINDING.contains(&last_name(&call.func).0.as_str()))
}

/// What `fn default_port() -> u16 { 3000 }` comes to, which serde and others call.
pub(super) fn default_of<'f>(signature: &syn::Signature, block: &'f syn::Block) -> Option<&'f Expr> {
    tail(block).filter(|_| signature.inputs.is_empty() && signature.ident.to_string().starts_with("default_"))
}

/// The expression of the last statement, or the whole one.
fn tail(block: &syn::Block) -> Option<&Expr> {
    match block.stmts.last()? {
        Stmt::Expr(expression, None) => Some(expression),
        _ => None,
    }
}

fn number(expression: &Expr) -> Option<u32> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A host that programs listen on: every address of the machine, or its loopback.
pub(super) fn host_in(text: &str) -> Option<String> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let is_one = bare == "localhost"
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified());
    is_one.then(|| bare.to_owned())
}

impl Values {
    /// What an expression may come to, through names, conversions, branches and defaults.
    fn all<T>(&self, expression: &Expr, depth: u8, of: &dyn Fn(&Expr) -> Option<T>) -> Vec<T> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        if let Some(value) = of(expression) {
            return vec![value];
        }
        let of_one = |expression: &Expr| self.all(expression, depth, of);
        let of_some = |expressions: &[Option<&Expr>]| -> Vec<T> {
            expressions.iter().flatten().flat_map(|expression| of_one(expression)).collect()
        };
        match expression {
            Expr::Path(_) => of_some(&[self.named.get(&last_name(expression).0)]),
            Expr::Reference(inner) => of_one(&inner.expr),
            Expr::Paren(inner) => of_one(&inner.expr),
            Expr::Group(inner) => of_one(&inner.expr),
            Expr::Try(inner) => of_one(&inner.expr),
            Expr::Await(inner) => of_one(&inner.base),
            Expr::Cast(inner) => of_one(&inner.expr),
            Expr::Block(block) => of_some(&[tail(&block.block)]),
            Expr::Closure(closure) => of_one(&closure.body),
            Expr::If(branch) => {
                let other = branch.else_branch.as_ref().map(|(_, other)| &**other);
                of_some(&[tail(&branch.then_branch), other])
            }
            Expr::Match(choice) => choice.arms.iter().flat_map(|arm| of_one(&arm.body)).collect(),
            // A listener is no address.
            _ if binds(expression) => Vec::new(),
            // `IpAddr::V4(…)`, `Some(…)`, `default_port()`, `env_or("PORT", 3000)`
            Expr::Call(call) => match call.args.len() {
                0 => of_some(&[self.named.get(&last_name(&call.func).0)]),
                1 => of_one(&call.args[0]),
                2 if string(&call.args[0]).is_some_and(|name| is_variable(&name)) => of_one(&call.args[1]),
                _ => Vec::new(),
            },
            Expr::MethodCall(call) => {
                let method = call.method.to_string();
                let is_default = ["unwrap_or", "or", "map_or"].iter().any(|name| method.starts_with(name));
                // The port of an URL is that of whom the program talks to.
                if is_default
                    && matches!(&*call.receiver, Expr::MethodCall(of) if PORTS_OF_URLS.iter().any(|name| of.method == name))
                {
                    return Vec::new();
                }
                let default = call.args.first().filter(|_| is_default);
                of_some(&[Some(&call.receiver), default])
            }
            _ => Vec::new(),
        }
    }

    /// The environment variable that overrules it, also where a name stands for it.
    pub(super) fn variable(&self, expression: &Expr) -> Option<String> {
        let named = || self.named.get(&last_name(expression).0).and_then(variable_in);
        variable_in(expression).or_else(named)
    }

    /// The line of the value that a name stands for.
    pub(super) fn line_of(&self, name: &Expr) -> Option<usize> {
        self.named.get(&last_name(name).0).map(|value| value.span().start().line)
    }

    /// Texts that it may be.
    pub(super) fn texts(&self, expression: &Expr) -> Vec<String> {
        self.all(expression, DEPTH, &string)
    }

    /// The port that it is, unless something says another.
    pub(super) fn port(&self, expression: &Expr) -> Option<u16> {
        let ports = self.all(expression, DEPTH, &|expression| {
            let written = string(expression).and_then(|text| text.parse().ok());
            number(expression).or(written)
        });
        u16::try_from(*ports.last()?).ok()
    }

    /// The host that it is; of several, one that others reach.
    pub(super) fn host(&self, expression: &Expr) -> Option<String> {
        let hosts = self.all(expression, DEPTH, &|expression| match expression {
            Expr::Array(array) => {
                let parts: Vec<String> = array.elems.iter().filter_map(number).map(|part| part.to_string()).collect();
                if parts.len() == 4 { host_in(&parts.join(".")) } else { None }
            }
            Expr::Call(call) if call.args.len() == 4 && last_name(&call.func).0 == "new" => {
                let parts: Vec<String> = call.args.iter().filter_map(number).map(|part| part.to_string()).collect();
                host_in(&parts.join("."))
            }
            Expr::Path(_) => match last_name(expression) {
                (name, owner) if name == "LOCALHOST" => {
                    Some(if owner.contains('6') { "::1" } else { "127.0.0.1" }.into())
                }
                (name, owner) if name == "UNSPECIFIED" => {
                    Some(if owner.contains('6') { "::" } else { "0.0.0.0" }.into())
                }
                _ => None,
            },
            _ => string(expression).and_then(|text| host_in(&text)),
        });
        let is_open = |host: &&String| host.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified());
        hosts.iter().find(is_open).or(hosts.first()).cloned()
    }
}

/// The environment variable that an expression reads: `env::var("PORT")`, `env_or("PORT", 3000)`, `.env("PORT")`.
pub(super) fn variable_in(expression: &Expr) -> Option<String> {
    struct Find(Option<String>);
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_call(&mut self, call: &'ast ExprCall) {
            self.look(&last_name(&call.func).0, &call.args);
            visit::visit_expr_call(self, call);
        }

        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            self.look(&call.method.to_string(), &call.args);
            visit::visit_expr_method_call(self, call);
        }
    }
    impl Find {
        fn look(&mut self, function: &str, arguments: &Punctuated<Expr, Token![,]>) {
            // `Environment::with_prefix("APP")` names none.
            let is_one = |name: &String| is_variable(name) && !function.contains("prefix");
            let name = arguments.first().and_then(string).filter(is_one);
            self.0 = self.0.take().or(name);
        }
    }
    let mut find = Find(None);
    find.visit_expr(expression);
    find.0
}

/// The name of an argument that is built by methods: `Arg::new("port").default_value("8080")`.
pub(super) fn built_argument(call: &ExprMethodCall) -> (Option<String>, Option<String>) {
    let (mut variable, mut expression) = (None, &*call.receiver);
    loop {
        match expression {
            Expr::MethodCall(call) => {
                if call.method == "env" {
                    variable = call.args.first().and_then(string);
                }
                expression = &call.receiver;
            }
            Expr::Call(call) if ["new", "with_name"].contains(&last_name(&call.func).0.as_str()) => {
                return (call.args.first().and_then(string), variable);
            }
            _ => return (None, variable),
        }
    }
}
