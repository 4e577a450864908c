# Recipes for people; `.ci/run` does the same without `just`.

# List the recipes
default:
    @just --list

# What must hold before a change goes in
check: fmt clippy docs test deny

# Formatting
fmt:
    cargo fmt --all --check

# Lints, with warnings denied
clippy:
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Documentation, with warnings denied
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# All tests that this machine can run, doctests included
test:
    cargo test --workspace --locked

# All tests, with those that need Docker, k3d and so on; they fail if these are missing
all:
    cargo test --workspace --locked -- --include-ignored

# Test one crate after an edit, such as `just quick load`; without a name the command line's
quick crate='harness':
    cargo test --locked --package {{crate}} {{ if crate == "harness" { "--lib" } else { "" } }}

# Licences, sources, duplicates, advisories
deny:
    cargo deny --locked check

# Run the harness: `just run up --local`
run *arguments:
    cargo run --release --locked -- {{arguments}}

# Write the published JSON Schemas anew
schemas:
    UPDATE_SCHEMAS=1 cargo test --locked --test schemas

# Criterion benches: `just bench`, `just bench schedule`
bench *arguments:
    cargo bench --locked {{arguments}}

# What CI does
ci:
    .ci/run
