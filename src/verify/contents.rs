//! What is in an image: its files and what was planned for it enter, checks leave. Nothing is run.

use std::collections::BTreeSet;

use super::check::Check;
use crate::engine::{Contents, Entry, PACKAGE_MANAGERS, SHELLS, Saved, lies_in};
use crate::inspect::Secrets;
use crate::plan::{Image, Plan, Runtime};
use crate::secret_names::is_secret;
use crate::sizes;

/// Where certificates of authorities lie, which are no secrets though they are named like some.
const OF_AUTHORITIES: [&str; 5] =
    ["/etc/pki/", "/etc/ssl/", "/usr/lib/ssl/", "/usr/local/share/ca-certificates/", "/usr/share/"];

/// Folders that package managers and Debian's own tools write to beside what packages hold.
const WRITTEN_BY_TOOLS: [&str; 4] = ["/etc/", "/run/", "/usr/share/", "/var/"];

/// As many names as one line holds.
const SHOWN: usize = 5;

/// An image, and what is known of how it should be.
pub(super) struct Subject<'a> {
    /// The image.
    pub saved: &'a Saved,
    /// Its files.
    pub contents: &'a Contents<'a>,
    /// What was planned for it.
    pub planned: Option<(&'a Plan, &'a Image)>,
    /// Whether templates of the user's own may put more into it than the plan says.
    pub own_templates: bool,
    /// As many bytes as it may have.
    pub size_limit: Option<u64>,
    /// Patterns of names that secrets have.
    pub secrets: &'a [String],
    /// Files of the build context that are named so.
    pub secret_files: &'a [SecretFile],
}

/// A file of the build context that is named like a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretFile {
    /// Its path, relative to the build context.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Its checksum.
    pub crc: u32,
}

/// All checks that need no container.
pub(super) fn checks(subject: &Subject) -> Vec<Check> {
    let owned = subject.contents.owned();
    let checks = [
        Some(user(subject)),
        data(subject),
        files(subject, &owned),
        Some(set_id(subject, &owned)),
        Some(shell(subject)),
        Some(secrets(subject, &owned)),
        Some(size(subject)),
    ];
    checks.into_iter().flatten().collect()
}

/// Whether USER is root.
pub(super) fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("" | "0" | "root"))
}

fn user(subject: &Subject) -> Check {
    let user = &subject.saved.config.user;
    if is_root(user) {
        return Check::failed("user", "root").help("end the Dockerfile with a USER that is not root");
    }
    Check::passed("user", user)
}

/// Certificates, time zones and whatever else the plan wants in the image.
fn data(subject: &Subject) -> Option<Check> {
    let (config, contents) = (&subject.saved.config, subject.contents);
    let mut wanted: Vec<String> = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    let mut want = |what: String, is_there: bool| {
        if is_there { &mut wanted } else { &mut missing }.push(what);
    };
    if let Some((_, image)) = subject.planned {
        for file in &image.files {
            want(file.path.clone(), contents.at(&file.path).is_some());
        }
        let installed = contents.packages();
        for package in &image.packages {
            // `a | b` is whichever of them there is.
            let is_there = package.name.split('|').any(|name| installed.contains_key(name.trim()));
            want(package.name.clone(), is_there);
        }
        for asset in &image.assets {
            let is_there = contents.at(asset.to.trim_end_matches('/')).is_some();
            want(asset.to.clone(), is_there);
        }
        let has = |soname: &str| contents.iter().any(|entry| entry.path.ends_with(&format!("/{soname}")));
        for library in &image.opened_libraries {
            want(library.soname.clone(), has(&library.soname));
        }
    }
    if let Some(file) = config.variable("SSL_CERT_FILE") {
        want(file.to_owned(), contents.at(file).is_some());
    }
    if let Some(zone) = config.variable("TZ").filter(|zone| *zone != "UTC" && !zone.starts_with([':', '/'])) {
        let path = format!("/usr/share/zoneinfo/{zone}");
        let is_there = contents.at(&path).is_some();
        want(path, is_there);
    }
    let is_locale = |value: &&str| !["C", "POSIX"].contains(&value.split('.').next().unwrap_or_default());
    if let Some(locale) = ["LC_ALL", "LANG"].iter().find_map(|name| config.variable(name)).filter(is_locale) {
        // glibc has its locales in one archive, or each in a folder.
        let is_there =
            contents.iter().any(|entry| entry.path.starts_with("/usr/lib/locale/") && !entry.path.contains("/C."));
        want(format!("the locale {locale}"), is_there);
    }
    if !missing.is_empty() {
        let missing = listed(missing.iter().map(String::as_str));
        return Some(
            Check::failed("data", format!("missing: {missing}"))
                .help("build the image again from the Dockerfile that is there now"),
        );
    }
    (!wanted.is_empty()).then(|| Check::passed("data", listed(wanted.iter().map(String::as_str))))
}

