//! What rustc says about targets: triples enter, the `cfg` values that hold for each leave.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use cargo_platform::Cfg;
use rayon::prelude::*;

/// The rustc of a workspace, with what it has said so far.
#[derive(Debug, Default)]
pub(super) struct Rustc {
    root: PathBuf,
    said: Mutex<BTreeMap<String, Vec<Cfg>>>,
}

impl Rustc {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), said: Mutex::default() }
    }

    /// The `cfg` values of each target. rustc knows them for every target of its own, installed or not.
    pub(super) fn cfgs<'a>(&self, triples: &[&'a str]) -> Result<BTreeMap<&'a str, Vec<Cfg>>> {
        // Whoever asks later waits for the answer, and does not ask once more.
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let unasked: Vec<&str> = triples.iter().copied().filter(|triple| !said.contains_key(*triple)).collect();
        let answers: Vec<(String, Vec<Cfg>)> = unasked
            .into_par_iter()
            .map(|triple| Ok((triple.to_owned(), cfg(&self.root, triple)?)))
            .collect::<Result<_>>()?;
        said.extend(answers);
        Ok(triples.iter().map(|triple| (*triple, said.get(*triple).cloned().unwrap_or_default())).collect())
    }
}

/// The folder is where the toolchain file lies.
fn cfg(root: &Path, triple: &str) -> Result<Vec<Cfg>> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "cfg", "--target", triple])
        .current_dir(root)
        .output()
        .with_context(|| format!("cannot run `{}`", Path::new(&rustc).display()))?;
    if !output.status.success() {
        bail!("rustc does not know `{triple}`: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // A line of a later rustc that is no `cfg` to us is none that a configuration of today asks for.
    Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_rustc_does_not_know_is_an_error_that_names_it() {
        let error = Rustc::new(Path::new(".")).cfgs(&["pdp11-unknown-linux-gnu"]).unwrap_err();
        assert!(error.to_string().contains("`pdp11-unknown-linux-gnu`"), "{error}");
    }
}
