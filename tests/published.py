"""Published crates as their authors published them, for the scripts beside this file."""
import os
import pathlib
import shutil
import subprocess
import tempfile


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
