//! The Debian suite of the build stage and the images: settings enter, a row of the catalogue leaves.

use super::runtime::Runtime;
use crate::catalog::{Catalog, Suite};
use crate::error::{Failure, quoted};
use crate::settings::BuildSettings;

/// A base image where the settings have it: at its own place, or below a registry with copies, by its name without the host.
pub(super) fn image(name: &str, settings: &BuildSettings) -> String {
    let Some(registry) = &settings.registry else { return name.to_owned() };
    let own = name.split_once('/').filter(|(host, _)| host.contains('.')).map_or(name, |(_, path)| path);
    format!("{registry}/{own}")
}

/// The suite of both images.
pub(super) fn suite<'c>(
    settings: &BuildSettings,
    runtime: Runtime,
    catalog: &'c Catalog,
) -> Result<&'c Suite, Failure> {
    let images = &catalog.images;
    let suite = match &settings.suite {
        None => images.preferred_suite(),
        Some(name) => images.suite(name).ok_or_else(|| {
            Failure::new(format!("there are no images of suite `{name}`"))
                .help_nearest(name, images.suites(), || Some(format!("suites are {}", quoted(images.suites()))))
        })?,
    };
    if runtime == Runtime::Distroless && suite.distroless.is_none() {
        return Err(Failure::new(format!("there is no maintained distroless image of {}", suite.name)));
    }
    Ok(suite)
}
