//! Other processes, and what becomes of its own.

use std::{
    env, fs,
    os::unix::{fs::PermissionsExt, process::parent_id},
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

use connector_interface::Error;

use crate::{
    Configuration,
    files::{at, owned},
    system_call::{Argument, call, words},
};

type Tried = Result<Vec<String>, Error>;

fn done<T, E: Into<Error>>(tried: Result<T, E>) -> Tried {
    tried.map(|_| Vec::new()).map_err(Into::into)
}

/// No trespass: users and groups, as the kernel tells them.
pub(crate) fn say_who(_configuration: &Configuration) -> Tried {
    let status = fs::read_to_string("/proc/self/status")?;
    let told = |line: &&str| ["Uid:", "Gid:", "Groups:", "CapBnd:"].iter().any(|key| line.starts_with(key));
    Ok(status
        .lines()
        .filter(told)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect())
}

fn read_of(process: impl std::fmt::Display, file: &str) -> Tried {
    let path = format!("/proc/{process}/{file}");
    let path = Path::new(&path);
    at(path, fs::File::open(path))
}

pub(crate) fn read_memory_of(configuration: &Configuration) -> Tried {
    read_of(configuration.process, "mem")
}

pub(crate) fn read_environment_of(configuration: &Configuration) -> Tried {
    read_of(configuration.process, "environ")
}

pub(crate) fn read_parents_memory(_configuration: &Configuration) -> Tried {
    read_of(parent_id(), "mem")
}

pub(crate) fn list_descriptors_of(configuration: &Configuration) -> Tried {
    let path = format!("/proc/{}/fd", configuration.process);
    at(Path::new(&path), fs::read_dir(&path))
}

pub(crate) fn signal(configuration: &Configuration) -> Tried {
    done(call(libc::SYS_kill, [configuration.process.into(), libc::SIGKILL.into()]))
}

pub(crate) fn signal_by_descriptor(configuration: &Configuration) -> Tried {
    let descriptor = call(libc::SYS_pidfd_open, [configuration.process.into()])?;
    done(call(libc::SYS_pidfd_send_signal, [descriptor.into(), libc::SIGKILL.into()]))
}

/// Has the kernel signal another process whenever there is something to read.
pub(crate) fn signal_by_input(configuration: &Configuration) -> Tried {
    let mut ends = [0; 8];
    call(libc::SYS_pipe2, [Argument::Room(&mut ends)])?;
    let end = |bytes: &[u8]| i32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let (output, input) = (end(&ends[..4]), end(&ends[4..]));
    // `F_SETSIG`.
    call(libc::SYS_fcntl, [output.into(), 10.into(), libc::SIGKILL.into()])?;
    call(libc::SYS_fcntl, [output.into(), libc::F_SETOWN.into(), configuration.process.into()])?;
    call(libc::SYS_fcntl, [output.into(), libc::F_SETFL.into(), libc::O_ASYNC.into()])?;
    done(call(libc::SYS_write, [input.into(), Argument::Bytes(b"0"), 1.into()]))
}

pub(crate) fn limit(configuration: &Configuration) -> Tried {
    // Sensible, and the same for each: 1,000 files.
    let limit = words([1000, 1000]);
    let arguments = [
        configuration.process.into(),
        i64::from(libc::RLIMIT_NOFILE).into(),
        Argument::Bytes(&limit),
        0.into(),
    ];
    done(call(libc::SYS_prlimit64, arguments))
}

pub(crate) fn make_less_urgent(configuration: &Configuration) -> Tried {
    const PRIO_PROCESS: i32 = 0;
    done(call(libc::SYS_setpriority, [PRIO_PROCESS.into(), configuration.process.into(), 19.into()]))
}

/// All processes of this user, wherever they are.
pub(crate) fn make_users_less_urgent(_configuration: &Configuration) -> Tried {
    const PRIO_USER: i32 = 2;
    done(call(libc::SYS_setpriority, [PRIO_USER.into(), 0.into(), 19.into()]))
}

pub(crate) fn make_idle(configuration: &Configuration) -> Tried {
    let priority = 0_i32.to_ne_bytes();
    let arguments = [configuration.process.into(), libc::SCHED_IDLE.into(), Argument::Bytes(&priority)];
    done(call(libc::SYS_sched_setscheduler, arguments))
}

pub(crate) fn pin(configuration: &Configuration) -> Tried {
    let processors = words([1]);
    let arguments = [configuration.process.into(), 8.into(), Argument::Bytes(&processors)];
    done(call(libc::SYS_sched_setaffinity, arguments))
}

pub(crate) fn slow_down_files_of(configuration: &Configuration) -> Tried {
    const IOPRIO_WHO_PROCESS: i32 = 1;
    const IDLE: i32 = 3 << 13;
    done(call(libc::SYS_ioprio_set, [IOPRIO_WHO_PROCESS.into(), configuration.process.into(), IDLE.into()]))
}

pub(crate) fn trace(configuration: &Configuration) -> Tried {
    const PTRACE_ATTACH: i32 = 16;
    done(call(libc::SYS_ptrace, [PTRACE_ATTACH.into(), configuration.process.into()]))
}

pub(crate) fn be_traced(_configuration: &Configuration) -> Tried {
    const PTRACE_TRACEME: i32 = 0;
    done(call(libc::SYS_ptrace, [PTRACE_TRACEME.into()]))
}

pub(crate) fn read_directly(configuration: &Configuration) -> Tried {
    let mut room = [0; 8];
    // `struct iovec`: where, how much. Every x86-64 program without relocation has its start there; others have not.
    let ours = words([room.as_mut_ptr() as u64, 8]);
    let theirs = words([0x40_0000, 8]);
    let arguments =
        [configuration.process.into(), Argument::Bytes(&ours), 1.into(), Argument::Bytes(&theirs), 1.into()];
    done(call(libc::SYS_process_vm_readv, arguments))
}

pub(crate) fn take_descriptor(configuration: &Configuration) -> Tried {
    let process = owned(call(libc::SYS_pidfd_open, [configuration.process.into()])?)?;
    let process = std::os::fd::AsRawFd::as_raw_fd(&process);
    done(call(libc::SYS_pidfd_getfd, [process.into(), 1.into()]))
}

pub(crate) fn execute(_configuration: &Configuration) -> Tried {
    done(Command::new("/bin/true").status())
}

/// With the right to execute programs, but one of its own.
pub(crate) fn execute_own_file(_configuration: &Configuration) -> Tried {
    let path = env::temp_dir().join("true");
    fs::write(&path, "#!/bin/sh\nexit 0\n")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700))?;
    at(&path, Command::new(&path).status())
}

