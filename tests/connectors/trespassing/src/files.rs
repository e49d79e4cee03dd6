//! Files that are none of its business.

use std::{
    env,
    ffi::CString,
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd},
        unix::{
            ffi::OsStrExt,
            fs::{PermissionsExt, lchown, symlink},
        },
    },
    path::{Path, PathBuf},
    time::SystemTime,
};

use connector_interface::Error;

use crate::{
    Configuration,
    system_call::{Argument, call, words},
};

type Tried = Result<Vec<String>, Error>;

/// An error as it ought to be: with the path.
pub(crate) fn at<T>(path: &Path, tried: io::Result<T>) -> Tried {
    match tried {
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(Error::new(format!("{}: {error}", path.display()))),
    }
}

fn c_path(path: &Path) -> io::Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

/// Another name in the same folder.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("beside")
}

pub(crate) fn read(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::read(&configuration.path))
}

pub(crate) fn list(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::read_dir(&configuration.path))
}

pub(crate) fn create(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::write(&configuration.path, "0"))
}

pub(crate) fn overwrite(configuration: &Configuration) -> Tried {
    let write = |file: File| io::Write::write_all(&mut &file, b"0");
    at(&configuration.path, OpenOptions::new().write(true).open(&configuration.path).and_then(write))
}

pub(crate) fn truncate(configuration: &Configuration) -> Tried {
    let path = c_path(&configuration.path)?;
    at(&configuration.path, call(libc::SYS_truncate, [path.as_c_str().into(), 0.into()]))
}

pub(crate) fn make_folder(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::create_dir(&configuration.path))
}

pub(crate) fn change_mode(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::set_permissions(&configuration.path, Permissions::from_mode(0o777)))
}

/// `fchmodat2`, of Linux 6.6.
pub(crate) fn change_mode_newly(configuration: &Configuration) -> Tried {
    let path = c_path(&configuration.path)?;
    at(&configuration.path, call(452, [libc::AT_FDCWD.into(), path.as_c_str().into(), 0o777.into()]))
}

pub(crate) fn change_owner(configuration: &Configuration) -> Tried {
    // Nobody needs a right to give a file to whom it belongs already; the filter does not know to whom.
    at(&configuration.path, lchown(&configuration.path, None, None))
}

pub(crate) fn change_times(configuration: &Configuration) -> Tried {
    let set = |file: File| file.set_modified(SystemTime::UNIX_EPOCH);
    let path = c_path(&configuration.path)?;
    let times = words([0; 4]);
    let named = call(
        libc::SYS_utimensat,
        [libc::AT_FDCWD.into(), path.as_c_str().into(), Argument::Bytes(&times), 0.into()],
    );
    // A file that may be read has a descriptor, through which the same can be tried.
    let opened = File::open(&configuration.path).and_then(set);
    at(&configuration.path, opened.or(named.map(drop)))
}

const ATTRIBUTE: &std::ffi::CStr = c"user.trespassing";

pub(crate) fn set_attribute(configuration: &Configuration) -> Tried {
    let path = c_path(&configuration.path)?;
    let arguments = [path.as_c_str().into(), ATTRIBUTE.into(), Argument::Bytes(b"1"), 1.into(), 0.into()];
    at(&configuration.path, call(libc::SYS_setxattr, arguments))
}

/// `setxattrat`, of Linux 6.13.
pub(crate) fn set_attribute_newly(configuration: &Configuration) -> Tried {
    let path = c_path(&configuration.path)?;
    let value = *b"1";
    // `struct xattr_args`: where the value is, its length, flags.
    let value = words([value.as_ptr() as u64, 1]);
    at(
        &configuration.path,
        call(
            463,
            [
                libc::AT_FDCWD.into(),
                path.as_c_str().into(),
                0.into(),
                ATTRIBUTE.into(),
                Argument::Bytes(&value),
                16.into(),
            ],
        ),
    )
}

