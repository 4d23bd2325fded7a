//! The command line as clap sees it. Arguments enter, [`Settings`], the way to call cargo and the [`Shell`] leave; no
//! decision is made here.

mod documents;
mod subcommands;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::inspect;
use crate::render::Kind;
use crate::settings::{Builder, CacheShape, ManifestPath, Settings};
use crate::shell::{Shell, Verbosity};

pub(crate) use documents::{completions, write_man_pages};
pub(crate) use subcommands::{Audit, Format, Report, ReportFormat, Verify};

/// Entry point for clap: `cargo dockerize …`, as cargo calls `cargo-dockerize dockerize …`.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo", bin_name = "cargo", styles = clap_cargo::style::CLAP_STYLING)]
pub enum CommandLine {
    /// Write the Dockerfile and .dockerignore that this package or workspace needs
    Dockerize(Box<Dockerize>),
}

/// Write the Dockerfile and .dockerignore that this package or workspace needs
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are booleans")]
#[command(version, subcommand_precedence_over_arg = true, after_help = AFTER_HELP)]
pub struct Dockerize {
    /// Subcommands beside the main job
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Check that all files are current: writes nothing, prints a diff and exits with 1 when not
    #[arg(long, conflicts_with_all = ["print", "force", "save"])]
    pub(crate) check: bool,

    /// Print one output to stdout and write nothing
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["force", "save"])]
    pub(crate) print: Option<Print>,

    /// Replace files that cargo-dockerize did not make, or that were edited since
    #[arg(long)]
    pub(crate) force: bool,

    /// Write what the Dockerfile that is there says of the image into Cargo.toml; with --force, replace it as well
    #[arg(long, conflicts_with_all = ["check", "print", "save"])]
    pub(crate) adopt: bool,

    /// Write the options given here into Cargo.toml, under `metadata.dockerize`
    #[arg(long)]
    pub(crate) save: bool,

    /// Dockerfile to write; its ignore file is then FILE.dockerignore [default: Dockerfile at the workspace root]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Pin base images to the digests that their registries have now; later runs keep them, and so do bots
    #[arg(long, conflicts_with_all = ["check", "print"])]
    pub(crate) pin: bool,

    /// Write docker-bake.hcl too: every image in one build, for `docker buildx bake`
    #[arg(long)]
    pub(crate) bake: bool,

    /// Write compose.yaml too: the images with the databases and the like that their crates talk to
    #[arg(long)]
    pub(crate) compose: bool,

    #[command(flatten)]
    pub(crate) image: ImageOptions,

    #[command(flatten)]
    pub(crate) build: BuildOptions,

    #[command(flatten)]
    pub(crate) selection: SelectionOptions,

    #[command(flatten, next_help_heading = "Feature Selection")]
    pub(crate) features: clap_cargo::Features,

    #[command(flatten)]
    pub(crate) compilation: CompilationOptions,

    #[command(flatten)]
    pub(crate) common: CommonOptions,
}

/// What the image looks like.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Image Options")]
pub(crate) struct ImageOptions {
    /// Run on debian:SUITE-slim
    #[arg(long, group = "runtime")]
    pub(crate) slim: bool,
    /// Run on distroless cc: glibc and OpenSSL, no shell
    #[arg(long, group = "runtime")]
    pub(crate) distroless: bool,
    /// Run on nothing at all: a static musl binary
    #[arg(long, group = "runtime")]
    pub(crate) scratch: bool,
    /// Template to render: slim, distroless, scratch, or one of your own in .dockerize/NAME.hbs
    #[arg(long, value_name = "NAME")]
    pub(crate) template: Option<String>,
    /// Rust version of the build image, such as 1.95 or 1.95.0
    #[arg(long, value_name = "VERSION")]
    pub(crate) rust: Option<String>,
    /// Debian suite of the build and the runtime image: trixie or bookworm
    #[arg(long, value_name = "SUITE")]
    pub(crate) suite: Option<String>,
    /// Registry with copies of the base images, such as mirror.example.com/base
    #[arg(long, value_name = "PREFIX")]
    pub(crate) registry: Option<String>,
    /// File or folder that the program reads [default: what it certainly reads] (may be given several times)
    #[arg(long, value_name = "PATH")]
    pub(crate) assets: Vec<String>,
}

