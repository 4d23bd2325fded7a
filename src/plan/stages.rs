//! Names of build stages: binaries enter, names that a builder accepts and that nothing else uses leave.
//! <https://docs.docker.com/reference/dockerfile/#from>

use std::collections::BTreeSet;

use crate::workspace::Workspace;

/// Stages of the build itself, and words that builders keep for themselves.
const TAKEN: [&str; 8] = ["base", "build", "context", "dependencies", "rootfs", "scratch", "skeleton", "toolchain"];

/// The name of each binary's final stage, in the order of the binaries.
#[derive(Debug)]
pub(super) struct StageNames(Vec<String>);

impl StageNames {
    pub(super) fn stages(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The stage of the default binary.
    pub(super) fn default(&self) -> &str {
        self.0.last().map_or("app", String::as_str)
    }
}

pub(super) fn names(workspace: &Workspace) -> StageNames {
    let mut used: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let mut names = Vec::new();
    for binary in &workspace.binaries {
        let plain = plain(&binary.name);
        let mut name = plain.clone();
        let mut number = 1;
        while !(used.insert(name.clone()) && used.insert(format!("{name}-base"))) {
            name = if number == 1 { format!("{plain}-image") } else { format!("{plain}-image-{number}") };
            number += 1;
        }
        names.push(name);
    }
    StageNames(names)
}

/// Lower case, beginning with a letter, and nothing but letters, digits, `-`, `_` and `.`.
fn plain(name: &str) -> String {
    let name: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name
    } else {
        format!("bin-{}", name.trim_start_matches(['-', '.', '_']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Binary;

    #[test]
    fn names_are_legal_and_unique() {
        let binary = |name: &str| Binary { name: name.to_owned(), ..Binary::default() };
        let workspace = Workspace {
            binaries: ["Api", "api", "build", "7zip", "grüße"].map(binary).into(),
            ..Workspace::default()
        };
        let names = names(&workspace);
        let names: Vec<&str> = names.stages().collect();
        assert_eq!(names, ["api", "api-image", "build-image", "bin-7zip", "gr--e"]);
    }
}
