//! How a program is started: what its command line cannot do without enters; the subcommand that serves, or what somebody
//! has to say, leaves.

mod line;

use std::path::Path;

use serde::Serialize;

use super::assets::Asset;
use super::images::Pair;
use super::program::Program;
use super::volumes;
use crate::settings::ImageSettings;
use crate::workspace::{Background, Command, Mention, Need, Service};
use line::Line;

/// A subcommand that nobody can name.
const ANY_COMMAND: &str = "<COMMAND>";

/// The same for an argument.
const ANY_ARGUMENT: &str = "<ARGUMENT>";

/// How a program is started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Start {
    /// The subcommand that it serves with, where it needs one.
    pub command: Option<Mention<String>>,
    /// What it does not start without, as its user types it.
    pub lacks: Option<Mention<String>>,
    /// Environment variables that it may stop without, where nothing sets them.
    pub variables: Vec<Mention<String>>,
    /// Paths in the image of files with settings that it looks for and that are not there.
    pub files: Vec<Mention<String>>,
    /// Folders and files for data that its command line names by default.
    pub data: Vec<Mention<String>>,
    /// The crate that may take it into the background, which ends its container.
    pub leaves_by: Option<String>,
    /// The option that keeps it from that.
    pub stays_by: Option<Mention<String>>,
}

/// Subcommands that tell whether a program is well.
const HEALTH: [&str; 3] = ["health", "health-check", "healthcheck"];

/// Environment variables that every engine sets.
const ALWAYS_SET: [&str; 3] = ["HOME", "HOSTNAME", "PATH"];

/// How a program is started, in an image with these variables and files.
pub(super) fn start(program: Program, settings: &ImageSettings, env: &[Pair], assets: &[Asset]) -> Start {
    let is_set = |name: &str| ALWAYS_SET.contains(&name) || env.iter().any(|pair| pair.name == name);
    // A tool has many commands, each with needs of its own.
    let (mut variables, mut files) = if program.is_tool() {
        Default::default()
    } else {
        let of_service =
            |of: fn(&Service) -> &[Mention<String>]| program.says_first(move |package| of(&package.service));
        (of_service(|service| &service.required_variables), of_service(|service| &service.required_files))
    };
    let start = on_command_line(program, settings);
    variables.extend(start.variables);
    variables.retain(|said| !is_set(&said.what));
    files.extend(start.files);
    files.retain(|said| !is_there(program, settings, assets, &said.what));
    for said in &mut files {
        said.what = volumes::absolute(settings, &said.what);
    }
    Start { variables, files, ..start }
}

/// Whether a file is copied or comes with a volume, or may be copied, which is said elsewhere.
fn is_there(program: Program, settings: &ImageSettings, assets: &[Asset], file: &str) -> bool {
    let mut named = program.says(|package| &package.reads).chain(program.says(|package| &package.opens));
    let target = volumes::absolute(settings, file);
    let covers = |path: &str| Path::new(&target).starts_with(path);
    let stem = Path::new(file).with_extension("");
    named.any(|said| Path::new(said.what.path.as_str()).with_extension("").ends_with(&stem))
        || assets.iter().any(|asset| covers(&asset.to))
        || volumes::volumes(settings).iter().any(|volume| covers(volume))
}

/// A command that is set settles it; arguments that are set settle what is needed beside a subcommand.
fn on_command_line(program: Program, settings: &ImageSettings) -> Start {
    if settings.command.is_some() {
        return Start::default();
    }
    let mut crates = program.crates().filter(|krate| program.catalog.in_service.goes_to_background(&krate.name));
    let leaves_by = crates.next().map(|krate| krate.name.clone());
    let called = called(program, program.stays() || leaves_by.is_some(), settings.args.as_deref());
    if settings.args.is_some() {
        return called;
    }
    let words = || program.says(|package| &package.service.background);
    let stays_by = words().find_map(|said| match &said.what {
        Background::Stays(option) => Some(Mention { what: option.clone(), place: said.place.clone() }),
        Background::Leaves => None,
    });
    // Where an option is there to leave, nothing else does.
    let leaves_by = leaves_by.filter(|_| stays_by.is_some() || words().next().is_none());
    Start { stays_by: stays_by.filter(|_| leaves_by.is_some()), leaves_by, ..called }
}

