//! Values that reach a Dockerfile or a shell unquoted are held to their alphabet here, before anything is planned.

use super::alphabets::{Texts, is_duration, is_one_line, is_route, must_be};
use super::keys::image_keys;
use super::{Healthcheck, ImageSettings, Settings};
use crate::error::Failure;

impl Settings {
    /// Refuses values that cannot be what their key means.
    pub(crate) fn validate(&self) -> Result<(), Failure> {
        let runtimes = [self.slim, self.distroless, self.scratch];
        if runtimes.iter().filter(|runtime| **runtime == Some(true)).count() > 1 {
            return Err(Failure::new("only one of `slim`, `distroless` and `scratch` can be true"));
        }
        if self.target.is_some() && self.platforms.is_some() {
            return Err(Failure::new("`target` and `platforms` say the same twice").help("keep `platforms`"));
        }
        self.must_be_well_formed()?;
        for (key, map) in [("env", &self.env), ("labels", &self.labels)] {
            for value in map.values() {
                must_be(key, value, is_one_line, "a value on one line")?;
            }
        }
        self.healthcheck.as_ref().map_or(Ok(()), healthcheck)?;
        for (name, settings) in &self.binaries {
            settings.validate()?;
            if *settings != Self::from(ImageSettings::from(settings)) {
                return Err(Failure::new(format!(
                    "`binaries.{name}` can hold only what concerns one image: {}",
                    image_keys().join(", ")
                )));
            }
        }
        Ok(())
    }
}

fn healthcheck(check: &Healthcheck) -> Result<(), Failure> {
    match (check.command(), check.route()) {
        (Some(_), Some(_)) => {
            return Err(Failure::new("`healthcheck` has both `command` and `http`: one of them asks"));
        }
        (None, Some((path, _))) => must_be("healthcheck.http", &path.to_owned(), is_route, "a path such as /health")?,
        _ => {}
    }
    if check.texts().next().is_none_or(str::is_empty) {
        return Err(Failure::new("`healthcheck` has no command")
            .help("write `healthcheck = [\"/usr/local/bin/NAME\", \"health\"]`, or `{ http = \"/health\" }`"));
    }
    check.times().try_for_each(|(name, time)| {
        must_be(&format!("healthcheck.{name}"), time, is_duration, "a time such as 30s or 1m30s")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_table_holds_only_what_concerns_its_image() {
        let settings = Settings {
            binaries: [("api".to_owned(), Settings { profile: Some("dist".into()), ..Settings::default() })].into(),
            ..Settings::default()
        };
        assert!(settings.validate().is_err());
    }
}
