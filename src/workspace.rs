//! The facts about a workspace, as plain data: what cargo and the files say, with no decision in it.
//!
//! All paths are [`ContextPath`]s, so that the facts are the same on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;
use serde::{Serialize, Serializer};

use crate::catalog::Language;
use crate::context_path::ContextPath;

/// The triples that images are planned for unless one is named. The architecture is fixed, so that the same files
/// come out on every machine; the generated Dockerfile builds for the architecture of its builder.
pub(crate) const GNU: &str = "x86_64-unknown-linux-gnu";
/// See [`GNU`].
pub(crate) const MUSL: &str = "x86_64-unknown-linux-musl";

/// Architectures that builders have, as far as cargo's configuration is read for them.
pub(crate) const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

/// What one run works on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workspace {
    /// Folder of the workspace inside the build context; its root unless a path dependency lies outside the workspace.
    pub folder: ContextPath,
    /// Steps from the workspace root up to the context root: `.`, `..`, `../..`.
    pub context: String,
    /// Every local package that cargo has to load.
    pub packages: Vec<LocalPackage>,
    /// The binaries to build, sorted by name, the default one last.
    pub binaries: Vec<Binary>,
    /// Binaries of the selected packages that are not built because a feature they require is off.
    pub skipped: Vec<SkippedBinary>,
    /// Binaries that get no image unless they are asked for.
    pub left_out: Vec<LeftOutBinary>,
    /// rust-toolchain.toml or rust-toolchain.
    pub toolchain: Option<ToolchainFile>,
    /// The highest `rust-version` among the crates built, and who declares it.
    pub rust_version: Option<(Version, String)>,
    /// Cargo's configuration, as far as it travels.
    pub config: CargoConfig,
    /// Where its crates come from.
    pub origins: Origins,
    /// The profile that is built.
    pub profile: Profile,
    /// Features and packages as cargo got them.
    pub selection: Selection,
    /// Text of the manifest at the workspace root, be it a package or not.
    pub manifest: String,
    /// Text of the lock file.
    pub lock_file: Option<String>,
    /// Files that several packages share: cargo configuration and the like.
    pub shared_files: Vec<Input>,
    /// Files and folders that cargo's configuration names, apart from sources of crates.
    pub named_by_config: Vec<ContextPath>,
    /// Texts of manifests of other workspaces that a path dependency inherits from.
    pub other_workspaces: Vec<String>,
    /// Names of the files and folders at the workspace root.
    pub entries: BTreeSet<String>,
    /// Whether git ignores the lock file.
    pub ignores_lock_file: bool,
    /// Files named like secrets in folders that travel otherwise, as far as somebody named the folders.
    pub withheld: BTreeSet<ContextPath>,
    /// Files of the build context that the last build here read, sorted.
    pub last_read: Vec<ContextPath>,
}

/// A package whose source is part of the workspace or a path dependency.
#[derive(Debug, Clone, Default)]
pub(crate) struct LocalPackage {
    /// Name in the manifest.
    pub name: String,
    /// Folder of the manifest.
    pub folder: ContextPath,
    /// Symbolic links through which cargo comes to it.
    pub symlinks: Vec<ContextPath>,
    /// Whether it is a member of the workspace.
    pub is_member: bool,
    /// Whether some selected binary is built from it.
    pub is_built: bool,
    /// Whether a crate from a registry or from git depends on it, through `[patch]`.
    pub is_patch: bool,
    /// Text of the manifest.
    pub manifest: String,
    /// Crate roots that have to exist before cargo loads the manifest.
    pub roots: Vec<ContextPath>,
    /// Shared libraries that its sources link by name.
    pub links: BTreeSet<String>,
    /// The source that asks a database while it is compiled: path of the first with one of sqlx's query macros.
    pub queries: Option<ContextPath>,
    /// Files and folders that its code hands to functions which read them when its programs run.
    pub reads: Vec<Mention<ContextPath>>,
    /// Others that its code names, and that its programs may read when they run.
    pub opens: Vec<Mention<ContextPath>>,
    /// Shared libraries in its code: `libplugin.so`.
    pub opens_libraries: Vec<Mention<String>>,
    /// Addresses in its code.
    pub listens: Vec<Mention<String>>,
    /// The package's folder, wherever its code takes its path into the program.
    pub bakes_folder: Vec<Mention<ContextPath>>,
    /// Where the source of each of its programs lies that belongs to no other.
    pub programs: BTreeMap<String, ContextPath>,
    /// Names of its direct dependencies.
    pub dependencies: BTreeSet<String>,
    /// Names of the files and folders beside its manifest, where it is built.
    pub entries: BTreeSet<String>,
    /// Files and folders that its build reads.
    pub inputs: Vec<Input>,
    /// Folders among them whose files all travel, also those that are named like secrets.
    pub whole: BTreeSet<ContextPath>,
    /// Submodules of git without files that its build reads from.
    pub empty_submodules: BTreeSet<ContextPath>,
    /// Files named like secrets in folders that macros name: they stay behind.
    pub withheld: BTreeSet<ContextPath>,
    /// Paths that its build reads outside of the build context, relative to the workspace root.
    pub outside: Vec<Mention<String>>,
    /// Which sources could not be followed and why. `inputs` hold the whole package then.
    pub unread: Vec<String>,
}

