//! Where a program prints its help because nobody said a subcommand: the syntax tree of a source enters, lines leave.

use syn::visit::{self, Visit};
use syn::{Expr, Pat};

use super::arguments::is_for_tests;

/// Methods of clap that print it.
const PRINTING: [&str; 2] = ["print_help", "print_long_help"];

/// Whether a source may do that.
pub(super) fn may_be_in(text: &str) -> bool {
    PRINTING.iter().any(|method| text.contains(method))
}

pub(super) fn read(file: &syn::File) -> Vec<((), usize)> {
    let mut reader = Reader { is_without: false, found: Vec::new() };
    reader.visit_file(file);
    reader.found
}

struct Reader {
    /// Whether what is read stands where a value is missing.
    is_without: bool,
    found: Vec<((), usize)>,
}

impl Reader {
    fn without(&mut self, read: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.is_without, true);
        read(self);
        self.is_without = outer;
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    // `None => …`
    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if matches!(&arm.pat, Pat::Ident(name) if name.ident == "None") {
            self.without(|reader| visit::visit_arm(reader, arm));
        } else {
            visit::visit_arm(self, arm);
        }
    }

    // `if let Some(command) = … { … } else { … }`
    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        self.visit_block(&branch.then_branch);
        if let Some((_, other)) = &branch.else_branch {
            if matches!(&*branch.cond, Expr::Let(_)) {
                self.without(|reader| reader.visit_expr(other));
            } else {
                self.visit_expr(other);
            }
        }
    }

    // `let Some(command) = … else { … };`
    fn visit_local_init(&mut self, init: &'ast syn::LocalInit) {
        self.visit_expr(&init.expr);
        if let Some((_, other)) = &init.diverge {
            self.without(|reader| reader.visit_expr(other));
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if self.is_without && PRINTING.iter().any(|method| call.method == method) {
            self.found.push(((), call.method.span().start().line));
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_for_want_of_a_subcommand() {
        for (code, is_there) in [
            ("match cli.command { Some(c) => c.run(), None => { Cli::command().print_help().ok(); } }", true),
            ("if let Some(c) = cli.command { c.run() } else { app.print_long_help().unwrap(); }", true),
            ("let Some(c) = cli.command else { app.print_help()?; return Ok(()) };", true),
            ("if cli.help { app.print_help()?; }", false),
            ("match cli.command { Some(c) => app.print_help(), None => serve() }", false),
        ] {
            let file = syn::parse_str(&format!("fn main() {{ {code} }}")).unwrap();
            assert_eq!(!read(&file).is_empty(), is_there, "{code}");
        }
    }
}
