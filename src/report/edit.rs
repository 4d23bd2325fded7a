//! A change of one line that reaches the program: a source enters, the changed one leaves.

use syn::Item;

/// The source with a new text in `main`, which the compiler may not leave out. `None` where there is no such function.
pub(super) fn changed(source: &str, name: &str) -> Option<String> {
    let file = syn::parse_file(source).ok()?;
    let main = file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == "main" => Some(function),
        _ => None,
    })?;
    let open = main.block.brace_token.span.open().end();
    let before: usize = source.split_inclusive('\n').take(open.line - 1).map(str::len).sum();
    let line = &source[before..];
    let at = before + line.char_indices().nth(open.column).map_or(line.len(), |(at, _)| at);
    let (begin, end) = source.split_at(at);
    Some(format!("{begin} std::hint::black_box(\"{name}\");{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn main_begins_with_the_change() {
        let source = "//! “é”\n#[tokio::main]\nasync fn main() -> Result<(), ()> { Ok(()) }\n";
        let expected =
            "//! “é”\n#[tokio::main]\nasync fn main() -> Result<(), ()> { std::hint::black_box(\"new\"); Ok(()) }\n";
        assert_eq!(changed(source, "new").as_deref(), Some(expected));
        assert_eq!(changed("pub use other::main;", "new"), None);
        assert_eq!(changed("fn main( {", "new"), None);
    }
}
