FROM rust:1.95-slim-trixie AS chef
RUN apt-get update && apt-get install -y libpq-dev && cargo install cargo-chef
WORKDIR /app
FROM chef AS plan
COPY . .
RUN cargo chef prepare
FROM chef AS build
COPY --from=plan /app/recipe.json recipe.json
RUN --mount=type=cache,target=/app/target cargo chef cook --release
COPY . .
RUN cargo build --release
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5
COPY --from=build /app/target/release/app /usr/local/bin/app
USER 65532:65532
ENTRYPOINT ["tini", "--", "/usr/local/bin/app"]
