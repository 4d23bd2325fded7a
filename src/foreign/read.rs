//! Reading: the text of a Dockerfile enters, [`Foreign`] leaves, or why there is none. A text that would take long is
//! not read.

use parse_dockerfile::{Dockerfile, Instruction, Stage};

use super::Foreign;
use super::found::Found;
use super::variables::Variables;

/// Bytes of the longest file that is read, and stages of the one with the most. Real ones are far below.
const LONGEST: usize = 256 * 1024;
const MOST_STAGES: usize = 100;

/// Reads a Dockerfile.
pub(crate) fn read(text: &str) -> Result<Foreign, String> {
    if text.len() > LONGEST {
        return Err("it is too long".to_owned());
    }
    let text = text.replace("\r\n", "\n");
    let dockerfile = parse_dockerfile::parse(&text).map_err(|error| error.to_string())?;
    if dockerfile.stages().len() > MOST_STAGES {
        return Err("it has too many stages".to_owned());
    }
    Ok(images(&stages(&dockerfile)))
}

/// What is known of each stage when it ends, in their order.
fn stages(dockerfile: &Dockerfile) -> Vec<Found> {
    let escape = dockerfile.parser_directives.escape.as_ref().map_or('\\', |directive| directive.value.value);
    let mut globals = Found::default();
    for arg in dockerfile.global_args() {
        globals.arg(&arg.arguments.value, &Variables::default());
    }
    let mut stages: Vec<Found> = Vec::new();
    for Stage { from, instructions, .. } in dockerfile.stages() {
        let image = globals.variables.expand(&from.image.value);
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
            let used = found.step(instruction, escape, &globals.variables, &stages);
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
fn rust_version(image: &str) -> Option<String> {
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
