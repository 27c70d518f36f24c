# Sourced by scripts/services: Redis as Debian has it, alone, with passwords, with TLS, under Sentinel and as a cluster.
#
# Every server has a unix socket in its folder besides its port, and is asked through that: whoever answers there is
# ours, and has its port, which can't be said of whoever answers on a port.

services+=(redis redis-password redis-tls redis-sentinel redis-cluster)

# redis-cli would send a password of the user's to every server.
unset REDISCLI_AUTH

# The package redis-server would start a service of the machine. All that it adds to redis-tools is a link by this name.
need_redis() {
    need_command redis-check-rdb redis-tools
    need_command openssl openssl
    ln -sfn "$(command -v redis-check-rdb)" "$directory/redis-server"
}

redis_client() {
    timeout 5 redis-cli -s "$folder/$1.sock" "${@:2}"
}

# It may want a password before it says more.
redis_answers() {
    [[ $(redis_client "$1" ping) == @(PONG|NOAUTH*) ]]
}

# redis_says NAME LINE COMMAND..: the answer has this line.
redis_says() {
    redis_client "$1" "${@:3}" | tr -d '\r' | grep -qx "$2"
}

# start_server NAME PORT_OPTION COMMAND..: on a port of its own, which $port tells afterwards.
start_server() {
    on_free_port "$1" spawn_server "$@"
}

spawn_server() {
    spawn "$1" "${@:3}" "$2" "$port" --bind 127.0.0.1 --unixsocket "$folder/$1.sock" --dir "$folder"
}

# start_redis_server NAME PORT_OPTION ARGUMENT..: keeps nothing on disk, and lets a replica begin at once.
start_redis_server() {
    start_server "$1" "$2" "$directory/redis-server" "${@:3}" --save '' --appendonly no --repl-diskless-sync-delay 0
    variable SESSION_KIT_REDIS_SERVER "$directory/redis-server"
}

start_redis() {
    start_redis_server redis --port
    variable SESSION_KIT_REDIS_URL "redis://127.0.0.1:$port/0"
    variable SESSION_KIT_REDIS_UNIX_URL "redis+unix://$folder/redis.sock"
}

# One server: everything for who has its password, and a user with the rights that sessions need.
start_redis_password() {
    start_redis_server redis --port --requirepass secret \
        --user shop on '>secret' '~session:*' resetchannels +@all -@dangerous +info
    variable SESSION_KIT_REDIS_PASSWORD_URL "redis://:secret@127.0.0.1:$port/0"
    variable SESSION_KIT_REDIS_USER_URL "redis://shop:secret@127.0.0.1:$port/0"
}

# Three servers: one to which clients may show a certificate, one to which they must, and one in another host's name.
start_redis_tls() {
    make_certificates server wrong client
    start_tls_server optional server optional
    variable SESSION_KIT_REDIS_TLS_URL "rediss://127.0.0.1:$port/0"
    start_tls_server required server yes
    variable SESSION_KIT_REDIS_TLS_CLIENT_URL "rediss://127.0.0.1:$port/0"
    start_tls_server wrong wrong optional
    variable SESSION_KIT_REDIS_TLS_WRONG_NAME_URL "rediss://127.0.0.1:$port/0"
    variable SESSION_KIT_REDIS_TLS_AUTHORITY "$folder/authority.crt"
    variable SESSION_KIT_REDIS_TLS_CERTIFICATE "$folder/client.crt"
    variable SESSION_KIT_REDIS_TLS_KEY "$folder/client.key"
}

# start_tls_server NAME CERTIFICATE AUTH_CLIENTS
start_tls_server() {
    start_redis_server "$1" --tls-port --port 0 --tls-cert-file "$folder/$2.crt" --tls-key-file "$folder/$2.key" \
        --tls-ca-cert-file "$folder/authority.crt" --tls-auth-clients "$3"
}

