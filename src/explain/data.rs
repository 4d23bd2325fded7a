//! What programs may read beside the libraries that they link, such as time zones: the name of it or of its Debian package
//! enters, whether images have it and from where leaves.

use super::table;
use crate::catalog::{Catalog, RuntimeData};
use crate::plan::{Image, Plan, Runtime};

/// The answer for a name that the catalogue has.
pub(super) fn about(name: &str, plan: &Plan, catalog: &Catalog) -> Option<String> {
    let data = catalog.data_named(name)?;
    let found = plan.images.iter().map(|image| (image, found(data, image, plan, catalog)));
    let found: Vec<(&Image, Option<String>)> = found.collect();
    let way = match (plan.template.runtime, data.packages.first()) {
        _ if data.from_user => {
            Some("it has to come from you: a package in `runtime-packages` or a template".to_owned())
        }
        (Runtime::Slim, Some(package)) => Some(format!("`runtime-packages = [\"{package}\"]`")),
        (_, Some(package)) => Some(format!("`--slim` with `runtime-packages = [\"{package}\"]`")),
        (_, None) => None,
    };
    let way = way.filter(|_| found.iter().any(|(_, place)| place.is_none()));
    let rows = found.into_iter().map(|(image, place)| {
        let absent = || "not there: no crate of its graph is known to read it".to_owned();
        (format!("in the image of {}", image.binary), place.unwrap_or_else(absent))
    });
    Some(table(&format!("{name}: {}", data.what), rows.chain(way.map(|way| ("to add it".to_owned(), way)))))
}

/// Where an image has it from.
fn found(data: &RuntimeData, image: &Image, plan: &Plan, catalog: &Catalog) -> Option<String> {
    if let Some(file) = image.files.iter().find(|file| data.paths.contains(&file.path)) {
        return Some(format!("{}, for {}", file.path, file.because.join(", ")));
    }
    let mut suites = catalog.images.suites().filter_map(|name| catalog.images.suite(name));
    let is_in_base = match plan.template.runtime {
        Runtime::Distroless => data.in_distroless,
        Runtime::Slim => suites.any(|suite| {
            suite.slim == plan.base.image && data.packages.iter().all(|name| suite.slim_has.contains(name))
        }),
        Runtime::Scratch => false,
    };
    is_in_base.then(|| format!("part of {}", plan.base.image))
}
