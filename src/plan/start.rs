//! How a program is started: what its command line cannot do without enters; the subcommand that serves, or what somebody
//! has to say, leaves.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::assets::Asset;
use super::images::Pair;
use super::program::Program;
use super::volumes;
use crate::settings::ImageSettings;
use crate::workspace::{Background, Command, CommandLine, Mention, Need, SourceLine};

/// Names of subcommands that serve, the surest first.
const SERVING: [&str; 9] = ["serve", "server", "start", "run", "daemon", "listen", "web", "api", "node"];

/// How many of them say nothing but that.
const SUREST: usize = 2;

/// A subcommand that nobody can name.
const ANY_COMMAND: &str = "<COMMAND>";

/// The same for an argument.
const ANY_ARGUMENT: &str = "<ARGUMENT>";

/// Types in each other, beyond which nobody declares arguments.
const DEPTH: u8 = 8;

/// How a program is started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Start {
    /// The subcommand that it serves with, where it needs one.
    pub command: Option<Mention<String>>,
    /// What it does not start without, as its user types it.
    pub lacks: Option<Mention<String>>,
    /// Environment variables that it may stop without, where nothing sets them.
    pub variables: Vec<Mention<String>>,
    /// Paths in the image of files with settings that its command line names by default, or that it stops without, and that are not there.
    pub files: Vec<Mention<String>>,
    /// Folders and files for data that its command line names by default.
    pub data: Vec<Mention<String>>,
    /// The crate that may take it into the background, which ends its container.
    pub leaves_by: Option<String>,
    /// The option that keeps it from that.
    pub stays_by: Option<Mention<String>>,
}

/// Environment variables that every engine sets.
const ALWAYS_SET: [&str; 3] = ["HOME", "HOSTNAME", "PATH"];

/// How a program is started, in an image with these variables and files.
pub(super) fn start(program: Program, settings: &ImageSettings, env: &[Pair], assets: &[Asset]) -> Start {
    let is_set = |name: &str| ALWAYS_SET.contains(&name) || env.iter().any(|pair| pair.name == name);
    let mut variables = program.says_first(|package| &package.service.required_variables);
    // A tool has many commands, each with variables of its own.
    variables.retain(|_| !program.is_tool());
    let start = on_command_line(program, settings);
    variables.extend(start.variables);
    variables.retain(|said| !is_set(&said.what));
    let mut files = program.says_first(|package| &package.service.required_files);
    files.retain(|_| !program.is_tool());
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
    if line.whole.what.name == of || line.all.has_part(&line.whole.what.needs, of, DEPTH) {
        return Some(Vec::new());
    }
    let command = line.serves_with().filter(|command| line.all.has_part(&command.needs, of, DEPTH))?;
    Some(vec![command.name.clone()])
}

/// What the program's command line says. Of one that is no daemon for certain, only a subcommand that serves counts, where
/// something in it listens: others are tools, which nobody starts without arguments.
fn called(program: Program, is_daemon: bool, given: Option<&[String]>) -> Start {
    let Some(line) = Line::read(program) else { return Start::default() };
    let is_tool = match line.needed.commands.as_deref() {
        Some([]) | None => !is_daemon,
        Some(_) => line.serving.is_empty() || !is_daemon && !program.listens(),
    };
    let is_given = |command: &&Command| {
        let mut names = [&command.name].into_iter().chain(&command.aliases);
        names.any(|name| given.unwrap_or_default().contains(name))
    };
    if is_tool || line.needed.is_unclear || line.needed.commands.iter().flatten().any(is_given) {
        return Start::default();
    }
    let at_line = |what: String| Mention { what, place: line.whole.place.clone() };
    let Needed { arguments: mut lacks, mut variables, mut files, mut data, .. } = match given {
        None => line.needed.clone(),
        Some(_) => Needed::default(),
    };
    let mut command = None;
    if let Some(serving) = line.serves_with() {
        let of_command = line.all.of_needs(&serving.needs, DEPTH);
        if of_command.is_unclear {
            return Start::default();
        }
        variables.extend(of_command.variables);
        files.extend(of_command.files);
        data.extend(of_command.data);
        if lacks.is_empty() && of_command.arguments.is_empty() && of_command.commands.is_none() {
            command = Some(at_line(serving.name.clone()));
        } else {
            lacks.push(serving.name.clone());
            lacks.extend(of_command.arguments);
            lacks.extend(of_command.commands.map(|_| ANY_COMMAND.to_owned()));
        }
    } else if line.needed.commands.is_some() {
        lacks.push(ANY_COMMAND.to_owned());
    } else if line.needed.is_any && lacks.is_empty() && given.is_none() {
        lacks.push(ANY_ARGUMENT.to_owned());
    }
    Start {
        command,
        lacks: if lacks.is_empty() { None } else { Some(at_line(lacks.join(" "))) },
        variables: variables.into_iter().map(at_line).collect(),
        files: files.into_iter().map(at_line).collect(),
        data: data.into_iter().map(at_line).collect(),
        ..Start::default()
    }
}

