//! The facts about a workspace, as plain data: what cargo and the files say, with no decision in it.
//!
//! All paths are [`ContextPath`]s, so that the facts are the same on every machine.

mod binary;
mod command_line;
mod left_out;
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;
use serde::{Serialize, Serializer};

use crate::context_path::ContextPath;

pub(crate) use binary::{About, Binary, Crate, Evidence, NATIVE_TOOLS, OwnLibrary, Role, SkippedBinary};
pub(crate) use command_line::{Command, CommandLine, Need};
pub(crate) use left_out::{LeftOutBinary, WhyLeftOut};
pub(crate) use service::{
    Address, Allocator, Background, Certainty, CommandOption, Handling, OpenedPath, Service, Threads,
};

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
    /// Folder of the workspace inside its git repository; its root where there is no other.
    pub in_repository: ContextPath,
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
    /// Where a crate asks for unstable features of the language, with their names.
    pub unstable: Option<Mention<String>>,
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
    pub reads: Vec<Mention<OpenedPath>>,
    /// Others that its code names, and that its programs may read when they run.
    pub opens: Vec<Mention<OpenedPath>>,
    /// Shared libraries in its code: `libplugin.so`.
    pub opens_libraries: Vec<Mention<String>>,
    /// Names of variables with addresses of databases and the like, as far as its code has them.
    pub variables: BTreeSet<String>,
    /// What its code says of programs in service.
    pub service: Service,
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
    /// Folders that it embeds and that are not there.
    pub missing: Vec<Mention<String>>,
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
