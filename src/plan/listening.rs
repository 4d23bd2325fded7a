//! Where a program listens: what its sources and its framework say enters; ports, variables that let others in, and an
//! address that nobody reaches leave.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Serialize;

use super::images::Pair;
use super::program::Program;
use super::start;
use crate::catalog::Framework;
use crate::context_path::ContextPath;
use crate::settings::{ImageSettings, Settings, save};
use crate::workspace::{Address, Certainty, Mention, SourceLine};

/// As many ports as one program may wait at with each of them being certain.
const MOST: usize = 4;

/// Where a program listens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Listening {
    /// Every place that says something of it.
    pub said: Vec<Mention<Address>>,
    /// Ports that it certainly waits at, as EXPOSE takes them, each with the place that says so.
    pub ports: Vec<FoundPort>,
    /// Whether it waits at some port, and none is certain or set.
    pub is_unclear: bool,
    /// An address that nobody outside of the container reaches, where it has no other.
    pub unreachable: Option<Unreachable>,
    /// The variable that lets others in, where a framework reads one: it is set in the image.
    pub opened_by: Option<String>,
}

/// A port, as EXPOSE takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FoundPort {
    /// `8080`, `53/udp`
    pub port: String,
    /// What says so.
    pub because: String,
}

/// An address of the loopback device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Unreachable {
    /// The address.
    pub address: Address,
    /// Where it is said.
    pub place: SourceLine,
    /// What overrules it.
    pub cure: Option<Cure>,
}

/// What lets others in, with the value that does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cure {
    /// An environment variable.
    Variable(Pair),
    /// Arguments.
    Arguments(Vec<String>),
}

impl Cure {
    /// The setting for it; arguments are for this binary alone.
    pub(crate) fn setting(&self, binary: Option<&str>) -> String {
        let mut settings = Settings::default();
        match self {
            Self::Variable(Pair { name, value }) => settings.env = [(name.clone(), value.clone())].into(),
            Self::Arguments(words) => {
                let own = Settings { args: Some(words.clone()), ..Settings::default() };
                match binary {
                    Some(binary) => settings.binaries = [(binary.to_owned(), own)].into(),
                    None => settings = own,
                }
            }
        }
        save::lines(&settings).unwrap_or_default().concat()
    }
}

pub(super) fn listening(program: Program, settings: &ImageSettings) -> Listening {
    let mut said = program.says_first(|package| &package.service.listens);
    let binds = said.iter().any(|said| said.what.certainty == Certainty::Bound);
    said.retain(|said| said.what.host.is_some() || said.what.port.is_some());
    let framework = program.catalog.in_service.framework.iter().find(|one| program.krate(&one.name).is_some());
    if !program.serves() {
        return Listening { said, ..Listening::default() };
    }
    let is_set = |variable: &Option<String>| variable.as_ref().is_some_and(|name| settings.env.contains_key(name));
    // A value in passing may be anybody's.
    let hosts = surest(&said, |address| address.host.is_some() && address.certainty > Certainty::Said);
    // The place with a variable or an option is the one with a cure.
    let has_cure = |said: &&&Mention<Address>| said.what.variable.is_some() || said.what.option.is_some();
    let first = hosts.iter().find(has_cure).or(hosts.first());
    let is_open = settings.args.iter().chain(&settings.command).flatten().any(|argument| lets_others_in(argument));
    let unreachable = first.filter(|_| hosts.iter().all(|said| said.what.is_loopback()));
    let unreachable =
        unreachable.filter(|said| framework.is_none() && !is_open && !is_set(&said.what.variable)).map(|found| {
            Unreachable {
                address: found.what.clone(),
                place: found.place.clone(),
                cure: cure(program, settings, &said, &found.what),
            }
        });
    let mut ports = ports(&said);
    if let (true, Some(framework)) = (ports.is_empty(), framework) {
        ports.extend(port_of(program, framework));
    }
    let is_unclear =
        (binds || program.has_framework()) && ports.is_empty() && unreachable.is_none() && settings.expose.is_none();
    Listening { ports, is_unclear, unreachable, opened_by: framework.map(|one| one.address.clone()), said }
}

/// What lets others in where the program listens at this address: its host alone, or the whole address is overruled.
fn cure(program: Program, settings: &ImageSettings, said: &[Mention<Address>], at: &Address) -> Option<Cure> {
    let is_same = |other: &Address| match &at.variable {
        Some(variable) => other.variable.as_ref() == Some(variable),
        None => other.option == at.option,
    };
    let by_itself = said.iter().filter(|said| is_same(&said.what) && said.what.host.is_some());
    let address = by_itself.min_by_key(|said| said.what.certainty)?.what.clone();
    let open = if address.host.as_deref() == Some("::1") { "::" } else { "0.0.0.0" };
    let open = Address { host: Some(open.to_owned()), ..address };
    if let Some(name) = &at.variable {
        return Some(Cure::Variable(Pair { name: name.clone(), value: open.to_string() }));
    }
    // A command that is set would come after the arguments.
    let option = at.option.as_ref().filter(|_| settings.command.is_none())?;
    let before = start::words_before(program, &option.of)?;
    Some(Cure::Arguments(before.into_iter().chain([option.name.clone(), open.to_string()]).collect()))
}

/// Whether an argument has the program listen for everybody: `0.0.0.0`, `--bind=[::]:80`.
pub(crate) fn lets_others_in(argument: &str) -> bool {
    let value = argument.rsplit(['=', '/']).next().unwrap_or_default();
    let host = value.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(value, |(host, _)| host);
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_unspecified())
}

/// What is known best.
fn surest(said: &[Mention<Address>], has: impl Fn(&Address) -> bool) -> Vec<&Mention<Address>> {
    let all: Vec<&Mention<Address>> = said.iter().filter(|said| has(&said.what)).collect();
    let best = all.iter().map(|said| said.what.certainty).max();
    all.into_iter().filter(|said| Some(said.what.certainty) == best).collect()
}

/// A call that binds to a port is certain; a value by its name is where it is the only one of its protocol. Where one of
/// them is not certain, none is.
fn ports(said: &[Mention<Address>]) -> Vec<FoundPort> {
    let best = said.iter().filter(|said| said.what.port.is_some()).map(|said| said.what.certainty).max();
    let is_sure = |address: &Address| address.certainty > Certainty::Said || Some(address.certainty) == best;
    let mut ports = Vec::new();
    for is_udp in [false, true] {
        let known = surest(said, |one| one.port.is_some() && one.is_udp == is_udp && is_sure(one));
        let distinct: BTreeSet<u16> = known.iter().filter_map(|said| said.what.port).collect();
        let most = if known.iter().all(|said| said.what.certainty == Certainty::Bound) { MOST } else { 1 };
        if distinct.len() > most {
            return Vec::new();
        }
        ports.extend(distinct.into_iter().map(|port| {
            let place = known.iter().find(|said| said.what.port == Some(port)).map(|said| said.place.to_string());
            FoundPort {
                port: if is_udp { format!("{port}/udp") } else { port.to_string() },
                because: place.unwrap_or_default(),
            }
        }));
    }
    ports
}

/// The port that a framework waits at unless a file says another.
fn port_of(program: Program, framework: &Framework) -> Option<FoundPort> {
    let packages = &program.workspace.packages;
    let has_file = |folder: &ContextPath| {
        packages.iter().any(|package| package.folder == *folder && package.entries.contains(&framework.file))
    };
    let may_differ = has_file(&program.binary.folder) || program.workspace.entries.contains(&framework.file);
    (!may_differ)
        .then(|| FoundPort { port: framework.port.to_string(), because: format!("the default of {}", framework.name) })
}
