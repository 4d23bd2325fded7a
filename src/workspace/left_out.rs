//! Binaries that get no image unless they are asked for, and why.

use std::fmt;

use serde::Serialize;

/// A binary that gets no image unless it is asked for: a tool of those who work on the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LeftOutBinary {
    /// Name of the binary.
    pub name: String,
    /// Its package.
    pub package: String,
    /// Why it is taken for a tool.
    pub because: WhyLeftOut,
}

/// Why a binary gets no image unless it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum WhyLeftOut {
    /// A word in its name or in that of its package.
    Named { word: String },
    /// A word in its name or in that of its package.
    OtherSystem { word: String },
    /// A word in the folder of its package.
    InFolder { folder: String },
    /// An alias in cargo's configuration runs it.
    Alias { alias: String },
    /// It depends on a crate that only a browser runs.
    Browser {
        #[serde(rename = "crate")]
        krate: String,
    },
    /// No other member uses its package except for tests.
    UsedByTests { member: String },
    /// The settings of the program dist say so.
    Dist,
    /// The Dockerfiles of the repository ship others; where there is one, its path.
    NotInDockerfile { file: Option<String> },
    /// The Dockerfile of ours says that it was left out before.
    LeftOutBefore { file: String },
    /// The settings name it in `exclude`.
    Excluded,
}

impl fmt::Display for WhyLeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { word } => write!(f, "`{word}` in its name says that it is a tool"),
            Self::OtherSystem { word } => write!(f, "`{word}` in its name says that it is for another system"),
            Self::InFolder { folder } => write!(f, "it lies in `{folder}`"),
            Self::Alias { alias } => write!(f, "the alias `{alias}` of cargo runs it"),
            Self::Browser { krate } => write!(f, "a browser runs it: it depends on {krate}"),
            Self::UsedByTests { member } => write!(f, "only tests of `{member}` use it"),
            Self::Dist => f.write_str("the settings of dist leave it out"),
            Self::NotInDockerfile { file: Some(file) } => write!(f, "{file} does not ship it"),
            Self::NotInDockerfile { file: None } => f.write_str("no Dockerfile of the repository ships it"),
            Self::LeftOutBefore { file } => {
                write!(f, "{file} leaves it out: one that was there before did not ship it")
            }
            Self::Excluded => f.write_str("`exclude` names it"),
        }
    }
}
