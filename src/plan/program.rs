//! The sources of one program: the packages that it is made of enter, what they say of it leaves.

use crate::catalog::Catalog;
use crate::workspace::{Address, Binary, Certainty, Crate, LocalPackage, Mention, Role, SourceLine, Workspace};

/// A binary with all that it is made from.
#[derive(Clone, Copy)]
pub(super) struct Program<'a> {
    pub workspace: &'a Workspace,
    pub catalog: &'a Catalog,
    pub binary: &'a Binary,
}

impl<'a> Program<'a> {
    /// What its sources say of one thing, package by package.
    pub(super) fn says<T: 'a>(
        self,
        of: impl Fn(&'a LocalPackage) -> &'a [Mention<T>] + 'a,
    ) -> impl Iterator<Item = &'a Mention<T>> {
        let packages = self.workspace.packages.iter().map(move |package| (package, of(package)));
        // Most packages say nothing of a thing, which is seen at once.
        let packages = packages.filter(move |(package, said)| !said.is_empty() && self.has_code_of(package));
        packages.flat_map(move |(package, said)| self.of_package(package, said))
    }

    /// The same, each thing where it is said first.
    pub(super) fn says_first<T: PartialEq + Clone + 'a>(
        self,
        of: impl Fn(&'a LocalPackage) -> &'a [Mention<T>] + 'a,
    ) -> Vec<Mention<T>> {
        let mut first: Vec<Mention<T>> = Vec::new();
        for said in self.says(of) {
            if first.iter().all(|known| known.what != said.what) {
                first.push(said.clone());
            }
        }
        first
    }

    /// What one package says, as far as it is part of this program.
    fn of_package<T: 'a>(
        self,
        package: &'a LocalPackage,
        said: &'a [Mention<T>],
    ) -> impl Iterator<Item = &'a Mention<T>> {
        said.iter().filter(move |said| is_in(&said.place, self.binary, package))
    }

    /// Whether code of the package is part of the program; of other programs in it only the sources are shared.
    fn has_code_of(self, package: &LocalPackage) -> bool {
        self.crates().any(|krate| krate.is_local && krate.name == package.name)
    }

    /// The crates that run in it.
    pub(super) fn crates(self) -> impl Iterator<Item = &'a Crate> {
        self.binary.crates.iter().filter(|krate| krate.role == Role::Target)
    }

    /// The crate of this name that runs in it.
    pub(super) fn krate(self, name: &str) -> Option<&'a Crate> {
        self.crates().find(|krate| krate.name == name)
    }

    /// Whether it waits for connections: it has a crate for that, or a call of its own. Of a program that takes
    /// arguments, a call in a library that others use as well says nothing, unless an argument is the address for it.
    pub(super) fn serves(self) -> bool {
        let servers = &self.catalog.shipping.servers;
        let is_server = |krate: &Crate| servers.contains(&krate.name) && !self.catalog.in_service.is_client(krate);
        let own = || {
            let own = self.workspace.packages.iter().filter(|package| package.name == self.binary.package);
            own.flat_map(|package| self.of_package(package, &package.service.listens))
        };
        let is_told_where = || own().any(|said| said.what.option.is_some() && said.what.certainty == Certainty::Named);
        self.crates().any(is_server)
            || own().any(binds)
            || (!self.takes_arguments() || is_told_where()) && self.listens()
    }

    /// Whether it runs until somebody stops it: it serves, or waits for messages.
    pub(super) fn stays(self) -> bool {
        self.serves() || self.crates().any(|krate| self.catalog.in_service.is_for_bots(&krate.name))
    }

    /// Whether a call in it listens, be it in a library that others use as well.
    pub(super) fn listens(self) -> bool {
        self.says(|package| &package.service.listens).any(binds)
    }

    /// Whether some source of it has the name of a variable.
    pub(super) fn names(self, variable: &str) -> bool {
        let mut packages = self.workspace.packages.iter().filter(|package| self.has_code_of(package));
        packages.any(|package| package.variables.contains(variable))
    }

    /// Whether a call in it makes this type of the command line.
    pub(super) fn parses(self, name: &str) -> bool {
        self.says(|package| &package.service.parsed).any(|said| said.what == name)
    }

    /// Whether some local package of it depends on a crate that serves and does nothing else.
    pub(super) fn has_framework(self) -> bool {
        let serves = |name: &String| {
            self.catalog.shipping.servers.contains(name)
                && !self.catalog.in_service.has_clients(name)
                && self.krate(name).is_some()
        };
        let packages = self.workspace.packages.iter().filter(|package| self.has_code_of(package));
        packages.flat_map(|package| &package.dependencies).any(serves)
    }

    /// Whether somebody calls it with arguments, to do something in the folder that they are in.
    pub(super) fn is_tool(self) -> bool {
        self.takes_arguments() && !self.stays()
    }

    pub(super) fn takes_arguments(self) -> bool {
        const PARSERS: [&str; 8] =
            ["argh", "bpaf", "clap", "clap_builder", "getopts", "lexopt", "pico-args", "structopt"];
        self.crates().any(|krate| PARSERS.contains(&krate.name.as_str()))
    }
}

fn binds(said: &Mention<Address>) -> bool {
    said.what.certainty == Certainty::Bound
}

/// Whether a source is part of this program, and not of another one in the same package.
fn is_in(place: &SourceLine, binary: &Binary, package: &LocalPackage) -> bool {
    let is_own = |name: &String| *name == binary.name && package.name == binary.package;
    package.programs.iter().all(|(name, root)| is_own(name) || !place.file.starts_with(root))
}

#[cfg(test)]
mod tests;
