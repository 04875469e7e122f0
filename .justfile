# Daily commands, for https://just.systems. Each recipe is one command, which works without just, too.

# Lists the recipes
[private]
list:
    @just --list --unsorted

# Start the whole system
run *arguments:
    cargo run -- {{ arguments }}

# The checks before a commit, without tests
check:
    .ci/run format shellcheck workflows clippy doc

# The tests without a running system, in seconds
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
    ACCEPT=1 cargo test --workspace --test journeys --test costs -- the_architecture_ the_costs_ the_threat_model_ the_tour_ && ACCEPT=1 infra/scripts/validate

# All steps of the proof, the named steps, or `--since main`
prove *steps:
    .ci/prove {{ steps }}
