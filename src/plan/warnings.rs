//! What a user should know though it stops nothing. A [`Warning`] is data; its `Display` is the one place with the words
//! for it, next step included.

mod found;

use std::fmt;

use serde::{Serialize, Serializer};

use super::runtime::Runtime;
use crate::context_path::ContextPath;
use crate::error::quoted;
use crate::workspace::Mention;

pub(super) use found::warnings;

/// One warning. They are shown in the order of this list, and within a kind by their fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Warning {
    /// A binary that is not built, because features that it requires are off.
    SkippedBinary {
        /// Name of the binary.
        binary: String,
        /// What it requires.
        features: Vec<String>,
    },
    /// A source that could not be followed, so that its whole package goes into the build context.
    UnreadSource {
        /// Name of the package.
        package: String,
        /// Which source, and what the trouble is.
        reason: String,
    },
    /// A linker that is in no list of Debian packages.
    UnknownLinker {
        /// The program.
        program: String,
        /// What names it.
        named_by: String,
    },
    /// A program that a build script of the workspace runs and that is in no list.
    UnknownProgram {
        /// Name of the package.
        package: String,
        /// The program.
        program: String,
    },
    /// `-C target-cpu=native`
    BuildersProcessor,
    /// A target of another architecture than most builders have.
    OneArchitecture {
        /// The target triple.
        target: String,
        /// What names it.
        named_by: String,
        /// The platform, as `docker build --platform` takes it.
        platform: String,
    },
    /// Steps of a slim image that run programs of its own platform.
    EmulatedSteps {
        /// The platforms.
        platforms: Vec<String>,
    },
    /// A registry that only a configuration outside the workspace has a name for.
    NamelessRegistry {
        /// Its index.
        index: String,
    },
    /// Crates that look native and are in no row of the catalogue. What they ask for is supplied as far as that can be
    /// read; the rest is for the user to say.
    UnknownNatives {
        /// The crates.
        crates: Vec<UnknownNative>,
        /// Table of Cargo.toml that holds settings.
        settings_table: String,
    },
    /// Something that a crate uses and that no package holds.
    DataFromUser {
        /// The crate.
        #[serde(rename = "crate")]
        krate: String,
        /// What it uses.
        data: String,
    },
    /// Something that a crate uses and that the chosen runtime cannot hold.
    MissingData {
        /// The crate.
        #[serde(rename = "crate")]
        krate: String,
        /// What it uses.
        data: String,
        /// The runtime.
        runtime: Runtime,
    },
    /// A program that takes along the path of the folder that it was built in, where its image has nothing.
    BakedFolder {
        /// Names of the binaries.
        binaries: Vec<String>,
        /// File and line that say so.
        place: String,
        /// The folder in the build stage.
        folder: String,
    },
    /// Files that the last build on this machine read and that do not travel.
    UnnamedInputs {
        /// The first of them.
        files: Vec<ContextPath>,
        /// The value of `inputs` that brings the first.
        input: String,
        /// Table of Cargo.toml that holds settings.
        settings_table: String,
    },
    /// Files in folders which travel that stay behind for their names.
    WithheldFiles {
        /// The first of them.
        files: Vec<ContextPath>,
        /// Table of Cargo.toml that holds settings.
        settings_table: String,
    },
    /// A path outside of the build context that a build reads.
    OutsideContext {
        /// The path, relative to the workspace root.
        path: String,
        /// File and line that name it.
        place: String,
        /// Table of Cargo.toml that holds settings.
        settings_table: String,
    },
    /// A folder that a source embeds and that is not there.
    MissingFolder {
        /// The folder.
        path: String,
        /// File and line that name it.
        place: String,
    },
    /// A front end that another tool builds, beside the program that serves it.
    FrontEnd {
        /// The table of Cargo.toml that describes it.
        table: String,
        /// The tool.
        tool: String,
    },
    /// An address that nobody outside of the container reaches.
    Unreachable {
        /// Names of the binaries.
        binaries: Vec<String>,
        /// The address.
        address: String,
        /// File and line that say it.
        place: String,
        /// The setting that cures it.
        cure: Option<String>,
        /// Table of Cargo.toml that holds settings.
        settings_table: String,
    },
    /// A resolver that cannot ask for long answers.
    OldResolver {
        /// Names of the binaries.
        binaries: Vec<String>,
        /// The Rust version.
        version: String,
    },
    /// Unstable features of the language, and a Rust that has none.
    NeedsNightly {
        /// The first place that asks for them, and their names.
        said: Mention<String>,
        /// The Rust version.
        version: String,
    },
    /// A lock file that a clone does not have.
    IgnoredLockFile,
    /// A toolchain file that names a folder.
    LocalToolchain {
        /// The file.
        file: String,
        /// The Rust version that builds instead.
        version: String,
    },
    /// Submodules of git without their files.
    EmptySubmodules {
        /// The first of them.
        paths: Vec<ContextPath>,
    },
}