/// `FS_IOC_SETFLAGS`, for which a descriptor that only reads will do.
pub(crate) fn set_flags(configuration: &Configuration) -> Tried {
    const FS_IOC_SETFLAGS: i64 = 0x4008_6602;
    const FS_NODUMP_FL: u64 = 0x40;
    let file = File::open(&configuration.path)?;
    let flags = words([FS_NODUMP_FL]);
    let set =
        call(libc::SYS_ioctl, [file.as_raw_fd().into(), FS_IOC_SETFLAGS.into(), Argument::Bytes(&flags)]);
    at(&configuration.path, set)
}

/// `file_setattr`, of Linux 6.17.
pub(crate) fn set_flags_newly(configuration: &Configuration) -> Tried {
    const FS_XFLAG_NODUMP: u64 = 0x80;
    let path = c_path(&configuration.path)?;
    let attributes = words([FS_XFLAG_NODUMP, 0, 0]);
    at(
        &configuration.path,
        call(
            469,
            [
                libc::AT_FDCWD.into(),
                path.as_c_str().into(),
                Argument::Bytes(&attributes),
                24.into(),
                0.into(),
            ],
        ),
    )
}

pub(crate) fn rename(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::rename(&configuration.path, beside(&configuration.path)))
}

pub(crate) fn remove(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::remove_file(&configuration.path))
}

/// Into its own folder, where it might then be changed.
pub(crate) fn link(configuration: &Configuration) -> Tried {
    at(&configuration.path, fs::hard_link(&configuration.path, beside(&configuration.path)))
}

pub(crate) fn link_softly(configuration: &Configuration) -> Tried {
    at(&beside(&configuration.path), symlink(&configuration.path, beside(&configuration.path)))
}

fn make_node(path: &Path, kind: libc::mode_t, device: u64) -> Tried {
    let text = c_path(path)?;
    let arguments = [
        libc::AT_FDCWD.into(),
        text.as_c_str().into(),
        i64::from(kind | 0o600).into(),
        i64::try_from(device)?.into(),
    ];
    at(path, call(libc::SYS_mknodat, arguments))
}

pub(crate) fn make_pipe(configuration: &Configuration) -> Tried {
    make_node(&configuration.path, libc::S_IFIFO, 0)
}

/// The first disk, in its own folder.
pub(crate) fn make_device(_configuration: &Configuration) -> Tried {
    make_node(&env::temp_dir().join("disk"), libc::S_IFBLK, libc::makedev(254, 0))
}

pub(crate) fn open_by_handle(_configuration: &Configuration) -> Tried {
    // `struct file_handle`: length, type, an inode and a generation; 2 is the root of ext4.
    let handle: Vec<u8> = [8_u32, 1, 2, 0].into_iter().flat_map(u32::to_ne_bytes).collect();
    let root = File::open("/usr/lib")?;
    let arguments = [root.as_raw_fd().into(), Argument::Bytes(&handle), libc::O_RDONLY.into()];
    Ok(call(libc::SYS_open_by_handle_at, arguments).map(|_| Vec::new())?)
}

/// From the kernel, which is to kill it before the runner.
pub(crate) fn spare_itself(_configuration: &Configuration) -> Tried {
    let path = Path::new("/proc/self/oom_score_adj");
    at(path, fs::write(path, "-1000"))
}

#[cfg(not(test))]
const CONSTRUCTORS_FILE: &str = crate::constructor::FILE;
#[cfg(test)]
const CONSTRUCTORS_FILE: &str = "";

pub(crate) fn find_constructor_ran(_configuration: &Configuration) -> Tried {
    let path = env::temp_dir().join(CONSTRUCTORS_FILE);
    at(&path, fs::metadata(&path))
}

/// No trespass: this is what the folder is for.
pub(crate) fn create_in_own_folder(_configuration: &Configuration) -> Tried {
    let path = env::temp_dir().join("file");
    fs::write(&path, "1")?;
    fs::rename(&path, beside(&path))?;
    at(&path, fs::remove_file(beside(&path)))
}

/// A descriptor that a system call has given.
pub(crate) fn owned(descriptor: i64) -> io::Result<OwnedFd> {
    let descriptor = i32::try_from(descriptor).map_err(io::Error::other)?;
    // SAFETY: the kernel has just made this descriptor, and nobody else has been told of it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}
