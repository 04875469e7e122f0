# shellcheck shell=bash
# Starts servers that end with the script. Sourced by other scripts of this directory, at the root of the repository.

# A directory for the run. If the script fails, it prints the end of each NAME.log in it.
scratch=$(mktemp -d)
servers=()
finish() {
    local status=$? server
    for server in "${servers[@]}"; do
        # A server may have ended by itself.
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    done
    [ "$status" = 0 ] || tail -n 100 "$scratch"/*.log >&2 || true
    rm -rf "$scratch"
    exit "$status"
}
trap finish EXIT

# start NAME COMMAND…: runs a server until the script ends. It writes to NAME.out and NAME.log in $scratch.
start() {
    "${@:2}" >"$scratch/$1.out" 2>"$scratch/$1.log" &
    servers+=($!)
}

# ready COMMAND…: waits until the command succeeds, as long as the server that was started last runs.
ready() {
    until "$@"; do
        kill -0 "${servers[-1]}" 2>/dev/null || { echo 'a server ended before it was ready; its log follows' >&2; exit 1; }
        sleep 0.2
    done
}

# free_port: prints a port of 127.0.0.1 on which no server listens.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