/// A crate that looks native and is in no row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct UnknownNative {
    /// Name of the crate.
    pub name: String,
    /// The way from the binary down to it.
    pub chain: Vec<String>,
    /// What makes it look native.
    pub signs: String,
    /// What it asks for, each with the Debian package that has it.
    pub gets: Vec<Supply>,
}

/// A Debian package that a crate in no row gets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Supply {
    /// The package.
    pub package: String,
    /// The module of pkg-config, the library or the program that the crate asks for.
    pub name: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SkippedBinary { binary, features } => write!(
                f,
                "binary `{binary}` is left out: it requires {}; add `--features {}`",
                quoted(features),
                features.join(",")
            ),
            Self::UnreadSource { package, reason } => {
                write!(f, "{reason}; all of package `{package}` goes into the build context")
            }
            Self::UnknownLinker { program, named_by } => write!(
                f,
                "linker `{program}` ({named_by}) is in no list; if the build image lacks it, name its Debian package in `build-packages`"
            ),
            Self::UnknownProgram { package, program } => write_unknown_program(f, package, program),
            Self::OneArchitecture { target, named_by, platform } => write!(
                f,
                "`{target}` ({named_by}) builds on a builder of that architecture only: say `docker build --platform {platform}`, or name no target, which builds for the builder's own"
            ),
            Self::EmulatedSteps { platforms } => write!(
                f,
                "images for {} install their packages with their own apt-get, which a builder of another platform has to emulate; `--distroless` and `--scratch` run nothing of the kind",
                platforms.join(", ")
            ),
            Self::BuildersProcessor => f.write_str(
                "`-C target-cpu=native` in .cargo/config.toml compiles for the processor of the builder: the image may not run elsewhere; name a processor, as in `target-cpu=x86-64-v3`",
            ),
            Self::NamelessRegistry { index } => write!(
                f,
                "crates come from `{index}`, which only a configuration outside the workspace knows; name it in .cargo/config.toml, as `registries.NAME.index`"
            ),
            Self::UnknownNatives { crates, settings_table } => write_unknown_natives(f, crates, settings_table),
            Self::DataFromUser { krate, data } => write!(
                f,
                "{krate} uses {data}, which has to come from you: name a package in `runtime-packages` or install it in a template of your own, then say `known-natives = [\"{krate}\"]`"
            ),
            Self::MissingData { krate, data, runtime } => write!(
                f,
                "{krate} uses {data}, which {} lacks; use `--slim` if the program needs it",
                runtime.title()
            ),
            Self::BakedFolder { binaries, place, folder } => write_baked_folder(f, binaries, place, folder),
            Self::UnnamedInputs { files, input, settings_table } => write!(
                f,
                "the last build here read {}, which no source names and which will not travel; if the image needs it, say `inputs = [\"{input}\"]` in [{settings_table}]",
                quoted(files)
            ),
            Self::WithheldFiles { files, settings_table } => write_withheld(f, files, settings_table),
            Self::OutsideContext { path, place, settings_table } => write!(
                f,
                "{place} names `{path}`, which lies outside of the build context; say `inputs = [\"{path}\"]` in [{settings_table}], and the context begins above it"
            ),
            Self::MissingFolder { path, place } => write!(
                f,
                "{place} embeds `{path}`, which is not there, and so the build stops; make it first, or in the build stage: `cargo dockerize template eject before-build`"
            ),
            Self::FrontEnd { table, tool } => write!(
                f,
                "`{table}` in Cargo.toml describes a front end for {tool}, which the build does not run: the image has the server alone; build the rest in a template of your own, from `cargo dockerize template eject`"
            ),
            Self::Unreachable { binaries, address, place, cure, settings_table } => {
                let verb = if binaries.len() == 1 { "listens" } else { "listen" };
                let cure = cure.as_ref().map_or("let it listen on 0.0.0.0".to_owned(), |cure| {
                    format!("say `{cure}` in [{settings_table}]")
                });
                let binaries = binaries.join(", ");
                write!(
                    f,
                    "{binaries} {verb} on {address} ({place}), which nobody outside of the container reaches; {cure}"
                )
            }
            Self::OldResolver { binaries, version } => write!(
                f,
                "{}: the musl of Rust {version} cannot look up names whose answers are long, as it asks by UDP alone; use Rust 1.93 or later, or `--distroless`",
                binaries.join(", ")
            ),
            Self::NeedsNightly { said, version } => write_needs_nightly(f, said, version),
            Self::IgnoredLockFile => f.write_str(
                "git ignores Cargo.lock: a clone has none, and its build stops at `--locked`; commit it with `git add --force Cargo.lock`",
            ),
            Self::LocalToolchain { file, version } => write!(
                f,
                "`path` in {file} names a toolchain of this machine, which no image has: Rust {version} builds it; name another one with `--rust VERSION`"
            ),
            Self::EmptySubmodules { paths } => write!(
                f,
                "the build reads from {}, which git has as a submodule and has not checked out; run `git submodule update --init --recursive`",
                quoted(paths)
            ),
        }
    }
}

