//! The text of a source: tokens leave, without what nothing is read from.

use proc_macro2::{LexError, TokenStream};

/// Brackets in each other, beyond which parsers run out of stack. Real sources have some thirty.
const DEEPEST: usize = 400;

/// Whether a source opens more brackets than any that somebody wrote.
pub(super) fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest > DEEPEST
}

/// The tokens of a source, and the text that they come from: without the module of tests that it ends with, which nothing
/// is read from and which may be most of it. Its form is that of rustfmt; tests elsewhere are skipped later.
pub(super) fn parse(text: &str) -> Result<(&str, TokenStream), LexError> {
    let text = text.trim_start_matches('\u{feff}');
    if let Some(start) = text.rfind("\n#[cfg(test)]\nmod ") {
        let (mut before, module) = text.split_at(start + 1);
        // Attributes and documentation above belong to the module.
        while let Some(line) = before.lines().last().filter(|line| line.starts_with("#[") || line.starts_with("///")) {
            before = &before[..before.trim_end().len() - line.trim_end().len()];
        }
        let has_body = module.lines().nth(1).is_some_and(|line| line.ends_with('{'));
        let is_last = has_body && module.find("\n}").is_some_and(|end| module[end + 2..].trim().is_empty());
        // Where this begins inside of a string, what stands before it is no source.
        if let (true, Ok(tokens)) = (is_last, before.parse()) {
            return Ok((before, tokens));
        }
    }
    Ok((text, text.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_at_the_end_are_no_part_of_a_source() {
        let text_of = |source: &'static str| parse(source).unwrap().0;
        assert_eq!(text_of("fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n"), "fn a() {}\n\n");
        let documented = "fn a() {}\n/// All.\n#[rustfmt::skip]\n#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(text_of(documented), "fn a() {}\n");
        for whole in [
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n",
            "use a;\n#[cfg(test)]\nmod tests;\nfn a() {\n}\n",
            "fn a() {}\n#[cfg(test)]\nmod tests;\n",
            "const A: &str = r#\"\n#[cfg(test)]\nmod tests {\n}\"#;\n",
        ] {
            assert_eq!(text_of(whole), whole);
        }
        assert!(parse("fn a( {").is_err());
    }
}