/// How the image is built.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Build Options")]
pub(crate) struct BuildOptions {
    /// How builds share work [default: full]
    #[arg(long, value_name = "SHAPE")]
    pub(crate) cache: Option<CacheShape>,
    /// Use what only this builder can do [default: what both can]
    #[arg(long, value_name = "BUILDER")]
    pub(crate) builder: Option<Builder>,
}

/// Which packages and binaries go into images.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Package Selection")]
pub(crate) struct SelectionOptions {
    /// Package with the binaries (may be given several times)
    #[arg(short, long, value_name = "NAME")]
    pub(crate) package: Vec<String>,
    /// Every binary of every member, development tools too
    #[arg(long, conflicts_with = "package")]
    pub(crate) workspace: bool,
    /// Binary or package that gets no image [default: development tools] (may be given several times)
    #[arg(long, value_name = "NAME", conflicts_with = "bin")]
    pub(crate) exclude: Vec<String>,
    /// Only this binary (may be given several times)
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Vec<String>,
}

/// How cargo compiles.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Compilation Options")]
pub(crate) struct CompilationOptions {
    /// Profile to build with [default: release]
    #[arg(long, value_name = "PROFILE-NAME")]
    pub(crate) profile: Option<String>,
    /// Target triple to build for [default: the builder's own architecture]
    #[arg(long, value_name = "TRIPLE")]
    pub(crate) target: Option<String>,
    /// Platforms to build for, from any builder and without emulation, such as linux/amd64,linux/arm64 [default: the
    /// builder's own]
    #[arg(long, value_name = "PLATFORMS", value_delimiter = ',', conflicts_with = "target")]
    pub(crate) platform: Vec<String>,
}

/// What every cargo command takes.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are booleans")]
#[command(next_help_heading = "Manifest and Display Options")]
pub(crate) struct CommonOptions {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH", global = true)]
    pub(crate) manifest_path: Option<PathBuf>,
    /// Assert that Cargo.lock will remain unchanged
    #[arg(long, global = true)]
    pub(crate) locked: bool,
    /// Run without accessing the network
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Equivalent to specifying both --locked and --offline
    #[arg(long, global = true)]
    pub(crate) frozen: bool,
    /// Show also what each choice rests on
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Coloring [default: auto]
    #[arg(long, value_name = "WHEN", global = true)]
    pub(crate) color: Option<clap::ColorChoice>,
}

/// Subcommands beside the main job.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Say why each package, file, variable and choice is there, and what would remove it
    Explain {
        /// Crate, Debian package, variable, file or topic [default: the story of the whole workspace]
        name: Option<String>,
    },
    /// Write what builds, checks and pushes the images in CI, beside the Dockerfile
    Ci {
        /// Whose CI
        of: Ci,
    },
    /// Build the images, run them as in earnest and check them: they start, answer, stop, and hold what they should
    Verify(Verify),
    /// Measure the program as a single stage, on slim, on distroless and on scratch, by real builds
    Report(Report),
    /// Tell what is wrong with a Dockerfile that is there, by what is known of the workspace
    Audit(Audit),
    /// Work with templates of your own
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Print completions of `cargo dockerize` for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder, such as ~/.cargo/share/man/man1, where `man cargo-dockerize` finds them
        folder: PathBuf,
    },
}

/// CI services that files are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// GitHub Actions: .github/workflows/image.yml
    Github,
    /// GitLab: .gitlab/image.yml, to be included in .gitlab-ci.yml
    Gitlab,
}

/// Subcommands of `cargo dockerize template`.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TemplateCommand {
    /// Show every template: whether it is built in, and what it writes
    List,
    /// Write the built-in templates, or one of them, to .dockerize/ at the workspace root
    Eject {
        /// Template or partial to write, such as slim or before-build [default: all]
        name: Option<String>,
        /// Replace files that are there
        #[arg(long)]
        force: bool,
    },
}

