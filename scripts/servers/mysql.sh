# Sourced by scripts/services: MariaDB 10.11 as Debian has it.
#
# A commit survives `kill -9`: all that is switched off is fsync, which only guards against the machine's end.

services+=(mysql)
mariadb_server=/usr/sbin/mariadbd

# Servers and clients alike would take settings of the user's.
unset "${!MYSQL_@}"

# The package mariadb-server would make a database of the machine and start it.
need_mysql() {
    need_command openssl openssl
    need_command "$mariadb_server" mariadb-server-core
    need_command mariadb mariadb-client-core
}

start_mysql() {
    make_certificates server
    make_mariadb_database
    on_free_port mysql spawn_mariadb
    variable SESSION_KIT_MYSQL_URL "mysql://session:secret@127.0.0.1:$port/session"
    variable SESSION_KIT_MYSQL_ADMIN_URL "mysql://root:secret@127.0.0.1:$port/session"
    variable SESSION_KIT_MYSQL_TLS_AUTHORITY "$folder/authority.crt"
    variable SESSION_KIT_MYSQL_SERVER "$mariadb_server"
}

# These come first: where --no-defaults is not the first of all, it does not count. A folder for temporary tables that
# was shared would be swept by every server that starts.
mariadb_arguments() {
    arguments=(--no-defaults --datadir="$folder/data" --tmpdir="$folder" --innodb-flush-method=nosync)
    # It wants to be told.
    if [[ $(id -u) == 0 ]]; then
        arguments+=(--user=root)
    fi
}

# Without the users root that it makes, who need no password.
make_mariadb_database() {
    local log arguments
    mariadb_arguments
    cat >"$folder/users.sql" <<'SQL'
DELETE FROM mysql.global_priv WHERE User = 'root';
FLUSH PRIVILEGES;
CREATE DATABASE session;
CREATE USER session IDENTIFIED BY 'secret';
GRANT ALL ON session.* TO session;
CREATE USER root IDENTIFIED BY 'secret';
GRANT ALL ON *.* TO root WITH GRANT OPTION;
SQL
    if ! log="$(LC_ALL=C mariadb-install-db "${arguments[@]}" --force --skip-name-resolve --skip-test-db \
        --auth-root-authentication-method=normal --extra-file="$folder/users.sql" 2>&1)"; then
        say "mariadb-install-db: $log"
        return 1
    fi
}

# Its own input and output library needs more locked memory than some users may have.
spawn_mariadb() {
    local arguments
    mariadb_arguments
    spawn mysql "$mariadb_server" "${arguments[@]}" --port="$port" --bind-address=127.0.0.1 --skip-name-resolve \
        --socket="$folder/mysql.sock" --pid-file="$folder/mysql.pid" \
        --ssl-cert="$folder/server.crt" --ssl-key="$folder/server.key" \
        --max-connections=200 --max-allowed-packet=64M --character-set-server=utf8mb4 \
        --performance-schema=0 --innodb-use-native-aio=0
}

# Through the unix socket: whoever answers there is ours, and has its port.
mysql_answers() {
    timeout 5 mariadb --no-defaults --socket="$folder/$1.sock" --user=root --password=secret --execute 'SELECT 1'
}
