//! The templates that come with the program.

/// A built-in template or partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuiltIn {
    /// Its name, and that of the file which replaces it.
    pub name: &'static str,
    /// What it writes, in a line.
    pub what: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal at $path:literal: $what:literal),+ $(,)?) => {
        /// All of them: those that make files, partials in the order of the Dockerfile, and hooks.
        pub(crate) const BUILT_IN: &[BuiltIn] = &[$(BuiltIn {
            name: $name,
            what: $what,
            text: include_str!(concat!("../../templates/", $path, ".hbs")),
        }),+];
    };
}

built_in! {
    "slim" at "slim": "the Dockerfile on debian-slim",
    "distroless" at "distroless": "the Dockerfile on distroless cc",
    "scratch" at "scratch": "the Dockerfile on scratch",
    "dockerignore" at "dockerignore": "the ignore file",
    "bake" at "bake": "docker-bake.hcl: all images for `docker buildx bake`",
    "compose" at "compose": "compose.yaml: the images and the services that they talk to",
    "github" at "github": "the workflow for GitHub Actions",
    "gitlab" at "gitlab": "the pipeline for GitLab",
    "header" at "partials/header": "the comment at the top",
    "toolchain" at "partials/toolchain": "stage toolchain: Rust and Debian packages",
    "base" at "partials/base": "stage base: what programs run on",
    "sources" at "partials/sources": "stage sources: the build context, and what decides on dependencies",
    "dependencies" at "partials/dependencies": "stage dependencies: the layer that no edit changes",
    "start-over" at "partials/start-over": "lines that empty a cache mount of other system packages",
    "build" at "partials/build": "stage build: the programs",
    "sync" at "partials/sync": "lines that bring the sources up to date in a cache mount",
    "git-metadata" at "partials/git-metadata": "lines for programs that know their commit",
    "cargo" at "partials/cargo": "lines that run cargo and install what it built",
    "copy-libraries" at "partials/copy-libraries": "steps that copy shared libraries and check them",
    "find-libraries" at "partials/find-libraries": "the step that does so for other platforms",
    "find-packages" at "partials/find-packages": "steps that find packages of unknown libraries",
    "debug-symbols" at "partials/debug-symbols": "stages with debug information",
    "rootfs" at "partials/rootfs": "stage rootfs: user and folders for scratch",
    "image" at "partials/image": "labels, files, user and entry point of an image",
    "before-build" at "partials/before-build": "hook: steps of your own before cargo runs",
    "after-install" at "partials/after-install": "hook: steps of your own in the build stage after it",
    "in-runtime" at "partials/in-runtime": "hook: steps of your own in each image",
}
