# Sourced by the scripts beside it: the tools that the checks need, at the versions that they were tried with.
#
# They are built into `target/tools`, or into the folder that SESSION_KIT_TOOLS names, and stay there until the version
# changes. Unoptimised: they build in a fraction of the time, and are quick enough for this tree.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
tools="${SESSION_KIT_TOOLS:-$root/target/tools}"
export PATH="$tools/bin:$PATH"

cargo_deny=0.20.2
cargo_hack=0.6.46
cargo_fuzz=0.13.2

# need_cargo_tool NAME VERSION
need_cargo_tool() {
    local installed
    installed="$("$tools/bin/$1" "${1#cargo-}" --version 2>/dev/null | cut -d ' ' -f 2)" || true
    if [[ $installed == "$2" ]]; then
        return
    fi
    echo "building $1 $2 into $tools"
    CARGO_PROFILE_DEV_DEBUG=0 RUSTFLAGS='' cargo install --quiet --debug --locked --force \
        --version "=$2" --root "$tools" --target-dir "$tools/build" "$1"
}

# need_command COMMAND PACKAGE: from the system's packages when it is not there.
need_command() {
    if ! command -v "$1" >/dev/null; then
        install_packages "$1" "$2"
    fi
}

# install_packages WHAT PACKAGE..: WHAT is missing without them.
install_packages() {
    if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
        echo "$1 is missing: install the Debian package ${*:2}" >&2
        return 1
    fi
    echo "$1 is missing: installing the Debian package ${*:2} with apt-get"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${@:2}"
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "there is no sudo to do this as root: $*" >&2
        return 1
    fi
}

need_rust() {
    local component
    for component in fmt clippy; do
        if ! cargo "$component" --version >/dev/null 2>&1; then
            echo "cargo $component is missing: rustup component add rustfmt clippy" >&2
            return 1
        fi
    done
}
