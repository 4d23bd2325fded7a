//! `--save` and `--adopt`: a manifest's text and the options given enter, the text with those options in it leaves.

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value, value};

use super::{BuildSettings, Scope, Settings};
use crate::error::Failure;

/// Writes the options of `given` into `[SCOPE.metadata.dockerize]` of `manifest` and disturbs nothing else.
pub(crate) fn save(manifest: &str, scope: Scope, given: &Settings) -> Result<String> {
    // A single package need not say which one it is, and its own table may not.
    let single = Settings { package: None, ..given.clone() };
    let options = options(if scope == Scope::Package { &single } else { given })?;
    if options.is_empty() {
        return Err(Failure::new("`--save` has no option to save")
            .help("give it one, as in `cargo dockerize --distroless --save`")
            .into());
    }
    edit(manifest, scope, |table| {
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
    })
}

/// The same for settings beside those that are there: maps and lists of things grow, and what else is said stays.
pub(crate) fn add(manifest: &str, scope: Scope, given: &Settings) -> Result<String> {
    let options = options(given)?;
    edit(manifest, scope, |table| add_to(table, options))
}

fn add_to(table: &mut dyn TableLike, options: Vec<(String, Value)>) {
    /// Lists in which the order means nothing.
    const GROWING: [&str; 4] = ["runtime-packages", "expose", "volumes", "assets"];
    for (key, new) in options {
        match (table.get_mut(&key), new) {
            (None, new) => {
                table.insert(&key, value(new));
            }
            (Some(item), Value::InlineTable(new)) => {
                if let Some(table) = item.as_table_like_mut() {
                    add_to(table, new.into_iter().map(|(key, value)| (key.clone(), value)).collect());
                }
            }
            (Some(item), Value::Array(new)) if GROWING.contains(&key.as_str()) => {
                if let Some(old) = item.as_array_mut() {
                    for item in new {
                        let is_same = |known: &Value| known.to_string().trim() == item.to_string().trim();
                        if !old.iter().any(is_same) {
                            old.push(item);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// A manifest after a change of its table of settings, which is made where there is none.
fn edit(manifest: &str, scope: Scope, change: impl FnOnce(&mut dyn TableLike)) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("cannot read the manifest as TOML")?;
    // A comment at the end of the file stays above what is added.
    let end = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_new = document.get(scope.key()).and_then(|table| table.get("metadata")?.get("dockerize")).is_none();
    if is_new {
        document.set_trailing("");
    }
    let mut table: &mut dyn TableLike = document.as_table_mut();
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
    change(table);
    Ok(document.to_string())
}

/// The options as lines of a manifest, those of tables with the whole way to them: `binaries.api.user = "1"`.
pub(crate) fn lines(given: &Settings) -> Result<Vec<String>> {
    let options = options(given)?.into_iter();
    Ok(options.map(|(key, value)| line(&key, &value)).collect())
}

fn line(key: &str, value: &Value) -> String {
    match value.as_inline_table() {
        // The name of a binary leads to its own table.
        Some(table) if key == "binaries" || key.starts_with("binaries.") && key.matches('.').count() == 1 => {
            let lines = table.iter().map(|(name, value)| line(&format!("{key}.{name}"), value));
            lines.collect::<Vec<_>>().join(", ")
        }
        _ => format!("{key} = {}", value.to_string().trim()),
    }
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
            Value::Array(items) if key == "platforms" => {
                vec![format!("--platform {}", items.iter().map(in_shell).collect::<Vec<_>>().join(","))]
            }
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
    use crate::settings::Port;

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
    fn what_is_added_leaves_alone_what_is_there() {
        let manifest = "[package.metadata.dockerize]\nexpose = [ 80 ] # web\nuser = \"1:1\"\nargs = [\"a\"]\n\n[package.metadata.dockerize.env]\nA = \"1\" # one\n";
        let given = Settings {
            expose: Some(vec![Port::Number(80), Port::Number(81)]),
            user: Some("2:2".into()),
            args: Some(vec!["b".into()]),
            env: [("A".to_owned(), "2".to_owned()), ("B".to_owned(), "3".to_owned())].into(),
            volumes: Some(vec!["/data".into()]),
            ..Settings::default()
        };
        let added = add(manifest, Scope::Package, &given).unwrap();
        insta::assert_snapshot!(added, @r#"
        [package.metadata.dockerize]
        expose = [ 80 , 81] # web
        user = "1:1"
        args = ["a"]
        volumes = ["/data"]

        [package.metadata.dockerize.env]
        A = "1" # one
        B = "3"
        "#);
        assert_eq!(add(&added, Scope::Package, &given).unwrap(), added);
    }

    #[test]
    fn settings_of_a_binary_are_lines_of_their_own() {
        let own = Settings { expose: Some(vec![Port::Number(80)]), ..Settings::default() };
        let given = Settings {
            env: [("A".to_owned(), "1".to_owned())].into(),
            binaries: [("api".to_owned(), own)].into(),
            ..Settings::default()
        };
        assert_eq!(lines(&given).unwrap(), ["env = { A = \"1\" }", "binaries.api.expose = [80]"]);
    }

    #[test]
    fn nothing_to_save_is_an_error() {
        assert!(save(MANIFEST, Scope::Package, &Settings::default()).is_err());
    }
}
