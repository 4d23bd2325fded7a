# A stand-in for rust:VERSION-slim-SUITE: debian-slim with ca-certificates, gcc, libc6-dev and rustup's layout, and the
# standard library for x86_64-unknown-linux-musl as `rustup target add` would install it.
# Contexts: this folder, and `machine` with the machine's CA bundle, rustup and toolchain, laid out as in /usr/local.
ARG SUITE=trixie

FROM debian:trixie-slim AS trixie
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gcc libc6-dev && rm -rf /var/lib/apt/lists/*

FROM debian:bookworm-slim AS bookworm
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gcc libc6-dev && rm -rf /var/lib/apt/lists/*

# What does not depend on the suite is made once, and copied with --link, so that it is one layer
FROM trixie AS toolchain
ARG RUST_VERSION
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
ENV TOOLCHAIN=$RUST_VERSION-x86_64-unknown-linux-gnu TARGET=x86_64-unknown-linux-musl
ENV RUSTLIB=/usr/local/rustup/toolchains/$TOOLCHAIN/lib/rustlib
RUN sed 's/trixie/trixie-backports/' /etc/apt/sources.list > /etc/apt/sources.list.d/backports.list \
 && apt-get update && apt-get install -y --no-install-recommends libclang-rt-19-dev libunwind-19-dev musl-tools "rust-src=$RUST_VERSION*"
COPY --from=machine cargo /usr/local/cargo
COPY --from=machine rustup /usr/local/rustup
RUN <<EOF
set -eu
cd /usr/local/cargo/bin
for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do ln -s rustup $tool; done
rustup set profile minimal
rustup default $TOOLCHAIN
EOF

# musl and the unwinder, which the target links from its own folder
COPY unwind-fortify.c /tmp/
WORKDIR $RUSTLIB/$TARGET/lib/self-contained
RUN <<EOF
set -eu
cp /usr/lib/x86_64-linux-musl/*.o /usr/lib/x86_64-linux-musl/libc.a /usr/lib/llvm-19/lib/libunwind.a .
for object in crtbegin.o crtbeginS.o crtend.o crtendS.o; do cp "$(gcc -print-file-name=$object)" .; done
musl-gcc -O2 -fPIC -c /tmp/unwind-fortify.c -o /tmp/unwind-fortify.o
ar r libunwind.a /tmp/unwind-fortify.o
EOF

# The standard library, from its release's sources and with the flags that a release is built with
WORKDIR /tmp/std
RUN <<EOF
set -eu
mkdir -p $RUSTLIB/src/rust .cargo
cp -r /usr/src/rustc-$RUST_VERSION/library $RUSTLIB/src/rust/
cat > .cargo/config.toml <<END
[source]
crates-io.replace-with = "vendored"
vendored.directory = "$RUSTLIB/src/rust/library/vendor"
END
cat > /tmp/rustc-wrapper <<'END'
#!/bin/sh
case "$*" in *"--crate-name panic_abort "*) set -- "$@" -C panic=abort ;; esac
exec "$@"
END
chmod +x /tmp/rustc-wrapper
cargo init --quiet --vcs none --name std
RUSTC_BOOTSTRAP=1 RUSTC_WRAPPER=/tmp/rustc-wrapper RUSTFLAGS="-L native=$RUSTLIB/$TARGET/lib/self-contained -C embed-bitcode=yes" \
    cargo build --release --target $TARGET -Zbuild-std=std,panic_unwind,panic_abort,proc_macro,test
cp target/$TARGET/release/deps/*.rlib $RUSTLIB/$TARGET/lib/
rm -r $RUSTLIB/src
EOF

# The parts in C of compiler-builtins, which a release has: those that the Rust ones do not define
WORKDIR /tmp/builtins
RUN <<EOF
set -eu
ar x /usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.builtins-x86_64.a
library=$(echo $RUSTLIB/$TARGET/lib/libcompiler_builtins-*.rlib)
nm --defined-only --extern-only --format=posix "$library" | cut -d ' ' -f 1 | sort -u > /tmp/there
for object in *.o; do
    nm --defined-only --extern-only --format=posix "$object" | cut -d ' ' -f 1 | sort > /tmp/own
    comm -12 /tmp/own /tmp/there > /tmp/both
    [ -s /tmp/both ] || ar r "$library" "$object"
done
nm "$library" | grep -q ' T __popcountdi2'
EOF

# As rustup notes what it has installed
WORKDIR $RUSTLIB
RUN <<EOF
set -eu
printf '\n[[components]]\npkg = "rust-std"\ntarget = "%s"\nis_extension = false\n' $TARGET >> multirust-config.toml
echo rust-std-$TARGET >> components
find $TARGET -type f | sed 's,^,file:lib/rustlib/,' > manifest-rust-std-$TARGET
rustup target list --installed | grep $TARGET
chmod -R a+w /usr/local/cargo /usr/local/rustup
EOF

FROM $SUITE
ARG RUST_VERSION
LABEL stand-in=true
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH RUST_VERSION=$RUST_VERSION
COPY --from=machine ca-certificates.crt /etc/ssl/certs/
COPY --link --from=toolchain /usr/local/cargo /usr/local/cargo
COPY --link --from=toolchain /usr/local/rustup /usr/local/rustup
