//! Graphs that cargo is asked for before it is sure that anybody needs them: a request enters, its answer leaves when it is
//! asked for. What nobody needs is stopped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Result, anyhow};

use super::cargo::{BuildRequest, CargoCommand, Resolved};
use super::relay::Relay;
use crate::process::Process;

/// The runs that nobody has asked for yet.
#[derive(Debug, Default)]
pub(super) struct Ahead(Mutex<Vec<Run>>);

#[derive(Debug)]
struct Run {
    request: BuildRequest,
    process: Process,
    thread: JoinHandle<Result<Resolved>>,
}

impl Ahead {
    /// Starts a run in the background.
    pub(super) fn ask(&self, cargo: &CargoCommand, relay: &Arc<Relay>, request: BuildRequest) {
        let process = Process::default();
        let cargo = CargoCommand { process: Some(process.clone()), ..cargo.clone() };
        let (relay, asked) = (Arc::clone(relay), request.clone());
        let thread = std::thread::spawn(move || cargo.resolve(&relay, asked));
        self.runs().push(Run { request, process, thread });
    }

    /// The answer to a request, if it was asked ahead. The runs that began before it were wrong guesses, and are stopped.
    pub(super) fn take(&self, request: &BuildRequest) -> Option<Result<Resolved>> {
        let mut runs = self.runs();
        while !runs.is_empty() {
            let run = runs.remove(0);
            if run.request == *request {
                drop(runs);
                return Some(run.thread.join().unwrap_or_else(|_| Err(anyhow!("the thread that ran cargo panicked"))));
            }
            run.process.stop();
        }
        None
    }

    fn runs(&self) -> MutexGuard<'_, Vec<Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.runs().drain(..).for_each(|run| run.process.stop());
    }
}
