//! Words for single differences; what becomes of a whole Dockerfile is told by the sessions in tests/cli.

use super::*;
use crate::settings::Port;

fn expose() -> Settings {
    Settings { expose: Some(vec![Port::Number(80)]), ..Settings::default() }
}

#[test]
fn a_difference_is_one_line_with_its_setting() {
    let difference = Difference::adoptable("it exposes 80".into(), expose());
    assert_eq!(difference.to_string(), "it exposes 80: `expose = [80]`");
    let difference = difference.of_binary("api");
    assert_eq!(difference.to_string(), "the image of api exposes 80: `binaries.api.expose = [80]`");
    assert!(difference.is_adopted());
    let told = Difference::told("it\nhas \u{1b}[31m".into(), None);
    assert_eq!(told.to_string(), "it has  [31m");
    assert!(!told.is_adopted());
}

#[test]
fn what_no_setting_can_hold_is_not_adopted() {
    let settings = Settings { env: [("A B".to_owned(), "1".to_owned())].into(), ..Settings::default() };
    let difference = Difference::adoptable("it sets A B".into(), settings.clone());
    assert!(!difference.is_adopted());
    assert_eq!(difference.to_string(), "it sets A B");
    assert_eq!(Difference::optional("it sets A B".into(), &settings).to_string(), "it sets A B");
}

#[test]
fn settings_are_added_one_after_the_other() {
    let env = |name: &str| Settings { env: [(name.to_owned(), "1".to_owned())].into(), ..Settings::default() };
    let found = [
        Difference::adoptable("it sets A".into(), env("A")),
        Difference::told("it runs as root".into(), None),
        Difference::adoptable("it exposes 80".into(), expose()),
    ];
    let manifest = adopted("[package]\nname = \"a\"\n", Scope::Package, &found).unwrap();
    assert_eq!(
        manifest,
        "[package]\nname = \"a\"\n\n[package.metadata.dockerize]\nenv = { A = \"1\" }\nexpose = [80]\n"
    );
}
