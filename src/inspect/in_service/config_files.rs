//! Files that the crate config stops without, `File::with_name("Settings")`: the syntax tree of a source enters, their paths
//! and lines leave.

use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall};

use super::arguments::is_for_tests;
use super::expressions::{last_name, mentions};
use super::settings_files::is_plain_path;
use super::texts::Texts;

/// Whether a source may name one.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains("File::with_name(")
}

pub(super) fn read(file: &syn::File) -> Vec<(String, usize)> {
    let mut reader = Reader { texts: Texts::of(file), found: Vec::new() };
    reader.visit_file(file);
    reader.found
}

struct Reader {
    texts: Texts,
    found: Vec<(String, usize)>,
}

/// The name that `File::with_name(…)` is given.
fn named(call: &ExprCall) -> Option<&Expr> {
    let (function, of) = last_name(&call.func);
    call.args.first().filter(|_| function == "with_name" && of == "File")
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let says_false = call.args.iter().any(|argument| mentions(argument, "false"));
        let is_file = matches!(&*call.receiver, Expr::Call(made) if named(made).is_some());
        if call.method != "required" || !says_false || !is_file {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        match named(call).and_then(|name| self.texts.text(name)).filter(|name| is_plain_path(name)) {
            // Without an extension it may be one of several.
            Some(name) if Path::new(&name).extension().is_none() => {
                self.found.push((format!("{name}.toml"), call.span().start().line));
            }
            Some(name) => self.found.push((name, call.span().start().line)),
            None => visit::visit_expr_call(self, call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_have_to_be_there() {
        for (code, found) in [
            ("Config::builder().add_source(File::with_name(\"Settings\")).build()", Some("Settings.toml")),
            ("c.add_source(config::File::with_name(\"conf/api.yaml\").required(true))", Some("conf/api.yaml")),
            ("c.merge(File::with_name(NAME))", Some("app.toml")),
            ("c.add_source(File::with_name(\"Settings\").required(false))", None),
            ("c.add_source(File::with_name(&format!(\"conf/{env}\")))", None),
            ("Blob::with_name(\"Settings\")", None),
            ("c.add_source(File::with_name(\"a`b $(c)\"))", None),
        ] {
            let file = syn::parse_str(&format!("const NAME: &str = \"app\"; fn f() {{ {code}; }}")).unwrap();
            let names: Vec<String> = read(&file).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, found.into_iter().collect::<Vec<_>>(), "{code}");
        }
    }
}
