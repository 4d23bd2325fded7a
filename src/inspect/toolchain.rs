//! The toolchain file: its text enters, channel, components and targets leave.
//! <https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file>

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::config_files::folders_around;
use super::disk::read_if_present;
use crate::workspace::ToolchainFile;

#[derive(Deserialize)]
struct File {
    toolchain: Table,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    channel: Option<String>,
    components: Vec<String>,
    targets: Vec<String>,
    path: Option<String>,
}

/// The toolchain file of `root` or of the nearest folder around it; rustup prefers the one without an extension.
pub(super) fn read(root: &Path) -> Result<Option<ToolchainFile>> {
    for (steps, folder) in folders_around(root).into_iter().enumerate() {
        for name in ["rust-toolchain", "rust-toolchain.toml"] {
            if let Some(text) = read_if_present(&folder.join(name))? {
                let mut file = parse(&text, name)?;
                file.file = format!("{}{name}", "../".repeat(steps));
                return Ok(Some(file));
            }
        }
    }
    Ok(None)
}

fn parse(text: &str, file: &str) -> Result<ToolchainFile> {
    let toolchain = parse_either(text, file)?;
    let names = toolchain.channel.iter().chain(&toolchain.components).chain(&toolchain.targets);
    for name in names {
        ensure!(
            name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            "`{name}` in `{file}` is not the name of a channel, component or target"
        );
    }
    Ok(toolchain)
}

fn parse_either(text: &str, file: &str) -> Result<ToolchainFile> {
    let trimmed = text.trim();
    // The older form is the bare name of a channel.
    if file == "rust-toolchain" && !trimmed.is_empty() && !trimmed.contains(['\n', '=', '[']) {
        return Ok(ToolchainFile {
            channel: Some(trimmed.to_owned()),
            file: file.to_owned(),
            ..ToolchainFile::default()
        });
    }
    let File { toolchain } = toml_edit::de::from_str(text).with_context(|| format!("cannot read `{file}`"))?;
    Ok(ToolchainFile {
        channel: toolchain.channel,
        components: toolchain.components,
        targets: toolchain.targets,
        path: toolchain.path,
        file: file.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        assert_eq!(parse("1.92\n", "rust-toolchain").unwrap().channel.as_deref(), Some("1.92"));
        let full = parse(
            "[toolchain]\nchannel = \"nightly-2026-01-15\"\ncomponents = [\"rust-src\"]\n",
            "rust-toolchain.toml",
        )
        .unwrap();
        assert_eq!(full.channel.as_deref(), Some("nightly-2026-01-15"));
        assert_eq!(full.components, ["rust-src"]);
        assert!(parse("channel = ", "rust-toolchain.toml").is_err());
        assert!(parse("[toolchain]\nchannel = \"1.92 && id\"\n", "rust-toolchain.toml").is_err());
    }
}
