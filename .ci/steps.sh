# shellcheck shell=bash
# shellcheck disable=SC2329 # functions are called by name
# The steps of .ci/run and .ci/prove: the claim, the tools and the files of each. Sourced by both.
#
# A step is a row of STEPS and a function step_NAME. AFFECTED lists the files that it depends on. A job in
# .github/workflows runs it on GitHub; the step `workflows` fails for a step without a job. tools.sh installs the tools,
# and running.sh runs the steps.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
# shellcheck source=.ci/tools.sh
. .ci/tools.sh
# shellcheck source=.ci/running.sh
. .ci/running.sh

# NAME | gate: in .ci/run, proof: only in .ci/prove | STEPS that run before it, even if it is named alone | TOOLS | its claim
STEPS='
format           | gate  |                | rust                        | Every Rust file is formatted
shellcheck       | gate  |                | shellcheck                  | shellcheck accepts the shell scripts
workflows        | gate  |                |                             | Every step has a job on GitHub
deny             | gate  |                | rust python                 | Dependencies have permitted licences, versions and sources
api-lint         | gate  |                | node                        | The descriptions of the API are well-formed
clippy           | gate  |                | rust cc                     | Clippy has no warnings
doc              | gate  |                | rust cc                     | The documentation has no broken links
test             | gate  |                | rust cc                     | The rules hold, and the journeys through the whole system pass
least-privilege  | gate  | test           | rust cc                     | Least privilege: every call of the journeys was granted, and every grant was needed
tour             | gate  |                | rust cc curl python socket  | cargo run starts the system, and the examples of README and tour print what is shown
web-client       | gate  |                | rust cc node chromium       | The web client: types, pure parts, and two people in real browsers
client           | gate  |                | rust cc node curl python socket | The packed client library chats, while lines, functions and services fail
validate         | gate  |                | python node                 | AWS would accept the template
build-one        | gate  |                | rust cc python              | SAM builds a function, and Lambda can run it
compiled-twice   | gate  |                | rust cc python              | No crate of a registry is compiled twice
safeguards       | proof |                | rust cc python              | Without one safeguard, its tests fail
skeleton         | proof |                | rust cc python              | The skeleton of an endpoint compiles, and the tests of the repository pass with it
fuzz             | proof |                | rust cc python              | Input from outside is parsed or rejected: fuzzing
browser          | proof |                | rust cc node chromium       | The web client, in a real browser
second-engine    | proof |                | rust cc curl python         | The store and the use cases work on a second engine
autobahn         | proof |                | rust cc python              | Sockets conform to RFC 6455: the Autobahn test suite
clocks           | proof |                | rust cc faketime            | Clocks of instances can differ
overload         | proof |                | rust cc                     | At five times the load that this machine sustains, every request gets a response and no message is lost
rie              | proof |                | rust cc python              | The Runtime API is the same in the local runtime and in the emulator of Amazon
aws-cli          | proof |                | rust cc curl python socket  | The AWS CLI reads and writes the tables, objects and sockets
schemathesis     | proof |                | rust cc curl python         | REST conforms to its description: schemathesis
generators       | proof |                | rust cc curl python node go | Generators of clients understand the descriptions, and a generated client chats
build-arm64      | proof |                | rust cc python arm64        | sam build builds every function, for arm64
build-x86_64     | proof |                | rust cc python x86_64       | sam build builds every function, for x86_64
instructions     | proof | build-x86_64   | rust cc valgrind            | No function needs more instructions than its baseline, to start or to serve an event
sam-local        | proof | build-x86_64   | rust cc curl python socket docker | Every function runs in a container, and the tour passes through sam local start-api
checkov          | proof |                | python                      | Independent checkers of templates have no finding without a reason
rehearsal        | proof | build-x86_64   | rust cc curl python         | Deployed to an emulator of AWS, the system is complete and the journeys pass
'

