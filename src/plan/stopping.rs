//! How a container is stopped: signals that the program hears enter, the signal to send leaves. As process 1 a program
//! that handles no signal is not ended by any, and is killed after ten seconds.

use serde::Serialize;

use super::program::Program;
use crate::settings::ImageSettings;
use crate::workspace::Handling;

/// How a container ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Stopping {
    /// STOPSIGNAL, where it is not SIGTERM.
    pub signal: Option<String>,
    /// Whether it is a server that seems to hear no signal.
    pub is_deaf: bool,
    /// Whether it hears a signal, be it a server or not.
    #[serde(skip)]
    pub hears: bool,
    /// Why, as a phrase.
    pub because: String,
}

pub(super) fn stopping(program: Program, settings: &ImageSettings) -> Stopping {
    let by = |signal: Option<&str>, because: String| Stopping {
        signal: signal.map(str::to_owned),
        hears: true,
        because,
        ..Stopping::default()
    };
    if let Some(signal) = &settings.stop_signal {
        return by(Some(signal), "`stop-signal`".to_owned());
    }
    if settings.init == Some(true) {
        return by(None, "`init`: the process before it passes SIGTERM on".to_owned());
    }
    let says = |handling: Handling| {
        program
            .says(|package| &package.service.signals)
            .find(|said| said.what == handling)
            .map(|said| said.place.to_string())
    };
    let on_term = says(Handling::Terminate).or_else(|| {
        let hears_both = program.krate("ctrlc").is_some_and(|krate| krate.features.contains("termination"));
        says(Handling::Ctrlc).filter(|_| hears_both)
    });
    if let Some(place) = on_term {
        return by(None, format!("SIGTERM, {place}"));
    }
    let is_off = says(Handling::Off).is_some();
    let by_itself = program
        .catalog
        .in_service
        .stops
        .iter()
        .find(|one| program.krate(&one.name).is_some() && !(is_off && one.unless.is_some()));
    if let Some(one) = by_itself {
        return by(None, format!("SIGTERM, by {}", one.name));
    }
    if let Some(place) = says(Handling::Interrupt).or_else(|| says(Handling::Ctrlc)) {
        return by(Some("SIGINT"), format!("SIGINT alone, {place}"));
    }
    Stopping { is_deaf: program.stays(), because: "no source handles a signal".to_owned(), ..Stopping::default() }
}
