//! Filters whose refusals are told to another process, which answers them: seccomp_unotify(2).

use std::{
    io,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd},
};

use rustix::io::Errno;
use seccompiler::{BpfProgram, SeccompAction, sock_filter};

use super::ConfineError;

/// A system call that waits for an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notification {
    pub(crate) id: u64,
    /// The thread that made it; 0 where it is out of sight.
    pub(crate) pid: u32,
    pub(crate) number: i64,
    pub(crate) arguments: [u64; 6],
}

/// What is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It fails with EPERM.
    Refuse,
    /// The kernel does it, and its other fences decide.
    Continue,
}

/// `seccomp_data`'s `args` begin behind number, architecture and instruction pointer; a kernel may have more behind them.
#[repr(C)]
struct Received {
    notification: libc::seccomp_notif,
    reserve: [u64; 32],
}

#[repr(C)]
struct Sent {
    response: libc::seccomp_notif_resp,
    reserve: [u64; 32],
}

/// Installs a filter that answers by itself.
pub(super) fn install_silent(program: &BpfProgram) -> Result<(), ConfineError> {
    set_filter(program, 0).map(drop).map_err(ConfineError::Install)
}

/// Installs a filter whose `Trace` becomes 'ask the listener'; gives the listener. A kernel that cannot do so, or a
/// process that has one already, gets EPERM in its place, and nobody is told.
pub(super) fn install(program: &BpfProgram) -> Result<Option<OwnedFd>, ConfineError> {
    match set_filter(
        &with_answer(program, libc::SECCOMP_RET_USER_NOTIF),
        libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
    ) {
        Ok(descriptor) => {
            // SAFETY: with this flag the kernel has just made this descriptor, for us alone.
            Ok(Some(unsafe { OwnedFd::from_raw_fd(descriptor) }))
        }
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::EBUSY)) => {
            let refusal = u32::from(SeccompAction::Errno(libc::EPERM.cast_unsigned()));
            install_silent(&with_answer(program, refusal)).map(|()| None)
        }
        Err(error) => Err(ConfineError::Install(error)),
    }
}

fn with_answer(program: &BpfProgram, answer: u32) -> BpfProgram {
    let stand_in = u32::from(SeccompAction::Trace(0));
    let replaced = program.iter().map(|step| match step.k {
        k if k == stand_in => sock_filter { k: answer, ..step.clone() },
        _ => step.clone(),
    });
    replaced.collect()
}

fn set_filter(program: &BpfProgram, flags: libc::c_ulong) -> io::Result<RawFd> {
    let length = u16::try_from(program.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // The crate's instructions are laid out as the kernel's; it is told not to change them.
    let program =
        libc::sock_fprog { len: length, filter: program.as_ptr().cast::<libc::sock_filter>().cast_mut() };
    // SAFETY: `program` points to `len` instructions that outlive the call; the kernel copies them and keeps nothing.
    let answer = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, std::ptr::from_ref(&program))
    };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer as RawFd) }
}

/// Takes the next system call that waits; none where its thread has gone meanwhile.
pub(crate) fn receive(listener: impl AsFd) -> io::Result<Option<Notification>> {
    let data = libc::seccomp_data { nr: 0, arch: 0, instruction_pointer: 0, args: [0; 6] };
    let notification = libc::seccomp_notif { id: 0, pid: 0, flags: 0, data };
    let mut received = Received { notification, reserve: [0; 32] };
    let pointer = std::ptr::from_mut(&mut received);
    // SAFETY: the kernel writes its structure to the start of ours, which is longer than any kernel's and is zeroed.
    let answer =
        unsafe { libc::ioctl(listener.as_fd().as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, pointer) };
    if answer < 0 {
        let error = io::Error::last_os_error();
        let gone = [Errno::NOENT, Errno::INTR].map(Errno::raw_os_error);
        return if error.raw_os_error().is_some_and(|number| gone.contains(&number)) {
            Ok(None)
        } else {
            Err(error)
        };
    }
    let libc::seccomp_notif { id, pid, data, .. } = received.notification;
    Ok(Some(Notification { id, pid, number: i64::from(data.nr), arguments: data.args }))
}

/// Whether a system call still waits: then its process id is still its own.
pub(crate) fn is_waiting(listener: impl AsFd, id: u64) -> bool {
    let pointer = std::ptr::from_ref(&id);
    // SAFETY: the kernel reads a number of 64 bits, which outlives the call.
    let answer =
        unsafe { libc::ioctl(listener.as_fd().as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID, pointer) };
    answer == 0
}

/// Answers a system call that waits. One whose thread has gone needs no answer.
pub(crate) fn answer(listener: impl AsFd, id: u64, answer: Answer) -> io::Result<()> {
    let (error, flags) = match answer {
        Answer::Refuse => (-libc::EPERM, 0),
        Answer::Continue => (0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32),
    };
    let mut sent = Sent { response: libc::seccomp_notif_resp { id, val: 0, error, flags }, reserve: [0; 32] };
    let pointer = std::ptr::from_mut(&mut sent);
    // SAFETY: the kernel reads its structure from the start of ours, which is longer than any kernel's.
    let answered =
        unsafe { libc::ioctl(listener.as_fd().as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, pointer) };
    match answered {
        0 => Ok(()),
        _ => match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::ENOENT) => Ok(()),
            error => Err(error),
        },
    }
}
