"""Published crates and public repositories as their authors published them, for the scripts beside this file."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

# A toolchain file would make rustup look for a toolchain that this machine may lack; resolving does not depend on it.
DEFAULT_TOOLCHAIN = "stable"
# As a hardened cluster runs a program.
HARDENED = ["--rm", "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]


def check_out(name: str, version: str, folder: pathlib.Path) -> None:
    """Makes `folder` from the source in cargo's registry; RuntimeError says what went wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        fetcher = pathlib.Path(scratch)
        (fetcher / "src").mkdir()
        (fetcher / "src/lib.rs").touch()
        manifest = f'[package]\nname = "fetcher"\nedition = "2024"\n\n[dependencies]\n{name} = "={version}"\n'
        (fetcher / "Cargo.toml").write_text(manifest)
        command = ["cargo", "fetch", "--quiet", "--target=x86_64-unknown-linux-gnu"]
        done = subprocess.run(command, cwd=fetcher, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
    home = os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo"
    sources = list((pathlib.Path(home) / "registry/src").glob(f"*/{name}-{version}"))
    if not sources:
        raise RuntimeError("cargo did not unpack it")
    if not (sources[0] / "Cargo.lock").is_file():
        raise RuntimeError("was published without Cargo.lock")
    shutil.copytree(sources[0], folder, symlinks=True, ignore=shutil.ignore_patterns(".cargo-ok"))


def environment(app: dict) -> dict:
    """Resolves with a toolchain that is here."""
    return os.environ | {"RUSTUP_TOOLCHAIN": app.get("toolchain") or os.environ.get("RUSTUP_TOOLCHAIN", DEFAULT_TOOLCHAIN)}


def plan(tool: list, folder: pathlib.Path, app: dict) -> dict | str:
    """Packages of both stages in the tool's plan; over all images, since they share a build. Or what went wrong."""
    command = [*tool, "--slim", "--suite", app["suite"], "--print", "plan", *app["options"]]
    done = subprocess.run(command, cwd=folder, env=environment(app), capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    found = json.loads(done.stdout)
    return {
        "build": {package["name"] for package in found["toolchain"]["packages"]},
        "runtime": {package["name"] for image in found["images"] for package in image["packages"]},
    }


def compare(app: dict, stage: str, found: set) -> tuple[list, list, list]:
    """Needed, missing and superfluous. `a | b` is satisfied by either; optional packages count neither way."""
    needed = list(app[stage])
    either = {name: name.split(" | ") for name in needed}
    missing = [name for name in needed if not found & set(either[name])]
    known = set().union(*either.values()) | set(app["optional"])
    return needed, missing, sorted(found - known)


class Failed(Exception):
    """A step that did not work: which, why, and all that it printed."""

    def __init__(self, step: str, reason: str, log: str = ""):
        super().__init__(reason)
        self.step, self.reason, self.log = step, reason, log


def run(step: str, command: list, limit: int = 600, expected: int = 0, **options) -> str:
    """What the command prints; another exit code than the expected one is a failure of the step."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, **pipes, text=True, errors="replace", **options)
    try:
        log, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.terminate()
        raise Failed(step, f"took longer than {limit} s", process.communicate()[0]) from None
    if process.returncode != expected:
        raise Failed(step, f"exit code {process.returncode}: {reason(log)}", log)
    return log


def reason(log: str) -> str:
    """The lines that most probably say why: the last errors, or else the last lines. Colours are no part of them."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
    lines = [re.sub(r"^(#\d+ )?(\d+\.\d+ )?", "", line).strip() for line in plain.splitlines()]
    noise = ("------", "Compiling", "debconf", "WARNING: No output")
    lines = [line for line in lines if line and not line.startswith(noise)]
    said = re.compile(r"\berror\b|cannot find|not found|No such file|No package|panicked|unable to", re.IGNORECASE)
    wrapper = re.compile(r"^(\d+ \| |ERROR: (failed to build|process \"))")
    errors = [line for line in lines if said.search(line) and not wrapper.search(line)]
    return "\n".join(line[:300] for line in dict.fromkeys((errors or lines)[-6:]))
