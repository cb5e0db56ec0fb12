# Everyday commands. `just` lists them.

default:
    @just --list

# The main job on the embedded platform.
hello:
    cargo run --release -- -chdir=examples/helloworld apply -auto-approve

# All tests.
test:
    cargo test

# Crashes, faults and kills by the hundred, from fresh seeds: as long as it takes.
soak rounds="300":
    SWARMFORM_SOAK={{rounds}} cargo test --release --test simulation --test faults --test real_kills -- --nocapture

# Traces: the feature `otel`, which is off otherwise.
otel:
    cargo clippy --features otel --all-targets -- -D warnings
    cargo test --features otel --test traces

# What CI runs.
ci:
    bash .ci/run

# Formatting, lints, documentation.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# Licences and advisories.
deny:
    cargo deny check

# Write the generated reference pages again.
docs:
    SWARMFORM_WRITE_DOCS=1 cargo test --test reference

# Take the pictures of the documentation again: needs Chromium.
pictures:
    SWARMFORM_WRITE_PICTURES=1 cargo test --test browser

# Benchmarks.
bench:
    cargo bench

# Fuzz each target for so many seconds: needs a nightly toolchain and `cargo install cargo-fuzz`.
fuzz seconds="60":
    ulimit -s 65536; for target in parse format eval; do cargo +nightly fuzz run --sanitizer none $target -- -max_total_time={{seconds}} -dict=fuzz/hcl.dict || exit 1; done
