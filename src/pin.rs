//! Digests of base images: the text of a Dockerfile enters, the same text with the digest that each image has at its
//! registry leaves.
//!
//! Docker's own client asks, with the credentials that it has: `docker buildx imagetools inspect`.
//! <https://docs.docker.com/reference/cli/docker/buildx/imagetools/inspect/>

use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::bases;
use crate::process;
use crate::shell::Shell;

/// How long a registry may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pins what a registry answers for. The rest is told, and stays as it is.
pub(crate) fn pin(text: &str, shell: Shell) -> String {
    bases::pinned(text, |image| match digest(image) {
        Ok(digest) => {
            shell.status("Pinned", format_args!("{image} at {digest}"));
            Some(digest)
        }
        Err(cause) => {
            shell.warn(format_args!("cannot tell the digest of {image}: {cause}; it stays as it was"));
            None
        }
    })
}

/// The digest of an image, or why nobody says.
#[expect(clippy::disallowed_methods, reason = "Docker's client is the one that knows how to ask")]
fn digest(image: &str) -> Result<String, String> {
    let mut command = Command::new("docker");
    command.args(["buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", image]);
    let said = process::said_within(PATIENCE, &mut command).map_err(|error| match error.kind() {
        ErrorKind::TimedOut => "its registry does not answer".to_owned(),
        _ => format!("cannot run `docker buildx imagetools`: {error}"),
    })?;
    let manifest: Value = serde_json::from_str(&said.out).unwrap_or_default();
    let is_well = said.status.success();
    if let Some(digest) = manifest["digest"].as_str().filter(|digest| is_well && bases::is_digest(digest)) {
        return Ok(digest.to_owned());
    }
    let cause = said.err.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("its registry does not answer");
    Err(cause.trim().trim_start_matches("ERROR: ").to_owned())
}
