//! An image in a container, as in earnest: it starts, is reachable and well, and ends when it is asked to.

use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;

use super::check::Check;
use super::contents::is_root;
use crate::catalog::Catalog;
use crate::engine::{self, Config, Container, Engine, First, Stopped};

/// What a hardened cluster asks of a container.
const HARDENED: [&str; 5] =
    ["--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=512m"];

/// A user in place of root.
const NOBODY: &str = "--user=65532:65532";

/// How often a container is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// As many lines of its output as are shown.
const LINES: usize = 8;

/// An engine's own exit code for a container that it could not start.
const OF_ENGINE: i32 = 125;

/// The exit code of what was killed, by the engine or for its memory.
const KILLED: i32 = 137;

/// What is run, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial<'a> {
    pub engine: Engine,
    pub image: &'a str,
    pub config: &'a Config,
    /// Where it runs, such as `amd64`.
    pub architecture: &'a str,
    /// Further options of `docker run`, which win over ours.
    pub options: &'a [String],
    /// How long it may take to answer.
    pub patience: Duration,
    /// How long it may take to end.
    pub grace: Duration,
    pub catalog: &'a Catalog,
    /// The Debian suite of the image.
    pub suite: &'a str,
}

impl Trial<'_> {
    /// Starts it, and asks everything that a running container can tell.
    pub(super) fn checks(&self) -> Result<Vec<Check>> {
        let ports = self.config.ports("tcp");
        let mut container = self.start(&[])?;
        let first = container.first(&ports, self.patience)?;
        let after = seconds(container.age());
        let mut checks = Vec::new();
        match first {
            First::Ends(code) => {
                let output = container.last_words();
                checks.push(self.ended(code, &output, &after, !ports.is_empty())?);
                return Ok(checks);
            }
            First::Answers => {
                let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
                checks.push(Check::passed("starts", format!("answers on {} after {after}", ports.join(", "))));
            }
            First::Runs => checks.push(Check::passed("starts", "runs; no TCP port is exposed")),
            First::Mute(silent) => {
                let silent: Vec<String> = silent.iter().map(u16::to_string).collect();
                let said = format!("nothing answers on {} within {} s", silent.join(", "), self.patience.as_secs());
                let help = self.catalog.cure(&container.output(), self.suite).unwrap_or_else(|| {
                    "let it listen on 0.0.0.0 and on the ports that are exposed; `--wait SECONDS` gives it longer"
                        .to_owned()
                });
                let output = tail(&container.output());
                checks.push(Check { output, ..Check::failed("starts", said).help(help) });
            }
        }
        let udp = self.config.ports("udp");
        if !udp.is_empty() {
            let udp: Vec<String> = udp.iter().map(|port| format!("{port}/udp")).collect();
            checks.push(Check::unknown(
                "reachable",
                format!("whether {} answers cannot be seen from outside", udp.join(", ")),
            ));
        }
        checks.extend(self.health(&container));
        let stopped = container.stop(self.grace)?;
        checks.push(self.stopped(stopped, &container.last_words()));
        Ok(checks)
    }

    /// Starts a container with these arguments.
    fn start(&self, arguments: &[&str]) -> Result<Container> {
        let mut options: Vec<String> = HARDENED.map(str::to_owned).into();
        if is_root(&self.config.user) {
            options.push(NOBODY.to_owned());
        }
        options.extend(self.config.publish());
        if self.config.healthcheck.is_some() {
            options.push("--health-interval=1s".to_owned());
        }
        options.extend(self.options.iter().cloned());
        Container::start(self.engine, &options, self.image, arguments)
    }

    /// A container that ended by itself.
    fn ended(&self, code: i32, output: &str, after: &str, serves: bool) -> Result<Check> {
        if code == OF_ENGINE {
            return Ok(Check {
                output: tail(output),
                ..Check::unknown("starts", format!("{} could not run it", self.engine.name()))
            });
        }
        if self.is_of_another_machine(output) {
            return Ok(Check::unknown(
                "starts",
                format!("it is for linux/{}, which this engine does not run", self.architecture),
            ));
        }
        if code == 0 && !serves {
            return Ok(Check::passed("starts", format!("ends with exit code 0 after {after}")));
        }
        // A tool wants arguments, and tells of itself when it is asked.
        for argument in ["--version", "--help"].into_iter().filter(|_| !serves) {
            let mut container = self.start(&[argument])?;
            if let First::Ends(0) = container.first(&[], self.patience)? {
                if let Some(line) = container.last_words().lines().find(|line| !line.trim().is_empty()) {
                    return Ok(Check::passed("starts", format!("`{argument}` prints `{}`", line.trim())));
                }
            }
        }
        let said = match code {
            KILLED => format!("was killed after {after}: it takes more memory than 512 MB, or killed itself"),
            0 => format!("ends with exit code 0 after {after}, and exposes a port"),
            _ => format!("ends with exit code {code} after {after}"),
        };
        let check = Check { output: tail(output), ..Check::failed("starts", said) };
        Ok(match self.catalog.cure(output, self.suite) {
            Some(cure) => check.help(cure),
            None if code == KILLED => check.help("give it more, with `verify -- --memory 2g`"),
            None => check.help(
                "its last lines say why; `verify -- OPTIONS` hands options to the engine, such as `--env NAME=VALUE`",
            ),
        })
    }

    /// Whether it did not run because it is for another architecture, and not because the program is.
    fn is_of_another_machine(&self, output: &str) -> bool {
        output.contains("exec format error") && self.architecture != engine::own_architecture()
    }

    /// What the image's own health check says.
    fn health(&self, container: &Container) -> Option<Check> {
        self.config.healthcheck.as_ref()?;
        let latest = container.age() + self.patience;
        loop {
            match container.health() {
                Some((state, _)) if state == "healthy" => {
                    return Some(Check::passed("healthy", "says its health check"));
                }
                // An engine that cannot start a second process says nothing of the first.
                Some((_, last)) if last.contains("exec failed") => {
                    return Some(Check::unknown(
                        "healthy",
                        format!("{} cannot run the health check: {last}", self.engine.name()),
                    ));
                }
                Some((state, last)) if state == "unhealthy" => {
                    return Some(
                        Check::failed("healthy", format!("unhealthy: {last}"))
                            .help("run the command of its HEALTHCHECK in the container"),
                    );
                }
                _ if container.age() > latest || matches!(container.ended(), Ok(Some(_)) | Err(_)) => {
                    return Some(Check::unknown("healthy", format!("no answer within {} s", self.patience.as_secs())));
                }
                _ => sleep(LOOK),
            }
        }
    }

    fn stopped(&self, stopped: Stopped, output: &str) -> Check {
        let signal = self.config.stop_signal.as_deref().unwrap_or("SIGTERM");
        let after = seconds(stopped.after);
        match stopped.code {
            Some(KILLED) | None => Check::failed("stops", format!("{signal} does not end it; killed after {after}"))
                .help("handle SIGTERM, or say `init = true`, or `stop-signal` for the one that it handles"),
            // Whoever is ended by a signal has 128 and its number for an exit code.
            Some(code) if code == 0 || code > 128 => {
                Check::passed("stops", format!("{signal} ends it after {after}, exit code {code}"))
            }
            Some(code) => Check {
                output: tail(output),
                ..Check::failed("stops", format!("{signal} ends it with exit code {code} after {after}"))
            }
            .help("let it end with 0 when it is asked to end"),
        }
    }

    /// Whether the image's own loader finds every library of these programs.
    pub(super) fn libraries(&self, programs: &[(String, Option<String>)]) -> Result<Option<Check>> {
        let (mut found, mut missing, mut lines) = (0, Vec::new(), Vec::new());
        for (program, loader) in programs {
            let Some(loader) = loader else { continue };
            let options = ["--network=none".to_owned(), format!("--entrypoint={loader}")];
            let mut container = Container::start(self.engine, &options, self.image, &["--list", program])?;
            while container.ended()?.is_none() {
                if container.age() > self.patience {
                    return Ok(Some(Check::unknown("libraries", format!("{loader} does not end"))));
                }
                sleep(LOOK);
            }
            let output = container.last_words();
            if self.is_of_another_machine(&output) {
                return Ok(None);
            }
            // A loader that is missing itself is what the engine complains about.
            let is_bad = |line: &&str| {
                ["not found", "no such file", "error", "cannot"].iter().any(|bad| line.to_lowercase().contains(bad))
            };
            let bad: Vec<&str> = output.lines().filter(is_bad).collect();
            found += output.lines().filter(|line| line.contains("=>") && !is_bad(line)).count();
            let sonames = bad.iter().filter_map(|line| line.split_whitespace().find(|word| word.contains(".so")));
            missing.extend(sonames.map(|name| name.trim_end_matches(':').to_owned()));
            lines.extend(bad.into_iter().map(|line| line.trim().to_owned()));
        }
        if let Some(line) = lines.first() {
            missing.dedup();
            let said = if missing.is_empty() { line.clone() } else { format!("missing: {}", missing.join(", ")) };
            let cure = missing.first().and_then(|soname| {
                self.catalog.cure(&format!("error while loading shared libraries: {soname}: cannot open"), self.suite)
            });
            lines.truncate(LINES);
            let check = Check { output: lines, ..Check::failed("libraries", said) };
            return Ok(Some(
                check.help(cure.unwrap_or_else(|| "build and run on one Debian suite, with `suite`".to_owned())),
            ));
        }
        Ok(match programs {
            [] => None,
            _ if found == 0 => Some(Check::passed("libraries", "none: it is linked statically")),
            _ => Some(Check::passed("libraries", format!("{found}, all found by the image's own loader"))),
        })
    }
}

/// The last lines of some output.
fn tail(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].iter().map(|line| (*line).to_owned()).collect()
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
