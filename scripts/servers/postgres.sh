# Sourced by scripts/services: PostgreSQL 15 as Debian has it, alone and behind PgBouncer.
#
# A commit survives `kill -9`: all that is switched off is fsync, which only guards against the machine's end. Pages of
# which a kill left half come back from the log, so full_page_writes stays on.

services+=(postgres postgres-bouncer)
postgres_programs=/usr/lib/postgresql/15/bin
pgbouncer=/usr/sbin/pgbouncer
if [[ ! -x $pgbouncer ]]; then
    pgbouncer="$tools/pgbouncer/usr/sbin/pgbouncer"
fi

# Neither server runs as root, so there root hands over to the user that Debian's packages make.
as_postgres=()
if [[ $(id -u) == 0 ]]; then
    as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

# Servers and clients alike would take settings of the user's.
unset "${!PG@}"

need_postgres() {
    need_command openssl openssl
    if [[ ! -x $postgres_programs/postgres ]]; then
        install_postgres
    fi
    if [[ $1 == postgres-bouncer ]] && ! "$pgbouncer" --version >/dev/null 2>&1; then
        download_pgbouncer
    fi
}

# The package would make a database of the machine and start it, unless it is told before that it should not.
install_postgres() {
    local settings=/etc/postgresql-common/createcluster.conf
    if ! grep -qs '^ *create_main_cluster *= *\(false\|off\|no\)' "$settings"; then
        if [[ -e $settings ]]; then
            echo "postgresql-15 is missing; it is for you to install, or set create_main_cluster = false in $settings"
            return 1
        fi
        as_root install -D -m 644 /dev/stdin "$settings" <<<'create_main_cluster = false'
    fi
    install_packages PostgreSQL postgresql-15
}

