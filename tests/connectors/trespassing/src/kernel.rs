//! What changes the system, or makes another one.

use std::{
    ffi::CString,
    fs::File,
    io,
    os::{fd::AsRawFd, unix::ffi::OsStrExt},
};

use connector_interface::Error;

use crate::{
    Configuration,
    files::{at, owned},
    system_call::{Argument, call, words},
};

type Tried = Result<Vec<String>, Error>;

fn done(tried: io::Result<i64>) -> Tried {
    Ok(tried.map(|_| Vec::new())?)
}

pub(crate) fn mount(configuration: &Configuration) -> Tried {
    let path = CString::new(configuration.path.as_os_str().as_bytes())?;
    done(call(libc::SYS_mount, [c"none".into(), path.as_c_str().into(), c"tmpfs".into(), 0.into(), 0.into()]))
}

/// Takes back what the runner has done to the mount of the root, and not to those below it: without a sandbox they are
/// everybody's.
pub(crate) fn make_writable(_configuration: &Configuration) -> Tried {
    let attributes = words([0, 1, 0, 0]);
    let arguments = [libc::AT_FDCWD.into(), c"/".into(), 0.into(), Argument::Bytes(&attributes), 32.into()];
    done(call(libc::SYS_mount_setattr, arguments))
}

pub(crate) fn unshare_user(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_unshare, [libc::CLONE_NEWUSER.into()]))
}

pub(crate) fn unshare_mounts(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_unshare, [libc::CLONE_NEWNS.into()]))
}

pub(crate) fn enter_namespace(_configuration: &Configuration) -> Tried {
    let namespace = File::open("/proc/self/ns/net")?;
    done(call(libc::SYS_setns, [namespace.as_raw_fd().into(), 0.into()]))
}

pub(crate) fn clone_user(_configuration: &Configuration) -> Tried {
    let flags = i64::from(libc::CLONE_NEWUSER | libc::SIGCHLD);
    // SAFETY: without a new stack and without CLONE_VM this is fork.
    match unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) } {
        -1 => Err(io::Error::last_os_error().into()),
        // SAFETY: it ends the child without any code of the parent.
        0 => unsafe { libc::_exit(0) },
        _ => Ok(Vec::new()),
    }
}

/// `clone3`, with a size that no kernel takes: where it exists it says EINVAL.
pub(crate) fn clone_newly(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_clone3, [Argument::Bytes(&[0; 88]), 1.into()]))
}

pub(crate) fn change_root(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_chroot, [c"/usr".into()]))
}

pub(crate) fn load_module(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_init_module, [Argument::Bytes(b"\x7fELF"), 4.into(), c"".into()]))
}

pub(crate) fn load_module_file(_configuration: &Configuration) -> Tried {
    let file = File::open("/etc/hosts")?;
    done(call(libc::SYS_finit_module, [file.as_raw_fd().into(), c"".into(), 0.into()]))
}

pub(crate) fn load_kernel(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_kexec_load, [0.into(), 0.into(), 0.into(), 0.into()]))
}

/// Into the kernel: `BPF_MAP_CREATE` of an array.
pub(crate) fn load_program(_configuration: &Configuration) -> Tried {
    let attributes: Vec<u8> = [2_u32, 4, 8, 1].into_iter().flat_map(u32::to_ne_bytes).collect();
    done(call(libc::SYS_bpf, [0.into(), Argument::Bytes(&attributes), 16.into()]))
}

/// `struct perf_event_attr`: a software counter, its length, the processor's clock.
pub(crate) fn count_events(_configuration: &Configuration) -> Tried {
    let mut attributes = [0; 64];
    attributes[0] = 1;
    attributes[4] = 64;
    let arguments = [Argument::Bytes(&attributes), 0.into(), (-1).into(), (-1).into(), 0.into()];
    done(call(libc::SYS_perf_event_open, arguments))
}

/// `KEYCTL_GET_KEYRING_ID` of the session.
pub(crate) fn read_keys(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_keyctl, [0.into(), (-3).into(), 0.into()]))
}

pub(crate) fn make_ring(_configuration: &Configuration) -> Tried {
    let mut parameters = [0; 120];
    done(call(libc::SYS_io_uring_setup, [1.into(), Argument::Room(&mut parameters)]))
}

pub(crate) fn handle_faults(_configuration: &Configuration) -> Tried {
    const UFFD_USER_MODE_ONLY: i32 = 1;
    done(call(libc::SYS_userfaultfd, [UFFD_USER_MODE_ONLY.into()]))
}

/// To what it is no longer.
pub(crate) fn set_clock(_configuration: &Configuration) -> Tried {
    let mut now = [0; 16];
    call(libc::SYS_clock_gettime, [libc::CLOCK_REALTIME.into(), Argument::Room(&mut now)])?;
    done(call(libc::SYS_clock_settime, [libc::CLOCK_REALTIME.into(), Argument::Bytes(&now)]))
}

pub(crate) fn set_host_name(_configuration: &Configuration) -> Tried {
    let mut names = [0; 390];
    call(libc::SYS_uname, [Argument::Room(&mut names)])?;
    let name = &names[65..130];
    let length = name.iter().position(|byte| *byte == 0).unwrap_or(0);
    done(call(libc::SYS_sethostname, [Argument::Bytes(name), i64::try_from(length)?.into()]))
}

/// `SYSLOG_ACTION_SIZE_UNREAD`.
pub(crate) fn read_log(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_syslog, [9.into(), 0.into(), 0.into()]))
}

/// Learns the names of files that come and go in a folder.
pub(crate) fn watch_files(configuration: &Configuration) -> Tried {
    let watching = owned(call(libc::SYS_inotify_init1, [0.into()])?)?;
    let path = CString::new(configuration.path.as_os_str().as_bytes())?;
    let all = 0xfff;
    let arguments = [watching.as_raw_fd().into(), path.as_c_str().into(), all.into()];
    at(&configuration.path, call(libc::SYS_inotify_add_watch, arguments))
}
