//! Quoting, one function for each grammar that a generated file is written in. Whatever a text holds, it stays one word
//! there and means itself.

/// One word of a shell command, in single quotes where it needs any, and in double quotes around single ones. A NUL
/// byte, which no argument can hold, is left out.
#[must_use]
pub(crate) fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let text = text.replace('\0', "");
    if text.contains('\'') && !text.contains(['"', '$', '`', '\\', '!']) {
        return format!("\"{text}\"");
    }
    format!("'{}'", text.replace('\'', r#"'"'"'"#))
}

/// A value of ENV or LABEL in double quotes, in which nothing is expanded. Line ends and other control characters
/// become blanks.
/// <https://docs.docker.com/reference/dockerfile/#environment-replacement>
#[must_use]
pub(crate) fn value(text: &str) -> String {
    let text = escaped(text, "\"\\$").replace(char::is_control, " ");
    format!("\"{text}\"")
}

/// An array of JSON with a blank after each comma, as exec forms are written.
#[must_use]
pub(crate) fn json<T: AsRef<str>>(words: &[T]) -> String {
    let word = |word: &T| serde_json::Value::String(word.as_ref().to_owned()).to_string();
    format!("[{}]", words.iter().map(word).collect::<Vec<_>>().join(", "))
}

/// A string of a bake file, in which nothing is expanded.
/// <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-expressions>
#[must_use]
pub(crate) fn hcl(text: &str) -> String {
    yaml(&text.replace("${", "$${").replace("%{", "%%{"))
}

/// A string of YAML: JSON is YAML.
#[must_use]
pub(crate) fn yaml(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// A string of a compose file, in which nothing is expanded.
/// <https://docs.docker.com/reference/compose-file/interpolation/>
#[must_use]
pub(crate) fn compose(text: &str) -> String {
    yaml(&text.replace('$', "$$"))
}

/// Source and destination of COPY: a pattern of the build context and a path. They are words where words will do, and
/// JSON where they will not; quotes, `$` and `\` mean something in JSON too.
/// <https://docs.docker.com/reference/dockerfile/#copy>
#[must_use]
pub(crate) fn copy(from: &str, to: &str) -> String {
    let is_plain = |path: &str| path.chars().all(|c| c.is_alphanumeric() || "-_./*?@+=,~".contains(c));
    // What begins with a dash would be an option.
    let from = if from.starts_with('-') { format!("./{from}") } else { from.to_owned() };
    if is_plain(&from) && is_plain(to) {
        return format!("{from} {to}");
    }
    json(&[from.as_str(), to].map(|path| escaped(path, "\"'\\$")))
}

/// A line of an ignore file. Blanks at its ends would be trimmed, and a line end would be two lines.
/// <https://docs.docker.com/build/concepts/context/#syntax>
#[must_use]
pub(crate) fn ignore(pattern: &str) -> String {
    let text = pattern.replace(['\n', '\r'], "?");
    let inner = text.trim();
    let (start, end) = text.split_once(inner).unwrap_or_default();
    let visible =
        |blanks: &str| blanks.chars().fold(String::new(), |text, blank| text + "[" + &blank.to_string() + "]");
    format!("{}{inner}{}", visible(start), visible(end))
}

fn escaped(text: &str, special: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if special.contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context_path::{ContextPath, ContextPattern};

    /// Texts that break out of any grammar that lets them: every pair of characters that mean something somewhere,
    /// alone and inside a word.
    fn hostile() -> impl Iterator<Item = String> {
        const SPECIAL: &str = "\"'\\$`(){}[]<>|&;*?!#=,:-~. \t\n\r\u{1}aé";
        let pairs = SPECIAL.chars().flat_map(|a| SPECIAL.chars().map(move |b| format!("{a}{b}")));
        pairs.flat_map(|pair| [pair.clone(), format!("x{pair}y"), format!("--from=x{pair}")])
    }

    /// The word that a builder makes of a value or an operand: quotes go, `\` makes the next character an ordinary one,
    /// and a `$` that is left would be expanded.
    /// <https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go>
    fn lexed(text: &str) -> String {
        let mut word = String::new();
        let (mut characters, mut quote) = (text.chars().peekable(), None);
        while let Some(c) = characters.next() {
            match (c, quote) {
                ('\\', None) => word.extend(characters.next()),
                ('\\', Some('"')) if characters.peek().is_some_and(|c| "\"\\$".contains(*c)) => {
                    word.extend(characters.next());
                }
                ('$', None | Some('"')) => panic!("{text} expands a variable"),
                (c, Some(open)) if c == open => quote = None,
                ('"' | '\'', None) => quote = Some(c),
                (c, _) => word.push(c),
            }
        }
        assert!(quote.is_none(), "{text} leaves a quote open");
        word
    }

    #[test]
    fn every_text_is_one_word_of_a_shell() {
        for text in hostile() {
            assert_eq!(shlex::split(&shell(&text)), Some(vec![text.clone()]), "{text:?}");
        }
        assert_eq!(shell("crates/api"), "crates/api");
    }

    #[test]
    fn every_text_is_one_value_on_one_line() {
        for text in hostile() {
            assert_eq!(lexed(&value(&text)), text.replace(char::is_control, " "), "{text:?}");
            assert!(!value(&text).contains(char::is_control));
        }
    }

    #[test]
    fn every_text_is_one_word_of_an_exec_form() {
        for text in hostile() {
            let words: Vec<String> = serde_json::from_str(&json(&[&text, "b"])).unwrap();
            assert_eq!(words, [text.as_str(), "b"]);
        }
    }

    #[test]
    fn every_text_is_one_operand_of_copy() {
        for text in hostile() {
            let operands = copy(&text, &text);
            let words: Vec<String> = if operands.starts_with('[') {
                serde_json::from_str(&operands).unwrap()
            } else {
                operands.split_whitespace().map(str::to_owned).collect()
            };
            let words: Vec<String> = words.iter().map(|word| lexed(word)).collect();
            assert_eq!(words.len(), 2, "{text:?}");
            assert_eq!(words[0].trim_start_matches("./"), text.trim_start_matches("./"), "{text:?}");
            assert_eq!(words[1], text);
            assert!(!operands.starts_with('-') && !operands.contains('\n'));
        }
        assert_eq!(copy("static", "/app/static"), "static /app/static");
    }

    #[test]
    fn every_path_is_one_line_of_an_ignore_file() {
        for text in hostile() {
            let path = ContextPath::default().join(&text);
            if path.is_root() {
                continue;
            }
            let line = ignore(&ContextPattern::exactly(&path).to_string());
            assert!(line.trim() == line && !line.contains(['\n', '\r']), "{text:?}");
            let read = ContextPattern::new(&ContextPath::default(), &line);
            assert!(read.covers(&path), "{text:?} as {line:?}");
        }
    }
}
