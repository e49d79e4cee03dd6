//! Names the files and ports that Landlock denies, by looking at what a connector asks for.
//!
//! The kernel decides; this only says what it will decide, and why. Between the look and the decision a connector may
//! change what it asks for, so a trace is for finding out what an honest one needs.

use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::{ffi::OsStrExt, fs::FileExt},
    path::{Path, PathBuf},
};

use crate::confinement::{Notification, Reach, name_of};

use super::denials::Denial;

/// The longest path that the kernel takes.
const PATH_MAX: usize = 4096;

/// What a traced system call asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// To read a file or folder.
    Read(PathBuf),
    /// To write a file, or to change what is in its folder.
    Write(PathBuf),
    /// To connect over TCP, or to send datagrams.
    Connect(IpAddr, u16),
    /// Something that cannot be denied, or not be seen.
    Other,
}

impl Trace {
    /// All that a system call asks for; none where it is not among those that are only traced.
    pub(super) fn of(notification: &Notification) -> Option<Vec<Self>> {
        let Notification { pid, number, arguments, .. } = *notification;
        let process = Asking { pid };
        let [first, second, third, fourth, ..] = arguments;
        let write = |folder: Option<u64>, path: u64| process.path(folder, path).map(Self::Write);
        let traced = match name_of(number)? {
            "openat" => process.open(Some(first), second, third),
            "openat2" => process.flags_at(third).and_then(|flags| process.open(Some(first), second, flags)),
            "open" => process.open(None, first, second),
            "creat" | "mkdir" | "unlink" | "rmdir" | "mknod" => write(None, first),
            "mkdirat" | "unlinkat" | "mknodat" => write(Some(first), second),
            "symlink" => write(None, second),
            "symlinkat" => write(Some(second), third),
            "rename" | "link" => {
                return Some([write(None, first), write(None, second)].into_iter().flatten().collect());
            }
            "renameat" | "renameat2" | "linkat" => {
                let both = [write(Some(first), second), write(Some(third), fourth)];
                return Some(both.into_iter().flatten().collect());
            }
            "connect" => process.address(second, third),
            _ => return None,
        };
        Some(traced.into_iter().collect())
    }

    /// The denial, if it is out of reach.
    pub(super) fn denial(&self, reach: &Reach) -> Option<Denial> {
        let (what, grant) = match self {
            // What is not there is not found, whatever is granted.
            Self::Read(path) if reach.reads(path) || !path.exists() => return None,
            Self::Read(path) => (format!("reading {}", path.display()), format!("read:{}", path.display())),
            Self::Write(path) if reach.writes(path) => return None,
            Self::Write(path) => (format!("writing {}", path.display()), format!("write:{}", path.display())),
            Self::Connect(_, port) if reach.connects(*port) => return None,
            Self::Connect(address, port) => {
                (format!("connecting to port {port} of {address}"), format!("connect:{port}"))
            }
            Self::Other => return None,
        };
        Some(Denial { what, grant: Some(grant), is_usual: false, times: 1 })
    }
}

/// A process that waits for an answer, and whose memory can be looked at until it gets one.
struct Asking {
    pid: u32,
}

impl Asking {
    fn open(&self, folder: Option<u64>, path: u64, flags: u64) -> Option<Trace> {
        let path = self.path(folder, path)?;
        let flags = flags as i32;
        let writes =
            flags & libc::O_ACCMODE != libc::O_RDONLY || flags & (libc::O_CREAT | libc::O_TRUNC) != 0;
        let asks_for_nothing = flags & libc::O_PATH != 0;
        let of_itself = path.starts_with(format!("/proc/{}", self.pid));
        Some(match (asks_for_nothing || of_itself, writes) {
            (true, _) => Trace::Other,
            (_, true) => Trace::Write(path),
            (_, false) => Trace::Read(path),
        })
    }

    /// `struct open_how` begins with the flags.
    fn flags_at(&self, address: u64) -> Option<u64> {
        let mut flags = [0; 8];
        self.memory()?.read_exact_at(&mut flags, address).ok()?;
        Some(u64::from_le_bytes(flags))
    }

