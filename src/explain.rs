//! The reasons of a plan as text: a [`Plan`] enters, the story of the whole workspace or of one thing in it leaves.

mod data;

use std::fmt::Write as _;

use anyhow::Result;

use crate::catalog::Catalog;
use crate::error::{Failure, quoted};
use crate::plan::{DebianPackage, IgnoreGroup, Image, NativeCrate, Plan};
use crate::workspace::Workspace;

/// A part of the story, with the words that introduce it.
type Topic = (&'static str, fn(&Plan) -> String);

const TOPICS: [Topic; 10] = [
    ("template", template),
    ("toolchain", toolchain),
    ("cache", cache),
    ("natives", natives),
    ("images", images),
    ("assets", assets),
    ("ports", ports),
    ("signals", signals),
    ("context", context),
    ("warnings", warnings),
];

/// The whole story, topic by topic.
#[must_use]
pub(crate) fn overview(plan: &Plan) -> String {
    let parts: Vec<String> = TOPICS.iter().map(|(_, tell)| tell(plan)).filter(|part| !part.is_empty()).collect();
    let names: Vec<&str> = TOPICS.iter().map(|(name, _)| *name).collect();
    format!(
        "{}\n`cargo dockerize explain NAME` says more about a crate, a Debian package, a variable or a file;\ntopics are {}\n",
        parts.join("\n"),
        names.join(", ")
    )
}

/// What is known about one name: a topic, a crate, a package, a variable, a file.
pub(crate) fn about(name: &str, plan: &Plan, workspace: &Workspace) -> Result<String> {
    if let Some((_, tell)) = TOPICS.iter().find(|(topic, _)| *topic == name) {
        let text = tell(plan);
        return Ok(if text.is_empty() { format!("There are no {name}\n") } else { text });
    }
    if plan.template.alternatives.iter().any(|one| one.runtime.to_string() == name) {
        return Ok(template(plan));
    }
    let crates: Vec<&NativeCrate> = plan.natives.iter().filter(|native| native.name == name).collect();
    if !crates.is_empty() {
        return Ok(crates.into_iter().map(|native| about_crate(native, plan)).collect::<Vec<_>>().join("\n"));
    }
    let things = things(plan);
    let named: Vec<&Thing> = things.iter().filter(|thing| thing.name == name).collect();
    if !named.is_empty() {
        return Ok(about_thing(name, &named, plan));
    }
    if let Some(text) = plain_crate(name, workspace) {
        return Ok(text);
    }
    data::about(name, plan, &Catalog::load()?).ok_or_else(|| unknown(name, plan, workspace, &things).into())
}

/// A package, a variable or a file in the Dockerfile, with the crates or settings that need it.
struct Thing<'a> {
    name: &'a str,
    place: String,
    because: &'a [String],
}

fn things(plan: &Plan) -> Vec<Thing<'_>> {
    let mut things = installed(&plan.toolchain.packages, "the build stage");
    things.extend(plan.toolchain.env.iter().map(|variable| Thing {
        name: &variable.name,
        place: format!("set to `{}` in the build stage", variable.value),
        because: &variable.because,
    }));
    for image in &plan.images {
        things.extend(installed(&image.packages, &format!("the image of {}", image.binary)));
        things.extend(image.opened_libraries.iter().map(|library| Thing {
            name: &library.soname,
            place: format!("opened by {} when it runs", image.binary),
            because: &library.because,
        }));
        things.extend(image.assets.iter().map(|asset| Thing {
            name: &asset.name,
            place: format!("copied to {} in the image of {}", asset.to, image.binary),
            because: asset.because.as_slice(),
        }));
        things.extend(image.at_run_time.may_read.iter().map(|candidate| Thing {
            name: &candidate.asset,
            place: format!("perhaps read by {}, and not copied: {}", image.binary, candidate.place),
            because: &[],
        }));
        things.extend(image.files.iter().map(|file| Thing {
            name: &file.path,
            place: format!("copied into the image of {}: {}", image.binary, file.what),
            because: &file.because,
        }));
    }
    things
}

fn installed<'a>(packages: &'a [DebianPackage], place: &str) -> Vec<Thing<'a>> {
    let thing = |package: &'a DebianPackage| Thing {
        name: &package.name,
        place: format!("installed in {place}"),
        because: &package.because,
    };
    packages.iter().map(thing).collect()
}

