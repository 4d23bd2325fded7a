//! `cargo dockerize template`: built-in templates and those of the user's own enter, a list of them or copies to edit
//! leave.

use std::path::Path;

use anyhow::Result;

use crate::Outcome;
use crate::cli::TemplateCommand;
use crate::error::{Failure, quoted};
use crate::render::{BUILT_IN, BuiltIn, OwnTemplates, TEMPLATE_FOLDER};
use crate::shell::Shell;
use crate::{inspect, output};

/// Runs one of the commands in the workspace at `root`.
pub(crate) fn run(command: &TemplateCommand, root: &Path, shell: Shell) -> Result<Outcome> {
    let own = inspect::templates(&root.join(TEMPLATE_FOLDER))?;
    match command {
        TemplateCommand::List => shell.stdout(&list(&own))?,
        TemplateCommand::Eject { name, force } => eject(root, &own, name.as_deref(), *force, shell)?,
    }
    Ok(Outcome::Done)
}

/// A line for each template: its name, whose it is, and what it writes.
fn list(own: &OwnTemplates) -> String {
    let built_in = BUILT_IN.iter().map(|built_in| {
        let whose = match own.get(built_in.name) {
            None => "built in",
            Some(text) if text.replace("\r\n", "\n") == built_in.text => "ejected",
            Some(_) => "yours",
        };
        (built_in.name, whose, built_in.what)
    });
    let is_built_in = |name: &&String| BUILT_IN.iter().any(|built_in| built_in.name == name.as_str());
    let others = own.keys().filter(|name| !is_built_in(name));
    let others = others.map(|name| (name.as_str(), "yours", "a template or partial of your own"));
    let mut lines: Vec<String> =
        built_in.chain(others).map(|(name, whose, what)| format!("{name:<16}{whose:<10}{what}\n")).collect();
    if own.keys().any(|name| is_built_in(&name)) {
        lines.push(format!(
            "\nejected: as built in today; yours: differs from it. Remove {TEMPLATE_FOLDER}/NAME.hbs to follow upgrades again\n"
        ));
    }
    lines.concat()
}

fn eject(root: &Path, own: &OwnTemplates, name: Option<&str>, force: bool, shell: Shell) -> Result<()> {
    let chosen: Vec<&BuiltIn> =
        BUILT_IN.iter().filter(|built_in| name.is_none_or(|name| name == built_in.name)).collect();
    if let (Some(name), true) = (name, chosen.is_empty()) {
        let known = || BUILT_IN.iter().map(|built_in| built_in.name);
        return Err(Failure::new(format!("there is no built-in template `{name}`"))
            .help_nearest(name, known(), || Some(format!("built-in are {}", quoted(known()))))
            .into());
    }
    let existing: Vec<&str> =
        chosen.iter().map(|built_in| built_in.name).filter(|name| own.contains_key(*name)).collect();
    if !existing.is_empty() && !force {
        return Err(Failure::new(format!("{} in {TEMPLATE_FOLDER} would be overwritten", quoted(existing)))
            .help("name another one, or replace them with `--force`")
            .into());
    }
    for BuiltIn { name, text, .. } in chosen {
        let shown = Path::new(TEMPLATE_FOLDER).join(format!("{name}.hbs"));
        output::replace(&root.join(&shown), text)?;
        shell.status("Ejected", shown.display());
    }
    if name.is_none() {
        shell.warn("upgrades of cargo-dockerize no longer reach these files");
        shell.help("keep those that you edit and remove the others; `cargo dockerize template list` says which differ");
    }
    Ok(())
}
