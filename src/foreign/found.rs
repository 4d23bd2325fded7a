//! One stage, instruction by instruction: what earlier stages left enters, what this one leaves comes out.

use parse_dockerfile::{Command, Flag, HealthcheckArguments, Instruction, JsonOrStringArray, UnescapedString};

use super::packages::Installed;
use super::variables::{UNKNOWN, Variables, is_known};
use super::{CommandLine, Copied, ForeignImage, Health, Source, User, shell, start};

/// How many variables, labels and copies are remembered.
const MOST: usize = 500;

/// What is known of a stage.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// What its image is like, as far as one instruction says it.
    pub image: ForeignImage,
    pub variables: Variables,
    pub installed: Installed,
    /// Whether a later stage builds on it or copies from it.
    pub is_used: bool,
    /// Whether it says itself what to start.
    pub starts_itself: bool,
    workdir: String,
    entrypoint: Option<CommandLine>,
    cmd: Option<CommandLine>,
    has_own_cmd: bool,
    /// Paths of the build context and where they were copied to.
    from_context: Vec<(String, String)>,
}

impl Found {
    /// Whether an image in FROM is this stage.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.image.stage.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(name))
    }

    /// What a stage begins with that is built on an image.
    pub(super) fn on(image: &str) -> Self {
        let base = is_known(image).then(|| image.to_owned());
        Self { image: ForeignImage { base, ..ForeignImage::default() }, ..Self::default() }
    }

    /// What a stage that is built on this one begins with.
    pub(super) fn inherited(&self) -> Self {
        Self { is_used: false, has_own_cmd: false, ..self.clone() }
    }

    /// The image when all its instructions are through.
    pub(super) fn finished(&self) -> ForeignImage {
        ForeignImage {
            compiles: self.installed.compiles,
            debian: self.installed.debian.clone(),
            alpine: self.installed.alpine.clone(),
            starts: self.entrypoint.is_some() || self.cmd.is_some(),
            start: start::start(self.entrypoint.as_ref(), self.cmd.as_ref()),
            ..self.image.clone()
        }
    }

    /// Takes in one instruction, and tells which of the earlier stages it copies from.
    pub(super) fn step(
        &mut self,
        instruction: &Instruction,
        escape: char,
        globals: &Variables,
        stages: &[Self],
    ) -> Option<usize> {
        match instruction {
            Instruction::Arg(arg) => self.variables.declare(&arg.arguments.value, globals),
            Instruction::Env(env) => {
                for (name, value) in self.variables.pairs(&env.arguments.value) {
                    self.variables.set(&name, Some(value.clone()));
                    self.image.env.remove(&name);
                    if is_known(&value) && self.image.env.len() < MOST {
                        self.image.env.insert(name, value);
                    }
                }
            }
            Instruction::Label(label) => {
                let known =
                    self.variables.pairs(&label.arguments.value).into_iter().filter(|(_, value)| is_known(value));
                let room = MOST.saturating_sub(self.image.labels.len());
                self.image.labels.extend(known.take(room));
            }
            Instruction::Expose(expose) => {
                let ports =
                    expose.arguments.iter().flat_map(|port| self.variables.words(&port.value)).collect::<Vec<_>>();
                self.image.expose.extend(ports);
            }
            Instruction::Volume(volume) => {
                let folders = match &volume.arguments {
                    JsonOrStringArray::Json(folders) => &folders.value,
                    JsonOrStringArray::String(folders) => folders,
                };
                let folders = folders.iter().flat_map(|folder| self.variables.words(&folder.value)).collect::<Vec<_>>();
                self.image.volumes.extend(folders);
            }
            Instruction::User(user) => {
                self.image.user = self.variables.word(&user.arguments.value).map(|name| User { name, numbers: None });
                if let Some(user) = &mut self.image.user {
                    user.numbers = self.installed.numeric(&user.name);
                }
            }
            Instruction::Workdir(folder) => {
                self.workdir = self
                    .variables
                    .word(&folder.arguments.value)
                    .map_or_else(|| UNKNOWN.to_string(), |folder| below(&self.workdir, &folder));
            }
            Instruction::Stopsignal(signal) => self.image.stop_signal = self.variables.word(&signal.arguments.value),
            Instruction::Healthcheck(check) => {
                self.image.healthcheck = match &check.arguments {
                    HealthcheckArguments::Cmd { arguments, .. } => {
                        Some(Health { command: command(arguments, escape), options: options(&check.options) })
                    }
                    HealthcheckArguments::None { .. } => None,
                    _ => return None,
                }
            }
            Instruction::Entrypoint(entrypoint) => {
                self.entrypoint = Some(command(&entrypoint.arguments, escape));
                if !self.has_own_cmd {
                    self.cmd = None;
                }
            }
            Instruction::Cmd(cmd) => {
                self.cmd = Some(command(&cmd.arguments, escape));
                self.has_own_cmd = true;
            }
            Instruction::Run(run) => {
                let bodies = run.here_docs.iter().map(|body| body.value.as_ref());
                self.run(&command(&run.arguments, escape), bodies);
            }
            Instruction::Copy(copy) => return self.copy(&copy.options, &copy.src, &copy.dest.value, stages),
            Instruction::Add(add) => return self.copy(&add.options, &add.src, &add.dest.value, stages),
            _ => {}
        }
        None
    }

    fn run<'a>(&mut self, command: &'a CommandLine, here_docs: impl Iterator<Item = &'a str>) {
        let script = match command {
            CommandLine::Words(words) => return self.installed.run(words),
            CommandLine::Script(script) => script.trim_start(),
        };
        let first = script.split_whitespace().next().unwrap_or_default();
        let mut scripts = vec![script];
        if first.is_empty() || first.starts_with("<<") || first.ends_with("sh") {
            scripts.extend(here_docs);
        }
        for script in scripts {
            for words in shell::commands(&self.variables.expand(script)) {
                self.installed.run(&words);
            }
        }
    }

    fn copy(
        &mut self,
        options: &[Flag],
        sources: &[parse_dockerfile::Source],
        dest: &str,
        stages: &[Self],
    ) -> Option<usize> {
        let from = options.iter().find(|option| option.name.value == "from").and_then(|option| option.value.as_ref());
        let from = from.map(|from| self.variables.word(&from.value).unwrap_or_else(|| UNKNOWN.to_string()));
        let stage = from.as_ref().and_then(|from| {
            let by_name = stages.iter().position(|stage| stage.is_called(from));
            by_name.or_else(|| from.parse().ok().filter(|number| *number < stages.len()))
        });
        let Some(dest) = self.variables.word(dest) else { return stage };
        let to = below(&self.workdir, &dest);
        for source in sources {
            let from = match (source, &from) {
                (parse_dockerfile::Source::Path(path), from) => {
                    let Some(path) = self.variables.word(&path.value) else { continue };
                    match from {
                        Some(name) => {
                            let path = below("/", &path);
                            let perhaps = stage.and_then(|stage| stages[stage].in_context(&path));
                            Source::Stage { name: name.clone(), path, perhaps }
                        }
                        None if path.contains("://") || path.starts_with("git@") => Source::Elsewhere(path),
                        None => Source::Context(path.trim_start_matches("./").trim_start_matches('/').to_owned()),
                    }
                }
                _ => Source::Elsewhere("the Dockerfile itself".to_owned()),
            };
            if self.image.copies.len() < MOST {
                self.take(from, to.clone());
            }
        }
        stage
    }

    fn take(&mut self, from: Source, to: String) {
        match &from {
            Source::Context(path) => self.from_context.push((path.clone(), to.clone())),
            Source::Stage { path, .. } if is_program(path, &to) => {
                let name = if to.ends_with('/') { start::name(path) } else { start::name(&to) };
                // A folder of programs is known by the names that it came from.
                let name = if name == "bin" || name.is_empty() { start::name(path) } else { name };
                if !name.contains(['*', '?', '[']) {
                    self.image.programs.insert(name.to_owned());
                }
                return;
            }
            _ => {}
        }
        self.image.copies.push(Copied { from, to });
    }

    /// What a file of this stage is in the build context, if it came from there.
    fn in_context(&self, path: &str) -> Option<String> {
        let in_folder = |(source, to): &(String, String)| {
            let rest = path.strip_prefix(to.trim_end_matches('/'))?;
            let rest = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(""))?;
            let source = if source == "." { "" } else { source.trim_end_matches('/') };
            let path = [source, rest.trim_end_matches('/')].into_iter().filter(|part| !part.is_empty());
            Some((to.len(), path.collect::<Vec<_>>().join("/")))
        };
        let nearest = self.from_context.iter().filter_map(in_folder).max_by_key(|(length, _)| *length);
        nearest.map(|(_, path)| path).filter(|path| !path.is_empty())
    }
}