fn about_crate(native: &NativeCrate, plan: &Plan) -> String {
    let mut rows = vec![("built for".to_owned(), native.binaries.join(", ")), ("reached by".to_owned(), chain(native))];
    if !native.features.is_empty() {
        rows.push(("in this way by".to_owned(), format!("its feature {}", native.features.join(", "))));
    }
    for thing in things(plan).iter().filter(|thing| thing.because.contains(&native.name)) {
        rows.push(("causes".to_owned(), format!("{}, {}", thing.name, thing.place)));
    }
    rows.extend(native.way_out.iter().map(|way_out| ("to avoid it".to_owned(), way_out.clone())));
    rows.extend(native.source.iter().map(|source| ("source".to_owned(), source.clone())));
    table(&format!("{} {} {}", native.name, native.version, native.does), rows)
}

fn about_thing(name: &str, places: &[&Thing], plan: &Plan) -> String {
    let rows = places.iter().map(|thing| (thing.place.clone(), thing.because.join(", ")));
    let causes = plan.natives.iter().filter(|native| places.iter().any(|thing| thing.because.contains(&native.name)));
    let parts = std::iter::once(table(name, rows)).chain(causes.map(|native| about_crate(native, plan)));
    parts.collect::<Vec<_>>().join("\n")
}

/// A crate of the graph that wants nothing from the system.
fn plain_crate(name: &str, workspace: &Workspace) -> Option<String> {
    workspace.binaries.iter().find_map(|binary| {
        let index = binary.crates.iter().position(|krate| krate.name == name)?;
        let title = format!("{name} {} needs nothing from the system", binary.crates[index].version);
        Some(table(&title, [("reached by".to_owned(), binary.chain(index).join(" → "))]))
    })
}

fn unknown(name: &str, plan: &Plan, workspace: &Workspace, things: &[Thing]) -> Failure {
    let topics: Vec<&str> = TOPICS.iter().map(|(name, _)| *name).collect();
    let crates = workspace.binaries.iter().flat_map(|binary| &binary.crates).map(|krate| krate.name.as_str());
    let known = topics.iter().copied().chain(crates).chain(things.iter().map(|thing| thing.name));
    let binaries = quoted(plan.images.iter().map(|image| &image.binary));
    Failure::new(format!("`{name}` is no topic, and nothing of that name goes into {binaries}")).help_nearest(
        name,
        known,
        || Some(format!("topics are {}", quoted(&topics))),
    )
}

fn template(plan: &Plan) -> String {
    let names: Vec<&str> = plan.images.iter().map(|image| image.binary.as_str()).collect();
    let template = &plan.template;
    let rows = template.alternatives.iter().map(|other| (other.runtime.to_string(), other.verdict.clone()));
    table(&format!("{} on {}: {}", names.join(", "), template.runtime.title(), template.reason), rows)
}

fn toolchain(plan: &Plan) -> String {
    let toolchain = &plan.toolchain;
    let variables = toolchain
        .env
        .iter()
        .map(|variable| (format!("{}={}", variable.name, variable.value), variable.because.join(", ")));
    table(
        &format!("Build stage on {}: Rust {}, {}", toolchain.image, toolchain.version, toolchain.reason),
        packages(&toolchain.packages).chain(variables),
    )
}

fn cache(plan: &Plan) -> String {
    let rows = plan.build.cache.effects.iter().map(|effect| (effect.when.clone(), effect.then.clone()));
    table(&format!("Build cache: {}", plan.build.cache.reason), rows)
}

fn packages(packages: &[DebianPackage]) -> impl Iterator<Item = (String, String)> {
    packages.iter().map(|package| (package.name.clone(), package.because.join(", ")))
}

fn natives(plan: &Plan) -> String {
    let rows = plan.natives.iter().flat_map(|native| {
        [(format!("{} {}", native.name, native.version), native.does.clone()), (String::new(), chain(native))]
    });
    table_of_any("Crates that concern the system", rows)
}

fn images(plan: &Plan) -> String {
    let images = plan.images.iter().map(|one| image(one, plan));
    let left_out = plan.left_out.iter().map(|binary| {
        let of = if binary.name == binary.package { String::new() } else { format!(" (of {})", binary.package) };
        (format!("{}{of}", binary.name), binary.because.to_string())
    });
    let left_out = table_of_any("Left out, unless `--bin` or `--workspace` asks for them", left_out);
    images.chain(Some(left_out).filter(|text| !text.is_empty())).collect::<Vec<_>>().join("\n")
}