/// Whether files of layers that the Dockerfile made are those that the plan names.
fn files(subject: &Subject, owned: &BTreeSet<String>) -> Option<Check> {
    let (plan, image) = subject.planned?;
    let Some(first) = first_own(plan, image, subject.saved) else {
        return Some(Check::unknown("files", "which layers are the base image's cannot be told"));
    };
    let is_planned = |path: &str| {
        path == image.program
            || image.files.iter().any(|file| lies_in(path, &file.path))
            || is_asset(image, path)
            || image.volumes.iter().any(|folder| lies_in(path, folder))
            || plan.base.has_rootfs && ["/etc/passwd", "/etc/group"].contains(&path)
            || path.contains(".so")
    };
    let is_written_by_tools = |path: &str| {
        plan.template.runtime == Runtime::Slim && WRITTEN_BY_TOOLS.iter().any(|folder| path.starts_with(folder))
    };
    let own: BTreeSet<&str> = subject.saved.layers[first..]
        .iter()
        .flat_map(|layer| &layer.entries)
        .map(|entry| entry.path.as_str())
        .collect();
    let own: Vec<&Entry> = subject.contents.files().filter(|file| own.contains(file.path.as_str())).collect();
    let is_expected = |path: &str| {
        owned.contains(path) || is_planned(path) || is_written_by_tools(path) || path.starts_with("/home/nonroot/")
    };
    let unexpected: Vec<&str> = own.iter().map(|file| file.path.as_str()).filter(|path| !is_expected(path)).collect();
    if unexpected.is_empty() {
        let bytes: u64 = own.iter().map(|file| file.size).sum();
        return Some(Check::passed("files", format!("{} beside the base image, {}", own.len(), sizes::shown(bytes))));
    }
    let said = format!("{} that the plan does not name: {}", unexpected.len(), listed(unexpected.into_iter()));
    Some(if subject.own_templates {
        Check::unknown("files", format!("{said}; templates of your own may bring them"))
    } else {
        Check::failed("files", said)
            .help("find the instruction that copies them, or say `assets` for what the program reads")
    })
}

/// Whether a path is part of what is copied from the sources.
fn is_asset(image: &Image, path: &str) -> bool {
    image.assets.iter().any(|asset| lies_in(path, asset.to.trim_end_matches('/')))
}

/// The first layer that the Dockerfile made.
fn first_own(plan: &Plan, image: &Image, saved: &Saved) -> Option<usize> {
    if plan.base.has_rootfs {
        return Some(0);
    }
    let mut marks = vec!["useradd --no-log-init".to_owned(), format!("/out/{} /", image.stage)];
    marks.extend(plan.base.workdir.iter().chain(&image.workdir).map(|folder| format!("WORKDIR {folder}")));
    marks.extend(image.assets.iter().map(|asset| format!(" {} #", asset.to)));
    saved.layers.iter().position(|layer| marks.iter().any(|mark| layer.created_by.contains(mark)))
}

