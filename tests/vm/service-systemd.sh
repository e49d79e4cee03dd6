# Installs the .deb under a real systemd and runs its service with a connector that misbehaves: that the service's own
# fences take nothing away that the runner needs, and that systemd sees every ending for what it is.
#
#   tests/vm/systemd tests/vm/service-systemd.sh codeclimate-connector_*.deb libcodeclimate_connector_misbehaving.so
failures=0
service=codeclimate-connector@example.service
folder=/var/lib/codeclimate-connector/example

dpkg --install /guest/*.deb >/tmp/output || { cat /tmp/output && exit 1; }
mkdir -p /usr/local/lib/codeclimate-connectors
cp /guest/libcodeclimate_connector_*.so /usr/local/lib/codeclimate-connectors/

# Hourly, and so not now; systemd keeps what it knows of a service as long as its timer.
systemctl enable --now --quiet codeclimate-connector@example.timer

# What the service syncs: one stream of the connector with the configuration $1, under the limits of the other arguments.
prepare() {
    echo "$1" >/etc/codeclimate-connector/example.json
    shift
    {
        echo '[connections.misbehaving]'
        echo 'connector = "misbehaving"'
        echo 'configuration-file = "example.json"'
        echo 'cutoff = "2020-02-21"'
        echo "sink = \"folder:$folder/records\""
        echo 'streams = ["first"]'
        echo 'retries = 0'
        echo '[connections.misbehaving.limits]'
        printf '%s\n' "$@"
    } >/etc/codeclimate-connector/example.toml
    rm -rf "$folder/records"
    systemctl reset-failed "$service" 2>/dev/null
    reset_state
}

# So that no sync goes on from the one before it.
reset_state() {
    find -L "$folder" -mindepth 1 -delete 2>/dev/null
}

# The cgroup of the service itself is none of the runner's.
left() {
    find /sys/fs/cgroup -name codeclimate-connector -o -name 'runner-*'
}

property() {
    systemctl show --property="$1" --value "$service"
}

# expect <name> <result> <exit code> <records>
expect() {
    local result code records remains
    result=$(property Result) code=$(property ExecMainStatus) remains=$(left)
    records=$(cat "$folder"/records/misbehaving/first/*.ndjson 2>/dev/null | wc -l)
    if [ "$result" = "$2" ] && [ "$code" -eq "$3" ] && [ "$records" -eq "$4" ] && [ -z "$remains" ]; then
        echo "ok: $1: $result, $code"
        return
    fi
    echo "FAILED: $1: $result instead of $2, $code instead of $3, $records records instead of $4, left: $remains"
    journalctl --no-pager --output=cat --unit="$service" | tail -n 20
    find -L "$folder"
    failures=$((failures + 1))
}

echo '== a sync that ends well'
prepare '{"count":1000}'
systemctl start "$service"
expect 'done' success 0 1000

echo '== limits'
prepare '{"behaviour":"allocate","count":600}' 'memory = "64MiB"'
systemctl start "$service" 2>/dev/null
expect 'memory' exit-code 30 1
prepare '{"behaviour":"hang"}' 'deadline = "2s"'
systemctl start "$service" 2>/dev/null
expect 'deadline' exit-code 31 1
prepare '{"behaviour":"segfault"}'
systemctl start "$service" 2>/dev/null
expect 'crash' exit-code 23 0

echo '== a stop'
prepare '{"behaviour":"wait"}' 'grace = "2s"'
systemctl start --no-block "$service"
until [ -n "$(left)" ]; do sleep 0.1; done
sleep 3
systemctl stop "$service"
expect 'stop' success 143 1

echo '== the timer'
systemctl list-timers --no-pager codeclimate-connector@example.timer | head -n 2
systemctl --quiet is-active codeclimate-connector@example.timer || failures=$((failures + 1))

echo '== removal'
rm -r /etc/codeclimate-connector/*
dpkg --purge codeclimate-connector >/tmp/output 2>&1 || { cat /tmp/output && failures=$((failures + 1)); }
if systemctl --quiet is-active codeclimate-connector@example.timer || [ -e /etc/codeclimate-connector ] ||
    ls /etc/systemd/system/*.wants/codeclimate-connector@* 2>/dev/null; then
    echo 'FAILED: something stays of the package'
    failures=$((failures + 1))
fi

echo "$failures failures"
exit "$failures"
