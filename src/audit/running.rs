//! Rules about what runs: user, signals, addresses, and variables that hold secrets.

use super::Facts;
use super::file::{File, image_name, image_short_name, image_tag};
use super::rule::{Edit, Finding};
use crate::foreign::{CommandLine, INITS, Stage, What, words_of};
use crate::plan::{Cure, Pair, lets_others_in};
use crate::secret_names::is_secret;

pub(super) fn check(file: &File, facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(root(file));
    found.extend(shell_form(file));
    found.extend(signals(file, facts));
    found.extend(loopback(file, facts));
    for stage in file.used() {
        found.extend(secrets(stage, std::ptr::eq(stage, file.last())));
    }
    found
}

fn root(file: &File) -> Option<Finding> {
    let last = file.last();
    let base = last.base.as_deref()?;
    let user = file.chain(last).flat_map(|stage| &stage.steps).filter_map(|step| match &step.what {
        What::User(user) => Some(user.as_str()),
        _ => None,
    });
    let said = match user.last() {
        Some(user) if matches!(user.split(':').next(), Some("root" | "0")) => format!("USER is {user}"),
        None if is_of_root(base) => "it has no USER".to_owned(),
        // Images of others may have a user of their own, and variables may hold one.
        Some(_) | None => return None,
    };
    starts(file, last).next()?;
    Some(Finding::new("root", &last.from, said))
}

/// Whether a base image is known to have no other user.
fn is_of_root(image: &str) -> bool {
    let last = image_short_name(image);
    let is_known = ["alpine", "busybox", "debian", "fedora", "rust", "scratch", "ubuntu"].contains(&last);
    let is_distroless =
        image_name(image).contains("distroless") && !image_tag(image).unwrap_or_default().contains("nonroot");
    is_known || is_distroless && !last.contains("nonroot")
}

/// ENTRYPOINT and CMD that count, with their places.
fn starts<'a>(
    file: &'a File,
    stage: &'a Stage,
) -> impl Iterator<Item = (bool, &'a CommandLine, &'a std::ops::Range<usize>)> {
    let all = file.chain(stage).flat_map(|stage| &stage.steps).filter_map(|step| match &step.what {
        What::Start { is_entrypoint, command, place } => Some((*is_entrypoint, command, place)),
        _ => None,
    });
    let all: Vec<_> = all.collect();
    let last = |is_entrypoint: bool| all.iter().rfind(|start| start.0 == is_entrypoint).copied();
    [last(true), last(false)].into_iter().flatten().collect::<Vec<_>>().into_iter()
}

fn shell_form(file: &File) -> Option<Finding> {
    let last = file.last();
    // CMD behind an ENTRYPOINT is arguments.
    let (is_entrypoint, command, place) = starts(file, last).next()?;
    let CommandLine::Script(script) = command else { return None };
    if script.starts_with("exec ") {
        return None;
    }
    let words = words_of(command);
    let name = if is_entrypoint { "ENTRYPOINT" } else { "CMD" };
    let edit = words.as_ref().and_then(|words| serde_json::to_string(words).ok());
    let edit = edit.map(|text| Edit { place: place.clone(), text: text.replace("\",\"", "\", \"") });
    let said = format!("{name} {script} is started by /bin/sh");
    Some(Finding { edit, ..Finding::new("shell-form", place, said) })
}

fn signals(file: &File, facts: &Facts) -> Option<Finding> {
    let last = file.last();
    let image = facts.image(file)?;
    let says_signal = file.chain(last).flat_map(|stage| &stage.steps).any(|step| matches!(step.what, What::StopSignal));
    let (_, command, place) = starts(file, last).next()?;
    let is_init = |word: &String| INITS.contains(&word.rsplit('/').next().unwrap_or_default());
    if says_signal || words_of(command)?.first().is_some_and(is_init) {
        return None;
    }
    let stopping = &image.at_run_time.stopping;
    match &stopping.signal {
        Some(signal) if !image.at_run_time.takes_arguments => {
            let said = format!("{} hears {}, and is sent SIGTERM", image.binary, stopping.because);
            let start = line_of(facts.text, place.start);
            let edit = Edit { place: start..start, text: format!("STOPSIGNAL {signal}\n") };
            Some(Finding { edit: Some(edit), ..Finding::new("signals", place, said) })
        }
        None if stopping.is_deaf => Some(Finding::new("signals", place, format!("{} handles no signal", image.binary))),
        _ => None,
    }
}

/// Where the line begins that a byte is in.
fn line_of(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn loopback(file: &File, facts: &Facts) -> Option<Finding> {
    let last = file.last();
    let image = facts.image(file)?;
    let unreachable = image.at_run_time.listening.unreachable.as_ref()?;
    let is_set = |name: &str| {
        file.chain(last).flat_map(|stage| &stage.steps).any(|step| match &step.what {
            What::Variables { is_env: true, pairs } => pairs.iter().any(|(known, _)| known == name),
            _ => false,
        })
    };
    let (_, _, place) = starts(file, last).next()?;
    let exposes = file.chain(last).flat_map(|stage| &stage.steps).any(|step| matches!(step.what, What::Expose));
    // Without a word of it, a tool most likely serves when it is told to, and is told where.
    if image.at_run_time.takes_arguments && !exposes {
        return None;
    }
    let words: Vec<String> = starts(file, last).filter_map(|(_, command, _)| words_of(command)).flatten().collect();
    let is_given = words.iter().any(|word| lets_others_in(word));
    let by_variable = matches!(&unreachable.cure, Some(Cure::Variable(pair)) if is_set(&pair.name));
    let cure = match &unreachable.cure {
        Some(Cure::Variable(Pair { name, value })) => format!("; ENV {name}={value} opens it"),
        Some(Cure::Arguments(words)) => format!("; `{}` opens it", words.join(" ")),
        None => String::new(),
    };
    (!is_given && !by_variable).then(|| {
        Finding::new(
            "loopback",
            place,
            format!("{} listens on {} ({}){cure}", image.binary, unreachable.address, unreachable.place),
        )
    })
}

fn secrets(stage: &Stage, is_last: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    for step in &stage.steps {
        let What::Variables { is_env, pairs } = &step.what else { continue };
        for (name, value) in pairs {
            let is_given = value.as_ref().is_some_and(|value| !value.is_empty());
            if is_secret(name) && (is_given || !is_env) {
                let where_to = if is_last { "the image's configuration" } else { "the history of its stage" };
                let keyword = if *is_env { "ENV" } else { "ARG" };
                found.push(Finding::new(
                    "secret-in-variable",
                    &step.place,
                    format!("{keyword} {name} stays in {where_to}"),
                ));
            }
        }
    }
    found
}
