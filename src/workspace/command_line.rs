//! What a program cannot do without on its command line, as its sources declare it.

/// A type, or a chain of calls, that declares a command line or a part of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommandLine {
    /// Name of the type.
    pub name: String,
    /// Whether it may be the whole command line.
    pub parses: bool,
    /// What it needs, in the order of its fields.
    pub needs: Vec<Need>,
    /// Its subcommands, one of which it needs: these, and those of the parts that it needs.
    pub commands: Vec<Command>,
}

impl CommandLine {
    /// Files with settings that arguments name by default, its subcommands' too.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let needs = self.needs.iter().chain(self.commands.iter().flat_map(|command| &command.needs));
        needs.filter_map(|need| if let Need::File(path) = need { Some(path.as_str()) } else { None })
    }
}

/// A subcommand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// As its user types it.
    pub name: String,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// Texts of the `#[cfg(…)]` that it stands under.
    pub conditions: Vec<String>,
    /// What it needs by itself.
    pub needs: Vec<Need>,
}

/// What has to be on a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    /// A subcommand of this type.
    Subcommand(String),
    /// The same, which somebody may leave out as far as its type says.
    PerhapsSubcommand(String),
    /// Any argument, or else the help is printed.
    Any,
    /// What this type needs.
    Part(String),
    /// An argument as its user sees it: `<FILE>`, `--config`.
    Argument(String),
    /// An argument, or else the environment variable that stands in for it.
    Variable(String),
    /// A file with settings that an argument names by default.
    File(String),
    /// A folder for data, with a `/` at its end, or the file of a database, that an argument names by default.
    Data(String),
}