start_redis_sentinel() {
    start_redis_server master --port
    local master="$port" number sentinels=()
    start_redis_server replica --port --replicaof 127.0.0.1 "$master"
    # First the link: a sentinel looks for replicas at once, and then not for ten seconds.
    wait_until 'the replica has its master' redis_says replica 'master_link_status:up' info replication
    for number in 1 2 3; do
        # A sentinel rewrites its file.
        cat >"$folder/sentinel-$number.conf" <<CONFIGURATION
sentinel monitor session-kit 127.0.0.1 $master 2
sentinel down-after-milliseconds session-kit 1000
sentinel failover-timeout session-kit 3000
CONFIGURATION
        start_server "sentinel-$number" --port "$directory/redis-server" "$folder/sentinel-$number.conf" --sentinel
        redis_client "sentinel-$number" sentinel debug info-period 1000 publish-period 200 >/dev/null
        sentinels+=("127.0.0.1:$port")
    done
    wait_until 'the sentinels know each other' sentinels_agree
    variable SESSION_KIT_REDIS_SENTINEL_URL "redis+sentinel://$(commas "${sentinels[@]}")/session-kit/0"
}

sentinels_agree() {
    local number state
    for number in 1 2 3; do
        # Names and values, each on its own line.
        state="$(redis_client "sentinel-$number" sentinel master session-kit | tr -d '\r' | paste -d ' ' - -)"
        grep -qx 'flags master' <<<"$state" || return 1
        grep -qx 'num-slaves 1' <<<"$state" || return 1
        grep -qx 'num-other-sentinels 2' <<<"$state" || return 1
    done
}

# By hand: `redis-cli --cluster create` returns before the replicas have their masters, and waits whole seconds.
start_redis_cluster() {
    local number ports=() nodes=()
    for number in 1 2 3 4 5 6; do
        start_redis_server "node-$number" --port --cluster-enabled yes --cluster-config-file "node-$number.conf" \
            --cluster-node-timeout 1000 --cluster-announce-ip 127.0.0.1 --cluster-allow-replica-migration no
        redis_client "node-$number" cluster set-config-epoch "$number" >/dev/null
        ports+=("$port")
        nodes+=("127.0.0.1:$port")
    done
    redis_client node-1 cluster addslotsrange 0 5460 >/dev/null
    redis_client node-2 cluster addslotsrange 5461 10922 >/dev/null
    redis_client node-3 cluster addslotsrange 10923 16383 >/dev/null
    for port in "${ports[@]:1}"; do
        redis_client node-1 cluster meet 127.0.0.1 "$port" >/dev/null
    done
    wait_until 'the nodes know each other' cluster_has_met
    for number in 1 2 3; do
        wait_until 'a node becomes a replica' redis_says "node-$((number + 3))" OK \
            cluster replicate "$(redis_client "node-$number" cluster myid)"
    done
    wait_until 'the cluster is complete' cluster_is_complete
    variable SESSION_KIT_REDIS_CLUSTER_URL "redis+cluster://$(commas "${nodes[@]}")"
}

cluster_has_met() {
    local number
    for number in 1 2 3 4 5 6; do
        redis_says "node-$number" 'cluster_known_nodes:6' cluster info || return 1
    done
}

cluster_is_complete() {
    local number
    for number in 1 2 3 4 5 6; do
        redis_says "node-$number" 'cluster_state:ok' cluster info || return 1
        # Every node knows every other's part: three masters with slots, three replicas, all within reach.
        redis_client "node-$number" cluster nodes | awk '
            $3 ~ /^(myself,)?master$/ && $8 == "connected" && NF > 8 { masters++ }
            $3 ~ /^(myself,)?slave$/ && $8 == "connected" { replicas++ }
            END { exit !(masters == 3 && replicas == 3) }' || return 1
    done
    for number in 4 5 6; do
        redis_says "node-$number" 'master_link_status:up' info replication || return 1
    done
}
