//! A Dockerfile step by step, with places: its text enters, stages with their instructions leave, variables expanded where
//! their values are known.

use std::ops::Range;

use parse_dockerfile::{Flag, Instruction};

use super::found::{below, command};
use super::variables::{Variables, is_known};
use super::{CommandLine, read, shell};

/// A stage.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// Its name.
    pub name: Option<String>,
    /// The image that it begins with, or that of the stage which it is built on; `None` where a variable hides it.
    pub base: Option<String>,
    /// The stage that it is built on.
    pub parent: Option<usize>,
    /// `--platform`, as it is written.
    pub platform: Option<String>,
    /// Where FROM stands.
    pub from: Range<usize>,
    /// Its instructions.
    pub steps: Vec<Step>,
}

/// An instruction.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Where it begins, and where its arguments end.
    pub place: Range<usize>,
    /// What it does.
    pub what: What,
}

/// What an instruction does, as far as somebody asks.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// RUN: its commands, word by word, and what is mounted meanwhile.
    Run {
        /// The commands.
        commands: Vec<Vec<String>>,
        /// Mounts.
        mounts: Vec<Mount>,
    },
    /// COPY or ADD.
    Copy {
        /// The stage or image, unless it is the build context.
        from: Option<String>,
        /// What is copied, as it is written.
        sources: Vec<String>,
        /// Where it goes.
        to: String,
    },
    /// ENV or ARG, with the values that are written.
    Variables {
        /// Whether it is ENV.
        is_env: bool,
        /// Names and values.
        pairs: Vec<(String, Option<String>)>,
    },
    /// USER
    User(String),
    /// ENTRYPOINT or CMD.
    Start {
        /// Whether it is ENTRYPOINT.
        is_entrypoint: bool,
        /// The command.
        command: CommandLine,
        /// Where the command stands.
        place: Range<usize>,
    },
    /// STOPSIGNAL
    StopSignal,
    /// EXPOSE
    Expose,
    /// Anything else.
    Other,
}

/// A mount of RUN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// `bind`, `cache`, `secret`, …
    pub kind: String,
    /// Its absolute place.
    pub target: String,
}

impl Stage {
    /// What COPY and ADD bring into it: where from, what, and where to.
    pub(crate) fn copies(&self) -> impl Iterator<Item = (Option<&str>, &[String], &str)> {
        self.steps.iter().filter_map(|step| match &step.what {
            What::Copy { from, sources, to } => Some((from.as_deref(), sources.as_slice(), to.as_str())),
            _ => None,
        })
    }

    /// Every command of it: the number of its step, and its words.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (usize, &[String])> {
        self.steps.iter().enumerate().flat_map(|(number, step)| {
            let commands = match &step.what {
                What::Run { commands, .. } => commands.as_slice(),
                _ => &[],
            };
            commands.iter().map(move |words| (number, words.as_slice()))
        })
    }
}

/// Reads a Dockerfile.
pub(crate) fn stages(text: &str) -> Result<Vec<Stage>, String> {
    let text = read::readable(text);
    let dockerfile = read::parse(&text)?;
    let (escape, globals) = (read::escape(&dockerfile), read::globals(&dockerfile));
    let mut stages: Vec<Stage> = Vec::new();
    let mut ends: Vec<(Variables, String)> = Vec::new();
    for stage in dockerfile.stages() {
        let image = globals.expand(&stage.from.image.value);
        let is_called = |known: &Stage| known.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&image));
        let parent = stages.iter().position(is_called);
        let (mut variables, mut workdir) = parent.map(|parent| ends[parent].clone()).unwrap_or_default();
        let base = match parent {
            Some(parent) => stages[parent].base.clone(),
            None => Some(image).filter(|image| is_known(image)),
        };
        let steps = stage.instructions.iter().map(|instruction| {
            let what = what(instruction, escape, &globals, &mut variables, &mut workdir);
            Step { place: place(instruction), what }
        });
        let steps = steps.collect();
        stages.push(Stage {
            name: stage.from.as_.as_ref().map(|(_, name)| name.value.to_string()),
            base,
            parent,
            platform: flag(&stage.from.options, "platform"),
            from: stage.from.from.span.start..stage.from.image.span.end,
            steps,
        });
        ends.push((variables, workdir));
    }
    Ok(stages)
}