fn write_unknown_natives(f: &mut fmt::Formatter<'_>, crates: &[UnknownNative], settings_table: &str) -> fmt::Result {
    let names: Vec<String> = crates.iter().map(|krate| format!("\"{}\"", krate.name)).collect();
    writeln!(f, "crates that look native and are in no row of the catalogue:")?;
    for krate in crates {
        writeln!(f, "  {krate}")?;
    }
    write!(
        f,
        "  in [{settings_table}], name what else they need in `build-packages`, or say `known-natives = [{}]`",
        names.join(", ")
    )
}

fn write_needs_nightly(f: &mut fmt::Formatter<'_>, said: &Mention<String>, version: &str) -> fmt::Result {
    write!(
        f,
        "`#![feature({})]` ({}) needs a nightly Rust, and the build has {version}; name one in rust-toolchain.toml",
        said.what, said.place
    )
}

fn write_unknown_program(f: &mut fmt::Formatter<'_>, package: &str, program: &str) -> fmt::Result {
    write!(
        f,
        "the build script of `{package}` runs `{program}`, which the build image may lack: name its Debian package in `build-packages`, or install it in the hook before-build, and say `known-natives = [\"{package}\"]`"
    )
}

fn write_withheld(f: &mut fmt::Formatter<'_>, files: &[ContextPath], settings_table: &str) -> fmt::Result {
    let (are, do_, them) = if files.len() == 1 { ("is", "does", "it") } else { ("are", "do", "them") };
    write!(
        f,
        "{} {are} named like a secret and {do_} not travel with the folder around {them}; what the image needs has to be named by itself, as in `inputs = [\"{}\"]` in [{settings_table}]",
        quoted(files),
        files.first().map(ToString::to_string).unwrap_or_default()
    )
}

fn write_baked_folder(f: &mut fmt::Formatter<'_>, binaries: &[String], place: &str, folder: &str) -> fmt::Result {
    let one = binaries.len() == 1;
    let (verb, image) = if one { ("takes", "its image") } else { ("take", "their images") };
    write!(
        f,
        "{} {verb} CARGO_MANIFEST_DIR along ({place}): files below `{folder}` are not in {image}; read their folder from a variable or the current folder, and name them in `assets`",
        binaries.join(", ")
    )
}

/// `foo-sys (api → foo-sys) links foo: gets libfoo-dev for foo`
impl fmt::Display for UnknownNative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.chain.len() > 1 {
            write!(f, " ({})", self.chain.join(" → "))?;
        }
        write!(f, " {}", self.signs)?;
        if !self.gets.is_empty() {
            // What the row of one crate brings is said in one go.
            let runs = self.gets.chunk_by(|one, next| one.name == next.name).map(|run| {
                let packages: Vec<&str> = run.iter().map(|get| get.package.as_str()).collect();
                format!("{} for `{}`", packages.join(", "), run[0].name)
            });
            write!(f, ": gets {}", runs.collect::<Vec<_>>().join("; "))?;
        }
        Ok(())
    }
}

/// Each warning as programs read it, its kind and fields, with the text that people read.
pub(super) fn with_text<S: Serializer>(warnings: &[Warning], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct WithText<'a> {
        #[serde(flatten)]
        warning: &'a Warning,
        text: String,
    }
    serializer.collect_seq(warnings.iter().map(|warning| WithText { warning, text: warning.to_string() }))
}
