# shellcheck shell=bash
# shellcheck disable=SC2329 # functions are called by name
# The tools of the steps: a function tool_NAME for each word in the column TOOLS. Sourced by steps.sh.

# The packages of missing tools. `install` installs all of them in one call.
missing=()

# need COMMAND PACKAGE…: adds the packages of a command, if the command is missing.
need() { command -v "$1" >/dev/null || missing+=("${@:2}"); }

tool_rust() {
    command -v cargo >/dev/null || { echo 'cargo is missing; install Rust from https://rustup.rs' >&2; exit 1; }
    # Rustup installs the toolchain of rust-toolchain.toml at the first call, unless RUSTUP_AUTO_INSTALL=0 is set.
    cargo --version || rustup toolchain install
}

tool_cc() { need cc build-essential; }

tool_curl() { need curl curl; }

tool_python() {
    need python3 python3
    # Virtual environments need this part of Python, which is a separate package of Debian.
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
}

tool_node() {
    need node nodejs
    need npm npm
}

tool_go() { need go golang-go; }

tool_socket() { need node nodejs; }

# Runs after the installation: the scripts of these steps need the WebSocket of Node.
check_socket() {
    node -e 'process.exit(globalThis.WebSocket || process.allowedNodeEnvironmentFlags.has("--experimental-websocket") ? 0 : 1)' ||
        { echo 'this Node has no WebSocket; install version 20.10 or newer from https://nodejs.org' >&2; exit 1; }
}

tool_chromium() {
    need chromium chromium
    need chromedriver chromium-driver
}

tool_shellcheck() { need shellcheck shellcheck; }

tool_valgrind() {
    need valgrind valgrind
    tool_x86_64
}

tool_faketime() { compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(libfaketime); }

tool_x86_64() { [ "$(uname -m)" = x86_64 ] || { echo 'these steps need an x86_64 machine' >&2; exit 1; }; }

tool_arm64() {
    rustup target list --installed | grep -qx aarch64-unknown-linux-gnu || rustup target add aarch64-unknown-linux-gnu
    [ "$(uname -m)" != aarch64 ] || return 0
    need qemu-aarch64-static qemu-user-static
    [ -e /usr/aarch64-linux-gnu/lib/libgcc_s.so.1 ] || missing+=(libc6-arm64-cross libgcc-s1-arm64-cross)
}

tool_docker() {
    tool_x86_64
    ! docker info >/dev/null 2>&1 || return 0
    [ "$(id -u)" = 0 ] || { echo 'no Docker engine responds; start one, or run this as root' >&2; exit 1; }
    need dockerd docker.io
    # Since Debian 13 the client is a separate package.
    command -v docker >/dev/null || missing+=(docker.io 'docker-cli?')
}

# install PACKAGE…: installs packages; a name that ends in `?` is skipped if this release of Debian lacks it.
install() {
    local root=() package packages=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get update -qq
    for package; do
        case $package in
        *\?) ! apt-cache show "${package%\?}" >/dev/null 2>&1 || packages+=("${package%\?}") ;;
        *) packages+=("$package") ;;
        esac
    done
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

# Installs the tools of the given steps.
tools() {
    local name tool
    local -A wanted=()
    for name; do
        for tool in $(field 4 "$name"); do wanted[$tool]=1; done
    done
    for tool in "${!wanted[@]}"; do "tool_$tool"; done
    [ ${#missing[@]} = 0 ] || install "${missing[@]}"
    [ -z "${wanted[socket]-}" ] || check_socket
}
