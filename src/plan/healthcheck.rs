//! HEALTHCHECK: the setting and the ports enter, the words of the instruction leave.

use serde::Serialize;

use super::helpers;
use super::images::Image;
use crate::error::Failure;
use crate::settings::{self, HealthCommand, ImageSettings};

/// How a container is asked whether it is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Healthcheck {
    /// Options of the instruction.
    pub options: Vec<String>,
    /// The command in exec form.
    pub command: Vec<String>,
}

/// The instruction of one image. A route is asked for at the first port that the image exposes, unless it says another.
pub(super) fn healthcheck(settings: &ImageSettings, expose: &[String]) -> Option<Healthcheck> {
    let check = settings.healthcheck.as_ref()?;
    let times = check.times().map(|(name, time)| format!("--{name}={time}"));
    let retries = check.retries().map(|retries| format!("--retries={retries}"));
    let command = match (check.command(), check.route()) {
        (_, Some((path, port))) => {
            let exposed = expose.iter().find_map(|port| port.strip_suffix("/tcp").unwrap_or(port).parse().ok());
            let port: u16 = port.or(exposed)?;
            let url = format!("http://127.0.0.1:{port}{path}");
            [helpers::PROBER.path, "wget", "-q", "-O", "/dev/null", &url].map(str::to_owned).into()
        }
        (Some(HealthCommand::Exec(words)), None) => words.clone(),
        (Some(HealthCommand::Shell(script)), None) => vec!["/bin/sh".to_owned(), "-c".to_owned(), script.clone()],
        (None, None) => return None,
    };
    Some(Healthcheck { options: times.chain(retries).collect(), command })
}

/// Refuses a route that nobody knows the port of.
pub(super) fn must_have_port(check: Option<&settings::Healthcheck>, image: &Image) -> Result<(), Failure> {
    let route = check.and_then(settings::Healthcheck::route).filter(|_| image.healthcheck.is_none());
    route.map_or(Ok(()), |(path, _)| {
        Err(Failure::new(format!("`healthcheck` of `{}` asks for {path}, and no port is exposed", image.binary))
            .help(format!("say it, as in `healthcheck = {{ http = \"{path}\", port = 8080 }}`")))
    })
}
