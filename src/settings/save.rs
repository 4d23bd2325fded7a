//! `--save`: a manifest's text and the options given enter, the text with those options in it leaves.

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, Table, Value, value};

use super::{BuildSettings, Scope, Settings};
use crate::error::Failure;

/// Writes the options of `given` into `[SCOPE.metadata.dockerize]` of `manifest` and disturbs nothing else.
pub(crate) fn save(manifest: &str, scope: Scope, given: &Settings) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("cannot read the manifest as TOML")?;
    // A single package need not say which one it is, and its own table may not.
    let single = Settings { package: None, ..given.clone() };
    let options = options(if scope == Scope::Package { &single } else { given })?;
    if options.is_empty() {
        return Err(Failure::new("`--save` has no option to save")
            .help("give it one, as in `cargo dockerize --distroless --save`")
            .into());
    }
    // A comment at the end of the file stays above what is added.
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_new = document.get(scope.key()).and_then(|table| table.get("metadata")?.get("dockerize")).is_none();
    if is_new {
        document.set_trailing("");
    }
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for key in [scope.key(), "metadata", "dockerize"] {
        let item = table.entry(key).or_insert_with(|| {
            let mut table = Table::new();
            if key == "dockerize" {
                table.decor_mut().set_prefix(format!("{end}\n"));
            } else {
                table.set_implicit(true);
            }
            Item::Table(table)
        });
        table = item.as_table_like_mut().with_context(|| format!("`{key}` in the manifest is not a table"))?;
    }
    if BuildSettings::from(given).chooses_runtime() {
        for key in ["slim", "distroless", "scratch", "template"] {
            table.remove(key);
        }
    }
    for (key, new) in options {
        match table.get_mut(&key).and_then(Item::as_value_mut) {
            // Keep the comment and the blanks around the value that is replaced.
            Some(old) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            None => {
                table.insert(&key, value(new));
            }
        }
    }
    Ok(document.to_string())
}

/// The same options as flags of the command line, fit for a shell.
pub(crate) fn as_flags(given: &Settings) -> Result<Vec<String>> {
    let in_shell = |value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        crate::quote::shell(&text)
    };
    let options = options(given)?.into_iter();
    let flags = options
        .flat_map(|(key, value)| match &value {
            Value::Boolean(_) => vec![format!("--{key}")],
            Value::Array(items) => items.iter().map(|item| format!("--{key} {}", in_shell(item))).collect(),
            value => vec![format!("--{key} {}", in_shell(value))],
        })
        .collect();
    Ok(flags)
}

/// The options as keys and values, in the order in which the keys are declared.
fn options(given: &Settings) -> Result<Vec<(String, Value)>> {
    let table = toml_edit::ser::to_document(given).context("cannot write the options as TOML")?;
    let values = table.into_table().into_iter();
    Ok(values.filter_map(|(key, item)| Some((key, item.into_value().ok()?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str =
        "# top\n[package]\nname = \"api\" # name\nversion = \"0.1.0\"\n\n[dependencies]\nserde = { version = \"1\" }\n";

    fn distroless() -> Settings {
        Settings { distroless: Some(true), ..Settings::default() }
    }

    #[test]
    fn a_new_table_is_added_and_nothing_else_changes() {
        let saved = save(MANIFEST, Scope::Package, &distroless()).unwrap();
        let without: String = saved.replace("[package.metadata.dockerize]\ndistroless = true\n", "");
        assert_eq!(without.replace("\n\n\n", "\n\n").trim_end(), MANIFEST.trim_end());
        assert!(saved.contains("[package.metadata.dockerize]\ndistroless = true\n"), "{saved}");
    }

    #[test]
    fn a_value_is_replaced_in_place_with_its_comment() {
        let manifest = "[workspace.metadata.dockerize]\nslim = true # small enough\nprofile = \"dist\" # ours\n";
        let given = Settings { profile: Some("release".into()), ..distroless() };
        insta::assert_snapshot!(save(manifest, Scope::Workspace, &given).unwrap(), @r#"
        [workspace.metadata.dockerize]
        profile = "release" # ours
        distroless = true
        "#);
    }

    #[test]
    fn the_same_options_make_a_command_line() {
        let given = Settings {
            package: Some(vec!["api".into(), "worker".into()]),
            output: Some("my files/Dockerfile".into()),
            ..distroless()
        };
        assert_eq!(
            as_flags(&given).unwrap(),
            ["--distroless", "--package api", "--package worker", "--output 'my files/Dockerfile'"]
        );
    }

    #[test]
    fn nothing_to_save_is_an_error() {
        assert!(save(MANIFEST, Scope::Package, &Settings::default()).is_err());
    }
}
