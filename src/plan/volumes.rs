//! Folders to write to: settings enter; volumes, and the folders that the image has to have for them, leave. A new volume begins as a copy of the
//! folder that it covers, and with that folder's owner.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assets;
use super::images::NONROOT;
use crate::settings::ImageSettings;

/// A folder of the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Folder {
    /// Its path.
    pub path: String,
    /// Its permissions, in octal digits.
    pub mode: String,
    /// Number of its owner.
    pub uid: String,
    /// Number of its group.
    pub gid: String,
}

/// Folders where anybody may write, and where nobody else is to be locked out.
const PUBLIC: [&str; 2] = ["/tmp", "/var/tmp"];

/// The home of the user that images have. It is made anew with a folder in it, and has to stay what it is.
const HOME: &str = "/home/nonroot";

/// The volumes of an image. A relative one lies in the working directory.
pub(super) fn volumes(settings: &ImageSettings) -> Vec<String> {
    settings.volumes.iter().flatten().map(|path| absolute(settings, path)).collect()
}

/// A path as it is in the image.
pub(super) fn absolute(settings: &ImageSettings, path: &str) -> String {
    let home = settings.workdir.as_deref().unwrap_or(assets::HOME);
    match path.trim_end_matches('/') {
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{home}/{}", path.trim_start_matches("./")),
    }
}

/// A path below `~/`, as it is in the image.
pub(super) fn at_home(path: &str) -> Option<String> {
    Some(format!("{HOME}/{}", path.strip_prefix("~/")?))
}

/// The folders for them and for the working directory, those that hold others first.
pub(super) fn folders(volumes: &[String], workdir: Option<&str>, user: &str) -> Vec<Folder> {
    // As builders read USER: without a group it is root's.
    let (uid, gid) = user.split_once(':').unwrap_or((user, "0"));
    let folder = |path: &str, mode: &str, uid: &str, gid: &str| Folder {
        path: path.to_owned(),
        mode: mode.to_owned(),
        uid: uid.to_owned(),
        gid: gid.to_owned(),
    };
    let mut folders = BTreeMap::new();
    for path in volumes.iter().map(String::as_str).chain(workdir) {
        folders.insert(path, folder(path, "755", uid, gid));
    }
    let is_touched = |path: &str| volumes.iter().any(|volume| volume.starts_with(&format!("{path}/")));
    let nonroot = NONROOT.to_string();
    if is_touched(HOME) {
        folders.entry(HOME).or_insert_with(|| folder(HOME, "700", &nonroot, &nonroot));
    }
    for public in PUBLIC {
        if is_touched(public) || volumes.iter().any(|volume| volume == public) {
            folders.insert(public, folder(public, "1777", "0", "0"));
        }
    }
    folders.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(volumes: &[&str], user: &str) -> Vec<String> {
        let volumes: Vec<String> = volumes.iter().map(|path| (*path).to_owned()).collect();
        let folders = folders(&volumes, None, user).into_iter();
        folders.map(|folder| format!("{} {} {}:{}", folder.path, folder.mode, folder.uid, folder.gid)).collect()
    }

    #[test]
    fn volumes_belong_to_the_user() {
        assert_eq!(made(&["/data"], "1000:1001"), ["/data 755 1000:1001"]);
        assert_eq!(made(&["/data/b", "/data"], "1000"), ["/data 755 1000:0", "/data/b 755 1000:0"]);
        assert_eq!(made(&[], "1000"), [""; 0]);
    }

    #[test]
    fn folders_around_them_stay_what_they_are() {
        assert_eq!(made(&["/tmp/a"], "1:1"), ["/tmp 1777 0:0", "/tmp/a 755 1:1"]);
        assert_eq!(made(&["/var/tmp"], "1:1"), ["/var/tmp 1777 0:0"]);
        assert_eq!(made(&["/home/nonroot/x"], "1:1"), ["/home/nonroot 700 65532:65532", "/home/nonroot/x 755 1:1"]);
        assert_eq!(made(&["/home/nonroot"], "1:1"), ["/home/nonroot 755 1:1"]);
    }
}
