//! Environment variables that a program stops without, and the file that they may come from: the syntax tree of a source
//! enters, their names and lines leave.
//!
//! Only what runs whenever its function is called counts, and only a program's own functions or those that read its
//! settings: what stands in a branch may never run.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

use super::arguments::is_for_tests;
use super::expressions::last_name;
use super::texts::Texts;

/// Crates and modules whose `var` reads a variable.
const MODULES: [&str; 4] = ["", "dotenv", "dotenvy", "env"];

/// Methods between the reading and what stops the program, which give an error on.
const PASSING: [&str; 10] = [
    "and_then",
    "as_deref",
    "as_ref",
    "change_context",
    "context",
    "map",
    "map_err",
    "with_context",
    "wrap_err",
    "wrap_err_with",
];

/// Functions whose errors end the program.
const ENDING: [&str; 3] = ["main", "run", "try_main"];

/// Ends of the names of types that hold what a program is set to.
const SETTINGS: [&str; 6] = ["Config", "Configuration", "Env", "Environment", "Settings", "State"];

/// What stands before them where all of the program is meant, and not a part that it may do without.
const OF_ALL: [&str; 11] =
    ["", "Api", "App", "Application", "Base", "Bootstrap", "Bot", "Global", "Server", "Service", "Web"];

/// Whether a type holds what the whole program is set to.
fn holds_settings(name: &str) -> bool {
    SETTINGS.iter().any(|end| name.strip_suffix(end).is_some_and(|start| OF_ALL.contains(&start)))
}

/// What runs a closure whenever its value is wanted.
const LAZY: [&str; 4] = ["Lazy", "LazyCell", "LazyLock", "OnceLock"];

/// The file that the crates dotenv and dotenvy read.
const FILE: &str = ".env";

/// Whether a source may read a variable that it names, or that its callers do.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains("dotenv()")
        || ["var(", "var_os("].iter().flat_map(|call| text.match_indices(call)).any(|(at, call)| {
            let argument = text[at + call.len()..].trim_start().split([')', ' ']).next().unwrap_or_default();
            argument.starts_with(|c: char| c == '"' || c == '&' || c.is_ascii_alphabetic()) && !argument.contains("::")
        })
}

/// Whether a text is the name of an environment variable.
pub(in crate::inspect) fn is_variable(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Names with their lines.
type Names = Vec<(String, usize)>;

/// The variables, and files that they may come from.
pub(super) fn read(file: &syn::File) -> (Names, Names) {
    let mut reader = Reader { texts: Texts::of(file), ..Reader::default() };
    reader.visit_file(file);
    if !reader.wrappers.is_empty() {
        // Callers may stand before what they call.
        reader.visit_file(file);
    }
    (reader.variables, reader.files)
}

/// What an expression reads.
enum Wanted {
    /// The variable of this name.
    Variable(String),
    /// The one that the function is asked for.
    Parameter,
    /// The file of variables.
    File,
}

#[derive(Default)]
struct Reader {
    texts: Texts,
    /// The type whose functions are read.
    of: String,
    /// The function, and what it is given.
    function: String,
    parameters: Vec<String>,
    /// Whether an error that the function returns ends the program.
    ends: bool,
    /// Functions that stop the program without the variable that they are asked for.
    wrappers: BTreeSet<String>,
    variables: Names,
    files: Names,
}

impl Reader {
    fn record(&mut self, wanted: Wanted, at: &Expr) {
        let line = at.span().start().line;
        let (names, name) = match wanted {
            Wanted::Variable(name) => (&mut self.variables, name),
            Wanted::File => (&mut self.files, FILE.to_owned()),
            Wanted::Parameter => {
                self.wrappers.insert(self.function.clone());
                return;
            }
        };
        if names.iter().all(|(known, _)| *known != name) {
            names.push((name, line));
        }
    }

    fn within(&mut self, signature: &syn::Signature, read: impl FnOnce(&mut Self)) {
        let makes_settings = holds_settings(&self.of) && signature.receiver().is_none();
        let ends = makes_settings || self.of.is_empty() && ENDING.iter().any(|name| signature.ident == name);
        let outer = std::mem::replace(&mut self.ends, ends);
        self.function = signature.ident.to_string();
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(typed) => match &*typed.pat {
                syn::Pat::Ident(name) => Some(name.ident.to_string()),
                _ => None,
            },
            syn::FnArg::Receiver(_) => None,
        });
        self.parameters = parameters.collect();
        read(self);
        self.ends = outer;
    }

    /// What an expression reads, without a default.
    fn read(&self, of: &Expr) -> Option<Wanted> {
        match of {
            Expr::MethodCall(call) if PASSING.iter().any(|name| call.method == name) => self.read(&call.receiver),
            Expr::Paren(inner) => self.read(&inner.expr),
            Expr::Call(call) => {
                let (name, module) = last_name(&call.func);
                let Some(first) = call.args.first() else {
                    return (name == "dotenv" && MODULES.contains(&module.as_str())).then_some(Wanted::File);
                };
                if name != "var" && name != "var_os" || !MODULES.contains(&module.as_str()) {
                    return None;
                }
                let is_parameter = || name_of(first).is_some_and(|name| self.parameters.contains(&name));
                let variable = self.texts.text(first).filter(|text| is_variable(text)).map(Wanted::Variable);
                variable.or_else(|| is_parameter().then_some(Wanted::Parameter))
            }
            _ => None,
        }
    }

    /// What a method stops the program without.
    fn wanted(&self, call: &syn::ExprMethodCall) -> Option<Wanted> {
        let of = match &*call.receiver {
            Expr::MethodCall(inner) if inner.method == "ok" => &inner.receiver,
            receiver => receiver,
        };
        let stops = match call.method.to_string().as_str() {
            "expect" | "unwrap" => true,
            "unwrap_or_else" => call.args.first().is_some_and(panics),
            _ => false,
        };
        if stops { self.read(of) } else { None }
    }
}

