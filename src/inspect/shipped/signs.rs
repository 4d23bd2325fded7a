//! What the repository's own files say of the programs that its maintainers ship: Dockerfiles, workflows and cargo's
//! aliases enter, names leave.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::super::config::Configuration;
use super::super::disk::{entries, read_if_present};
use super::super::paths::with_slashes;
use super::Candidate;
use crate::catalog::Shipping;
use crate::render::{Origin, origin};

/// What the files say.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Dockerfiles that somebody wrote, the one at the root first.
    pub dockerfiles: Vec<Shipment>,
    /// The Dockerfile of ours at the root, with the names of the binaries that it leaves out.
    pub own: Option<(Shipment, BTreeSet<String>)>,
    /// Workflows that build what is shipped.
    pub workflows: Vec<Shipment>,
    /// Packages that aliases of cargo run, each with the alias.
    pub aliases: Vec<(String, String)>,
}

/// The programs that one file ships.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shipment {
    /// The file, relative to the workspace root.
    pub file: String,
    /// Places in the list of candidates; the program that is started comes last.
    pub programs: Vec<usize>,
    /// Whether it ships no others.
    pub is_all: bool,
}

/// Where ours is written unless somebody says otherwise.
const OWN: &str = "Dockerfile";

/// Folders in which nobody looks for a Dockerfile.
const NOT_LOOKED_INTO: [&str; 3] = [".git", "node_modules", "target"];

pub(super) fn read(
    root: &Path,
    candidates: &[Candidate],
    configuration: &Configuration,
    known: &Shipping,
) -> Result<Signs> {
    let mut signs = Signs { aliases: aliases(configuration), ..Signs::default() };
    let own = candidates.iter().map(|candidate| root.join(&candidate.folder));
    for folder in folders(root, 2).into_iter().chain(own) {
        for (file, text) in dockerfiles(root, &folder, known)? {
            let (programs, is_all) = in_dockerfile(&text, candidates);
            if !programs.is_empty() && signs.dockerfiles.iter().all(|known| known.file != file) {
                signs.dockerfiles.push(Shipment { file, programs, is_all });
            }
        }
    }
    let text = read_if_present(&root.join(OWN)).unwrap_or_default().unwrap_or_default();
    if origin(&text) != Origin::Foreign {
        let (programs, is_all) = in_dockerfile(&text, candidates);
        let left_out = text.lines().filter_map(|line| line.strip_prefix("# Left out:"));
        let names = left_out.flat_map(|line| line.split([',', ' '])).filter(|name| !name.is_empty()).map(str::to_owned);
        signs.own = Some((Shipment { file: OWN.to_owned(), programs, is_all }, names.collect()));
    }
    for name in names_in(&root.join(".github/workflows"))? {
        let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
        if stem.is_some_and(|stem| known.is_release(stem)) {
            let file = format!(".github/workflows/{name}");
            let text = read_if_present(&root.join(&file)).unwrap_or_default().unwrap_or_default();
            let programs = in_workflow(&text, candidates);
            if !programs.is_empty() {
                signs.workflows.push(Shipment { file, programs, is_all: false });
            }
        }
    }
    Ok(signs)
}

/// Names in a folder that need not be there, sorted.
fn names_in(folder: &Path) -> Result<Vec<String>> {
    if folder.is_dir() { entries(folder).map(|names| names.into_iter().collect()) } else { Ok(Vec::new()) }
}

/// A folder and those in it, so many steps down.
fn folders(folder: &Path, steps: usize) -> Vec<PathBuf> {
    let names = if steps == 0 { Vec::new() } else { names_in(folder).unwrap_or_default() };
    let below =
        names.into_iter().filter(|name| !NOT_LOOKED_INTO.contains(&name.as_str())).map(|name| folder.join(name));
    let below = below.filter(|path| path.is_dir() && !path.is_symlink()).flat_map(|path| folders(&path, steps - 1));
    std::iter::once(folder.to_owned()).chain(below).collect()
}

