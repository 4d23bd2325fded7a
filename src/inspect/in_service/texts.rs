//! Texts of one source: its syntax tree enters, what an expression comes to leaves, through constants and conversions.

use std::collections::BTreeMap;

use syn::Expr;
use syn::visit::Visit;

use super::arguments::string;

/// What makes one text of another.
const CONVERSIONS: [&str; 4] = ["into", "to_owned", "to_string", "from"];

/// Texts by the names of constants.
#[derive(Default)]
pub(super) struct Texts(BTreeMap<String, String>);

impl Texts {
    pub(super) fn of(file: &syn::File) -> Self {
        let mut texts = Self::default();
        texts.visit_file(file);
        texts
    }

    /// `"a"`, `A`, `"a".into()`, `PathBuf::from(A)`
    pub(super) fn text(&self, of: &Expr) -> Option<String> {
        match of {
            Expr::Path(path) => self.0.get(&path.path.segments.last()?.ident.to_string()).cloned(),
            Expr::MethodCall(call) if converts(&call.method) => self.text(&call.receiver),
            Expr::Call(call) => match &*call.func {
                Expr::Path(path) if path.path.segments.last().is_some_and(|last| converts(&last.ident)) => {
                    self.text(call.args.first()?)
                }
                _ => None,
            },
            of => string(of),
        }
    }
}

fn converts(name: &syn::Ident) -> bool {
    CONVERSIONS.iter().any(|conversion| name == conversion)
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.0.extend(string(&item.expr).map(|text| (item.ident.to_string(), text)));
    }
}