/// The words before the options of a type: none where they are the program's own, the subcommand that serves where they are
/// that one's. Nobody can tell where those of another subcommand stand.
pub(super) fn words_before(program: Program, of: &str) -> Option<Vec<String>> {
    let line = Line::read(program)?;
    if line.has(of) {
        return Some(Vec::new());
    }
    let command = line.serves_with().filter(|command| line.command_has(command, of))?;
    Some(vec![command.name.clone()])
}

/// The subcommand that tells whether the program is well, where it wants no more than its name.
pub(super) fn health_command(program: Program) -> Option<String> {
    let line = Line::read(program)?;
    let command = line.command_of(&HEALTH)?;
    let needed = line.needs_of(command);
    let is_enough =
        !needed.is_unclear && !needed.is_any && needed.commands.is_none() && arguments(&needed.each).is_empty();
    is_enough.then(|| command.name.clone())
}

/// What the program's command line says. Of one that is no daemon for certain, only a subcommand that serves counts, where
/// something in it listens: others are tools, which nobody starts without arguments. So is one whose subcommands all have
/// other names, unless it is a daemon and something in it listens.
fn called(program: Program, is_daemon: bool, given: Option<&[String]>) -> Start {
    let Some(line) = Line::read(program) else { return Start::default() };
    let is_tool = match line.needed.commands.as_deref() {
        Some([]) | None => !is_daemon,
        Some(_) if line.serving.is_empty() => !is_daemon || !program.listens(),
        Some(_) => !is_daemon && !program.listens(),
    };
    let is_given = |command: &&Command| {
        let mut names = [&command.name].into_iter().chain(&command.aliases);
        names.any(|name| given.unwrap_or_default().contains(name))
    };
    if is_tool || line.needed.is_unclear || line.needed.commands.iter().flatten().any(is_given) {
        return Start::default();
    }
    let at_line = |what: String| Mention { what, place: line.whole.place.clone() };
    let mut needs: Vec<&Need> = if given.is_none() { line.needed.each.clone() } else { Vec::new() };
    let mut lacks = arguments(&needs);
    let mut command = None;
    if let Some(serving) = line.serves_with() {
        let of_command = line.needs_of(serving);
        if of_command.is_unclear {
            return Start::default();
        }
        needs.extend(&of_command.each);
        let wanted = arguments(&of_command.each);
        if lacks.is_empty() && wanted.is_empty() && of_command.commands.is_none() {
            command = Some(at_line(serving.name.clone()));
        } else {
            lacks.push(serving.name.clone());
            lacks.extend(wanted);
            lacks.extend(of_command.commands.map(|_| ANY_COMMAND.to_owned()));
        }
    } else if line.needed.commands.is_some() {
        lacks.push(ANY_COMMAND.to_owned());
    } else if line.needed.is_any && lacks.is_empty() && given.is_none() {
        lacks.push(ANY_ARGUMENT.to_owned());
    }
    let texts =
        |of: fn(&Need) -> Option<&String>| needs.iter().filter_map(|need| of(need)).cloned().map(at_line).collect();
    Start {
        command,
        lacks: if lacks.is_empty() { None } else { Some(at_line(lacks.join(" "))) },
        variables: texts(|need| if let Need::Variable(name) = need { Some(name) } else { None }),
        files: texts(|need| if let Need::File(path) = need { Some(path) } else { None }),
        data: texts(|need| if let Need::Data(path) = need { Some(path) } else { None }),
        ..Start::default()
    }
}

/// The arguments among what is needed, as their user types them.
fn arguments(needs: &[&Need]) -> Vec<String> {
    let shown = needs.iter().filter_map(|need| if let Need::Argument(shown) = need { Some(shown) } else { None });
    shown.cloned().collect()
}