/// The Dockerfiles of a folder that are not ours and not for tests, with their texts.
fn dockerfiles(root: &Path, folder: &Path, known: &Shipping) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for name in names_in(folder)? {
        let path = folder.join(&name);
        let is_one = name.starts_with("Dockerfile") || name.ends_with(".Dockerfile") || name == "Containerfile";
        let file = with_slashes(path.strip_prefix(root).unwrap_or(&path));
        // An image with tools for users is shipped as well.
        let is_for_tests = known.tool_word(&file).is_some_and(|word| !word.starts_with("tool"));
        if !is_one || name.ends_with("ignore") || is_for_tests {
            continue;
        }
        // One that cannot be read tells nothing; where it stands in the way, that is an error elsewhere.
        let text = read_if_present(&path).unwrap_or_default().unwrap_or_default();
        if origin(&text) == Origin::Foreign {
            found.push((file, text));
        }
    }
    Ok(found)
}

/// The programs that a Dockerfile copies from another stage or starts; failing those, the ones that it builds. Where it
/// copies whatever a pattern matches, there may be others.
fn in_dockerfile(text: &str, candidates: &[Candidate]) -> (Vec<usize>, bool) {
    let (mut copied, mut started, mut built) = (Vec::new(), Vec::new(), Vec::new());
    let mut is_all = true;
    let is_named = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        candidates.iter().position(|candidate| candidate.name == name)
    };
    for line in logical_lines(text) {
        let words: Vec<&str> =
            line.split(|c: char| c.is_whitespace() || "\"'[],".contains(c)).filter(|word| !word.is_empty()).collect();
        let Some((instruction, arguments)) = words.split_first() else { continue };
        match instruction.to_uppercase().as_str() {
            "FROM" => started.clear(),
            "COPY" if arguments.iter().any(|word| word.ends_with("/*")) => is_all = false,
            "COPY" if arguments.iter().any(|word| word.starts_with("--from=")) => {
                copied
                    .extend(arguments.iter().filter(|word| !word.starts_with("--")).filter_map(|word| is_named(word)));
            }
            "ENTRYPOINT" | "CMD" => {
                let program = |(at, word): (usize, &&&str)| at == 0 || word.contains('/');
                let named = arguments.iter().enumerate().filter(|(at, word)| program((*at, word)));
                started.extend(named.filter_map(|(_, word)| is_named(word)));
            }
            "RUN" => built.extend(built_by(arguments, candidates)),
            _ => {}
        }
    }
    let shipped = if copied.is_empty() && started.is_empty() { built } else { [copied, started].concat() };
    (each_once(shipped), is_all)
}

/// Each place once, where it comes last.
fn each_once(places: Vec<usize>) -> Vec<usize> {
    let mut once: Vec<usize> = Vec::new();
    for place in places.into_iter().rev() {
        if !once.contains(&place) {
            once.push(place);
        }
    }
    once.reverse();
    once
}

/// Lines of a Dockerfile or of a shell, those that end in a backslash joined, without comments.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        if let Some(last) = lines.last_mut() {
            last.push_str(part);
            last.push(' ');
        }
        if !goes_on {
            lines.push(String::new());
        }
    }
    lines
}

