//! Paths in the build context: [`ContextPath`] is one file or folder, [`ContextPattern`] is what an ignore file or COPY
//! may match.
//!
//! Both start from the context's root, are written with `/` on every machine, and hold neither `.` nor `..`. They are
//! text alone: whether anything lies there is for the modules at the edge to ask.

use std::fmt;
use std::path::{Component, Path};

use glob::{MatchOptions, Pattern};
use serde::Serialize;

/// A file or folder of the build context; the default is the context's root, written as nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct ContextPath(String);

impl ContextPath {
    /// What a path names that starts from the context's root. A root in front of it or a drive is left off.
    #[must_use]
    pub(crate) fn new(path: &Path) -> Self {
        path.components().fold(Self::default(), |folder, part| match part {
            Component::Normal(name) => folder.child(&name.to_string_lossy()),
            Component::ParentDir => folder.parent().unwrap_or_default(),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => folder,
        })
    }

    /// What a relative path names that starts from here. `..` goes up, and at the root stays there.
    #[must_use]
    pub(crate) fn join(&self, path: &str) -> Self {
        path.split('/').fold(self.clone(), |folder, name| match name {
            "" | "." => folder,
            ".." => folder.parent().unwrap_or_default(),
            name => folder.child(name),
        })
    }

    fn child(self, name: &str) -> Self {
        if self.is_root() { Self(name.to_owned()) } else { Self(format!("{self}/{name}")) }
    }

    /// Whether it is the context's root.
    #[must_use]
    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder around it; the root has none.
    #[must_use]
    pub(crate) fn parent(&self) -> Option<Self> {
        (!self.is_root()).then(|| Self(self.0.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()))
    }

    /// Its own name; empty for the root.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The names on the way to it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|name| !name.is_empty())
    }

    /// The folders that hold it, from the nearest to the outermost, without the root.
    pub(crate) fn folders(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(self.parent(), Self::parent).filter(|folder| !folder.is_root())
    }

    /// Whether it is the folder or lies in it.
    #[must_use]
    pub(crate) fn starts_with(&self, folder: &Self) -> bool {
        self.strip_prefix(folder).is_some()
    }

    /// The way from a folder down to it; empty for the folder itself.
    #[must_use]
    pub(crate) fn strip_prefix(&self, folder: &Self) -> Option<&str> {
        if folder.is_root() {
            return Some(&self.0);
        }
        let rest = self.0.strip_prefix(&folder.0)?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
    }

    /// The way from a folder to it, over `..` where it does not lie in that folder.
    #[must_use]
    pub(crate) fn relative_to(&self, folder: &Self) -> String {
        let shared = self.names().zip(folder.names()).take_while(|(own, other)| own == other).count();
        let up = folder.names().skip(shared).map(|_| "..");
        up.chain(self.names().skip(shared)).collect::<Vec<_>>().join("/")
    }

    /// Where it lies when the context's root is at `top`, an absolute path.
    #[must_use]
    pub(crate) fn below(&self, top: &str) -> String {
        if self.is_root() { top.to_owned() } else { format!("{top}/{self}") }
    }

    /// The text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ContextPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContextPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path whose names may hold `*`, `?` and `[…]`, as ignore files and COPY read them, and `**` for any folders. With a
/// folder it takes all that lies in it. `\` makes the next character an ordinary one, and so does `[[]` for `[`.
/// <https://docs.docker.com/build/concepts/context/#syntax>, <https://pkg.go.dev/path/filepath#Match>
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct ContextPattern(ContextPath);

/// `[` as the documentation of COPY writes it. Unlike a backslash it needs no quotes of its own in any file.
/// <https://docs.docker.com/reference/dockerfile/#pattern-matching>
const BRACKET: &str = "[[]";

impl ContextPattern {
    /// What a text means that people write in settings and that starts from `folder`.
    #[must_use]
    pub(crate) fn new(folder: &ContextPath, text: &str) -> Self {
        let folder = Self::exactly(folder);
        Self(folder.0.join(text))
    }

    /// The pattern that matches one path and nothing else, fit for an ignore file.
    #[must_use]
    pub(crate) fn exactly(path: &ContextPath) -> Self {
        let mut pattern = String::new();
        for c in path.0.chars() {
            if "*?[]\\".contains(c) {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        Self(ContextPath(pattern))
    }

    /// The names in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// Patterns of the folders that hold what it matches, without the root.
    pub(crate) fn folders(&self) -> impl Iterator<Item = Self> + use<> {
        self.0.folders().map(Self)
    }

    /// Whether it takes a file or folder along: by its own name, or with a folder that holds it.
    #[must_use]
    pub(crate) fn covers(&self, path: &ContextPath) -> bool {
        self.matcher()(path)
    }

    /// [`ContextPattern::covers`] for many paths.
    pub(crate) fn matcher(&self) -> impl Fn(&ContextPath) -> bool + use<> {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        let pattern = Pattern::new(&self.as_glob()).ok();
        move |path| {
            let matches = |path: &ContextPath| {
                pattern.as_ref().is_some_and(|pattern| pattern.matches_with(path.as_str(), options))
            };
            matches(path) || path.folders().any(|folder| matches(&folder))
        }
    }

    /// Whether something of a folder is taken along, though the folder as a whole may not be.
    #[must_use]
    pub(crate) fn reaches_into(&self, folder: &ContextPath) -> bool {
        self.folders().any(|above| above.covers(folder))
    }

    /// The same for the crate `glob`, which knows no backslash and writes `[^…]` as `[!…]`.
    fn as_glob(&self) -> String {
        let mut glob = String::new();
        let mut characters = self.0.0.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '\\' => glob.extend(characters.next().map(|c| Pattern::escape(&c.to_string()))),
                '[' if characters.peek() == Some(&'^') => {
                    characters.next();
                    glob.push_str("[!");
                }
                c => glob.push(c),
            }
        }
        glob
    }
}

