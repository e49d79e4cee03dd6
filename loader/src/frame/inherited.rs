//! Descriptors that a process was born with.

use std::{
    io,
    os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd},
};

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};

/// Why a descriptor that the parent should have passed on is not there.
#[derive(Debug, thiserror::Error)]
#[error("descriptor {number}, {purpose}, was not passed on")]
pub(crate) struct InheritError {
    number: RawFd,
    purpose: &'static str,
    #[source]
    source: io::Error,
}

/// Takes ownership of a descriptor passed on by the parent, and keeps it from this process's own children.
///
/// Call it once for each number, before anything else opens files.
pub(crate) fn inherit(number: RawFd, purpose: &'static str) -> Result<OwnedFd, InheritError> {
    let error = |source: rustix::io::Errno| InheritError { number, purpose, source: source.into() };
    set_close_on_exec(number).map_err(error)?;
    // SAFETY: the descriptor is open, as the call before has shown; each number is taken once, at the
    // start of the process, when no other part of it can have opened or own it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Keeps every descriptor above stderr that this process was born with from its children.
///
/// What a shell or service manager left open is none of a connector's business.
pub(crate) fn keep_from_children() -> io::Result<()> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir("/proc/self/fd")? {
        numbers.extend(entry?.file_name().to_str().and_then(|name| name.parse::<RawFd>().ok()));
    }
    for number in numbers.into_iter().filter(|number| *number > 2) {
        // The listing's own descriptor is closed by now.
        let _ = set_close_on_exec(number);
    }
    Ok(())
}

fn set_close_on_exec(number: RawFd) -> rustix::io::Result<()> {
    // SAFETY: borrowed for the two calls below only, which report a descriptor that is not open.
    let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
    let flags = fcntl_getfd(descriptor)?;
    fcntl_setfd(descriptor, flags | FdFlags::CLOEXEC)
}