# The package pgbouncer would start a service of the machine. One file of it is enough, and what that is linked with.
download_pgbouncer() {
    local download
    install_packages PgBouncer libc-ares2 libevent-2.1-7
    mkdir -p "$tools"
    download="$(mktemp -d "$tools/pgbouncer.XXXXXX")"
    # Another checkout may be as far, with the same folder.
    if (cd "$download" && apt-get download -qq -o APT::Sandbox::User= pgbouncer && dpkg-deb -x ./*.deb unpacked) &&
        [[ ! -x $pgbouncer ]]; then
        chmod go+rx "$download/unpacked"
        mv -T "$download/unpacked" "$tools/pgbouncer" || true
    fi
    rm -rf "$download"
    if [[ ! -x $pgbouncer ]]; then
        echo "PgBouncer could not be downloaded"
        return 1
    fi
}

start_postgres() {
    make_certificates server
    start_database
    variable SESSION_KIT_POSTGRES_URL "postgres://session:secret@127.0.0.1:$port/session"
    variable SESSION_KIT_POSTGRES_ADMIN_URL "postgres://postgres:secret@127.0.0.1:$port/session"
    variable SESSION_KIT_POSTGRES_TLS_AUTHORITY "$folder/authority.crt"
    variable SESSION_KIT_POSTGRES_BIN "$postgres_programs"
}

# A PgBouncer with a PostgreSQL of its own, so that either can be killed and nobody else notices.
start_postgres_bouncer() {
    start_database
    local database="$port"
    write_bouncer_settings "$database"
    # A copy, as the folder of the tools may be closed to the user postgres.
    cp "$pgbouncer" "$folder/pgbouncer"
    chmod go+rx "$folder/pgbouncer"
    on_free_port bouncer spawn_bouncer
    variable SESSION_KIT_PGBOUNCER_URL "postgres://session:secret@127.0.0.1:$port/session"
    variable SESSION_KIT_PGBOUNCER_ADMIN_URL "postgres://postgres:secret@127.0.0.1:$port/pgbouncer"
    variable SESSION_KIT_PGBOUNCER_POSTGRES_URL "postgres://postgres:secret@127.0.0.1:$database/session"
}

# start_database: on a port that $port tells afterwards; with TLS where there are certificates.
start_database() {
    make_database
    on_free_port postgres spawn_postgres
    PGPASSWORD=secret timeout "$patience" "$postgres_programs/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
        --host 127.0.0.1 --port "$port" --username postgres --dbname postgres <<'SQL'
CREATE ROLE session LOGIN PASSWORD 'secret';
CREATE DATABASE session OWNER session;
\connect session
CREATE EXTENSION pg_stat_statements;
SQL
}

make_database() {
    local log
    mkdir -m 700 "$folder/data"
    echo secret >"$folder/password"
    open_to_postgres
    if ! log="$(env --chdir="$folder" LC_ALL=C TZ=UTC "${as_postgres[@]}" "$postgres_programs/initdb" --no-sync \
        --pgdata "$folder/data" --username postgres --pwfile "$folder/password" --auth scram-sha-256 \
        --encoding UTF8 --locale C 2>&1)"; then
        say "initdb: $log"
        return 1
    fi
    write_postgres_settings >>"$folder/data/postgresql.conf"
}

open_to_postgres() {
    if ((${#as_postgres[@]} > 0)); then
        chmod go+x "$directory" "$folder"
        chown postgres:postgres "$folder"/{data,password}
        if [[ -e $folder/server.key ]]; then
            chmod go+r "$folder"/{authority,server}.crt
            chown postgres:postgres "$folder/server.key"
        fi
        if ! "${as_postgres[@]}" test -x "$folder"; then
            say "the user postgres can't enter $folder, and root can't run PostgreSQL; set SESSION_KIT_SERVICES"
            return 1
        fi
    fi
}

# In the file, where ALTER SYSTEM can overrule it. Shared memory is kept in the folder, as a kill would leave it behind
# elsewhere.
write_postgres_settings() {
    cat <<'SETTINGS'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_preload_libraries = 'pg_stat_statements'
dynamic_shared_memory_type = mmap
fsync = off
SETTINGS
    if [[ -e $folder/server.key ]]; then
        printf "ssl = on\nssl_cert_file = '%s'\nssl_key_file = '%s'\n" "$folder"/server.{crt,key}
    fi
}

spawn_postgres() {
    spawn postgres env --chdir="$folder" "${as_postgres[@]}" "$postgres_programs/postgres" -D "$folder/data" -p "$port"
}

# write_bouncer_settings PORT: of its PostgreSQL. Connections are taken in turns, so that whoever relies on having the same
# one again soon fails. Prepared statements with names do not work in this mode before version 1.21.
write_bouncer_settings() {
    printf '"%s" "secret"\n' session postgres >"$folder/users"
    cat >"$folder/bouncer.ini" <<SETTINGS
[databases]
session = host=127.0.0.1 port=$1
[pgbouncer]
listen_addr = 127.0.0.1
unix_socket_dir =
pool_mode = transaction
server_round_robin = 1
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
auth_type = scram-sha-256
auth_file = $folder/users
admin_users = postgres
SETTINGS
    chmod go+r "$folder"/{users,bouncer.ini}
}

# The last line of a setting is the one that counts, and the port has no option.
spawn_bouncer() {
    echo "listen_port = $port" >>"$folder/bouncer.ini"
    spawn bouncer env --chdir="$folder" "${as_postgres[@]}" "$folder/pgbouncer" "$folder/bouncer.ini"
}

# postgres_answers SERVER: each says by itself that the port is its own; then it is asked there.
postgres_answers() {
    local pid lines port
    if [[ $1 == bouncer ]]; then
        grep -q ' process up: ' "$folder/bouncer.log" || return 1
        port="$(sed -n 's/^listen_port = //p' "$folder/bouncer.ini" | tail -n 1)"
    else
        read -r pid _ <"$folder/postgres.process"
        mapfile -t lines <"$folder/data/postmaster.pid"
        [[ ${lines[0]:-} == "$pid" && ${lines[7]:-} == ready* ]] || return 1
        port="${lines[3]}"
    fi
    "$postgres_programs/pg_isready" --timeout 5 --host 127.0.0.1 --port "$port" --username session --dbname session
}

# A killed PostgreSQL leaves the processes of its connections, some for long, and a piece of shared memory, which can
# only be taken care of as its user.
clear_postgres() {
    if [[ -e $folder/data/postmaster.pid ]] && ! is_running "$folder/postgres.process"; then
        timeout "$patience" "${as_postgres[@]}" bash -c "$(declare -f remove_rest); remove_rest \"\$@\"" bash \
            "$folder/data" "$postgres_programs/postgres" || say "$folder: the rest of PostgreSQL is still there"
    fi
}

# remove_rest DATA PROGRAM
remove_rest() {
    local process found=yes lines id
    while [[ -n $found ]]; do
        found=''
        for process in /proc/[0-9]*; do
            if [[ $process/exe -ef $2 && $process/cwd -ef $1 ]]; then
                found=yes
                kill -KILL "${process#/proc/}" 2>/dev/null || true
            fi
        done
        [[ -z $found ]] || sleep 0.02
    done
    mapfile -t lines <"$1/postmaster.pid"
    # Of that pid, and attached to nobody.
    id="$(awk -v id="${lines[6]##* }" -v pid="${lines[0]}" '$2 == id && $5 == pid && $7 == 0 { print id }' /proc/sysvipc/shm)"
    [[ -z $id ]] || ipcrm -m "$id"
    # The next PostgreSQL would believe in a pid that only waits to be reaped.
    rm "$1/postmaster.pid"
}
