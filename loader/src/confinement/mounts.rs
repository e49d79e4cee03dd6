//! Read-only mounts, where the runner is root: Landlock does not know of modes, owners and times, and root owns much.

use std::{ffi::CString, io, os::unix::ffi::OsStrExt, path::Path};

use rustix::{
    mount::{MountPropagationFlags, mount_bind_recursive, mount_change},
    thread::{UnshareFlags, unshare_unsafe},
};

/// `struct mount_attr` of mount_setattr(2).
#[repr(C)]
struct Attributes {
    set: u64,
    clear: u64,
    propagation: u64,
    namespace: u64,
}

const READ_ONLY: u64 = 1;

/// Moves this process to a mount namespace of its own, in which only these paths can be changed.
///
/// # Errors
/// Where the process may not, as without root.
pub(super) fn make_read_only(writable: &[&Path]) -> io::Result<()> {
    // SAFETY: with this flag alone no descriptor becomes invalid and no thread loses what it shared.
    unsafe { unshare_unsafe(UnshareFlags::NEWNS) }?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    // What is not there cannot be changed either.
    let writable: Vec<_> = writable.iter().filter(|path| path.exists()).collect();
    for path in &writable {
        // A mount of its own, to be left as it is.
        mount_bind_recursive(**path, **path)?;
    }
    set_attributes(Path::new("/"), &Attributes { set: READ_ONLY, clear: 0, propagation: 0, namespace: 0 })?;
    for path in writable {
        set_attributes(path, &Attributes { set: 0, clear: READ_ONLY, propagation: 0, namespace: 0 })?;
    }
    Ok(())
}

fn set_attributes(path: &Path, attributes: &Attributes) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    // SAFETY: the path ends with a NUL and the structure has the size that is given; the kernel reads both and keeps
    // neither.
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            std::ptr::from_ref(attributes),
            size_of::<Attributes>(),
        )
    };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
