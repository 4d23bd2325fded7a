//! Names of build stages: binaries enter, names that a builder accepts and that nothing else uses leave.
//! <https://docs.docker.com/reference/dockerfile/#from>

use std::collections::BTreeSet;

use super::platforms;
use crate::catalog::Platform;
use crate::workspace::Workspace;

/// Stages of the build itself, and words that builders keep for themselves.
const TAKEN: [&str; 8] = ["base", "build", "context", "dependencies", "rootfs", "scratch", "sources", "toolchain"];

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

/// A binary whose name is a stage's name as it is keeps it, whatever the others are called.
pub(super) fn names(workspace: &Workspace, platforms: &[&Platform]) -> StageNames {
    let binaries: Vec<&str> = workspace.binaries.iter().map(|binary| binary.name.as_str()).collect();
    let of_platforms = platforms.iter().map(|platform| platforms::stage_name(platform));
    let of_platforms = of_platforms.chain((!platforms.is_empty()).then(|| platforms::STAGE.to_owned()));
    let taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).chain(of_platforms).collect();
    let mut used = taken.clone();
    used.extend(binaries.iter().filter(|name| plain(name) == **name).map(|name| (*name).to_owned()));
    let mut names = Vec::new();
    for name in binaries {
        let plain = plain(name);
        if plain == name && !taken.contains(name) {
            names.push(plain);
            continue;
        }
        let candidates = [plain.clone(), format!("{plain}-image")].into_iter();
        let mut candidates = candidates.chain((2..).map(|number| format!("{plain}-image-{number}")));
        names.extend(candidates.find(|candidate| used.insert(candidate.clone())));
    }
    StageNames(names)
}

/// Lower case letters and digits, with one `-`, `_` or `.` between them, beginning with a letter: what holds for the
/// name of a stage and for a part of an image's name, because `COPY --from` takes either.
/// <https://pkg.go.dev/github.com/distribution/reference>
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            c if c.is_ascii_alphanumeric() => plain.push(c),
            _ if plain.is_empty() || plain.ends_with(['-', '_', '.']) => {}
            '_' | '.' => plain.push(c),
            _ => plain.push('-'),
        }
    }
    let plain = plain.trim_end_matches(['-', '_', '.']);
    match plain.chars().next() {
        None => "bin".to_owned(),
        Some(first) if first.is_ascii_alphabetic() => plain.to_owned(),
        Some(_) => format!("bin-{plain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Binary;

    fn names_of(binaries: &[&str]) -> Vec<String> {
        let binary = |name: &&str| Binary { name: (*name).to_owned(), ..Binary::default() };
        let workspace = Workspace { binaries: binaries.iter().map(binary).collect(), ..Workspace::default() };
        names(&workspace, &[]).stages().map(str::to_owned).collect()
    }

    #[test]
    fn names_are_legal_and_unique() {
        assert_eq!(
            names_of(&["Api", "api", "build", "7zip", "grüße", "日本", "café", "foo_", "foo-", "foo___bar", "foo."]),
            [
                "api-image",
                "api",
                "build-image",
                "bin-7zip",
                "gr-e",
                "bin",
                "caf",
                "foo",
                "foo-image",
                "foo_bar",
                "foo-image-2"
            ]
        );
    }

    #[test]
    fn a_binary_gets_its_own_name_before_another_that_only_looks_like_it() {
        assert_eq!(names_of(&["Server", "server"]), ["server-image", "server"]);
        assert_eq!(names_of(&["server", "SERVER"]), ["server", "server-image"]);
    }
}
