//! The filter of system calls: what no connector needs, and what Landlock does not know.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

use super::{
    ConfineError, Rules, Sandbox,
    tables::{
        ATTRIBUTES, ATTRIBUTES_HERE, BY_PROCESS, CLONE, Call, EXEC, FCNTL, IOCTL, NEVER, NEVER_HERE,
        NEW_ATTRIBUTES, OF_OTHERS, OF_OTHERS_BY_KIND, PRCTL, SENDING, SOCKET, SOCKETPAIR, TRACED,
        TRACED_HERE, TRUNCATE, UNTRACEABLE,
    },
};

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
    chains.extend(of_files(wanted)?);
    chains.extend(of_others()?);
    chains.extend(of_sockets(!wanted.rules.ports.is_empty())?);
    chains.insert(CLONE.1, namespaces()?);
    let dumpable = [libc::PR_SET_DUMPABLE, libc::PR_SET_PTRACER].map(|option| rule([equals(0, option)?]));
    chains.insert(PRCTL.1, dumpable.into_iter().collect::<Result<_, _>>()?);
    if wanted.rules.sandbox == Sandbox::Trace {
        chains.extend(always(TRACED.iter().chain(TRACED_HERE)));
    }
    // `Trace` stands in for the answer that the crate has no word for; the listener puts it in.
    program(chains, SeccompAction::Trace(0))
}

/// Attributes and truncation of files, as far as neither Landlock nor mounts hold them. A connector that may change or make
/// files of its own, and programs, want to set modes and times.
fn of_files(wanted: &Wanted<'_>) -> Result<Chains, BackendError> {
    let may_set = wanted.mounts || wanted.rules.exec || !wanted.rules.write.is_empty();
    let attributes = || ATTRIBUTES.iter().chain(ATTRIBUTES_HERE).chain(NEW_ATTRIBUTES);
    let mut chains = if may_set { Chains::new() } else { always(attributes()) };
    if !wanted.mounts && !wanted.truncation {
        chains.extend(always([&TRUNCATE]));
    }
    let by_request = ATTRIBUTES_BY_IOCTL.iter().filter(|_| !may_set);
    let requests = [TIOCSTI].iter().chain(by_request).chain(&OWNERS_BY_IOCTL);
    chains.insert(IOCTL.1, requests.map(|request| rule([equals(1, *request)?])).collect::<Result<_, _>>()?);
    Ok(chains)
}

/// Limits and priorities of any process but the caller.
fn of_others() -> Result<Chains, BackendError> {
    let mut chains = Chains::new();
    for (_, number) in OF_OTHERS {
        chains.insert(*number, vec![rule([differs(0, 0)?])?]);
    }
    for ((_, number), process) in OF_OTHERS_BY_KIND.iter().zip([PRIO_PROCESS, IOPRIO_WHO_PROCESS]) {
        chains.insert(*number, vec![rule([differs(0, process)?])?, rule([differs(1, 0)?])?]);
    }
    chains.insert(libc::SYS_prlimit64, vec![rule([differs(0, 0)?])?]);
    Ok(chains)
}

fn of_sockets(network: bool) -> Result<Chains, BackendError> {
    let mut chains = Chains::from([(SOCKET.1, sockets(network)?), (SOCKETPAIR.1, socket_pairs()?)]);
    for ((_, number), flags) in SENDING {
        chains.insert(number, vec![rule([masked(flags, MSG_FASTOPEN, libc::MSG_FASTOPEN)?])?]);
    }
    Ok(chains)
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
    let owners = OWNERS_BY_FCNTL.map(|command| rule([equals(1, command)?]));
    chains.insert(FCNTL.1, owners.into_iter().collect::<Result<_, _>>()?);
    let owners = OWNERS_BY_IOCTL.map(|request| rule([equals(1, request)?]));
    chains.insert(IOCTL.1, owners.into_iter().collect::<Result<_, _>>()?);
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
/// `FIOSETOWN` and `SIOCSPGRP`: who gets the signals of a descriptor, which may be any process.
const OWNERS_BY_IOCTL: [i32; 2] = [0x8901, 0x8902];
/// The same by `fcntl`: `F_SETOWN`, `F_SETSIG`, `F_SETOWN_EX`.
const OWNERS_BY_FCNTL: [i32; 3] = [8, 10, 15];
/// `FS_IOC_SETFLAGS`, `FS_IOC_FSSETXATTR`, `FS_IOC_SETVERSION`, `FS_IOC_ENABLE_VERITY`: attributes of files, by a
/// descriptor that may only read.
const ATTRIBUTES_BY_IOCTL: [i32; 4] = [0x4008_6602, 0x401c_5820, 0x4008_7602, 0x4080_6685];

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
            for kind in types_but(&[libc::SOCK_STREAM, libc::SOCK_DGRAM]) {
                rules.push(rule([equals(0, family)?, masked(1, SOCKET_TYPE, kind)?])?);
            }
        } else {
            rules.push(rule([equals(0, family)?])?);
        }
    }
    Ok(rules)
}

/// Pairs of connected Unix sockets and no others: a pair of datagrams could be connected to any socket that has a name.
fn socket_pairs() -> Result<Vec<SeccompRule>, BackendError> {
    let mut rules = vec![rule([differs(0, libc::AF_UNIX)?])?];
    for kind in types_but(&[libc::SOCK_STREAM, libc::SOCK_SEQPACKET]) {
        rules.push(rule([masked(1, SOCKET_TYPE, kind)?])?);
    }
    Ok(rules)
}

/// All types of sockets but these.
fn types_but(allowed: &'static [i32]) -> impl Iterator<Item = i32> {
    (0..=SOCKET_TYPE as i32).filter(|kind| !allowed.contains(kind))
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
