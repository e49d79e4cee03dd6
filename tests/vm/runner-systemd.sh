# Runs the runner under a real systemd with a connector that misbehaves: as a user who logged in, and as services of the
# system. Ends with 0 only when every ending is the expected one and nothing is left.
#
#   tests/vm/systemd tests/vm/runner-systemd.sh codeclimate-connector libcodeclimate_connector_misbehaving.so
failures=0
stream='{"_type":"Stream","id":"first","self":"https://misbehaving.example/first","name":"first"}'
# What the runner tells a user, which therefore has to work as it stands there.
advice='systemd-run --user --scope -p Delegate=yes codeclimate-connector'
grace=2

# As an administrator would install them.
ln -s /guest/codeclimate-connector /usr/local/bin/
mkdir /usr/local/lib/codeclimate-connectors
ln -s /guest/libcodeclimate_connector_*.so /usr/local/lib/codeclimate-connectors/
useradd --create-home --shell /bin/bash person

failed() {
    echo "FAILED: $1"
    shift
    printf '    %s\n' "$@"
    [ ! -s /tmp/errors ] || sed 's/^/    runner: /' /tmp/errors
    failures=$((failures + 1))
}

# The processes of runners, guardians and workers; there is no `ps`, and a zombie has no arguments.
processes() {
    local folder arguments
    for folder in /proc/[0-9]*; do
        arguments=()
        { mapfile -d '' -t arguments <"$folder/cmdline"; } 2>/dev/null || true
        [[ ${arguments[0]:-} != *codeclimate-connector* ]] || echo "process ${folder#/proc/} ${arguments[0]}"
    done
}

left() {
    find /sys/fs/cgroup -name 'codeclimate-connector*' -o -name 'runner-*'
    processes
}

# A login session, as by ssh or at a console: PAM tells logind, which starts the user's own service manager.
log_in() {
    local quoted
    printf -v quoted '%q ' "$@"
    su --login person --command "$quoted"
}

in_a_session() {
    log_in "$@"
}

in_a_scope() {
    log_in systemd-run --quiet --user --scope -p Delegate=yes "$@"
}

in_a_users_service() {
    log_in systemd-run --quiet --user --wait --collect --pipe -p Delegate=yes "$@"
}

beside_a_shell() {
    log_in systemd-run --quiet --user --scope -p Delegate=yes sh -c '"$@"; exit $?' sh "$@"
}

as_a_service() {
    systemd-run --quiet --wait --collect --pipe -p Delegate=yes "$@"
}

as_a_service_without_delegation() {
    systemd-run --quiet --wait --collect --pipe "$@"
}

as_a_service_of_a_user() {
    systemd-run --quiet --wait --collect --pipe -p Delegate=yes -p User=person "$@"
}

as_a_service_of_a_user_without_delegation() {
    systemd-run --quiet --wait --collect --pipe -p User=person "$@"
}

as_a_service_that_is_nobody() {
    systemd-run --quiet --wait --collect --pipe -p Delegate=yes -p DynamicUser=yes "$@"
}

as_a_service_that_may_not_see_cgroups() {
    systemd-run --quiet --wait --collect --pipe -p ProtectControlGroups=yes "$@"
}

# expect <who> <configuration> <exit code> <words on standard error> <records> [arguments...]
expect() {
    local who=$1 configuration=$2 code=$3 words=$4 records=$5 ended=0 found remains
    shift 5
    echo "$configuration" >/guest/configuration.json
    "$who" codeclimate-connector sync-stream misbehaving /guest/configuration.json "$stream" 2020-02-21 "$@" \
        >/tmp/output 2>/tmp/errors </dev/null || ended=$?
    found=$(grep -c '"sequence"' /tmp/output)
    remains=$(left)
    if [ "$ended" -eq "$code" ] && grep -qF -- "$words" /tmp/errors &&
        [ "$found" -eq "$records" ] && [ -z "$remains" ]; then
        echo "ok: $who $configuration: $ended"
        return
    fi
    failed "$who $configuration" "exit code $ended instead of $code, $found records instead of $records" \
        "expected: $words" "left: $remains"
}

# The connector does what it wants, and the limits hold.
expect_limits() {
    expect "$1" '{"count":1000}' 0 'done; 1000 records; last checkpoint after 1000' 1000
    expect "$1" '{"behaviour":"allocate","count":600}' 30 'it reached the memory limit of 64.0 MiB' 1 --memory-limit 64MiB
    expect "$1" '{"behaviour":"hang"}' 31 'it was not done after 2.0s' 1 --deadline 2s
    expect "$1" '{"behaviour":"segfault"}' 23 'crashed (SIGSEGV)' 0
}