/// A file or folder that has to be in the build context.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Input {
    /// The file or folder.
    pub path: ContextPath,
    /// Why it is needed.
    pub reason: String,
}

/// Something that a source says, such as a path or an address, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Mention<T> {
    /// What is said.
    pub what: T,
    /// Where.
    pub place: SourceLine,
}

/// A line of a source, written `src/main.rs:3`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceLine {
    /// The source.
    pub file: ContextPath,
    /// Number of the line, from 1.
    pub line: usize,
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Serialize for SourceLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A binary to build.
#[derive(Debug, Clone, Default)]
pub(crate) struct Binary {
    /// Its real name, which need not be its package's.
    pub name: String,
    /// The package that holds it.
    pub package: String,
    /// The package's folder.
    pub folder: ContextPath,
    /// Metadata that becomes image labels.
    pub about: About,
    /// Shared libraries that are built with it from crates of the graph.
    pub libraries: Vec<OwnLibrary>,
    /// Its crate and all that it is built from, itself first, each with the one that it was reached through.
    pub crates: Vec<Crate>,
}

/// A shared library that cargo builds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OwnLibrary {
    /// Name of the crate, as its file has it: `shared` for `libshared.so`.
    pub name: String,
    /// Where the program opens it, for one that it does not link: `libplugin.so`, `plugins/libplugin.so`.
    pub opened_as: Option<Mention<String>>,
}

impl OwnLibrary {
    /// Name of its file.
    #[must_use]
    pub(crate) fn file(&self) -> String {
        format!("lib{}.so", self.name)
    }
}

/// Metadata of a package.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// `description`
    pub description: Option<String>,
    /// `license`
    pub license: Option<String>,
    /// `repository`
    pub repository: Option<String>,
    /// `homepage`
    pub homepage: Option<String>,
    /// `documentation`
    pub documentation: Option<String>,
    /// `authors`
    pub authors: Vec<String>,
}

/// A binary that is left out, with the features it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkippedBinary {
    /// Name of the binary.
    pub name: String,
    /// Its `required-features`.
    pub required_features: Vec<String>,
}

/// A binary that gets no image unless it is asked for: a tool of those who work on the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LeftOutBinary {
    /// Name of the binary.
    pub name: String,
    /// Its package.
    pub package: String,
    /// Why it is taken for a tool.
    pub because: WhyLeftOut,
}

/// Why a binary gets no image unless it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum WhyLeftOut {
    /// A word in its name or in that of its package.
    Named { word: String },
    /// A word in the folder of its package.
    InFolder { folder: String },
    /// An alias in cargo's configuration runs it.
    Alias { alias: String },
    /// It depends on a crate that only a browser runs.
    Browser {
        #[serde(rename = "crate")]
        krate: String,
    },
    /// No other member uses its package except for tests.
    UsedByTests { member: String },
    /// The settings of the program dist say so.
    Dist,
    /// A Dockerfile of the repository ships others.
    NotInDockerfile { file: String },
    /// The settings name it in `exclude`.
    Excluded,
}

impl fmt::Display for WhyLeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { word } => write!(f, "`{word}` in its name says that it is a tool"),
            Self::InFolder { folder } => write!(f, "it lies in `{folder}`"),
            Self::Alias { alias } => write!(f, "the alias `{alias}` of cargo runs it"),
            Self::Browser { krate } => write!(f, "a browser runs it: it depends on {krate}"),
            Self::UsedByTests { member } => write!(f, "only tests of `{member}` use it"),
            Self::Dist => f.write_str("the settings of dist leave it out"),
            Self::NotInDockerfile { file } => write!(f, "{file} does not ship it"),
            Self::Excluded => f.write_str("`exclude` names it"),
        }
    }
}

/// A crate as it is built for one binary.
#[derive(Debug, Clone)]
pub(crate) struct Crate {
    /// Name of the package.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The features that are on, exactly.
    pub features: BTreeSet<String>,
    /// Where its code runs.
    pub role: Role,
    /// The `links` key.
    pub links: Option<String>,
    /// Direct dependencies of its build script.
    pub build_dependencies: BTreeSet<String>,
    /// What its build script and manifest say about the system, where it has tools for native code.
    pub evidence: Evidence,
    /// Whether its source is local.
    pub is_local: bool,
    /// Index of the crate that it was first reached through; `None` for the binary itself.
    pub parent: Option<usize>,
    /// The feature of that crate which brings it, where it is an optional dependency.
    pub enabled_by: Option<String>,
}

