FROM rust:1.95-slim-trixie AS build
RUN apt-get update && apt-get install -y libpq-dev
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
COPY app/Cargo.toml app/
COPY helper/Cargo.toml helper/
RUN mkdir -p app/src helper/src && echo 'fn main() {}' > app/src/main.rs && echo > helper/src/lib.rs && cargo build --release
COPY app app
COPY helper helper
RUN cargo build --release
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5
COPY --from=build /app/target/release/app /usr/local/bin/app
USER 65532:65532
ENTRYPOINT ["tini", "--", "/usr/local/bin/app"]
