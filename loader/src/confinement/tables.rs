//! The system calls that the filter knows, by what becomes of them.

/// A system call by name and number.
pub(super) type Call = (&'static str, i64);

macro_rules! calls {
    ($($name:ident = $number:ident),* $(,)?) => { &[$((stringify!($name), libc::$number)),*] };
}

/// Refused whatever their arguments are.
pub(super) const NEVER: &[Call] = calls![
    ptrace = SYS_ptrace,
    process_vm_readv = SYS_process_vm_readv,
    process_vm_writev = SYS_process_vm_writev,
    process_madvise = SYS_process_madvise,
    kcmp = SYS_kcmp,
    pidfd_getfd = SYS_pidfd_getfd,
    mount = SYS_mount,
    umount2 = SYS_umount2,
    pivot_root = SYS_pivot_root,
    chroot = SYS_chroot,
    fsopen = SYS_fsopen,
    fsconfig = SYS_fsconfig,
    fsmount = SYS_fsmount,
    fspick = SYS_fspick,
    move_mount = SYS_move_mount,
    open_tree = SYS_open_tree,
    mount_setattr = SYS_mount_setattr,
    init_module = SYS_init_module,
    finit_module = SYS_finit_module,
    delete_module = SYS_delete_module,
    kexec_load = SYS_kexec_load,
    bpf = SYS_bpf,
    add_key = SYS_add_key,
    request_key = SYS_request_key,
    keyctl = SYS_keyctl,
    perf_event_open = SYS_perf_event_open,
    io_uring_setup = SYS_io_uring_setup,
    io_uring_enter = SYS_io_uring_enter,
    io_uring_register = SYS_io_uring_register,
    userfaultfd = SYS_userfaultfd,
    unshare = SYS_unshare,
    setns = SYS_setns,
    open_by_handle_at = SYS_open_by_handle_at,
    name_to_handle_at = SYS_name_to_handle_at,
    fanotify_init = SYS_fanotify_init,
    swapon = SYS_swapon,
    swapoff = SYS_swapoff,
    reboot = SYS_reboot,
    acct = SYS_acct,
    quotactl = SYS_quotactl,
    syslog = SYS_syslog,
    vhangup = SYS_vhangup,
    sethostname = SYS_sethostname,
    setdomainname = SYS_setdomainname,
    settimeofday = SYS_settimeofday,
    clock_settime = SYS_clock_settime,
    clock_adjtime = SYS_clock_adjtime,
    adjtimex = SYS_adjtimex,
    listen = SYS_listen,
    shmget = SYS_shmget,
    shmat = SYS_shmat,
    shmctl = SYS_shmctl,
    semget = SYS_semget,
    semop = SYS_semop,
    semtimedop = SYS_semtimedop,
    semctl = SYS_semctl,
    msgget = SYS_msgget,
    msgsnd = SYS_msgsnd,
    msgrcv = SYS_msgrcv,
    msgctl = SYS_msgctl,
    mq_open = SYS_mq_open,
    mq_unlink = SYS_mq_unlink,
    inotify_init1 = SYS_inotify_init1,
    inotify_add_watch = SYS_inotify_add_watch,
    io_setup = SYS_io_setup,
];

#[cfg(target_arch = "x86_64")]
pub(super) const NEVER_HERE: &[Call] = calls![
    kexec_file_load = SYS_kexec_file_load,
    iopl = SYS_iopl,
    ioperm = SYS_ioperm,
    modify_ldt = SYS_modify_ldt
];
#[cfg(target_arch = "aarch64")]
pub(super) const NEVER_HERE: &[Call] = calls![kexec_file_load = SYS_kexec_file_load];

/// Those with a process, or thread group, as their first argument; refused where that is a parent.
pub(super) const BY_PROCESS: &[Call] = calls![
    kill = SYS_kill,
    tgkill = SYS_tgkill,
    rt_sigqueueinfo = SYS_rt_sigqueueinfo,
    rt_tgsigqueueinfo = SYS_rt_tgsigqueueinfo,
    prlimit64 = SYS_prlimit64,
    pidfd_open = SYS_pidfd_open,
];
/// Refused unless they are about the caller, which is 0: any thread's id names its process, and other processes of the
/// same user would obey.
pub(super) const OF_OTHERS: &[Call] = calls![
    sched_setaffinity = SYS_sched_setaffinity,
    sched_setscheduler = SYS_sched_setscheduler,
    sched_setparam = SYS_sched_setparam,
    sched_setattr = SYS_sched_setattr,
    migrate_pages = SYS_migrate_pages,
    move_pages = SYS_move_pages,
];
/// The same, with a kind of target (process, group, user) before the target.
pub(super) const OF_OTHERS_BY_KIND: &[Call] =
    calls![setpriority = SYS_setpriority, ioprio_set = SYS_ioprio_set];
/// They name a process or thread in a way that no filter can follow. Callers have another way.
pub(super) const UNTRACEABLE: &[Call] = calls![tkill = SYS_tkill, pidfd_send_signal = SYS_pidfd_send_signal];

/// Refused without the permission `exec`.
pub(super) const EXEC: &[Call] = calls![execve = SYS_execve, execveat = SYS_execveat];

/// Change modes, owners, times and attributes of files, which Landlock does not know of.
pub(super) const ATTRIBUTES: &[Call] = calls![
    fchmod = SYS_fchmod,
    fchmodat = SYS_fchmodat,
    fchown = SYS_fchown,
    fchownat = SYS_fchownat,
    utimensat = SYS_utimensat,
    setxattr = SYS_setxattr,
    lsetxattr = SYS_lsetxattr,
    fsetxattr = SYS_fsetxattr,
    removexattr = SYS_removexattr,
    lremovexattr = SYS_lremovexattr,
    fremovexattr = SYS_fremovexattr,
];
#[cfg(target_arch = "x86_64")]
pub(super) const ATTRIBUTES_HERE: &[Call] = calls![
    chmod = SYS_chmod,
    chown = SYS_chown,
    lchown = SYS_lchown,
    utime = SYS_utime,
    utimes = SYS_utimes,
    futimesat = SYS_futimesat,
];
#[cfg(target_arch = "aarch64")]
pub(super) const ATTRIBUTES_HERE: &[Call] = &[];
/// Newer than libc's tables; these have the same number on every architecture.
pub(super) const NEW_ATTRIBUTES: &[Call] =
    &[("fchmodat2", 452), ("setxattrat", 463), ("removexattrat", 466), ("file_setattr", 469)];
pub(super) const TRUNCATE: Call = ("truncate", libc::SYS_truncate);

/// Refused for some arguments only.
pub(super) const SOCKET: Call = ("socket", libc::SYS_socket);
pub(super) const SOCKETPAIR: Call = ("socketpair", libc::SYS_socketpair);
pub(super) const CLONE: Call = ("clone", libc::SYS_clone);
pub(super) const PRCTL: Call = ("prctl", libc::SYS_prctl);
pub(super) const IOCTL: Call = ("ioctl", libc::SYS_ioctl);
pub(super) const FCNTL: Call = ("fcntl", libc::SYS_fcntl);
/// With the place of their flags.
pub(super) const SENDING: [(Call, u8); 3] = [
    (("sendto", libc::SYS_sendto), 3),
    (("sendmsg", libc::SYS_sendmsg), 2),
    (("sendmmsg", libc::SYS_sendmmsg), 3),
];

/// Only told, in a trace: Landlock decides.
pub(super) const TRACED: &[Call] = calls![
    openat = SYS_openat,
    openat2 = SYS_openat2,
    connect = SYS_connect,
    mkdirat = SYS_mkdirat,
    unlinkat = SYS_unlinkat,
    renameat = SYS_renameat,
    renameat2 = SYS_renameat2,
    linkat = SYS_linkat,
    symlinkat = SYS_symlinkat,
    mknodat = SYS_mknodat,
];
#[cfg(target_arch = "x86_64")]
pub(super) const TRACED_HERE: &[Call] = calls![
    open = SYS_open,
    creat = SYS_creat,
    mkdir = SYS_mkdir,
    unlink = SYS_unlink,
    rename = SYS_rename,
    rmdir = SYS_rmdir,
    link = SYS_link,
    symlink = SYS_symlink,
    mknod = SYS_mknod,
];
#[cfg(target_arch = "aarch64")]
pub(super) const TRACED_HERE: &[Call] = &[];

/// The name of a system call that the filter knows.
pub(crate) fn name_of(number: i64) -> Option<&'static str> {
    let tables = [
        NEVER,
        NEVER_HERE,
        BY_PROCESS,
        UNTRACEABLE,
        EXEC,
        ATTRIBUTES,
        ATTRIBUTES_HERE,
        TRACED,
        TRACED_HERE,
        NEW_ATTRIBUTES,
        OF_OTHERS,
        OF_OTHERS_BY_KIND,
        &[TRUNCATE, SOCKET, SOCKETPAIR, CLONE, PRCTL, IOCTL, FCNTL],
    ];
    let sending = SENDING.iter().map(|(call, _)| call);
    tables.into_iter().flatten().chain(sending).find(|(_, known)| *known == number).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_system_call_stands_in_two_tables_and_each_has_its_name() {
        let tables = [
            NEVER,
            NEVER_HERE,
            BY_PROCESS,
            OF_OTHERS,
            OF_OTHERS_BY_KIND,
            UNTRACEABLE,
            EXEC,
            ATTRIBUTES,
            ATTRIBUTES_HERE,
            NEW_ATTRIBUTES,
            // What is only traced is let through: nothing that is refused may be among it.
            TRACED,
            TRACED_HERE,
            &[TRUNCATE],
        ];
        let mut numbers: Vec<i64> = tables.into_iter().flatten().map(|(_, number)| *number).collect();
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
        assert_eq!(name_of(libc::SYS_ptrace), Some("ptrace"));
        assert_eq!(name_of(libc::SYS_read), None);
    }
}
