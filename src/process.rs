//! A process that another thread may stop: a command enters, its pipes and its end leave.

use std::io::{self, Error};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A process, shared by whoever waits for it and whoever stops it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Process(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    child: Option<Child>,
    is_stopped: bool,
}

impl Process {
    /// Starts a command with nothing to read, and gives its stdout and stderr. One that was stopped starts no more.
    pub(crate) fn start(&self, command: &mut Command) -> io::Result<(Option<ChildStdout>, Option<ChildStderr>)> {
        let mut state = self.state();
        if state.is_stopped {
            return Err(Error::other("it was stopped"));
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let pipes = (child.stdout.take(), child.stderr.take());
        state.child = Some(child);
        Ok(pipes)
    }

    /// Waits for the end of a process whose pipes were read to theirs.
    pub(crate) fn wait(&self) -> io::Result<ExitStatus> {
        self.state().child.as_mut().ok_or_else(|| Error::other("nothing was started"))?.wait()
    }

    /// Ends it, whatever it does.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.is_stopped = true;
        if let Some(child) = &mut state.child {
            // One that has ended by itself is as good.
            let _ = child.kill().and_then(|()| child.wait());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests stand at the edge")]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn one_that_is_stopped_ends_and_starts_no_more() {
        let process = Process::default();
        let (stdout, _) = process.start(Command::new("sleep").arg("600")).unwrap();
        process.stop();
        assert_eq!(stdout.unwrap().read_to_end(&mut Vec::new()).unwrap(), 0);
        assert!(!process.wait().unwrap().success());
        assert!(process.start(&mut Command::new("true")).is_err());
    }
}
