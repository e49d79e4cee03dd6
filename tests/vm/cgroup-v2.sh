# Runs the cgroup tests of the test program `loader-tests` on cgroup v2: as root, in a container-like namespace, and as a
# user in a delegated subtree. Ends with 0 only when every one ran, none was skipped and nothing is left.
#
#   tests/vm/run tests/vm/cgroup-v2.sh loader-tests /usr/bin/unshare
failures=0

# The program's output goes to the console; a skipped test counts as a failure here, where nothing is missing.
prove() {
    echo "== $1"
    shift
    "$@" >/tmp/output 2>&1
    ended=$?
    cat /tmp/output
    if [ "$ended" -ne 0 ] || grep -q SKIPPED /tmp/output || ! grep -q 'test result: ok. [1-9]' /tmp/output; then
        echo "FAILED with status $ended"
        failures=$((failures + 1))
    fi
    left=$(find /sys/fs/cgroup -name 'codeclimate-connector*' -o -name 'runner-*')
    if [ -n "$left" ]; then
        echo "LEFT BEHIND: $left"
        failures=$((failures + 1))
    fi
}

# Starts a command inside the cgroup $1; `exec` keeps the shell from staying behind as a second process there.
inside() (
    group=$1
    shift
    sh -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$group" "$@"
)

# What `Delegate=yes` does: the folder and the three files that its new owner needs.
delegate() {
    mkdir "$1"
    chown operator "$1" "$1/cgroup.procs" "$1/cgroup.subtree_control" "$1/cgroup.threads"
}

prove 'root' ./loader-tests cgroup::

mkdir /sys/fs/cgroup/container
prove 'root in a cgroup namespace whose root is not empty' inside /sys/fs/cgroup/container \
    ./unshare --cgroup --mount sh -c 'umount /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec ./loader-tests cgroup::'

delegate /sys/fs/cgroup/delegated
prove 'a user in a delegated subtree' inside /sys/fs/cgroup/delegated \
    su -s /bin/sh operator -c 'exec ./loader-tests cgroup::'

echo '== a user without a delegated subtree is told what to do'
mkdir /sys/fs/cgroup/session
inside /sys/fs/cgroup/session su -s /bin/sh operator -c 'exec ./loader-tests cgroup::real::' >/tmp/output 2>&1
grep SKIPPED /tmp/output | head -n 1
grep -q 'SKIPPED.*systemd-run --user --scope -p Delegate=yes' /tmp/output || failures=$((failures + 1))

echo '== a user beside another process is told which'
delegate /sys/fs/cgroup/shared
inside /sys/fs/cgroup/shared sleep 1000 &
sleep 1
other=$(cat /sys/fs/cgroup/shared/cgroup.procs)
inside /sys/fs/cgroup/shared su -s /bin/sh operator -c 'exec ./loader-tests cgroup::real::' >/tmp/output 2>&1
grep SKIPPED /tmp/output | head -n 1
grep -q "SKIPPED.*holds other processes than the runner ($other)" /tmp/output || failures=$((failures + 1))
[ -z "$(find /sys/fs/cgroup -name 'runner-*')" ] || failures=$((failures + 1))
kill "$other"

echo '== a read-only mount is told as such'
mount -o remount,ro,bind /sys/fs/cgroup 2>/dev/null || mount -o bind,ro /sys/fs/cgroup /sys/fs/cgroup
./loader-tests cgroup::real:: >/tmp/output 2>&1
grep SKIPPED /tmp/output | head -n 1
grep -q 'SKIPPED.*mounted read-only' /tmp/output || failures=$((failures + 1))

echo "$failures failures"
exit "$failures"
