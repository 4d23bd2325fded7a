//! Programs that a program runs: what its sources run enters; what its image lacks of that leaves, with the Debian packages
//! that hold it.

use serde::Serialize;

use super::Runtime;
use super::basis::Basis;
use super::program::Program;
use super::reasons::DebianPackage;
use crate::settings::ImageSettings;
use crate::workspace::{Mention, SourceLine};

/// A program that is run and not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Lacked {
    /// Its name.
    pub name: String,
    /// The first line that runs it.
    pub place: SourceLine,
    /// The Debian packages that hold it, where they are known.
    pub packages: Vec<String>,
    /// Whether slim images have it.
    pub is_in_slim: bool,
}

impl Lacked {
    /// Whether one of the packages that hold it is among these. Certificates are there for it, and do not hold it.
    pub(crate) fn is_held_by(&self, has: impl Fn(&str) -> bool) -> bool {
        self.packages.iter().any(|package| package != "ca-certificates" && has(package))
    }
}

/// What the image lacks; a list of packages in the settings, be it empty, settles it.
pub(super) fn lacked(
    basis: &Basis,
    program: Program,
    settings: &ImageSettings,
    installed: &[DebianPackage],
) -> Vec<Lacked> {
    if settings.runtime_packages.is_some() {
        return Vec::new();
    }
    let images = &basis.catalog.images;
    let is_installed = |package: &str| installed.iter().any(|one| one.name == package);
    let lacked = |Mention { what: name, place }: Mention<String>| {
        let packages = images.run_by_programs(&name).to_vec();
        let lacked = Lacked { is_in_slim: images.is_in_slim(&name), name, place, packages };
        let is_there = lacked.name == program.binary.name
            || images.is_elsewhere(&lacked.name)
            || basis.runtime == Runtime::Slim && (lacked.is_in_slim || lacked.is_held_by(is_installed));
        (!is_there).then_some(lacked)
    };
    program.says_first(|package| &package.service.runs).into_iter().filter_map(lacked).collect()
}
