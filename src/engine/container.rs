//! A container: an image with options enters; whether it runs, is reachable and well, what it says and how it ends leave.

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Engine;
use crate::process::Process;

/// As much of the end of its output as is kept.
const KEPT: usize = 64 << 10;

/// How long a connection may take, and how long one is kept that nobody says anything on.
const CONNECTION: Duration = Duration::from_millis(500);

/// How often a container is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// As long as a program without ports is watched when it runs.
const SETTLED: Duration = Duration::from_secs(2);

/// A container that was started. It is removed with the value.
#[derive(Debug)]
pub(crate) struct Container {
    engine: Engine,
    name: String,
    process: Process,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
    started: Instant,
}

/// How a container ended after it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped {
    /// Its exit code.
    pub code: Option<i32>,
    /// How long it took.
    pub after: Duration,
}

/// What a container shows first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum First {
    /// Every port answers.
    Answers,
    /// It has no port, and runs.
    Runs,
    /// It has ended, with this exit code.
    Ends(i32),
    /// These ports do not answer.
    Mute(Vec<u16>),
}

impl Container {
    /// Starts one. The engine's client stays with it, so that its signals are passed on and its output is heard.
    pub(crate) fn start(engine: Engine, options: &[String], image: &str, arguments: &[&str]) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("dockerize-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut command: Command = engine.command(&["run", "--rm", "--name", &name]);
        command.args(options).arg(image).args(arguments);
        let process = Process::default();
        let started = Instant::now();
        let (stdout, stderr) =
            process.start(&mut command).with_context(|| format!("cannot run `{} run`", engine.name()))?;
        let output = Arc::new(Mutex::new(Vec::new()));
        let mut readers = Vec::new();
        readers.extend(stdout.map(|pipe| reader(pipe, &output)));
        readers.extend(stderr.map(|pipe| reader(pipe, &output)));
        Ok(Self { engine, name, process, output, readers, started })
    }

    /// How long it has been there.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Its exit code, if it has ended; what is 125 and more may be the engine's own.
    pub(crate) fn ended(&self) -> Result<Option<i32>> {
        Ok(self.process.ended()?.map(|status| status.code().unwrap_or(-1)))
    }

    /// The end of what it has said so far.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// The same, when it has ended.
    pub(crate) fn last_words(&mut self) -> String {
        for reader in self.readers.drain(..) {
            // A reader that failed has read what it could.
            let _ = reader.join();
        }
        self.output()
    }

    /// Waits until all of these ports answer, it ends, or the time is over.
    pub(crate) fn first(&self, ports: &[u16], patience: Duration) -> Result<First> {
        let mut silent = ports.to_vec();
        // An engine may take its time before the program begins.
        let mut runs_since = None;
        loop {
            if let Some(code) = self.ended()? {
                return Ok(First::Ends(code));
            }
            silent.retain(|port| !self.published(*port).is_some_and(is_reachable));
            if silent.is_empty() && !ports.is_empty() {
                return Ok(First::Answers);
            }
            if ports.is_empty() && runs_since.is_none() && self.is_running() {
                runs_since = Some(Instant::now());
            }
            let is_settled = runs_since.is_some_and(|since: Instant| since.elapsed() > SETTLED);
            match ports {
                [] if is_settled || self.age() > patience => return Ok(First::Runs),
                [_, ..] if self.age() > patience => return Ok(First::Mute(silent)),
                _ => {}
            }
            thread::sleep(LOOK);
        }
    }

    /// Whether its program has begun and not ended, as the engine says.
    fn is_running(&self) -> bool {
        let said = self.engine.say(&["container", "inspect", "--format", "{{.State.Running}}", &self.name]);
        said.is_ok_and(|said| said.trim() == "true")
    }

    /// Where a port of it is published.
    fn published(&self, port: u16) -> Option<SocketAddr> {
        let said = self.engine.say(&["port", &self.name, &format!("{port}/tcp")]).ok()?;
        said.lines().find_map(|line| line.trim().parse().ok())
    }

    /// The state of its health check: `starting`, `healthy` or `unhealthy`, and what the last check said.
    pub(crate) fn health(&self) -> Option<(String, String)> {
        let said = self.engine.say(&["container", "inspect", "--format", "{{json .State.Health}}", &self.name]).ok()?;
        let health: Value = serde_json::from_str(&said).ok()?;
        let last = health["Log"].as_array().and_then(|log| log.last()).map(|last| last["Output"].clone());
        let last = last.as_ref().and_then(Value::as_str).unwrap_or_default();
        Some((health["Status"].as_str()?.to_owned(), last.trim().to_owned()))
    }

    /// Asks it to end, with the signal that its image names, and kills it after `grace`.
    pub(crate) fn stop(&self, grace: Duration) -> Result<Stopped> {
        let started = Instant::now();
        let mut command = self.engine.command(&["stop", "--time", &grace.as_secs().to_string(), &self.name]);
        let said = crate::process::said_within(grace + super::PATIENCE, &mut command)?;
        let code = self.process.wait()?.code();
        anyhow::ensure!(said.status.success() || code.is_some(), "`{} stop`: {}", self.engine.name(), said.err.trim());
        Ok(Stopped { code, after: started.elapsed() })
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if !matches!(self.ended(), Ok(Some(_))) {
            // One that is gone already is as good.
            let _ = self.engine.say(&["rm", "--force", "--volumes", &self.name]);
            self.process.stop();
        }
    }
}

/// Keeps the end of what comes through a pipe.
fn reader(mut pipe: impl Read + Send + 'static, output: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let output = Arc::clone(output);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            output.extend_from_slice(&buffer[..length]);
            let too_much = output.len().saturating_sub(KEPT);
            output.drain(..too_much);
        }
    })
}

/// Whether somebody answers behind a published port. An engine accepts every connection itself, and closes it at once
/// where nobody listens in the container.
fn is_reachable(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect_timeout(&address, CONNECTION) else { return false };
    if stream.set_read_timeout(Some(CONNECTION)).is_err() {
        return false;
    }
    match stream.read(&mut [0]) {
        Ok(length) => length > 0,
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_connection_that_is_closed_at_once_reaches_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            drop(listener.accept());
            listener.accept().map(|(stream, _)| (stream, listener))
        });
        assert!(!is_reachable(address), "accepted and closed");
        assert!(is_reachable(address), "accepted, and waits for a request");
        drop(server.join());
        assert!(!is_reachable(address), "nobody is there");
    }
}