impl fmt::Display for ContextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The path that a text of the settings names, where it is no pattern.
#[must_use]
pub(crate) fn literal(text: &str) -> Option<String> {
    let path = text.replace(BRACKET, "\0");
    (!path.contains(['*', '?', '[', '\\'])).then(|| path.replace('\0', "["))
}

/// How settings write a path: fit for a string of TOML, and with `?` for a character that cannot be written there or in
/// a pattern.
#[must_use]
pub(crate) fn in_settings(path: &str) -> String {
    path.replace('[', BRACKET).replace(|c: char| c.is_control() || "*\\\"".contains(c), "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> ContextPath {
        ContextPath::default().join(text)
    }

    fn pattern(text: &str) -> ContextPattern {
        ContextPattern::new(&ContextPath::default(), text)
    }

    #[test]
    fn no_path_leads_out_of_the_context() {
        assert_eq!(path("./a//b/../c/").as_str(), "a/c");
        assert_eq!(path("/a").as_str(), "a");
        assert_eq!(path("a/../../../b").as_str(), "b");
        assert_eq!(ContextPath::new(Path::new("/a/./b/../c")).as_str(), "a/c");
        assert!(path(".").is_root() && path("").parent().is_none());
    }

    #[test]
    fn folders_are_compared_name_by_name() {
        assert!(path("data/a").starts_with(&path("data")) && path("data").starts_with(&path("data")));
        assert!(!path("data2/a").starts_with(&path("data")));
        assert!(path("data").starts_with(&path("")));
        assert_eq!(path("a/b/c").strip_prefix(&path("a")), Some("b/c"));
        assert_eq!(path("a/b/c").folders().map(|folder| folder.to_string()).collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(path("a/b").parent(), Some(path("a")));
        assert_eq!(path("a/b.rs").name(), "b.rs");
    }

    #[test]
    fn the_way_from_another_folder() {
        assert_eq!(path("common/a.bin").relative_to(&path("common")), "a.bin");
        assert_eq!(path("common/a.bin").relative_to(&path("libraries/shared")), "../../common/a.bin");
        assert_eq!(path("").below("/app"), "/app");
        assert_eq!(path("service").below("/app"), "/app/service");
    }

    #[test]
    fn a_pattern_covers_what_it_takes_along_and_nothing_beside_it() {
        for (text, covered) in [
            ("data", "data/b.bin"),
            ("data/*.bin", "data/b.bin"),
            ("data/*", "data/deep/b.bin"),
            ("**/*.bin", "data/b.bin"),
            ("data/\\[b\\].bin", "data/[b].bin"),
            ("data/[[]b].bin", "data/[b].bin"),
            ("data/[^a].bin", "data/b.bin"),
        ] {
            assert!(pattern(text).covers(&path(covered)), "{text} {covered}");
        }
        for (text, other) in [
            ("data", "data2/b.bin"),
            ("Data/*.bin", "data/b.bin"),
            ("*.bin", "data/b.bin"),
            ("data/[b].bin", "data/[b].bin"),
            ("data/[^b].bin", "data/b.bin"),
        ] {
            assert!(!pattern(text).covers(&path(other)), "{text} {other}");
        }
    }

    #[test]
    fn an_exact_pattern_covers_only_its_path() {
        let odd = path("a/[b]*?.rs");
        assert_eq!(ContextPattern::exactly(&odd).to_string(), "a/\\[b\\]\\*\\?.rs");
        assert!(ContextPattern::exactly(&odd).covers(&odd));
        assert!(!ContextPattern::exactly(&odd).covers(&path("a/bcd.rs")));
    }

    #[test]
    fn a_pattern_may_take_a_part_of_a_folder() {
        assert!(pattern("config/*.toml").reaches_into(&path("config")));
        assert!(pattern("*/a.toml").reaches_into(&path("config")));
        assert!(!pattern("config-old/a.toml").reaches_into(&path("config")));
        assert!(!pattern("config").reaches_into(&path("config")));
    }

    #[test]
    fn names_with_brackets_have_a_spelling_in_settings() {
        assert_eq!(literal("site/[[]id].html").as_deref(), Some("site/[id].html"));
        assert_eq!(literal("site/[id].html"), None);
        for name in ["site/[id].html", "a*b", "what?", "plain", "a\"b"] {
            assert!(pattern(&in_settings(name)).covers(&ContextPath::default().join(name)), "{name}");
        }
        assert_eq!(literal(&in_settings("[id].html")).as_deref(), Some("[id].html"));
    }
}
