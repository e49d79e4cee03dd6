# Runs the runner on cgroup v2 with a connector that misbehaves: as root, and as a user in a delegated subtree. Ends with
# 0 only when every ending is the expected one and nothing is left.
#
#   tests/vm/run tests/vm/runner-v2.sh codeclimate-connector libcodeclimate_connector_{misbehaving,trespassing}.so
failures=0
stream='{"_type":"Stream","id":"first","self":"https://misbehaving.example/first","name":"first"}'

# Starts a command inside the cgroup $1; `exec` keeps the shell from staying behind as a second process there.
inside() (
    group=$1
    shift
    sh -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$group" "$@"
)

as_root() {
    inside /sys/fs/cgroup/session "$@"
}

as_user() {
    inside /sys/fs/cgroup/delegated su -s /bin/sh operator -c 'exec "$0" "$@"' -- "$@"
}

# expect <who> <configuration> <exit code> <words of the summary> <records, as a pattern> [arguments...]
expect() {
    who=$1 configuration=$2 code=$3 words=$4 records=$5
    shift 5
    echo "$configuration" >/tmp/configuration.json
    "$who" ./codeclimate-connector sync-stream "./libcodeclimate_connector_${connector:-misbehaving}.so" \
        /tmp/configuration.json "$stream" 2020-02-21 "$@" >/tmp/output 2>/tmp/errors
    ended=$?
    found=$(grep -c '"sequence"' /tmp/output)
    left=$(find /sys/fs/cgroup -name 'codeclimate-connector*' -o -name 'runner-*')
    processes=$(ps | grep -c 'codeclimate-connector-[wg]')
    case $found in $records) counted=yes ;; *) counted=no ;; esac
    if [ "$ended" -eq "$code" ] && grep -q "$words" /tmp/errors && [ $counted = yes ] &&
        [ -z "$left" ] && [ "$processes" -eq 0 ]; then
        echo "ok: $who $configuration: $ended"
        return
    fi
    echo "FAILED: $who $configuration: exit code $ended, $found records, $processes processes, left: $left"
    cat /tmp/errors
    failures=$((failures + 1))
}

mkdir /sys/fs/cgroup/session
mkdir /sys/fs/cgroup/delegated
chown operator /sys/fs/cgroup/delegated /sys/fs/cgroup/delegated/cgroup.procs \
    /sys/fs/cgroup/delegated/cgroup.subtree_control /sys/fs/cgroup/delegated/cgroup.threads

for who in as_root as_user; do
    expect $who '{"count":1000}' 0 'done; 1000 records; last checkpoint after 1000' 1000
    expect $who '{"behaviour":"allocate","count":600}' 30 'it reached the memory limit of 64.0 MiB.*; 1 record' 1 --memory-limit 64MiB
    expect $who '{"behaviour":"hang"}' 31 'it was not done after 6.0s' 1 --deadline 6s
    expect $who '{"behaviour":"segfault"}' 23 'crashed (SIGSEGV)' 0
    # What was produced last may not have left the process when it ends itself.
    expect $who '{"behaviour":"exit","count":0}' 24 'exit code 0 before it was done' '[01]'
    expect $who '{"behaviour":"panic"}' 22 'panicked at' 0
    expect $who '{"behaviour":"kill-everybody"}' 33 'Operation not permitted (os error 1); the sandbox denied kill' 1
    expect $who '{"behaviour":"kill-parent"}' 33 'Operation not permitted (os error 1); the sandbox denied kill' 1
    # This kernel's Landlock knows files only.
    expect $who '{}' 0 'sandboxed: files, system calls, but not ports, signals' 3
    expect $who '{}' 50 'this kernel cannot confine ports' 0 --sandbox required
    expect $who '{"behaviour":"fork-bomb"}' 32 'it reached the limit of 512 processes and threads' 3
    expect $who '{"behaviour":"allocate-politely","count":600}' 26 'it came near the memory limit of 64.0 MiB' 1 --memory-limit 64MiB
    expect $who '{"behaviour":"allocate-in-child","count":200}' 30 'it reached the memory limit of 64.0 MiB' 1 --memory-limit 64MiB
done

# What Landlock does not know of on this kernel: ports, signals, truncation; and what it never knows of.
connector=trespassing
for who in as_root as_user; do
    expect $who '{"attempt":"read","path":"/init"}' 33 'probably the sandbox denied it' 0
    expect $who '{"attempt":"truncate","path":"/tmp/configuration.json"}' 33 'the sandbox denied' 0
    expect $who '{"attempt":"change-mode","path":"/tmp/configuration.json"}' 33 'the sandbox denied' 0
    expect $who '{"attempt":"connect","port":9}' 33 'the sandbox denied socket (network)' 0
    expect $who '{"attempt":"connect-over-many-paths","port":9}' 33 'the sandbox denied socket (protocol 262)' 0 --allow network
    expect $who '{"attempt":"connect-to-abstract-socket","path":"/none"}' 33 'the sandbox denied socket (Unix)' 0
    expect $who '{"attempt":"signal-by-input","process":1}' 33 'the sandbox denied fcntl' 0
    expect $who '{"attempt":"trace","process":1}' 33 'the sandbox denied ptrace' 0
    expect $who '{"attempt":"limit","process":1}' 33 'the sandbox denied prlimit64' 0
    expect $who '{"attempt":"execute"}' 33 'the sandbox denied execve' 0
    expect $who '{"attempt":"outlive"}' 0 'done; 1 record' 1
    [ -s /tmp/configuration.json ] || failures=$((failures + 1))
done

echo "$failures failures"
exit "$failures"