fn image(image: &Image, plan: &Plan) -> String {
    let libraries = image.opened_libraries.iter().map(|library| (library.soname.clone(), library.because.join(", ")));
    let files =
        image.files.iter().map(|file| (file.path.clone(), format!("{}: {}", file.what, file.because.join(", "))));
    let assets = image.assets.iter().map(|asset| {
        let because = asset.because.as_ref().map_or("named in `assets`".to_owned(), |who| format!("read by {who}"));
        (asset.to.clone(), format!("{}, {because}", asset.from))
    });
    let ports = image.at_run_time.listening.ports.iter().filter(|found| image.expose.contains(&found.port));
    let ports = ports.map(|found| (format!("EXPOSE {}", found.port), found.because.clone()));
    table(
        &format!("Image of {} on {}, as user {}", image.binary, plan.base.image, image.user),
        packages(&image.packages).chain(libraries).chain(files).chain(assets).chain(ports),
    )
}

/// What programs may read at run time and is not copied into their images.
fn assets(plan: &Plan) -> String {
    let rows = plan
        .images
        .iter()
        .flat_map(|image| image.at_run_time.may_read.iter().map(move |candidate| (image, candidate)))
        .map(|(image, candidate)| {
            let says = format!(
                "{}, {}; to copy it: assets = [\"{}\"] in [{}] of {}",
                image.binary, candidate.place, candidate.asset, candidate.table, candidate.manifest
            );
            (candidate.path.to_string(), says)
        });
    table_of_any("Perhaps read at run time, and not copied", rows)
}

/// Addresses in the sources.
fn ports(plan: &Plan) -> String {
    let images = plan.images.iter();
    let rows = images.flat_map(|image| image.at_run_time.listening.said.iter().map(move |said| (image, said))).map(
        |(image, said)| {
            let port = said.what.port.map(|port| port.to_string());
            let is_exposed = |port: &String| image.expose.iter().any(|one| one.split('/').next() == Some(port));
            let says = match &port {
                _ if said.what.is_loopback() => {
                    "nobody outside of the container reaches it; 0.0.0.0 would do".to_owned()
                }
                Some(port) if is_exposed(port) => "exposed".to_owned(),
                Some(port) => format!("expose = [{port}] would say so"),
                None => "everybody who reaches the container".to_owned(),
            };
            (said.what.to_string(), format!("{}, {}; {says}", image.binary, said.place))
        },
    );
    table_of_any("Addresses to listen on, perhaps", rows)
}

/// How containers end.
fn signals(plan: &Plan) -> String {
    let rows = plan.images.iter().map(|image| {
        let stopping = &image.at_run_time.stopping;
        let how = match (&stopping.signal, stopping.hears) {
            (Some(signal), _) => format!("by {signal}: {}", stopping.because),
            (None, true) => format!("by SIGTERM: {}", stopping.because),
            (None, false) => format!("killed after ten seconds: {}", stopping.because),
        };
        (image.binary.clone(), how)
    });
    table("How `docker stop` ends them", rows)
}

fn context(plan: &Plan) -> String {
    table("Build context", plan.context.allow.iter().map(|group| (group.title.clone(), paths(group))))
}

fn paths(group: &IgnoreGroup) -> String {
    group.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn warnings(plan: &Plan) -> String {
    plan.warnings.iter().fold(String::new(), |text, warning| text + "Warning: " + &warning.to_string() + "\n")
}

/// `api → reqwest [default-tls] → native-tls → openssl-sys`: a feature in brackets brings the crate after it.
fn chain(native: &NativeCrate) -> String {
    let mut text = String::new();
    for link in &native.chain {
        if let Some(feature) = &link.enabled_by {
            let _ = write!(text, " [{feature}]");
        }
        text.push_str(if text.is_empty() { "" } else { " → " });
        text.push_str(&link.name);
    }
    text
}

/// A title with rows beneath it, their first column as wide as its widest word.
fn table(title: &str, rows: impl IntoIterator<Item = (String, String)>) -> String {
    let rows: Vec<(String, String)> = rows.into_iter().collect();
    let width = rows.iter().map(|(word, _)| word.chars().count()).max().unwrap_or(0);
    rows.iter().fold(format!("{title}\n"), |mut text, (word, rest)| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", format!("  {word:<width$}  {rest}").trim_end());
        text
    })
}

/// The same, and nothing where there are no rows.
fn table_of_any(title: &str, rows: impl IntoIterator<Item = (String, String)>) -> String {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() { String::new() } else { table(title, rows) }
}
