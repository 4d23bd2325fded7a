//! The tables of a manifest: its text enters, one layer of [`Settings`] leaves.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use toml_edit::Item;

use super::{ManifestPath, Settings, examples};
use crate::error::Failure;

/// The table of a manifest that holds settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// `[workspace.metadata.dockerize]`
    Workspace,
    /// `[package.metadata.dockerize]`
    #[default]
    Package,
}

impl Scope {
    /// The key of the manifest's top-level table.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Package => "package",
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    workspace: Holder,
    package: Holder,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Holder {
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    dockerize: Settings,
}

impl Settings {
    /// Reads the settings of `scope` from a manifest's text. `path` names the manifest in errors, `folder` is its
    /// folder relative to the workspace root. An unknown key or a wrong value is an error with line and column.
    pub fn from_manifest(text: &str, scope: Scope, path: &Path, folder: &str) -> Result<Self> {
        let manifest: Manifest = toml_edit::de::from_str(text).map_err(|error| unreadable(&error, text, path))?;
        let mut settings = match scope {
            Scope::Workspace => manifest.workspace,
            Scope::Package => manifest.package,
        }
        .metadata
        .dockerize;
        settings.each_path(&mut |path| folder.clone_into(&mut path.folder));
        settings.validate().map_err(|failure| {
            anyhow::Error::new(failure).context(format!(
                "invalid [{}.metadata.dockerize] in `{}`",
                scope.key(),
                path.display()
            ))
        })?;
        Ok(settings)
    }

    /// Hands over each path in it.
    pub(crate) fn each_path(&mut self, change: &mut dyn FnMut(&mut ManifestPath)) {
        self.assets.iter_mut().chain(&mut self.inputs).flatten().for_each(&mut *change);
        for settings in self.binaries.values_mut() {
            settings.each_path(change);
        }
    }
}

/// How the parser begins what it says of a value.
const OF_VALUES: [&str; 6] =
    ["invalid type", "invalid value", "invalid length", "data did not match", "unknown variant", "expected a list"];

/// The parser's own words, which hold line, column and the source line. A value of another form than its key's is
/// answered with that form, and a misspelt key with the nearest.
fn unreadable(error: &toml_edit::de::Error, text: &str, path: &Path) -> Failure {
    let said = error.to_string();
    let said = said.trim_end();
    let failure = |said: &str| Failure::new(format!("cannot read the settings in `{}`\n\n{said}", path.display()));
    // The unknown key comes first, and after it all that are known.
    let mut words = error.message().split('`').skip(1).step_by(2);
    if let Some(unknown) = words.next().filter(|_| error.message().starts_with("unknown field")) {
        return failure(said).help_nearest(unknown, words, || None);
    }
    let is_of_value = OF_VALUES.iter().any(|beginning| error.message().starts_with(beginning));
    let form = || {
        let document = toml_edit::Document::parse(text).ok()?;
        form_at(document.as_item(), error.span()?.start)
    };
    match is_of_value.then(form).flatten() {
        Some(form) => {
            let shown = said.strip_suffix(error.message()).unwrap_or(said).trim_end();
            // A form that ends with a remark closes its own backtick.
            let end = if form.ends_with('`') { "" } else { "`" };
            failure(shown).help(format!("write it as in `{}{end}", form.trim_end_matches('`')))
        }
        None => failure(said),
    }
}

/// The form of the key whose value lies at this byte: of the innermost one that has a form.
fn form_at(item: &Item, at: usize) -> Option<&'static str> {
    item.as_table_like()?.iter().find_map(|(key, inner)| {
        let form = form_at(inner, at);
        let holds = || !inner.is_table() && inner.span().is_some_and(|span| span.contains(&at));
        form.or_else(|| examples::of(key).filter(|_| holds()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings> {
        Settings::from_manifest(text, Scope::Package, Path::new("Cargo.toml"), "crates/api")
    }

    #[test]
    fn unknown_key_points_at_its_line_and_suggests() {
        let text = "[package]\nname = \"a\"\n\n[package.metadata.dockerize]\nexpos = [80]\n";
        let error = read(text).unwrap_err();
        let failure = error.downcast_ref::<Failure>().unwrap();
        assert!(failure.to_string().contains("line 5, column 1"), "{failure}");
        assert_eq!(failure.steps(), ["did you mean `expose`?"]);
    }

    #[test]
    fn other_tables_of_the_manifest_are_left_alone() {
        let text = "[package]\nname = \"a\"\n[package.metadata.deb]\nx = 1\n[dependencies]\nserde = \"1\"\n";
        assert_eq!(read(text).unwrap(), Settings::default());
    }

    #[test]
    fn assets_remember_the_folder_of_their_manifest() {
        let settings = read("[package.metadata.dockerize]\nassets = [\"templates\"]\n").unwrap();
        assert_eq!(
            settings.assets.unwrap(),
            [crate::settings::ManifestPath { path: "templates".into(), folder: "crates/api".into() }]
        );
    }
}