/// What can be read off a crate that no catalogue knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Modules that it asks pkg-config for: in a build script, or in `[package.metadata.system-deps]`.
    pub modules: BTreeSet<String>,
    /// Words in a build script that asks pkg-config: some may be modules.
    pub words: BTreeSet<String>,
    /// Shared libraries that it links by name.
    pub libraries: BTreeSet<String>,
    /// Programs that its build script runs.
    pub programs: BTreeSet<String>,
    /// Whether its build script compiles C++.
    pub compiles_cxx: bool,
    /// The language of native sources that lie in the package itself, where it is in no row of the catalogue.
    pub vendors: Option<Language>,
}

/// Crates that build scripts use to compile or to look for native code.
pub(crate) const NATIVE_TOOLS: [&str; 8] =
    ["autotools", "bindgen", "cc", "cmake", "meson", "pkg-config", "system-deps", "vcpkg"];

/// Where a crate's code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// In the program, on the target.
    Target,
    /// In a build script or a procedural macro, while building.
    Host,
}

/// The toolchain file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ToolchainFile {
    /// `channel`, such as `1.92`, `stable` or `nightly-2026-01-15`.
    pub channel: Option<String>,
    /// `components`
    pub components: Vec<String>,
    /// `targets`
    pub targets: Vec<String>,
    /// `path`: a toolchain of this machine.
    pub path: Option<String>,
    /// Name of the file, relative to the workspace root.
    pub file: String,
}

/// What cargo's configuration says about the build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CargoConfig {
    /// Whether `build.target` is the builder's own, so that cargo puts artefacts into a folder of its name.
    pub names_host: bool,
    /// `build.target-dir`
    pub target_dir: Option<String>,
    /// `build.build-dir`
    pub build_dir: Option<String>,
    /// `build.rustc-wrapper`
    pub rustc_wrapper: Option<String>,
    /// What holds for each target that an image may be built for, by triple.
    pub targets: BTreeMap<String, TargetConfig>,
    /// Names of the variables in `[env]`.
    pub env: BTreeSet<String>,
}

/// What cargo's configuration comes to for one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TargetConfig {
    /// The program that rustc is told to link with.
    pub linker: Option<String>,
    /// What rustc is called with.
    pub rustflags: Vec<String>,
}

/// Where crates come from, crates.io apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Origins {
    /// Folders with vendored sources.
    pub folders: Vec<ContextPath>,
    /// Other registries.
    pub registries: BTreeSet<Registry>,
    /// Hosts that crates are fetched from through ssh.
    pub ssh_hosts: BTreeSet<String>,
    /// Whether some crate comes from git.
    pub has_git: bool,
    /// Whether cargo's configuration wants git itself to fetch it.
    pub wants_git_program: bool,
}

/// A registry other than crates.io.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Registry {
    /// URL of its index.
    pub index: String,
    /// Its name, where the workspace's own configuration has one.
    pub name: Option<String>,
}

/// The cargo profile that is built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    /// Name, such as `release`.
    pub name: String,
    /// Whether the profile itself says what to strip or asks for debug information.
    pub decides_strip: bool,
}

impl Profile {
    /// Name of the folder below `target/` that cargo puts the profile's artefacts into.
    #[must_use]
    pub(crate) fn folder(&self) -> &str {
        match self.name.as_str() {
            "dev" | "test" => "debug",
            "bench" => "release",
            name => name,
        }
    }
}

/// What was asked of cargo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Package specs for `--package`; empty when the workspace has a single package.
    pub packages: Vec<String>,
    /// Whether libraries of these packages are built as well as programs, for one that a program opens.
    pub with_libraries: bool,
    /// `--features`
    pub features: Vec<String>,
    /// `--all-features`
    pub all_features: bool,
    /// `--no-default-features`
    pub no_default_features: bool,
    /// The triple of the graph that was read.
    pub target: String,
    /// What names the target: `--target`, the settings or `.cargo/config.toml`; `None` for the default.
    pub target_named_by: Option<String>,
}

impl Binary {
    /// The way from the binary's package down to the crate at `index`: `api → reqwest → openssl-sys`.
    #[must_use]
    pub(crate) fn chain(&self, index: usize) -> Vec<&str> {
        let mut names: Vec<&str> = std::iter::successors(Some(index), |&at| self.crates[at].parent)
            .map(|at| self.crates[at].name.as_str())
            .collect();
        names.dedup();
        names.reverse();
        names
    }
}
