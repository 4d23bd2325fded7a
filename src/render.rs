//! Spelling: a [`Plan`] and templates enter, the text of files leaves. Templates place words; everything that could
//! break out of its place is quoted by its helpers.

mod bounds;
mod built_in;
mod fold;
mod helpers;
mod marker;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use handlebars::{Handlebars, RenderError, RenderErrorReason, TemplateError, no_escape};
use serde_json::Value;

use crate::error::{Failure, quoted};
use crate::plan::Plan;

use bounds::Text;

pub(crate) use built_in::{BUILT_IN, BuiltIn};
pub(crate) use marker::{Origin, origin};

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text, with `\n` at the end of each line.
    pub text: String,
}

/// The files that come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The Dockerfile.
    Dockerfile,
    /// The ignore file.
    Dockerignore,
    /// The definition of all images for `docker buildx bake`.
    Bake,
    /// The images with the services that they want, for `docker compose`.
    Compose,
    /// A workflow of GitHub Actions.
    Github,
    /// A pipeline of GitLab.
    Gitlab,
}

impl Kind {
    /// The files that are written on request, and that are kept current wherever they are.
    pub(crate) const FURTHER: [Self; 4] = [Self::Bake, Self::Compose, Self::Github, Self::Gitlab];

    /// The place of such a file, relative to the workspace root. CI looks at the root of the repository.
    #[must_use]
    pub(crate) fn place(self, plan: &Plan) -> Option<String> {
        let steps = plan.delivery.workspace.iter().flat_map(|folder| folder.split('/'));
        let at_root = |name: &str| steps.map(|_| "../").chain([name]).collect::<String>();
        match self {
            Self::Dockerfile | Self::Dockerignore => None,
            Self::Bake => Some("docker-bake.hcl".to_owned()),
            Self::Compose => Some("compose.yaml".to_owned()),
            Self::Github => Some(at_root(".github/workflows/image.yml")),
            Self::Gitlab => Some(at_root(".gitlab/image.yml")),
        }
    }

    /// The template that writes it.
    fn template(self, plan: &Plan) -> &str {
        match self {
            Self::Dockerfile => &plan.template.name,
            Self::Dockerignore => "dockerignore",
            Self::Bake => "bake",
            Self::Compose => "compose",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
        }
    }
}

/// Templates of the user's own, by name.
pub(crate) type OwnTemplates = BTreeMap<String, String>;

/// Folder of the user's own templates, below the workspace root.
pub(crate) const TEMPLATE_FOLDER: &str = ".dockerize";

/// Renders the Dockerfile, the ignore file and these further ones, in this order. A mistake in a template is an error that
/// names its file, line and column.
pub(crate) fn render(plan: &Plan, own: &OwnTemplates, further: &[Kind]) -> Result<Vec<RenderedFile>> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(no_escape);
    helpers::register(&mut registry);
    for BuiltIn { name, text, .. } in BUILT_IN {
        if !own.contains_key(*name) {
            registry.register_template_string(name, text).map_err(|error| malformed(name, own, &error))?;
        }
    }
    for (name, text) in own {
        registry
            .register_template_string(name, text.replace("\r\n", "\n"))
            .map_err(|error| malformed(name, own, &error))?;
    }
    let name = &plan.template.name;
    if !registry.has_template(name) {
        let known: Vec<&str> =
            ["slim", "distroless", "scratch"].into_iter().chain(own.keys().map(String::as_str)).collect();
        let list = || format!("templates are {}; your own lie in {TEMPLATE_FOLDER}/{name}.hbs", quoted(&known));
        return Err(Failure::new(format!("there is no template `{name}`"))
            .help_nearest(name, known.iter().copied(), || Some(list()))
            .into());
    }
    let kinds: Vec<Kind> = [Kind::Dockerfile, Kind::Dockerignore].into_iter().chain(further.iter().copied()).collect();
    let names: Vec<String> = kinds.iter().map(|kind| kind.template(plan).to_owned()).collect();
    for file in &names {
        if let Some(circle) = bounds::circle(&registry, file) {
            return Err(Failure::new(format!("templates {} include each other without end", quoted(circle))).into());
        }
    }
    let context = Arc::new(serde_json::to_value(plan)?);
    let data = Arc::clone(&context);
    let rendered = bounds::within(bounds::TIME, move || {
        let text = |name: String| {
            let mut text = Text::default();
            registry.render_to_write(&name, &*data, &mut text).map(|()| text)
        };
        names.into_iter().map(text).collect::<Vec<_>>()
    });
    let Some(texts) = rendered else {
        let limit = bounds::TIME.as_secs();
        return Err(Failure::new(format!("the templates in {TEMPLATE_FOLDER} take longer than {limit} seconds"))
            .help("look for loops and partials inside of loops: each repeats all that it holds")
            .into());
    };
    let file = |(kind, text): (Kind, Result<Text, RenderError>)| -> Result<RenderedFile> {
        let Text(text) = text.map_err(|error| failed(&error, own, &context))?;
        Ok(RenderedFile { kind, text: marker::sign(&tidy(&String::from_utf8(text)?, kind)) })
    };
    kinds.into_iter().zip(texts).map(file).collect()
}

