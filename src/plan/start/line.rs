//! The command line of a program, of all that its sources declare: what it needs, and the subcommand that serves.

use std::collections::BTreeSet;

use super::Program;
use crate::workspace::{Command, CommandLine, Mention, Need, SourceLine};

/// Names of subcommands that serve, the surest first.
const SERVING: [&str; 9] = ["serve", "server", "start", "run", "daemon", "listen", "web", "api", "node"];

/// How many of them say nothing but that.
const SUREST: usize = 2;

/// Types in each other, beyond which nobody declares arguments.
const DEPTH: u8 = 8;

/// The command line of a program.
pub(super) struct Line<'a> {
    all: Declared<'a>,
    pub whole: &'a Mention<CommandLine>,
    pub needed: Needed<'a>,
    /// Its subcommands whose names say that they serve.
    pub serving: Vec<&'a Command>,
}

impl<'a> Line<'a> {
    pub(super) fn read(program: Program<'a>) -> Option<Self> {
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

    /// What a subcommand needs.
    pub(super) fn needs_of(&self, command: &'a Command) -> Needed<'a> {
        self.all.of_needs(&command.needs, DEPTH)
    }

    /// Whether the whole has a type, or is one.
    pub(super) fn has(&self, of: &str) -> bool {
        self.whole.what.name == of || self.all.has_part(&self.whole.what.needs, of, DEPTH)
    }

    /// Whether a subcommand has a type.
    pub(super) fn command_has(&self, command: &Command, of: &str) -> bool {
        self.all.has_part(&command.needs, of, DEPTH)
    }

    /// The first subcommand with one of these names, whether one is needed or not.
    pub(super) fn command_of(&self, names: &[&str]) -> Option<&'a Command> {
        self.all.commands(&self.whole.what, DEPTH).into_iter().find(|command| names.contains(&command.name.as_str()))
    }

    /// The subcommand that serves, where only one does.
    pub(super) fn serves_with(&self) -> Option<&'a Command> {
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
#[derive(Default)]
pub(super) struct Needed<'a> {
    /// Arguments, and what stands in for them or is named by default, one by one.
    pub each: Vec<&'a Need>,
    /// Whether any argument will do, but none will not.
    pub is_any: bool,
    /// The subcommands of which one is needed; none where nobody can tell which there are.
    pub commands: Option<Vec<&'a Command>>,
    /// Whether there are several types of a name, so that nobody can tell what they need.
    pub is_unclear: bool,
}

impl<'a> Declared<'a> {
    /// The declaration of the whole command line: the one that is part of no other, of the program's own package before
    /// those of libraries, one that a call parses before others, and a struct before an enum. Where there are several, nobody
    /// can tell.
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
        let found = if of_own.is_empty() { wholes().collect() } else { of_own };
        // Types that nothing parses may be left over, or the arguments of tests.
        let parsed = found.iter().copied().filter(|said| program.parses(&said.what.name)).collect::<Vec<_>>();
        only(if parsed.is_empty() { found } else { parsed })
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

    /// The subcommands of a type, needed or not.
    fn commands(&self, of: &'a CommandLine, depth: u8) -> Vec<&'a Command> {
        let mut found: Vec<&Command> = of.commands.iter().collect();
        let Some(depth) = depth.checked_sub(1) else { return found };
        for part in of.needs.iter().filter_map(type_in) {
            if let [of_type] = self.named(part)[..] {
                found.extend(self.commands(of_type, depth));
            }
        }
        found
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
                Need::Argument(_) | Need::Variable(_) | Need::File(_) | Need::Data(_) => needed.each.push(need),
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
                        needed.each.extend(part.each);
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
    needs.filter_map(type_in)
}

/// The type that stands for what is needed.
fn type_in(need: &Need) -> Option<&str> {
    match need {
        Need::Subcommand(name) | Need::PerhapsSubcommand(name) | Need::Part(name) => Some(name),
        Need::Argument(_) | Need::Variable(_) | Need::File(_) | Need::Data(_) | Need::Any => None,
    }
}
