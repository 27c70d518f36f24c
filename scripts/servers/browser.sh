# Sourced by scripts/services: Chromium as Debian has it, driven by ChromeDriver.

services+=(browser)

need_browser() {
    need_command chromium chromium
    need_command chromedriver chromium-driver
}

start_browser() {
    on_free_port driver spawn_driver
    variable SESSION_KIT_WEBDRIVER_URL "http://127.0.0.1:$port"
}

# Profiles are made in the service's folder, and go with it.
spawn_driver() {
    spawn driver env TMPDIR="$folder" HOME="$folder" chromedriver --port="$port"
}

# It says so when it has its port, which can't be said of whoever answers there.
browser_answers() {
    grep -q 'started successfully' "$folder/$1.log"
}

# A driver that is killed leaves its browsers, which are in the session that it leads.
clear_browser() {
    local leader process line fields
    read -r leader _ 2>/dev/null <"$folder/driver.process" || return 0
    for process in /proc/[0-9]*; do
        read -r line 2>/dev/null <"$process/stat" || continue
        read -ra fields <<<"${line##*) }"
        if [[ ${fields[3]} == "$leader" ]]; then
            kill -KILL "${process##*/}" 2>/dev/null || true
        fi
    done
}
