//! Every key that settings have, each with its scope, its type and what its value may be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alphabets::{
    is_below, is_debian_package, is_feature, is_file_name, is_folder, is_label, is_numeric_user, is_one_line, is_port,
    is_registry, is_relative, is_rust_version, is_signal, is_size, is_time_zone, is_variable, is_volume, is_word,
    must_be,
};
use super::values::{Builder, CacheShape, Healthcheck, ManifestPath, Port, Setting, one_or_many, text_or_number};
use crate::error::Failure;

/// Makes three types from one list of keys: [`Settings`] with all of them, as a manifest holds them, and the two parts
/// that decisions are made from, each with the way to merge it.
///
/// A key of the scope `build` concerns the build that all binaries share, one of `image` a single image, and one of
/// `layer` only the table that it stands in. `= is_word, "a profile name"` says what each of its texts has to be.
macro_rules! settings {
    (@sort [$($build:tt)*] [$($image:tt)*] [$($all:tt)*] build { $($keys:tt)* } $($rest:tt)*) => {
        settings!(@sort [$($build)* $($keys)*] [$($image)*] [$($all)* $($keys)*] $($rest)*);
    };
    (@sort [$($build:tt)*] [$($image:tt)*] [$($all:tt)*] image { $($keys:tt)* } $($rest:tt)*) => {
        settings!(@sort [$($build)*] [$($image)* $($keys)*] [$($all)* $($keys)*] $($rest)*);
    };
    (@sort [$($build:tt)*] [$($image:tt)*] [$($all:tt)*] layer { $($keys:tt)* } $($rest:tt)*) => {
        settings!(@sort [$($build)*] [$($image)*] [$($all)* $($keys)*] $($rest)*);
    };
    (@sort [$($build:tt)*] [$($image:tt)*] [$($all:tt)*]) => {
        settings!(@all $($all)*);
        settings!(@part
            #[doc = "What decides the one build that all binaries share."] BuildSettings over_key_by_key $($build)*);
        settings!(@part #[doc = "What decides one image."] ImageSettings over $($image)*);
        settings!(@only_image $($image)*);
    };
    (@all $($(#[$doc:meta])* $key:ident: $type:ty $(= $accepts:ident, $expected:literal)?;)*) => {
        /// One layer of settings as somebody wrote it: a command line, or a table of a manifest. A field that is `None`
        /// or empty was not said.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
        pub struct Settings {
            $($(#[$doc])* #[serde(skip_serializing_if = "Setting::is_unsaid")] pub(crate) $key: $type,)*
        }

        impl Settings {
            /// Refuses a text that its key cannot have.
            pub(super) fn must_be_well_formed(&self) -> Result<(), Failure> {
                $($(must_be(&in_manifest(stringify!($key)), &self.$key, $accepts, $expected)?;)?)*
                Ok(())
            }
        }
    };
    (@part
        $(#[$about:meta])* $part:ident $over:ident
        $($(#[$doc:meta])* $key:ident: $type:ty $(= $accepts:ident, $expected:literal)?;)*
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub(crate) struct $part {
            $(pub $key: $type,)*
        }

        impl $part {
            /// Merges two layers; what `self` says wins. Maps are merged key by key, anything else is replaced as a
            /// whole.
            #[must_use]
            pub(super) fn $over(self, below: Self) -> Self {
                Self { $($key: Setting::over(self.$key, below.$key),)* }
            }
        }

        impl From<&Settings> for $part {
            fn from(all: &Settings) -> Self {
                Self { $($key: all.$key.clone(),)* }
            }
        }
    };
    (@only_image $($(#[$doc:meta])* $key:ident: $type:ty $(= $accepts:ident, $expected:literal)?;)*) => {
        impl From<ImageSettings> for Settings {
            fn from(part: ImageSettings) -> Self {
                Self { $($key: part.$key,)* ..Self::default() }
            }
        }

        /// The keys that decide one image, as a manifest spells them.
        pub(super) fn image_keys() -> Vec<String> {
            [$(stringify!($key)),*].map(in_manifest).into()
        }
    };
    ($($scopes:tt)*) => { settings!(@sort [] [] [] $($scopes)*); };
}

settings! {
    build {
        /// Run on debian-slim.
        slim: Option<bool>;
        /// Run on distroless cc.
        distroless: Option<bool>;
        /// Run on scratch.
        scratch: Option<bool>;
        /// Template to render.
        template: Option<String> = is_file_name, "a name without slashes";
        /// Rust version of the build image.
        rust: Option<String> = is_rust_version, "a version such as 1.95 or 1.95.0";
        /// Debian suite of both images.
        suite: Option<String>;
        /// Registry with copies of the base images.
        registry: Option<String> = is_registry, "a registry with a folder, such as mirror.example.com/base";
        /// Packages whose binaries are wanted.
        #[serde(deserialize_with = "one_or_many")]
        package: Option<Vec<String>>;
    }
    layer {
        /// Every binary of every member is wanted.
        workspace: Option<bool>;
        /// Binaries and packages that get no image; without it, development tools get none.
        #[serde(deserialize_with = "one_or_many")]
        exclude: Option<Vec<String>>;
        /// Binaries wanted.
        #[serde(deserialize_with = "one_or_many")]
        bin: Option<Vec<String>>;
    }
    build {
        /// Cargo features to enable.
        #[serde(deserialize_with = "one_or_many")]
        features: Option<Vec<String>> = is_feature, "a feature name";
        /// Enable every feature.
        all_features: Option<bool>;
        /// Leave the default feature off.
        no_default_features: Option<bool>;
        /// Cargo profile.
        profile: Option<String> = is_word, "a profile name";
        /// Keep debug information, in an image of its own.
        debug_symbols: Option<bool>;
        /// Keep the list of its crates in the program, for scanners.
        auditable: Option<bool>;
        /// Target triple.
        target: Option<String> = is_word, "a target triple";
        /// Platforms to build for, from any.
        #[serde(deserialize_with = "one_or_many")]
        platforms: Option<Vec<String>>;
        /// Dockerfile to write, relative to the workspace root.
        output: Option<String>;
        /// How builds share work.
        cache: Option<CacheShape>;
        /// The one builder that the files are for.
        builder: Option<Builder>;
    }
    image {
        /// Debian packages that the build needs beside those that were found.
        #[serde(deserialize_with = "one_or_many")]
        build_packages: Option<Vec<String>> = is_debian_package, "the name of a Debian package";
        /// Debian packages that the program needs when it runs, beside those that were found.
        #[serde(deserialize_with = "one_or_many")]
        runtime_packages: Option<Vec<String>> = is_debian_package, "the name of a Debian package";
        /// Crates that look native and need nothing more than they were found to need.
        #[serde(deserialize_with = "one_or_many")]
        known_natives: Option<Vec<String>>;
    }
    layer {
        /// Files and folders that the build reads, beside those that were found.
        #[serde(deserialize_with = "one_or_many")]
        inputs: Option<Vec<ManifestPath>> = is_relative, "a path that starts from the manifest's folder";
    }
    image {
        /// Environment of the image.
        env: BTreeMap<String, String> = is_variable, "a variable name";
        /// Labels of the image, over those taken from the package's metadata.
        labels: BTreeMap<String, String> = is_label, "a label name";
        /// Ports that the program listens on.
        #[serde(deserialize_with = "one_or_many")]
        expose: Option<Vec<Port>> = is_port, "a port such as 8080 or 53/udp";
        /// Folders that outlive a container, for the image's user to write to. They may be called `data` as well.
        #[serde(alias = "data")]
        #[serde(deserialize_with = "one_or_many")]
        volumes: Option<Vec<String>> = is_volume, "the path of a folder, such as /data";
        /// How a container is asked whether it is well.
        healthcheck: Option<Healthcheck> = is_one_line, "a command on one line";
        /// Arguments that follow the binary in ENTRYPOINT.
        #[serde(deserialize_with = "one_or_many")]
        args: Option<Vec<String>> = is_one_line, "an argument on one line";
        /// Arguments in CMD, which those of `docker run` take the place of.
        #[serde(deserialize_with = "one_or_many")]
        command: Option<Vec<String>> = is_one_line, "an argument on one line";
        /// The signal that ends the program.
        stop_signal: Option<String> = is_signal, "a signal such as SIGINT";
        /// Start the program below an init.
        init: Option<bool>;
        /// The folder that the program runs in.
        workdir: Option<String> = is_folder, "the absolute path of a folder, such as /srv/app";
        /// The time zone that TZ names.
        timezone: Option<String> = is_time_zone, "a time zone such as Europe/Berlin";
        /// Numeric `uid` or `uid:gid` to run as.
        #[serde(deserialize_with = "text_or_number")]
        user: Option<String> = is_numeric_user, "a numeric uid or uid:gid, such as 65532:65532";
        /// As big as the image may be, for `verify`.
        size_limit: Option<String> = is_size, "a size such as 50MB";
        /// Files and folders copied from the source tree into the image.
        #[serde(deserialize_with = "one_or_many")]
        assets: Option<Vec<ManifestPath>> = is_below, "a path inside the manifest's folder";
    }
    layer {
        /// Settings of single binaries, by name.
        binaries: BTreeMap<String, Settings>;
    }
}

/// A key as a manifest spells it.
fn in_manifest(key: &str) -> String {
    key.replace('_', "-")
}

impl BuildSettings {
    /// Merges two layers; what `self` says wins.
    #[must_use]
    pub(super) fn over(self, below: Self) -> Self {
        // One choice among four: whoever makes it overrules what lies below.
        let below = if self.chooses_runtime() {
            Self { slim: None, distroless: None, scratch: None, template: None, ..below }
        } else {
            below
        };
        // So are a target and the platforms.
        let below = if self.target.is_some() || self.platforms.is_some() {
            Self { target: None, platforms: None, ..below }
        } else {
            below
        };
        self.over_key_by_key(below)
    }

    /// Whether these settings choose what programs run on.
    pub(super) fn chooses_runtime(&self) -> bool {
        [self.slim, self.distroless, self.scratch].contains(&Some(true)) || self.template.is_some()
    }
}
