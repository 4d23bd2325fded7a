//! Guards by which a package refuses to compile: its crate roots and its features enter, the guard that stops the build
//! leaves.
//!
//! A guard is `#[cfg(…)] compile_error!("…")`, or in a build script an `if` over `cfg!` and `CARGO_FEATURE_…` that
//! panics. What depends on anything but features and the kind of system is left for the compiler.

use std::collections::BTreeSet;
use std::path::Path;

use cargo_metadata::Package;
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprIf, Item, ItemMacro, Lit, Macro, Meta, StmtMacro, UnOp};

use super::conditions::{self, Compiled, Named, Verdict, all, any};
use super::disk::read_if_present;
use super::graph::Graph;
use crate::error::{Failure, quoted};

/// Refuses a build that one of the local packages refuses itself, with the features that are on.
pub(super) fn must_pass(graph: &Graph) -> Result<(), Failure> {
    for (package, root, features) in graph.local_roots() {
        if let Some(guard) = stops(root, &features.iter().cloned().collect()) {
            return Err(refused(package, root, &guard));
        }
    }
    Ok(())
}

fn refused(package: &Package, root: &Path, guard: &Guard) -> Failure {
    let file = root.file_name().unwrap_or_default().to_string_lossy();
    let says = if guard.message.is_empty() { String::new() } else { format!(": \"{}\"", guard.message) };
    let failure = Failure::new(format!(
        "`{}` refuses to compile with these features, by line {} of its {file}{says}",
        package.name, guard.line
    ));
    let wants: Vec<&String> = guard.wants.iter().filter(|name| package.features.contains_key(*name)).collect();
    match wants.as_slice() {
        [] if guard.has.is_empty() => failure,
        [] => failure.help(format!("leave one of {} out, with `--no-default-features`", quoted(&guard.has))),
        [only] => failure.help(format!("enable it with `--features {only}`")),
        [first, ..] => failure.help(format!("enable one of {}, as in `--features {first}`", quoted(&wants))),
    }
}

/// A guard whose condition holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Guard {
    /// Line of the source.
    pub line: usize,
    /// What it says.
    pub message: String,
    /// Features in its condition that are off.
    pub wants: Vec<String>,
    /// Features in its condition that are on.
    pub has: Vec<String>,
}

/// The first guard of a source that stops a build with these features.
fn stops(source: &Path, features: &BTreeSet<String>) -> Option<Guard> {
    let text = read_if_present(source).ok()??;
    let is_script = source.file_name().is_some_and(|name| name == "build.rs");
    // Most sources have none, and parsing takes longer than looking.
    let has = |texts: &[&str]| texts.iter().any(|one| text.contains(one));
    let stopping: &[&str] = if is_script { &["compile_error!", "panic!", "assert!"] } else { &["compile_error!"] };
    if !has(stopping) || !has(&["cfg", "CARGO_FEATURE_"]) {
        return None;
    }
    find(&text, features, is_script)
}

pub(super) fn find(text: &str, features: &BTreeSet<String>, is_script: bool) -> Option<Guard> {
    let file = syn::parse_file(text).ok()?;
    let mut guards = Guards { features, is_script, found: None };
    guards.visit_file(&file);
    guards.found
}

struct Guards<'a> {
    features: &'a BTreeSet<String>,
    is_script: bool,
    found: Option<Guard>,
}

impl Guards<'_> {
    fn holds(&self, meta: &Meta, named: &mut Named) -> Verdict {
        conditions::holds(meta, Compiled::with(self.features), named)
    }

    /// The condition of an `if`: `!cfg!(feature = "a") && env::var("CARGO_FEATURE_B").is_err()`.
    fn expression_holds(&self, expression: &Expr, named: &mut Named) -> Verdict {
        match expression {
            Expr::Paren(inner) => self.expression_holds(&inner.expr, named),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                self.expression_holds(&unary.expr, named).map(|holds| !holds)
            }
            Expr::Binary(binary) => {
                let sides = [&binary.left, &binary.right].map(|side| self.expression_holds(side, named));
                match binary.op {
                    syn::BinOp::And(_) => all(&sides),
                    syn::BinOp::Or(_) => any(&sides),
                    _ => None,
                }
            }
            Expr::Macro(call) if call.mac.path.is_ident("cfg") => self.holds(&call.mac.parse_body().ok()?, named),
            Expr::MethodCall(call) => {
                let is_set = match call.method.unraw().to_string().as_str() {
                    "is_ok" | "is_some" => true,
                    "is_err" | "is_none" => false,
                    _ => return None,
                };
                let Expr::Call(var) = &*call.receiver else { return None };
                let Some(Expr::Lit(name)) = var.args.first() else { return None };
                let Lit::Str(name) = &name.lit else { return None };
                let name = name.value();
                let name = name.strip_prefix("CARGO_FEATURE_")?;
                let spelled = |feature: &&String| feature.to_uppercase().replace('-', "_") == name;
                let on = self.features.iter().find(spelled);
                named.0.insert(on.cloned().unwrap_or_else(|| name.to_lowercase().replace('_', "-")));
                Some(on.is_some() == is_set)
            }
            _ => None,
        }
    }

    fn found(&mut self, line: usize, message: String, named: Named) {
        let (has, wants) = named.0.into_iter().partition(|name| self.features.contains(name));
        // A guard that speaks of no feature is one for other systems.
        let guard = Guard { line, message, wants, has };
        if self.found.is_none() && !(guard.wants.is_empty() && guard.has.is_empty()) {
            self.found = Some(guard);
        }
    }

    fn guarded(&mut self, attributes: &[Attribute], mac: &Macro) {
        if !mac.path.is_ident("compile_error") {
            return;
        }
        let mut named = Named::default();
        let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let verdicts: Vec<Verdict> = conditions
            .map(|attribute| attribute.parse_args::<Meta>().ok().and_then(|meta| self.holds(&meta, &mut named)))
            .collect();
        if !verdicts.is_empty() && all(&verdicts) == Some(true) {
            self.found(mac.delimiter.span().open().start().line, message(mac), named);
        }
    }
}