/// The programs that a workflow builds: `cargo build --bin server`, or `bin: server` of an action.
fn in_workflow(text: &str, candidates: &[Candidate]) -> Vec<usize> {
    let mut found = Vec::new();
    for line in logical_lines(text) {
        if let Some(names) = line.trim_start_matches(['-', ' ']).strip_prefix("bin:") {
            let names = names.split(|c: char| c.is_whitespace() || ",\"'[]".contains(c));
            found.extend(names.filter_map(|name| candidates.iter().position(|candidate| candidate.name == name)));
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        found.extend(built_by(&words, candidates));
    }
    each_once(found)
}

/// The programs that words of a shell have cargo build for others to use.
fn built_by(words: &[&str], candidates: &[Candidate]) -> Vec<usize> {
    let names = |word: &str| ["cargo", "cross"].contains(&word.rsplit('/').next().unwrap_or(word));
    let Some(at) = words.iter().position(|word| names(word)) else { return Vec::new() };
    let words = &words[at..];
    let builds = ["build", "rustc", "install", "zigbuild", "auditable"];
    if !words.iter().any(|word| builds.contains(word)) {
        return Vec::new();
    }
    let values = |flags: &[&str]| -> Vec<String> {
        let pairs = words.iter().zip(words.iter().skip(1).chain([&""]));
        pairs
            .filter_map(|(word, next)| match word.split_once('=') {
                Some((flag, value)) if flags.contains(&flag) => Some(value.to_owned()),
                None if flags.contains(word) => Some((*next).to_owned()),
                _ => None,
            })
            .map(|value| value.trim_matches(['"', '\'']).trim_start_matches("./").trim_end_matches('/').to_owned())
            .collect()
    };
    let places = |holds: &dyn Fn(&Candidate) -> bool| {
        (0..candidates.len()).filter(|place| holds(&candidates[*place])).collect::<Vec<_>>()
    };
    let binaries = values(&["--bin"]);
    if !binaries.is_empty() {
        return places(&|candidate| binaries.contains(&candidate.name));
    }
    let packages = values(&["--package", "-p"]);
    let folders = values(&["--path"]);
    places(&|candidate| {
        packages.contains(&candidate.package) || !candidate.folder.is_empty() && folders.contains(&candidate.folder)
    })
}

/// Packages that `[alias]` of cargo's configuration runs.
fn aliases(configuration: &Configuration) -> Vec<(String, String)> {
    let aliases = configuration.value("/alias").and_then(Value::as_object).into_iter().flatten();
    let found = aliases.filter_map(|(alias, command)| {
        let words: Vec<&str> = match command {
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
            command => command.as_str()?.split_whitespace().collect(),
        };
        let runs = words.first().is_some_and(|word| ["run", "r"].contains(word));
        let flag = words.iter().position(|word| ["-p", "--package", "--bin"].contains(word))?;
        runs.then(|| Some((alias.clone(), (*words.get(flag + 1)?).to_owned())))?
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates() -> Vec<Candidate> {
        let candidate = |name: &str, package: &str, folder: &str| Candidate {
            name: name.to_owned(),
            package: package.to_owned(),
            folder: folder.to_owned(),
            ..Candidate::default()
        };
        vec![
            candidate("api", "api", "crates/api"),
            candidate("worker", "jobs", "jobs"),
            candidate("load", "load", "load"),
        ]
    }

    fn names(places: Vec<usize>) -> Vec<String> {
        places.into_iter().map(|place| candidates()[place].name.clone()).collect()
    }

    #[test]
    fn a_dockerfile_ships_what_it_copies_and_starts_last_what_it_starts() {
        let text = "FROM rust AS b\nRUN cargo build --release --bin load\nCMD [\"load\"]\nFROM debian\n\
                    COPY --from=b \\\n  /app/target/release/api /app/target/release/worker /usr/bin/\n\
                    COPY --from=b /x/readme /bin/\n# CMD load\nENTRYPOINT [\"/bin/api\", \"serve\"]\n";
        assert_eq!(names(in_dockerfile(text, &candidates()).0), ["worker", "api"]);
        assert_eq!(names(in_dockerfile("FROM x\nENTRYPOINT exec /bin/worker load\n", &candidates()).0), ["worker"]);
        assert!(!in_dockerfile("FROM x\nCOPY out/* /bin\nCMD [\"/bin/api\"]\n", &candidates()).1);
        assert!(in_dockerfile("FROM x\nCOPY api /src/api\nRUN make\n", &candidates()).0.is_empty());
    }

    #[test]
    fn without_a_copy_or_a_start_it_ships_what_it_builds() {
        for text in [
            "RUN cargo build --release --bin worker",
            "RUN cargo build --release -p jobs && cp x y",
            "RUN cargo install --locked --path ./jobs/",
            "RUN --mount=type=cache,target=/x cargo build --package=jobs",
        ] {
            assert_eq!(names(in_dockerfile(&format!("FROM rust\n{text}\n"), &candidates()).0), ["worker"], "{text}");
        }
        assert!(in_dockerfile("FROM rust\nRUN cargo test -p jobs\n", &candidates()).0.is_empty());
    }

    #[test]
    fn a_workflow_builds_programs_and_hands_them_to_actions() {
        let text = "    - uses: upload\n      with:\n        bin: api, worker\n";
        assert_eq!(names(in_workflow(text, &candidates())), ["api", "worker"]);
        assert_eq!(names(in_workflow("run: cross build --release --bin api\n", &candidates())), ["api"]);
        assert!(in_workflow("run: cargo run --bin load\n", &candidates()).is_empty());
    }
}