fn set_id(subject: &Subject, owned: &BTreeSet<String>) -> Check {
    let set_id = subject.contents.set_id().map(|file| file.path.as_str());
    let (of_packages, others): (Vec<&str>, Vec<&str>) = set_id.partition(|path| owned.contains(*path));
    if !others.is_empty() {
        return Check::failed("setuid", listed(others.into_iter()))
            .help("take the bit away where the file comes from: `chmod u-s,g-s FILE`");
    }
    Check::passed(
        "setuid",
        match of_packages.len() {
            0 => "none".to_owned(),
            number => format!("{number} of Debian's own packages, which do nothing under no-new-privileges"),
        },
    )
}

fn shell(subject: &Subject) -> Check {
    let names = |known: &[&str]| -> BTreeSet<&str> {
        let programs = subject.contents.programs(known).filter(|entry| !is_helper(subject, &entry.path));
        programs.map(Entry::name).collect()
    };
    let (shells, managers) = (names(&SHELLS), names(&PACKAGE_MANAGERS));
    if shells.is_empty() && managers.is_empty() {
        return Check::passed("shell", "none, and no package manager");
    }
    let said = listed(shells.into_iter().chain(managers));
    let is_slim = subject.planned.is_none_or(|(plan, _)| plan.template.runtime == Runtime::Slim);
    if is_slim {
        Check::passed("shell", said)
    } else {
        Check::failed("shell", said).help("find the instruction that brings them")
    }
}

/// Whether the plan puts a program there, such as the client of a health check.
fn is_helper(subject: &Subject, path: &str) -> bool {
    subject.planned.is_some_and(|(_, image)| image.files.iter().any(|file| file.path == path))
}

/// Whether anything in any layer is a secret, though an upper one may cover it.
fn secrets(subject: &Subject, owned: &BTreeSet<String>) -> Check {
    let named = Secrets::new(subject.secrets);
    let is_wanted = |path: &str| subject.planned.is_some_and(|(_, image)| is_asset(image, path));
    let mut found: Vec<String> = Vec::new();
    for entry in subject.saved.layers.iter().flat_map(|layer| &layer.entries) {
        let is_public =
            OF_AUTHORITIES.iter().any(|folder| entry.path.starts_with(folder)) || owned.contains(&entry.path);
        if is_public || is_wanted(&entry.path) || entry.size == 0 {
            continue;
        }
        let same = subject.secret_files.iter().find(|file| (file.size, file.crc) == (entry.size, entry.crc));
        if let Some(file) = same {
            found.push(format!("{} (the bytes of {})", entry.path, file.path));
        } else if named.matches(entry.name()) {
            found.push(entry.path.clone());
        }
    }
    let looks_secret = |pair: &&str| {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        !value.is_empty() && is_secret(name)
    };
    let env = subject.saved.config.env.iter().flatten().map(String::as_str).filter(looks_secret);
    let arguments = subject.saved.layers.iter().flat_map(|layer| layer.created_by.split(' ')).filter(looks_secret);
    found.extend(env.chain(arguments).filter_map(|pair| Some(format!("variable {}", pair.split_once('=')?.0))));
    if found.is_empty() {
        return Check::passed("secrets", "none in any layer");
    }
    Check::failed("secrets", listed(found.iter().map(String::as_str)))
        .help("a later layer hides them and does not take them away: build without them, and change what was in them")
}

fn size(subject: &Subject) -> Check {
    let bytes = subject.contents.bytes();
    let compressed = subject.saved.layers.iter().map(|layer| layer.compressed).sum();
    let said = format!(
        "{} in {} layers, {} compressed",
        sizes::shown(bytes),
        subject.saved.layers.len(),
        sizes::shown(compressed)
    );
    match subject.size_limit {
        Some(limit) if bytes > limit => {
            Check::failed("size", format!("{said}; `size-limit` is {}", sizes::shown(limit)))
                .help("find what made it grow with `--format json`, or raise the limit")
        }
        _ => Check::passed("size", said),
    }
}

