//! HEALTHCHECK: the setting enters, the words of the instruction leave.

use serde::Serialize;

use crate::settings::{self, HealthCommand};

/// How a container is asked whether it is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Healthcheck {
    /// Options of the instruction.
    pub options: Vec<String>,
    /// The command in exec form.
    pub command: Vec<String>,
}

impl From<&settings::Healthcheck> for Healthcheck {
    fn from(check: &settings::Healthcheck) -> Self {
        let times = check.times().map(|(name, time)| format!("--{name}={time}"));
        let retries = check.retries().map(|retries| format!("--retries={retries}"));
        Self {
            options: times.chain(retries).collect(),
            command: match check.command() {
                HealthCommand::Exec(words) => words.clone(),
                HealthCommand::Shell(script) => vec!["/bin/sh".to_owned(), "-c".to_owned(), script.clone()],
            },
        }
    }
}
