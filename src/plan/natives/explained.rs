//! Why a native crate is there: crates with their rows enter, what they do, the way that leads to them and the way out
//! leave.

use serde::Serialize;

use super::{NativeUse, Natives};
use crate::catalog::{Catalog, Linkage};

/// A crate that needs something from the system, or looks as if it did, and why it is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NativeCrate {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// What it does with the system, as a phrase: `links the system's libssl`.
    pub does: String,
    /// Names of the binaries that are built from it.
    pub binaries: Vec<String>,
    /// The way from the first of them down to it.
    pub chain: Vec<Link>,
    /// Features of its own that decide how it is built.
    pub features: Vec<String>,
    /// What would remove it, where that is known.
    pub way_out: Option<String>,
    /// Where the catalogue has its facts from; `None` for a crate that is in no row.
    pub source: Option<String>,
}

/// A step of the way from a binary to a crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    /// Name of the crate.
    pub name: String,
    /// The feature of the crate before it that brings it, where it is optional.
    pub enabled_by: Option<String>,
}

impl NativeUse<'_> {
    /// What it does with the system; `None` where it only looked as if it did something.
    fn does(&self, catalog: &Catalog) -> Option<String> {
        let library = self.library();
        let Some((native, variant)) = self.row else {
            return Some(format!("{}, and is in no row of the catalogue", self.signs(catalog)));
        };
        let data: Vec<&str> = catalog.data(variant).map(|data| data.what.as_str()).collect();
        let linkage = match variant.linkage {
            Linkage::System if variant.opens.is_empty() => Some(format!("links the system's {library}")),
            Linkage::System => Some(format!("opens the system's {library} when it runs")),
            Linkage::Vendored => Some(format!("compiles {library} in")),
            Linkage::Download => Some(format!("downloads {library} while it is built")),
            Linkage::Tool => Some(format!("runs {library} while it is built")),
            Linkage::None if !native.through.is_empty() => Some(format!("wraps {}", native.through.join(", "))),
            Linkage::None => None,
        };
        let reads = (!data.is_empty() && self.in_target()).then(|| format!("uses {}", data.join(", ")));
        let parts: Vec<String> = linkage.into_iter().chain(reads).collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }

    /// What a user can change so that the crate is not built, or not in this way.
    fn way_out(&self) -> Option<String> {
        let by_row = self.row.and_then(|(_, variant)| variant.way_out(&self.chain()));
        by_row.map(str::to_owned).or_else(|| {
            let mut at = Some(self.index);
            while let Some(index) = at {
                let krate = &self.binary.crates[index];
                let parent = krate.parent.map(|parent| &self.binary.crates[parent]);
                if let (Some(feature), Some(parent)) = (&krate.enabled_by, parent) {
                    return Some(format!("turn feature `{feature}` of {} off", parent.name));
                }
                at = krate.parent;
            }
            None
        })
    }
}

impl Natives<'_> {
    /// Those that do something, each once, with the reason why it is built.
    pub(in crate::plan) fn explained(&self, catalog: &Catalog) -> Vec<NativeCrate> {
        let mut explained: Vec<NativeCrate> = Vec::new();
        for found in &self.found {
            let Some(does) = found.does(catalog) else { continue };
            let same = |other: &&mut NativeCrate| {
                other.name == found.krate.name && other.version == found.krate.version.to_string() && other.does == does
            };
            if let Some(known) = explained.iter_mut().find(same) {
                if !known.binaries.contains(&found.binary.name) {
                    known.binaries.push(found.binary.name.clone());
                }
                continue;
            }
            explained.push(NativeCrate {
                name: found.krate.name.clone(),
                version: found.krate.version.to_string(),
                binaries: vec![found.binary.name.clone()],
                chain: links(found),
                features: found
                    .row
                    .map(|(_, variant)| variant.deciding_features(found.krate).cloned().collect())
                    .unwrap_or_default(),
                way_out: found.way_out(),
                source: found.row.map(|(native, _)| native.source.clone()),
                does,
            });
        }
        explained.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        explained
    }
}

fn links(found: &NativeUse) -> Vec<Link> {
    let crates = &found.binary.crates;
    let mut links: Vec<Link> = std::iter::successors(Some(found.index), |&at| crates[at].parent)
        .map(|at| Link { name: crates[at].name.clone(), enabled_by: crates[at].enabled_by.clone() })
        .collect();
    links.dedup_by(|a, b| a.name == b.name);
    links.reverse();
    links
}

#[cfg(test)]
mod tests {
    use super::super::tests::{krate, workspace};
    use super::*;
    use crate::workspace::{Crate, Role};

    #[test]
    fn the_feature_nearest_to_a_crate_is_the_way_out() {
        let catalog = Catalog::load().unwrap();
        let link = |name: &str, parent: Option<usize>, feature: Option<&str>| Crate {
            parent,
            enabled_by: feature.map(str::to_owned),
            ..krate(name, Role::Target, &[])
        };
        let workspace = workspace(vec![
            link("api", None, None),
            link("client", Some(0), Some("web")),
            link("crypto", Some(1), Some("tls")),
            link("alsa-sys", Some(2), None),
        ]);
        let explained = Natives::find(&workspace, &catalog).explained(&catalog);
        assert_eq!(explained[0].way_out.as_deref(), Some("turn feature `tls` of client off"));
        let chain: Vec<&str> = explained[0].chain.iter().map(|link| link.name.as_str()).collect();
        assert_eq!(chain, ["api", "client", "crypto", "alsa-sys"]);
        assert!(explained[0].does.starts_with("links the system's libasound"), "{}", explained[0].does);
    }
}