/// Outputs that go to stdout on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Print {
    /// The Dockerfile
    Dockerfile,
    /// The ignore file
    Dockerignore,
    /// The definition for `docker buildx bake`
    Bake,
    /// The file for `docker compose`
    Compose,
    /// Every decision with its reason, as JSON; it is also what templates see
    Plan,
}

/// The layer of settings that the command line makes.
impl From<&Dockerize> for Settings {
    fn from(flags: &Dockerize) -> Self {
        let given = |flag: bool| flag.then_some(true);
        let list = |items: &[String]| (!items.is_empty()).then(|| items.to_vec());
        Self {
            slim: given(flags.image.slim),
            distroless: given(flags.image.distroless),
            scratch: given(flags.image.scratch),
            template: flags.image.template.clone(),
            rust: flags.image.rust.clone(),
            suite: flags.image.suite.clone(),
            registry: flags.image.registry.clone(),
            package: list(&flags.selection.package),
            workspace: given(flags.selection.workspace),
            exclude: list(&flags.selection.exclude),
            bin: list(&flags.selection.bin),
            features: list(&split(&flags.features.features)),
            all_features: given(flags.features.all_features),
            no_default_features: given(flags.features.no_default_features),
            profile: flags.compilation.profile.clone(),
            target: flags.compilation.target.clone(),
            platforms: list(&flags.compilation.platform),
            cache: flags.build.cache,
            builder: flags.build.builder,
            assets: list(&flags.image.assets).map(|paths| paths.into_iter().map(ManifestPath::from).collect()),
            output: flags.output.as_ref().map(|path| path.display().to_string()),
            ..Self::default()
        }
    }
}

/// Features as cargo takes them: several flags, each separated by commas or blanks.
fn split(flags: &[String]) -> Vec<String> {
    let names = flags.iter().flat_map(|flag| flag.split([',', ' ']));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

impl Dockerize {
    /// Whether a file beside Dockerfile and ignore file is asked for.
    pub(crate) fn asks_for(&self, kind: Kind) -> bool {
        match kind {
            Kind::Dockerfile | Kind::Dockerignore => true,
            Kind::Bake => self.bake || self.print == Some(Print::Bake),
            Kind::Compose => self.compose || self.print == Some(Print::Compose),
            Kind::Github => matches!(self.command, Some(Command::Ci { of: Ci::Github })),
            Kind::Gitlab => matches!(self.command, Some(Command::Ci { of: Ci::Gitlab })),
        }
    }

    /// Whether this run writes nothing.
    pub(crate) fn only_looks(&self) -> bool {
        self.check
            || self.print.is_some()
            || matches!(
                self.command,
                Some(Command::Explain { .. } | Command::Verify(_) | Command::Audit(_) | Command::Report(_))
            )
    }
}

impl From<&Dockerize> for inspect::CargoCommand {
    fn from(flags: &Dockerize) -> Self {
        let common = &flags.common;
        Self {
            manifest_path: common.manifest_path.clone(),
            // Whoever only looks may not write, and cargo writes a lock file unless told not to.
            locked: common.locked || common.frozen || flags.only_looks(),
            offline: common.offline || common.frozen,
            process: None,
        }
    }
}

impl From<&Dockerize> for Shell {
    /// Flags, and where there are none the variables of cargo's `[term]`.
    fn from(flags: &Dockerize) -> Self {
        let common = &flags.common;
        let by_variable = |name: &str| inspect::term(name).filter(|_| !common.quiet && !common.verbose);
        let is_on = |name: &str| by_variable(name).as_deref() == Some("true");
        let verbosity = if common.quiet || is_on("QUIET") {
            Verbosity::Quiet
        } else if common.verbose || is_on("VERBOSE") {
            Verbosity::Verbose
        } else {
            Verbosity::Normal
        };
        let color = common.color.or_else(|| clap::ColorChoice::from_str(&inspect::term("COLOR")?, true).ok());
        Self::new(verbosity, color.unwrap_or_default())
    }
}

const AFTER_HELP: &str = "\
Exit codes: 0 written, current or well, 1 out of date (--check) or faulty (verify, audit), 2 wrong usage, 101 error.
Settings live in [workspace.metadata.dockerize] and [package.metadata.dockerize] of Cargo.toml.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        CommandLine::command().debug_assert();
    }
}
