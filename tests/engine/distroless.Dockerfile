# A stand-in for gcr.io/distroless/cc-debian13:nonroot: the same Debian packages, unpacked without a package manager.
# Contexts: `machine` with the machine's CA bundle.
FROM --platform=$BUILDPLATFORM debian:trixie-slim AS unpack
ARG TARGETARCH
WORKDIR /debs
RUN dpkg --add-architecture "$TARGETARCH" && apt-get update && apt-get download base-files netbase tzdata media-types \
      libc6:$TARGETARCH libssl3t64:$TARGETARCH zlib1g:$TARGETARCH libzstd1:$TARGETARCH libgcc-s1:$TARGETARCH \
      gcc-14-base:$TARGETARCH libstdc++6:$TARGETARCH libgomp1:$TARGETARCH \
 && for deb in *.deb; do dpkg-deb --extract "$deb" /rootfs; done
WORKDIR /rootfs
RUN rm -r usr/share/doc usr/share/lintian && mkdir -p etc/ssl/certs \
 && install -d -m 1777 tmp && install -d -m 700 -o 65532 -g 65532 home/nonroot \
 && printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin \
      nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin > etc/passwd \
 && printf '%s\n' root:x:0: nobody:x:65534: tty:x:5: staff:x:50: nonroot:x:65532: > etc/group \
 && echo 'hosts: files dns' > etc/nsswitch.conf
COPY --from=machine ca-certificates.crt etc/ssl/certs/

FROM scratch
LABEL stand-in=true
COPY --from=unpack /rootfs /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
WORKDIR /home/nonroot