/// The command line of a program.
struct Line<'a> {
    all: Declared<'a>,
    whole: &'a Mention<CommandLine>,
    needed: Needed<'a>,
    /// Its subcommands whose names say that they serve.
    serving: Vec<&'a Command>,
}

impl<'a> Line<'a> {
    fn read(program: Program<'a>) -> Option<Self> {
        let mut all =
            Declared { lines: program.says(|package| &package.service.command_lines).collect(), prints_help: false };
        let whole = all.whole(program)?;
        let mut helps = program.says(|package| &package.service.prints_help);
        all.prints_help = helps.any(|said| said.place.file == whole.place.file);
        let needed = all.needed(&whole.what, DEPTH);
        let commands = needed.commands.iter().flatten().copied();
        let serving = commands.filter(|command| SERVING.contains(&command.name.as_str())).collect();
        Some(Self { all, whole, needed, serving })
    }

    /// The subcommand that serves, where only one does.
    fn serves_with(&self) -> Option<&'a Command> {
        let only = |names: &[&str]| {
            let mut found = self.serving.iter().filter(|command| names.contains(&command.name.as_str()));
            found.next().filter(|_| found.next().is_none()).copied()
        };
        only(&SERVING[..SUREST]).or_else(|| only(&SERVING))
    }
}

/// All that a program declares.
struct Declared<'a> {
    lines: Vec<&'a Mention<CommandLine>>,
    /// Whether it prints its help for want of a subcommand.
    prints_help: bool,
}

/// What has to be on the command line.
#[derive(Clone, Default)]
struct Needed<'a> {
    arguments: Vec<String>,
    /// Environment variables that stand in for arguments.
    variables: Vec<String>,
    /// Files with settings that arguments name by default.
    files: Vec<String>,
    /// What arguments name by default to keep data in.
    data: Vec<String>,
    /// Whether any argument will do, but none will not.
    is_any: bool,
    /// The subcommands of which one is needed; none where nobody can tell which there are.
    commands: Option<Vec<&'a Command>>,
    /// Whether there are several types of a name, so that nobody can tell what they need.
    is_unclear: bool,
}

