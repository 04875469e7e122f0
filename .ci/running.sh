# shellcheck shell=bash
# Reads the tables of steps.sh, selects steps and runs them. Sourced by steps.sh.

# steps [gate|proof]: prints the names of all steps, or of one tier.
steps() { awk -F ' *[|] *' -v tier="${1-}" 'NF > 1 && (tier == "" || $2 == tier) { print $1 }' <<<"$STEPS"; }

# field NUMBER NAME: prints a column of STEPS.
field() { awk -F ' *[|] *' -v name="$2" -v column="$1" '$1 == name { print $column }' <<<"$STEPS"; }

# closure NAME…: prints these steps and the steps that they require, in the order of STEPS.
closure() {
    local name required
    local -A chosen=()
    for name; do
        [ -n "$(field 2 "$name")" ] || { echo "there is no step $name; .ci/prove --list prints the names" >&2; return 2; }
        chosen[$name]=1
        for required in $(field 3 "$name"); do chosen[$required]=1; done
    done
    for name in $(steps); do
        [ -z "${chosen[$name]-}" ] || echo "$name"
    done
}

# affected REV: prints `STEP PATH` for each step that a change since REV affects, including uncommitted changes.
affected() {
    local path changed
    changed=$(git diff --name-only --no-renames "$1" -- && git ls-files --others --exclude-standard)
    while IFS= read -r path; do
        [ -z "$path" ] || affected_by "$path"
    done <<<"$changed"
}

affected_by() {
    local path=$1 pattern names name known=
    while IFS=' |' read -r pattern names; do
        # shellcheck disable=SC2053 # a pattern
        [[ -n $pattern && $path == $pattern ]] || continue
        [[ $names == +* ]] || known=1
        names=" $names "
        names=${names/ all / $(steps | xargs) }
        names=${names/ gate / $(steps gate | xargs) }
        for name in $names; do
            [[ $name == [-+] ]] || echo "$name $path"
        done
    done <<<"$AFFECTED"
    [ -z "$known" ] || return 0
    for name in $(steps); do echo "$name $path, which has no row in AFFECTED"; done
}

durations=()
current=
started=

# begin NAME TITLE, end
begin() {
    current=$1
    started=${EPOCHREALTIME/[.,]/}
    printf '\n=== %s: %s\n' "$1" "$2"
}

end() {
    local seconds
    seconds=$(((${EPOCHREALTIME/[.,]/} - started + 500000) / 1000000))
    printf -- '--- %s: %d s\n' "$current" "$seconds"
    durations+=("$(printf '%-16s %6d s%s' "$current" "$seconds" "${1-}")")
    current=
}

finish() {
    local status=$?
    [ -z "$runtime" ] || kill "$runtime" 2>/dev/null || true
    [ -z "$current" ] || { failed=$current; end '  FAILED'; }
    if [ ${#durations[@]} != 0 ]; then
        printf '\n=== Durations\n'
        printf '%s\n' "${durations[@]}"
        printf '%-16s %6d s\n' 'all together' "$SECONDS"
    fi
    [ -z "${failed-}" ] || printf '\nfailed: %s; to run it alone: .ci/prove %s\n' "$failed" "${failed#tools}"
    rm -rf "$scratch"
    exit "$status"
}

# run NAME…: runs these steps and the steps that they require.
run() {
    local name chosen
    chosen=$(closure "$@")
    scratch=$(mktemp -d)
    runtime=
    SECONDS=0
    trap finish EXIT
    begin tools 'The tools are installed'
    # shellcheck disable=SC2086 # one word a step
    tools $chosen
    end
    for name in $chosen; do
        begin "$name" "$(field 5 "$name")"
        "step_$name"
        end
    done
    printf '\n=== All steps passed\n'
}
