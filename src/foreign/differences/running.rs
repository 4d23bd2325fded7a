//! How a program runs: what it starts with, ports, volumes, user, environment, health and labels.

use super::super::{CommandLine, Copied, ForeignImage, Health, Start, start};
use super::{Difference, listed};
use crate::plan::{Image, Plan};
use crate::settings::{HealthCommand, Healthcheck, Port, Settings, TimedCommand};

/// Where a partial of one's own goes into each image.
pub(super) const OWN_PARTIAL: &str = "a partial of your own (`cargo dockerize template eject in-runtime`)";

/// What is started that is no program of the workspace.
pub(super) fn start(image: &ForeignImage, own: &Image) -> Vec<Difference> {
    let Some(start) = &image.start else {
        let what = "it starts with a script for a shell, ours with the program".to_owned();
        return if image.starts { vec![Difference::told(what, None)] } else { Vec::new() };
    };
    let mut found = Vec::new();
    if !is_ours(start, image, own) {
        let what = format!("it starts `{}`, ours `{}`", start.program, own.program);
        found.push(Difference::told(what, Some(OWN_PARTIAL.to_owned())));
    }
    if let Some(init) = &start.through {
        let what = format!("it starts the program through {init}");
        let settings = Settings { init: Some(true), ..Settings::default() };
        if own.entrypoint.first() == Some(&own.program) {
            found.push(Difference::adoptable(what, settings));
        }
    }
    found
}

/// Whether what is started is the program of this image, by whatever name.
fn is_ours(start: &Start, image: &ForeignImage, own: &Image) -> bool {
    let name = start::name(&start.program);
    name == own.binary || (image.programs.len() == 1 && image.programs.contains(name))
}

/// Everything else that settings have a word for.
pub(super) fn running(image: &ForeignImage, own: &Image, plan: &Plan) -> Vec<Difference> {
    let found = [
        volumes(image, own),
        user(image, own),
        env(image, own),
        expose(image, own),
        args(image, own),
        healthcheck(image, own),
        stop_signal(image, own),
        labels(image, own, plan),
    ];
    found.into_iter().flatten().collect()
}

fn volumes(image: &ForeignImage, own: &Image) -> Option<Difference> {
    let is_missing = |path: &&String| !own.volumes.iter().any(|known| known == path.trim_end_matches('/'));
    let volumes: Vec<String> = image.volumes.iter().filter(is_missing).cloned().collect();
    let settings = Settings { volumes: Some(volumes.clone()), ..Settings::default() };
    (!volumes.is_empty()).then(|| Difference::adoptable(format!("it has the volumes {}", listed(&volumes)), settings))
}

fn user(image: &ForeignImage, own: &Image) -> Option<Difference> {
    let setting = |user: &str| Settings { user: Some(user.to_owned()), ..Settings::default() };
    let base = image.base.as_deref()?;
    let Some(user) = &image.user else {
        let is_root = !base.contains("nonroot") && !own.user.starts_with("0:") && own.user != "0";
        let what = format!("it runs as root, ours as {}", own.user);
        return is_root.then(|| Difference::optional(what, &setting("0:0")));
    };
    let Some(numbers) = &user.numbers else {
        let what = format!("it runs as `{}`, ours as {}", user.name, own.user);
        return Some(Difference::told(what, Some("`user = \"UID:GID\"` with its numbers".to_owned())));
    };
    let same = |user: &str| user.split(':').next() == own.user.split(':').next();
    if same(numbers) {
        return None;
    }
    let what = format!("it runs as {}, ours as {}", user.name, own.user);
    // Whoever wants root says so.
    let is_root = numbers.split(':').next() == Some("0");
    Some(if is_root {
        Difference::optional(what, &setting("0:0"))
    } else {
        Difference::adoptable(what, setting(numbers))
    })
}

