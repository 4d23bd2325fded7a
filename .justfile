# The daily commands, for https://just.systems: `just`, `just test`, `just image NAME`.

# what there is
default:
    @just --list

# everything that needs no engine
quick:
    tests/run quick

# unit tests, fixtures, the real binary
test *ARGUMENTS:
    cargo test --locked {{ARGUMENTS}}

# accept all snapshots, and show what changed
snapshots:
    INSTA_UPDATE=always cargo test --locked
    git diff tests

# everything, images too
all:
    tests/run

# one image test by a part of its name, on the engine that tests/engine/up starts
image NAME:
    tests/engine/up
    tests/engine/bases
    cargo test --locked --test images -- --ignored --test-threads=1 {{NAME}}

# try a native crate in every image
try CRATE *OPTIONS:
    tests/try-crate {{CRATE}} {{OPTIONS}}