# expect_stop <name> <behaviour> [properties of systemd-run...]: a service is stopped, and systemd signals every
# process of it at once, those of the connector included where they are inside. That is no failure of the connector.
expect_stop() {
    local name=$1 behaviour=$2 code took remains
    shift 2
    echo "{\"behaviour\":\"$behaviour\"}" >/guest/configuration.json
    : >/tmp/errors && : >/tmp/output && chmod 666 /tmp/errors /tmp/output
    systemd-run --quiet --unit=stopped -p StandardOutput=append:/tmp/output -p StandardError=append:/tmp/errors "$@" \
        codeclimate-connector sync-stream misbehaving /guest/configuration.json "$stream" 2020-02-21 --grace "${grace}s"
    until [ -s /tmp/output ] || ! systemctl --quiet is-active stopped; do sleep 0.1; done
    took=$SECONDS
    systemctl stop stopped
    took=$((SECONDS - took))
    code=$(systemctl show --property=ExecMainStatus --value stopped)
    remains=$(left)
    # The emulator is slow; what systemd would do itself takes 90 s.
    if [ "$code" -eq 143 ] && [ "$took" -le $((grace + 8)) ] && grep -q 'was cancelled by SIGTERM' /tmp/errors &&
        [ -z "$remains" ]; then
        echo "ok: systemctl stop, $name, $behaviour: 143 after $took s"
    else
        failed "systemctl stop, $name, $behaviour" "exit code $code instead of 143, after $took s" "left: $remains"
    fi
    systemctl reset-failed stopped 2>/dev/null || true
}

# expect_kill runner|both: the runner is killed, or the guardian too, in a user's scope. The next runner of that user has
# a scope of its own and finds nothing of this one, so nothing may have been left.
expect_kill() {
    local targets=$1 runner guardian end
    echo '{"behaviour":"hang"}' >/guest/configuration.json
    : >/tmp/output
    in_a_scope codeclimate-connector sync-stream misbehaving /guest/configuration.json "$stream" 2020-02-21 \
        >/tmp/output 2>/tmp/errors </dev/null &
    until [ -s /tmp/output ]; do sleep 0.1; done
    runner=$(processes | sed -n 's/^process \([0-9]*\) .*codeclimate-connector$/\1/p')
    guardian=$(processes | sed -n 's/^process \([0-9]*\) .*-guardian$/\1/p')
    case $targets in
    runner) kill -KILL "$runner" ;;
    both) kill -STOP "$guardian" && kill -KILL "$runner" "$guardian" ;;
    esac
    wait
    end=$((SECONDS + 20))
    while [ -n "$(left; scopes)" ] && [ $SECONDS -lt $end ]; do sleep 0.1; done
    if [ -z "$(left; scopes)" ]; then
        echo "ok: killed in a scope: $targets"
    else
        failed "killed: $targets" "left: $(left; scopes)"
    fi
}

scopes() {
    log_in systemctl --user --no-legend list-units --type=scope 'run-*'
}

echo "== $(systemctl --version | head -n 1), $(stat --file-system --format=%T /sys/fs/cgroup) on /sys/fs/cgroup"

echo '== a user in a login session is refused, and told the command that helps'
expect in_a_session '{"count":1000}' 50 "$advice" 0
found=$(sed -n 's/.*`\([^`]*\) \.\.\.`.*/\1/p' /tmp/errors | head -n 1)
[ "$found" = "$advice" ] || failed 'the command that is told' "told: $found"
echo "told: $found ..."

echo '== that command, as it was told'
su --login person >/tmp/output 2>/tmp/errors \
    --command "$found sync-stream misbehaving /guest/configuration.json '$stream' 2020-02-21"
records=$(grep -c '"sequence"' /tmp/output)
remains=$(left)
if [ "$records" -eq 1000 ] && [ -z "$remains" ]; then
    echo 'ok: 1000 records'
else
    failed 'the told command' "$records records" "left: $remains"
fi

echo '== a user in a login session, with that command'
expect_limits in_a_scope
remains=$(scopes)
[ -z "$remains" ] || failed 'scopes are left' "$remains"
expect_kill runner
expect_kill both

echo '== a user who is not alone in the scope is told so'
expect beside_a_shell '{"count":1000}' 50 'start it alone in its cgroup' 0

echo "== a service of the user's own service manager"
expect_limits in_a_users_service

echo '== a service of the system'
expect_limits as_a_service
expect_limits as_a_service_without_delegation

echo '== a service of the system that runs as a user'
expect_limits as_a_service_of_a_user
expect_limits as_a_service_that_is_nobody
expect as_a_service_of_a_user_without_delegation '{"count":1000}' 50 "$advice" 0
expect as_a_service_that_may_not_see_cgroups '{"count":1000}' 50 'mounted read-only' 0

echo '== systemctl stop of a service'
for behaviour in hang wait; do
    expect_stop 'root' $behaviour -p Delegate=yes
    expect_stop 'root without delegation' $behaviour
    # More than once: who of them is quickest to take the signal is chance.
    for _ in 1 2 3 4 5; do
        expect_stop 'a user' $behaviour -p Delegate=yes -p User=person
    done
done

echo "$failures failures"
exit "$failures"
