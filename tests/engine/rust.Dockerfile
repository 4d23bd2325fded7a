# A stand-in for rust:VERSION-slim-SUITE: debian-slim with ca-certificates, gcc, libc6-dev and rustup's layout, and the
# standard library for x86_64-unknown-linux-musl as `rustup target add` would install it.
# Contexts: this folder, and `machine` with the machine's rustup and toolchain, laid out as in /usr/local.
ARG SUITE=trixie

FROM debian:trixie-slim AS trixie
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gcc libc6-dev && rm -rf /var/lib/apt/lists/*
FROM debian:bookworm-slim AS bookworm
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gcc libc6-dev && rm -rf /var/lib/apt/lists/*

# What the suites share is made once, and copied with --link, so that it is also one layer.
FROM trixie AS toolchain
ARG RUST_VERSION
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH
ENV TOOLCHAIN=$RUST_VERSION-x86_64-unknown-linux-gnu
RUN sed 's/trixie/trixie-backports/' /etc/apt/sources.list > /etc/apt/sources.list.d/backports.list \
 && apt-get update \
 && apt-get install -y --no-install-recommends libunwind-19-dev musl-tools "rust-src=$RUST_VERSION*"
COPY --from=machine cargo /usr/local/cargo
COPY --from=machine rustup /usr/local/rustup
RUN cd /usr/local/cargo/bin && for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do ln -s rustup $tool; done \
 && rustup set profile minimal && rustup default $TOOLCHAIN && cargo --version

# musl's own objects beside the standard library, in self-contained/, so that no musl-gcc is needed to link
COPY unwind-fortify.c /tmp/std/
RUN rustlib=/usr/local/rustup/toolchains/$TOOLCHAIN/lib/rustlib && lib=$rustlib/x86_64-unknown-linux-musl/lib && own=$lib/self-contained \
 && mkdir -p $own $rustlib/src/rust && cp -r /usr/src/rustc-$RUST_VERSION/library $rustlib/src/rust/ \
 && cd /usr/lib/x86_64-linux-musl && cp *.o libc.a $own/ \
 && cd "$(dirname "$(gcc -print-libgcc-file-name)")" && cp crtbegin.o crtbeginS.o crtend.o crtendS.o $own/ \
 && cd /tmp/std && cp /usr/lib/llvm-19/lib/libunwind.a $own/ \
 && musl-gcc -O2 -fPIC -c unwind-fortify.c && ar r $own/libunwind.a unwind-fortify.o \
 && cargo init --quiet --vcs none --name std \
 && mkdir .cargo && printf '[source]\ncrates-io.replace-with = "vendored"\nvendored.directory = "%s"\n' $rustlib/src/rust/library/vendor > .cargo/config.toml \
 && RUSTC_BOOTSTRAP=1 RUSTFLAGS="-L native=$own -C embed-bitcode=yes" \
    cargo build --release --target x86_64-unknown-linux-musl -Zbuild-std=std,panic_unwind,panic_abort,proc_macro,test \
 && cp target/x86_64-unknown-linux-musl/release/deps/*.rlib $lib/ && rm -r $rustlib/src
RUN cd /usr/local/rustup/toolchains/$TOOLCHAIN/lib/rustlib \
 && printf '\n[[components]]\npkg = "rust-std"\ntarget = "x86_64-unknown-linux-musl"\nis_extension = false\n' >> multirust-config.toml \
 && echo rust-std-x86_64-unknown-linux-musl >> components \
 && find x86_64-unknown-linux-musl -type f | sed 's,^,file:lib/rustlib/,' > manifest-rust-std-x86_64-unknown-linux-musl \
 && rustup target list --installed | grep musl && chmod -R a+w /usr/local/cargo /usr/local/rustup

FROM $SUITE
ARG RUST_VERSION
LABEL stand-in=true
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:$PATH RUST_VERSION=$RUST_VERSION
COPY --from=machine ca-certificates.crt /etc/ssl/certs/
COPY --link --from=toolchain /usr/local/cargo /usr/local/cargo
COPY --link --from=toolchain /usr/local/rustup /usr/local/rustup
