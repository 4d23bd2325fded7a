//! `debian-packages.txt`: the packages that the catalogue names, and which of them belong to the program.

/// Lines of `SUITE NAME MULTI-ARCH`, made from Debian's package lists by tests/debian/refresh.
const PACKAGES: &str = include_str!("debian-packages.txt");

/// Packages that are named like libraries, and that the build itself runs or loads.
const OF_THE_BUILD: [&str; 4] = ["libclang", "libpolly", "libtool", "llvm"];

/// Other packages that depend on what is built for.
const OF_THE_TARGET: [&str; 3] = ["musl-tools", "pkg-config", "pkgconf"];

/// The field `Multi-Arch` of a package; `None` where the suite has no such package, or the catalogue none of that name.
/// <https://wiki.debian.org/Multiarch/HOWTO>
pub(super) fn multi_arch(suite: &str, package: &str) -> Option<&'static str> {
    PACKAGES
        .lines()
        .find_map(|line| line.strip_prefix(suite)?.strip_prefix(' ')?.strip_prefix(package)?.strip_prefix(' '))
}

/// The package of a shared library, by its soname, among those that the catalogue names: `libpq.so.5` is in `libpq5`,
/// `libssl.so.3` in `libssl3t64`. <https://www.debian.org/doc/debian-policy/ch-sharedlibs.html>
pub(super) fn package_of(suite: &str, soname: &str) -> Option<String> {
    let (stem, version) = soname
        .to_lowercase()
        .replace('_', "-")
        .split_once(".so")
        .map(|(stem, version)| (stem.to_owned(), version.trim_start_matches('.').to_owned()))?;
    let between = if stem.ends_with(|c: char| c.is_ascii_digit()) { "-" } else { "" };
    let name = format!("{stem}{between}{version}");
    [format!("{name}t64"), name].into_iter().find(|name| multi_arch(suite, name).is_some())
}

/// Whether a package has to be of the architecture that the program is built for: a library with its headers, not a tool.
#[must_use]
pub(crate) fn is_of_target(suite: &str, package: &str) -> bool {
    let is_library = package.starts_with("lib") || package.ends_with("-dev");
    let is_tool = OF_THE_BUILD.iter().any(|begins| package.starts_with(begins));
    let serves_all = matches!(multi_arch(suite, package), Some("foreign" | "allowed"));
    OF_THE_TARGET.contains(&package) || is_library && !is_tool && !serves_all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soname_has_a_package() {
        for (soname, package) in
            [("libpq.so.5", "libpq5"), ("libssl.so.3", "libssl3t64"), ("libsqlite3.so.0", "libsqlite3-0")]
        {
            assert_eq!(package_of("trixie", soname).as_deref(), Some(package));
        }
        assert_eq!(package_of("trixie", "libunheard.so.1"), None);
    }

    #[test]
    fn libraries_are_of_the_target_and_tools_of_the_build() {
        for of_target in ["libssl-dev", "libpq-dev", "zlib1g-dev", "pkg-config", "musl-tools", "libunheard-dev"] {
            assert!(is_of_target("trixie", of_target), "{of_target}");
        }
        for of_build in ["clang", "libclang-dev", "cmake", "protobuf-compiler", "llvm-19-dev", "libmagic-mgc", "perl"] {
            assert!(!is_of_target("trixie", of_build), "{of_build}");
        }
    }
}
