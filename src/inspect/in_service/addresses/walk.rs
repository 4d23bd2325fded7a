//! The walk through a syntax tree: what stands around each value is remembered while it is read.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, ExprMethodCall, Field, Lit, Local, Macro, Member, Meta, Token};

use super::super::arguments::{PARTS, derives, is_for_tests, of_field, option, value};
use super::super::expressions::{last_name, string};
use super::names::{BINDING, COMMON, CONNECTING, HOSTS, LISTENERS, words};
use super::values::{binds, built_argument, default_of, name_of, variable_in};
use super::{Around, Kind, Reader};
use crate::inspect::source_paths::{PRINTING, group, is_punct};
use crate::workspace::CommandOption;

/// What a call of this name does.
fn kind_of(name: &str) -> Kind {
    if BINDING.contains(&name) {
        Kind::Binding
    } else if CONNECTING.contains(&name) {
        Kind::Connecting
    } else {
        Kind::Value
    }
}

/// Whether some call in a block listens.
fn listens(block: &syn::Block) -> bool {
    struct Find(bool);
    impl Find {
        fn look(&mut self, name: &str) {
            self.0 |= BINDING.contains(&name) && !COMMON.contains(&name);
        }
    }
    impl<'ast> Visit<'ast> for Find {
        fn visit_expr_call(&mut self, call: &'ast ExprCall) {
            self.look(&last_name(&call.func).0);
            visit::visit_expr_call(self, call);
        }

        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            self.look(&call.method.to_string());
            visit::visit_expr_method_call(self, call);
        }
    }
    let mut find = Find(false);
    find.visit_block(block);
    find.0
}

/// Where tokens that are no expressions accept connections.
fn accepting(tokens: TokenStream) -> Option<Span> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().find_map(|(at, token)| match token {
        TokenTree::Ident(name) if name == "accept" => {
            let arguments = group(tokens.get(at + 1), Delimiter::Parenthesis)?;
            (is_punct(tokens.get(at.wrapping_sub(1)), '.') && arguments.stream().is_empty()).then(|| name.span())
        }
        TokenTree::Group(inner) => accepting(inner.stream()),
        _ => None,
    })
}

impl Reader {
    /// What is accepted came to a port, wherever it was bound. Nobody but the program itself knows a free one.
    fn accepts(&mut self, at: Span) {
        if self.values.has_listeners && !self.binds_free_port {
            let around = Around { kind: Kind::Binding, ..Around::default() };
            self.within(around, |reader| reader.record(None, None, at));
        }
    }