/// The name that an expression is: `key`, `&key`
fn name_of(of: &Expr) -> Option<String> {
    match of {
        Expr::Reference(inner) => name_of(&inner.expr),
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

/// Whether a closure does nothing but panic: `|_| panic!("PORT is not set")`.
fn panics(closure: &Expr) -> bool {
    use syn::Stmt;
    let Expr::Closure(closure) = closure else { return false };
    let of = match &*closure.body {
        Expr::Macro(of) => &of.mac,
        Expr::Block(of) => match of.block.stmts.as_slice() {
            [Stmt::Expr(Expr::Macro(of), _)] => &of.mac,
            [Stmt::Macro(of)] => &of.mac,
            _ => return false,
        },
        _ => return false,
    };
    of.path.is_ident("panic")
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.of = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
            _ => String::new(),
        };
        visit::visit_item_impl(self, item);
        self.of.clear();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(&item.sig, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within(&item.sig, |reader| visit::visit_impl_item_fn(reader, item));
    }

    // Of what may not run, only the condition is read.

    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        self.visit_expr(&branch.cond);
    }

    fn visit_expr_match(&mut self, choice: &'ast syn::ExprMatch) {
        self.visit_expr(&choice.expr);
    }

    fn visit_expr_while(&mut self, _: &'ast syn::ExprWhile) {}

    fn visit_expr_for_loop(&mut self, _: &'ast syn::ExprForLoop) {}

    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}

    fn visit_local_init(&mut self, init: &'ast syn::LocalInit) {
        self.visit_expr(&init.expr);
    }

    fn visit_expr_binary(&mut self, both: &'ast syn::ExprBinary) {
        self.visit_expr(&both.left);
        if !matches!(both.op, BinOp::And(_) | BinOp::Or(_)) {
            self.visit_expr(&both.right);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        // `LazyLock::new(|| …)`
        let is_lazy = matches!(&*call.func, Expr::Path(path)
            if path.path.segments.iter().any(|segment| LAZY.iter().any(|name| segment.ident == name)));
        match call.args.first() {
            Some(Expr::Closure(closure)) if is_lazy => return self.visit_expr(&closure.body),
            // `required("TOKEN")`
            Some(first)
                if matches!(&*call.func, Expr::Path(path)
                if path.path.segments.last().is_some_and(|last| self.wrappers.contains(&last.ident.to_string()))) =>
            {
                if let Some(name) = self.texts.text(first).filter(|text| is_variable(text)) {
                    self.record(Wanted::Variable(name), &call.func);
                }
            }
            _ => {}
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        match self.wanted(call) {
            Some(wanted) => self.record(wanted, &call.receiver),
            None => visit::visit_expr_method_call(self, call),
        }
    }

    fn visit_expr_try(&mut self, tried: &'ast syn::ExprTry) {
        match self.read(&tried.expr).filter(|_| self.ends) {
            Some(wanted) => self.record(wanted, &tried.expr),
            None => visit::visit_expr_try(self, tried),
        }
    }

    fn visit_macro(&mut self, of: &'ast syn::Macro) {
        if of.path.segments.last().is_some_and(|last| last.ident == "lazy_static") {
            for value in lazy_values(of.tokens.clone()) {
                self.visit_expr(&value);
            }
        }
    }
}

/// The values in `lazy_static! { static ref A: String = …; }`.
fn lazy_values(tokens: TokenStream) -> Vec<Expr> {
    let is = |token: &TokenTree, wanted: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted);
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let statements = tokens.split(|token| is(token, ';'));
    let values = statements.filter_map(|statement| {
        let after = statement.iter().position(|token| is(token, '='))? + 1;
        syn::parse2(statement[after..].iter().cloned().collect()).ok()
    });
    values.collect()
}

#[cfg(test)]
mod tests;
