//! What can be told of a crate in no row: what its build script and sources ask for enters, packages that have it leave.

use super::{NativeUse, has_tools, tools};
use crate::catalog::Catalog;
use crate::workspace::Evidence;

/// A package that a crate without a row most likely needs.
#[derive(Debug, Clone, Copy)]
pub(in crate::plan) struct Guess<'a> {
    /// The module of pkg-config, the library or the program.
    pub name: &'a str,
    /// The Debian package that has it.
    pub package: &'a str,
}

impl<'a> NativeUse<'a> {
    /// Debian packages with what a crate without a row asks pkg-config for, links by name or runs.
    pub(in crate::plan) fn guesses(&self, catalog: &'a Catalog) -> Vec<Guess<'a>> {
        let evidence = &self.krate.evidence;
        let modules = evidence.modules.iter().chain(&evidence.words);
        let modules = modules.filter_map(|name| Some(Guess { name, package: catalog.module(name)? }));
        let libraries = self.system_libraries();
        let libraries = libraries.filter_map(|name| Some(Guess { name, package: catalog.library(name)? }));
        let programs = evidence.programs.iter().flat_map(|name| {
            let packages = catalog.images.program(name).unwrap_or_default();
            packages.iter().map(move |package| Guess { name, package })
        });
        let mut guesses: Vec<Guess> = Vec::new();
        for guess in modules.chain(libraries).chain(programs) {
            if guesses.iter().all(|known| known.package != guess.package) {
                guesses.push(guess);
            }
        }
        guesses
    }

    /// Libraries that it links by name, but for the one that it compiles itself.
    fn system_libraries(&self) -> impl Iterator<Item = &'a String> {
        let Evidence { libraries, vendors, .. } = &self.krate.evidence;
        let own = self.krate.links.as_ref().filter(|_| vendors.is_some());
        libraries.iter().filter(move |name| Some(*name) != own)
    }

    /// Whether its build script runs a program, such as python3, and nothing else makes it look native.
    pub(in crate::plan) fn only_runs_programs(&self) -> bool {
        self.krate.links.is_none() && self.krate.evidence.libraries.is_empty() && !has_tools(self.krate)
    }

    /// Whether it only compiles native sources of its own, for which the compilers of the build stage are enough.
    pub(in crate::plan) fn only_compiles_its_own(&self, catalog: &Catalog) -> bool {
        let Evidence { modules, words, programs, vendors, .. } = &self.krate.evidence;
        vendors.is_some()
            && tools(self.krate).all(|tool| ["bindgen", "cc"].contains(&tool))
            && modules.is_empty()
            && words.is_empty()
            && programs.is_empty()
            && !self.links_debians(catalog)
    }

    /// Whether it is in no row and most likely links a library of the system.
    pub(in crate::plan) fn is_guessed(&self, catalog: &Catalog) -> bool {
        let evidence = &self.krate.evidence;
        let modules = evidence.modules.iter().chain(&evidence.words).any(|name| catalog.module(name).is_some());
        self.row.is_none() && (modules || self.links_debians(catalog))
    }

    /// Whether it links a library of Debian's by name; what Debian has none for is another system's.
    fn links_debians(&self, catalog: &Catalog) -> bool {
        self.system_libraries().any(|name| catalog.library(name).is_some())
    }

    /// What makes a crate without a row look native.
    pub(in crate::plan) fn signs(&self, catalog: &Catalog) -> String {
        let tools: Vec<&str> = tools(self.krate).collect();
        let links = self.krate.links.as_ref().map(|links| format!("has `links = \"{links}\"`"));
        let uses = (!tools.is_empty()).then(|| format!("is built with {}", tools.join(", ")));
        let programs: Vec<&str> = self.krate.evidence.programs.iter().map(String::as_str).collect();
        let programs = (!programs.is_empty()).then(|| format!("runs {} while it is built", programs.join(", ")));
        // Those that Debian has no library for are another system's.
        let names = self.krate.evidence.libraries.iter().map(String::as_str);
        let names: Vec<&str> = names.filter(|name| catalog.library(name).is_some()).collect();
        let names = (!names.is_empty()).then(|| format!("links {}", names.join(", ")));
        links.into_iter().chain(uses).chain(names).chain(programs).collect::<Vec<_>>().join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Natives;
    use super::super::tests::{krate, workspace};
    use super::*;
    use crate::catalog::{Language, Musl};
    use crate::workspace::{Crate, Role};

    #[test]
    fn a_program_of_the_build_says_nothing_about_the_image() {
        let catalog = Catalog::load().unwrap();
        let evidence = Evidence { programs: ["python3".to_owned()].into(), ..Evidence::default() };
        let workspace = workspace(vec![Crate { evidence, ..krate("generated", Role::Target, &[]) }]);
        let natives = Natives::find(&workspace, &catalog);
        let found = natives.all().next().unwrap();
        assert_eq!(found.guesses(&catalog)[0].package, "python3");
        assert_eq!(found.musl(), Musl::Static);
        assert!(!found.compiles(Language::C));
    }
}