    /// `#[arg(long, env = "BIND", default_value = "127.0.0.1:3000")]` of a field.
    fn defaults(&mut self, name: Option<&str>, attributes: &[Attribute]) {
        let around = |name: Option<&str>, variable, option| Around {
            name: name.map(str::to_owned),
            variable,
            option,
            ..Around::default()
        };
        // `#[default(3000)]` of the crates that derive Default
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("default")) {
            if let Ok(value) = attribute.parse_args::<Expr>() {
                self.valued(around(name, None, None), &value);
            }
        }
        let pairs = of_field(attributes);
        let variable = pairs.iter().find_map(|pair| match pair {
            Meta::Path(path) if path.is_ident("env") => name.map(str::to_uppercase),
            Meta::NameValue(pair) if pair.path.is_ident("env") => self.values.texts(&pair.value).into_iter().next(),
            _ => None,
        });
        let option = name.and_then(|name| option(&pairs, name));
        // The name that its user knows, where it says more: `#[arg(long = "listen")] socket: SocketAddr`
        let long = pairs.iter().find(|pair| pair.path().is_ident("long")).and_then(value);
        let says_host = |name: &&str| words(name).iter().any(|word| HOSTS.contains(&word.as_str()));
        let name = name.filter(says_host).or(long.as_deref().filter(says_host)).or(name);
        let option = self.arguments.clone().and_then(|of| Some(CommandOption { name: option?, of }));
        for pair in &pairs {
            let Meta::NameValue(pair) = pair else { continue };
            if pair.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with("default_value")) {
                self.valued(around(name, variable.clone(), option.clone()), &pair.value);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let name = item.sig.ident.to_string();
        if let Some(value) = default_of(&item.sig, &item.block) {
            return self.named(Some(name), value);
        }
        // Whatever starts the server may do so by a function of another module.
        self.listens = ["main", "run", "serve", "start"].contains(&name.as_str());
        self.is_in_block = false;
        visit::visit_item_fn(self, item);
        (self.listens, self.is_in_block) = (false, false);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        match default_of(&item.sig, &item.block) {
            Some(value) => self.named(Some(item.sig.ident.to_string()), value),
            None => visit::visit_impl_item_fn(self, item),
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let of = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.within(Around { of, ..Around::default() }, |reader| visit::visit_item_impl(reader, item));
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let of = Some(item.ident.to_string());
        self.arguments = of.clone().filter(|_| derives(&item.attrs, &PARTS));
        self.within(Around { of, ..Around::default() }, |reader| visit::visit_item_struct(reader, item));
        self.arguments = None;
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let before = (self.listens, self.is_in_block);
        // What lies in a block was looked through with it.
        self.listens = self.listens || !self.is_in_block && listens(block);
        self.is_in_block = true;
        visit::visit_block(self, block);
        (self.listens, self.is_in_block) = before;
    }

    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        let of = made.path.segments.last().map(|segment| segment.ident.to_string());
        // `{ host: "127.0.0.1", port: 5432 }`
        let kind = if self.names_client(made) { Kind::Connecting } else { Kind::Value };
        self.within(Around { of, kind, ..Around::default() }, |reader| visit::visit_expr_struct(reader, made));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.named(Some(item.ident.to_string()), &item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.named(Some(item.ident.to_string()), &item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.named(Some(item.ident.to_string()), &item.expr);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init {
            let (name, variable) = (name_of(&local.pat), variable_in(&init.expr));
            self.valued(Around { name, variable, kind: Kind::Variable, ..Around::default() }, &init.expr);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        let name = field.ident.as_ref().map(|name| name.unraw().to_string());
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
        // `TcpListener::bind_with_config`
        let makes_listener = LISTENERS.contains(&owner.as_str()) && (name == "new" || name.starts_with("bind"));
        let takes_listener = owner == "axum_server" && name.starts_with("from_tcp");
        let kind = if makes_listener || takes_listener { Kind::Binding } else { kind_of(&name) };
        let around = Around { kind, is_udp: owner == "UdpSocket", ..Around::default() };
        // hyper's servers bind by themselves, whatever they are called here.
        let is_server = owner.ends_with("Server") && ["bind", "try_bind"].contains(&name.as_str());
        let listens = (LISTENERS.contains(&owner.as_str()) || is_server || takes_listener) && kind == Kind::Binding;
        self.within(around, |reader| {
            let before = reader.found.len();
            let did_bind = std::mem::take(&mut reader.binds_free_port);
            if call.args.len() != 2 || !reader.pair(&call.args[0], &call.args[1]) {
                visit::visit_expr_call(reader, call);
            }
            // That it listens is something, if nobody can tell where.
            let is_any_port = call.args.first().and_then(string).is_some_and(|text| text.ends_with(":0"));
            let binds_now = reader.binds_free_port || listens && is_any_port;
            reader.binds_free_port = did_bind || binds_now;
            if listens && reader.found.len() == before && !binds_now {
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
        // Whether a port is free is no address to listen on.
        if ["ok", "is_ok", "is_err"].contains(&name.as_str()) && binds(&call.receiver) {
            return;
        }
        self.visit_expr(&call.receiver);
        if name == "accept" && call.args.is_empty() {
            return self.accepts(call.method.span());
        }
        // `.set_default("port", 3000)` of the crate config
        if let (true, Some(key), Some(value)) = (name == "set_default", call.args.first(), call.args.get(1)) {
            return self.named(string(key), value);
        }
        let around = Around { kind: kind_of(&name), ..Around::default() };
        self.within(around, |reader| {
            if call.args.len() != 2 || !reader.pair(&call.args[0], &call.args[1]) {
                call.args.iter().for_each(|argument| reader.visit_expr(argument));
            }
        });
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        // Where a call binds, a lone host or a name is an address as well.
        if self.around.last().is_some_and(|around| around.kind == Kind::Binding) && matches!(expression, Expr::Path(_))
        {
            let (host, port) = (self.values.host(expression), self.values.port(expression));
            if host.is_some() || port.is_some() {
                self.record_value(expression, host, port, expression.span());
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
        match mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            Ok(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            // `select! { connection = listener.accept() => … }`
            Err(_) => {
                if let Some(accepts) = accepting(mac.tokens.clone()) {
                    self.accepts(accepts);
                }
            }
        }
    }
}
