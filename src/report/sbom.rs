//! The bill of materials of an image, as CycloneDX 1.5: crates of its program, and packages of Debian.
//! <https://cyclonedx.org/docs/1.5/json/>

use anyhow::{Context as _, Result};
use cyclonedx_bom::external_models::uri::Purl;
use cyclonedx_bom::models::bom::Bom;
use cyclonedx_bom::models::component::{Classification, Component, Components};

use crate::engine::Contents;
use crate::pipeline::Compiled;
use crate::workspace::Role;

/// What is in an image. Build tools are part of it where it holds the toolchain too.
pub(super) fn sbom(compiled: &Compiled, binary: &str, contents: &Contents, without_build: bool) -> Result<String> {
    let crates =
        compiled.workspace.binaries.iter().filter(|known| known.name == binary).flat_map(|known| &known.crates);
    let crates = crates.filter(|krate| !without_build || krate.role == Role::Target);
    let mut found: Vec<(&str, String, String)> =
        crates.map(|krate| ("cargo", krate.name.clone(), krate.version.to_string())).collect();
    found.extend(contents.packages().into_iter().map(|(name, version)| ("deb", name, version)));
    found.sort();
    found.dedup();
    let components = found.into_iter().map(|(kind, name, version)| {
        let mut component = Component::new(Classification::Library, &name, &version, None);
        // Debian is the namespace, which the library has no other way to say.
        let purl = Purl::new(kind, &name, &version).ok().map(|purl| purl.to_string());
        component.purl = purl.and_then(|purl| purl.replace("pkg:deb/", "pkg:deb/debian/").parse().ok());
        component
    });
    let bom = Bom { serial_number: None, components: Some(Components(components.collect())), ..Bom::default() };
    let mut json = Vec::new();
    bom.output_as_json_v1_5(&mut json).context("cannot write the bill of materials")?;
    Ok(String::from_utf8_lossy(&json).into_owned() + "\n")
}
