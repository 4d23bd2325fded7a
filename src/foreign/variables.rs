//! ARG and ENV: a text with `$NAME` in it enters, the text with the values that are known leaves. What nobody can know
//! before the build becomes [`UNKNOWN`].

use std::collections::BTreeMap;

/// Stands for what is not known; no Dockerfile that builders take holds this character.
pub(crate) const UNKNOWN: char = '\u{1}';

/// The longest value that is remembered. Values of values grow without end otherwise.
const LONGEST: usize = 1024;

/// How much longer than it was a text may become.
const ROOM: usize = 64 * 1024;

/// Variables by name; `None` for one that has no default.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables(BTreeMap<String, Option<String>>);

impl Variables {
    /// Sets a variable. A value that is not wholly known, or is too long to be one, counts as none.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        let value = value.filter(|value| value.len() <= LONGEST && is_known(value));
        self.0.insert(name.to_owned(), value);
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    /// The text with values in place of variables, quoted as the place wants it, so that words stay words. Between single
    /// quotes and after a backslash nothing is replaced.
    pub(super) fn expand(&self, text: &str) -> String {
        let (mut expanded, mut quote) = (String::new(), None);
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match (c, quote) {
                (UNKNOWN, _) => {}
                ('\\', None | Some('"')) => {
                    expanded.push(c);
                    if let Some(next) = rest.chars().next() {
                        expanded.push(next);
                        rest = &rest[next.len_utf8()..];
                    }
                }
                ('$', None | Some('"')) => {
                    let (value, length) = self.value(rest);
                    rest = &rest[length..];
                    match value.filter(|_| expanded.len() < text.len() + ROOM) {
                        Some(value) => push_quoted(&mut expanded, &value, quote.is_some()),
                        None => expanded.push(UNKNOWN),
                    }
                }
                ('`', None | Some('"')) => expanded.push(UNKNOWN),
                (c, Some(open)) => {
                    if c == open {
                        quote = None;
                    }
                    expanded.push(c);
                }
                (c, None) => {
                    if matches!(c, '\'' | '"') {
                        quote = Some(c);
                    }
                    expanded.push(c);
                }
            }
        }
        expanded
    }

    /// ARG, in a stage or before the first one.
    pub(super) fn declare(&mut self, text: &str, globals: &Self) {
        for word in shlex::split(&self.expand(text)).unwrap_or_default() {
            match word.split_once('=') {
                Some((name, default)) => self.set(name, Some(default.to_owned())),
                None if self.get(&word).is_none() => self.set(&word, globals.get(&word).map(str::to_owned)),
                None => {}
            }
        }
    }

    /// The words of a text with variables, those that are known.
    pub(super) fn words(&self, text: &str) -> Vec<String> {
        let words = shlex::split(&self.expand(text)).unwrap_or_default();
        words.into_iter().filter(|word| is_known(word)).collect()
    }

    /// A text that is one word, even where it holds blanks.
    pub(super) fn word(&self, text: &str) -> Option<String> {
        let words = shlex::split(&self.expand(text))?;
        Some(words.join(" ")).filter(|word| is_known(word) && !word.is_empty())
    }

    /// `a=1 b="2 3"`, or the old form with one name and a blank after it.
    pub(super) fn pairs(&self, text: &str) -> Vec<(String, String)> {
        let words = shlex::split(&self.expand(text)).unwrap_or_default();
        match words.split_first() {
            Some((name, value)) if !name.contains('=') => vec![(name.clone(), value.join(" "))],
            _ => {
                let pairs = words.iter().filter_map(|word| word.split_once('='));
                pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            }
        }
    }

    /// The value of what stands after a `$`, and how many bytes of the text name it.
    fn value(&self, text: &str) -> (Option<String>, usize) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let Some(inner) = text.strip_prefix('{') else {
            let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
            return (self.get(&text[..length]).map(str::to_owned), length);
        };
        let Some(end) = inner.find('}') else { return (None, 1) };
        let inner = &inner[..end];
        let (name, rest) = inner.split_at(inner.find(|c| !is_part(c)).unwrap_or(inner.len()));
        let known = self.get(name);
        let value = match (known, rest) {
            (known, "") => known,
            (Some(known), rest) if rest.starts_with(":-") && !known.is_empty() => Some(known),
            (Some(known), rest) if rest.starts_with('-') => Some(known),
            (Some(known), rest) if rest.starts_with(":+") && known.is_empty() => Some(""),
            (None, rest) if rest.starts_with(":+") || rest.starts_with('+') => None,
            (_, rest) => [":-", "-", ":+", "+"].iter().find_map(|operator| rest.strip_prefix(operator)),
        };
        (value.filter(|value| !value.contains(['$', '`'])).map(str::to_owned), end + 2)
    }
}

/// Whether nothing in it is unknown.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains(UNKNOWN)
}

/// A value as a word may hold it: blanks outside of quotes separate words, anything special is special no more.
fn push_quoted(text: &mut String, value: &str, is_inside: bool) {
    for c in value.chars() {
        let is_special = if is_inside { "\"\\$`".contains(c) } else { "\"'\\$`;&|()<>#{}*?!".contains(c) };
        if is_special {
            text.push('\\');
        }
        text.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> String {
        let mut variables = Variables::default();
        variables.set("A", Some("a".into()));
        variables.set("TWO", Some("x y".into()));
        variables.set("EMPTY", Some(String::new()));
        variables.set("NONE", None);
        variables.set("HOSTILE", Some("a;\"b".into()));
        variables.expand(text).replace(UNKNOWN, "?")
    }

    #[test]
    fn variables_are_replaced_where_they_are_known() {
        for (text, expanded) in [
            ("rust:$A-slim", "rust:a-slim"),
            ("${A}b ${A:-c} ${EMPTY:-c} ${MISSING:-c} ${MISSING-c} ${A:+d} ${EMPTY:+d}", "ab a c c c d "),
            ("$NONE ${MISSING} ${A#x} ${A", "? ? ? ?A"),
            ("'$A' \\$A \"$A $TWO\"", "'$A' \\$A \"a x y\""),
            ("$HOSTILE \"$HOSTILE\"", "a\\;\\\"b \"a;\\\"b\""),
            ("$(cat x) `id` $", "?(cat x) ?id? ?"),
            ("${MISSING:-$A}", "?"),
            ("ü$A\\", "üa\\"),
        ] {
            assert_eq!(expand(text), expanded, "{text}");
        }
    }

    #[test]
    fn values_of_values_do_not_grow_without_end() {
        let mut variables = Variables::default();
        variables.set("A", Some("x".repeat(1000)));
        for _ in 0..100 {
            let value = variables.expand("$A$A");
            variables.set("A", Some(value));
        }
        assert_eq!(variables.get("A"), None);
        variables.set("B", Some("y".repeat(1000)));
        assert!(variables.expand(&"$B".repeat(10_000)).len() < 20_000 + ROOM + 11_000);
    }
}