# The steps that a changed file affects, for .ci/prove --since: the steps of all rows that match its path (`*` matches
# `/`, too). gate: all steps of the gate; all: all steps; -: no steps. A path that matches no row, or only rows that begin
# with +, affects all steps.
AFFECTED='
*.md                          | test
README.md                     | test tour
infra/docs/*                  | test
infra/docs/tour.md            | test tour sam-local
infra/docs/changelog.md       | test validate skeleton
infra/docs/costs.md           | test validate
infra/docs/runbook.md         | test validate
infra/docs/generated-clients.md | test generators
.ci/*                         | all
.github/*                     | workflows test
.github/SECURITY.md           | test validate skeleton
.justfile                     | test
.editorconfig                 | -
.gitignore                    | -
LICENSE                       | client
infra/screenshot.png          | -
infra/load/*.svg              | -
.rustfmt.toml                 | format
.clippy.toml                  | clippy
.deny.toml                    | deny
*.rs                          | + format clippy doc test
*.py                          | + test
infra/scripts/*               | + test
*Cargo.toml                   | + deny clippy compiled-twice test
functions/*                   | gate browser fuzz overload aws-cli schemathesis clocks skeleton build-arm64 build-x86_64 instructions sam-local rehearsal
shared/*                      | all
template.yaml                 | all
samconfig.toml                | validate build-one build-arm64 build-x86_64 sam-local rehearsal
infra/openapi.yaml            | api-lint test tour schemathesis generators validate skeleton
infra/asyncapi.yaml           | api-lint test generators
infra/events/*                | test fuzz instructions sam-local validate skeleton
infra/sam-local.env.json      | sam-local
infra/schemathesis.toml       | schemathesis
infra/browser/*               | clippy test web-client browser
infra/e2e/*                   | test least-privilege web-client browser clocks overload rehearsal skeleton
infra/edge/*                  | test validate
infra/embedded/*              | all
infra/fuzz/*                  | format test fuzz validate skeleton
infra/harness/*               | test least-privilege web-client client browser clocks overload rie rehearsal skeleton
infra/history/*               | test clocks
infra/load/*                  | clippy test overload instructions validate skeleton
infra/local/*                 | gate browser fuzz second-engine safeguards autobahn clocks overload rie aws-cli schemathesis instructions sam-local
infra/node/api-lint/*         | api-lint test
infra/node/generators/*       | generators
infra/node/web-client/*       | web-client client browser
infra/python/autobahn.txt     | autobahn
infra/python/awscli.txt       | aws-cli
infra/python/checkov.txt      | checkov
infra/python/deny.txt         | deny
infra/python/fuzz.txt         | fuzz
infra/python/chat.py          | generators
infra/python/generators.txt   | generators
infra/python/ministack.txt    | second-engine rehearsal
infra/python/request_rules.py | schemathesis
infra/python/sam.txt          | validate build-one rie build-arm64 build-x86_64 instructions sam-local rehearsal
infra/python/schemathesis.txt | schemathesis
infra/tables/*                | all
infra/template/*              | gate browser fuzz second-engine safeguards clocks overload rie aws-cli schemathesis instructions sam-local
infra/sam/*                   | validate checkov skeleton build-one build-arm64 build-x86_64 sam-local rehearsal
infra/scripts/account         | validate
infra/scripts/api-lint        | shellcheck api-lint
infra/scripts/autobahn        | autobahn
infra/scripts/aws-cli         | shellcheck aws-cli
infra/stack-policy.json       | validate
infra/bootstrap.yaml          | validate checkov test
infra/waf.yaml                | validate checkov
infra/scripts/browser         | shellcheck web-client browser
infra/scripts/build           | shellcheck build-one build-arm64 build-x86_64 instructions sam-local rehearsal
infra/scripts/checkov         | shellcheck checkov
infra/scripts/client          | shellcheck client
infra/scripts/compiled-twice  | compiled-twice
infra/scripts/deny            | shellcheck deny
infra/scripts/deploy          | shellcheck validate
infra/scripts/docker          | shellcheck sam-local
infra/scripts/fuzz            | shellcheck fuzz
infra/scripts/generators      | shellcheck generators
infra/scripts/instructions    | shellcheck instructions
infra/scripts/lambda-image    | shellcheck sam-local
infra/scripts/npm             | shellcheck api-lint generators web-client client browser
infra/scripts/rehearsal       | shellcheck rehearsal
infra/scripts/restore         | shellcheck validate rehearsal
infra/scripts/rie             | shellcheck rie
infra/scripts/safeguards      | validate safeguards
infra/scripts/sam-local       | shellcheck sam-local
infra/scripts/schemathesis    | shellcheck schemathesis
infra/scripts/second-engine   | shellcheck second-engine
infra/scripts/servers.sh      | shellcheck client second-engine aws-cli sam-local rehearsal
infra/scripts/skeleton        | shellcheck skeleton
infra/scripts/smoke           | validate
infra/scripts/skewed-clocks   | shellcheck clocks
infra/scripts/stack.sh        | shellcheck
infra/scripts/tour            | tour sam-local
infra/scripts/validate        | shellcheck validate
infra/scripts/endpoint        | validate skeleton
infra/scripts/venv            | all
'

# --- The steps

step_format() {
    # `cargo fmt` does not see the modules that a macro declares.
    rust_files | xargs -0 rustfmt --check --edition 2024
}

step_shellcheck() {
    shell_scripts | xargs -0 shellcheck --external-sources
}

step_workflows() {
    local name file without=
    for name in $(steps); do
        file=.github/workflows/$([ "$(field 2 "$name")" = gate ] && echo chat.yml || echo proof.yml)
        grep -qE "^ +proves: (.* )?$name( .*)?\$" "$file" || without+=" $name"
    done
    [ -z "$without" ] || { echo "no job of chat.yml (gate) or proof.yml (proof) runs these steps:$without" >&2; return 1; }
}

step_deny() { infra/scripts/deny; }

step_api-lint() { infra/scripts/api-lint; }

step_clippy() {
    cargo clippy --workspace --all-targets -- -D warnings
    # `--all-targets` leaves out the tests that need more than Rust, because they have `test = false`.
    cargo clippy --workspace --test browser --test clock --test rie -- -D warnings
}

# Reuses the metadata of the dependencies, which clippy writes.
step_doc() { RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --quiet; }

# Tests wait more than they compute, so three per core take two thirds of the time.
step_test() { IAM_RECORD=$scratch/calls RUST_TEST_THREADS=$((3 * $(nproc))) cargo test --workspace; }

step_least-privilege() { cargo run --bin least-privilege -- "$scratch/calls"; }

# Each document counts users and rooms from 1, so each has a runtime of its own.
step_tour() {
    with_runtime infra/scripts/tour README.md
    with_runtime infra/scripts/tour infra/docs/tour.md
}

step_web-client() { infra/scripts/browser two_people_find_each_other_and_chat; }

step_client() { infra/scripts/client; }

step_validate() { infra/scripts/validate; }

step_build-one() {
    local architecture=x86_64
    [ "$(uname -m)" = x86_64 ] || architecture=arm64
    infra/scripts/build --function SendMessageFunction "$architecture"
}

step_compiled-twice() { infra/scripts/compiled-twice; }

step_safeguards() { infra/scripts/safeguards; }

step_skeleton() { infra/scripts/skeleton; }

step_fuzz() { infra/scripts/fuzz; }

step_browser() { infra/scripts/browser; }

step_second-engine() { infra/scripts/second-engine; }

step_autobahn() { infra/scripts/autobahn; }

step_clocks() { infra/scripts/skewed-clocks; }

step_overload() {
    local built=${CARGO_TARGET_DIR:-target}/debug
    cargo build --workspace --bins
    "$built/load" overload --functions "$built" --seconds 10 --output "$scratch/load"
}

step_rie() { infra/scripts/rie; }

step_aws-cli() { with_runtime infra/scripts/aws-cli; }

step_schemathesis() { with_runtime infra/scripts/schemathesis; }

step_generators() { with_runtime infra/scripts/generators; }

step_build-arm64() { infra/scripts/build arm64; }

step_build-x86_64() { infra/scripts/build x86_64; }

step_instructions() { infra/scripts/instructions target/sam/x86_64; }

step_sam-local() { infra/scripts/docker infra/scripts/sam-local target/sam/x86_64; }

step_checkov() { infra/scripts/checkov; }

step_rehearsal() { infra/scripts/rehearsal target/sam/x86_64; }

# --- Shared by the steps

# Prints the tracked files, and the new files that git does not ignore.
files() { git ls-files -z --cached --others --exclude-standard --deduplicate "$@"; }

# Drops deleted files, which git lists until the deletion is committed.
existing() {
    local file
    while IFS= read -rd '' file; do
        [ ! -f "$file" ] || printf '%s\0' "$file"
    done
}

rust_files() { files '*.rs' | existing; }

shell_scripts() {
    local file line
    files .ci infra/scripts | existing | while IFS= read -rd '' file; do
        IFS= read -r line <"$file" || true
        case $line in '#!/usr/bin/env bash' | '# shellcheck shell=bash') printf '%s\0' "$file" ;; esac
    done
}

# with_runtime COMMAND…: runs the command beside `cargo run`, which has its own data and must succeed after SIGTERM.
with_runtime() {
    local data
    data=$(mktemp -d "$scratch/runtime.XXXXXX")
    # shellcheck disable=SC2046 # one word per parameter
    cargo run -- --data "$data/data" --parameter-overrides $(cat infra/harness/parameters.txt) \
        >"$data/stdout" 2>"$data/stderr" &
    runtime=$!
    until grep -qs '^listening on ' "$data/stdout"; do
        kill -0 "$runtime" 2>/dev/null || { cat "$data/stderr" >&2; return 1; }
        sleep 0.2
    done
    cat "$data/stdout"
    "$@" || { tail -n 200 "$data/stderr" >&2; return 1; }
    kill -TERM "$runtime"
    wait "$runtime" || { echo "the local runtime ended with status $? after SIGTERM" >&2; return 1; }
    runtime=
}