    /// A path in the process's memory, absolute, with the links of its folder followed.
    fn path(&self, folder: Option<u64>, address: u64) -> Option<PathBuf> {
        let path = self.text_at(address)?;
        let start = match folder.map(|folder| folder as i32) {
            _ if path.is_absolute() => PathBuf::new(),
            None | Some(libc::AT_FDCWD) => fs::read_link(format!("/proc/{}/cwd", self.pid)).ok()?,
            Some(descriptor) => fs::read_link(format!("/proc/{}/fd/{descriptor}", self.pid)).ok()?,
        };
        Some(self.resolved(&start.join(path)))
    }

    /// As far as it exists; `/proc/self` is the asking process, not this one.
    fn resolved(&self, path: &Path) -> PathBuf {
        let own = path.strip_prefix("/proc/self").or_else(|_| path.strip_prefix("/proc/thread-self"));
        let path = match own {
            Ok(rest) => Path::new("/proc").join(self.pid.to_string()).join(rest),
            Err(_) => path.to_owned(),
        };
        if let Ok(resolved) = path.canonicalize() {
            return resolved;
        }
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        folder.zip(path.file_name()).map_or(path.clone(), |(folder, name)| folder.join(name))
    }

    fn text_at(&self, address: u64) -> Option<PathBuf> {
        let memory = self.memory()?;
        let mut bytes = vec![0; PATH_MAX];
        let mut read = 0;
        // Page by page: the next one may not be there.
        while read < PATH_MAX {
            let start = address + read as u64;
            let end = (PATH_MAX - read).min(4096 - (start % 4096) as usize);
            memory.read_exact_at(&mut bytes[read..read + end], start).ok()?;
            if let Some(length) = bytes[read..read + end].iter().position(|byte| *byte == 0) {
                let path = std::ffi::OsStr::from_bytes(&bytes[..read + length]);
                return Some(path.into()).filter(|_| read + length > 0);
            }
            read += end;
        }
        None
    }

    fn address(&self, address: u64, length: u64) -> Option<Trace> {
        let mut bytes = [0; 28];
        let length = bytes.len().min(length as usize);
        self.memory()?.read_exact_at(&mut bytes[..length], address).ok()?;
        Some(socket_address(&bytes[..length]))
    }

    fn memory(&self) -> Option<File> {
        File::open(format!("/proc/{}/mem", self.pid)).ok()
    }
}

/// `struct sockaddr_in` or `sockaddr_in6`.
fn socket_address(bytes: &[u8]) -> Trace {
    let Some((&[low, high], rest)) = bytes.split_first_chunk() else { return Trace::Other };
    let Some((&port, rest)) = rest.split_first_chunk() else { return Trace::Other };
    let port = u16::from_be_bytes(port);
    match i32::from(u16::from_le_bytes([low, high])) {
        libc::AF_INET => match rest.first_chunk::<4>() {
            Some(address) => Trace::Connect(Ipv4Addr::from(*address).into(), port),
            None => Trace::Other,
        },
        libc::AF_INET6 => match rest.get(4..).and_then(<[u8]>::first_chunk::<16>) {
            Some(address) => Trace::Connect(Ipv6Addr::from(*address).into(), port),
            None => Trace::Other,
        },
        _ => Trace::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_kernel_lays_them_out() {
        let v4 = [2, 0, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(socket_address(&v4), Trace::Connect(Ipv4Addr::LOCALHOST.into(), 8080));
        let mut v6 = [0; 28];
        v6[..4].copy_from_slice(&[10, 0, 0x1f, 0x90]);
        v6[23] = 1;
        assert_eq!(socket_address(&v6), Trace::Connect(Ipv6Addr::LOCALHOST.into(), 8080));
        for other in [&[][..], &[1, 0], &[2, 0, 0, 80], &[1, 0, b'/', b'x']] {
            assert_eq!(socket_address(other), Trace::Other);
        }
    }

    #[test]
    fn paths_are_read_from_the_memory_of_the_process() {
        let here = Asking { pid: std::process::id() };
        let text = c"/proc/self/maps";
        let expected = PathBuf::from(format!("/proc/{}/maps", std::process::id()));
        assert_eq!(here.path(None, text.as_ptr() as u64), Some(expected));
        let relative = c"src";
        let expected = std::env::current_dir().unwrap().join("src");
        assert_eq!(here.path(Some(libc::AT_FDCWD as u64), relative.as_ptr() as u64), Some(expected));
        assert_eq!(here.path(None, 8), None);
    }
}
