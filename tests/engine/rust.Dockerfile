# A stand-in for rust:VERSION-slim-SUITE: debian-slim with ca-certificates, gcc, libc6-dev and rustup's layout, and the
# standard libraries for musl and for arm64 as `rustup target add` would install them.
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
ENV TOOLCHAIN=$RUST_VERSION-x86_64-unknown-linux-gnu
ENV TARGETS="x86_64-unknown-linux-musl aarch64-unknown-linux-musl aarch64-unknown-linux-gnu"
ENV RUSTLIB=/usr/local/rustup/toolchains/$TOOLCHAIN/lib/rustlib
WORKDIR /llvm
RUN sed 's/trixie/trixie-backports/' /etc/apt/sources.list > /etc/apt/sources.list.d/backports.list \
 && dpkg --add-architecture arm64 && apt-get update \
 && apt-get install -y --no-install-recommends gcc-aarch64-linux-gnu libc6-dev:arm64 musl-dev:amd64 musl-dev:arm64 "rust-src=$RUST_VERSION*" \
 && apt-get download libclang-rt-19-dev:amd64 libunwind-19-dev:amd64 libclang-rt-19-dev:arm64 libunwind-19-dev:arm64 \
 && for deb in *_amd64.deb; do dpkg-deb --extract "$deb" x86_64; done && for deb in *_arm64.deb; do dpkg-deb --extract "$deb" aarch64; done
COPY --from=machine cargo /usr/local/cargo
COPY --from=machine rustup /usr/local/rustup
RUN <<EOF
set -eu
cd /usr/local/cargo/bin
for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do ln -s rustup $tool; done
rustup set profile minimal
rustup default $TOOLCHAIN
EOF

# musl and the unwinder, which its targets link from their own folders
COPY unwind-fortify.c /tmp/
RUN <<EOF
set -eu
for arch in x86_64 aarch64; do
    own=$RUSTLIB/$arch-unknown-linux-musl/lib/self-contained
    mkdir -p $own
    cp /usr/lib/$arch-linux-musl/*.o /usr/lib/$arch-linux-musl/libc.a /llvm/$arch/usr/lib/llvm-19/lib/libunwind.a $own
    for object in crtbegin.o crtbeginS.o crtend.o crtendS.o; do cp "$($arch-linux-gnu-gcc -print-file-name=$object)" $own; done
    $arch-linux-gnu-gcc -O2 -fPIC -nostdinc -isystem /usr/include/$arch-linux-musl -c /tmp/unwind-fortify.c -o /tmp/unwind-fortify.o
    $arch-linux-gnu-ar r $own/libunwind.a /tmp/unwind-fortify.o
done
EOF

# The standard libraries, from their release's sources and with the flags that a release is built with
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
cargo init --quiet --vcs none --lib --name empty
for target in $TARGETS; do
    mkdir -p $RUSTLIB/$target/lib
    RUSTC_BOOTSTRAP=1 RUSTC_WRAPPER=/tmp/rustc-wrapper RUSTFLAGS="-L native=$RUSTLIB/$target/lib/self-contained -C embed-bitcode=yes" \
        cargo build --release --target $target -Zbuild-std=std,panic_unwind,panic_abort,proc_macro,test
    rm target/$target/release/deps/libempty-*.rlib; cp target/$target/release/deps/*.rlib $RUSTLIB/$target/lib/
done
rm -r $RUSTLIB/src
EOF

# The parts in C of compiler-builtins, which a release has: those that the Rust ones do not define
RUN <<EOF
set -eu
for target in $TARGETS; do
    arch=${target%%-*}
    rm -rf /tmp/builtins; mkdir /tmp/builtins
    env -C /tmp/builtins ar x /llvm/$arch/usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.builtins-$arch.a
    library=$(echo $RUSTLIB/$target/lib/libcompiler_builtins-*.rlib)
    nm --defined-only --extern-only --format=posix "$library" | cut -d ' ' -f 1 | sort -u > /tmp/there
    for object in /tmp/builtins/*.o; do
        nm --defined-only --extern-only --format=posix "$object" | cut -d ' ' -f 1 | sort > /tmp/own
        comm -12 /tmp/own /tmp/there > /tmp/both
        [ -s /tmp/both ] || $arch-linux-gnu-ar r "$library" "$object"
    done
    nm "$library" | grep -q ' T __popcountdi2'
done
EOF

# As rustup notes what it has installed
WORKDIR $RUSTLIB
RUN <<EOF
set -eu
for target in $TARGETS; do
    printf '\n[[components]]\npkg = "rust-std"\ntarget = "%s"\nis_extension = false\n' $target >> multirust-config.toml
    echo rust-std-$target >> components
    find $target -type f | sed 's,^,file:lib/rustlib/,' > manifest-rust-std-$target
    rustup target list --installed | grep $target
done
chmod -R a+w /usr/local/cargo /usr/local/rustup
EOF

FROM $SUITE
ARG RUST_VERSION
LABEL stand-in=true
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH RUST_VERSION=$RUST_VERSION
COPY --from=machine ca-certificates.crt /etc/ssl/certs/
COPY --link --from=toolchain /usr/local/cargo /usr/local/cargo
COPY --link --from=toolchain /usr/local/rustup /usr/local/rustup
