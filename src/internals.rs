//! What the tests of this package reach beside the command. It is no interface.

use std::collections::BTreeSet;

pub use crate::pipeline::{Compiled, compile};
pub use crate::plan::Plan;
pub use crate::render::RenderedFile;
pub use crate::settings::{Scope, Settings};

/// Ids of the rules that an audit finds broken in a Dockerfile for a workspace.
pub fn audited(dockerfile: &str, compiled: &Compiled, ignore: &str) -> Result<Vec<&'static str>, String> {
    crate::audit::broken(dockerfile, compiled, ignore)
}

/// Ids of all rules of an audit.
#[must_use]
pub fn rules() -> Vec<String> {
    crate::audit::ids()
}

impl Compiled {
    /// The plan and both files.
    #[must_use]
    pub fn output(self) -> (Plan, [RenderedFile; 2]) {
        let mut files = self.files.into_iter();
        let mut next = || files.next().unwrap_or_else(|| unreachable!("both files are always made"));
        (self.plan, [next(), next()])
    }

    /// The target triple that the graph was read for.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.workspace.selection.target
    }

    /// The features that were asked for.
    #[must_use]
    pub fn features(&self) -> &[String] {
        &self.workspace.selection.features
    }

    /// The packages with binaries that are built.
    #[must_use]
    pub fn packages(&self) -> BTreeSet<&str> {
        self.workspace.binaries.iter().map(|binary| binary.package.as_str()).collect()
    }

    /// Each crate of the graph as `name vVERSION feature,feature`.
    #[must_use]
    pub fn crates(&self) -> BTreeSet<String> {
        let crates = self.workspace.binaries.iter().flat_map(|binary| &binary.crates);
        crates
            .map(|krate| {
                let features: Vec<&str> = krate.features.iter().map(String::as_str).collect();
                format!("{} v{} {}", krate.name, krate.version, features.join(","))
            })
            .collect()
    }
}
