# What one does every day, by https://just.systems; each recipe is one command that works without it as well.

# The recipes
[private]
list:
    @just --list --unsorted

# Start the whole system
run *arguments:
    cargo run -- {{ arguments }}

# Before a commit, without a test
check:
    .ci/run format shellcheck workflows clippy doc

# The tests that need no system, in seconds
quick *arguments:
    cargo test --workspace --lib --test store --test chat {{ arguments }}

# All tests, or those whose names contain a word
test *arguments:
    cargo test --workspace {{ arguments }}

# The skeleton of a new endpoint, for example: just endpoint edit-message POST /edit-message
endpoint name method path *options:
    infra/scripts/endpoint {{ name }} {{ method }} '{{ path }}' {{ options }}

# Write the tables in documents that tests compare with the facts
accept:
    ACCEPT=1 cargo test --workspace --test journeys --test costs -- the_architecture_ the_costs_ the_threat_model_ the_tour_

# Every check there is, the named steps, or `--since main`
prove *steps:
    .ci/prove {{ steps }}