fn what(
    instruction: &Instruction,
    escape: char,
    globals: &Variables,
    variables: &mut Variables,
    workdir: &mut String,
) -> What {
    let known = |words: Vec<String>| words.into_iter().map(|word| below(workdir, &word)).collect::<Vec<_>>();
    match instruction {
        Instruction::Run(run) => {
            let command = command(&run.arguments, escape);
            let mut commands = match &command {
                CommandLine::Words(words) => vec![words.clone()],
                CommandLine::Script(script) => shell::commands(&variables.expand(script)),
            };
            commands.extend(run.here_docs.iter().flat_map(|text| shell::commands(&variables.expand(&text.value))));
            let mounts = run.options.iter().filter(|option| option.name.value == "mount");
            let mounts = mounts.filter_map(|option| mount(&variables.expand(&option.value.as_ref()?.value), workdir));
            What::Run { mounts: mounts.collect(), commands }
        }
        Instruction::Copy(copy) => copied(&copy.options, &copy.src, &copy.dest.value, variables, workdir),
        Instruction::Add(add) => copied(&add.options, &add.src, &add.dest.value, variables, workdir),
        Instruction::Env(env) => {
            let pairs = variables.pairs(&env.arguments.value);
            for (name, value) in &pairs {
                variables.set(name, Some(value.clone()));
            }
            let pairs = pairs.into_iter().map(|(name, value)| (name, Some(value).filter(|value| is_known(value))));
            What::Variables { is_env: true, pairs: pairs.collect() }
        }
        Instruction::Arg(arg) => {
            let words = shlex::split(&arg.arguments.value).unwrap_or_default();
            let pair = |word: &String| match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word.clone(), None),
            };
            let pairs = words.iter().map(pair).collect();
            variables.declare(&arg.arguments.value, globals);
            What::Variables { is_env: false, pairs }
        }
        Instruction::User(user) => What::User(variables.word(&user.arguments.value).unwrap_or_default()),
        Instruction::Workdir(folder) => {
            let folder = known(variables.words(&folder.arguments.value));
            *workdir = folder.into_iter().next().unwrap_or_default();
            What::Other
        }
        Instruction::Entrypoint(start) => What::Start {
            is_entrypoint: true,
            command: command(&start.arguments, escape),
            place: place_of(&start.arguments),
        },
        Instruction::Cmd(start) => What::Start {
            is_entrypoint: false,
            command: command(&start.arguments, escape),
            place: place_of(&start.arguments),
        },
        Instruction::Stopsignal(_) => What::StopSignal,
        Instruction::Expose(_) => What::Expose,
        _ => What::Other,
    }
}

fn copied(
    options: &[Flag],
    sources: &[parse_dockerfile::Source],
    to: &str,
    variables: &Variables,
    workdir: &str,
) -> What {
    let path = |source: &parse_dockerfile::Source| match source {
        parse_dockerfile::Source::Path(path) => variables.word(&path.value),
        _ => None,
    };
    What::Copy {
        from: flag(options, "from").map(|from| variables.expand(&from)),
        sources: sources.iter().filter_map(path).collect(),
        to: below(workdir, &variables.word(to).unwrap_or_default()),
    }
}

fn mount(text: &str, workdir: &str) -> Option<Mount> {
    let field = |names: &[&str]| {
        let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| names.contains(name)).map(|(_, value)| value.to_owned()).next()
    };
    let target = field(&["target", "dst", "destination"]).filter(|target| is_known(target))?;
    Some(Mount { kind: field(&["type"]).unwrap_or_else(|| "bind".to_owned()), target: below(workdir, &target) })
}

fn flag(flags: &[Flag], name: &str) -> Option<String> {
    let flag = flags.iter().find(|flag| flag.name.value == name)?;
    flag.value.as_ref().map(|value| value.value.to_string())
}

/// Where an instruction begins.
fn place(instruction: &Instruction) -> Range<usize> {
    match instruction {
        Instruction::Run(one) => one.run.span.start..place_of(&one.arguments).end,
        Instruction::Copy(one) => one.copy.span.start..one.dest.span.end,
        Instruction::Add(one) => one.add.span.start..one.dest.span.end,
        Instruction::Env(one) => one.env.span.start..one.arguments.span.end,
        Instruction::Arg(one) => one.arg.span.start..one.arguments.span.end,
        Instruction::User(one) => one.user.span.start..one.arguments.span.end,
        Instruction::Entrypoint(one) => one.entrypoint.span.start..place_of(&one.arguments).end,
        Instruction::Cmd(one) => one.cmd.span.start..place_of(&one.arguments).end,
        Instruction::Stopsignal(one) => one.stopsignal.span.start..one.arguments.span.end,
        _ => 0..0,
    }
}

fn place_of(command: &parse_dockerfile::Command) -> Range<usize> {
    match command {
        parse_dockerfile::Command::Exec(words) => words.span.clone(),
        parse_dockerfile::Command::Shell(script) => script.span.clone(),
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_places_folders_and_values() {
        let text = "ARG RUST=1.90\nFROM --platform=$BUILDPLATFORM rust:${RUST}-slim AS build\nWORKDIR /app\nARG TOKEN=x\n\
                    RUN --mount=type=cache,target=target cargo build && cp a b\nFROM build\nCOPY --from=build src dst/\nCMD app -v\n";
        let stages = stages(text).unwrap();
        let [build, last] = stages.as_slice() else { panic!("{stages:?}") };
        assert_eq!(
            (build.base.as_deref(), build.platform.as_deref()),
            (Some("rust:1.90-slim"), Some("$BUILDPLATFORM"))
        );
        assert_eq!(&text[build.from.clone()], "FROM --platform=$BUILDPLATFORM rust:${RUST}-slim");
        let What::Run { commands, mounts } = &build.steps[2].what else { panic!("{build:?}") };
        assert_eq!(commands[0].join(" "), "cargo build");
        assert_eq!(mounts[..], [Mount { kind: "cache".to_owned(), target: "/app/target".to_owned() }]);
        assert_eq!((last.parent, last.base.as_deref()), (Some(0), Some("rust:1.90-slim")));
        let What::Copy { from, to, .. } = &last.steps[0].what else { panic!("{last:?}") };
        assert_eq!((from.as_deref(), to.as_str()), (Some("build"), "/app/dst/"));
        let What::Start { place, .. } = &last.steps[1].what else { panic!("{last:?}") };
        assert_eq!(&text[place.clone()], "app -v");
    }
}