fn env(image: &ForeignImage, own: &Image) -> Option<Difference> {
    const OF_THE_BUILD: [&str; 4] = ["CARGO_", "RUSTUP_", "RUSTFLAGS", "DEBIAN_FRONTEND"];
    let counts = |name: &str| {
        !["PATH", "HOME", "USER"].contains(&name)
            && !OF_THE_BUILD.iter().any(|prefix| name.starts_with(prefix))
            && own.env.iter().all(|known| known.name != name)
    };
    let env: std::collections::BTreeMap<String, String> =
        image.env.iter().filter(|(name, _)| counts(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    let names: Vec<&String> = env.keys().collect();
    let what = format!("it sets {}", listed(&names));
    (!env.is_empty()).then(|| Difference::adoptable(what, Settings { env, ..Settings::default() }))
}

fn expose(image: &ForeignImage, own: &Image) -> Option<Difference> {
    let mut ports: Vec<String> = Vec::new();
    for port in &image.expose {
        let port = port.to_lowercase();
        let port = port.strip_suffix("/tcp").unwrap_or(&port).to_owned();
        let is_known = |known: &String| known.strip_suffix("/tcp").unwrap_or(known) == port;
        if !own.expose.iter().any(is_known) && !ports.contains(&port) {
            ports.push(port);
        }
    }
    let as_setting = |port: &String| port.parse().map_or_else(|_| Port::WithProtocol(port.clone()), Port::Number);
    let expose = Some(ports.iter().map(as_setting).collect());
    (!ports.is_empty()).then(|| {
        Difference::adoptable(format!("it exposes {}", listed(&ports)), Settings { expose, ..Settings::default() })
    })
}

fn args(image: &ForeignImage, own: &Image) -> Option<Difference> {
    let start = image.start.as_ref().filter(|start| is_ours(start, image, own))?;
    let at = own.entrypoint.iter().position(|word| *word == own.program)?;
    let own_args = own.entrypoint.get(at + 1..).unwrap_or_default();
    if start.args.is_empty() || start.args == [own_args, &own.command].concat() {
        return None;
    }
    let what = format!("it starts the program with `{}`", start.args.join(" "));
    let settings = Settings { args: Some(start.args.clone()), ..Settings::default() };
    Some(if own_args.is_empty() {
        Difference::adoptable(what, settings)
    } else {
        Difference::optional(what, &settings)
    })
}

/// Only a command that will be there is adopted: the program itself, or one of a package of the same name.
fn healthcheck(image: &ForeignImage, own: &Image) -> Option<Difference> {
    let health = image.healthcheck.as_ref().filter(|_| own.healthcheck.is_none())?;
    let what = "it checks its health".to_owned();
    let (command, program) = match command(health) {
        CommandLine::Words(mut words) => {
            if let Some((path, port)) = route(&words) {
                let asked = TimedCommand { http: Some(path), port: Some(port), ..times(health) };
                let settings = Settings { healthcheck: Some(Healthcheck::Timed(asked)), ..Settings::default() };
                return Some(Difference::adoptable(what, settings));
            }
            let program = start::name(words.first()?).to_owned();
            let is_own = image
                .start
                .as_ref()
                .is_some_and(|start| start::name(&start.program) == program && is_ours(start, image, own));
            if is_own || program == own.binary {
                words[0].clone_from(&own.program);
            }
            (HealthCommand::Exec(words), program)
        }
        CommandLine::Script(script) => {
            let program = script.split_whitespace().next().map(start::name).unwrap_or_default().to_owned();
            (HealthCommand::Shell(script), program)
        }
    };
    let is_there = program == own.binary || matches!(&command, HealthCommand::Exec(words) if words[0] == own.program);
    let is_installed = image.debian.contains(&program);
    let settings = Settings { healthcheck: Some(timed(command, health)), ..Settings::default() };
    Some(if is_there || is_installed {
        Difference::adoptable(what, settings)
    } else {
        Difference::optional(what, &settings).remarked(&format!("where the image has {program}"))
    })
}

/// The command; `… || exit 1` says nothing that the exit code does not.
fn command(health: &Health) -> CommandLine {
    let CommandLine::Script(script) = &health.command else { return health.command.clone() };
    let plain = ["|| exit 1", "|| false"].iter().find_map(|end| script.trim_end().strip_suffix(end)).unwrap_or(script);
    super::super::shell::simple(plain).map_or_else(|| health.command.clone(), CommandLine::Words)
}

/// Path and port where a command asks for a page of the container's own and nothing else, as the setting does without
/// curl or wget.
fn route(words: &[String]) -> Option<(String, u16)> {
    let (program, rest) = words.split_first()?;
    let program = start::name(program);
    // Without its option, curl takes an error of the server for an answer.
    let mut fails = program == "wget";
    let mut url = None;
    let mut rest = rest.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        match word {
            "-O" | "-o" | "--output" | "--output-document" => {
                rest.next().filter(|to| ["-", "/dev/null"].contains(to))?;
            }
            "--fail" => fails = true,
            "--location" | "--no-verbose" | "--quiet" | "--show-error" | "--silent" | "--spider" | "-O-" | "-nv"
            | "-qO-" | "-qO/dev/null" => {}
            _ => match word.strip_prefix('-') {
                Some(letters) if letters.chars().all(|letter| "fsSqLI".contains(letter)) => fails |= word.contains('f'),
                None if url.is_none() => url = word.strip_prefix("http://"),
                _ => return None,
            },
        }
    }
    let (host, path) = url.map(|url| url.split_once('/').unwrap_or((url, "")))?;
    let (host, port) = host.rsplit_once(':').map_or((host, Ok(80)), |(host, port)| (host, port.parse()));
    let is_own = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"].contains(&host);
    let is_asked = ["curl", "wget"].contains(&program) && fails && is_own;
    is_asked.then_some((format!("/{path}"), port.ok()?))
}

fn timed(command: HealthCommand, health: &Health) -> Healthcheck {
    if health.options.is_empty() {
        return Healthcheck::Plain(command);
    }
    Healthcheck::Timed(TimedCommand { command: Some(command), ..times(health) })
}

/// The times of a health check alone.
fn times(health: &Health) -> TimedCommand {
    let option = |name: &str| health.options.get(name).cloned();
    TimedCommand {
        interval: option("interval"),
        timeout: option("timeout"),
        start_period: option("start-period"),
        start_interval: option("start-interval"),
        retries: option("retries").and_then(|retries| retries.parse().ok()),
        ..TimedCommand::default()
    }
}

fn stop_signal(image: &ForeignImage, own: &Image) -> Option<Difference> {
    let signal = image.stop_signal.as_ref().filter(|signal| !["SIGTERM", "15"].contains(&signal.as_str()))?;
    let settings = Settings { stop_signal: Some(signal.clone()), ..Settings::default() };
    let what = format!("it is stopped with {signal}");
    (own.stop_signal.as_ref() != Some(signal)).then(|| Difference::adoptable(what, settings))
}

fn labels(image: &ForeignImage, own: &Image, plan: &Plan) -> Option<Difference> {
    let is_missing = |name: &String| own.labels.iter().chain(&plan.base.labels).all(|known| known.name != *name);
    let labels: std::collections::BTreeMap<String, String> = image
        .labels
        .iter()
        .filter(|(name, _)| is_missing(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let names: Vec<&String> = labels.keys().collect();
    let what = format!("it has the labels {}", listed(&names));
    (!labels.is_empty()).then(|| Difference::adoptable(what, Settings { labels, ..Settings::default() }))
}

/// Whether something that is copied is what the container starts.
pub(super) fn is_started(copied: &Copied, image: &ForeignImage) -> bool {
    image.start.as_ref().is_some_and(|start| {
        let program = start::name(&start.program);
        start::name(copied.to.trim_end_matches('/')) == program || start::name(copied.path()) == program
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_ask_for_a_page_are_routes() {
        let asked = |command: &str| route(&command.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let page = |path: &str, port| Some((path.to_owned(), port));
        assert_eq!(asked("curl -f http://localhost:8080/"), page("/", 8080));
        assert_eq!(asked("/usr/bin/curl -sSfL -o /dev/null http://127.0.0.1/a/b?c=1"), page("/a/b?c=1", 80));
        assert_eq!(asked("wget --spider -q http://localhost:8080/settings"), page("/settings", 8080));
        assert_eq!(asked("wget -qO- http://0.0.0.0:3000"), page("/", 3000));
        for other in [
            "curl http://localhost:8080/",
            "curl -f https://localhost/",
            "curl -f http://example.com/",
            "curl -f -X POST http://localhost/",
            "wget -O /tmp/page http://localhost/",
            "curl -f http://localhost/ http://localhost/b",
            "curl -f http://localhost:99999/",
            "check -f http://localhost/",
        ] {
            assert_eq!(asked(other), None, "{other}");
        }
    }
}
