//! Reading: the text of a Dockerfile enters, [`Foreign`] leaves, or why there is none. A text that would take long is
//! not read.

use std::borrow::Cow;

use parse_dockerfile::{Dockerfile, Instruction, Stage};

use super::Foreign;
use super::found::Found;
use super::variables::Variables;

/// Bytes of the longest file that is read, and stages of the one with the most. Real ones are far below.
const LONGEST: usize = 256 * 1024;
const MOST_STAGES: usize = 100;

/// Reads a Dockerfile.
pub(crate) fn read(text: &str) -> Result<Foreign, String> {
    let text = text.replace("\r\n", "\n");
    Ok(images(&stages(&parse(&readable(&text))?)))
}

/// The text without what the parser does not know: the bodies of here-documents that do not begin a RUN, as in
/// `RUN cat <<EOF > file`. Blanks in their place keep all others where they are.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    if parse_dockerfile::parse(text).is_ok() {
        return Cow::Borrowed(text);
    }
    let (mut readable, mut ends) = (String::new(), Vec::new());
    for line in text.split_inclusive('\n') {
        if ends.first().is_some_and(|end: &String| line.trim_start_matches('\t').trim_end() == end) {
            ends.remove(0);
        } else if ends.is_empty() {
            readable.push_str(line);
            let names = line.match_indices("<<").filter(|_| line.starts_with("RUN ")).map(|(at, _)| &line[at + 2..]);
            let names = names.map(|rest| rest.trim_start_matches(['-', '"', '\'']));
            let names =
                names.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default());
            ends.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
            continue;
        }
        readable.extend(line.chars().map(|c| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) }));
    }
    Cow::Owned(readable)
}

/// Parses a Dockerfile that is not too long.
pub(super) fn parse(text: &str) -> Result<Dockerfile<'_>, String> {
    if text.len() > LONGEST {
        return Err("it is too long".to_owned());
    }
    let dockerfile = parse_dockerfile::parse(text).map_err(|error| error.to_string())?;
    if dockerfile.stages().len() > MOST_STAGES {
        return Err("it has too many stages".to_owned());
    }
    Ok(dockerfile)
}

/// The character that continues a line.
pub(super) fn escape(dockerfile: &Dockerfile) -> char {
    dockerfile.parser_directives.escape.as_ref().map_or('\\', |directive| directive.value.value)
}

/// What is known of each stage when it ends, in their order.
fn stages(dockerfile: &Dockerfile) -> Vec<Found> {
    let escape = escape(dockerfile);
    let globals = globals(dockerfile);
    let mut stages: Vec<Found> = Vec::new();
    for Stage { from, instructions, .. } in dockerfile.stages() {
        let image = globals.expand(&from.image.value);
        let parent = stages.iter().position(|stage| stage.is_called(&image));
        let mut found = match parent {
            Some(parent) => stages[parent].inherited(),
            None => Found::on(&image),
        };
        if let Some(parent) = parent {
            stages[parent].is_used = true;
        }
        found.image.stage = from.as_.as_ref().map(|(_, name)| name.value.to_string());
        for instruction in instructions {
            let used = found.step(instruction, escape, &globals, &stages);
            if let Some(used) = used.and_then(|used| stages.get_mut(used)) {
                used.is_used = true;
            }
        }
        found.starts_itself =
            instructions.iter().any(|step| matches!(step, Instruction::Entrypoint(_) | Instruction::Cmd(_)));
        stages.push(found);
    }
    stages
}

/// ARG before the first stage.
pub(super) fn globals(dockerfile: &Dockerfile) -> Variables {
    let mut globals = Variables::default();
    for arg in dockerfile.global_args() {
        globals.declare(&arg.arguments.value, &Variables::default());
    }
    globals
}

/// The stages that are shipped, and what the others build with.
fn images(stages: &[Found]) -> Foreign {
    let mut foreign = Foreign::default();
    for stage in stages.iter().filter(|stage| stage.installed.compiles) {
        foreign.debian.extend(stage.installed.debian.iter().cloned());
        foreign.alpine.extend(stage.installed.alpine.iter().cloned());
        foreign.rust = stage.image.base.as_deref().and_then(rust_version).or(foreign.rust);
    }
    let Some((last, others)) = stages.split_last() else { return foreign };
    let is_shipped = |stage: &&Found| stage.starts_itself && !stage.is_used && !stage.installed.compiles;
    foreign.images = others.iter().filter(is_shipped).chain([last]).map(Found::finished).collect();
    foreign
}

/// `1.78` from `rust:1.78-slim-bookworm` or `lukemathwalker/cargo-chef:latest-rust-1.78`.
pub(crate) fn rust_version(image: &str) -> Option<String> {
    let (name, tag) = image.split('@').next()?.rsplit_once(':')?;
    let tag = match name.rsplit('/').next()? {
        "rust" | "muslrust" | "rust-musl-builder" => tag,
        "cargo-chef" => tag.split_once("rust-")?.1,
        _ => return None,
    };
    let version = tag.split(|c: char| c != '.' && !c.is_ascii_digit()).next()?.trim_end_matches('.');
    version.contains('.').then(|| version.to_owned())
}

#[cfg(test)]
mod tests;
