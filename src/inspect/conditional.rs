//! Parts of sources that are compiled under a condition: items and modules enter, whether a line is compiled leaves.

use std::collections::BTreeMap;

use super::source_paths::ConditionalItem;
use crate::context_path::ContextPath;
use crate::workspace::SourceLine;

/// The parts of the sources of one package.
#[derive(Debug, Default, Clone)]
pub(super) struct Conditional {
    items: Vec<Item>,
    /// For each file or folder that may be that of a module, the conditions of its declarations; `None` where one has none.
    modules: BTreeMap<ContextPath, Vec<Option<String>>>,
}

#[derive(Debug, Clone)]
struct Item {
    file: ContextPath,
    lines: (usize, usize),
    condition: String,
}

impl Conditional {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// An item of a file.
    pub(super) fn add_item(&mut self, file: &ContextPath, item: &ConditionalItem) {
        self.items.push(Item { file: file.clone(), lines: item.lines, condition: item.condition.clone() });
    }

    /// A module that some file declares, by a place where its source may lie.
    pub(super) fn add_module(&mut self, path: ContextPath, condition: Option<&String>) {
        self.modules.entry(path).or_default().push(condition.cloned());
    }

    /// Tells lines that are compiled from those for which a condition does not hold. A module counts where one of its
    /// declarations does.
    pub(super) fn compiled(&self, holds: impl Fn(&str) -> bool) -> impl Fn(&SourceLine) -> bool {
        let is_off = |condition: &str| !holds(condition);
        let items: Vec<&Item> = self.items.iter().filter(|item| is_off(&item.condition)).collect();
        let is_never = |conditions: &[Option<String>]| conditions.iter().all(|one| one.as_deref().is_some_and(is_off));
        let modules = self.modules.iter().filter(|(_, conditions)| is_never(conditions)).map(|(path, _)| path);
        let modules: Vec<&ContextPath> = modules.collect();
        move |place| {
            let is_in_item =
                |item: &&Item| item.file == place.file && (item.lines.0..=item.lines.1).contains(&place.line);
            !items.iter().any(is_in_item) && !modules.iter().any(|module| place.file.starts_with(module))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_counts_where_one_of_its_declarations_does() {
        let mut parts = Conditional::default();
        let path = |name: &str| ContextPath::default().join(name);
        let windows = "windows".to_owned();
        parts.add_item(
            &path("src/main.rs"),
            &ConditionalItem { condition: windows.clone(), lines: (3, 5), module: None, file: None },
        );
        parts.add_module(path("src/a.rs"), Some(&windows));
        parts.add_module(path("src/b.rs"), Some(&windows));
        parts.add_module(path("src/b.rs"), Some(&"unix".to_owned()));
        parts.add_module(path("src/c"), Some(&windows));
        parts.add_module(path("src/d.rs"), Some(&windows));
        parts.add_module(path("src/d.rs"), None);
        let is_compiled = parts.compiled(|condition| condition != "windows");
        for (file, line, expected) in [
            ("src/main.rs", 2, true),
            ("src/main.rs", 3, false),
            ("src/main.rs", 5, false),
            ("src/main.rs", 6, true),
            ("src/a.rs", 1, false),
            ("src/b.rs", 1, true),
            ("src/c/e.rs", 1, false),
            ("src/d.rs", 1, true),
        ] {
            assert_eq!(is_compiled(&SourceLine { file: path(file), line }), expected, "{file}:{line}");
        }
    }
}
