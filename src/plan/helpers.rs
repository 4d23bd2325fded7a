//! Small programs and files that settings put beside the program: they enter, files of the build stage and the Debian
//! packages that hold them leave.

use super::images::RuntimeFile;
use super::runtime::Runtime;
use crate::settings::ImageSettings;

/// A static program of Debian, which runs in every image.
pub(super) struct Helper {
    /// Where Debian's package has it.
    pub path: &'static str,
    /// The package.
    pub package: &'static str,
    what: &'static str,
}

/// A process 1 that passes signals on and buries what the program leaves.
pub(super) const INIT: Helper = Helper { path: "/usr/bin/tini-static", package: "tini", what: "an init" };

/// A client for HTTP.
pub(super) const PROBER: Helper =
    Helper { path: "/usr/bin/busybox", package: "busybox-static", what: "a client for HTTP" };

/// The helpers of one image, each with the setting that asks for it.
pub(super) fn asked_for(settings: &ImageSettings) -> impl Iterator<Item = (&'static Helper, &'static str)> {
    let init = (settings.init == Some(true)).then_some((&INIT, "init"));
    let asks = settings.healthcheck.as_ref().is_some_and(|check| check.route().is_some());
    init.into_iter().chain(asks.then_some((&PROBER, "healthcheck")))
}

/// Files of the build stage that settings ask for.
pub(super) fn helpers(settings: &ImageSettings, runtime: Runtime) -> Vec<RuntimeFile> {
    let file = |path: String, what: &str, setting: &str| RuntimeFile {
        path,
        what: what.to_owned(),
        because: vec![format!("`{setting}`")],
    };
    // The other images have the whole database.
    let zone = settings.timezone.as_ref().filter(|_| runtime == Runtime::Scratch);
    let zone = zone.map(|zone| file(format!("/usr/share/zoneinfo/{zone}"), "its time zone", "timezone"));
    asked_for(settings).map(|(helper, by)| file(helper.path.to_owned(), helper.what, by)).chain(zone).collect()
}