/// A process in a session of its own, whose parent is gone.
pub(crate) fn outlive(_configuration: &Configuration) -> Tried {
    // SAFETY: the child only makes system calls; it allocates nothing and takes no lock.
    if unsafe { libc::fork() } == 0 {
        // SAFETY: as above.
        unsafe { libc::setsid() };
        // SAFETY: as above.
        if unsafe { libc::fork() } == 0 {
            sleep_on();
        }
        // SAFETY: it ends the child without any code of the parent.
        unsafe { libc::_exit(0) };
    }
    thread::sleep(Duration::from_millis(200));
    Ok(Vec::new())
}

/// The same with a process that is the guardian's child, not the worker's.
pub(crate) fn outlive_as_sibling(_configuration: &Configuration) -> Tried {
    let flags = i64::from(libc::CLONE_PARENT | libc::SIGCHLD);
    // SAFETY: without a new stack and without CLONE_VM this is fork, but for the parent.
    match unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) } {
        -1 => Err(std::io::Error::last_os_error().into()),
        0 => {
            // SAFETY: the child only makes system calls; it allocates nothing and takes no lock.
            unsafe { libc::setsid() };
            sleep_on()
        }
        _ => Ok(Vec::new()),
    }
}

/// In a child after a fork.
fn sleep_on() -> ! {
    loop {
        // SAFETY: it touches no memory.
        unsafe { libc::sleep(3600) };
    }
}

pub(crate) fn raise_limit(_configuration: &Configuration) -> Tried {
    let limit = words([1 << 20, 1 << 20]);
    done(call(libc::SYS_setrlimit, [i64::from(libc::RLIMIT_NOFILE).into(), Argument::Bytes(&limit)]))
}

/// Root where it is not, else nobody.
pub(crate) fn become_user(_configuration: &Configuration) -> Tried {
    // SAFETY: it touches no memory.
    let other = if unsafe { libc::geteuid() } == 0 { 65_534 } else { 0 };
    done(call(libc::SYS_setuid, [Argument::Number(other)]))
}

pub(crate) fn become_dumpable(_configuration: &Configuration) -> Tried {
    done(call(libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1.into()]))
}
