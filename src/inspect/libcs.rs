//! glibc and musl: platforms that dependencies are limited to enter, whether both lead to the same graph leaves. rustc
//! is not asked: what sets the two targets apart is fixed, and a test holds it against rustc.

use cargo_platform::{Cfg, Platform};

use crate::workspace::{GNU, MUSL};

/// The `cfg` values that hold for both.
const BOTH: [&str; 8] = [
    "unix",
    "target_arch=\"x86_64\"",
    "target_endian=\"little\"",
    "target_family=\"unix\"",
    "target_os=\"linux\"",
    "target_pointer_width=\"64\"",
    "target_vendor=\"unknown\"",
    "target_abi=\"\"",
];
const ONLY_GNU: [&str; 1] = ["target_env=\"gnu\""];
const ONLY_MUSL: [&str; 2] = ["target_env=\"musl\"", "target_feature=\"crt-static\""];

/// Whether each platform holds for both or for neither.
pub(super) fn agree<'a>(platforms: impl IntoIterator<Item = &'a Platform>) -> bool {
    let (gnu, musl) = (cfgs(&ONLY_GNU), cfgs(&ONLY_MUSL));
    platforms.into_iter().all(|platform| platform.matches(GNU, &gnu) == platform.matches(MUSL, &musl))
}

fn cfgs(own: &[&str]) -> Vec<Cfg> {
    BOTH.iter().chain(own).filter_map(|cfg| cfg.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::inspect::rustc::Rustc;

    #[test]
    fn only_what_depends_on_the_libc_differs() {
        let holds = |platform: &str| agree([&platform.parse().unwrap()]);
        assert!(holds("cfg(unix)"));
        assert!(holds("cfg(all(target_env = \"gnu\", windows))"));
        assert!(holds("cfg(not(target_env = \"msvc\"))"));
        assert!(holds("x86_64-pc-windows-gnu"));
        assert!(!holds("cfg(target_env = \"musl\")"));
        assert!(!holds("cfg(not(target_env = \"gnu\"))"));
        assert!(!holds("cfg(target_feature = \"crt-static\")"));
        assert!(!holds("x86_64-unknown-linux-musl"));
    }

    #[test]
    fn rustc_says_the_same() {
        let said = Rustc::new(Path::new(".")).cfgs(&[GNU, MUSL]).unwrap();
        let said = |triple: &str| said[triple].iter().cloned().collect::<BTreeSet<Cfg>>();
        let ours = |own: &[&str]| cfgs(own).into_iter().collect::<BTreeSet<Cfg>>();
        let (gnu, musl) = (said(GNU), said(MUSL));
        assert!(ours(&[]).is_subset(&(&gnu & &musl)));
        assert_eq!(&gnu - &musl, &ours(&ONLY_GNU) - &ours(&[]));
        assert_eq!(&musl - &gnu, &ours(&ONLY_MUSL) - &ours(&[]));
    }
}