/// Names on one line.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{} and {more} more", names[..SHOWN].join(", ")),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Config, Layer};
    use crate::verify::check::Verdict;

    fn file(path: &str) -> Entry {
        Entry { path: path.to_owned(), mode: 0o755, size: 100, crc: 7, ..Entry::default() }
    }

    fn saved(config: Config, entries: Vec<Entry>) -> Saved {
        let layers = vec![Layer { entries, ..Layer::default() }];
        Saved { config: Config { user: "65532".to_owned(), ..config }, layers, ..Saved::default() }
    }

    /// What fails in an image that nothing is planned for.
    fn failures(saved: &Saved, secret_files: &[SecretFile], size_limit: Option<u64>) -> Vec<(&'static str, String)> {
        let secrets = ["**/.env".to_owned(), "**/*.pem".to_owned()];
        let contents = Contents::of(saved);
        let subject = Subject {
            saved,
            contents: &contents,
            planned: None,
            own_templates: false,
            size_limit,
            secrets: &secrets,
            secret_files,
        };
        checks(&subject)
            .into_iter()
            .filter(|check| check.verdict == Verdict::Failed)
            .map(|check| (check.name, check.said))
            .collect()
    }

    #[test]
    fn an_image_without_faults_has_none() {
        let saved = saved(Config::default(), vec![file("/usr/local/bin/api"), file("/etc/ssl/certs/a.pem")]);
        assert_eq!(failures(&saved, &[], Some(200)), []);
    }

    #[test]
    fn faults_are_told_apart() {
        let root = saved(Config { user: "root".to_owned(), ..Config::default() }, vec![]);
        assert_eq!(failures(&Saved { config: Config::default(), ..root }, &[], None), [("user", "root".to_owned())]);

        let set_id = saved(Config::default(), vec![Entry { mode: 0o4755, ..file("/app/sudo") }]);
        assert_eq!(failures(&set_id, &[], None), [("setuid", "/app/sudo".to_owned())]);

        let zone = Config { env: Some(vec!["TZ=Europe/Berlin".to_owned()]), ..Config::default() };
        assert_eq!(
            failures(&saved(zone, vec![]), &[], None),
            [("data", "missing: /usr/share/zoneinfo/Europe/Berlin".to_owned())]
        );

        let big = saved(Config::default(), vec![file("/a"), file("/b")]);
        assert_eq!(
            failures(&big, &[], Some(150)),
            [("size", "200 B in 1 layers, 0 B compressed; `size-limit` is 150 B".to_owned())]
        );
    }

    #[test]
    fn secrets_are_found_by_name_by_content_and_below_other_layers() {
        let mut covered = saved(Config::default(), vec![file("/app/.env"), Entry { crc: 9, ..file("/app/settings") }]);
        covered.layers.push(Layer { entries: vec![file("/app/.wh..env")], ..Layer::default() });
        let known = SecretFile { path: "deploy/key.pem".to_owned(), size: 100, crc: 9 };
        let said = "/app/.env, /app/settings (the bytes of deploy/key.pem)".to_owned();
        assert_eq!(failures(&covered, &[known], None), [("secrets", said)]);

        let env = Config { env: Some(vec!["DB_PASSWORD=x".to_owned(), "TOKEN_URL=y".to_owned()]), ..Config::default() };
        let mut variables = saved(env, vec![]);
        variables.layers[0].created_by = "RUN |1 GITHUB_TOKEN=abc /bin/sh -c cargo build".to_owned();
        let said = "variable DB_PASSWORD, variable GITHUB_TOKEN".to_owned();
        assert_eq!(failures(&variables, &[], None), [("secrets", said)]);
    }

    #[test]
    fn set_id_files_of_packages_are_those_of_the_base() {
        let list = Entry { text: Some("/usr/bin/su\n".to_owned()), ..file("/var/lib/dpkg/info/util-linux.list") };
        let base = saved(Config::default(), vec![list, Entry { mode: 0o4755, ..file("/usr/bin/su") }]);
        assert_eq!(failures(&base, &[], None), []);
    }
}
