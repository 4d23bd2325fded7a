//! What cargo says while it works: its stderr enters, status lines and warnings go to the user as they come, and errors
//! leave.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::shell::Shell;

/// Passes on what cargo says on stderr. Several runs read the same manifests, and what all of them say is said once.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) shell: Shell,
    shown: Mutex<BTreeSet<String>>,
    /// Runs that have not ended, and those of them that wait for a lock.
    running: AtomicUsize,
    waiting: AtomicUsize,
}

impl Relay {
    pub(super) fn new(shell: Shell) -> Self {
        Self { shell, shown: Mutex::default(), running: AtomicUsize::new(0), waiting: AtomicUsize::new(0) }
    }

    /// Shows status lines as they come, a line for all downloads and each warning as a whole, and keeps what follows the
    /// first `error:`. Our own runs wait for each other's locks a moment; a longer wait is somebody else's, and is shown.
    pub(super) fn read(&self, pipe: impl Read + Send) -> String {
        let (sender, lines) = mpsc::channel();
        self.running.fetch_add(1, Ordering::Relaxed);
        std::thread::scope(|scope| {
            scope.spawn(move || complete_lines(pipe).try_for_each(|line| sender.send(line)).ok());
            let (mut message, mut errors, mut waits) = (String::new(), String::new(), None::<String>);
            let mut downloads = Downloads { shell: self.shell, number: 0 };
            loop {
                let line = match lines.recv_timeout(PATIENCE) {
                    Ok(line) => line,
                    Err(RecvTimeoutError::Timeout) => {
                        // Where every run of ours waits, somebody else has the lock.
                        if self.waiting.load(Ordering::Relaxed) >= self.running.load(Ordering::Relaxed) {
                            if let Some(line) = &waits {
                                self.show(line);
                            }
                        }
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                if waits.take().is_some() {
                    self.waiting.fetch_sub(1, Ordering::Relaxed);
                }
                if downloads.takes(&line) {
                    continue;
                }
                if !errors.is_empty() || line.starts_with("error") {
                    errors.push_str(&line);
                    errors.push('\n');
                } else if is_status(&line) {
                    if line.contains("waiting for file lock") {
                        self.waiting.fetch_add(1, Ordering::Relaxed);
                        waits = Some(line);
                    } else {
                        self.show(&line);
                    }
                } else {
                    if line.starts_with("warning") {
                        self.show(&message);
                        message.clear();
                    }
                    message.push_str(&line);
                    message.push('\n');
                }
            }
            if waits.is_some() {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
            }
            self.running.fetch_sub(1, Ordering::Relaxed);
            self.show(&message);
            errors
        })
    }

    fn show(&self, message: &str) {
        let message = message.trim_end();
        // A thread that panicked while it held the lock left a set behind all the same.
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if !message.is_empty() && !message.starts_with(OF_OUR_FLAGS) && shown.insert(message.to_owned()) {
            self.shell.relay(message);
        }
    }
}

/// Lines up to the end of each: a run that is stopped may leave one cut off, which says nothing.
fn complete_lines(pipe: impl Read) -> impl Iterator<Item = String> {
    let mut pipe = BufReader::new(pipe);
    std::iter::from_fn(move || {
        let mut line = String::new();
        pipe.read_line(&mut line).ok()?;
        let line = line.strip_suffix('\n')?;
        Some(line.strip_suffix('\r').unwrap_or(line).to_owned())
    })
}

/// The crates that one run downloads: a line that counts while they come, and one that says how many there were.
struct Downloads {
    shell: Shell,
    number: usize,
}

impl Downloads {
    /// Takes a line in which cargo tells of a download.
    fn takes(&mut self, line: &str) -> bool {
        if line.trim_start() == "Downloading crates ..." {
            return true;
        }
        let Some(package) = line.strip_prefix("  Downloaded ").filter(|package| package.contains(" v")) else {
            if self.number > 0 {
                self.shell.end_of_progress();
            }
            return false;
        };
        self.number += 1;
        self.shell.progress("Downloading", format_args!("crates: {}, {package}", self.number));
        true
    }
}

impl Drop for Downloads {
    fn drop(&mut self) {
        if self.number > 0 {
            self.shell.end_of_progress();
            let crates = if self.number == 1 { "crate" } else { "crates" };
            self.shell.status("Downloaded", format_args!("{} {crates}", self.number));
        }
    }
}

/// How cargo begins to say that `--bins`, which the user never gave, finds nothing.
const OF_OUR_FLAGS: &str = "warning: target filter ";

/// How long a run may wait for a lock before it is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// `    Updating crates.io index`: a word that ends in the twelfth column.
fn is_status(line: &str) -> bool {
    line.split_at_checked(12).is_some_and(|(word, rest)| {
        rest.starts_with(' ') && word.trim_start().chars().all(char::is_alphabetic) && !word.trim().is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_cut_off_says_nothing() {
        let lines = |text: &str| complete_lines(text.as_bytes()).collect::<Vec<_>>();
        assert_eq!(lines("warning: a\r\n\nerror: b\n"), ["warning: a", "", "error: b"]);
        assert_eq!(lines("warning: a\nwarning"), ["warning: a"]);
    }

    #[test]
    fn status_lines_are_told_from_the_text_of_warnings() {
        assert!(is_status("    Updating crates.io index"));
        assert!(is_status("  Downloaded serde v1.0.0"));
        for line in ["warning: unused manifest key: package.a", "  |", "    --> Cargo.toml:5:1", "", "help: a"] {
            assert!(!is_status(line), "{line}");
        }
    }
}