/// Whether what is copied from another stage most likely is a program.
fn is_program(path: &str, to: &str) -> bool {
    let has = |path: &str, names: &[&str]| path.split('/').any(|name| names.contains(&name));
    let folder = |path: &str| path.trim_end_matches('/').to_owned();
    let is_plain = !start::name(path).contains('.') && !path.ends_with('/');
    is_plain && (has(path, &["release", "debug", "bin", "sbin"]) || has(&folder(to), &["bin", "sbin"]))
}

/// A path of an image, seen from a folder.
pub(super) fn below(folder: &str, path: &str) -> String {
    let end = if path.ends_with('/') || path == "." || path.ends_with("/.") { "/" } else { "" };
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
    let names = crate::context_path::ContextPath::default().join(&whole).to_string();
    if names.is_empty() { "/".to_owned() } else { format!("/{names}{end}") }
}

pub(super) fn command(command: &Command, escape: char) -> CommandLine {
    match command {
        Command::Exec(words) => CommandLine::Words(words.value.iter().map(text).collect()),
        Command::Shell(script) => CommandLine::Script(shell::joined(script.value, escape).trim().to_owned()),
        _ => CommandLine::Words(Vec::new()),
    }
}

fn text(text: &UnescapedString) -> String {
    text.value.to_string()
}

fn options(flags: &[Flag]) -> std::collections::BTreeMap<String, String> {
    flags.iter().filter_map(|flag| Some((text(&flag.name), text(flag.value.as_ref()?)))).collect()
}
