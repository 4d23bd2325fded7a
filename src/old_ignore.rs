//! An ignore file that was there before: its text and the files that ours lets through enter, those of them that it kept
//! out leave.
//! <https://docs.docker.com/build/concepts/context/#dockerignore-files>

use crate::context_path::{ContextPath, ContextPattern};

/// A file that ours lets through and the old one kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LetIn {
    /// The file.
    pub path: ContextPath,
    /// The line that kept it out.
    pub line: String,
}

/// A line of the old file.
struct Line<'a> {
    text: &'a str,
    is_exception: bool,
    matches: Box<dyn Fn(&ContextPath) -> bool>,
}

/// Which of the files the old text kept out. As builders do, the last line that matches a path or a folder around it
/// counts.
pub(crate) fn let_in(old: &str, files: impl IntoIterator<Item = ContextPath>) -> Vec<LetIn> {
    let lines: Vec<Line> = old.lines().filter_map(line).collect();
    let kept_out = |path: &ContextPath| {
        let last = lines.iter().rfind(|line| (line.matches)(path))?;
        (!last.is_exception).then(|| last.text.to_owned())
    };
    files.into_iter().filter_map(|path| Some(LetIn { line: kept_out(&path)?, path })).collect()
}

fn line(text: &str) -> Option<Line<'_>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let (pattern, is_exception) = text.strip_prefix('!').map_or((text, false), |pattern| (pattern.trim(), true));
    if pattern.is_empty() || pattern.starts_with('#') {
        return None;
    }
    let pattern = ContextPattern::new(&ContextPath::default(), pattern);
    Some(Line { text, is_exception, matches: Box::new(pattern.matcher()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_out(old: &str, files: &[&str]) -> Vec<String> {
        let files = files.iter().map(|file| ContextPath::default().join(file));
        let_in(old, files).into_iter().map(|file| format!("{} by {}", file.path, file.line)).collect()
    }

    #[test]
    fn the_last_line_that_matches_counts() {
        let old = "# rust\n/target/\n**/*.md\n!README.md\n.git\nsrc/secret\n";
        assert_eq!(
            kept_out(old, &["src/main.rs", "README.md", "src/notes.md", "src/secret/a.rs", ".git/HEAD"]),
            ["src/notes.md by **/*.md", "src/secret/a.rs by src/secret", ".git/HEAD by .git"]
        );
    }

    #[test]
    fn patterns_start_from_the_contexts_root_and_an_allow_list_lets_in_what_it_lists() {
        assert_eq!(kept_out("*.rs\n", &["src/main.rs", "build.rs"]), ["build.rs by *.rs"]);
        assert_eq!(
            kept_out("*\n!src\n!Cargo.toml\n", &["src/main.rs", "Cargo.toml", "Cargo.lock"]),
            ["Cargo.lock by *"]
        );
        assert!(kept_out("", &["a"]).is_empty());
    }
}
