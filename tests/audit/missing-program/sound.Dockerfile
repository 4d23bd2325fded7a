FROM rust:1.95-slim-trixie AS build
RUN apt-get update && apt-get install -y libpq-dev
WORKDIR /app
COPY . .
RUN cargo build --release --locked
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends git libpq5
COPY --from=build /app/target/release/app /usr/local/bin/app
USER 65532:65532
ENTRYPOINT ["tini", "--", "/usr/local/bin/app"]