/// No trailing blanks, no double blank lines, none of a Dockerfile too long, one line end at the end.
fn tidy(text: &str, kind: Kind) -> String {
    let mut tidy = String::new();
    let line = |line: &str| if kind == Kind::Dockerfile { fold::fold(line) } else { line.to_owned() };
    for line in text.lines().map(|text| line(text.trim_end())) {
        if !(line.is_empty() && (tidy.is_empty() || tidy.ends_with("\n\n"))) {
            tidy.push_str(&line);
            tidy.push('\n');
        }
    }
    format!("{}\n", tidy.trim_end())
}

fn place(name: Option<&str>, own: &OwnTemplates, position: Option<(usize, usize)>) -> String {
    let name = name.unwrap_or("template");
    let file = if own.contains_key(name) {
        format!("`{TEMPLATE_FOLDER}/{name}.hbs`")
    } else {
        format!("built-in template `{name}`")
    };
    position.map_or(file.clone(), |(line, column)| format!("{file}, line {line}, column {column}"))
}

fn malformed(name: &str, own: &OwnTemplates, error: &TemplateError) -> Failure {
    Failure::new(format!("{}: {}", place(Some(name), own, error.pos()), error.reason()))
}

fn failed(error: &RenderError, own: &OwnTemplates, context: &Value) -> Failure {
    let place = place(error.template_name.as_deref(), own, error.line_no.zip(error.column_no));
    match error.reason() {
        RenderErrorReason::MissingVariable(Some(variable)) => missing_variable(&place, variable, context),
        RenderErrorReason::PartialNotFound(name) => {
            let known = BUILT_IN.iter().map(|built_in| built_in.name).chain(own.keys().map(String::as_str));
            Failure::new(format!("{place}: there is no partial `{name}`")).help_nearest(name, known, || None)
        }
        reason => Failure::new(format!("{place}: {reason}")),
    }
}

/// Suggests the variable that was most likely meant: by its whole path first, then by its last name inside a loop.
fn missing_variable(place: &str, variable: &str, context: &Value) -> Failure {
    let mut paths = Vec::new();
    collect_paths(context, "", &mut paths);
    let plain = variable.trim_start_matches("this.").trim_start_matches("../");
    let names: Vec<&str> = paths.iter().map(|path| path.rsplit('.').next().unwrap_or(path)).collect();
    let known = paths.iter().map(String::as_str).chain(names);
    let all = "`cargo dockerize --print plan` shows what templates see";
    Failure::new(format!("{place}: there is no `{variable}`")).help_nearest(plain, known, || Some(all.to_owned()))
}

fn collect_paths(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect_paths(value, &path, found);
                found.push(path);
            }
        }
        // Inside `each`, fields go by their own names.
        Value::Array(items) => items.iter().take(1).for_each(|item| collect_paths(item, "", found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_tidied() {
        assert_eq!(tidy("\n\na  \n\n\n\nb\n\n", Kind::Dockerfile), "a\n\nb\n");
    }

    #[test]
    fn the_nearest_variable_is_found_at_any_depth() {
        let context = serde_json::json!({ "build": { "flags": [] }, "images": [{ "entrypoint": [] }] });
        let steps = |variable| missing_variable("here", variable, &context).steps().to_vec();
        assert_eq!(steps("build.flgas"), ["did you mean `build.flags`?"]);
        assert_eq!(steps("this.entrypont"), ["did you mean `entrypoint`?"]);
        assert_eq!(steps("qqq"), ["`cargo dockerize --print plan` shows what templates see"]);
    }
}
