# What the scripts that start a virtual machine share. To be sourced.
#
# All guests run Debian's cloud kernel with everything in an initramfs, so that a module is needed only for a disk. The
# processor is emulated, which needs nothing from the host and still boots within seconds. Missing packages are installed when this
# runs as root; what is made once is kept below target/vm.

readonly MARKER='guest exit status:'
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${CARGO_TARGET_DIR:-$root/target}/vm

fail() {
    echo "tests/vm/$(basename "$0"): $*" >&2
    exit 125
}

# Every machine needs these; "$@" are further pairs of a command and its package.
need_packages() {
    local missing=()
    set -- qemu-system-x86_64 qemu-system-x86 cpio cpio "$@"
    while [ $# -ge 2 ]; do
        has_command "$1" || missing+=("$2")
        shift 2
    done
    [ ${#missing[@]} -eq 0 ] && return
    [ "$(id -u)" -eq 0 ] || fail "run as root once, or first: apt-get install --no-install-recommends ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# The guest has no libraries for a busybox that wants some.
has_command() {
    command -v "$1" >/dev/null && { [ "$1" != busybox ] || ! ldd "$(command -v busybox)" >/dev/null 2>&1; }
}

# Unpacks the newest cloud kernel once, with its modules for virtio; a half-finished download never counts as one.
need_kernel() {
    kernel=$cache/vmlinuz modules=$cache/modules
    [ -f "$kernel" ] && [ -d "$modules" ] && return
    local folder package
    folder=$(mktemp -d "$cache/kernel.XXXXXX")
    package=$(newest_kernel 2>/dev/null)
    if [ -z "$package" ]; then
        apt-get update -qq || fail "no package lists: run 'apt-get update' as root"
        package=$(newest_kernel)
    fi
    [ -n "$package" ] || fail "linux-image-cloud-amd64 is not in the package lists"
    # Root's download would otherwise drop its rights to a user who may not enter this folder.
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User="$(id -un)" "$package" && dpkg -x ./*.deb unpacked) >&2
    # The two must be of one version.
    rm -rf "$modules" "$kernel"
    mkdir "$folder/modules"
    find "$folder/unpacked/lib/modules" -name 'virtio*.ko*' -exec cp {} "$folder/modules/" \;
    mv "$folder/modules" "$modules"
    cp "$folder"/unpacked/boot/vmlinuz-* "$kernel.new"
    mv "$kernel.new" "$kernel"
    rm -rf "$folder"
}

newest_kernel() {
    apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

# Checks the machine, and makes the folder $work, which goes again with the script.
prepare() {
    [ "$(uname -m)" = x86_64 ] || fail "only for x86-64 so far; this is $(uname -m)"
    mkdir -p "$cache"
    need_packages "$@"
    need_kernel
    work=$(mktemp -d "$cache/run.XXXXXX")
    trap 'rm -rf "$work"' EXIT
}

# Copies a program's libraries to where it looks for them.
add_libraries() {
    local library
    { ldd "$1" 2>/dev/null || true; } | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
        while read -r library; do
            mkdir -p "$image$(dirname "$library")"
            cp -L "$library" "$image$library"
        done
}

# Makes the folder $image with busybox, the files "$@" and the script $script, which runs as soon as the kernel is up.
make_image() {
    local file
    mkdir -p "$image"/{bin,dev,etc,guest,proc,sys,tmp,root}
    chmod 1777 "$image/tmp"
    cp "$(command -v busybox)" "$image/bin/busybox"
    printf 'root:x:0:0::/root:/bin/sh\noperator:x:1000:1000::/tmp:/bin/sh\n' >"$image/etc/passwd"
    printf 'root:x:0:\noperator:x:1000:\n' >"$image/etc/group"
    cp "$script" "$image/guest/script"
    for file in "$@"; do
        cp -L "$file" "$image/guest/"
        add_libraries "$file"
    done
    cat >"$image/init" <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/guest:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 none /sys/fs/cgroup
cd /guest
sh ./script </dev/null
echo "$MARKER \$?"
poweroff -f
INIT
    chmod 755 "$image/init"
}

# Prints the folder $1 as an archive that the kernel unpacks; several such, one after the other, are one.
pack() {
    (cd "$1" && find . -print0 | cpio --null --create --format=newc --quiet)
}

# Starts the initramfs $1 in a machine of $2 MiB, with further words for the kernel, and ends with the guest's status.
boot() {
    local initramfs=$1 memory=$2 ended=0 status
    shift 2
    emulate "$initramfs" "$memory" "$*" || ended=$?
    if [ "$ended" -eq 124 ]; then
        echo "tests/vm/$(basename "$0"): the guest was stopped after ${VM_TIMEOUT:-300} s" >&2
        exit 124
    fi
    status=$(sed -n "s/^$MARKER \([0-9]*\)\$/\1/p" "$work/console" | tail -n 1)
    [ -n "$status" ] || fail "the guest ended without an exit status (emulator: $ended)"
    exit "$status"
}

emulate() {
    timeout --kill-after=5 "${VM_TIMEOUT:-300}" qemu-system-x86_64 \
        -accel tcg -m "$2" -smp 2 -nic none -vga none -display none -monitor none -serial stdio -no-reboot \
        -kernel "$kernel" -initrd "$1" -append "console=ttyS0 panic=-1 quiet $3" </dev/null |
        tr -d '\r' | tee "$work/console"
}
