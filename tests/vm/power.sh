# Runs in the machine whose power tests/vm/power cuts: syncs, round after round, each into a folder and into a database of
# its own on the disk. What stands on the disk when it starts may be what a cut has left of a round.
stream='{"_type":"Stream","id":"items","self":"https://paging.example/streams/items","name":"items"}'
verified=0 last='' lies=''
for word in $(cat /proc/cmdline); do
    case $word in power.*) export "${word#power.}" ;; esac
done

violation() {
    echo "VIOLATION: $*"
    sed 's/^/    /' /tmp/errors
}

# sync_into <kind> <round>: one run, as often as it is called the same one.
sync_into() {
    place=/data/$2/$1
    mkdir -p "$place"
    preload=''
    [ -z "$lies" ] || preload=/guest/libconnector_tests_shim.so
    sh -c 'echo 0 >/sys/fs/cgroup/session/cgroup.procs; exec "$@"' sh \
        env LD_PRELOAD=$preload SHIM_FOLDER=/data SHIM_CALL=fsync,fdatasync SHIM_ERRNO=0 \
        ./codeclimate-connector sync-stream ./libcodeclimate_connector_paging.so configuration.json "$stream" \
        2020-02-21 --data-folder "$place/data" --sink "$1:$place/sink" >/tmp/output 2>/tmp/errors
}

# check <round>: what has been called finished holds every record once.
check() {
    differing=0
    for kind in folder sqlite; do
        ./records-hold reference.ndjson "$kind:/data/$1/$kind/sink" >/tmp/difference && continue
        violation "round $1: $(cat /tmp/difference)"
        differing=1
    done
    return $differing
}

# one_round <round>: goes on with what there is of it, or begins it.
one_round() {
    for kind in folder sqlite; do
        sync_into $kind "$1" || violation "round $1: the run into $kind ended with $?"
    done
    check "$1" || return 1
    # The one before it is kept until this one is finished.
    rm -rf "/data/$(($1 - 1))"
    echo "verified $1"
}

mkdir /data /sys/fs/cgroup/session
: >/tmp/errors
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
    insmod "./$module.ko" || { echo "the module $module cannot be loaded" && exit 1; }
done
mount -t ext4 /dev/vda /data || { echo 'the disk cannot be mounted' && exit 1; }
[ "$verified" -eq 0 ] || check "$verified"
round=$((verified + 1))
echo "syncing round $round"
while one_round $round && [ -z "$last" ]; do
    round=$((round + 1))
done
umount /data
exit 0
