//! What a program runs on: settings enter, the runtime that they ask for leaves.

use std::fmt;

use serde::Serialize;

use crate::error::Failure;
use crate::settings::BuildSettings;

/// What a program runs on, the smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Runtime {
    /// Nothing but a static binary.
    Scratch,
    /// glibc and OpenSSL without shell and package manager.
    Distroless,
    /// debian-slim.
    Slim,
}

impl Runtime {
    pub(super) const ALL: [Self; 3] = [Self::Scratch, Self::Distroless, Self::Slim];

    /// The runtime that settings ask for, by flag or by the name of a built-in template.
    pub(crate) fn asked_for(settings: &BuildSettings) -> Result<Option<Self>, Failure> {
        let by_flag =
            [(settings.scratch, Self::Scratch), (settings.distroless, Self::Distroless), (settings.slim, Self::Slim)]
                .into_iter()
                .find_map(|(flag, runtime)| (flag == Some(true)).then_some(runtime));
        let by_template = settings
            .template
            .as_ref()
            .and_then(|name| Self::ALL.into_iter().find(|runtime| runtime.to_string() == *name));
        match (by_flag, by_template) {
            (Some(flag), Some(template)) if flag != template => {
                Err(Failure::new(format!("`--{flag}` and `--template {template}` contradict each other"))
                    .help("keep one of them"))
            }
            (flag, template) => Ok(flag.or(template)),
        }
    }

    /// As a sentence names it.
    #[must_use]
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Scratch => "scratch",
            Self::Distroless => "distroless cc",
            Self::Slim => "debian-slim",
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scratch => "scratch",
            Self::Distroless => "distroless",
            Self::Slim => "slim",
        })
    }
}
