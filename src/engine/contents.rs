//! What a container sees of an image: layers enter; its files, and what they say of packages, leave.

use std::collections::{BTreeMap, BTreeSet};

use super::saved::{Entry, Kind, Saved};

/// What a layer's entry begins with that takes another one away.
/// <https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts>
const WHITEOUT: &str = ".wh.";

/// The one that empties its folder.
const OPAQUE: &str = ".wh..wh..opq";

/// As many links as a kernel follows.
const MOST_LINKS: usize = 40;

/// Permissions that let a program run as somebody else.
const SET_ID: u32 = 0o6000;

/// Folders of programs.
const OF_PROGRAMS: [&str; 6] = ["/bin/", "/busybox/", "/sbin/", "/usr/bin/", "/usr/local/bin/", "/usr/sbin/"];

/// Shells, and programs that hold one.
pub(crate) const SHELLS: [&str; 7] = ["ash", "bash", "busybox", "dash", "ksh", "sh", "zsh"];

/// Package managers.
pub(crate) const PACKAGE_MANAGERS: [&str; 8] = ["apk", "apt", "apt-get", "dnf", "dpkg", "microdnf", "rpm", "yum"];

/// The file system of an image.
#[derive(Debug, Default)]
pub(crate) struct Contents<'a> {
    entries: BTreeMap<&'a str, &'a Entry>,
}

impl<'a> Contents<'a> {
    /// What all layers make together.
    pub(crate) fn of(saved: &'a Saved) -> Self {
        let mut entries: BTreeMap<&str, &Entry> = BTreeMap::new();
        for layer in &saved.layers {
            for entry in &layer.entries {
                let (folder, name) = entry.path.rsplit_once('/').unwrap_or_default();
                if name == OPAQUE {
                    entries.retain(|path, _| !is_below(path, folder));
                } else if let Some(gone) = name.strip_prefix(WHITEOUT) {
                    let gone = format!("{folder}/{gone}");
                    entries.retain(|path, _| *path != gone && !is_below(path, &gone));
                }
            }
            let seen = layer.entries.iter().filter(|entry| !entry.name().starts_with(WHITEOUT));
            entries.extend(seen.map(|entry| (entry.path.as_str(), entry)));
        }
        Self { entries }
    }

    /// Every entry.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a Entry> {
        self.entries.values().copied()
    }

    /// Every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = &'a Entry> {
        self.iter().filter(|entry| entry.kind == Kind::File)
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files().map(|file| file.size).sum()
    }

    /// Files that run as their owner or group.
    pub(crate) fn set_id(&self) -> impl Iterator<Item = &'a Entry> {
        self.files().filter(|file| file.mode & SET_ID != 0)
    }

    /// Programs, and links to them, with one of these names.
    pub(crate) fn programs(&self, names: &[&str]) -> impl Iterator<Item = &'a Entry> {
        self.iter().filter(|entry| {
            let name = entry.name();
            names.contains(&name) && OF_PROGRAMS.iter().any(|folder| entry.path.strip_prefix(folder) == Some(name))
        })
    }

    /// What lies at a path, behind all links.
    pub(crate) fn at(&self, path: &str) -> Option<&'a Entry> {
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            match self.link_in(&path) {
                Some(behind) => path = behind,
                None => return self.entries.get(path.as_str()).copied(),
            }
        }
        None
    }

    /// The path behind the first link in one.
    fn link_in(&self, path: &str) -> Option<String> {
        let mut prefixes = path.match_indices('/').map(|(end, _)| &path[..end]).skip(1).chain([path]);
        prefixes.find_map(|prefix| match &self.entries.get(prefix)?.kind {
            Kind::Link(to) => Some(target(prefix, to) + &path[prefix.len()..]),
            _ => None,
        })
    }

    /// Names and versions of packages, of Debian's or Alpine's package manager.
    pub(crate) fn packages(&self) -> BTreeMap<String, String> {
        let mut packages = BTreeMap::new();
        let describes = |entry: &&Entry| entry.path == "/var/lib/dpkg/status" || entry.path.contains("/status.d/");
        for paragraph in
            self.iter().filter(describes).filter_map(|entry| entry.text.as_ref()).flat_map(|text| text.split("\n\n"))
        {
            let field = |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            let is_installed = field("Status").is_none_or(|status| status.ends_with(" installed"));
            if let (Some(name), true) = (field("Package"), is_installed) {
                packages.insert(name.to_owned(), field("Version").unwrap_or_default().to_owned());
            }
        }
        let alpine = self.entries.get("/lib/apk/db/installed").and_then(|entry| entry.text.as_ref());
        for paragraph in alpine.into_iter().flat_map(|text| text.split("\n\n")) {
            let field = |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name));
            if let Some(name) = field("P:") {
                packages.insert(name.to_owned(), field("V:").unwrap_or_default().to_owned());
            }
        }
        packages
    }

    /// Paths that a package of Debian's owns. Distroless lists them in checksum files, without the first slash.
    pub(crate) fn owned(&self) -> BTreeSet<String> {
        let mut owned = BTreeSet::new();
        for entry in self.iter() {
            let Some(text) = &entry.text else { continue };
            if entry.path.starts_with("/var/lib/dpkg/info/") {
                owned.extend(text.lines().map(str::to_owned));
            } else if entry.path.ends_with(".md5sums") {
                let paths = text.lines().filter_map(|line| line.split_once("  "));
                owned.extend(paths.map(|(_, path)| format!("/{path}")));
            }
        }
        // Packages from before the folders were merged say /lib for /usr/lib.
        let merged: Vec<String> = owned.iter().map(|path| format!("/usr{path}")).collect();
        owned.extend(merged);
        owned
    }
}

