//! HEALTHCHECK: the setting and the ports enter, the words of the instruction leave.

use serde::Serialize;

use super::helpers;
use crate::settings::{HealthCommand, ImageSettings};

/// How a container is asked whether it is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Healthcheck {
    /// Options of the instruction.
    pub options: Vec<String>,
    /// The command in exec form.
    pub command: Vec<String>,
}

/// The instruction of one image. A route is asked for at the one port that the image exposes, unless it says another.
pub(super) fn healthcheck(settings: &ImageSettings, expose: &[String]) -> Option<Healthcheck> {
    let check = settings.healthcheck.as_ref()?;
    let times = check.times().map(|(name, time)| format!("--{name}={time}"));
    let retries = check.retries().map(|retries| format!("--retries={retries}"));
    let command = match (check.command(), check.route()) {
        (_, Some((path, port))) => {
            let exposed = expose.iter().find_map(|port| port.strip_suffix("/tcp").unwrap_or(port).parse().ok());
            let port: u16 = port.or(exposed).unwrap_or(80);
            let url = format!("http://127.0.0.1:{port}{path}");
            [helpers::PROBER.path, "wget", "-q", "-O", "/dev/null", &url].map(str::to_owned).into()
        }
        (Some(HealthCommand::Exec(words)), None) => words.clone(),
        (Some(HealthCommand::Shell(script)), None) => vec!["/bin/sh".to_owned(), "-c".to_owned(), script.clone()],
        (None, None) => return None,
    };
    Some(Healthcheck { options: times.chain(retries).collect(), command })
}