impl<'a> Declared<'a> {
    /// The declaration of the whole command line: the one that is part of no other, of the program's own package before
    /// those of libraries, and a struct before an enum. Where there are several, nobody can tell.
    fn whole(&self, program: Program) -> Option<&'a Mention<CommandLine>> {
        let parts: BTreeSet<&str> = self.lines.iter().flat_map(|said| parts_of(&said.what)).collect();
        let wholes = || self.lines.iter().filter(|said| said.what.parses && !parts.contains(said.what.name.as_str()));
        let own = program.workspace.packages.iter().find(|package| package.name == program.binary.package)?;
        let is_own = |place: &SourceLine| own.service.command_lines.iter().any(|said| said.place == *place);
        let only = |found: Vec<&&'a Mention<CommandLine>>| {
            let is_enum = |said: &Mention<CommandLine>| !said.what.name.is_empty() && !said.what.commands.is_empty();
            let mut structs = found.iter().filter(|said| !is_enum(said));
            let first = structs.next().or(found.first().filter(|_| found.len() == 1));
            first.filter(|_| structs.next().is_none()).map(|said| **said)
        };
        let of_own: Vec<_> = wholes().filter(|said| is_own(&said.place)).collect();
        if of_own.is_empty() { only(wholes().collect()) } else { only(of_own) }
    }

    /// The types of this name that lie outermost; those that are alike count once.
    fn named(&self, name: &str) -> Vec<&'a CommandLine> {
        let depth = |said: &Mention<CommandLine>| said.place.file.as_str().matches('/').count();
        let found = || self.lines.iter().filter(|said| said.what.name == name);
        let outermost = found().map(|said| depth(said)).min();
        let mut types: Vec<&CommandLine> = Vec::new();
        for said in found().filter(|said| Some(depth(said)) == outermost) {
            if !types.contains(&&said.what) {
                types.push(&said.what);
            }
        }
        types
    }

    /// Whether a type is part of what is needed.
    fn has_part(&self, needs: &[Need], of: &str, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let mut parts = needs.iter().filter_map(|need| if let Need::Part(name) = need { Some(name) } else { None });
        let is_in = |name: &String| self.named(name).iter().any(|part| self.has_part(&part.needs, of, depth));
        parts.any(|name| name == of || is_in(name))
    }

    fn needed(&self, of: &'a CommandLine, depth: u8) -> Needed<'a> {
        let mut needed = self.of_needs(&of.needs, depth);
        if !of.commands.is_empty() {
            needed.commands.get_or_insert_default().extend(&of.commands);
        }
        needed
    }

    fn of_needs(&self, needs: &'a [Need], depth: u8) -> Needed<'a> {
        let mut needed = Needed::default();
        let Some(depth) = depth.checked_sub(1) else { return needed };
        let wants_any = needs.contains(&Need::Any);
        needed.is_any = wants_any;
        for need in needs {
            match need {
                Need::Argument(shown) => needed.arguments.push(shown.clone()),
                Need::Variable(name) => needed.variables.push(name.clone()),
                Need::File(path) => needed.files.push(path.clone()),
                Need::Data(path) => needed.data.push(path.clone()),
                Need::PerhapsSubcommand(_) if !wants_any && !self.prints_help => {}
                Need::Any => {}
                Need::Subcommand(name) | Need::PerhapsSubcommand(name) => {
                    let of_type = match self.named(name)[..] {
                        [found] => self.needed(found, depth).commands,
                        _ => None,
                    };
                    needed.commands = Some(of_type.unwrap_or_default());
                }
                Need::Part(name) => {
                    let types = self.named(name);
                    needed.is_unclear |= types.len() > 1;
                    if let [of_type] = types[..] {
                        let part = self.needed(of_type, depth);
                        needed.arguments.extend(part.arguments);
                        needed.variables.extend(part.variables);
                        needed.files.extend(part.files);
                        needed.data.extend(part.data);
                        needed.is_unclear |= part.is_unclear;
                        needed.is_any |= part.is_any;
                        if let Some(commands) = part.commands {
                            needed.commands.get_or_insert_default().extend(commands);
                        }
                    }
                }
            }
        }
        needed
    }
}

/// The types that are parts of one.
fn parts_of(declared: &CommandLine) -> impl Iterator<Item = &str> {
    let needs = declared.needs.iter().chain(declared.commands.iter().flat_map(|command| &command.needs));
    needs.filter_map(|need| match need {
        Need::Subcommand(name) | Need::PerhapsSubcommand(name) | Need::Part(name) => Some(name.as_str()),
        Need::Argument(_) | Need::Variable(_) | Need::File(_) | Need::Data(_) | Need::Any => None,
    })
}
