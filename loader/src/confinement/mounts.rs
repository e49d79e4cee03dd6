//! Read-only mounts, where the runner is root: Landlock does not know of modes, owners and times, and root owns much.

use std::{ffi::CString, io, os::unix::ffi::OsStrExt, path::Path};

use rustix::{
    fs::{StatVfsMountFlags, statvfs},
    mount::{MountPropagationFlags, mount_bind_recursive, mount_change},
    thread::{UnshareFlags, unshare_unsafe},
};

use super::ConfineError;

/// `struct mount_attr` of mount_setattr(2).
#[repr(C)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    namespace: u64,
}

const READ_ONLY: u64 = 1;

/// Moves this process to a mount namespace of its own, in which only these paths can be changed, without what is mounted
/// below them. False where it may not, as without root, or the kernel cannot (before Linux 5.12).
///
/// # Errors
/// Where the paths that should be left as they were have become read-only too.
pub(super) fn make_read_only(writable: &[&Path]) -> Result<bool, ConfineError> {
    // What is not there, or read-only for everybody, cannot be changed either.
    let writable: Vec<&Path> = writable.iter().copied().filter(|path| is_writable(path)).collect();
    let is_read_only = enter_namespace(&writable)
        .and_then(|()| set_attributes(Path::new("/"), READ_ONLY, 0, libc::AT_RECURSIVE));
    if is_read_only.is_err() {
        return Ok(false);
    }
    for path in writable {
        set_attributes(path, 0, READ_ONLY, 0)
            .map_err(|source| ConfineError::Privilege { what: "keep what was granted writable", source })?;
    }
    // What the working directory was lies below the new mounts. One that is gone has nowhere to go to.
    let _ = std::env::current_dir().and_then(std::env::set_current_dir);
    Ok(true)
}

/// Whether it is there, on a mount that is not read-only for the runner itself.
fn is_writable(path: &Path) -> bool {
    statvfs(path).is_ok_and(|found| !found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Each path becomes a mount of its own.
fn enter_namespace(paths: &[&Path]) -> io::Result<()> {
    // SAFETY: with this flag alone no descriptor becomes invalid and no thread loses what it shared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
    // What is unmounted outside is unmounted here, and nothing goes the other way.
    mount_change("/", MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC)?;
    paths.iter().try_for_each(|path| Ok(mount_bind_recursive(*path, *path)?))
}

fn set_attributes(path: &Path, set: u64, clear: u64, flags: i32) -> io::Result<()> {
    let attributes = Attributes { set, clear, propagation: 0, namespace: 0 };
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the path ends with a NUL and the structure has the size that is given; the kernel reads both and keeps
    // neither.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            flags,
            std::ptr::from_ref(&attributes),
            size_of::<Attributes>(),
        )
    };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
