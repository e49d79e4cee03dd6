//! A network with nothing in it but this machine, and files of the system that are others there.

use std::{fs, io, path::Path, thread};

use rustix::{
    io::Errno,
    mount::{MountPropagationFlags, mount_bind, mount_change},
    net::{AddressFamily, SocketType, socket},
    thread::{UnshareFlags, unshare_unsafe},
};
use tempfile::TempDir;

/// Does something on a thread whose network is its own, as is that of all threads and processes that it starts. There
/// these files, which must exist, have these contents. Gives nothing where the kernel refuses namespaces, and says so.
///
/// # Panics
/// Where the deed does, or the namespaces cannot be furnished.
pub fn in_own_network<T: Send>(files: &[(&str, &str)], deed: impl FnOnce() -> T + Send) -> Option<T> {
    let folder = TempDir::new().expect("a temporary folder");
    let inside = || {
        if let Err(refusal) = leave() {
            eprintln!("SKIPPED: the kernel refuses namespaces: {refusal}");
            return None;
        }
        furnish(folder.path(), files).expect("the namespaces can be furnished");
        Some(deed())
    };
    let ended = thread::scope(|scope| scope.spawn(inside).join());
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Moves this thread, and nothing else of the process, to a network and mounts of its own.
fn leave() -> Result<(), Errno> {
    // SAFETY: descriptors are not unshared, so none becomes invalid; no other thread shares this one's namespaces by
    // more than having inherited the same ones.
    unsafe { unshare_unsafe(UnshareFlags::NEWNET | UnshareFlags::NEWNS) }
}

fn furnish(folder: &Path, files: &[(&str, &str)]) -> io::Result<()> {
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    for (number, (path, content)) in files.iter().enumerate() {
        let file = folder.join(number.to_string());
        fs::write(&file, content)?;
        mount_bind(&file, *path)?;
    }
    Ok(start_loopback()?)
}

fn start_loopback() -> Result<(), Errno> {
    let socket = socket(AddressFamily::INET, SocketType::DGRAM, None)?;
    let mut name = [0; libc::IFNAMSIZ];
    for (letter, place) in b"lo".iter().zip(&mut name) {
        *place = letter.cast_signed();
    }
    let flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    let request =
        libc::ifreq { ifr_name: name, ifr_ifru: libc::__c_anonymous_ifr_ifru { ifru_flags: flags } };
    let socket = std::os::fd::AsRawFd::as_raw_fd(&socket);
    // SAFETY: the kernel reads one `ifreq`, which is whole and lasts longer than the call.
    match unsafe { libc::ioctl(socket, libc::SIOCSIFFLAGS, &raw const request) } {
        0 => Ok(()),
        _ => Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)),
    }
}