impl<'ast> Visit<'ast> for Guards<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        // What is compiled under a condition of its own is not looked into.
        let is_conditional =
            |attributes: &[Attribute]| attributes.iter().any(|attribute| attribute.path().is_ident("cfg"));
        match item {
            Item::Mod(module) if is_conditional(&module.attrs) => {}
            Item::Fn(function) if is_conditional(&function.attrs) => {}
            Item::Macro(_) | Item::Mod(_) | Item::Fn(_) => visit::visit_item(self, item),
            _ => {}
        }
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        self.guarded(&item.attrs, &item.mac);
    }

    fn visit_stmt_macro(&mut self, statement: &'ast StmtMacro) {
        self.guarded(&statement.attrs, &statement.mac);
    }

    fn visit_expr_if(&mut self, branch: &'ast ExprIf) {
        let mut named = Named::default();
        if self.is_script && self.expression_holds(&branch.cond, &mut named) == Some(true) {
            let first = branch.then_branch.stmts.first();
            if let Some(
                syn::Stmt::Macro(StmtMacro { mac, .. }) | syn::Stmt::Expr(Expr::Macro(syn::ExprMacro { mac, .. }), _),
            ) = first
            {
                if ["panic", "compile_error"].iter().any(|name| mac.path.is_ident(name)) {
                    self.found(branch.if_token.span.start().line, message(mac), named);
                }
            }
        }
        visit::visit_expr_if(self, branch);
    }
}

/// The text of `compile_error!("…")`, as far as it is plain.
fn message(mac: &Macro) -> String {
    let first = mac.tokens.clone().into_iter().next();
    match first {
        Some(proc_macro2::TokenTree::Literal(literal)) => match Lit::new(literal) {
            Lit::Str(text) => text.value().split_whitespace().collect::<Vec<_>>().join(" "),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stopped(source: &str, features: &[&str]) -> Option<(usize, String, Vec<String>)> {
        let features = features.iter().map(|name| (*name).to_owned()).collect();
        find(source, &features, true).map(|guard| (guard.line, guard.message, guard.wants))
    }

    #[test]
    fn a_choice_that_was_not_made_stops_the_build() {
        let source = "#[cfg(not(any(feature = \"sqlite\", feature = \"postgres\")))]\ncompile_error!(\"choose a\n database\");\nfn main() {}";
        assert_eq!(
            stopped(source, &[]),
            Some((2, "choose a database".to_owned(), vec!["postgres".to_owned(), "sqlite".to_owned()]))
        );
        assert_eq!(stopped(source, &["sqlite"]), None);
        let inside = "fn main() { #[cfg(not(feature = \"a\"))] compile_error!(\"a\"); }";
        assert!(stopped(inside, &[]).is_some());
    }

    #[test]
    fn build_scripts_ask_in_code() {
        for condition in [
            "!cfg!(feature = \"a\") && !cfg!(feature = \"b\")",
            "cfg!(not(any(feature = \"a\", feature = \"b\")))",
            "std::env::var(\"CARGO_FEATURE_A\").is_err() && env::var_os(\"CARGO_FEATURE_B\").is_none()",
            "!(cfg!(feature = \"a\") || cfg!(feature = \"b\"))",
        ] {
            let source = format!("fn main() {{ if {condition} {{ panic!(\"no\"); }} }}");
            assert_eq!(stopped(&source, &[]).unwrap().2, ["a", "b"], "{condition}");
            assert_eq!(stopped(&source, &["b"]), None, "{condition}");
        }
        assert_eq!(stopped("fn main() { if !cfg!(feature = \"a\") { build(); } }", &[]), None);
    }

    #[test]
    fn what_only_the_compiler_can_tell_stops_nothing() {
        for condition in [
            "windows",
            "target_os = \"macos\"",
            "all(not(feature = \"a\"), tokio_unstable)",
            "not(target_pointer_width = \"64\")",
            "all(test, not(feature = \"a\"))",
            "all(feature = \"a\", feature = \"b\")",
        ] {
            assert_eq!(stopped(&format!("#[cfg({condition})] compile_error!(\"x\");"), &["a"]), None, "{condition}");
        }
        let inside = "#[cfg(windows)] mod a { #[cfg(not(feature = \"a\"))] compile_error!(\"x\"); }";
        assert_eq!(stopped(inside, &[]), None);
    }

    #[test]
    fn features_that_exclude_each_other_are_told_from_those_that_are_missing() {
        let features = ["a", "b"].map(str::to_owned).into();
        let guard = find("#[cfg(all(feature = \"a\", feature = \"b\"))]\ncompile_error!(\"one\");", &features, false);
        assert_eq!(guard.map(|guard| (guard.has.len(), guard.wants.len())), Some((2, 0)));
    }
}
