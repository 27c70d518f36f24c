# Sourced by scripts/services: processes that outlive the script, and are known by their pid and start time together, as
# pids are used again. A service has a folder, and in it for each process NAME its log and NAME.process, with both.

# No wait takes longer, in seconds.
patience=60
stopping=''

# start_time PID: in clock ticks since the machine started. A process that only waits to be reaped is gone, but not while
# threads of it still run, with its files and ports.
start_time() {
    local line fields
    # Not $(<file): if that is not there any more, it ends the script.
    read -r line 2>/dev/null <"/proc/$1/stat" || return 1
    # The command's name, in parentheses, may hold anything.
    read -ra fields <<<"${line##*) }"
    [[ ${fields[0]} != [ZX] ]] || ((fields[17] > 1)) || return 1
    printf '%s\n' "${fields[19]}"
}

# is_running FILE: which holds a pid and a start time.
is_running() {
    local pid started
    read -r pid started 2>/dev/null <"$1" || return 1
    [[ $(start_time "$pid") == "$started" ]]
}

# Some services are files and no processes.
all_running() {
    local record
    for record in "$1"/*.process; do
        [[ ! -e $record ]] || is_running "$record" || return 1
    done
}

none_running() {
    local record
    for record in "$1"/*.process; do
        ! is_running "$record" || return 1
    done
}

pids() {
    cat /dev/null "$1"/*.process 2>/dev/null | cut -d ' ' -f 1 | paste -s -d ' '
}

# spawn NAME COMMAND..: a process of the service whose folder is $folder, in a session of its own, so that Ctrl-C is not
# for it. It shares no descriptor with us: not stdout, or $(scripts/services up) would wait for it, and not the lock.
# It writes its own record before it becomes the command, so there is no moment at which nobody would know of it. The
# command is kept for `respawn`.
spawn() {
    local name="$1" record="$folder/$1.process"
    shift
    rm -f "$record"
    printf '%s\0' "$@" >"$folder/$name.command"
    (
        local pid="$BASHPID"
        printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$record"
        exec setsid env LC_ALL=C TZ=UTC "$@"
    ) </dev/null >"$folder/$name.log" 2>&1 9>&- &
    local child="$!"
    until [[ -s $record ]] || ! start_time "$child" >/dev/null; do
        sleep 0.005
    done
}

# respawn NAME: the same command once more.
respawn() {
    local arguments
    mapfile -d '' -t arguments <"$folder/$1.command"
    spawn "$1" "${arguments[@]}"
}

# on_free_port NAME COMMAND..: the command spawns NAME with $port, again with another until it answers.
#
# Ports are below those that outgoing connections get, and so are the second ones of a Redis Cluster, which are higher by
# 10000. Another process may take one before the server does, so there is no use in looking: it tries, and takes another.
on_free_port() {
    local name="$1" attempt
    for attempt in {1..20}; do
        port=$((12000 + RANDOM % 10000))
        "${@:2}"
        if wait_until_it_answers "$name"; then
            return
        fi
        grep -qi 'already in use' "$folder/$name.log" || return 1
        say "$name: port $port is taken, attempt $attempt"
    done
    return 1
}

wait_until_it_answers() {
    wait_until "$1 answers" "${family}_answers" "$1"
}

# wait_until WHAT COMMAND..: until the command succeeds. Fails with the log as soon as a process of the service has ended.
wait_until() {
    local what="$1" end=$((SECONDS + patience)) record
    shift
    until "$@" >/dev/null 2>&1; do
        if [[ -n $stopping ]]; then
            return 1
        fi
        for record in "$folder"/*.process; do
            if [[ -s $record ]] && ! is_running "$record"; then
                say_log "$record" "ended before this: $what"
                return 1
            fi
        done
        if ((SECONDS > end)); then
            for record in "$folder"/*.process; do
                say_log "$record" "waited $patience s in vain for this: $what"
            done
            return 1
        fi
        sleep 0.02
    done
}

say_log() {
    local name="${1%.process}"
    say "${folder##*/}, ${name##*/}: $2"
    tail -n 20 "$name.log" | sed 's/^/    /' >&2
}

# stop_processes FOLDER: they have nothing to save, so they are not asked.
stop_processes() {
    local record pid
    for record in "$1"/*.process; do
        if is_running "$record"; then
            read -r pid _ <"$record"
            kill -KILL "$pid"
        fi
    done
    local end=$((SECONDS + patience))
    until none_running "$1"; do
        ((SECONDS <= end)) || fail "$1: killed, but still there: $(pids "$1")"
        sleep 0.02
    done
}

# wait_for_end PID: our child, for ten seconds.
wait_for_end() {
    local end=$((SECONDS + 10))
    while start_time "$1" >/dev/null; do
        ((SECONDS <= end)) || return 1
        sleep 0.02
    done
}
