//! The filter of system calls: what no connector needs, and what Landlock does not know.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

use super::{ConfineError, Rules, Sandbox};

/// A system call by name and number.
pub(crate) type Call = (&'static str, i64);

macro_rules! calls {
    ($($name:ident = $number:ident),* $(,)?) => { &[$((stringify!($name), libc::$number)),*] };
}

/// Refused whatever their arguments are.
const NEVER: &[Call] = calls![
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
    inotify_add_watch = SYS_inotify_add_watch,
];

#[cfg(target_arch = "x86_64")]
const NEVER_HERE: &[Call] = calls![
    kexec_file_load = SYS_kexec_file_load,
    iopl = SYS_iopl,
    ioperm = SYS_ioperm,
    modify_ldt = SYS_modify_ldt
];
#[cfg(target_arch = "aarch64")]
const NEVER_HERE: &[Call] = calls![kexec_file_load = SYS_kexec_file_load];

/// Those with a process, or thread group, as their first argument; refused where that is a parent.
const BY_PROCESS: &[Call] = calls![
    kill = SYS_kill,
    tgkill = SYS_tgkill,
    rt_sigqueueinfo = SYS_rt_sigqueueinfo,
    rt_tgsigqueueinfo = SYS_rt_tgsigqueueinfo,
    prlimit64 = SYS_prlimit64,
    pidfd_open = SYS_pidfd_open,
];
/// Refused unless they are about the caller, which is 0: any thread's id names its process, and other processes of the
/// same user would obey.
const OF_OTHERS: &[Call] = calls![
    sched_setaffinity = SYS_sched_setaffinity,
    sched_setscheduler = SYS_sched_setscheduler,
    sched_setparam = SYS_sched_setparam,
    sched_setattr = SYS_sched_setattr,
    migrate_pages = SYS_migrate_pages,
    move_pages = SYS_move_pages,
];
/// The same, with a kind of target (process, group, user) before the target.
const OF_OTHERS_BY_KIND: &[Call] = calls![setpriority = SYS_setpriority, ioprio_set = SYS_ioprio_set];
/// They name a process or thread in a way that no filter can follow. Callers have another way.
const UNTRACEABLE: &[Call] = calls![tkill = SYS_tkill, pidfd_send_signal = SYS_pidfd_send_signal];

/// Refused without the permission `exec`.
const EXEC: &[Call] = calls![execve = SYS_execve, execveat = SYS_execveat];

/// Change modes, owners, times and attributes of files, which Landlock does not know of.
const ATTRIBUTES: &[Call] = calls![
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
const ATTRIBUTES_HERE: &[Call] = calls![
    chmod = SYS_chmod,
    chown = SYS_chown,
    lchown = SYS_lchown,
    utime = SYS_utime,
    utimes = SYS_utimes,
    futimesat = SYS_futimesat,
];
#[cfg(target_arch = "aarch64")]
const ATTRIBUTES_HERE: &[Call] = &[];
/// Newer than libc's tables; these have the same number on every architecture.
const NEW_ATTRIBUTES: &[Call] =
    &[("fchmodat2", 452), ("setxattrat", 463), ("removexattrat", 466), ("file_setattr", 469)];
const TRUNCATE: Call = ("truncate", libc::SYS_truncate);

/// Refused for some arguments only.
const SOCKET: Call = ("socket", libc::SYS_socket);
const SOCKETPAIR: Call = ("socketpair", libc::SYS_socketpair);
const CLONE: Call = ("clone", libc::SYS_clone);
const PRCTL: Call = ("prctl", libc::SYS_prctl);
const IOCTL: Call = ("ioctl", libc::SYS_ioctl);
/// With the place of their flags.
const SENDING: [(Call, u8); 3] = [
    (("sendto", libc::SYS_sendto), 3),
    (("sendmsg", libc::SYS_sendmsg), 2),
    (("sendmmsg", libc::SYS_sendmmsg), 3),
];

/// Only told, in a trace: Landlock decides.
pub(crate) const TRACED: &[Call] = calls![
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
pub(crate) const TRACED_HERE: &[Call] = calls![
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
pub(crate) const TRACED_HERE: &[Call] = &[];

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
        &[TRUNCATE, SOCKET, SOCKETPAIR, CLONE, PRCTL, IOCTL],
    ];
    let sending = SENDING.iter().map(|(call, _)| call);
    tables.into_iter().flatten().chain(sending).find(|(_, known)| *known == number).map(|(name, _)| *name)
}

/// What a filter is to be made from.
pub(super) struct Wanted<'a> {
    pub(super) rules: &'a Rules,
    /// First arguments that mean a parent.
    pub(super) parents: &'a [i32],
    /// Whether read-only mounts keep modes and owners.
    pub(super) mounts: bool,
    /// Whether Landlock keeps files from being truncated.
    pub(super) truncation: bool,
}

type Chains = BTreeMap<i64, Vec<SeccompRule>>;

/// The whole filter; what it refuses is told to the supervisor.
pub(super) fn filter(wanted: &Wanted<'_>) -> Result<BpfProgram, ConfineError> {
    let mut chains = of_parents(wanted.parents)?;
    chains.extend(always(NEVER.iter().chain(NEVER_HERE)));
    if !wanted.rules.exec {
        chains.extend(always(EXEC));
    }
    // Programs want to set modes and times, of their own files.
    let may_set = wanted.mounts || wanted.rules.exec || !wanted.rules.write.is_empty();
    if !may_set {
        chains.extend(always(ATTRIBUTES.iter().chain(ATTRIBUTES_HERE).chain(NEW_ATTRIBUTES)));
    }
    if !wanted.mounts && !wanted.truncation {
        chains.extend(always([&TRUNCATE]));
    }
    chains.insert(SOCKET.1, sockets(!wanted.rules.ports.is_empty())?);
    for ((_, number), flags) in SENDING {
        chains.insert(number, vec![rule([masked(flags, MSG_FASTOPEN, libc::MSG_FASTOPEN)?])?]);
    }
    for (_, number) in OF_OTHERS {
        chains.insert(*number, vec![rule([differs(0, 0)?])?]);
    }
    for ((_, number), process) in OF_OTHERS_BY_KIND.iter().zip([PRIO_PROCESS, IOPRIO_WHO_PROCESS]) {
        chains.insert(*number, vec![rule([differs(0, process)?])?, rule([differs(1, 0)?])?]);
    }
    // In a sandbox not even those of other workers.
    chains.insert(libc::SYS_prlimit64, vec![rule([differs(0, 0)?])?]);
    // To Unix sockets, raw means datagrams.
    let datagrams = [libc::SOCK_DGRAM, libc::SOCK_RAW].map(|kind| rule([masked(1, SOCKET_TYPE, kind)?]));
    chains.insert(SOCKETPAIR.1, datagrams.into_iter().collect::<Result<_, _>>()?);
    chains.insert(CLONE.1, namespaces()?);
    chains.insert(
        PRCTL.1,
        vec![rule([equals(0, libc::PR_SET_DUMPABLE)?])?, rule([equals(0, libc::PR_SET_PTRACER)?])?],
    );
    chains.insert(IOCTL.1, vec![rule([equals(1, TIOCSTI)?])?]);
    if wanted.rules.sandbox == Sandbox::Trace {
        chains.extend(always(TRACED.iter().chain(TRACED_HERE)));
    }
    // `Trace` stands in for the answer that the crate has no word for; the listener puts it in.
    program(chains, SeccompAction::Trace(0))
}

/// The filter where there is to be no sandbox.
pub(super) fn filter_of_parents(parents: &[i32]) -> Result<BpfProgram, ConfineError> {
    program(of_parents(parents)?, SeccompAction::Errno(libc::EPERM.cast_unsigned()))
}

/// `clone3` has its flags in memory, where no filter can see them: whoever is told that it does not exist uses `clone`.
/// On x86-64 the same goes for the calls of the x32 variant, which have numbers of their own.
pub(super) fn unknown_calls() -> Result<BpfProgram, ConfineError> {
    let unknown = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let mut program = program(always([&("clone3", libc::SYS_clone3)]), unknown.clone())?;
    if cfg!(target_arch = "x86_64") {
        let loaded = program.iter().position(|step| step.code == LOAD_WORD && step.k == 0);
        let after = loaded.map_or(program.len(), |position| position + 1);
        // Jumps are relative and forward; none that is there already leads over this place.
        program.splice(
            after..after,
            [
                sock_filter { code: JUMP_IF_AT_LEAST, jt: 0, jf: 1, k: X32 },
                sock_filter { code: RETURN, jt: 0, jf: 0, k: u32::from(unknown) },
            ],
        );
    }
    Ok(program)
}

/// From `linux/bpf_common.h`: `BPF_LD | BPF_W | BPF_ABS`, `BPF_JMP | BPF_JGE | BPF_K`, `BPF_RET | BPF_K`.
const LOAD_WORD: u16 = 0x20;
const JUMP_IF_AT_LEAST: u16 = 0x35;
const RETURN: u16 = 0x06;
/// `__X32_SYSCALL_BIT`.
const X32: u32 = 0x4000_0000;

fn program(chains: Chains, refusal: SeccompAction) -> Result<BpfProgram, ConfineError> {
    Ok(SeccompFilter::new(chains, SeccompAction::Allow, refusal, ARCHITECTURE)?.try_into()?)
}

fn always<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Chains {
    calls.into_iter().map(|(_, number)| (*number, Vec::new())).collect()
}

fn of_parents(parents: &[i32]) -> Result<Chains, BackendError> {
    let mut chains = always(UNTRACEABLE);
    for (_, number) in BY_PROCESS {
        let of_each = parents.iter().map(|parent| rule([equals(0, *parent)?])).collect::<Result<_, _>>()?;
        chains.insert(*number, of_each);
    }
    Ok(chains)
}

/// The bits of a socket's type; the others are flags.
const SOCKET_TYPE: u64 = 0xf;
/// Obsolete, and raw all the same.
pub(crate) const SOCK_PACKET: i32 = 10;
/// From `linux/resource.h` and `linux/ioprio.h`.
const PRIO_PROCESS: i32 = 0;
const IOPRIO_WHO_PROCESS: i32 = 1;
/// Connects by sending, which Landlock's hook for connecting does not see.
const MSG_FASTOPEN: u64 = libc::MSG_FASTOPEN as u64;
const TIOCSTI: i32 = 0x5412;

/// TCP and UDP over the internet if there is a network (other protocols pass by Landlock's rules for ports); routes,
/// which resolvers ask for; nothing else.
fn sockets(network: bool) -> Result<Vec<SeccompRule>, BackendError> {
    let (inet, inet6, netlink) = (libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK);
    let mut rules = vec![
        rule([differs(0, inet)?, differs(0, inet6)?, differs(0, netlink)?])?,
        rule([equals(0, netlink)?, differs(2, libc::NETLINK_ROUTE)?])?,
    ];
    for family in [inet, inet6] {
        if network {
            let (any, tcp, udp) = (0, libc::IPPROTO_TCP, libc::IPPROTO_UDP);
            rules.push(rule([equals(0, family)?, differs(2, any)?, differs(2, tcp)?, differs(2, udp)?])?);
            rules.push(rule([equals(0, family)?, masked(1, SOCKET_TYPE, libc::SOCK_RAW)?])?);
            rules.push(rule([equals(0, family)?, masked(1, SOCKET_TYPE, SOCK_PACKET)?])?);
        } else {
            rules.push(rule([equals(0, family)?])?);
        }
    }
    Ok(rules)
}

/// Any flag that makes a namespace. (`CLONE_NEWTIME` is none of `clone`'s.)
fn namespaces() -> Result<Vec<SeccompRule>, BackendError> {
    let flags = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ];
    flags.into_iter().map(|flag| rule([masked(0, u64::from(flag.cast_unsigned()), flag)?])).collect()
}

fn rule<const N: usize>(conditions: [SeccompCondition; N]) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions.into_iter().collect())
}

fn equals(argument: u8, value: i32) -> Result<SeccompCondition, BackendError> {
    compare(argument, SeccompCmpOp::Eq, value)
}

fn differs(argument: u8, value: i32) -> Result<SeccompCondition, BackendError> {
    compare(argument, SeccompCmpOp::Ne, value)
}

fn masked(argument: u8, mask: u64, value: i32) -> Result<SeccompCondition, BackendError> {
    compare(argument, SeccompCmpOp::MaskedEq(mask), value)
}

fn compare(argument: u8, operator: SeccompCmpOp, value: i32) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, u64::from(value.cast_unsigned()))
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;

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
