//! Texts of one source: its syntax tree enters, what an expression comes to leaves, through constants and conversions.

use std::collections::BTreeMap;

use syn::Expr;
use syn::visit::Visit;

use super::expressions::{last_name, string};

/// What makes one text of another.
const CONVERSIONS: [&str; 4] = ["into", "to_owned", "to_string", "from"];

/// Texts by the names of constants and statics.
#[derive(Default)]
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(super) fn of(file: &syn::File) -> Self {
        let mut texts = Self::default();
        texts.visit_file(file);
        texts
    }

    fn keep(&mut self, name: &syn::Ident, value: &Expr) {
        self.0.extend(string(value).map(|text| (name.to_string(), text)));
    }

    /// `"a"`, `A`, `"a".into()`, `PathBuf::from(A)`
    pub(super) fn text(&self, of: &Expr) -> Option<String> {
        match of {
            Expr::Path(_) => self.0.get(&last_name(of).0).cloned(),
            Expr::MethodCall(call) if converts(&call.method.to_string()) => self.text(&call.receiver),
            Expr::Call(call) if converts(&last_name(&call.func).0) => self.text(call.args.first()?),
            of => string(of),
        }
    }
}

fn converts(name: &str) -> bool {
    CONVERSIONS.contains(&name)
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.keep(&item.ident, &item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.keep(&item.ident, &item.expr);
    }
}
