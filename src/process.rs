//! A process that another thread may stop: a command enters, its pipes and its end leave.

use std::io::{self, Error, ErrorKind, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A process, shared by whoever waits for it and whoever stops it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Process(Arc<Mutex<State>>);

/// What a process left.
#[derive(Debug)]
pub(crate) struct Said {
    /// How it ended.
    pub status: ExitStatus,
    /// Its stdout.
    pub out: String,
    /// Its stderr.
    pub err: String,
}

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

    /// How it ended, if it has.
    pub(crate) fn ended(&self) -> io::Result<Option<ExitStatus>> {
        self.state().child.as_mut().map_or(Ok(None), Child::try_wait)
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

/// Runs a command to its end. One that takes longer is stopped, and that is an error.
pub(crate) fn said_within(patience: Duration, command: &mut Command) -> io::Result<Said> {
    let process = Process::default();
    let (stdout, stderr) = process.start(command)?;
    let (out, err, is_late) = thread::scope(|scope| {
        let (ended, watched) = mpsc::channel::<()>();
        let process = &process;
        let watch = scope.spawn(move || {
            let is_late = watched.recv_timeout(patience) == Err(RecvTimeoutError::Timeout);
            if is_late {
                process.stop();
            }
            is_late
        });
        let errors = scope.spawn(move || text(stderr));
        let (out, err) = (text(stdout), errors.join().unwrap_or_default());
        drop(ended);
        (out, err, watch.join().unwrap_or_default())
    });
    if is_late {
        return Err(Error::new(ErrorKind::TimedOut, format!("no answer within {} s", patience.as_secs())));
    }
    Ok(Said { status: process.wait()?, out, err })
}

fn text(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    // What cannot be read says nothing.
    let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests stand at the edge")]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_heard_on_both_pipes_and_not_for_longer_than_asked() {
        let mut both = Command::new("sh");
        let said = said_within(Duration::from_secs(60), both.args(["-c", "echo out; echo err >&2; exit 3"])).unwrap();
        assert_eq!((said.status.code(), said.out.as_str(), said.err.as_str()), (Some(3), "out\n", "err\n"));
        let late = said_within(Duration::from_millis(50), Command::new("sleep").arg("600")).unwrap_err();
        assert_eq!(late.kind(), ErrorKind::TimedOut);
    }

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