/// Whether a path is a folder's own, or below it.
pub(crate) fn lies_in(path: &str, folder: &str) -> bool {
    path == folder || is_below(path, folder)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The absolute path that a link means.
fn target(link: &str, to: &str) -> String {
    let whole = if to.starts_with('/') {
        to.to_owned()
    } else {
        format!("{}/{to}", link.rsplit_once('/').unwrap_or_default().0)
    };
    format!("/{}", crate::context_path::ContextPath::default().join(whole.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::super::saved::Layer;
    use super::*;

    fn file(path: &str, text: &str) -> Entry {
        Entry { path: path.to_owned(), size: 1, text: Some(text.to_owned()), ..Entry::default() }
    }

    fn link(path: &str, to: &str) -> Entry {
        Entry { kind: Kind::Link(to.to_owned()), ..file(path, "") }
    }

    fn saved(layers: Vec<Vec<Entry>>) -> Saved {
        let layers = layers.into_iter().map(|entries| Layer { entries, ..Layer::default() }).collect();
        Saved { layers, ..Saved::default() }
    }

    #[test]
    fn an_upper_layer_covers_takes_away_and_empties() {
        let saved = saved(vec![
            vec![file("/a", "1"), file("/b", "1"), file("/c/d", "1"), file("/e/f", "1"), file("/gone/x", "")],
            vec![
                file("/a", "2"),
                file("/.wh.b", ""),
                file("/c/.wh..wh..opq", ""),
                file("/c/new", ""),
                file("/.wh.gone", ""),
            ],
        ]);
        let contents = Contents::of(&saved);
        assert_eq!(contents.iter().map(|entry| &*entry.path).collect::<Vec<_>>(), ["/a", "/c/new", "/e/f"]);
        assert_eq!(contents.at("/a").unwrap().text.as_deref(), Some("2"));
        assert_eq!(contents.bytes(), 3);
    }

    #[test]
    fn links_are_followed_and_circles_are_not() {
        let saved = saved(vec![vec![
            link("/lib", "usr/lib"),
            link("/usr/lib/x.so", "../share/x.so.1"),
            file("/usr/share/x.so.1", "x"),
            link("/one", "/two"),
            link("/two", "one"),
        ]]);
        let contents = Contents::of(&saved);
        assert_eq!(contents.at("/lib/x.so").unwrap().path, "/usr/share/x.so.1");
        assert!(contents.at("/one").is_none());
    }

    #[test]
    fn packages_are_those_that_are_installed() {
        let status = "Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
        let saved = saved(vec![vec![
            file("/var/lib/dpkg/status", status),
            file("/var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2025b\n"),
            file("/var/lib/dpkg/status.d/tzdata.md5sums", "d41d8  usr/share/zoneinfo/UTC\n"),
            file("/var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib/libc.so.6\n"),
            file("/lib/apk/db/installed", "P:musl\nV:1.2.5\n\nP:zlib\nV:1.3\n"),
        ]]);
        let contents = Contents::of(&saved);
        let packages: Vec<String> =
            contents.packages().into_iter().map(|(name, version)| name + " " + &version).collect();
        assert_eq!(packages, ["libc6 2.41-12", "musl 1.2.5", "tzdata 2025b", "zlib 1.3"]);
        let owned = contents.owned();
        assert!(owned.contains("/usr/share/zoneinfo/UTC") && owned.contains("/usr/lib/libc.so.6"), "{owned:?}");
    }
}
